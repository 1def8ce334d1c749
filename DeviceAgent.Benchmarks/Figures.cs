using System.Diagnostics;

namespace DeviceAgent.Benchmarks;

/// <summary>Order statistics. No means: one stall of the disk would tell the story.</summary>
internal static class Figures
{
    public static double Median(IEnumerable<double> samples) => Quantile(samples, 0.5);

    /// <summary>The nearest rank: a value that was measured, never one between two.</summary>
    public static double Quantile(IEnumerable<double> samples, double quantile)
    {
        double[] sorted = [.. samples.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[Math.Clamp((int)Math.Ceiling(quantile * sorted.Length) - 1, 0, sorted.Length - 1)];
    }

    public static double Microseconds(long started) => Stopwatch.GetElapsedTime(started).TotalMicroseconds;

    public static double Microseconds(long from, long to) => Stopwatch.GetElapsedTime(from, to).TotalMicroseconds;
}

/// <summary>Samples of one operation, in the blocks in which they were taken.</summary>
internal sealed class Series(string name)
{
    private readonly List<List<double>> _blocks = [];

    public string Name => name;

    public IEnumerable<double> All => _blocks.SelectMany(b => b);

    public IReadOnlyList<double> Medians => [.. _blocks.Select(b => Figures.Median(b))];

    public int Blocks => _blocks.Count;

    public void BeginBlock() => _blocks.Add([]);

    public void Add(double sample) => _blocks[^1].Add(sample);

    /// <summary>Runs the operation and adds its time in µs.</summary>
    public T Time<T>(Func<T> operation)
    {
        var started = Stopwatch.GetTimestamp();
        var result = operation();
        Add(Figures.Microseconds(started));
        return result;
    }

    public void Time(Action operation) => Time(() =>
    {
        operation();
        return 0;
    });

    /// <summary>The median of the blocks' ratios: what drifts during a block drifts in both.</summary>
    public double RatioTo(Series other) => Figures.Median(Medians.Zip(other.Medians, (mine, theirs) => mine / theirs));
}
