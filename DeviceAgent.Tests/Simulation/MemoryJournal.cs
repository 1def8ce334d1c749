using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Simulation;

/// <summary>The seeded world's disk: what was committed, and how the next commits go wrong. It outlives the journal that was opened on it.</summary>
internal sealed class MemoryJournalDisk(DateTimeOffset createdAt, int seed = 1)
{
    internal List<IssuanceRecord> Issuances { get; } = [];

    internal List<MemoryReport> Reports { get; } = [];

    internal List<AuditRecord> Audits { get; } = [];

    internal Dictionary<string, PrinterRecord> Printers { get; } = [];

    internal long Attempts { get; set; }

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

internal sealed record MemoryReport(OutboxReport Report, long Issuance, ReportState State, DateTimeOffset NotBefore)
{
    public bool IsOpen => State is not (ReportState.Confirmed or ReportState.Parked);
}

/// <summary>The journal without a file, for the seeded world: the same rules, and nothing but what was committed survives.</summary>
internal sealed class MemoryJournal(MemoryJournalDisk disk, TimeProvider time) : IIssuanceJournal
{
    private bool _entered;
    private bool _failed;
    private bool _disposed;

    public JournalIdentity Identity => disk.Identity;

    public bool CanKeepPersonalData => true;

    public bool InMaintenance => disk.InMaintenance;

    public long LastAttempt => disk.Attempts;

    public DateTimeOffset? LastTime => disk.Latest;

    public DateTimeOffset? NextDue => Read(() => disk.Reports.Where(r => r.State == ReportState.Retry && IsFirst(r)).Min(r => (DateTimeOffset?)r.NotBefore));

    public OutboxCounts Counts => Read(() =>
    {
        var waiting = disk.Reports.Where(r => r.IsOpen).ToList();
        return new OutboxCounts(waiting.Count, disk.Reports.Count(r => r.State == ReportState.Parked),
            disk.Reports.Count(r => r.State == ReportState.Confirmed), 0, waiting.Min(r => (DateTimeOffset?)r.Report.CreatedAt));
    });

    public IssuanceRecord? Find(Journey journey, string orderNumber) =>
        Read(() => disk.Issuances.Find(i => i.Journey == journey && i.OrderNumber == orderNumber) is { } found ? WithReport(found) : null);

    public IReadOnlyList<IssuanceRecord> Unfinished(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return Read(() => disk.Issuances.Where(IsUnfinished).Take(limit).Select(WithReport).ToList());
    }

    public JournalCounts CountIssuances() => Read(() => new JournalCounts(
        disk.Issuances.Count(i => i.State == IssuanceState.Issued),
        disk.Issuances.Count(i => i.State is IssuanceState.Intent or IssuanceState.Accepted),
        disk.Issuances.Count(i => i.State == IssuanceState.InDoubt), 0));

    public long RecordIntent(Journey journey, string orderNumber, DateTimeOffset at)
    {
        ArgumentException.ThrowIfNullOrEmpty(orderNumber);
        return Change(() =>
        {
            var present = disk.Issuances.Find(i => i.Journey == journey && i.OrderNumber == orderNumber);
            Require("An intent", JournalTransitions.WhyNoIntent(present?.State));
            var id = present?.Id ?? disk.Issuances.Count + 1;
            Commit(at, JournalAudit.Intent, $"issuance {id}", () =>
            {
                if (present is null)
                {
                    disk.Issuances.Add(new()
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
                    });
                }
                else
                {
                    Put(present with { State = IssuanceState.Intent, ChangedAt = Written(at), TicketCount = 0, Reason = null });
                }
            });
            return id;
        });
    }

    public void Accept(long issuance, AcceptedOrder accepted, DateTimeOffset at)
    {
        JournalRequests.Check(accepted);
        Change(() =>
        {
            var present = ById(issuance);
            Require($"Accepting issuance {issuance}", JournalTransitions.WhyNoAccept(present?.State));
            JournalRequests.CheckIsOf(accepted, present!.Journey, present.OrderNumber);
            // Through the bytes that a file would hold.
            var stored = JournalJson.Read(JournalJson.Write(accepted));
            return Commit(at, JournalAudit.Accepted, $"issuance {issuance}",
                () => Put(present with { State = IssuanceState.Accepted, ChangedAt = Written(at), TicketCount = accepted.Tickets.Count, Accepted = stored }));
        });
    }

    public AttemptRecord StartAttempt(long issuance, NewAttempt attempt, DateTimeOffset at) => Change(() =>
    {
        var present = ById(issuance);
        Require($"An attempt of issuance {issuance}",
            JournalTransitions.WhyNoAttempt(present?.State, present?.TicketCount ?? 0, Facts(present), attempt.Kind, attempt.TicketIndex));
        var id = disk.Attempts + 1;
        var started = new AttemptRecord
        {
            Id = id,
            Kind = attempt.Kind,
            TicketIndex = attempt.TicketIndex,
            ProcessId = AttemptProcessIds.OfAttempt(disk.ProcessIdStart, id).ToString(),
            StartedAt = Written(at),
            Before = attempt.Before,
            Copy = attempt.Copy,
        };
        Commit(at, JournalAudit.AttemptStarted, $"issuance {issuance} attempt {id}", () =>
        {
            disk.Attempts = id;
            disk.Millimetres[id] = attempt.Millimetres;
            Put(present! with { Attempts = [.. present.Attempts, started] });
        });
        return started;
    });

    public void EndAttempt(long attempt, AttemptEnd end, DateTimeOffset at) => Change(() =>
    {
        var issuance = disk.Issuances.Find(i => i.Attempts.Any(a => a.Id == attempt));
        var present = issuance?.Attempts.Single(a => a.Id == attempt);
        Require($"The end of attempt {attempt}", JournalTransitions.WhyNoEnd(present is null ? null : Facts(present), issuance?.State));
        return Commit(at, JournalAudit.AttemptEnded, $"attempt {attempt}",
            () => Put(issuance! with { Attempts = [.. issuance.Attempts.Select(a => a.Id == attempt ? a with { End = end, EndedAt = Written(at) } : a)] }));
    });

    public long Complete(long issuance, NewReport report, DateTimeOffset at)
    {
        JournalRequests.Check(report);
        return Change(() =>
        {
            var present = ById(issuance);
            Require($"Completing issuance {issuance}", JournalTransitions.WhyNoCompletion(present?.State, Facts(present)));
            var row = Row(present!, report, at);
            Commit(at, JournalAudit.Issued, $"issuance {issuance} report {row.Report.Id}", () =>
            {
                disk.Reports.Add(row);
                Put(present! with { State = IssuanceState.Issued, ChangedAt = Written(at), Reason = null });
            });
            return row.Report.Id;
        });
    }

    public long Fail(long issuance, NewReport report, string reason, DateTimeOffset at)
    {
        JournalRequests.CheckIsFailure(report);
        return Change(() =>
        {
            var present = ById(issuance);
            Require($"Failing issuance {issuance}", JournalTransitions.WhyNoFailure(present?.State, Facts(present)));
            var row = Row(present!, report, at);
            Commit(at, JournalAudit.Failed, $"issuance {issuance} report {row.Report.Id}: {reason}", () =>
            {
                disk.Reports.Add(row);
                Put(present! with { State = IssuanceState.Failed, ChangedAt = Written(at), Reason = reason });
            });
            return row.Report.Id;
        });
    }

    public void Decide(long issuance, NewDecision decision, NewReport? report, DateTimeOffset at)
    {
        JournalRequests.Check(decision, report);
        Change(() =>
        {
            var present = ById(issuance);
            Require($"Deciding issuance {issuance}", JournalTransitions.WhyNoDecision(present?.State, Facts(present)));
            var row = report is null ? null : Row(present!, report, at);
            var last = present!.Attempts.Count == 0 ? 0 : present.Attempts.Max(a => a.Id);
            var made = new DecisionRecord(decision.Kind, JournalWords.Of(decision.Kind), Written(at), decision.By, decision.Reason, decision.Platform, last);
            var state = decision.Kind switch { DecisionKind.Issued => IssuanceState.Issued, DecisionKind.Void => IssuanceState.Void, _ => IssuanceState.Accepted };
            return Commit(at, JournalAudit.Decided, $"issuance {issuance} {made.KindText} by {decision.By}: {decision.Reason}", () =>
            {
                if (row is not null) disk.Reports.Add(row);
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

    public IReadOnlyList<string> OrdersOwedASlip(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return Read(() => disk.Issuances.Where(i => i.SlipOwed && i.Journey == Journey.Bus).Take(limit).Select(i => i.OrderNumber).ToList());
    }

    public void EndSlip(long issuance, string end, DateTimeOffset at) => Change(() =>
    {
        var present = ById(issuance);
        Require($"Ending the slip of issuance {issuance}", JournalTransitions.WhyNoSlipEnd(present?.State));
        return Commit(at, JournalAudit.Slip, $"issuance {issuance}: {end}", () => Put(present! with { SlipOwed = false }));
    });

    public void SetMaintenance(bool active, string by, string reason, DateTimeOffset at) =>
        Change(() => Commit(at, JournalAudit.Maintenance, $"{active} by {by}: {reason}", () => disk.InMaintenance = active));

    public long PaperUsedSince(long attempt) => Read(() => disk.Millimetres.Where(a => a.Key > attempt).Sum(a => (long)a.Value));

    public void Release(long issuance, string reason, DateTimeOffset at) => Change(() =>
    {
        var present = ById(issuance);
        Require($"Releasing issuance {issuance}", JournalTransitions.WhyNoRelease(present?.State, Facts(present)));
        return Commit(at, JournalAudit.Released, $"issuance {issuance}: {reason}",
            () => Put(present! with { State = IssuanceState.Released, ChangedAt = Written(at), Reason = reason, Accepted = null }));
    });

    public void StandInDoubt(long issuance, string reason, DateTimeOffset at) => Change(() =>
    {
        var present = ById(issuance);
        Require($"Doubting issuance {issuance}", JournalTransitions.WhyNoDoubt(present?.State));
        return Commit(at, JournalAudit.InDoubt, $"issuance {issuance}: {reason}",
            () => Put(present! with { State = IssuanceState.InDoubt, ChangedAt = Written(at), Reason = reason, SlipOwed = true }));
    });

    public PrinterRecord? FindPrinter(string unit) => Read(() => disk.Printers.GetValueOrDefault(unit));

    public void SavePrinter(PrinterRecord printer) =>
        Change(() => Commit(printer.SeenAt, JournalAudit.Printer, printer.Unit, () => disk.Printers[printer.Unit] = printer with { SeenAt = Written(printer.SeenAt) }));

    public long? LastCuts(string serialNumber) => Read(() =>
    {
        var newest = disk.Issuances.SelectMany(i => i.Attempts).Where(a => a.Before.SerialNumber == serialNumber && a.Before.CutCounter is not null).MaxBy(a => a.Id);
        var cuts = newest is null ? null : newest.End?.After is { } after && after.SerialNumber == serialNumber && after.CutCounter is not null ? after.CutCounter : newest.Before.CutCounter;
        var saved = disk.Printers.GetValueOrDefault(serialNumber)?.CutCounter;
        return saved is not null && !(saved < cuts) ? saved : cuts;
    });

    public void Distrust(string reason, DateTimeOffset at)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        Change(() => Commit(at, JournalAudit.Distrusted, reason, () => disk.Distrusted = reason));
    }

    public void Audit(DateTimeOffset at, string what, string details) => Change(() => Commit(at, what, details, () => { }));

    public IReadOnlyList<AuditRecord> ReadAudit(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return Read(() => disk.Audits.AsEnumerable().Reverse().Take(limit).ToList());
    }

    public int RecoverInterrupted(DateTimeOffset now) => ChangeMany(now, JournalAudit.Recovered, r => r.State == ReportState.Sending,
        r => r with { State = ReportState.Retry, NotBefore = Written(now), Report = r.Report with { FateUnknown = true } });

    public void WakeRetries(DateTimeOffset now) => ChangeMany(now, JournalAudit.Woken,
        r => r.State == ReportState.Retry && r.NotBefore > Written(now), r => r with { NotBefore = Written(now) });

    public IReadOnlyList<OutboxReport> Take(DateTimeOffset now, int limit, IReadOnlySet<string> ordersInHand) => Read(() => disk.Reports
        .Where(r => r.State is ReportState.Due or ReportState.Retry && r.NotBefore <= Written(now) && IsFirst(r) && !ordersInHand.Contains(r.Report.OrderNumber))
        .Take(limit).Select(r => r.Report).ToList());

    public void MarkSending(long id, DateTimeOffset at) => ChangeReport(id, "Sending", JournalTransitions.WhyNoSending, at, JournalAudit.Sending,
        r => r with { State = ReportState.Sending, Report = r.Report with { Sends = r.Report.Sends + 1 } });

    public void Confirm(long id, DateTimeOffset at, string evidence) => ChangeReport(id, "Confirming", JournalTransitions.WhyNoConfirmation, at,
        JournalAudit.Confirmed, r => r with { State = ReportState.Confirmed });

    public void RetryAt(long id, DateTimeOffset notBefore, bool fateUnknown, string reason) => ChangeReport(id, "Retrying", JournalTransitions.WhyNoRetry,
        time.GetUtcNow(), JournalAudit.Retry,
        r => r with { State = ReportState.Retry, NotBefore = Written(notBefore), Report = r.Report with { FateUnknown = fateUnknown } });

    public void Park(long id, DateTimeOffset at, ParkReason reason, string evidence) => ChangeReport(id, "Parking", JournalTransitions.WhyNoParking, at,
        JournalAudit.Parked, r => r with { State = ReportState.Parked });

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

    private MemoryReport Row(IssuanceRecord issuance, NewReport report, DateTimeOffset at) => new(
        new()
        {
            Id = disk.Reports.Count + 1L,
            OrderNumber = issuance.OrderNumber,
            Kind = report.Kind,
            PayloadVersion = report.PayloadVersion,
            Success = report.Success,
            Payload = report.Payload,
            Personal = report.Personal,
            Sends = 0,
            FateUnknown = report.AskFirst,
            CreatedAt = Written(at),
        },
        issuance.Id, report.AskFirst ? ReportState.Retry : ReportState.Due, report.AskFirst ? Written(at) : DateTimeOffset.MinValue);

    private static void Require(string what, string? whyNot)
    {
        if (whyNot is not null) throw new JournalTransitionException($"{what} is refused: {whyNot}.");
    }

    private bool IsFirst(MemoryReport report) => !disk.Reports.Exists(e => e.IsOpen && e.Report.Id < report.Report.Id && e.Report.OrderNumber == report.Report.OrderNumber);

    private IssuanceRecord? ById(long id) => disk.Issuances.Find(i => i.Id == id);

    private void Put(IssuanceRecord issuance) => disk.Issuances[(int)issuance.Id - 1] = issuance;

    private IssuanceRecord WithReport(IssuanceRecord issuance) => issuance with
    {
        StateText = JournalWords.Of(issuance.State),
        ReportState = disk.Reports.FindLast(r => r.Issuance == issuance.Id) is { } report ? JournalWords.Of(report.State) : null,
    };

    private void ChangeReport(long id, string what, Func<ReportFacts?, string?> whyNot, DateTimeOffset at, string audit, Func<MemoryReport, MemoryReport> to) => Change(() =>
    {
        var present = disk.Reports.Find(r => r.Report.Id == id);
        Require($"{what} report {id}", whyNot(present is null ? null : new(present.State, true)));
        return Commit(at, audit, $"report {id}", () => disk.Reports[(int)id - 1] = to(present!));
    });

    private int ChangeMany(DateTimeOffset now, string audit, Predicate<MemoryReport> which, Func<MemoryReport, MemoryReport> to) => Change(() =>
    {
        var count = disk.Reports.Count(r => which(r));
        if (count == 0) return 0;
        Commit(now, audit, $"{count}", () =>
        {
            for (var i = 0; i < disk.Reports.Count; i++)
            {
                if (which(disk.Reports[i])) disk.Reports[i] = to(disk.Reports[i]);
            }
        });
        return count;
    });

    private bool Commit(DateTimeOffset at, string what, string details, Action apply)
    {
        var taken = disk.Commit(() =>
        {
            apply();
            disk.Audits.Add(new(disk.Audits.Count + 1, Written(at), what, details));
            if (disk.Latest is not { } latest || latest < Written(at)) disk.Latest = Written(at);
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
}
