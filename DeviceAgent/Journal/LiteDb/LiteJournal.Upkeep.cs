using System.Globalization;
using LiteDB;

namespace DeviceAgent.Journal.LiteDb;

/// <content>Erases and deletes what is over. LiteDB uses the room again; a file never gets smaller.</content>
internal sealed partial class LiteJournal
{
    /// <summary>Rows looked at for one that may be deleted: those that may not are left behind at the old end.</summary>
    private const int RowsLookedAt = 10;

    /// <summary>Audit rows for one issuance, about; what is left over goes with the next call.</summary>
    private const int AuditRowsOfIssuance = 16;

    // Where the next call goes on: rows that must stay are not looked at again and again. Null at the end of a round.
    private long? _retireFrom;

    public int PurgePersonal(DateTimeOffset confirmedBefore, int limit, DateTimeOffset at)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        using var change = BeginChange();
        var before = Milliseconds(confirmedBefore);
        var purged = 0;
        foreach (var report in _database.Under(LiteSchema.Outbox, LiteSchema.Unpurged, before))
        {
            if (purged == limit) break;
            var order = report.Int64OrNull(LiteSchema.Of) is { } issuance ? ReadState(issuance) : null;
            if (!JournalTransitions.MayPurge(ReportFactsOf(report)!.Value, order?.State) || order?.Row.Int64("changed_at") >= before) continue;
            report["personal"] = BsonValue.Null;
            report["purged"] = true;
            PutReport(report);
            if (order is not null && order.Report == report.Int64("_id"))
            {
                order.Row["accepted"] = BsonValue.Null;
                _database.Update(LiteSchema.Issuance, order.Row);
            }
            purged++;
        }
        if (purged > 0) change.Commit(at, JournalAudit.Purged, $"of {Text(purged)} reports");
        return purged;
    }

    public int Retire(DateTimeOffset before, long keepIssuances, int limit, DateTimeOffset at)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ArgumentOutOfRangeException.ThrowIfNegative(keepIssuances);
        using var change = BeginChange();
        var (retirable, next) = Retirable(Milliseconds(before), _lastIssuance - keepIssuances, limit);
        // Before anything goes that is not counted yet.
        var counted = retirable.Count > 0 || _lastAttempt - _printerUseTo >= AttemptsToCount ? CountPrinterUse() : _printerUseTo;
        foreach (var old in retirable)
        {
            var id = old.Row.Int64("_id");
            foreach (var collection in new[] { LiteSchema.Attempt, LiteSchema.Decision, LiteSchema.Outbox })
            {
                var ids = _database.Where(collection, LiteSchema.Of, id).Select(r => r["_id"]).ToList();
                if (ids.Count > 0) _database.Delete(collection, ids);
            }
            _database.Delete(LiteSchema.Issuance, [id]);
        }
        if (retirable.Count > 0) DeleteTestStrips(Math.Min(KeptAttempts(Milliseconds(before)), counted + 1), Milliseconds(before));
        var unissued = retirable.Count(r => r.State != IssuanceState.Issued);
        if (unissued > 0) WriteMeta(_database, JournalSchema.UnissuedRetired, Text(_unissuedRetired + unissued));
        // Those that are too many are younger: what was written before the last of them goes too.
        var audits = OldAudits(retirable.Select(r => r.Row.Int64("created_at")).Append(Milliseconds(before)).Max(), limit * AuditRowsOfIssuance);
        if (audits.Count > 0) _database.Delete(LiteSchema.Audit, audits);
        var deleted = retirable.Count + audits.Count;
        if (deleted > 0 || counted > _printerUseTo)
        {
            var what = deleted > 0 ? JournalAudit.Retired : JournalAudit.Counted;
            change.Commit(at, what, string.Create(CultureInfo.InvariantCulture, $"{retirable.Count} issuances, {audits.Count} audit rows; what printers did is counted up to attempt {counted}"));
            _unissuedRetired += unissued;
            _printerUseTo = counted;
        }
        _retireFrom = next;
        return deleted;
    }

    private (List<Present> Retirable, long? Next) Retirable(long before, long tooMany, int limit)
    {
        List<Present> found = [];
        var keptAttempts = KeptAttempts(before);
        var last = _retireFrom ?? 0;
        var looked = (int)Math.Min((long)limit * RowsLookedAt, int.MaxValue);
        var rows = _database.After(LiteSchema.Issuance, last, looked);
        foreach (var row in rows)
        {
            var id = row.Int64("_id");
            // Ids are given in order of time: the rest is younger.
            if (id == _lastIssuance || (id > tooMany && row.Int64("created_at") >= before)) return (found, null);
            if (found.Count == limit) return (found, last);
            last = id;
            if (id > tooMany && row.Int64("changed_at") >= before) continue;
            var order = Read(row);
            if (RowsOf(LiteSchema.Attempt, id) is [.., var attempt] && attempt.Int64("_id") >= keptAttempts) continue;
            if (RowsOf(LiteSchema.Decision, id) is [.., var decision] && decision.Int64("_id") == _lastDecision) continue;
            var reports = RowsOf(LiteSchema.Outbox, id);
            if (reports.Exists(r => r.Int64("_id") == _lastReport)) continue;
            if (JournalTransitions.MayRetire(order.State, order.HasUnknownPart, row.Flag(LiteSchema.Slip), reports.Select(r => ReportFactsOf(r)!.Value))) found.Add(order);
        }
        return (found, rows.Count == looked ? last : null);
    }

    /// <summary>Attempts from here on stay: the newest, the last that took a form, and those whose paper is counted. A printer that is long gone holds back nothing.</summary>
    private long KeptAttempts(long before)
    {
        var low = _database.All(LiteSchema.DeviceCounter).Where(p => p.Int64("seen_at") >= before).Min(p => p.Int64OrNull("low_since_attempt"));
        var newest = Math.Max(1, Math.Min(_lastAttempt, LastStock()?.Attempt ?? _lastAttempt));
        return low is { } since ? Math.Min(since + 1, newest) : newest;
    }

    /// <summary>From the oldest end; never the newest row, which tells the journal's time.</summary>
    private List<BsonValue> OldAudits(long before, int limit) =>
        [.. _database.After(LiteSchema.Audit, 0, limit).Where(r => r.Int64("_id") < _lastAudit && r.Int64("at") + r.Int64("late") < before).Select(r => r["_id"])];
}
