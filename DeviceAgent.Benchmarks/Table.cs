using System.Globalization;
using System.Text;

namespace DeviceAgent.Benchmarks;

/// <summary>What a figure is held against. At most, or at least; null for a figure that is only told.</summary>
internal sealed record Budget(double Bound, bool AtLeast, string Text)
{
    public static Budget AtMost(double bound, string unit = "") => new(bound, false, string.Create(CultureInfo.InvariantCulture, $"<= {bound:0.##}{unit}"));

    public static Budget NotLessThan(double bound, string unit = "") => new(bound, true, string.Create(CultureInfo.InvariantCulture, $">= {bound:0.##}{unit}"));

    public string Judge(double value) => (AtLeast ? value >= Bound : value <= Bound) ? "met" : "MISSED";
}

/// <summary>One aligned table for each figure.</summary>
internal sealed class Table(string title)
{
    private static readonly string[] Columns = ["", "median", "p99", "blocks", "ratio", "A/A", "budget", ""];
    private readonly List<string[]> _rows = [];
    private readonly List<string> _notes = [];

    public void Row(string what, string median = "", string p99 = "", string blocks = "", string ratio = "", string spread = "", string budget = "", string verdict = "") =>
        _rows.Add([what, median, p99, blocks, ratio, spread, budget, verdict]);

    /// <summary>Times in µs, told in the unit; the budget is for the median.</summary>
    public void Times(Series series, Unit unit, Budget? budget = null, Series? against = null, Series? same = null)
    {
        var median = Figures.Median(series.All);
        var ratio = against is null ? double.NaN : series.RatioTo(against);
        Row(series.Name, unit.Tell(median), unit.Tell(Figures.Quantile(series.All, 0.99)), unit.TellRange(series.Medians),
            against is null ? "" : Ratio(ratio), same is null || against is null ? "" : Ratio(same.RatioTo(against)),
            budget?.Text ?? "", budget?.Judge(against is null ? median : ratio) ?? "");
    }

    public void Note(string text) => _notes.Add(text);

    public static string Ratio(double ratio) => ratio.ToString("0.00", CultureInfo.InvariantCulture);

    public void Print(TextWriter to)
    {
        string[][] lines = [Columns, .. _rows];
        var widths = Enumerable.Range(0, Columns.Length).Select(c => lines.Max(l => l[c].Length)).ToArray();
        var text = new StringBuilder().AppendLine().AppendLine(title);
        foreach (var line in lines)
        {
            for (var c = 0; c < line.Length; c++) text.Append(c is 0 or 7 ? line[c].PadRight(widths[c]) : line[c].PadLeft(widths[c])).Append("  ");
            while (text[^1] == ' ') text.Length--;
            text.AppendLine();
        }
        foreach (var note in _notes) text.Append("  ").AppendLine(note);
        to.Write(text);
    }
}

/// <summary>How times are told.</summary>
internal sealed record Unit(string Name, double Microseconds, string Format)
{
    public static Unit Micros { get; } = new("µs", 1, "0.0");

    public static Unit Millis { get; } = new("ms", 1000, "0.00");

    public string Tell(double microseconds) => $"{(microseconds / Microseconds).ToString(Format, CultureInfo.InvariantCulture)} {Name}";

    public string TellRange(IReadOnlyList<double> medians) => medians.Count < 2 ? "" :
        $"{(medians.Min() / Microseconds).ToString(Format, CultureInfo.InvariantCulture)}-{(medians.Max() / Microseconds).ToString(Format, CultureInfo.InvariantCulture)}";
}
