using DeviceAgent.Journal;

namespace DeviceAgent.Tests.Simulation;

/// <content>Erases and deletes what is over.</content>
internal sealed partial class MemoryJournal
{
    public int PurgePersonal(DateTimeOffset confirmedBefore, int limit, DateTimeOffset at)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return Change(() =>
        {
            var before = Written(confirmedBefore);
            var reports = _disk.Reports.Where(r => !r.Purged && r.ChangedAt < before).OrderBy(r => r.ChangedAt)
                .Where(r => ById(r.Issuance) is var order && JournalTransitions.MayPurge(new(r.State, true), order?.State) && !(order?.ChangedAt >= before))
                .Take(limit).ToList();
            if (reports.Count == 0) return 0;
            Commit(at, JournalAudit.Purged, $"of {reports.Count} reports", () =>
            {
                foreach (var report in reports)
                {
                    _disk.Reports[_disk.Reports.IndexOf(report)] = report with { Purged = true, Report = report.Report with { Personal = null } };
                    if (!report.IsForStation && ById(report.Issuance) is { } order) Put(order with { Accepted = null });
                }
            });
            return reports.Count;
        });
    }

    public int Retire(DateTimeOffset before, long keepIssuances, int limit, DateTimeOffset at)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        ArgumentOutOfRangeException.ThrowIfNegative(keepIssuances);
        return Change(() =>
        {
            var old = Written(before);
            var retired = _disk.Issuances.Where(i => (i.ChangedAt < old || i.Id <= _disk.LastIssuance - keepIssuances) && MayRetire(i, old)).Take(limit).ToList();
            var until = retired.Select(i => i.CreatedAt).Append(old).Max();
            var audits = _disk.Audits.Take(_disk.Audits.Count - 1).TakeWhile(a => a.At < until).Take(limit * 16).ToList();
            if (retired.Count + audits.Count == 0) return 0;
            Commit(at, JournalAudit.Retired, $"{retired.Count} issuances, {audits.Count} audit rows", () =>
            {
                foreach (var order in retired)
                {
                    _disk.Issuances.Remove(order);
                    if (order.State == IssuanceState.Issued) _disk.IssuedRetired++;
                    _disk.ReportsRetired += _disk.Reports.RemoveAll(r => r.Issuance == order.Id && !r.IsForStation);
                    _disk.NoticesRetired += _disk.Reports.RemoveAll(r => r.Issuance == order.Id && r.IsForStation);
                    foreach (var attempt in order.Attempts) RetireUse(attempt);
                }
                if (retired.Count > 0)
                {
                    foreach (var strip in _disk.Strips.Where(s => s.EndedAt < old && s.Id < KeptAttempts).ToList())
                    {
                        RetireUse(strip);
                        _disk.Strips.Remove(strip);
                    }
                }
                _disk.Audits.RemoveAll(audits.Contains);
            });
            return retired.Count + audits.Count;
        });
    }

    private bool MayRetire(IssuanceRecord order, DateTimeOffset old)
    {
        var reports = _disk.Reports.Where(r => r.Issuance == order.Id).ToList();
        var paper = _disk.Printers.Values.Where(p => p.SeenAt >= old).Min(p => p.LowSinceAttempt) ?? long.MaxValue;
        return order.Id != _disk.LastIssuance && !reports.Exists(r => r.Report.Id == _disk.LastReport)
            && !order.Attempts.Any(a => a.Id >= KeptAttempts || a.Id > paper)
            && JournalTransitions.MayRetire(order.State, hasUnknownPart: false, order.SlipOwed, reports.Select(r => new ReportFacts(r.State, true)));
    }
}
