using DeviceAgent.Platform.Sync;
using LiteDB;

namespace DeviceAgent.Journal.LiteDb;

/// <content>The queues of reports, as their senders see them: the journal itself is the platform's.</content>
internal sealed partial class LiteJournal
{
    public IOutbox StationNotices => _notices;

    public int WaitingReports => _reports.Counts.Waiting + _notices.Counts.Waiting;

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
        using var entry = Enter();
        return filter == ReportFilter.Waiting
            ? [.. _database.Where(LiteSchema.Outbox, LiteSchema.Mark, LiteSchema.Open).OrderBy(r => r.Int64("_id")).Take(limit).Select(ShownReport)]
            : [.. _database.Where(LiteSchema.Outbox, LiteSchema.Mark, JournalWords.Of(ReportState.Parked)).OrderByDescending(r => r.Int64("_id")).Take(limit).Select(ShownReport)];
    }

    public ReportRecord? FindReport(long id)
    {
        using var entry = Enter();
        return _database.Find(LiteSchema.Outbox, id) is { } row ? ShownReport(row) : null;
    }

    public void RetryReport(long id, string by, string reason, bool ask, DateTimeOffset at)
    {
        JournalRequests.CheckByHand(by, reason);
        using var change = BeginChange();
        ReadQueues();
        var row = _database.Find(LiteSchema.Outbox, id);
        Require($"Retrying report {id}", JournalTransitions.WhyNoRetryByHand(ReportFactsOf(row)));
        row!["not_before"] = Milliseconds(at);
        row["fate_unknown"] = ask;
        row["park_reason"] = BsonValue.Null;
        row["evidence"] = $"retried by {by}: {reason}";
        SetState(row, ReportState.Retry, at);
        PutReport(row);
        change.Commit(at, JournalAudit.RetriedByHand, $"report {Text(id)} by {by}: {reason}");
        Track(row);
    }

    public void SettleReport(long id, string by, string reason, DateTimeOffset at)
    {
        JournalRequests.CheckByHand(by, reason);
        using var change = BeginChange();
        ReadQueues();
        var row = _database.Find(LiteSchema.Outbox, id);
        Require($"Settling report {id}", JournalTransitions.WhyNoSettlement(ReportFactsOf(row)));
        row!["evidence"] = $"settled by {by}: {reason}";
        SetState(row, ReportState.Confirmed, at);
        PutReport(row);
        var confirmed = _noticesConfirmed + (IsForStation(row) ? 1 : 0);
        if (confirmed != _noticesConfirmed) WriteMeta(_database, JournalSchema.NoticesConfirmed, Text(confirmed));
        change.Commit(at, JournalAudit.Settled, $"report {Text(id)} by {by}: {reason}");
        _noticesConfirmed = confirmed;
        Track(row);
    }

    private static bool IsForStation(BsonDocument row) => ReportKinds.IsForStation(row.Text("kind"));

    private static bool HasKnownFormat(BsonDocument row) => JournalWords.IsKnownFormat(row.Text("kind"), row.Int32("payload_version"));

    private static ReportFacts? ReportFactsOf(BsonDocument? row) => row is null ? null : new(JournalWords.ToReportState(row.Text("state")), HasKnownFormat(row));

    private static void SetState(BsonDocument row, ReportState state, DateTimeOffset at)
    {
        row["state"] = JournalWords.Of(state);
        row["changed_at"] = Milliseconds(at);
        row[LiteSchema.Mark] = state switch
        {
            ReportState.Due or ReportState.Sending or ReportState.Retry => LiteSchema.Open,
            ReportState.Confirmed => BsonValue.Null,
            _ => JournalWords.Of(state),
        };
    }

    private void PutReport(BsonDocument row)
    {
        var isUnpurged = row.Text("state") == JournalWords.Of(ReportState.Confirmed) && !row.Flag("purged");
        row[LiteSchema.Unpurged] = isUnpurged ? row["changed_at"] : BsonValue.Null;
        _database.Update(LiteSchema.Outbox, row);
    }

    private static ReportRecord ShownReport(BsonDocument row)
    {
        var state = JournalWords.ToReportState(row.Text("state"));
        return new()
        {
            Id = row.Int64("_id"),
            OrderNumber = row.Text("order_number"),
            Kind = row.Text("kind"),
            Success = row.Flag("success"),
            State = state,
            StateText = row.Text("state"),
            Sends = row.Int32("sends"),
            FateUnknown = row.Flag("fate_unknown"),
            CreatedAt = row.Instant("created_at"),
            ChangedAt = row.Instant("changed_at"),
            NotBefore = state == ReportState.Retry ? row.Instant("not_before") : null,
            ParkReason = row.TextOrNull("park_reason"),
            Evidence = row.TextOrNull("evidence"),
        };
    }

    /// <summary>All reports that are not confirmed, once: what waits is bounded, and every question of a sender is about it.</summary>
    private void ReadQueues()
    {
        if (_queuesAreRead) return;
        _reports.Clear();
        _notices.Clear();
        foreach (var row in _database.Marked(LiteSchema.Outbox, LiteSchema.Mark)) (IsForStation(row) ? _notices : _reports).Track(row);
        _queuesAreRead = true;
    }

    /// <summary>After the commit.</summary>
    private void Track(BsonDocument row)
    {
        if (_queuesAreRead) (IsForStation(row) ? _notices : _reports).Track(row);
    }

    /// <summary>A report that is not confirmed, without its contents.</summary>
    private readonly record struct Waiting(string OrderNumber, bool IsOpen, ReportState? State, bool FormatIsKnown, long NotBefore, long CreatedAt)
    {
        /// <summary>This release may send it.</summary>
        public bool IsOurs => IsOpen && FormatIsKnown && State is ReportState.Due or ReportState.Sending or ReportState.Retry;

        public bool IsParked => !IsOpen && State == ReportState.Parked;

        /// <summary>In words of a newer release; one that was handed over and is open is neither this nor waiting.</summary>
        public bool IsUnreadable => IsOpen ? !(FormatIsKnown && State is not null) : State != ReportState.Parked;
    }

    /// <summary>One destination's queue. A report of the other one is none of its own.</summary>
    private sealed class Line(LiteJournal journal, bool toStation) : IOutbox
    {
        private readonly SortedDictionary<long, Waiting> _unconfirmed = [];

        public DateTimeOffset? NextDue
        {
            get
            {
                using var entry = journal.Enter();
                var next = FirstOfTheirOrders().Where(r => r.Report.IsOurs && r.Report.State == ReportState.Retry).Min(r => (long?)r.Report.NotBefore);
                return next is { } at ? Instant(at) : null;
            }
        }

        public OutboxCounts Counts
        {
            get
            {
                using var entry = journal.Enter();
                journal.ReadQueues();
                var confirmed = toStation ? journal._noticesConfirmed : journal._lastReport - journal._noticesConfirmed - journal._reports._unconfirmed.Count - journal._notices._unconfirmed.Count;
                int waiting = 0, parked = 0, unreadable = 0;
                long? oldest = null;
                foreach (var report in _unconfirmed.Values)
                {
                    if (report.IsOurs)
                    {
                        waiting++;
                        if (oldest is null || report.CreatedAt < oldest) oldest = report.CreatedAt;
                    }
                    else if (report.IsParked) parked++;
                    else if (report.IsUnreadable) unreadable++;
                }
                return new(waiting, parked, confirmed, unreadable, oldest is { } at ? Instant(at) : null);
            }
        }

        public void Clear() => _unconfirmed.Clear();

        public void Track(BsonDocument row)
        {
            var (id, mark) = (row.Int64("_id"), row.TextOrNull(LiteSchema.Mark));
            if (mark is null) _unconfirmed.Remove(id);
            else _unconfirmed[id] = new(row.Text("order_number"), mark == LiteSchema.Open, JournalWords.ToReportState(row.Text("state")), HasKnownFormat(row), row.Int64("not_before"), row.Int64("created_at"));
        }

        public int RecoverInterrupted(DateTimeOffset now) => ChangeMany(now, JournalAudit.Recovered, r => r.State == ReportState.Sending, row =>
        {
            row["fate_unknown"] = true;
            SetState(row, ReportState.Retry, now);
        });

        public void WakeRetries(DateTimeOffset now) => ChangeMany(now, JournalAudit.Woken, r => r.State == ReportState.Retry && r.NotBefore > Milliseconds(now), _ => { });

        public IReadOnlyList<OutboxReport> Take(DateTimeOffset now, int limit, IReadOnlySet<string> ordersInHand)
        {
            ArgumentNullException.ThrowIfNull(ordersInHand);
            using var entry = journal.Enter();
            return
            [
                .. FirstOfTheirOrders()
                    .Where(r => r.Report.IsOurs && r.Report.State is ReportState.Due or ReportState.Retry && r.Report.NotBefore <= Milliseconds(now) && !ordersInHand.Contains(r.Report.OrderNumber))
                    .Take(limit).Select(r => Taken(journal._database.Find(LiteSchema.Outbox, r.Id)!)),
            ];
        }

        public void MarkSending(long id, DateTimeOffset at) => ChangeOne(id, at, "Sending", JournalTransitions.WhyNoSending, JournalAudit.Sending, "", row =>
        {
            row["sends"] = row.Int64("sends") + 1;
            SetState(row, ReportState.Sending, at);
        });

        public void Confirm(long id, DateTimeOffset at, string evidence) => ChangeOne(id, at, "Confirming", JournalTransitions.WhyNoConfirmation, JournalAudit.Confirmed, "", row =>
        {
            row["evidence"] = evidence;
            SetState(row, ReportState.Confirmed, at);
        });

        public void RetryAt(long id, DateTimeOffset notBefore, bool fateUnknown, string reason)
        {
            var at = journal._time.GetUtcNow();
            ChangeOne(id, at, "Retrying", JournalTransitions.WhyNoRetry, JournalAudit.Retry, $": {reason}", row =>
            {
                row["not_before"] = Milliseconds(notBefore);
                row["fate_unknown"] = fateUnknown;
                row["evidence"] = reason;
                SetState(row, ReportState.Retry, at);
            });
        }

        public void Park(long id, DateTimeOffset at, ParkReason reason, string evidence) =>
            ChangeOne(id, at, "Parking", JournalTransitions.WhyNoParking, JournalAudit.Parked, $" {JournalWords.Of(reason)}", row =>
            {
                row["park_reason"] = JournalWords.Of(reason);
                row["evidence"] = evidence;
                SetState(row, ReportState.Parked, at);
            });

        private OutboxReport Taken(BsonDocument row)
        {
            var id = row.Int64("_id");
            return new()
            {
                Id = id,
                OrderNumber = row.Text("order_number"),
                Kind = row.Text("kind"),
                PayloadVersion = row.Int32("payload_version"),
                Success = row.Flag("success"),
                Payload = row.Bytes("payload"),
                Personal = journal._keys.Open(row.Bytes("personal"), LiteSchema.Outbox, id, "personal"),
                Sends = row.Int32("sends"),
                FateUnknown = row.Flag("fate_unknown"),
                CreatedAt = row.Instant("created_at"),
            };
        }

        /// <summary>One that is open, of whatever release, holds back the later ones of its order.</summary>
        private IEnumerable<(long Id, Waiting Report)> FirstOfTheirOrders()
        {
            journal.ReadQueues();
            HashSet<string> seen = new(StringComparer.Ordinal);
            foreach (var (id, report) in _unconfirmed)
            {
                if (report.IsOpen && seen.Add(report.OrderNumber)) yield return (id, report);
            }
        }

        private void ChangeOne(long id, DateTimeOffset at, string what, Func<ReportFacts?, string?> whyNot, string audit, string details, Action<BsonDocument> to)
        {
            using var change = journal.BeginChange();
            journal.ReadQueues();
            var row = journal._database.Find(LiteSchema.Outbox, id) is { } found && IsForStation(found) == toStation ? found : null;
            Require($"{what} report {id}", whyNot(ReportFactsOf(row)));
            to(row!);
            journal.PutReport(row!);
            var notices = journal._noticesConfirmed + (toStation && audit == JournalAudit.Confirmed ? 1 : 0);
            if (notices != journal._noticesConfirmed) WriteMeta(journal._database, JournalSchema.NoticesConfirmed, Text(notices));
            change.Commit(at, audit, $"report {Text(id)}{details}");
            journal._noticesConfirmed = notices;
            Track(row!);
        }

        private int ChangeMany(DateTimeOffset now, string audit, Func<Waiting, bool> which, Action<BsonDocument> to)
        {
            using var change = journal.BeginChange();
            journal.ReadQueues();
            List<BsonDocument> rows = [.. _unconfirmed.Where(r => r.Value.IsOurs && which(r.Value)).Select(r => journal._database.Find(LiteSchema.Outbox, r.Key)!)];
            // Nothing changed: nothing to write down, and no sync.
            if (rows.Count == 0) return 0;
            foreach (var row in rows)
            {
                to(row);
                row["not_before"] = Milliseconds(now);
                journal.PutReport(row);
            }
            change.Commit(now, audit, toStation ? $"{Text(rows.Count)} of the station's" : Text(rows.Count));
            foreach (var row in rows) Track(row);
            return rows.Count;
        }
    }
}
