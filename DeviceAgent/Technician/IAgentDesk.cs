namespace DeviceAgent.Technician;

/// <summary>What a technician's tools may ask of the running agent. The agent's loop answers; the local API only carries it.</summary>
public interface IAgentDesk
{
    Task<StatusAnswer> StatusAsync(CancellationToken cancellationToken);

    /// <returns>Null when the journal does not know the order.</returns>
    Task<OrderAnswer?> OrderAsync(string orderNumber, CancellationToken cancellationToken);

    /// <summary>Orders that have no outcome yet, oldest first; at most <see cref="MaxOrders"/>.</summary>
    Task<IReadOnlyList<OpenOrderAnswer>> OrdersAsync(CancellationToken cancellationToken);

    /// <summary>A person decides about an order in doubt; the platform is asked first, which may take its time.</summary>
    /// <param name="by">The caller as the kernel names it.</param>
    Task<DecisionAnswer> DecideAsync(string orderNumber, DecisionBody decision, string by, CancellationToken cancellationToken);

    /// <returns>Null when it was done, else why not.</returns>
    Task<string?> SetMaintenanceAsync(MaintenanceBody maintenance, string by, CancellationToken cancellationToken);

    const int MaxOrders = 1000;

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
    public required ClockAnswer Clock { get; init; }
    public required PrinterAnswer Printer { get; init; }
    public required ScannerAnswer Scanner { get; init; }
    /// <summary>Null while the journal cannot be read.</summary>
    public required IssuancesAnswer? Issuances { get; init; }
    /// <summary>Null while the journal cannot be read.</summary>
    public required OutboxAnswer? Outbox { get; init; }
    public required PlatformAnswer Platform { get; init; }
}

/// <param name="SilentSeconds">For how long no call was answered; null while the last one was, and before the first.</param>
public sealed record PlatformAnswer(long? SilentSeconds);

/// <param name="By">Who vouches for it: Kernel, Gateway or Configuration; null while nobody does.</param>
public sealed record ClockAnswer(bool Trusted, string? By);

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
/// <param name="Attempts">Oldest first.</param>
/// <param name="Decisions">What persons decided; oldest first.</param>
public sealed record OrderAnswer(
    string OrderNumber, string Journey, string State, string? Reason, string? Report, IReadOnlyList<TicketAnswer> Tickets, int VoidStrips,
    DateTimeOffset ChangedAt, IReadOnlyList<AttemptAnswer> Attempts, IReadOnlyList<DecisionMade> Decisions);

/// <param name="Ticket">0-based.</param>
/// <param name="Copy">0 for an original, n for the n-th copy.</param>
/// <param name="Outcome">Null while it is open.</param>
/// <param name="Judgement">The rule and the facts that decided.</param>
public sealed record AttemptAnswer(string Kind, int Ticket, int Copy, DateTimeOffset StartedAt, string? Outcome, string? Judgement);

/// <param name="Platform">What the platform said of the order just before.</param>
public sealed record DecisionMade(string Decision, DateTimeOffset At, string By, string Reason, string Platform);

/// <summary>One line of GET /orders.</summary>
public sealed record OpenOrderAnswer(string OrderNumber, string Journey, string State, string? Reason, DateTimeOffset ChangedAt, int Tickets);

/// <summary>POST /orders/{number}/decision.</summary>
/// <param name="As">"issued", "void" or "reissue".</param>
/// <param name="Reason">1 to 200 printable characters: why the person decides so.</param>
public sealed record DecisionBody(string? As, string? Reason);

/// <summary>POST /maintenance.</summary>
/// <param name="Reason">1 to 200 printable characters.</param>
public sealed record MaintenanceBody(bool? Active, string? Reason);

public enum DecisionResult { Decided, NotKnown, Refused, NotNow }

/// <param name="Text">What was done, or why not.</param>
public sealed record DecisionAnswer(DecisionResult Result, string Text);

/// <param name="Index">0-based; the order of printing.</param>
/// <param name="Outcome">Of the newest attempt; null while none was made or the newest is open.</param>
public sealed record TicketAnswer(int Index, string? Outcome, int Attempts);

/// <param name="Accepted">Taken for look-up.</param>
/// <param name="Reason">Why it was not taken; null when it was.</param>
public sealed record PickUpAnswer(bool Accepted, string? Reason);
