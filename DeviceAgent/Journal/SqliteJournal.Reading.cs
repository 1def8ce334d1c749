using DeviceAgent.Orders;

namespace DeviceAgent.Journal;

/// <content>What only reads.</content>
public sealed partial class SqliteJournal
{
    public IssuanceRecord? Find(Journey journey, string orderNumber)
    {
        using var entry = Enter();
        using var find = _database.Use(JournalSql.FindIssuance).Bind(1, orderNumber).Bind(2, JournalWords.Of(journey));
        return find.Step() ? ReadIssuance(find) : null;
    }

    public IReadOnlyList<IssuanceRecord> Unfinished(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        using var entry = Enter();
        using var list = _database.Use(JournalSql.UnfinishedIssuances).Bind(1, limit);
        List<IssuanceRecord> unfinished = [];
        while (list.Step()) unfinished.Add(ReadIssuance(list));
        return unfinished;
    }

    public JournalCounts CountIssuances()
    {
        using var entry = Enter();
        _issuances ??= TotalIssuances();
        return _issuances.Counts;
    }

    internal IssuanceTotals TotalIssuances()
    {
        int open = 0, inDoubt = 0, unreadable = 0;
        using (var states = _database.Use(JournalSql.OpenIssuanceStates))
        {
            while (states.Step())
            {
                var known = JournalWords.ToJourney(states.Text(1)) != JournalWords.UnknownJourney;
                switch (JournalTransitions.Effective(JournalWords.ToIssuanceState(states.Text(0)), states.Bool(2)))
                {
                    case IssuanceState.Intent or IssuanceState.Accepted when known:
                        open++;
                        break;
                    case IssuanceState.InDoubt when known:
                        inDoubt++;
                        break;
                    default:
                        unreadable++;
                        break;
                }
            }
        }
        var issued = _lastIssuance - _unissuedRetired - open - inDoubt - unreadable;
        using var closed = _database.Use(JournalSql.ClosedUnissuedStates);
        while (closed.Step())
        {
            issued -= closed.Int32(1);
            if (JournalWords.ToIssuanceState(closed.Text(0)) == IssuanceState.Unknown) unreadable += closed.Int32(1);
        }
        return new(new(issued, open, inDoubt, unreadable));
    }

    public PrinterRecord? FindPrinter(string unit)
    {
        using var entry = Enter();
        using var find = _database.Use(JournalSql.FindPrinter).Bind(1, unit);
        return find.Step()
            ? new(find.Text(0), find.TextOrNull(1), find.Bool(2), find.IsNull(3) ? null : find.Bool(3), find.Int64OrNull(4), Instant(find.Int64(5)), find.Int64OrNull(6), find.TextOrNull(7))
            : null;
    }

    public IReadOnlyList<OrderKey> OrdersOwedASlip(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        using var entry = Enter();
        using var read = _database.Use(JournalSql.OrdersOwedASlip).Bind(1, limit);
        List<OrderKey> orders = [];
        while (read.Step()) orders.Add(new(JournalWords.ToJourney(read.Text(0)), read.Text(1)));
        return orders;
    }

    public long PaperUsedSince(long attempt)
    {
        using var entry = Enter();
        using var sum = _database.Use(JournalSql.PaperUsedSince).Bind(1, attempt);
        return sum.Step() ? sum.Int64(0) : 0;
    }

    public IReadOnlyList<AuditRecord> ReadAudit(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        using var entry = Enter();
        using var newest = _database.Use(JournalSql.NewestAudit).Bind(1, limit);
        List<AuditRecord> rows = [];
        while (newest.Step()) rows.Add(new(newest.Int64(0), Instant(newest.Int64(1)), newest.Text(2), newest.Text(3)));
        return rows;
    }

    private IssuanceRecord ReadIssuance(SqliteStatement row)
    {
        var id = row.Int64(0);
        var attempts = ReadAttempts(id);
        var decisions = ReadDecisions(id);
        var journey = JournalWords.ToJourney(row.Text(1));
        var written = journey == JournalWords.UnknownJourney ? IssuanceState.Unknown : JournalWords.ToIssuanceState(row.Text(3));
        return new()
        {
            Id = id,
            Journey = journey,
            OrderNumber = row.Text(2),
            State = JournalTransitions.Effective(written, attempts.Exists(a => a.Kind == AttemptKind.Unknown) || decisions.Exists(d => d.Kind == DecisionKind.Unknown)),
            StateText = row.Text(3),
            CreatedAt = Instant(row.Int64(4)),
            ChangedAt = Instant(row.Int64(5)),
            TicketCount = row.Int32(6),
            Reason = row.TextOrNull(7),
            ReportState = row.TextOrNull(8),
            Accepted = _keys.Open(row.Blob(9), "issuance", id, "accepted") is { } json ? JournalJson.Read(json) : null,
            Attempts = attempts,
            Decisions = decisions,
            SlipOwed = row.Bool(10),
            Intents = row.Int64(11),
        };
    }

    private List<DecisionRecord> ReadDecisions(long issuance)
    {
        using var read = _database.Use(JournalSql.DecisionsOfIssuance).Bind(1, issuance);
        List<DecisionRecord> decisions = [];
        while (read.Step())
            decisions.Add(new(JournalWords.ToDecisionKind(read.Text(0)), read.Text(0), Instant(read.Int64(1)), read.Text(2), read.Text(3), read.Text(4), read.Int64(5)));
        return decisions;
    }

    private List<AttemptRecord> ReadAttempts(long issuance)
    {
        using var read = _database.Use(JournalSql.AttemptsOfIssuance).Bind(1, issuance);
        List<AttemptRecord> attempts = [];
        while (read.Step()) attempts.Add(ReadAttempt(read));
        return attempts;
    }

    private static AttemptRecord ReadAttempt(SqliteStatement row)
    {
        var ended = !row.IsNull(15);
        return new()
        {
            Id = row.Int64(0),
            Kind = JournalWords.ToAttemptKind(row.Text(1)),
            TicketIndex = row.Int32(2),
            ProcessId = row.Text(3),
            StartedAt = Instant(row.Int64(4)),
            Before = ReadEvidence(row, 5),
            EndedAt = ended ? Instant(row.Int64(15)) : null,
            End = ended ? new(JournalWords.ToAttemptOutcome(row.Text(16)), row.Int64OrNull(17), ReadAfter(row), row.Text(18)) : null,
            Copy = row.Int32(29),
            StockNumber = row.TextOrNull(30),
        };
    }

    private static PrinterEvidence? ReadAfter(SqliteStatement row) => row.IsNull(19) ? null : ReadEvidence(row, 19);

    private static PrinterEvidence ReadEvidence(SqliteStatement row, int first) => new(
        row.Text(first), row.TextOrNull(first + 1), row.Int64OrNull(first + 2), row.Bool(first + 3), row.Bool(first + 4), row.Int64(first + 5),
        row.Blob(first + 6) is { Length: 16 } run ? new Guid(run) : Guid.Empty, row.TextOrNull(first + 7),
        row.Int64OrNull(first + 8), row.Int64OrNull(first + 9));
}
