using DeviceAgent.Orders;
using LiteDB;

namespace DeviceAgent.Journal.LiteDb;

/// <content>What only reads.</content>
internal sealed partial class LiteJournal
{
    /// <summary>Attempts among which a printer's last counter is looked for: a month of a busy kiosk with another printer.</summary>
    private const int AttemptsLookedBack = 20_000;

    public IssuanceRecord? Find(Journey journey, string orderNumber)
    {
        using var entry = Enter();
        return FindRow(journey, orderNumber) is { } row ? Shown(row) : null;
    }

    public IReadOnlyList<IssuanceRecord> Unfinished(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        using var entry = Enter();
        return [.. OpenIssuances().Take(limit).Select(Shown)];
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
        foreach (var row in OpenIssuances())
        {
            switch (Read(row).State)
            {
                case IssuanceState.Intent or IssuanceState.Accepted:
                    open++;
                    break;
                case IssuanceState.InDoubt:
                    inDoubt++;
                    break;
                default:
                    unreadable++;
                    break;
            }
        }
        var issued = _lastIssuance - _unissuedRetired - open - inDoubt - unreadable;
        foreach (var (state, count) in _database.CountMarks(LiteSchema.Issuance, LiteSchema.Mark))
        {
            if (state == LiteSchema.Open) continue;
            issued -= count;
            if (JournalWords.ToIssuanceState(state) == IssuanceState.Unknown) unreadable += count;
        }
        return new(new(issued, open, inDoubt, unreadable));
    }

    public PrinterRecord? FindPrinter(string unit)
    {
        using var entry = Enter();
        return _database.Find(LiteSchema.DeviceCounter, unit) is { } row
            ? new(row.Text("_id"), row.TextOrNull("model"), row.Flag("echoes_process_id"), row.FlagOrNull("cuts_exact"), row.Int64OrNull("cuts"), row.Instant("seen_at"), row.Int64OrNull("low_since_attempt"), row.TextOrNull("capabilities"))
            : null;
    }

    public IReadOnlyList<OrderKey> OrdersOwedASlip(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        using var entry = Enter();
        return
        [
            .. _database.Where(LiteSchema.Issuance, LiteSchema.Slip, true).OrderBy(r => r.Int64("_id"))
                .Select(r => new OrderKey(JournalWords.ToJourney(r.Text("journey")), r.Text("order_number")))
                .Where(k => k.Journey != JournalWords.UnknownJourney).Take(limit),
        ];
    }

    public long PaperUsedSince(long attempt)
    {
        using var entry = Enter();
        return _database.After(LiteSchema.Attempt, attempt, int.MaxValue).Sum(a => a.Int64("millimetres"));
    }

    public long? LastCuts(string serialNumber)
    {
        using var entry = Enter();
        bool Tells(BsonDocument attempt) => EvidenceOf(attempt, "before") is { CutCounter: not null } before && before.SerialNumber == serialNumber;
        long? cuts = null;
        if (_database.Newest(LiteSchema.Attempt, Math.Max(_countersFrom, _lastAttempt - AttemptsLookedBack), AttemptsLookedBack, Tells) is [.., var newest] && Tells(newest))
            cuts = (EvidenceOf(newest, "after") is { } after && after.SerialNumber == serialNumber ? after.CutCounter : null) ?? EvidenceOf(newest, "before")!.CutCounter;
        return _database.Find(LiteSchema.DeviceCounter, serialNumber)?.Int64OrNull("cuts") is { } saved && !(saved < cuts) ? saved : cuts;
    }

    public IReadOnlyList<AuditRecord> ReadAudit(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        using var entry = Enter();
        return [.. _database.Newest(LiteSchema.Audit, 0, limit).Select(r => new AuditRecord(r.Int64("_id"), r.Instant("at"), r.Text("what"), r.Text("details")))];
    }

    private IEnumerable<BsonDocument> OpenIssuances() => _database.Where(LiteSchema.Issuance, LiteSchema.Mark, LiteSchema.Open).OrderBy(r => r.Int64("_id"));

    private BsonDocument? FindRow(Journey journey, string orderNumber) =>
        _database.Where(LiteSchema.Issuance, LiteSchema.Key, LiteSchema.KeyOf(JournalWords.Of(journey), orderNumber)).SingleOrDefault();

    private List<BsonDocument> RowsOf(string collection, long issuance) => [.. _database.Where(collection, LiteSchema.Of, issuance).OrderBy(r => r.Int64("_id"))];

    private Present? ReadState(long issuance) => _database.Find(LiteSchema.Issuance, issuance) is { } row ? Read(row) : null;

    private Present Read(BsonDocument row)
    {
        var id = row.Int64("_id");
        var decisions = RowsOf(LiteSchema.Decision, id);
        var superseded = decisions.Where(d => JournalWords.ToDecisionKind(d.Text("decided")) == DecisionKind.Reissue).Select(d => d.Int64("last_attempt")).DefaultIfEmpty(0).Max();
        List<AttemptFacts> attempts = [.. RowsOf(LiteSchema.Attempt, id).Select(a => FactsOf(a, superseded))];
        var hasUnknown = attempts.Exists(a => a.Kind == AttemptKind.Unknown) || decisions.Exists(d => JournalWords.ToDecisionKind(d.Text("decided")) == DecisionKind.Unknown);
        var journey = JournalWords.ToJourney(row.Text("journey"));
        var written = journey == JournalWords.UnknownJourney ? IssuanceState.Unknown : JournalWords.ToIssuanceState(row.Text("state"));
        return new(row, JournalTransitions.Effective(written, hasUnknown), new(journey, row.Text("order_number")), row.Int32("ticket_count"), attempts, hasUnknown);
    }

    private IssuanceRecord Shown(BsonDocument row)
    {
        var (id, present) = (row.Int64("_id"), Read(row));
        return new()
        {
            Id = id,
            Journey = present.Key.Journey,
            OrderNumber = present.Key.Number,
            State = present.State,
            StateText = row.Text("state"),
            CreatedAt = row.Instant("created_at"),
            ChangedAt = row.Instant("changed_at"),
            TicketCount = present.TicketCount,
            Reason = row.TextOrNull("reason"),
            ReportState = present.Report is { } report ? _database.Find(LiteSchema.Outbox, report)?.TextOrNull("state") : null,
            Accepted = _keys.Open(row.Bytes("accepted"), LiteSchema.Issuance, id, "accepted") is { } json ? JournalJson.Read(json) : null,
            Attempts = [.. RowsOf(LiteSchema.Attempt, id).Select(AttemptOf)],
            Decisions = [.. RowsOf(LiteSchema.Decision, id).Select(DecisionOf)],
            SlipOwed = row.Flag(LiteSchema.Slip),
            Intents = row.Int64("intents"),
        };
    }

    private static DecisionRecord DecisionOf(BsonDocument row) => new(
        JournalWords.ToDecisionKind(row.Text("decided")), row.Text("decided"), row.Instant("at"), row.Text("by_whom"), row.Text("reason"), row.Text("platform"), row.Int64("last_attempt"));

    private static AttemptRecord AttemptOf(BsonDocument row)
    {
        var ended = row.Int64OrNull("ended_at") is not null;
        return new()
        {
            Id = row.Int64("_id"),
            Kind = JournalWords.ToAttemptKind(row.Text("kind")),
            TicketIndex = row.Int32("ticket_index"),
            ProcessId = row.Text("process_id"),
            StartedAt = row.Instant("started_at"),
            Before = EvidenceOf(row, "before")!,
            EndedAt = ended ? row.Instant("ended_at") : null,
            End = ended ? new(JournalWords.ToAttemptOutcome(row.Text("outcome")), row.Int64OrNull("bytes_sent"), EvidenceOf(row, "after"), row.Text("judgement")) : null,
            Copy = row.Int32("copy"),
            StockNumber = row.TextOrNull("stock"),
        };
    }

    /// <param name="superseded">The newest attempt that a person knew of who decided for a reissue.</param>
    private static AttemptFacts FactsOf(BsonDocument row, long superseded) => new(
        JournalWords.ToAttemptKind(row.Text("kind")), row.Int32("ticket_index"),
        row.Int64OrNull("ended_at") is null ? null : JournalWords.ToAttemptOutcome(row.Text("outcome")), row.Int64("_id") <= superseded);

    private static BsonDocument EvidenceRow(PrinterEvidence evidence) => new()
    {
        ["unit"] = evidence.Unit,
        ["serial"] = LiteRow.Value(evidence.SerialNumber),
        ["cuts"] = LiteRow.Value(evidence.CutCounter),
        ["exact"] = evidence.CutCounterIsExact,
        ["idle"] = evidence.Idle,
        ["disturbances"] = evidence.Disturbances,
        ["run"] = evidence.Run.ToByteArray(),
        ["connection"] = LiteRow.Value(evidence.Connection),
        ["read_at"] = LiteRow.Value(evidence.ReadAt),
        ["calm_since"] = LiteRow.Value(evidence.CalmSince),
    };

    private static PrinterEvidence? EvidenceOf(BsonDocument attempt, string field) => attempt[field] is not BsonDocument e ? null : new(
        e.Text("unit"), e.TextOrNull("serial"), e.Int64OrNull("cuts"), e.Flag("exact"), e.Flag("idle"), e.Int64("disturbances"),
        e.Bytes("run") is { Length: 16 } run ? new Guid(run) : Guid.Empty, e.TextOrNull("connection"), e.Int64OrNull("read_at"), e.Int64OrNull("calm_since"));

    /// <summary>What stands in the file of an issuance, as far as the rules ask.</summary>
    private sealed record Present(BsonDocument Row, IssuanceState State, OrderKey Key, int TicketCount, List<AttemptFacts> Attempts, bool HasUnknownPart)
    {
        public long? Report => Row.Int64OrNull("report");

        public bool HasReport => Report is not null;
    }
}
