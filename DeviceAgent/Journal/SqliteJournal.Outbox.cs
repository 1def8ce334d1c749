using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Journal;

/// <content>The queue of reports, as the sender sees it.</content>
public sealed partial class SqliteJournal
{
    public DateTimeOffset? NextDue
    {
        get
        {
            using var entry = Enter();
            using var next = _database.Use(JournalSql.NextDue);
            return next.Step() ? Instant(next.Int64(0)) : null;
        }
    }

    public OutboxCounts Counts
    {
        get
        {
            using var entry = Enter();
            _reports ??= TotalReports();
            return _reports.Counts;
        }
    }

    public int RecoverInterrupted(DateTimeOffset now)
    {
        using var change = BeginChange();
        return ChangeMany(change, JournalSql.RecoverInterrupted, now, JournalAudit.Recovered);
    }

    public void WakeRetries(DateTimeOffset now)
    {
        using var change = BeginChange();
        ChangeMany(change, JournalSql.WakeRetries, now, JournalAudit.Woken);
    }

    public IReadOnlyList<OutboxReport> Take(DateTimeOffset now, int limit, IReadOnlySet<string> ordersInHand)
    {
        ArgumentNullException.ThrowIfNull(ordersInHand);
        using var entry = Enter();
        using var take = _database.Use(JournalSql.TakeReports).Bind(1, Milliseconds(now));
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
                Personal = _keys.Open(take.Blob(6), "outbox", id, "personal"),
                Sends = take.Int32(7),
                FateUnknown = take.Bool(8),
                CreatedAt = Instant(take.Int64(9)),
            });
        }
        return reports;
    }

    public void MarkSending(long id, DateTimeOffset at)
    {
        using var change = BeginChange();
        Require($"Sending report {id}", JournalTransitions.WhyNoSending(ReadReport(id)?.Facts));
        _database.Use(JournalSql.MarkSending).Bind(1, id).Bind(2, Milliseconds(at)).Run();
        change.Commit(at, JournalAudit.Sending, $"report {Text(id)}");
    }

    public void Confirm(long id, DateTimeOffset at, string evidence)
    {
        using var change = BeginChange();
        var present = ReadReport(id);
        Require($"Confirming report {id}", JournalTransitions.WhyNoConfirmation(present?.Facts));
        _database.Use(JournalSql.ConfirmReport).Bind(1, id).Bind(2, Milliseconds(at)).Bind(3, evidence).Run();
        change.Commit(at, JournalAudit.Confirmed, $"report {Text(id)}");
        _reports?.Confirm(present!.Value.CreatedAt, id);
    }

    public void RetryAt(long id, DateTimeOffset notBefore, bool fateUnknown, string reason)
    {
        using var change = BeginChange();
        Require($"Retrying report {id}", JournalTransitions.WhyNoRetry(ReadReport(id)?.Facts));
        var at = _time.GetUtcNow();
        _database.Use(JournalSql.RetryReport).Bind(1, id).Bind(2, Milliseconds(at)).Bind(3, Milliseconds(notBefore)).Bind(4, fateUnknown).Bind(5, reason).Run();
        change.Commit(at, JournalAudit.Retry, $"report {Text(id)}: {reason}");
    }

    public void Park(long id, DateTimeOffset at, ParkReason reason, string evidence)
    {
        using var change = BeginChange();
        var present = ReadReport(id);
        Require($"Parking report {id}", JournalTransitions.WhyNoParking(present?.Facts));
        _database.Use(JournalSql.ParkReport).Bind(1, id).Bind(2, Milliseconds(at)).Bind(3, JournalWords.Of(reason)).Bind(4, evidence).Run();
        change.Commit(at, JournalAudit.Parked, $"report {Text(id)} {JournalWords.Of(reason)}");
        _reports?.Park(present!.Value.CreatedAt, id);
    }

    private int ChangeMany(Change change, string sql, DateTimeOffset now, string what)
    {
        _database.Use(sql).Bind(1, Milliseconds(now)).Run();
        var count = _database.Changes;
        // Nothing changed: nothing to write down, and no sync.
        if (count > 0) change.Commit(now, what, Text(count));
        return count;
    }

    private (ReportFacts Facts, long CreatedAt)? ReadReport(long id)
    {
        using var read = _database.Use(JournalSql.ReadReport).Bind(1, id);
        if (!read.Step()) return null;
        return (new(JournalWords.ToReportState(read.Text(0)), JournalWords.IsKnownFormat(read.Text(1), read.Int32(2))), read.Int64(3));
    }

    internal ReportTotals TotalReports()
    {
        int parked = 0, unreadable = 0;
        var confirmed = _lastReport;
        List<(long CreatedAt, long Id)> waiting = [];
        using (var open = _database.Use(JournalSql.OpenReports))
        {
            while (open.Step())
            {
                confirmed--;
                if (open.Bool(0)) waiting.Add((open.Int64(2), open.Int64(3)));
                else if (!open.Bool(1)) unreadable++;
            }
        }
        using var closed = _database.Use(JournalSql.ClosedUnconfirmedStates);
        while (closed.Step())
        {
            confirmed -= closed.Int32(1);
            if (JournalWords.ToReportState(closed.Text(0)) == ReportState.Parked) parked += closed.Int32(1);
            else unreadable += closed.Int32(1);
        }
        return new(confirmed, parked, unreadable, waiting);
    }
}
