using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Simulation;

/// <summary>The journal as the running agent has it: every commit is an effect, and what is acknowledged is written down by the world.</summary>
internal sealed class WorldJournal(World world, AgentRun run, IIssuanceJournal inner) : IIssuanceJournal
{
    private readonly ShadowJournal _shadow = world.Shadow;
    private readonly WorldOutbox _reports = new(world, run, inner, toStation: false), _notices = new(world, run, inner.StationNotices, toStation: true);

    public JournalIdentity Identity => inner.Identity;

    public bool CanKeepPersonalData => inner.CanKeepPersonalData;

    public DateTimeOffset? LastTime => inner.LastTime;

    public IOutbox StationNotices => _notices;

    public int WaitingReports => inner.WaitingReports;

    public DateTimeOffset? NextDue => _reports.NextDue;

    public OutboxCounts Counts => _reports.Counts;

    public IssuanceRecord? Find(Journey journey, string orderNumber) => inner.Find(journey, orderNumber);

    public IReadOnlyList<IssuanceRecord> Unfinished(int limit) => inner.Unfinished(limit);

    public JournalCounts CountIssuances() => inner.CountIssuances();

    public long? LastCuts(string serialNumber) => inner.LastCuts(serialNumber);

    public IReadOnlyList<OrderKey> OrdersOwedASlip(int limit) => inner.OrdersOwedASlip(limit);

    public PrinterRecord? FindPrinter(string unit) => inner.FindPrinter(unit);

    public IReadOnlyList<AuditRecord> ReadAudit(int limit) => inner.ReadAudit(limit);

    public IReadOnlyList<OutboxReport> Take(DateTimeOffset now, int limit, IReadOnlySet<string> ordersInHand) => _reports.Take(now, limit, ordersInHand);

    public long RecordIntent(Journey journey, string orderNumber, DateTimeOffset at)
    {
        var present = world.Disk.Issuances.Find(i => i.Journey == journey && i.OrderNumber == orderNumber);
        var id = Commit($"issuance {present?.Id ?? world.Disk.LastIssuance + 1}", $"intent {new OrderKey(journey, orderNumber)}", () => inner.RecordIntent(journey, orderNumber, at));
        if (!_shadow.Orders.TryGetValue(id, out var order)) _shadow.Orders[id] = order = new() { Id = id, Key = new(journey, orderNumber) };
        (order.State, order.ChangedAt) = (IssuanceState.Intent, world.Now);
        return id;
    }

    public void Accept(long issuance, AcceptedOrder accepted, IReadOnlyList<NewReport> reports, DateTimeOffset at) =>
        Move(issuance, IssuanceState.Accepted, "accepted", () => inner.Accept(issuance, accepted, reports, at));

    public AttemptRecord StartAttempt(long issuance, NewAttempt attempt, DateTimeOffset at)
    {
        var unit = world.Printer.Unit;
        if (world.Power.FailsKnown) world.Violate("nothing is begun while the power fails", $"{attempt.Kind} {attempt.TicketIndex + 1} of issuance {issuance}");
        var started = Commit($"issuance {issuance}", $"{attempt.Kind} {attempt.TicketIndex + 1} begun", () => inner.StartAttempt(issuance, attempt, at));
        _shadow.Attempts[started.Id] = new()
        {
            Id = started.Id,
            Key = _shadow.Orders[issuance].Key,
            Begun = attempt,
            Unit = unit,
            StartedAt = world.Now,
            BegunByRunOf = world.Kiosk.BootedAt,
        };
        return started;
    }

    public void EndAttempt(long attempt, AttemptEnd end, DateTimeOffset at)
    {
        Commit($"attempt {attempt}", $"attempt {attempt} ended {end.Outcome}: {end.Judgement}", () =>
        {
            inner.EndAttempt(attempt, end, at);
            return 0;
        });
        if (_shadow.Attempts.TryGetValue(attempt, out var shadow)) (shadow.End, shadow.EndedAt, shadow.EndedByRunOf) = (end, world.Now, world.Kiosk.BootedAt);
    }

    public long? Complete(long issuance, IReadOnlyList<NewReport> reports, DateTimeOffset at)
    {
        long? id = null;
        Move(issuance, IssuanceState.Issued, "issued", () => id = inner.Complete(issuance, reports, at));
        _shadow.Orders[issuance].Report = id;
        return id;
    }

    public void Release(long issuance, string reason, IReadOnlyList<NewReport> reports, DateTimeOffset at) =>
        Move(issuance, IssuanceState.Released, $"released: {reason}", () => inner.Release(issuance, reason, reports, at));

    public void StandInDoubt(long issuance, string reason, DateTimeOffset at) =>
        Move(issuance, IssuanceState.InDoubt, $"in doubt: {reason}", () => inner.StandInDoubt(issuance, reason, at));

    public bool InMaintenance => inner.InMaintenance;

    public long LastAttempt => inner.LastAttempt;

    public long PaperUsedSince(long attempt) => inner.PaperUsedSince(attempt);

    public long? Fail(long issuance, IReadOnlyList<NewReport> reports, string reason, DateTimeOffset at)
    {
        long? id = null;
        Move(issuance, IssuanceState.Failed, $"failed: {reason}", () => id = inner.Fail(issuance, reports, reason, at));
        return id;
    }

    public void EndSlip(long issuance, string end, DateTimeOffset at) => Commit($"issuance {issuance}", $"slip {end}", () =>
    {
        inner.EndSlip(issuance, end, at);
        return 0;
    });

    public void Decide(long issuance, NewDecision decision, IReadOnlyList<NewReport> reports, DateTimeOffset at)
    {
        var to = decision.Kind switch { DecisionKind.Issued => IssuanceState.Issued, DecisionKind.Void => IssuanceState.Void, _ => IssuanceState.Accepted };
        Move(issuance, to, $"decided {decision.Kind}", () => inner.Decide(issuance, decision, reports, at));
    }

    public IReadOnlyList<ReportRecord> Reports(ReportFilter filter, int limit) => inner.Reports(filter, limit);

    public ReportRecord? FindReport(long id) => inner.FindReport(id);

    public void RetryReport(long id, string by, string reason, bool ask, DateTimeOffset at) =>
        ByHand(id, ReportState.Retry, $"retried by {by}: {reason}", () => inner.RetryReport(id, by, reason, ask, at));

    public void SettleReport(long id, string by, string reason, DateTimeOffset at) =>
        ByHand(id, ReportState.Confirmed, $"settled by {by}: {reason}", () => inner.SettleReport(id, by, reason, at));

    public int PurgePersonal(DateTimeOffset confirmedBefore, int limit, DateTimeOffset at) =>
        Commit("purge", $"personal data before {confirmedBefore:s} erased", () => inner.PurgePersonal(confirmedBefore, limit, at));

    public int Retire(DateTimeOffset before, long keepIssuances, int limit, DateTimeOffset at)
    {
        var deleted = Commit(ShadowJournal.Retirement, $"history before {before:s} deleted", () => inner.Retire(before, keepIssuances, limit, at));
        _shadow.ForgetRetired();
        return deleted;
    }

    public void SetMaintenance(bool active, string by, string reason, DateTimeOffset at) => Commit("maintenance", $"maintenance {active}", () =>
    {
        inner.SetMaintenance(active, by, reason, at);
        return 0;
    });

    public void SavePrinter(PrinterRecord printer) => Commit("printer", $"printer {printer.Unit}, exact {printer.CutCounterIsExact}", () =>
    {
        inner.SavePrinter(printer);
        return 0;
    });

    public void Distrust(string reason, DateTimeOffset at) => Commit("distrust", $"distrusted: {reason}", () =>
    {
        inner.Distrust(reason, at);
        return 0;
    });

    public void Audit(DateTimeOffset at, string what, string details) => Commit("audit", $"audit {what} {details}", () =>
    {
        inner.Audit(at, what, details);
        return 0;
    });

    public int RecoverInterrupted(DateTimeOffset now) => _reports.RecoverInterrupted(now);

    public void WakeRetries(DateTimeOffset now) => _reports.WakeRetries(now);

    public void MarkSending(long id, DateTimeOffset at) => _reports.MarkSending(id, at);

    public void Confirm(long id, DateTimeOffset at, string evidence) => _reports.Confirm(id, at, evidence);

    public void RetryAt(long id, DateTimeOffset notBefore, bool fateUnknown, string reason) => _reports.RetryAt(id, notBefore, fateUnknown, reason);

    public void Park(long id, DateTimeOffset at, ParkReason reason, string evidence) => _reports.Park(id, at, reason, evidence);

    public IReadOnlyList<PrinterUse> PrinterUses() => inner.PrinterUses();

    public StockPosition? Stock => inner.Stock;

    public void SetStock(string next, string by, string reason, DateTimeOffset at) => Commit("stock", $"stock number {next}", () =>
    {
        inner.SetStock(next, by, reason, at);
        return 0;
    });

    public AttemptRecord StartTestStrip(NewAttempt attempt, string by, DateTimeOffset at) => Commit("strip", "test strip begun", () => inner.StartTestStrip(attempt, by, at));

    public AttemptRecord? OpenTestStrip => inner.OpenTestStrip;

    public void EndPaperChange(long strip, AttemptEnd end, string unit, DateTimeOffset at) => Commit("strip", $"paper changed: strip {end.Outcome}", () =>
    {
        inner.EndPaperChange(strip, end, unit, at);
        return 0;
    });

    public void Dispose() => inner.Dispose();

    private void ByHand(long id, ReportState to, string what, Action step)
    {
        Commit($"report {id}", $"report {id} {what}", () =>
        {
            step();
            return 0;
        });
        _shadow.Reports[id] = to;
    }

    private void Move(long issuance, IssuanceState to, string what, Action step)
    {
        Commit($"issuance {issuance}", what, () =>
        {
            step();
            return 0;
        });
        Moved(issuance, to);
    }

    private void Moved(long issuance, IssuanceState to)
    {
        (_shadow.Orders[issuance].State, _shadow.Orders[issuance].ChangedAt) = (to, world.Now);
        // With the reports that came with it.
        if (to == IssuanceState.Accepted && _shadow.Orders[issuance].Key.Journey != Journey.Bus && !world.Disk.Reports.Exists(r => r.Issuance == issuance && !r.IsForStation))
            world.Violate("no allocation is durable without its report", _shadow.Orders[issuance].Number);
        foreach (var report in world.Disk.Reports.Where(r => r.Issuance == issuance))
        {
            if (_shadow.Reports.TryAdd(report.Report.Id, report.State)) _shadow.FreeSince.TryAdd(report.Report.Id, world.Now);
        }
    }

    private T Commit<T>(string key, string what, Func<T> step) => Commit(world, run, key, what, step);

    /// <summary>One effect of the world; what it acknowledged is a fact.</summary>
    internal static T Commit<T>(World world, AgentRun run, string key, string what, Func<T> step)
    {
        var number = world.Begin(run, $"journal: {key}: {what}");
        world.Shadow.Begin(key);
        T result;
        try
        {
            result = step();
        }
        catch (JournalTransitionException)
        {
            world.Shadow.Acknowledge();
            throw;
        }
        world.End(run, number);
        world.Shadow.Acknowledge();
        return result;
    }
}
