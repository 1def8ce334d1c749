using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Simulation;

/// <summary>A bad engine: the outcome is durable before its report, and power may go between the two.</summary>
internal sealed class TwoTransactions(World world, AgentRun run, IIssuanceJournal inner) : JournalMutant(inner)
{
    public override long? Complete(long issuance, IReadOnlyList<NewReport> reports, DateTimeOffset at)
    {
        var id = base.Complete(issuance, reports, at);
        try
        {
            world.End(run, world.Begin(run, "journal: the report, in a transaction of its own"));
        }
        catch (PowerCutException)
        {
            world.Disk.Reports.RemoveAll(r => r.Report.Id == id);
            throw;
        }
        return id;
    }
}

/// <summary>A bad engine: a job's report waits, in memory, until its paper is out.</summary>
internal sealed class ReportsAtCompletion(World world, IIssuanceJournal inner) : JournalMutant(inner)
{
    private readonly Dictionary<long, MemoryReport> _kept = [];

    public override void Accept(long issuance, AcceptedOrder accepted, IReadOnlyList<NewReport> reports, DateTimeOffset at)
    {
        base.Accept(issuance, accepted, reports, at);
        if (world.Disk.Reports.Find(r => r.Issuance == issuance && r.State == ReportState.Due) is not { } report) return;
        _kept[issuance] = report;
        world.Disk.Reports.Remove(report);
    }

    public override long? Complete(long issuance, IReadOnlyList<NewReport> reports, DateTimeOffset at)
    {
        if (_kept.Remove(issuance, out var report)) world.Disk.Reports.Add(report);
        return base.Complete(issuance, reports, at);
    }
}

/// <summary>The journal, for those that change something about it.</summary>
internal abstract class JournalMutant(IIssuanceJournal inner) : IIssuanceJournal
{
    public JournalIdentity Identity => inner.Identity;

    public bool CanKeepPersonalData => inner.CanKeepPersonalData;

    public bool InMaintenance => inner.InMaintenance;

    public long LastAttempt => inner.LastAttempt;

    public DateTimeOffset? LastTime => inner.LastTime;

    public IOutbox StationNotices => inner.StationNotices;

    public int WaitingReports => inner.WaitingReports;

    public DateTimeOffset? NextDue => inner.NextDue;

    public OutboxCounts Counts => inner.Counts;

    public virtual long? Complete(long issuance, IReadOnlyList<NewReport> reports, DateTimeOffset at) => inner.Complete(issuance, reports, at);

    public IssuanceRecord? Find(Journey journey, string orderNumber) => inner.Find(journey, orderNumber);

    public IReadOnlyList<IssuanceRecord> Unfinished(int limit) => inner.Unfinished(limit);

    public JournalCounts CountIssuances() => inner.CountIssuances();

    public long? LastCuts(string serialNumber) => inner.LastCuts(serialNumber);

    public IReadOnlyList<OrderKey> OrdersOwedASlip(int limit) => inner.OrdersOwedASlip(limit);

    public PrinterRecord? FindPrinter(string unit) => inner.FindPrinter(unit);

    public IReadOnlyList<AuditRecord> ReadAudit(int limit) => inner.ReadAudit(limit);

    public IReadOnlyList<OutboxReport> Take(DateTimeOffset now, int limit, IReadOnlySet<string> ordersInHand) => inner.Take(now, limit, ordersInHand);

    public long PaperUsedSince(long attempt) => inner.PaperUsedSince(attempt);

    public long RecordIntent(Journey journey, string orderNumber, DateTimeOffset at) => inner.RecordIntent(journey, orderNumber, at);

    public virtual void Accept(long issuance, AcceptedOrder accepted, IReadOnlyList<NewReport> reports, DateTimeOffset at) => inner.Accept(issuance, accepted, reports, at);

    public AttemptRecord StartAttempt(long issuance, NewAttempt attempt, DateTimeOffset at) => inner.StartAttempt(issuance, attempt, at);

    public void EndAttempt(long attempt, AttemptEnd end, DateTimeOffset at) => inner.EndAttempt(attempt, end, at);

    public void Release(long issuance, string reason, IReadOnlyList<NewReport> reports, DateTimeOffset at) => inner.Release(issuance, reason, reports, at);

    public long? Fail(long issuance, IReadOnlyList<NewReport> reports, string reason, DateTimeOffset at) => inner.Fail(issuance, reports, reason, at);

    public void StandInDoubt(long issuance, string reason, DateTimeOffset at) => inner.StandInDoubt(issuance, reason, at);

    public void EndSlip(long issuance, string end, DateTimeOffset at) => inner.EndSlip(issuance, end, at);

    public void Decide(long issuance, NewDecision decision, IReadOnlyList<NewReport> reports, DateTimeOffset at) => inner.Decide(issuance, decision, reports, at);

    public IReadOnlyList<ReportRecord> Reports(ReportFilter filter, int limit) => inner.Reports(filter, limit);

    public ReportRecord? FindReport(long id) => inner.FindReport(id);

    public void RetryReport(long id, string by, string reason, bool ask, DateTimeOffset at) => inner.RetryReport(id, by, reason, ask, at);

    public void SettleReport(long id, string by, string reason, DateTimeOffset at) => inner.SettleReport(id, by, reason, at);

    public int PurgePersonal(DateTimeOffset confirmedBefore, int limit, DateTimeOffset at) => inner.PurgePersonal(confirmedBefore, limit, at);

    public int Retire(DateTimeOffset before, long keepIssuances, int limit, DateTimeOffset at) => inner.Retire(before, keepIssuances, limit, at);

    public void SetMaintenance(bool active, string by, string reason, DateTimeOffset at) => inner.SetMaintenance(active, by, reason, at);

    public void SavePrinter(PrinterRecord printer) => inner.SavePrinter(printer);

    public void Distrust(string reason, DateTimeOffset at) => inner.Distrust(reason, at);

    public void Audit(DateTimeOffset at, string what, string details) => inner.Audit(at, what, details);

    public int RecoverInterrupted(DateTimeOffset now) => inner.RecoverInterrupted(now);

    public void MarkSending(long id, DateTimeOffset at) => inner.MarkSending(id, at);

    public void Confirm(long id, DateTimeOffset at, string evidence) => inner.Confirm(id, at, evidence);

    public void RetryAt(long id, DateTimeOffset notBefore, bool fateUnknown, string reason) => inner.RetryAt(id, notBefore, fateUnknown, reason);

    public void Park(long id, DateTimeOffset at, ParkReason reason, string evidence) => inner.Park(id, at, reason, evidence);

    public void WakeRetries(DateTimeOffset now) => inner.WakeRetries(now);

    public IReadOnlyList<PrinterUse> PrinterUses() => inner.PrinterUses();

    public StockPosition? Stock => inner.Stock;

    public void SetStock(string next, string by, string reason, DateTimeOffset at) => inner.SetStock(next, by, reason, at);

    public AttemptRecord StartTestStrip(NewAttempt attempt, string by, DateTimeOffset at) => inner.StartTestStrip(attempt, by, at);

    public AttemptRecord? OpenTestStrip => inner.OpenTestStrip;

    public virtual void EndPaperChange(long strip, AttemptEnd end, string unit, DateTimeOffset at) => inner.EndPaperChange(strip, end, unit, at);

    public void Dispose() => inner.Dispose();
}
