using System.Text.RegularExpressions;

namespace DeviceAgent.Issuance;

/// <summary>Which orders this kiosk issues ("Orders" in agent.json).</summary>
public sealed record OrderOptions
{
    /// <summary>Longest pattern, in characters.</summary>
    public const int MaxPatternLength = 512;

    /// <summary>Names that <see cref="OptionalFields"/> may hold: fields of the platform's answer that a ticket can do without.</summary>
    public static IReadOnlyList<string> KnownOptionalFields { get; } = ["seat", "name", "certificate", "price"];

    /// <summary>Regular expressions, tried in order, with a named group "order"; matched without backtracking. 1 to 16.</summary>
    public IReadOnlyList<string> CodePatterns { get; init; } = ["^(?<order>[0-9]{6,32})$"];

    /// <summary>start_station_id values of this station. Empty together with <see cref="StationNames"/>: refused at start.</summary>
    public IReadOnlyList<string> StationIds { get; init; } = [];

    /// <summary>start_station_name values of this station.</summary>
    public IReadOnlyList<string> StationNames { get; init; } = [];

    /// <summary>Also issue orders in status 20 (paid, carrier not yet notified).</summary>
    public bool AcceptPaidNotNotified { get; init; }

    /// <summary>How long before departure the kiosk stops issuing. 0 to 24 h.</summary>
    public TimeSpan CutOffBeforeDeparture { get; init; } = TimeSpan.Zero;

    /// <summary>Fields that may be missing in the platform's answer; see <see cref="KnownOptionalFields"/>.</summary>
    public IReadOnlyList<string> OptionalFields { get; init; } = [];

    /// <summary>Look-ups at the platform per minute, 1 to 600: order numbers can be guessed, and one kiosk must not get the app key banned.</summary>
    public int LookUpsPerMinute { get; init; } = 20;

    public IEnumerable<string> Validate(string section)
    {
        if (CodePatterns.Count is < 1 or > 16) yield return $"{section}:CodePatterns: {CodePatterns.Count} patterns; allowed are 1 to 16";
        for (var i = 0; i < CodePatterns.Count; i++)
            if (PatternMistake(CodePatterns[i]) is { } mistake) yield return $"{section}:CodePatterns:{i}: {mistake}";
        if (StationIds.Count + StationNames.Count == 0) yield return $"{section}:StationIds: name this station by StationIds or StationNames, at least one";
        if (StationIds.Concat(StationNames).Any(string.IsNullOrWhiteSpace)) yield return $"{section}:StationIds and StationNames: an entry is empty";
        if (CutOffBeforeDeparture < TimeSpan.Zero || CutOffBeforeDeparture > TimeSpan.FromHours(24))
            yield return $"{section}:CutOffBeforeDeparture: {CutOffBeforeDeparture}; allowed is 00:00:00 to 1.00:00:00";
        foreach (var field in OptionalFields.Where(f => !KnownOptionalFields.Contains(f)))
            yield return $"{section}:OptionalFields: \"{field}\"; allowed are {string.Join(", ", KnownOptionalFields)}";
        if (LookUpsPerMinute is < 1 or > 600) yield return $"{section}:LookUpsPerMinute: {LookUpsPerMinute}; allowed is 1 to 600";
    }

    private static string? PatternMistake(string pattern)
    {
        if (pattern.Length > MaxPatternLength) return $"{pattern.Length} characters; at most {MaxPatternLength} are allowed";
        try
        {
            return OrderCodes.Compile(pattern).GetGroupNames().Contains(OrderCodes.Group) ? null : "has no group (?<order>…)";
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return $"is no pattern that can be matched without backtracking ({e.Message})";
        }
    }
}

/// <summary>From what a reader read to an order number.</summary>
internal sealed class OrderCodes(OrderOptions options)
{
    internal const string Group = "order";

    /// <summary>Longest order number, in characters: it goes into a URL-free form field, a QR code and a file name.</summary>
    internal const int MaxOrderNumber = 32;

    private readonly Regex[] _patterns = [.. options.CodePatterns.Select(Compile)];

    internal static Regex Compile(string pattern) => new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    /// <summary>The order number, or null when the code is none of ours.</summary>
    public string? Extract(string code)
    {
        foreach (var pattern in _patterns)
        {
            var match = pattern.Match(code);
            if (match.Success && match.Groups[Group] is { Success: true, Length: > 0 and <= MaxOrderNumber } group && group.Value.All(char.IsAsciiLetterOrDigit))
                return group.Value;
        }
        return null;
    }
}
