using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Simulation;

/// <summary>The seeded world's disk: what was committed, and how the next commits go wrong. It outlives the journal that was opened on it.</summary>
internal sealed partial class MemoryJournalDisk(DateTimeOffset createdAt, int seed = 1)
{
    internal List<IssuanceRecord> Issuances { get; } = [];

    internal List<MemoryReport> Reports { get; } = [];

    internal List<AuditRecord> Audits { get; } = [];

    internal Dictionary<string, PrinterRecord> Printers { get; } = [];

    internal long Attempts { get; set; }

    internal long LastIssuance { get; set; }

    internal long LastReport { get; set; }

    internal long LastAudit { get; set; }

    /// <summary>Deleted, and counted all the same.</summary>
    internal int IssuedRetired { get; set; }

    internal int ReportsRetired { get; set; }

    internal int NoticesRetired { get; set; }

    internal Dictionary<long, int> Millimetres { get; } = [];

    internal bool InMaintenance { get; set; }

    internal string? Distrusted { get; set; }

    internal DateTimeOffset? Latest { get; set; }

    internal int ProcessIdStart { get; } = new Random(seed).Next(AttemptProcessIds.Count);

    internal JournalIdentity Identity { get; } =
        new(new Guid(seed, 0, 0, [0, 0, 0, 0, 0, 0, 0, 1]), 1, 1, DateTimeOffset.FromUnixTimeMilliseconds(createdAt.ToUnixTimeMilliseconds()));

    /// <summary>Commits so far, successful or not.</summary>
    public int Commits { get; private set; }

    /// <summary>Called with the number of each commit (from 1) before anything of it is durable; a throw is a power cut there.</summary>
    public Action<int>? BeforeCommit { get; set; }

    /// <summary>Called after a commit is durable and before the caller learns of it; a throw is a power cut there.</summary>
    public Action<int>? AfterCommit { get; set; }

    /// <summary>Says for each commit whether the storage fails in it, and how.</summary>
    public Func<int, MemoryJournalFault>? Fault { get; set; }

    /// <returns>Whether the storage took it without a fault.</returns>
    internal bool Commit(Action apply)
    {
        Commits++;
        BeforeCommit?.Invoke(Commits);
        var fault = Fault?.Invoke(Commits) ?? MemoryJournalFault.None;
        if (fault != MemoryJournalFault.Lost) apply();
        if (fault != MemoryJournalFault.None) return false;
        AfterCommit?.Invoke(Commits);
        return true;
    }
}

/// <summary>What a failing disk did with a commit; the journal cannot tell the two failures apart.</summary>
internal enum MemoryJournalFault { None, Lost, AppliedButNotAcknowledged }

internal sealed record MemoryReport(OutboxReport Report, long Issuance, ReportState State, DateTimeOffset NotBefore, DateTimeOffset ChangedAt)
{
    public ParkReason? ParkReason { get; init; }

    public string? Evidence { get; init; }

    public bool Purged { get; init; }

    public bool IsOpen => State is not (ReportState.Confirmed or ReportState.Parked);

    public bool IsForStation => ReportKinds.IsForStation(Report.Kind);
}

/// <summary>The journal without a file, for the seeded world: the same rules, and nothing but what was committed survives.</summary>
internal sealed partial class MemoryJournal : IIssuanceJournal
{
    private readonly MemoryLine _reports, _notices;
    private readonly MemoryJournalDisk _disk;
    private readonly TimeProvider _time;
    private bool _entered;
    private bool _failed;
    private bool _disposed;

    public MemoryJournal(MemoryJournalDisk disk, TimeProvider time)
    {
        (_disk, _time) = (disk, time);
        _reports = new(this, toStation: false);
        _notices = new(this, toStation: true);
    }

    public JournalIdentity Identity => _disk.Identity;

    public bool CanKeepPersonalData => true;

    public bool InMaintenance => _disk.InMaintenance;

    public long LastAttempt => _disk.Attempts;

    public DateTimeOffset? LastTime => _disk.Latest;

    public IOutbox StationNotices => _notices;

    public int WaitingReports => _reports.Counts.Waiting + _notices.Counts.Waiting;

    public IssuanceRecord? Find(Journey journey, string orderNumber) =>
        Read(() => _disk.Issuances.Find(i => i.Journey == journey && i.OrderNumber == orderNumber) is { } found ? WithReport(found) : null);

    public IReadOnlyList<IssuanceRecord> Unfinished(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return Read(() => _disk.Issuances.Where(IsUnfinished).Take(limit).Select(WithReport).ToList());
    }

    public JournalCounts CountIssuances() => Read(() => new JournalCounts(
        _disk.IssuedRetired + _disk.Issuances.Count(i => i.State == IssuanceState.Issued),
        _disk.Issuances.Count(i => i.State is IssuanceState.Intent or IssuanceState.Accepted),
        _disk.Issuances.Count(i => i.State == IssuanceState.InDoubt), 0));

    public long RecordIntent(Journey journey, string orderNumber, DateTimeOffset at)
    {
        ArgumentException.ThrowIfNullOrEmpty(orderNumber);
        return Change(() =>
        {
            var present = _disk.Issuances.Find(i => i.Journey == journey && i.OrderNumber == orderNumber);
            Require("An intent", JournalTransitions.WhyNoIntent(present?.State));
            var id = present?.Id ?? _disk.LastIssuance + 1;
            Commit(at, JournalAudit.Intent, $"issuance {id}", () =>
            {
                if (present is null)
                {
                    _disk.LastIssuance = id;
                    _disk.Issuances.Add(new()
                    {
                        Id = id,
                        Journey = journey,
                        OrderNumber = orderNumber,
                        State = IssuanceState.Intent,
                        StateText = "",
                        CreatedAt = Written(at),
                        ChangedAt = Written(at),
                        TicketCount = 0,
                        Attempts = [],
                        Intents = 1,
                    });
                }
                else
                {
                    Put(present with { State = IssuanceState.Intent, ChangedAt = Written(at), TicketCount = 0, Reason = null, Intents = present.Intents + 1 });
                }
            });
            return id;
        });
    }

    public void Accept(long issuance, AcceptedOrder accepted, IReadOnlyList<NewReport> reports, DateTimeOffset at)
    {
        JournalRequests.Check(accepted);
        JournalRequests.Check(reports);
        Change(() =>
        {
            var present = ById(issuance);
            Require($"Accepting issuance {issuance}", JournalTransitions.WhyNoAccept(present?.State));
            JournalRequests.CheckIsOf(accepted, present!.Journey, present.OrderNumber);
            var rows = Rows(ReportedChange.Acceptance, present, reports, at);
            // Through the bytes that a file would hold.
            var stored = JournalJson.Read(JournalJson.Write(accepted));
            return Commit(at, JournalAudit.Accepted, $"issuance {issuance}", () =>
            {
                Add(rows);
                // It has personal data again.
                for (var i = 0; i < _disk.Reports.Count; i++)
                {
                    if (_disk.Reports[i].Issuance == issuance && !_disk.Reports[i].IsForStation) _disk.Reports[i] = _disk.Reports[i] with { Purged = false };
                }
                Put(present with { State = IssuanceState.Accepted, ChangedAt = Written(at), TicketCount = accepted.Tickets.Count, Accepted = stored });
            });
        });
    }

    public AttemptRecord StartAttempt(long issuance, NewAttempt attempt, DateTimeOffset at) => Change(() =>
    {
        JournalRequests.Check(attempt);
        var present = ById(issuance);
        Require($"An attempt of issuance {issuance}",
            JournalTransitions.WhyNoAttempt(present?.State, present?.TicketCount ?? 0, Facts(present), attempt.Kind, attempt.TicketIndex));
        var id = _disk.Attempts + 1;
        var started = new AttemptRecord
        {
            Id = id,
            Kind = attempt.Kind,
            TicketIndex = attempt.TicketIndex,
            ProcessId = AttemptProcessIds.OfAttempt(_disk.ProcessIdStart, id).ToString(),
            StartedAt = Written(at),
            Before = attempt.Before,
            Copy = attempt.Copy,
            StockNumber = attempt.StockNumber,
        };
        Commit(at, JournalAudit.AttemptStarted, $"issuance {issuance} attempt {id}", () =>
        {
            _disk.Attempts = id;
            _disk.Millimetres[id] = attempt.Millimetres;
            Put(present! with { Attempts = [.. present.Attempts, started] });
        });
        return started;
    });

    public void EndAttempt(long attempt, AttemptEnd end, DateTimeOffset at) => Change(() =>
    {
        if (_disk.Strips.Find(s => s.Id == attempt) is { } strip)
        {
            Require($"The end of attempt {attempt}", JournalTransitions.WhyNoEnd(Facts(strip), null));
            return Commit(at, JournalAudit.AttemptEnded, $"attempt {attempt}{JournalRequests.TellForm(strip.StockNumber, strip.Kind, end)}", () => _disk.Strips[_disk.Strips.IndexOf(strip)] = Ended(strip, end, at));
        }
        var issuance = _disk.Issuances.Find(i => i.Attempts.Any(a => a.Id == attempt));
        var present = issuance?.Attempts.Single(a => a.Id == attempt);
        Require($"The end of attempt {attempt}", JournalTransitions.WhyNoEnd(present is null ? null : Facts(present), issuance?.State));
        return Commit(at, JournalAudit.AttemptEnded, $"attempt {attempt}{JournalRequests.TellForm(present!.StockNumber, present.Kind, end)}",
            () => Put(issuance! with { Attempts = [.. issuance.Attempts.Select(a => a.Id == attempt ? Ended(a, end, at) : a)] }));
    });

    public long? Complete(long issuance, IReadOnlyList<NewReport> reports, DateTimeOffset at)
    {
        JournalRequests.Check(reports);
        return Change(() =>
        {
            var present = ById(issuance);
            Require($"Completing issuance {issuance}", JournalTransitions.WhyNoCompletion(present?.State, Facts(present)));
            var rows = Rows(ReportedChange.Completion, present!, reports, at);
            Commit(at, JournalAudit.Issued, $"issuance {issuance}", () =>
            {
                Add(rows);
                Put(present! with { State = IssuanceState.Issued, ChangedAt = Written(at), Reason = null });
            });
            return Told(rows);
        });
    }

    public long? Fail(long issuance, IReadOnlyList<NewReport> reports, string reason, DateTimeOffset at)
    {
        JournalRequests.Check(reports);
        return Change(() =>
        {
            var present = ById(issuance);
            Require($"Failing issuance {issuance}", JournalTransitions.WhyNoFailure(present?.State, present?.Journey ?? default, Facts(present)));
            var rows = Rows(ReportedChange.Failure, present!, reports, at);
            Commit(at, JournalAudit.Failed, $"issuance {issuance}: {reason}", () =>
            {
                Add(rows);
                Put(present! with { State = IssuanceState.Failed, ChangedAt = Written(at), Reason = reason });
            });
            return Told(rows);
        });
    }

    public void Decide(long issuance, NewDecision decision, IReadOnlyList<NewReport> reports, DateTimeOffset at)
    {
        JournalRequests.Check(decision);
        JournalRequests.Check(reports);
        Change(() =>
        {
            var present = ById(issuance);
            Require($"Deciding issuance {issuance}", JournalTransitions.WhyNoDecision(present?.State, Facts(present)));
            var rows = Rows(JournalRequests.ChangeOf(decision.Kind), present!, reports, at);
            var last = present!.Attempts.Count == 0 ? 0 : present.Attempts.Max(a => a.Id);
            var made = new DecisionRecord(decision.Kind, JournalWords.Of(decision.Kind), Written(at), decision.By, decision.Reason, decision.Platform, last);
            var state = decision.Kind switch { DecisionKind.Issued => IssuanceState.Issued, DecisionKind.Void => IssuanceState.Void, _ => IssuanceState.Accepted };
            return Commit(at, JournalAudit.Decided, $"issuance {issuance} {made.KindText} by {decision.By}: {decision.Reason}", () =>
            {
                Add(rows);
                Put(present with
                {
                    State = state,
                    ChangedAt = Written(at),
                    Reason = state == IssuanceState.Issued ? null : present.Reason,
                    Decisions = [.. present.Decisions, made],
                });
            });
        });
    }

    public IReadOnlyList<OrderKey> OrdersOwedASlip(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return Read(() => _disk.Issuances.Where(i => i.SlipOwed).Take(limit).Select(i => new OrderKey(i.Journey, i.OrderNumber)).ToList());
    }

    public void EndSlip(long issuance, string end, DateTimeOffset at) => Change(() =>
    {
        var present = ById(issuance);
        Require($"Ending the slip of issuance {issuance}", JournalTransitions.WhyNoSlipEnd(present?.State));
        return Commit(at, JournalAudit.Slip, $"issuance {issuance}: {end}", () => Put(present! with { SlipOwed = false }));
    });

    public void SetMaintenance(bool active, string by, string reason, DateTimeOffset at) =>
        Change(() => Commit(at, JournalAudit.Maintenance, $"{active} by {by}: {reason}", () => _disk.InMaintenance = active));

    public long PaperUsedSince(long attempt) => Read(() => _disk.Millimetres.Where(a => a.Key > attempt).Sum(a => (long)a.Value));

    public void Release(long issuance, string reason, IReadOnlyList<NewReport> reports, DateTimeOffset at)
    {
        JournalRequests.Check(reports);
        Change(() =>
        {
            var present = ById(issuance);
            Require($"Releasing issuance {issuance}", JournalTransitions.WhyNoRelease(present?.State, Facts(present)));
            var rows = Rows(ReportedChange.Release, present!, reports, at);
            var kept = JournalTransitions.KeepsOrderWhenReleased(present!.Journey, HasReport(present)) ? present.Accepted : null;
            return Commit(at, JournalAudit.Released, $"issuance {issuance}: {reason}", () =>
            {
                Add(rows);
                Put(present with { State = IssuanceState.Released, ChangedAt = Written(at), Reason = reason, Accepted = kept });
            });
        });
    }

    public void StandInDoubt(long issuance, string reason, DateTimeOffset at) => Change(() =>
    {
        var present = ById(issuance);
        Require($"Doubting issuance {issuance}", JournalTransitions.WhyNoDoubt(present?.State));
        return Commit(at, JournalAudit.InDoubt, $"issuance {issuance}: {reason}",
            () => Put(present! with { State = IssuanceState.InDoubt, ChangedAt = Written(at), Reason = reason, SlipOwed = true }));
    });

    public PrinterRecord? FindPrinter(string unit) => Read(() => _disk.Printers.GetValueOrDefault(unit));

    public void SavePrinter(PrinterRecord printer)
    {
        JournalRequests.Check(printer);
        Change(() => Commit(printer.SeenAt, JournalAudit.Printer, printer.Unit, () => _disk.Printers[printer.Unit] = printer with { SeenAt = Written(printer.SeenAt) }));
    }

    public long? LastCuts(string serialNumber) => Read(() =>
    {
        var newest = AllAttempts.Where(a => a.Before.SerialNumber == serialNumber && a.Before.CutCounter is not null).MaxBy(a => a.Id);
        var cuts = newest is null ? null : newest.End?.After is { } after && after.SerialNumber == serialNumber && after.CutCounter is not null ? after.CutCounter : newest.Before.CutCounter;
        var saved = _disk.Printers.GetValueOrDefault(serialNumber)?.CutCounter;
        return saved is not null && !(saved < cuts) ? saved : cuts;
    });

    public void Distrust(string reason, DateTimeOffset at)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        Change(() => Commit(at, JournalAudit.Distrusted, reason, () => _disk.Distrusted = reason));
    }

    public void Audit(DateTimeOffset at, string what, string details) => Change(() => Commit(at, what, details, () => { }));

    public IReadOnlyList<AuditRecord> ReadAudit(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return Read(() => _disk.Audits.AsEnumerable().Reverse().Take(limit).ToList());
    }

    public DateTimeOffset? NextDue => _reports.NextDue;

    public OutboxCounts Counts => _reports.Counts;

    public int RecoverInterrupted(DateTimeOffset now) => _reports.RecoverInterrupted(now);

    public void WakeRetries(DateTimeOffset now) => _reports.WakeRetries(now);

    public IReadOnlyList<OutboxReport> Take(DateTimeOffset now, int limit, IReadOnlySet<string> ordersInHand) => _reports.Take(now, limit, ordersInHand);

    public void MarkSending(long id, DateTimeOffset at) => _reports.MarkSending(id, at);

    public void Confirm(long id, DateTimeOffset at, string evidence) => _reports.Confirm(id, at, evidence);

    public void RetryAt(long id, DateTimeOffset notBefore, bool fateUnknown, string reason) => _reports.RetryAt(id, notBefore, fateUnknown, reason);

    public void Park(long id, DateTimeOffset at, ParkReason reason, string evidence) => _reports.Park(id, at, reason, evidence);

    public IReadOnlyList<ReportRecord> Reports(ReportFilter filter, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        var found = filter == ReportFilter.Waiting ? _disk.Reports.Where(r => r.IsOpen) : _disk.Reports.Where(r => r.State == ReportState.Parked).Reverse();
        return Read(() => found.Take(limit).Select(Shown).ToList());
    }

    public ReportRecord? FindReport(long id) => Read(() => _disk.Reports.Find(r => r.Report.Id == id) is { } found ? Shown(found) : null);

    public void RetryReport(long id, string by, string reason, bool ask, DateTimeOffset at) => ChangeByHand(id, by, reason, JournalTransitions.WhyNoRetryByHand, at, JournalAudit.RetriedByHand,
        r => r with
        {
            State = ReportState.Retry,
            NotBefore = Written(at),
            ParkReason = null,
            Evidence = $"retried by {by}: {reason}",
            Report = r.Report with { FateUnknown = ask },
        });

    public void SettleReport(long id, string by, string reason, DateTimeOffset at) => ChangeByHand(id, by, reason, JournalTransitions.WhyNoSettlement, at, JournalAudit.Settled,
        r => r with { State = ReportState.Confirmed, Evidence = $"settled by {by}: {reason}" });

    public void Dispose() => _disposed = true;

    private static DateTimeOffset Written(DateTimeOffset at) => DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());

    private static bool IsUnfinished(IssuanceRecord i) => i.State is IssuanceState.Intent or IssuanceState.Accepted or IssuanceState.InDoubt;

    private static AttemptFacts Facts(AttemptRecord a) => new(a.Kind, a.TicketIndex, a.End?.Outcome);

    private static IEnumerable<AttemptFacts> Facts(IssuanceRecord? issuance)
    {
        if (issuance is null) return [];
        var known = issuance.Decisions.Where(d => d.Kind == DecisionKind.Reissue).Select(d => d.LastAttempt).DefaultIfEmpty(0).Max();
        return issuance.Attempts.Select(a => Facts(a) with { Superseded = a.Id <= known });
    }

    private List<MemoryReport> Rows(ReportedChange change, IssuanceRecord issuance, IReadOnlyList<NewReport> reports, DateTimeOffset at)
    {
        JournalRequests.CheckFits(change, issuance.Journey, HasReport(issuance), reports);
        return [.. reports.Select((report, i) => Row(issuance, report, _disk.LastReport + 1 + i, at))];
    }

    private void Add(List<MemoryReport> rows)
    {
        _disk.Reports.AddRange(rows);
        if (rows.Count > 0) _disk.LastReport = rows[^1].Report.Id;
    }

    private static long? Told(List<MemoryReport> rows) => rows.Find(r => !r.IsForStation)?.Report.Id;

    private bool HasReport(IssuanceRecord issuance) => _disk.Reports.Exists(r => r.Issuance == issuance.Id && !r.IsForStation);

    private static ReportRecord Shown(MemoryReport r) => new()
    {
        Id = r.Report.Id,
        OrderNumber = r.Report.OrderNumber,
        Kind = r.Report.Kind,
        Success = r.Report.Success,
        State = r.State,
        StateText = JournalWords.Of(r.State),
        Sends = r.Report.Sends,
        FateUnknown = r.Report.FateUnknown,
        CreatedAt = r.Report.CreatedAt,
        ChangedAt = r.ChangedAt,
        NotBefore = r.State == ReportState.Retry ? r.NotBefore : null,
        ParkReason = r.ParkReason is { } reason ? JournalWords.Of(reason) : null,
        Evidence = r.Evidence,
    };

    private void ChangeByHand(
        long id, string by, string reason, Func<ReportFacts?, string?> whyNot, DateTimeOffset at, string audit, Func<MemoryReport, MemoryReport> to)
    {
        JournalRequests.CheckByHand(by, reason);
        Change(() =>
        {
            var present = _disk.Reports.Find(r => r.Report.Id == id);
            Require($"Report {id} by hand", whyNot(present is null ? null : new(present.State, true)));
            return Commit(at, audit, $"report {id} by {by}: {reason}",
                () => _disk.Reports[_disk.Reports.IndexOf(present!)] = to(present!) with { ChangedAt = Written(at) });
        });
    }

    private static MemoryReport Row(IssuanceRecord issuance, NewReport report, long id, DateTimeOffset at) => new(
        new()
        {
            Id = id,
            OrderNumber = new OrderKey(issuance.Journey, issuance.OrderNumber).PlatformNumber,
            Kind = report.Kind,
            PayloadVersion = report.PayloadVersion,
            Success = report.Success,
            Payload = report.Payload,
            Personal = report.Personal,
            Sends = 0,
            FateUnknown = report.AskFirst,
            CreatedAt = Written(at),
        },
        issuance.Id, report.AskFirst ? ReportState.Retry : ReportState.Due, report.AskFirst ? Written(at) : DateTimeOffset.MinValue, Written(at));

    private static void Require(string what, string? whyNot)
    {
        if (whyNot is not null) throw new JournalTransitionException($"{what} is refused: {whyNot}.");
    }

    private IssuanceRecord? ById(long id) => _disk.Issuances.Find(i => i.Id == id);

    private void Put(IssuanceRecord issuance) => _disk.Issuances[_disk.Issuances.FindIndex(i => i.Id == issuance.Id)] = issuance;

    private IssuanceRecord WithReport(IssuanceRecord issuance) => issuance with
    {
        StateText = JournalWords.Of(issuance.State),
        ReportState = _disk.Reports.FindLast(r => r.Issuance == issuance.Id && !r.IsForStation) is { } report ? JournalWords.Of(report.State) : null,
    };

    private bool Commit(DateTimeOffset at, string what, string details, Action apply)
    {
        var taken = _disk.Commit(() =>
        {
            apply();
            _disk.Audits.Add(new(++_disk.LastAudit, Written(at), what, details));
            if (_disk.Latest is not { } latest || latest < Written(at)) _disk.Latest = Written(at);
        });
        _failed = !taken;
        return taken ? true : throw new JournalException(JournalFailure.Unwritable, "The simulated disk failed.");
    }

    private T Change<T>(Func<T> step) => Read(() => _failed
        ? throw new JournalException(JournalFailure.Unwritable, "The simulated disk failed before; open the journal again.")
        : step());

    private T Read<T>(Func<T> step)
    {
        if (_entered) throw new InvalidOperationException("The journal has one caller at a time; another is inside.");
        ObjectDisposedException.ThrowIf(_disposed, this);
        _entered = true;
        try
        {
            return step();
        }
        finally
        {
            _entered = false;
        }
    }

    /// <summary>One destination's queue.</summary>
    private sealed class MemoryLine(MemoryJournal journal, bool toStation) : IOutbox
    {
        private List<MemoryReport> All => journal._disk.Reports;

        private IEnumerable<MemoryReport> Own => All.Where(r => r.IsForStation == toStation);

        public DateTimeOffset? NextDue => journal.Read(() => Own.Where(r => r.State == ReportState.Retry && IsFirst(r)).Min(r => (DateTimeOffset?)r.NotBefore));

        public OutboxCounts Counts => journal.Read(() =>
        {
            var waiting = Own.Where(r => r.IsOpen).ToList();
            return new OutboxCounts(waiting.Count, Own.Count(r => r.State == ReportState.Parked),
                (toStation ? journal._disk.NoticesRetired : journal._disk.ReportsRetired) + Own.Count(r => r.State == ReportState.Confirmed), 0, waiting.Min(r => (DateTimeOffset?)r.Report.CreatedAt));
        });

        public int RecoverInterrupted(DateTimeOffset now) => ChangeMany(now, JournalAudit.Recovered, r => r.State == ReportState.Sending,
            r => r with { State = ReportState.Retry, NotBefore = Written(now), ChangedAt = Written(now), Report = r.Report with { FateUnknown = true } });

        public void WakeRetries(DateTimeOffset now) => ChangeMany(now, JournalAudit.Woken,
            r => r.State == ReportState.Retry && r.NotBefore > Written(now), r => r with { NotBefore = Written(now) });

        public IReadOnlyList<OutboxReport> Take(DateTimeOffset now, int limit, IReadOnlySet<string> ordersInHand) => journal.Read(() => Own
            .Where(r => r.State is ReportState.Due or ReportState.Retry && r.NotBefore <= Written(now) && IsFirst(r) && !ordersInHand.Contains(r.Report.OrderNumber))
            .Take(limit).Select(r => r.Report).ToList());

        public void MarkSending(long id, DateTimeOffset at) => ChangeReport(id, "Sending", JournalTransitions.WhyNoSending, at, JournalAudit.Sending,
            r => r with { State = ReportState.Sending, Report = r.Report with { Sends = r.Report.Sends + 1 } });

        public void Confirm(long id, DateTimeOffset at, string evidence) => ChangeReport(id, "Confirming", JournalTransitions.WhyNoConfirmation, at,
            JournalAudit.Confirmed, r => r with { State = ReportState.Confirmed, Evidence = evidence });

        public void RetryAt(long id, DateTimeOffset notBefore, bool fateUnknown, string reason) => ChangeReport(id, "Retrying", JournalTransitions.WhyNoRetry,
            journal._time.GetUtcNow(), JournalAudit.Retry,
            r => r with { State = ReportState.Retry, NotBefore = Written(notBefore), Evidence = reason, Report = r.Report with { FateUnknown = fateUnknown } });

        public void Park(long id, DateTimeOffset at, ParkReason reason, string evidence) => ChangeReport(id, "Parking", JournalTransitions.WhyNoParking, at,
            JournalAudit.Parked, r => r with { State = ReportState.Parked, ParkReason = reason, Evidence = evidence });

        private bool IsFirst(MemoryReport report) => !Own.Any(e => e.IsOpen && e.Report.Id < report.Report.Id && e.Report.OrderNumber == report.Report.OrderNumber);

        private void ChangeReport(long id, string what, Func<ReportFacts?, string?> whyNot, DateTimeOffset at, string audit, Func<MemoryReport, MemoryReport> to) => journal.Change(() =>
        {
            var present = Own.FirstOrDefault(r => r.Report.Id == id);
            Require($"{what} report {id}", whyNot(present is null ? null : new(present.State, true)));
            return journal.Commit(at, audit, $"report {id}", () => All[All.IndexOf(present!)] = to(present!) with { ChangedAt = Written(at) });
        });

        private int ChangeMany(DateTimeOffset now, string audit, Predicate<MemoryReport> which, Func<MemoryReport, MemoryReport> to) => journal.Change(() =>
        {
            var count = Own.Count(r => which(r));
            if (count == 0) return 0;
            journal.Commit(now, audit, $"{count}", () =>
            {
                for (var i = 0; i < All.Count; i++)
                {
                    if (All[i].IsForStation == toStation && which(All[i])) All[i] = to(All[i]);
                }
            });
            return count;
        });
    }
}
