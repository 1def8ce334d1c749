using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Journal;

/// <summary>Stands where a journal cannot be had: every question and every change meets the reason why. Nothing of the file is touched.</summary>
public sealed class ClosedJournal(JournalException why) : IIssuanceJournal
{
    public JournalIdentity Identity => throw Why();

    public bool CanKeepPersonalData => false;

    public DateTimeOffset? LastTime => null;

    public IOutbox StationNotices => this;

    public int WaitingReports => throw Why();

    public DateTimeOffset? NextDue => throw Why();

    public OutboxCounts Counts => throw Why();

    public IssuanceRecord? Find(Journey journey, string orderNumber) => throw Why();

    public IReadOnlyList<IssuanceRecord> Unfinished(int limit) => throw Why();

    public JournalCounts CountIssuances() => throw Why();

    public long RecordIntent(Journey journey, string orderNumber, DateTimeOffset at) => throw Why();

    public void Accept(long issuance, AcceptedOrder accepted, IReadOnlyList<NewReport> reports, DateTimeOffset at) => throw Why();

    public AttemptRecord StartAttempt(long issuance, NewAttempt attempt, DateTimeOffset at) => throw Why();

    public void EndAttempt(long attempt, AttemptEnd end, DateTimeOffset at) => throw Why();

    public long? Complete(long issuance, IReadOnlyList<NewReport> reports, DateTimeOffset at) => throw Why();

    public void Release(long issuance, string reason, IReadOnlyList<NewReport> reports, DateTimeOffset at) => throw Why();

    public void StandInDoubt(long issuance, string reason, DateTimeOffset at) => throw Why();

    public long? Fail(long issuance, IReadOnlyList<NewReport> reports, string reason, DateTimeOffset at) => throw Why();

    public IReadOnlyList<OrderKey> OrdersOwedASlip(int limit) => throw Why();

    public void EndSlip(long issuance, string end, DateTimeOffset at) => throw Why();

    public void Decide(long issuance, NewDecision decision, IReadOnlyList<NewReport> reports, DateTimeOffset at) => throw Why();

    public IReadOnlyList<ReportRecord> Reports(ReportFilter filter, int limit) => throw Why();

    public ReportRecord? FindReport(long id) => throw Why();

    public void RetryReport(long id, string by, string reason, bool ask, DateTimeOffset at) => throw Why();

    public void SettleReport(long id, string by, string reason, DateTimeOffset at) => throw Why();

    public int PurgePersonal(DateTimeOffset confirmedBefore, int limit, DateTimeOffset at) => throw Why();

    public int Retire(DateTimeOffset before, long keepIssuances, int limit, DateTimeOffset at) => throw Why();

    public bool InMaintenance => false;

    public void SetMaintenance(bool active, string by, string reason, DateTimeOffset at) => throw Why();

    public long PaperUsedSince(long attempt) => throw Why();

    public long LastAttempt => throw Why();

    public PrinterRecord? FindPrinter(string unit) => throw Why();

    public void SavePrinter(PrinterRecord printer) => throw Why();

    public long? LastCuts(string serialNumber) => throw Why();

    public void Distrust(string reason, DateTimeOffset at) => throw Why();

    public void Audit(DateTimeOffset at, string what, string details) => throw Why();

    public IReadOnlyList<AuditRecord> ReadAudit(int limit) => throw Why();

    public int RecoverInterrupted(DateTimeOffset now) => throw Why();

    public IReadOnlyList<OutboxReport> Take(DateTimeOffset now, int limit, IReadOnlySet<string> ordersInHand) => throw Why();

    public void MarkSending(long id, DateTimeOffset at) => throw Why();

    public void Confirm(long id, DateTimeOffset at, string evidence) => throw Why();

    public void RetryAt(long id, DateTimeOffset notBefore, bool fateUnknown, string reason) => throw Why();

    public void Park(long id, DateTimeOffset at, ParkReason reason, string evidence) => throw Why();

    public void WakeRetries(DateTimeOffset now) => throw Why();

    public IReadOnlyList<PrinterUse> PrinterUses() => throw Why();

    public StockPosition? Stock => throw Why();

    public void SetStock(string next, string by, string reason, DateTimeOffset at) => throw Why();

    public AttemptRecord StartTestStrip(NewAttempt attempt, string by, DateTimeOffset at) => throw Why();

    public AttemptRecord? OpenTestStrip => throw Why();

    public void EndPaperChange(long strip, AttemptEnd end, string unit, DateTimeOffset at) => throw Why();

    public void Dispose() { }

    // A new one each time: an exception that is thrown twice carries the wrong trace.
    private JournalException Why() => new(why.Reason, why.Message, inner: why);
}
