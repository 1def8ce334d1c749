using System.Globalization;
using LiteDB;

namespace DeviceAgent.Journal.LiteDb;

/// <content>Whose journal it is, and how a person makes it this machine's.</content>
internal sealed partial class LiteJournal
{
    /// <summary>How many process ids an adoption leaves out: a copy that went on elsewhere may have used them.</summary>
    private const int ProcessIdsLeftOut = 1_000_000;

    public void Distrust(string reason, DateTimeOffset at)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        using var change = BeginChange();
        WriteMeta(_database, JournalSchema.Distrusted, reason);
        change.Commit(at, JournalAudit.Distrusted, reason);
    }

    public Adoption TakeOver(BoardIdentity? board, string was, string why, Action<string> afterStep)
    {
        var now = _time.GetUtcNow();
        var epoch = Math.Max(Identity.Epoch, JournalMarker.Read(_path)?.Epoch ?? 0) + 1;
        int reports, orders;
        using (var change = BeginChange())
        {
            reports = DoubtReports(now);
            orders = DoubtAccepted(now, $"journal adopted ({was}): another machine may have printed it");
            foreach (var printer in _database.All(LiteSchema.DeviceCounter))
            {
                printer["cuts"] = BsonValue.Null;
                _database.Update(LiteSchema.DeviceCounter, printer);
            }
            WriteMeta(_database, JournalSchema.CountersFrom, Text(_lastAttempt));
            WriteMeta(_database, JournalSchema.ProcessIdStart, Text((_processIdStart + ProcessIdsLeftOut) % AttemptProcessIds.Count));
            WriteMeta(_database, JournalSchema.Epoch, Text(epoch));
            WriteMeta(_database, JournalSchema.Distrusted, "");
            // Whose paper is in the printer a person must say.
            _database.Delete(LiteSchema.Meta, [JournalSchema.Stock]);
            foreach (var (key, value) in board?.Of(Identity.JournalId) ?? [])
            {
                if (value is not null) WriteMeta(_database, key, value);
                else _database.Delete(LiteSchema.Meta, [key]);
            }
            change.Commit(now, JournalAudit.Adopted, string.Create(CultureInfo.InvariantCulture,
                $"epoch {epoch}; {was} {why}; {reports} reports to be asked about, {orders} orders in doubt"));
        }
        afterStep("taken over");
        var identity = Identity with { Epoch = epoch };
        new JournalMarker(identity.JournalId, epoch).Write(_path);
        afterStep("marked");
        return new(AdoptionKind.TakenOver, identity, was, [], reports, orders);
    }

    /// <summary>The station's notices say the same however often they arrive.</summary>
    private int DoubtReports(DateTimeOffset now)
    {
        var doubted = 0;
        foreach (var row in _database.Where(LiteSchema.Outbox, LiteSchema.Mark, LiteSchema.Open))
        {
            if (IsForStation(row) || ReportFactsOf(row) is not { FormatIsKnown: true, State: Platform.Sync.ReportState.Due or Platform.Sync.ReportState.Sending or Platform.Sync.ReportState.Retry }) continue;
            row["fate_unknown"] = true;
            row["not_before"] = Milliseconds(now);
            SetState(row, Platform.Sync.ReportState.Retry, now);
            PutReport(row);
            doubted++;
        }
        return doubted;
    }

    private int DoubtAccepted(DateTimeOffset now, string reason)
    {
        var doubted = 0;
        foreach (var row in OpenIssuances())
        {
            // What a newer release wrote stays as it is.
            if (JournalTransitions.WhyNoDoubt(Read(row).State) is not null) continue;
            foreach (var attempt in RowsOf(LiteSchema.Attempt, row.Int64("_id")).Where(a => a.Int64OrNull("ended_at") is null))
            {
                attempt["ended_at"] = Milliseconds(now);
                attempt["outcome"] = JournalWords.Of(AttemptOutcome.Unknown);
                attempt["judgement"] = reason;
                _database.Update(LiteSchema.Attempt, attempt);
            }
            Doubt(row, reason, now);
            doubted++;
        }
        return doubted;
    }

    /// <summary>A journal of an older release takes on the board that it is opened on, and gets its marker.</summary>
    private void BelongTo(BoardIdentity? board)
    {
        var unknown = board?.Of(Identity.JournalId).Where(b => b.Value is not null && ReadMeta(_database, b.Key) is null).ToList();
        if (unknown is { Count: > 0 })
        {
            _database.Begin();
            foreach (var (key, value) in unknown) WriteMeta(_database, key, value!);
            _database.Commit();
        }
        var marker = new JournalMarker(Identity.JournalId, Identity.Epoch);
        if (JournalMarker.Read(_path) != marker) marker.Write(_path);
    }
}
