using System.Globalization;

namespace DeviceAgent.Journal;

/// <content>Erases and deletes what is over.</content>
public sealed partial class SqliteJournal
{
    /// <summary>Rows looked at for one that may be deleted: those that may not are left behind at the old end.</summary>
    private const int RowsLookedAt = 10;

    /// <summary>Audit rows and pages for one issuance, about; what is left over goes with the next call.</summary>
    private const int AuditRowsOfIssuance = 16, PagesOfIssuance = 4;

    // Where the next call goes on: rows that must stay are not looked at again and again. Null at the end of a round.
    private long? _retireFrom;

    public int PurgePersonal(DateTimeOffset confirmedBefore, int limit, DateTimeOffset at)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        using var change = BeginChange();
        var purgeable = Purgeable(Milliseconds(confirmedBefore), limit);
        if (purgeable.Count == 0) return 0;
        foreach (var (report, issuance) in purgeable)
        {
            _database.Use(JournalSql.PurgeReport).Bind(1, report).Run();
            if (issuance is { } told) _database.Use(JournalSql.PurgeIssuance).Bind(1, told).Run();
        }
        change.Commit(at, JournalAudit.Purged, $"of {Text(purgeable.Count)} reports");
        return purgeable.Count;
    }

    private List<(long Report, long? Issuance)> Purgeable(long before, int limit)
    {
        List<(long, long?)> found = [];
        using var read = _database.Use(JournalSql.ToPurge).Bind(1, before);
        while (found.Count < limit && read.Step())
        {
            var (id, kind) = (read.Int64(0), read.Text(2));
            var order = read.Int64OrNull(4) is { } issuance ? ReadState(issuance) : null;
            var facts = new ReportFacts(JournalWords.ToReportState(read.Text(1)), JournalWords.IsKnownFormat(kind, read.Int32(3)));
            if (!JournalTransitions.MayPurge(facts, order?.State) || order?.ChangedAt >= before) continue;
            found.Add((id, order?.Report == id ? read.Int64(4) : null));
        }
        return found;
    }

    public int Retire(DateTimeOffset before, long keepIssuances, int limit, DateTimeOffset at)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ArgumentOutOfRangeException.ThrowIfNegative(keepIssuances);
        var deleted = DeleteOld(Milliseconds(before), keepIssuances, limit, at);
        GiveBack(limit * PagesOfIssuance);
        return deleted;
    }

    private int DeleteOld(long before, long keepIssuances, int limit, DateTimeOffset at)
    {
        using var change = BeginChange();
        var (retirable, next) = Retirable(before, _lastIssuance - keepIssuances, limit);
        // Before anything goes that is not counted yet.
        var counted = retirable.Count > 0 || _lastAttempt - _printerUseTo >= AttemptsToCount ? CountPrinterUse() : _printerUseTo;
        foreach (var old in retirable)
        {
            foreach (var report in old.Reports) _database.Use(JournalSql.DeleteReport).Bind(1, report).Run();
            foreach (var sql in new[] { JournalSql.DeleteAttempts, JournalSql.DeleteDecisions, JournalSql.DeleteIssuance }) _database.Use(sql).Bind(1, old.Id).Run();
        }
        if (retirable.Count > 0) _database.Use(JournalSql.DeleteTestStrips).Bind(1, Math.Min(KeptAttempts(before), counted + 1)).Bind(2, before).Run();
        var unissued = retirable.Count(r => !r.Issued);
        if (unissued > 0) WriteMeta(_database, JournalSchema.UnissuedRetired, Text(_unissuedRetired + unissued));
        // Those that are too many are younger: what was written before the last of them goes too.
        var audits = Run(_database.Use(JournalSql.DeleteAudit).Bind(1, retirable.Select(r => r.CreatedAt).Append(before).Max()).Bind(2, (long)limit * AuditRowsOfIssuance));
        if (retirable.Count + audits > 0 || counted > _printerUseTo)
        {
            var what = retirable.Count + audits > 0 ? JournalAudit.Retired : JournalAudit.Counted;
            change.Commit(at, what, string.Create(CultureInfo.InvariantCulture, $"{retirable.Count} issuances, {audits} audit rows; what printers did is counted up to attempt {counted}"));
            _unissuedRetired += unissued;
            _printerUseTo = counted;
        }
        _retireFrom = next;
        return retirable.Count + audits;
    }

    private (List<Retired> Retirable, long? Next) Retirable(long before, long tooMany, int limit)
    {
        List<Retired> found = [];
        var lastDecision = Scalar(JournalSql.LastDecision);
        var keptAttempts = KeptAttempts(before);
        long? last = null;
        using var read = _database.Use(JournalSql.ToRetire).Bind(1, _retireFrom ?? 0).Bind(2, _lastIssuance);
        for (var looked = 0; looked < (long)limit * RowsLookedAt && found.Count < limit; looked++)
        {
            // Ids are given in order of time: the rest is younger.
            if (!read.Step() || (read.Int64(0) > tooMany && read.Int64(3) >= before)) return (found, null);
            var (id, changedAt) = (read.Int64(0), read.Int64(4));
            last = id;
            if ((id > tooMany && changedAt >= before) || read.Int64(8) >= keptAttempts || (lastDecision > 0 && read.Int64(9) == lastDecision)) continue;
            var reports = ReportsOf(id, read.Int64OrNull(5));
            var known = JournalWords.ToJourney(read.Text(2)) != JournalWords.UnknownJourney;
            var state = known ? JournalWords.ToIssuanceState(read.Text(1)) : IssuanceState.Unknown;
            if (!JournalTransitions.MayRetire(state, read.Bool(7), read.Bool(6), reports.Select(r => r.Facts)) || reports.Exists(r => r.Id == _lastReport)) continue;
            found.Add(new(id, state == IssuanceState.Issued, read.Int64(3), [.. reports.Select(r => r.Id)]));
        }
        return (found, last);
    }

    /// <summary>Attempts from here on stay: the newest, the last that took a form, and those whose paper is counted.</summary>
    private long KeptAttempts(long before)
    {
        using var paper = _database.Use(JournalSql.PaperCountedFrom).Bind(1, before);
        var newest = Math.Max(1, Math.Min(_lastAttempt, LastStock()?.Attempt ?? _lastAttempt));
        return paper.Step() && paper.Int64OrNull(0) is { } low ? Math.Min(low + 1, newest) : newest;
    }

    private List<(long Id, ReportFacts Facts)> ReportsOf(long issuance, long? report)
    {
        List<(long, ReportFacts)> reports = [];
        if (report is { } told) reports.Add((told, ReadReport(told)?.Facts ?? default));
        using var notices = _database.Use(JournalSql.NoticesOfIssuance).Bind(1, issuance);
        while (notices.Step())
            reports.Add((notices.Int64(0), new(JournalWords.ToReportState(notices.Text(1)), JournalWords.IsKnownFormat(notices.Text(2), notices.Int32(3)))));
        return reports;
    }

    /// <summary>What the next days' orders take stays in the file: pages that are given back and taken again are written twice.</summary>
    private void GiveBack(int pages)
    {
        using var entry = Enter();
        var surplus = Scalar(JournalSql.FreePages) - (Scalar(JournalSql.Pages) / 10);
        if (surplus > 0) _database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA incremental_vacuum({Math.Min(surplus, pages)})"));
    }

    private sealed record Retired(long Id, bool Issued, long CreatedAt, List<long> Reports);
}
