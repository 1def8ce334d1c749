using System.Text.RegularExpressions;

namespace DeviceAgent.Issuance;

/// <summary>Which orders the kiosk takes ("Orders" in agent.json).</summary>
public sealed record OrderOptions
{
    /// <summary>The pattern of <see cref="CodePatterns"/> when none is configured: an order number and nothing else.</summary>
    public const string DefaultCodePattern = "^(?<order>[0-9]{6,32})$";

    /// <summary>The name of the group that holds the order number.</summary>
    public const string OrderGroup = "order";

    /// <summary>
    /// How an order number stands in a code, tried in order; 1 to 16 expressions of up to 256 characters, each with a group named "order".
    /// Matched without backtracking (RegexOptions.NonBacktracking): the time is linear in the code, whatever was scanned.
    /// </summary>
    public IReadOnlyList<Regex> CodePatterns { get; init; } = [new(DefaultCodePattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)];

    /// <summary>Start stations that are ours, as the platform numbers them; up to 64 of up to 32 letters and digits. One id or name is required.</summary>
    public IReadOnlyList<string> StationIds { get; init; } = [];

    /// <summary>Start stations that are ours by name, compared exactly; up to 64 of up to 64 characters.</summary>
    public IReadOnlyList<string> StationNames { get; init; } = [];

    /// <summary>Whether status 20 (paid, agent not yet notified) is taken besides 30. Default: no.</summary>
    public bool AcceptPaidNotNotified { get; init; }

    /// <summary>How long before departure a ticket is no longer given; 0 to 24 h, default 0.</summary>
    public TimeSpan CutOffBeforeDeparture { get; init; }

    /// <summary>Fields of an order that may be missing; of <see cref="FieldsThatMayBeOptional"/>. Default: none.</summary>
    public IReadOnlyList<string> OptionalFields { get; init; } = [];

    /// <summary>Ticket numbers and seats come from the station's system (Station:Url, Station:Allocates): the order need not bring them. Follows from "Station"; no key of its own.</summary>
    internal bool TicketsAreAllocated { get; init; }

    /// <summary>Queries to the platform; 1 to 600 a minute, default 20. Order numbers can be guessed, and one kiosk must not get the app key banned.</summary>
    public int LookUpsPerMinute { get; init; } = 20;

    /// <summary>The names that <see cref="OptionalFields"/> may hold.</summary>
    public static IReadOnlyList<string> FieldsThatMayBeOptional { get; } =
        ["seat", "name", "certificate", "price"];

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (StationIds.Count + StationNames.Count == 0)
            yield return $"{section}:{nameof(StationIds)} must hold a station, or {nameof(StationNames)} must: the kiosk takes orders of its own stations only";
        if (CutOffBeforeDeparture < TimeSpan.Zero || CutOffBeforeDeparture > TimeSpan.FromHours(24))
            yield return $"{section}:{nameof(CutOffBeforeDeparture)} must be a time from 00:00:00 to 1.00:00:00";
        if (LookUpsPerMinute is < 1 or > 600) yield return $"{section}:{nameof(LookUpsPerMinute)} must be a whole number from 1 to 600";
    }
}

/// <summary>From what a reader read to an order number.</summary>
internal sealed class OrderCodes(OrderOptions options)
{
    /// <summary>Longest order number, in characters: it goes into a URL-free form field, a QR code and a file name.</summary>
    internal const int MaxOrderNumber = 32;

    /// <summary>The order number, or null when the code is none of ours.</summary>
    public string? Extract(string code)
    {
        foreach (var pattern in options.CodePatterns)
        {
            var match = pattern.Match(code);
            if (match.Success && match.Groups[OrderOptions.OrderGroup] is { Success: true, Length: > 0 and <= MaxOrderNumber } group && group.Value.All(char.IsAsciiLetterOrDigit))
                return group.Value;
        }
        return null;
    }
}
