using DeviceAgent.Issuance;
using DeviceAgent.Orders;

namespace DeviceAgent.Technician;

/// <summary>What a technician's tools may ask of the running agent. The agent's loop answers; the local API only carries it.</summary>
public interface IAgentDesk
{
    Task<StatusAnswer> StatusAsync(CancellationToken cancellationToken);

    /// <param name="journey">Null: whichever product line has the order.</param>
    /// <returns>Null when the journal does not know the order.</returns>
    Task<OrderAnswer?> OrderAsync(string orderNumber, Journey? journey, CancellationToken cancellationToken);

    /// <summary>Orders that have no outcome yet, oldest first; at most <see cref="MaxOrders"/>.</summary>
    Task<IReadOnlyList<OpenOrderAnswer>> OrdersAsync(CancellationToken cancellationToken);

    /// <summary>A person decides about an order in doubt; the platform is asked first, which may take its time.</summary>
    /// <param name="by">The caller as the kernel names it.</param>
    /// <param name="journey">Null: whichever product line has the order.</param>
    Task<DecisionAnswer> DecideAsync(string orderNumber, Journey? journey, DecisionBody decision, string by, CancellationToken cancellationToken);

    /// <returns>Null when it was done, else why not.</returns>
    Task<string?> SetMaintenanceAsync(MaintenanceBody maintenance, string by, CancellationToken cancellationToken);

    const int MaxOrders = 1000;

    /// <summary>An order that somebody else has made and allocated. Returns as soon as it is taken or refused, not when it is printed.</summary>
    Task<JobOffer> SubmitAsync(Job job, CancellationToken cancellationToken);

    /// <summary>A ticket, or an order, to be returned. As <see cref="SubmitAsync"/>.</summary>
    Task<JobOffer> ReturnAsync(ReturnTarget target, CancellationToken cancellationToken);

    /// <summary>Reports that wait for the platform or the station, or for a person; at most <see cref="MaxOrders"/> of each.</summary>
    Task<ReportsAnswer> ReportsAsync(CancellationToken cancellationToken);

    /// <summary>Makes a report due again that waits for its time or for a person.</summary>
    Task<DecisionAnswer> RetryReportAsync(long id, RetryBody retry, string by, CancellationToken cancellationToken);

    /// <summary>A person has settled a parked report otherwise.</summary>
    Task<DecisionAnswer> SettleReportAsync(long id, ReasonBody settle, string by, CancellationToken cancellationToken);

    /// <summary>A new session of the seller, from now on and over restarts.</summary>
    /// <returns>Null when it was taken, else why not.</returns>
    Task<string?> SetSessionAsync(string session, string by, CancellationToken cancellationToken);

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

    /// <summary>Every device with how it is, its losses and what may bring it back. Empty from an older agent.</summary>
    public IReadOnlyList<DeviceAnswer> Devices { get; init => field = value ?? []; } = [];
    /// <summary>Null while the journal cannot be read.</summary>
    public required IssuancesAnswer? Issuances { get; init; }
    /// <summary>Null while the journal cannot be read.</summary>
    public required OutboxAnswer? Outbox { get; init; }
    public NoticesAnswer? StationNotices { get; init; }
    /// <summary>The newest reports that wait for a person.</summary>
    public IReadOnlyList<AttentionAnswer> Attention { get; init; } = [];
    public required PlatformAnswer Platform { get; init; }
}

/// <param name="SilentSeconds">For how long no call was answered; null while the last one was, and before the first.</param>
/// <param name="Held">What only a person can make right: RenewSession, FixClock or Configuration; null when nothing holds the reports.</param>
/// <param name="BannedSeconds">How long the gateway still wants silence; null when it does not.</param>
public sealed record PlatformAnswer(long? SilentSeconds, string? Held = null, long? BannedSeconds = null);

/// <param name="By">Who vouches for it: Kernel, Gateway or Configuration; null while nobody does.</param>
public sealed record ClockAnswer(bool Trusted, string? By);

/// <param name="Device">DeviceState.</param>
/// <param name="Paper">PaperSupply.</param>
/// <param name="Unit">Serial number or path; null before one was seen.</param>
public sealed record PrinterAnswer(string Device, string Paper, string? Unit);

public sealed record ScannerAnswer(string Device);

/// <param name="State">Online, Offline, PowerOff, NoDevice, HardwareError, UserError or Busy.</param>
/// <param name="Hint">None, Reset, Configuration, Clear, Maintenance or Suspend.</param>
/// <param name="Detail">Empty when there is nothing to say.</param>
/// <param name="Since">When it came into this state.</param>
public sealed record DeviceAnswer(string Name, string Path, string State, string Hint, string Detail, DateTimeOffset Since, int LossesInLastHour, bool IsFlapping);

public sealed record IssuancesAnswer(long Issued, int Open, int InDoubt, int Unreadable);

public sealed record OutboxAnswer(int Waiting, int Parked, long Confirmed, int Unreadable);

/// <summary>The notices to the station's system; null where there is none.</summary>
public sealed record NoticesAnswer(int Waiting, int Parked);

/// <summary>A report that waits for a person, said loudly.</summary>
public sealed record AttentionAnswer(long Report, string OrderNumber, string Reason);

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

/// <summary>GET /reports. No personal data.</summary>
/// <param name="Parked">Newest first.</param>
/// <param name="Waiting">Oldest first.</param>
public sealed record ReportsAnswer(IReadOnlyList<ReportAnswer> Parked, IReadOnlyList<ReportAnswer> Waiting);

/// <param name="Id">The kiosk's own number of the report: dense, so that gaps show.</param>
/// <param name="Kind">"bus.book" for one.</param>
/// <param name="State">As the journal wrote it.</param>
/// <param name="ParkReason">Null unless parked.</param>
public sealed record ReportAnswer(
    long Id, string OrderNumber, string Kind, bool Success, string State, int Sends, bool FateUnknown, DateTimeOffset CreatedAt, DateTimeOffset? NotBefore, string? ParkReason, string? Evidence);

/// <summary>POST /reports/{id}/retry.</summary>
/// <param name="Ask">True, the default: the platform is asked first, where it can be asked. False: a person vouches that it was not taken.</param>
public sealed record RetryBody(string? Reason, bool? Ask);

/// <summary>POST /reports/{id}/settle.</summary>
/// <param name="Reason">1 to 200 printable characters.</param>
public sealed record ReasonBody(string? Reason);

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
