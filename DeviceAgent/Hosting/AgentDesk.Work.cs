using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;
using DeviceAgent.Technician;

namespace DeviceAgent.Hosting;

// Jobs, returns, the queue of reports, the session.
internal sealed partial class AgentDesk
{
    private const int MostAttention = 5;

    public async Task<JobOffer> SubmitAsync(Job job, CancellationToken cancellationToken)
    {
        await desk.JournalChecked.WaitAsync(cancellationToken);
        return await loop.AskAsync(() => desk.Offer(job), cancellationToken);
    }

    public async Task<JobOffer> ReturnAsync(ReturnTarget target, CancellationToken cancellationToken)
    {
        await desk.JournalChecked.WaitAsync(cancellationToken);
        return await loop.AskAsync(() => desk.OfferReturn(target), cancellationToken);
    }

    public async Task<ReportsAnswer> ReportsAsync(CancellationToken cancellationToken)
    {
        await desk.JournalChecked.WaitAsync(cancellationToken);
        return await loop.AskAsync(() => new ReportsAnswer(
            [.. journal.Reports(ReportFilter.Parked, IAgentDesk.MaxOrders).Select(Describe)], [.. journal.Reports(ReportFilter.Waiting, IAgentDesk.MaxOrders).Select(Describe)]), cancellationToken);
    }

    public Task<DecisionAnswer> RetryReportAsync(long id, RetryBody retry, string by, CancellationToken cancellationToken) => ChangeAsync(id, report =>
    {
        // Where it can be asked what became of the earlier sends, it is.
        if (retry.Ask == false && report.Kind != ReportKinds.TrainBook) throw new JournalTransitionException($"a {report.Kind} report is asked after before it is sent again.");
        journal.RetryReport(id, by, retry.Reason!, retry.Ask != false, clock.GetUtcNow());
        return retry.Ask == false ? "due again; it is sent without asking first" : "due again; the platform is asked first, where it can be asked";
    }, cancellationToken);

    public Task<DecisionAnswer> SettleReportAsync(long id, ReasonBody settle, string by, CancellationToken cancellationToken) => ChangeAsync(id, report =>
    {
        journal.SettleReport(id, by, settle.Reason!, clock.GetUtcNow());
        return "settled; nothing more is sent for it";
    }, cancellationToken);

    public async Task<string?> SetSessionAsync(string session, string by, CancellationToken cancellationToken) => await loop.AskAsync<string?>(() =>
    {
        try
        {
            ReplaceSession(session);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"the session could not be written: {e.Message}";
        }
        try
        {
            if (desk.JournalChecked.IsCompleted) journal.Audit(clock.GetUtcNow(), JournalAudit.Session, $"replaced by {by}");
        }
        catch (JournalException e)
        {
            desk.FailJournal(e);
        }
        WakeSenders();
        return null;
    }, cancellationToken);

    private async Task<DecisionAnswer> ChangeAsync(long id, Func<ReportRecord, string> change, CancellationToken cancellationToken)
    {
        await desk.JournalChecked.WaitAsync(cancellationToken);
        return await loop.AskAsync(() =>
        {
            if (journal.FindReport(id) is not { } report) return new DecisionAnswer(DecisionResult.NotKnown, "the journal has no such report");
            try
            {
                var done = change(report);
                Alarms.Clear(AlarmKind.ReportParked, ParkedReports.AboutOf(id, report.OrderNumber));
                WakeSenders();
                return new(DecisionResult.Decided, done);
            }
            catch (JournalTransitionException e)
            {
                return new(DecisionResult.Refused, e.Message);
            }
        }, cancellationToken);
    }

    private NoticesAnswer Notices()
    {
        var counts = journal.StationNotices.Counts;
        return new(counts.Waiting, counts.Parked);
    }

    private List<AttentionAnswer> Attention() =>
        [.. journal.Reports(ReportFilter.Parked, MostAttention).Select(r => new AttentionAnswer(r.Id, r.OrderNumber, ParkedReports.Say(JournalWords.ToParkReason(r.ParkReason))))];

    private IssuanceRecord? Find(string orderNumber, Journey? journey)
    {
        foreach (var candidate in journey is { } told ? [told] : Enum.GetValues<Journey>())
        {
            if (journal.Find(candidate, orderNumber) is { } record) return record;
        }
        return null;
    }

    private OrderKey KeyOf(string orderNumber, Journey? journey) => new(journey ?? Find(orderNumber, null)?.Journey ?? Journey.Bus, orderNumber);

    private static ReportAnswer Describe(ReportRecord report) => new(
        report.Id, report.OrderNumber, report.Kind, report.Success, report.StateText, report.Sends, report.FateUnknown, report.CreatedAt, report.NotBefore, report.ParkReason, report.Evidence);
}
