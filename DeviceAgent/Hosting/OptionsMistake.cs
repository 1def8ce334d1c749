using System.Globalization;
using System.Text;

namespace DeviceAgent.Hosting;

/// <summary>One thing that is wrong with the configuration.</summary>
/// <param name="Key">"Printer:Columns"; a file or credential name where there is no key.</param>
/// <param name="Given">What was given, made printable and cut; null when nothing was, or when it might be a secret.</param>
/// <param name="Expected">What is allowed.</param>
/// <param name="Origin">File and line, environment variable, or "not set".</param>
public sealed record OptionsMistake(string Key, string? Given, string Expected, string Origin)
{
    private const int MaxShown = 80;

    public override string ToString() => $"{Key}{(Given is null ? "" : $" = {Given}")}: {Expected} ({Origin})";

    /// <summary>Text of unknown origin as one short printable line.</summary>
    internal static string Printable(string text)
    {
        var shown = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (shown.Length >= MaxShown) return shown.Append('…').ToString();
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
                shown.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            else
                shown.Append(rune.ToString());
        }
        return shown.ToString();
    }
}
