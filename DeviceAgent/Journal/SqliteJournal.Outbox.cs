using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Journal;

/// <content>The queues of reports, as their senders see them: the journal itself is the platform's.</content>
public sealed partial class SqliteJournal
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
        using var list = _database.Use(filter == ReportFilter.Waiting ? JournalSql.WaitingReports : JournalSql.ParkedReports).Bind(1, limit);
        List<ReportRecord> reports = [];
        while (list.Step()) reports.Add(ReadReportRecord(list));
        return reports;
    }

    public ReportRecord? FindReport(long id)
    {
        using var entry = Enter();
        using var find = _database.Use(JournalSql.FindReport).Bind(1, id);
        return find.Step() ? ReadReportRecord(find) : null;
    }

    public void RetryReport(long id, string by, string reason, bool ask, DateTimeOffset at)
    {
        JournalRequests.CheckByHand(by, reason);
        using var change = BeginChange();
        var present = ReadReport(id);
        Require($"Retrying report {id}", JournalTransitions.WhyNoRetryByHand(present?.Facts));
        _database.Use(JournalSql.RetryReportByHand).Bind(1, id).Bind(2, Milliseconds(at)).Bind(3, $"retried by {by}: {reason}").Bind(4, ask).Run();
        change.Commit(at, JournalAudit.RetriedByHand, $"report {Text(id)} by {by}: {reason}");
        LineOf(present!.Value.ForStation).Totals?.RetryByHand(present.Value.Facts.State == ReportState.Parked, present.Value.CreatedAt, id);
    }

    public void SettleReport(long id, string by, string reason, DateTimeOffset at)
    {
        JournalRequests.CheckByHand(by, reason);
        using var change = BeginChange();
        var present = ReadReport(id);
        Require($"Settling report {id}", JournalTransitions.WhyNoSettlement(present?.Facts));
        _database.Use(JournalSql.SettleReport).Bind(1, id).Bind(2, Milliseconds(at)).Bind(3, $"settled by {by}: {reason}").Run();
        var confirmed = _noticesConfirmed + (present!.Value.ForStation ? 1 : 0);
        if (confirmed != _noticesConfirmed) WriteMeta(_database, JournalSchema.NoticesConfirmed, Text(confirmed));
        change.Commit(at, JournalAudit.Settled, $"report {Text(id)} by {by}: {reason}");
        _noticesConfirmed = confirmed;
        LineOf(present.Value.ForStation).Totals?.Settle();
    }

    private Line LineOf(bool station) => station ? _notices : _reports;

    private static ReportRecord ReadReportRecord(SqliteStatement row)
    {
        var state = JournalWords.ToReportState(row.Text(4));
        return new()
        {
            Id = row.Int64(0),
            OrderNumber = row.Text(1),
            Kind = row.Text(2),
            Success = row.Bool(3),
            State = state,
            StateText = row.Text(4),
            Sends = row.Int32(5),
            FateUnknown = row.Bool(6),
            CreatedAt = Instant(row.Int64(7)),
            ChangedAt = Instant(row.Int64(8)),
            NotBefore = state == ReportState.Retry ? Instant(row.Int64(9)) : null,
            ParkReason = row.TextOrNull(10),
            Evidence = row.TextOrNull(11),
        };
    }

    private (ReportFacts Facts, bool ForStation, long CreatedAt)? ReadReport(long id)
    {
        using var read = _database.Use(JournalSql.ReadReport).Bind(1, id);
        if (!read.Step()) return null;
        var kind = read.Text(1);
        return (new(JournalWords.ToReportState(read.Text(0)), JournalWords.IsKnownFormat(kind, read.Int32(2))), ReportKinds.IsForStation(kind), read.Int64(3));
    }

    /// <summary>What the file says of both queues.</summary>
    internal (ReportTotals Reports, ReportTotals Notices) TotalReports()
    {
        int[] parked = [0, 0], unreadable = [0, 0];
        var confirmed = _lastReport;
        List<(long CreatedAt, long Id)>[] waiting = [[], []];
        using (var open = _database.Use(JournalSql.OpenReports))
        {
            while (open.Step())
            {
                confirmed--;
                var line = open.Int32(4);
                if (open.Bool(0)) waiting[line].Add((open.Int64(2), open.Int64(3)));
                else if (!open.Bool(1)) unreadable[line]++;
            }
        }
        using var closed = _database.Use(JournalSql.ClosedUnconfirmedStates);
        while (closed.Step())
        {
            var (line, count) = (closed.Int32(1), closed.Int32(2));
            confirmed -= count;
            if (JournalWords.ToReportState(closed.Text(0)) == ReportState.Parked) parked[line] += count;
            else unreadable[line] += count;
        }
        return (new(confirmed - _noticesConfirmed, parked[0], unreadable[0], waiting[0]), new(_noticesConfirmed, parked[1], unreadable[1], waiting[1]));
    }

    /// <summary>One destination's queue. A report of the other one is none of its own.</summary>
    private sealed class Line(SqliteJournal journal, bool toStation) : IOutbox
    {
        /// <summary>Null until asked for.</summary>
        public ReportTotals? Totals { get; set; }

        public DateTimeOffset? NextDue
        {
            get
            {
                using var entry = journal.Enter();
                using var next = journal._database.Use(toStation ? JournalSql.NextNotice : JournalSql.NextReport).Bind(2, toStation);
                return next.Step() ? Instant(next.Int64(0)) : null;
            }
        }

        public OutboxCounts Counts
        {
            get
            {
                using var entry = journal.Enter();
                if (Totals is null) (journal._reports.Totals, journal._notices.Totals) = journal.TotalReports();
                return Totals!.Counts;
            }
        }

        public int RecoverInterrupted(DateTimeOffset now)
        {
            using var change = journal.BeginChange();
            return ChangeMany(change, journal._database.Use(JournalSql.RecoverInterrupted).Bind(2, toStation), now, JournalAudit.Recovered);
        }

        public void WakeRetries(DateTimeOffset now)
        {
            using var change = journal.BeginChange();
            ChangeMany(change, journal._database.Use(toStation ? JournalSql.WakeNotices : JournalSql.WakeReports), now, JournalAudit.Woken);
        }

        public IReadOnlyList<OutboxReport> Take(DateTimeOffset now, int limit, IReadOnlySet<string> ordersInHand)
        {
            ArgumentNullException.ThrowIfNull(ordersInHand);
            using var entry = journal.Enter();
            using var take = journal._database.Use(toStation ? JournalSql.TakeNotices : JournalSql.TakeReports).Bind(1, Milliseconds(now)).Bind(2, toStation);
            List<OutboxReport> reports = [];
            while (reports.Count < limit && take.Step())
            {
                var (id, order) = (take.Int64(0), take.Text(1));
                if (ordersInHand.Contains(order)) continue;
                reports.Add(new()
                {
                    Id = id,
                    OrderNumber = order,
                    Kind = take.Text(2),
                    PayloadVersion = take.Int32(3),
                    Success = take.Bool(4),
                    Payload = take.Blob(5).ToArray(),
                    Personal = journal._keys.Open(take.Blob(6), "outbox", id, "personal"),
                    Sends = take.Int32(7),
                    FateUnknown = take.Bool(8),
                    CreatedAt = Instant(take.Int64(9)),
                });
            }
            return reports;
        }

        public void MarkSending(long id, DateTimeOffset at)
        {
            using var change = journal.BeginChange();
            Require($"Sending report {id}", JournalTransitions.WhyNoSending(Read(id)?.Facts));
            journal._database.Use(JournalSql.MarkSending).Bind(1, id).Bind(2, Milliseconds(at)).Run();
            change.Commit(at, JournalAudit.Sending, $"report {Text(id)}");
        }

        public void Confirm(long id, DateTimeOffset at, string evidence)
        {
            using var change = journal.BeginChange();
            var present = Read(id);
            Require($"Confirming report {id}", JournalTransitions.WhyNoConfirmation(present?.Facts));
            journal._database.Use(JournalSql.ConfirmReport).Bind(1, id).Bind(2, Milliseconds(at)).Bind(3, evidence).Run();
            if (toStation) WriteMeta(journal._database, JournalSchema.NoticesConfirmed, Text(journal._noticesConfirmed + 1));
            change.Commit(at, JournalAudit.Confirmed, $"report {Text(id)}");
            if (toStation) journal._noticesConfirmed++;
            Totals?.Confirm(present!.Value.CreatedAt, id);
        }

        public void RetryAt(long id, DateTimeOffset notBefore, bool fateUnknown, string reason)
        {
            using var change = journal.BeginChange();
            Require($"Retrying report {id}", JournalTransitions.WhyNoRetry(Read(id)?.Facts));
            var at = journal._time.GetUtcNow();
            journal._database.Use(JournalSql.RetryReport).Bind(1, id).Bind(2, Milliseconds(at)).Bind(3, Milliseconds(notBefore))
                .Bind(4, fateUnknown).Bind(5, reason).Run();
            change.Commit(at, JournalAudit.Retry, $"report {Text(id)}: {reason}");
        }

        public void Park(long id, DateTimeOffset at, ParkReason reason, string evidence)
        {
            using var change = journal.BeginChange();
            var present = Read(id);
            Require($"Parking report {id}", JournalTransitions.WhyNoParking(present?.Facts));
            journal._database.Use(JournalSql.ParkReport).Bind(1, id).Bind(2, Milliseconds(at)).Bind(3, JournalWords.Of(reason)).Bind(4, evidence).Run();
            change.Commit(at, JournalAudit.Parked, $"report {Text(id)} {JournalWords.Of(reason)}");
            Totals?.Park(present!.Value.CreatedAt, id);
        }

        private int ChangeMany(Change change, SqliteStatement update, DateTimeOffset now, string what)
        {
            update.Bind(1, Milliseconds(now)).Run();
            var count = journal._database.Changes;
            // Nothing changed: nothing to write down, and no sync.
            if (count > 0) change.Commit(now, what, toStation ? $"{Text(count)} of the station's" : Text(count));
            return count;
        }

        private (ReportFacts Facts, bool ForStation, long CreatedAt)? Read(long id) => journal.ReadReport(id) is { } found && found.ForStation == toStation ? found : null;
    }
}
