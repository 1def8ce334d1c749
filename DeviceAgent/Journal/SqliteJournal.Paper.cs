namespace DeviceAgent.Journal;

/// <content>Paper, and what printers did.</content>
public sealed partial class SqliteJournal
{
    /// <summary>Attempts that may be summed up whenever somebody asks; more are moved into rows of their printers.</summary>
    private const int AttemptsToCount = 2_000;

    public StockPosition? Stock
    {
        get
        {
            using var entry = Enter();
            return ReadMeta(_database, JournalSchema.Stock) is not { } set ? null
                : LastStock() is { } last ? new(last.Number, last.IsTaken) : new(StockMark.Parse(set).Number, false);
        }
    }

    public AttemptRecord? OpenTestStrip
    {
        get
        {
            using var entry = Enter();
            return FindOpenTestStrip();
        }
    }

    public IReadOnlyList<PrinterUse> PrinterUses()
    {
        using var entry = Enter();
        var uses = new SortedDictionary<string, PrinterUse>(StringComparer.Ordinal);
        using (var kept = _database.Use(JournalSql.PrinterUses))
        {
            while (kept.Step()) uses[kept.Text(0)] = ReadUse(kept);
        }
        foreach (var more in UseOfAttempts(_lastAttempt))
            uses[more.Unit] = uses.TryGetValue(more.Unit, out var known) ? known.Plus(more) : more;
        return [.. uses.Values];
    }

    public void SetStock(string next, string by, string reason, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(next);
        JournalRequests.CheckStock(next);
        JournalRequests.CheckByHand(by, reason);
        using var change = BeginChange();
        WriteMeta(_database, JournalSchema.Stock, new StockMark(_lastAttempt, next).ToString());
        change.Commit(at, JournalAudit.Stock, $"next is {next}, by {by}: {reason}");
    }

    public AttemptRecord StartTestStrip(NewAttempt attempt, string by, DateTimeOffset at)
    {
        JournalRequests.Check(attempt);
        ArgumentException.ThrowIfNullOrWhiteSpace(by);
        using var change = BeginChange();
        Require("A test strip", JournalTransitions.WhyNoTestStrip(attempt.Kind, FindOpenTestStrip() is not null));
        var id = _lastAttempt + 1;
        var processId = AttemptProcessIds.OfAttempt(_processIdStart, id).ToString();
        if (attempt.StockNumber is { } first) WriteMeta(_database, JournalSchema.Stock, new StockMark(_lastAttempt, first).ToString());
        InsertAttempt(id, JournalSchema.NoIssuance, processId, attempt, at);
        change.Commit(at, JournalAudit.TestStrip, $"attempt {Text(id)}{JournalRequests.TellForm(attempt.StockNumber)}, by {by}");
        _lastAttempt = id;
        return AttemptRecord.Begun(id, processId, attempt, at);
    }

    public void EndPaperChange(long strip, AttemptEnd end, string unit, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(end);
        ArgumentException.ThrowIfNullOrEmpty(unit);
        using var change = BeginChange();
        var (present, _, stock) = ReadAttempt(strip);
        Require($"A paper change with attempt {strip}", JournalTransitions.WhyNoPaperChange(present, end.Outcome));
        UpdateEnd(strip, end, at);
        _database.Use(JournalSql.EndLowPaper).Bind(1, unit).Run();
        change.Commit(at, JournalAudit.PaperChanged, $"printer {unit}, attempt {Text(strip)} {JournalWords.Of(end.Outcome)}{JournalRequests.TellForm(stock, AttemptKind.TestStrip, end)}");
    }

    private AttemptRecord? FindOpenTestStrip()
    {
        using var find = _database.Use(JournalSql.OpenTestStrip);
        return find.Step() ? ReadAttempt(find) : null;
    }

    /// <returns>Null when no attempt took a form since its number was told.</returns>
    private (string Number, bool IsTaken, long Attempt)? LastStock()
    {
        if (ReadMeta(_database, JournalSchema.Stock) is not { } set) return null;
        var from = StockMark.Parse(set).After;
        using var last = _database.Use(JournalSql.LastStock).Bind(1, from).Bind(2, _lastAttempt - AttemptsLookedBack);
        if (!last.Step()) return null;
        var isInside = !last.IsNull(1) && JournalWords.ToAttemptOutcome(last.Text(1)) == AttemptOutcome.NotPresented;
        return (last.Text(0), !isInside, last.Int64(2));
    }

    /// <summary>Moves what attempts did into the table. Within a change.</summary>
    /// <returns>Up to which attempt is counted then.</returns>
    private long CountPrinterUse()
    {
        var to = _lastAttempt;
        using (var open = _database.Use(JournalSql.OldestOpenAttempt).Bind(1, _printerUseTo))
        {
            if (open.Step() && open.Int64OrNull(0) is { } first) to = first - 1;
        }
        if (to <= _printerUseTo) return _printerUseTo;
        foreach (var use in UseOfAttempts(to))
        {
            _database.Use(JournalSql.AddPrinterUse).Bind(1, use.Unit).Bind(2, Milliseconds(use.Since)).Bind(3, use.Tickets)
                .Bind(4, use.Millimetres).Bind(5, use.Cuts).Bind(6, use.Faults).Run();
        }
        WriteMeta(_database, JournalSchema.PrinterUseTo, Text(to));
        return to;
    }

    private List<PrinterUse> UseOfAttempts(long to)
    {
        List<PrinterUse> uses = [];
        using var sum = _database.Use(JournalSql.UseOfAttempts).Bind(1, _printerUseTo).Bind(2, to);
        while (sum.Step()) uses.Add(ReadUse(sum));
        return uses;
    }

    private static PrinterUse ReadUse(SqliteStatement row) =>
        new(row.Text(0), Instant(row.Int64(1)), row.Int64(2), row.Int64(3), row.Int64(4), row.Int64(5));
}
