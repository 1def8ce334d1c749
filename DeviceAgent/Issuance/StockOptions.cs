using System.Globalization;
using DeviceAgent.Journal;

namespace DeviceAgent.Issuance;

/// <summary>Pre-numbered ticket paper ("Stock" in agent.json).</summary>
public sealed record StockOptions
{
    /// <summary>What stands before the digits on every form; 0 to 8 letters, digits or '-'. Empty, the default: nothing.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Digits of a form's number, 3 to 12; 0, the default: the paper carries none.</summary>
    public int Digits { get; init; }

    /// <summary>Whether each form is accounted for.</summary>
    public bool IsNumbered => Digits > 0;

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (Prefix.Length > 8 || Prefix.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-')) yield return $"{section}:{nameof(Prefix)} must be 0 to 8 letters, digits or '-'";
        if (Digits is not 0 and (< 3 or > 12)) yield return $"{section}:{nameof(Digits)} must be 0, or a whole number from 3 to 12";
        if (Digits == 0 && Prefix.Length > 0) yield return $"{section}:{nameof(Prefix)} must be left out where there are no {nameof(Digits)}";
    }
}

/// <summary>Numbers of forms. No I/O, no clock.</summary>
internal static class StockRules
{
    /// <summary>How such a number looks, for a person.</summary>
    public static string Describe(StockOptions options) => $"{options.Prefix}{new string('0', options.Digits)} to {options.Prefix}{new string('9', options.Digits)}";

    public static bool IsNumber(StockOptions options, string text) =>
        options.IsNumbered && text.Length == options.Prefix.Length + options.Digits && text.StartsWith(options.Prefix, StringComparison.Ordinal)
        && text.AsSpan(options.Prefix.Length).IndexOfAnyExceptInRange('0', '9') < 0;

    /// <returns>Null behind the last one, and of what is no such number.</returns>
    public static string? After(StockOptions options, string number)
    {
        if (!IsNumber(options, number)) return null;
        var next = (long.Parse(number.AsSpan(options.Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);
        return next.Length > options.Digits ? null : options.Prefix + next.PadLeft(options.Digits, '0');
    }

    /// <summary>The number of the form that lies in the printer.</summary>
    /// <returns>Null when a person must tell it.</returns>
    public static string? Next(StockOptions options, StockPosition? position) => position switch
    {
        { IsTaken: true } taken => After(options, taken.Number),
        { Number: var number } when IsNumber(options, number) => number,
        _ => null,
    };
}
