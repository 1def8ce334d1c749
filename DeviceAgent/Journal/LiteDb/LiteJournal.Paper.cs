using LiteDB;

namespace DeviceAgent.Journal.LiteDb;

/// <content>Paper, and what printers did.</content>
internal sealed partial class LiteJournal
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
            return FindOpenTestStrip() is { } row ? AttemptOf(row) : null;
        }
    }

    public IReadOnlyList<PrinterUse> PrinterUses()
    {
        using var entry = Enter();
        var uses = new SortedDictionary<string, PrinterUse>(StringComparer.Ordinal);
        foreach (var kept in _database.All(LiteSchema.Meta).Where(r => r.Text("_id").StartsWith(LiteSchema.PrinterUse, StringComparison.Ordinal)))
        {
            var use = UseOf(kept);
            uses[use.Unit] = use;
        }
        AddUses(uses, _database.After(LiteSchema.Attempt, _printerUseTo, int.MaxValue));
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
        var row = _database.Find(LiteSchema.Attempt, strip);
        Require($"A paper change with attempt {strip}", JournalTransitions.WhyNoPaperChange(row is null ? null : FactsOf(row, 0), end.Outcome));
        var form = row!.TextOrNull("stock");
        UpdateEnd(row!, end, at);
        if (_database.Find(LiteSchema.DeviceCounter, unit) is { } printer)
        {
            printer["low_since_attempt"] = BsonValue.Null;
            _database.Update(LiteSchema.DeviceCounter, printer);
        }
        change.Commit(at, JournalAudit.PaperChanged, $"printer {unit}, attempt {Text(strip)} {JournalWords.Of(end.Outcome)}{JournalRequests.TellForm(form, AttemptKind.TestStrip, end)}");
    }

    // All strips stand under the issuance that none is: a few hundred, until they are retired.
    private BsonDocument? FindOpenTestStrip() =>
        _database.Where(LiteSchema.Attempt, LiteSchema.Of, JournalSchema.NoIssuance).Where(a => a.Int64OrNull("ended_at") is null).MaxBy(a => a.Int64("_id"));

    /// <returns>Null when no attempt took a form since its number was told.</returns>
    private (string Number, bool IsTaken, long Attempt)? LastStock()
    {
        if (ReadMeta(_database, JournalSchema.Stock) is not { } set) return null;
        var from = StockMark.Parse(set).After;
        static bool HasForm(BsonDocument attempt) => attempt.TextOrNull("stock") is not null;
        if (_database.Newest(LiteSchema.Attempt, Math.Max(from, _lastAttempt - AttemptsLookedBack), AttemptsLookedBack, HasForm) is not [.., var last] || !HasForm(last)) return null;
        var isInside = last.Int64OrNull("ended_at") is not null && JournalWords.ToAttemptOutcome(last.Text("outcome")) == AttemptOutcome.NotPresented;
        return (last.Text("stock"), !isInside, last.Int64("_id"));
    }

    /// <summary>Moves what attempts did into rows of their printers. Within a change.</summary>
    /// <returns>Up to which attempt is counted then.</returns>
    private long CountPrinterUse()
    {
        var attempts = _database.After(LiteSchema.Attempt, _printerUseTo, int.MaxValue);
        var to = attempts.Find(a => a.Int64OrNull("ended_at") is null) is { } open ? open.Int64("_id") - 1 : _lastAttempt;
        if (to <= _printerUseTo) return _printerUseTo;
        var more = new SortedDictionary<string, PrinterUse>(StringComparer.Ordinal);
        AddUses(more, attempts.Where(a => a.Int64("_id") <= to));
        foreach (var use in more.Values)
        {
            var kept = _database.Find(LiteSchema.Meta, LiteSchema.PrinterUse + use.Unit);
            var sum = kept is null ? use : UseOf(kept).Plus(use);
            var row = kept ?? new() { ["_id"] = LiteSchema.PrinterUse + use.Unit };
            row["since"] = Milliseconds(sum.Since);
            row["tickets"] = sum.Tickets;
            row["millimetres"] = sum.Millimetres;
            row["cuts"] = sum.Cuts;
            row["faults"] = sum.Faults;
            _database.Upsert(LiteSchema.Meta, row);
        }
        WriteMeta(_database, JournalSchema.PrinterUseTo, Text(to));
        return to;
    }

    private void DeleteTestStrips(long below, long endedBefore)
    {
        var old = _database.Where(LiteSchema.Attempt, LiteSchema.Of, JournalSchema.NoIssuance)
            .Where(a => a.Int64("_id") < below && a.Int64OrNull("ended_at") < endedBefore).Select(a => a["_id"]).ToList();
        if (old.Count > 0) _database.Delete(LiteSchema.Attempt, old);
    }

    /// <summary>Adds what attempts did that have ended, oldest first.</summary>
    private static void AddUses(SortedDictionary<string, PrinterUse> uses, IEnumerable<BsonDocument> attempts)
    {
        foreach (var attempt in attempts.Where(a => a.Int64OrNull("ended_at") is not null))
        {
            var use = UseOfAttempt(attempt);
            uses[use.Unit] = uses.TryGetValue(use.Unit, out var known) ? known.Plus(use) : use;
        }
    }

    /// <summary><see cref="JournalSql.UseOfAttempts"/>, for one attempt that has ended.</summary>
    private static PrinterUse UseOfAttempt(BsonDocument attempt)
    {
        var (before, after) = (EvidenceOf(attempt, "before")!, EvidenceOf(attempt, "after"));
        var isPresented = JournalWords.ToAttemptOutcome(attempt.Text("outcome")) == AttemptOutcome.Presented;
        var tookPaper = attempt.Int64OrNull("bytes_sent") != 0;
        var isCounted = before.CutCounterIsExact && after is { CutCounterIsExact: true } && before.SerialNumber is { } serial && serial == after.SerialNumber
            && after.CutCounter >= before.CutCounter;
        return new(before.Unit, attempt.Instant("started_at"),
            isPresented && JournalWords.ToAttemptKind(attempt.Text("kind")) == AttemptKind.Ticket ? 1 : 0,
            tookPaper ? attempt.Int64("millimetres") : 0,
            isCounted ? after!.CutCounter!.Value - before.CutCounter!.Value : isPresented ? 1 : 0,
            !isPresented && tookPaper ? 1 : 0);
    }

    private static PrinterUse UseOf(BsonDocument row) => new(
        row.Text("_id")[LiteSchema.PrinterUse.Length..], row.Instant("since"), row.Int64("tickets"), row.Int64("millimetres"), row.Int64("cuts"), row.Int64("faults"));
}
