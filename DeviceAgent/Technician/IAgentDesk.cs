namespace DeviceAgent.Technician;

/// <summary>What a technician's tools may ask of the running agent. The agent's loop answers; the local API only carries it.</summary>
public interface IAgentDesk
{
    Task<StatusAnswer> StatusAsync(CancellationToken cancellationToken);

    /// <returns>Null when the journal does not know the order.</returns>
    Task<OrderAnswer?> OrderAsync(string orderNumber, CancellationToken cancellationToken);

    /// <summary>Enters a code as if it had been scanned. Returns as soon as it is taken or refused, not when it is worked off.</summary>
    Task<PickUpAnswer> PickUpAsync(string code, CancellationToken cancellationToken);
}

// Words stand as text here: a technician's program of another release must be able to show what it does not know.

/// <summary>GET /status. No personal data.</summary>
public sealed record StatusAnswer
{
    public required string Version { get; init; }
    public required string Kiosk { get; init; }
    public required bool CanIssue { get; init; }
    /// <summary>Why it does not issue; empty when it does.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }
    public required string Guidance { get; init; }
    /// <summary>The order in hand; null when there is none.</summary>
    public required string? BusyWith { get; init; }
    public required PrinterAnswer Printer { get; init; }
    public required ScannerAnswer Scanner { get; init; }
    /// <summary>Null while the journal cannot be read.</summary>
    public required IssuancesAnswer? Issuances { get; init; }
    /// <summary>Null while the journal cannot be read.</summary>
    public required OutboxAnswer? Outbox { get; init; }
}

/// <param name="Device">DeviceState.</param>
/// <param name="Paper">PaperSupply.</param>
/// <param name="Unit">Serial number or path; null before one was seen.</param>
public sealed record PrinterAnswer(string Device, string Paper, string? Unit);

public sealed record ScannerAnswer(string Device);

public sealed record IssuancesAnswer(long Issued, int Open, int InDoubt, int Unreadable);

public sealed record OutboxAnswer(int Waiting, int Parked, long Confirmed, int Unreadable);

/// <summary>GET /orders/{number}. No personal data.</summary>
/// <param name="State">As the journal wrote it.</param>
/// <param name="Report">State of the newest report; null when there is none.</param>
public sealed record OrderAnswer(
    string OrderNumber, string Journey, string State, string? Reason, string? Report, IReadOnlyList<TicketAnswer> Tickets, int VoidStrips);

/// <param name="Index">0-based; the order of printing.</param>
/// <param name="Outcome">Of the newest attempt; null while none was made or the newest is open.</param>
public sealed record TicketAnswer(int Index, string? Outcome, int Attempts);

/// <param name="Accepted">Taken for look-up.</param>
/// <param name="Reason">Why it was not taken; null when it was.</param>
public sealed record PickUpAnswer(bool Accepted, string? Reason);
