using DeviceAgent.Orders;

namespace DeviceAgent.Tests.Simulation;

/// <summary>What many runs came to.</summary>
internal sealed class RunTotals
{
    private readonly Lock _lock = new();

    public int Runs { get; private set; }

    public long Cuts { get; private set; }

    public long Effects { get; private set; }

    public long Presented { get; private set; }

    public long InDoubt { get; private set; }

    /// <summary>Orders with an outcome, by journey.</summary>
    public SortedDictionary<Journey, long> Done { get; } = [];

    /// <summary>The first failed runs, in the order of their replays.</summary>
    public SortedDictionary<string, IReadOnlyList<string>> Failed { get; } = new(StringComparer.Ordinal);

    public int Failures { get; private set; }

    public void Add(RunResult run)
    {
        lock (_lock)
        {
            Runs++;
            Cuts += run.Cuts;
            Effects += run.Effects;
            Presented += run.Presented;
            InDoubt += run.InDoubt;
            foreach (var (journey, count) in run.Done) Done[journey] = Done.GetValueOrDefault(journey) + count;
            if (run.Violations.Count == 0) return;
            Failures++;
            if (Failed.Count < 100) Failed[run.Replay] = run.Violations;
        }
    }

    /// <summary>One line, and how each failed run is replayed.</summary>
    public override string ToString() => string.Join('\n',
    [
        $"{Runs} runs, {Cuts} cuts, {Effects} effects, {Presented} tickets presented, {InDoubt} orders in doubt, {Failures} runs with violations; done: {string.Join(", ", Done.Select(d => $"{d.Key} {d.Value}"))}",
        .. Failed.Take(20).Select(f => $"dotnet run -c Release --project DeviceAgent.Tests -- simulate {f.Key}\n  {string.Join("\n  ", f.Value)}"),
    ]);
}

/// <summary>Cuts the power before and after every effect of a scenario, one run for each.</summary>
internal static class CrashEnumeration
{
    private static readonly CutKind[] Kinds = Enum.GetValues<CutKind>();

    /// <summary>One cut in each run.</summary>
    public static IEnumerable<CutPoint[]> Single(Scenario scenario) => Points(1, scenario.Play([]).Effects).Select(cut => new[] { cut });

    /// <summary>A second cut, at every effect from the first one on, after some first ones: every <paramref name="step"/>-th effect.</summary>
    public static IEnumerable<CutPoint[]> Double(Scenario scenario, int step)
    {
        var effects = scenario.Play([]).Effects;
        for (var first = 1; first <= effects; first += step)
        {
            var cut = new CutPoint(first, After: true, Kinds[first / step % Kinds.Length]);
            foreach (var second in Points(first + 1, scenario.Play([cut]).Effects)) yield return [cut, second];
        }
    }

    public static RunTotals Run(Scenario scenario, IEnumerable<CutPoint[]> cuts, KioskParts? parts = null)
    {
        var totals = new RunTotals();
        Parallel.ForEach(cuts, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, c => totals.Add(scenario.Play(c, parts)));
        return totals;
    }

    private static IEnumerable<CutPoint> Points(int first, int last) =>
        from effect in Enumerable.Range(first, Math.Max(0, last - first + 1))
        from after in new[] { false, true }
        from kind in Kinds
        select new CutPoint(effect, after, kind);
}
