using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Journal;

/// <summary>The durable truth of the kiosk: issuances, attempts, reports, audit.</summary>
/// <remarks>
/// Synchronous, one caller at a time (the agent's loop); a second caller at the same moment is a fault of the program and throws.
/// Each method that changes something is exactly one durable transaction, with its audit row, and returns when it is durable.
/// A transition that the row's present state does not allow throws <see cref="JournalTransitionException"/> and changes nothing.
/// </remarks>
public interface IIssuanceJournal : IOutbox, IPaperJournal, IDisposable
{
    /// <summary>
    /// Notices to the station's ticketing system: a queue of its own, so that neither destination ever waits for the other.
    /// The journal itself is the queue of the platform's reports.
    /// </summary>
    IOutbox StationNotices { get; }

    /// <summary>Reports and notices that have not arrived yet, to both destinations.</summary>
    int WaitingReports { get; }

    JournalIdentity Identity { get; }

    /// <summary>Personal data can be sealed and read: the key that this journal was made with is here. Without it nothing can be accepted.</summary>
    bool CanKeepPersonalData { get; }

    /// <summary>The latest time that any row carries; the lower bound of the clock at start. Null in an empty journal.</summary>
    DateTimeOffset? LastTime { get; }

    IssuanceRecord? Find(Journey journey, string orderNumber);

    /// <summary>Issuances that have no outcome yet (intent, accepted, in doubt, unknown to this release), oldest first.</summary>
    IReadOnlyList<IssuanceRecord> Unfinished(int limit);

    JournalCounts CountIssuances();

    /// <summary>none | released → intent. Before anything is asked of anybody.</summary>
    long RecordIntent(Journey journey, string orderNumber, DateTimeOffset at);

    /// <summary>intent → accepted, with its reports, in one transaction: from here on the order ends in exactly one outcome.</summary>
    /// <param name="reports">
    /// As with all changes at most one report for the platform and one notice for the station; a set that does not fit throws
    /// <see cref="ArgumentException"/> and changes nothing. A bus order's report is due with its outcome (issued, failed, void) and never here.
    /// That of any other journey is due here, and never later: exactly one, unless the order has one already, from before a release.
    /// </param>
    void Accept(long issuance, AcceptedOrder accepted, IReadOnlyList<NewReport> reports, DateTimeOffset at);

    /// <summary>Before the first byte goes to the printer. Gives the attempt its process id, unique in this journal's life.</summary>
    /// <returns>The open attempt.</returns>
    AttemptRecord StartAttempt(long issuance, NewAttempt attempt, DateTimeOffset at);

    void EndAttempt(long attempt, AttemptEnd end, DateTimeOffset at);

    /// <summary>accepted | in doubt → issued, with its reports, in one transaction.</summary>
    /// <param name="reports">See <see cref="Accept"/>. For the platform: a success of a bus order, nothing of any other journey.</param>
    /// <returns>The id of the platform's report; null when there is none.</returns>
    long? Complete(long issuance, IReadOnlyList<NewReport> reports, DateTimeOffset at);

    /// <summary>
    /// intent | accepted → released: no paper was given, nothing is reported to the platform. An order whose report was written keeps what
    /// was accepted, so that the same job can be taken up again; a bus order keeps nothing.
    /// </summary>
    /// <param name="reports">See <see cref="Accept"/>. Never one for the platform.</param>
    void Release(long issuance, string reason, IReadOnlyList<NewReport> reports, DateTimeOffset at);

    /// <summary>
    /// accepted → failed, with its reports, in one transaction: the platform refunds. Never while a ticket may be out.
    /// Of any journey but bus from intent too: the job itself tells a failure.
    /// </summary>
    /// <param name="reports">See <see cref="Accept"/>. For the platform: the failure, unless the order has a report already (never so with bus).</param>
    /// <returns>The id of the platform's report; null when there is none.</returns>
    long? Fail(long issuance, IReadOnlyList<NewReport> reports, string reason, DateTimeOffset at);

    /// <summary>accepted → in doubt: a person decides. From now on a slip for the passenger is owed.</summary>
    void StandInDoubt(long issuance, string reason, DateTimeOffset at);

    /// <summary>Orders whose slip is owed, whatever became of them since; oldest first.</summary>
    IReadOnlyList<OrderKey> OrdersOwedASlip(int limit);

    /// <summary>The slip of an order in doubt, or of one that was, was printed or given up; it is owed no longer.</summary>
    void EndSlip(long issuance, string end, DateTimeOffset at);

    /// <summary>
    /// in doubt → issued | void, or → accepted for a reissue, with its reports: in one transaction with who decided and why.
    /// After a reissue the attempts that were made so far hold back no further one of tickets whose outcome is unknown.
    /// </summary>
    /// <param name="reports">See <see cref="Accept"/>. For the platform: of a bus order what was decided, and nothing for a reissue or of any other journey.</param>
    void Decide(long issuance, NewDecision decision, IReadOnlyList<NewReport> reports, DateTimeOffset at);

    /// <summary>The queue as a technician sees it, of both destinations: what waits, oldest first, or what is parked, newest first.</summary>
    IReadOnlyList<ReportRecord> Reports(ReportFilter filter, int limit);

    ReportRecord? FindReport(long id);

    /// <summary>parked | retry → retry, due at once; the platform is asked before it is sent again. Never while it is being sent.</summary>
    /// <param name="by">The caller as the kernel names it.</param>
    void RetryReport(long id, string by, string reason, bool ask, DateTimeOffset at);

    /// <summary>parked → confirmed, by a person: the evidence then says who and why, and nothing is sent.</summary>
    void SettleReport(long id, string by, string reason, DateTimeOffset at);

    /// <summary>
    /// Erases the personal data of what is over: of confirmed reports, and with a platform's report of its order, when that is closed, both unchanged
    /// since <paramref name="confirmedBefore"/>. Numbers, outcomes and counts stay. A bus order that was released has kept none.
    /// </summary>
    /// <param name="limit">At most so many reports in this call, which is one transaction.</param>
    /// <returns>How many reports; 0 when there was nothing left to erase.</returns>
    int PurgePersonal(DateTimeOffset confirmedBefore, int limit, DateTimeOffset at);

    /// <summary>
    /// Deletes the oldest closed issuances, each with its attempts, decisions and confirmed reports, and the audit rows of that time. Never one that
    /// is open, in doubt or owed a slip, whose report is not confirmed, or of words that this release does not know; never the newest row of a table,
    /// and never an attempt that paper is still counted from. Counts and numbers go on as if nothing had been deleted. That such an order was
    /// collected is then known to the platform alone. The file gives back what it has too much of, in a journal that was made so
    /// (<see cref="JournalSchema.AutoVacuum"/>); an older one uses its free pages for what comes next.
    /// </summary>
    /// <param name="before">Issuances that have not changed since are too old.</param>
    /// <param name="keepIssuances">Issuances beyond so many are too many, whatever their age.</param>
    /// <param name="limit">At most so many issuances in this call, which is one transaction.</param>
    /// <returns>How many issuances and audit rows; 0 when this call found nothing to delete.</returns>
    int Retire(DateTimeOffset before, long keepIssuances, int limit, DateTimeOffset at);

    /// <summary>A technician has taken the kiosk out of service; outlives a restart.</summary>
    bool InMaintenance { get; }

    void SetMaintenance(bool active, string by, string reason, DateTimeOffset at);

    /// <summary>Millimetres of paper that attempts after this one took, as far as they were begun.</summary>
    long PaperUsedSince(long attempt);

    /// <summary>The newest attempt's id; 0 when there is none.</summary>
    long LastAttempt { get; }

    /// <summary>What is known of a printer, by serial number or, where it tells none, by its path.</summary>
    PrinterRecord? FindPrinter(string unit);

    void SavePrinter(PrinterRecord printer);

    /// <summary>The highest cut counter that this journal has seen of a printer since it was made or adopted; null when it has seen none.</summary>
    /// <param name="serialNumber">The printer's.</param>
    long? LastCuts(string serialNumber);

    /// <summary>Something shows that this journal does not know what happened here: from now on it opens for nobody until a person adopts it.</summary>
    /// <param name="reason">For the technician.</param>
    void Distrust(string reason, DateTimeOffset at);

    void Audit(DateTimeOffset at, string what, string details);

    /// <summary>The newest audit rows first.</summary>
    IReadOnlyList<AuditRecord> ReadAudit(int limit);
}

/// <summary>The change is not allowed from the row's present state; nothing was changed.</summary>
public sealed class JournalTransitionException(string message) : InvalidOperationException(message);

/// <param name="JournalId">Random, made with the file.</param>
/// <param name="Epoch">Counts adoptions: 1 in a new journal.</param>
public sealed record JournalIdentity(Guid JournalId, int Epoch, int SchemaVersion, DateTimeOffset CreatedAt);

public enum IssuanceState
{
    /// <summary>Written by a newer release: shown, never touched.</summary>
    Unknown,
    Intent,
    Accepted,
    Issued,
    Released,
    Failed,
    Void,
    InDoubt,
}

public enum AttemptKind
{
    /// <summary>Written by a newer release.</summary>
    Unknown,
    Ticket,
    /// <summary>Marks a half-printed ticket as worthless and feeds it out.</summary>
    VoidStrip,
    /// <summary>Shows that new paper is right; of no order.</summary>
    TestStrip,
}

public enum AttemptOutcome { Presented, NotPresented, Unknown }

public sealed record IssuanceRecord
{
    public required long Id { get; init; }
    public required Journey Journey { get; init; }
    public required string OrderNumber { get; init; }
    public required IssuanceState State { get; init; }
    /// <summary>As written, also when this release does not know it.</summary>
    public required string StateText { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ChangedAt { get; init; }
    /// <summary>0 until accepted.</summary>
    public required int TicketCount { get; init; }
    /// <summary>Null until accepted, after the purge, and while the key is gone. Stays after a release where a report was written.</summary>
    public AcceptedOrder? Accepted { get; init; }
    /// <summary>Why it was released or stands in doubt.</summary>
    public string? Reason { get; init; }
    /// <summary>Oldest first; all attempts that were ever made for this order, also before a release.</summary>
    public required IReadOnlyList<AttemptRecord> Attempts { get; init; }
    /// <summary>What persons decided about it; oldest first.</summary>
    public IReadOnlyList<DecisionRecord> Decisions { get; init; } = [];
    /// <summary>It stood in doubt, and the slip that parts it from what follows was not printed yet.</summary>
    public bool SlipOwed { get; init; }
    /// <summary>How often it was taken up: 1 in its first intent. What is allocated and given back is told by it.</summary>
    public long Intents { get; init; }
    /// <summary>State of the platform's report of this issuance as written in the outbox; null when there is none.</summary>
    public string? ReportState { get; init; }
}

/// <summary>What the kiosk has taken on.</summary>
/// <param name="TemplateVersion">The ticket template's name and version, "bus/1" for one.</param>
/// <param name="ClaimToken">The fencing token of the claim; null where no claim is needed.</param>
public sealed record AcceptedOrder(Order Order, IReadOnlyList<Ticket> Tickets, string TemplateVersion, string? ClaimToken);

/// <summary>What a printer told of itself at one moment.</summary>
/// <param name="Unit">Serial number, or the path where none is told.</param>
/// <param name="SerialNumber">Null when the printer tells none: then counters prove nothing.</param>
/// <param name="CutCounter">Null when not told.</param>
/// <param name="CutCounterIsExact">A probe showed that one cut adds one.</param>
/// <param name="Idle">Online, no fault, nothing being printed.</param>
/// <param name="Disturbances">Cover, paper and power events and reopenings seen by one run of the agent.</param>
/// <param name="Run">The run of the agent that counted the disturbances.</param>
/// <param name="Connection">Identity of the device node and the boot: another text means that the printer was connected anew. Null when it cannot be told.</param>
/// <param name="ReadAt">When it was read: milliseconds of the machine's monotonic clock, which runs on while no agent does. Null in old rows.</param>
/// <param name="CalmSince">Since when the agent's run has seen the printer without a disturbance; the same clock.</param>
public sealed record PrinterEvidence(
    string Unit, string? SerialNumber, long? CutCounter, bool CutCounterIsExact, bool Idle, long Disturbances, Guid Run, string? Connection,
    long? ReadAt = null, long? CalmSince = null);

/// <param name="Copy">0 for an original, n for the n-th copy that a person asked for.</param>
/// <param name="Millimetres">Paper that it takes.</param>
/// <param name="StockNumber">Of the pre-numbered form that it is printed on; null where the paper carries none.</param>
public sealed record NewAttempt(AttemptKind Kind, int TicketIndex, PrinterEvidence Before, int Copy = 0, int Millimetres = 0, string? StockNumber = null);

public enum DecisionKind
{
    /// <summary>Decided by a newer release, in a way that this one does not know.</summary>
    Unknown,
    /// <summary>The passenger has the tickets.</summary>
    Issued,
    /// <summary>What came out is worthless and taken away; the platform refunds.</summary>
    Void,
    /// <summary>The tickets whose outcome is unknown are printed again, as copies, once the passenger presents the code.</summary>
    Reissue,
}

/// <param name="By">The caller as the kernel names it.</param>
/// <param name="Platform">What the platform said of the order just before.</param>
public sealed record NewDecision(DecisionKind Kind, string By, string Reason, string Platform);

/// <param name="KindText">As written, also when this release does not know it.</param>
/// <param name="LastAttempt">The newest attempt at that time: the person knew of it.</param>
public sealed record DecisionRecord(DecisionKind Kind, string KindText, DateTimeOffset At, string By, string Reason, string Platform, long LastAttempt);

/// <param name="BytesSent">Null when it is not known (the agent died).</param>
/// <param name="Judgement">The rule and the facts that decided, for the technician.</param>
public sealed record AttemptEnd(AttemptOutcome Outcome, long? BytesSent, PrinterEvidence? After, string Judgement);

public sealed record AttemptRecord
{
    public required long Id { get; init; }
    public required AttemptKind Kind { get; init; }
    public required int TicketIndex { get; init; }
    /// <summary>Four characters 20h-7Eh.</summary>
    public required string ProcessId { get; init; }
    /// <summary>0 for an original, n for the n-th copy.</summary>
    public int Copy { get; init; }
    /// <summary>Of the pre-numbered form; null where the paper carries none, and once it is known that no byte was sent.</summary>
    public string? StockNumber { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required PrinterEvidence Before { get; init; }
    /// <summary>Null while the attempt is open.</summary>
    public AttemptEnd? End { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <param name="startedAt">Kept to the millisecond, as it will be read again.</param>
    internal static AttemptRecord Begun(long id, string processId, NewAttempt attempt, DateTimeOffset startedAt) => new()
    {
        Id = id,
        Kind = attempt.Kind,
        TicketIndex = attempt.TicketIndex,
        ProcessId = processId,
        StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(startedAt.ToUnixTimeMilliseconds()),
        Before = attempt.Before,
        Copy = attempt.Copy,
        StockNumber = attempt.StockNumber,
    };
}

/// <param name="Unit">Serial number or path.</param>
/// <param name="CutCounterIsExact">Null until probed.</param>
/// <param name="CutCounter">Last seen.</param>
/// <param name="LowSinceAttempt">The newest attempt when the paper was first seen near its end; null while it is not.</param>
/// <param name="Capabilities">What the driver has found out about the unit, in its own words; at most <see cref="MaxCapabilities"/> characters. Null: nothing yet.</param>
public sealed record PrinterRecord(
    string Unit, string? Model, bool EchoesProcessId, bool? CutCounterIsExact, long? CutCounter, DateTimeOffset SeenAt, long? LowSinceAttempt = null, string? Capabilities = null)
{
    /// <summary>Characters of <see cref="Capabilities"/>.</summary>
    public const int MaxCapabilities = 4096;
}

public enum ReportFilter { Waiting, Parked }

/// <summary>A report or notice for the technician: no payload, no personal data.</summary>
public sealed record ReportRecord
{
    public required long Id { get; init; }
    /// <summary>See <see cref="OutboxReport.Sequence"/>.</summary>
    public long Sequence => Id;
    /// <summary>The platform's order number.</summary>
    public required string OrderNumber { get; init; }
    public required string Kind { get; init; }
    public required bool Success { get; init; }
    /// <summary>Null when a newer release wrote it.</summary>
    public required ReportState? State { get; init; }
    /// <summary>As written, also when this release does not know it.</summary>
    public required string StateText { get; init; }
    public required int Sends { get; init; }
    public required bool FateUnknown { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset ChangedAt { get; init; }
    /// <summary>Null unless it waits for a time.</summary>
    public DateTimeOffset? NotBefore { get; init; }
    /// <summary>As written; null unless it was parked.</summary>
    public string? ParkReason { get; init; }
    /// <summary>What the platform or the station said last, or who decided and why; null before the first answer.</summary>
    public string? Evidence { get; init; }
}

public sealed record AuditRecord(long Id, DateTimeOffset At, string What, string Details);

public sealed record JournalCounts(long Issued, int Open, int InDoubt, int Unreadable);
