using DeviceAgent.Journal;
using DeviceAgent.Platform.Sync;
using static DeviceAgent.Tests.Journal.JournalSamples;

namespace DeviceAgent.Tests.Journal;

// The technician's queue.
public abstract partial class JournalContract
{
    private const string Anna = "uid 1000 (anna)";

    private long Parked(string order, string evidence = "ORDER_STATUS_ERROR")
    {
        var report = Journal.Issue(order, Now);
        Journal.MarkSending(report, Now);
        Journal.Park(report, Now, ParkReason.Refused, evidence);
        return report;
    }

    private IEnumerable<long> Shown(ReportFilter filter, int limit = 100) => Journal.Reports(filter, limit).Select(r => r.Id);

    [Fact]
    public void A_report_that_waits_or_is_parked_is_never_hidden_from_a_technician()
    {
        var start = Now;
        var due = Journal.Issue("1", Now);
        var parked = Parked("2");
        Tick();
        var retry = Journal.Issue("3", Now);
        Journal.MarkSending(retry, Now);
        Journal.RetryAt(retry, Now.AddMinutes(5), true, "no answer");
        var sending = Journal.Issue("4", Now);
        Journal.MarkSending(sending, Now);
        var confirmed = Journal.Issue("5", Now);
        Journal.MarkSending(confirmed, Now);
        Journal.Confirm(confirmed, Now, "applied");
        Journal.Release(Journal.TakeOn("6", Now), "no paper", [GivenUp], Now);
        var later = Parked("7");
        Reopen();
        Assert.Equal([due, retry, sending, confirmed + 1], Shown(ReportFilter.Waiting));
        Assert.Equal([due], Shown(ReportFilter.Waiting, 1));
        Assert.Equal([later, parked], Shown(ReportFilter.Parked));
        Assert.Equal([later], Shown(ReportFilter.Parked, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Journal.Reports(ReportFilter.Parked, 0));
        Assert.Null(Journal.FindReport(99));
        Assert.Equal(new()
        {
            Id = parked,
            OrderNumber = "2",
            Kind = ReportKinds.BusBook,
            Success = true,
            State = ReportState.Parked,
            StateText = "parked",
            Sends = 1,
            FateUnknown = false,
            CreatedAt = start,
            ChangedAt = start,
            ParkReason = "refused",
            Evidence = "ORDER_STATUS_ERROR",
        }, Journal.FindReport(parked));
        var waits = Assert.IsType<ReportRecord>(Journal.FindReport(retry));
        Assert.Equal((ReportState.Retry, Now.AddMinutes(5), true, "no answer", null, retry), (waits.State, waits.NotBefore, waits.FateUnknown, waits.Evidence, waits.ParkReason, waits.Sequence));
        Assert.Equal((ReportKinds.StationRelease, "due"), (Journal.FindReport(confirmed + 1)!.Kind, Journal.FindReport(confirmed + 1)!.StateText));
        Assert.Equal((ReportState.Confirmed, "applied"), (Journal.FindReport(confirmed)!.State, Journal.FindReport(confirmed)!.Evidence));
    }

    [Fact]
    public void A_report_that_is_retried_by_hand_is_never_sent_before_the_platform_was_asked()
    {
        var parked = Parked("1");
        var waits = Journal.Issue("2", Now);
        Journal.RetryAt(waits, Now.AddHours(1), false, "offline");
        Tick();
        Journal.RetryReport(parked, Anna, "the operator corrected the order", true, Now);
        Journal.RetryReport(waits, Anna, "the line is back", true, Now);
        Reopen();
        Assert.Equal([(parked, true), (waits, true)], Journal.Take(Now, 10, new HashSet<string>()).Select(r => (r.Id, r.FateUnknown)));
        Assert.Equal(new(2, 0, 0, 0, Now.AddSeconds(-1)), Journal.Counts);
        var shown = Journal.FindReport(parked)!;
        Assert.Equal((ReportState.Retry, Now, null), (shown.State, shown.NotBefore, shown.ParkReason));
        foreach (var part in new[] { Anna, "the operator corrected the order" })
        {
            Assert.Contains(part, shown.Evidence, StringComparison.Ordinal);
            Assert.Contains(part, Journal.ReadAudit(2)[1].Details, StringComparison.Ordinal);
        }
        Journal.MarkSending(parked, Now);
        Journal.Confirm(parked, Now, "applied");
    }

    [Fact]
    public void A_report_that_was_settled_by_hand_is_never_sent_or_lost_from_the_counts()
    {
        var parked = Parked("1");
        Tick();
        Journal.SettleReport(parked, Anna, "settled with the operator by telephone", Now);
        Assert.Equal(new(0, 0, 1, 0, null), Journal.Counts);
        Reopen();
        Assert.Equal(new(0, 0, 1, 0, null), Journal.Counts);
        Assert.Empty(Journal.TakeIds(Now));
        Assert.Empty(Shown(ReportFilter.Parked));
        Assert.Equal("confirmed", Found("1").ReportState);
        var shown = Journal.FindReport(parked)!;
        Assert.Equal((ReportState.Confirmed, Now, "refused"), (shown.State, shown.ChangedAt, shown.ParkReason));
        foreach (var part in new[] { Anna, "settled with the operator by telephone" })
        {
            Assert.Contains(part, shown.Evidence, StringComparison.Ordinal);
            Assert.Contains(part, Journal.ReadAudit(1)[0].Details, StringComparison.Ordinal);
        }
        Journal.Release(Journal.TakeOn("2", Now), "no paper", [GivenUp], Now);
        Journal.StationNotices.Park(parked + 1, Now, ParkReason.Refused, "409");
        Assert.Equal((0, 1), (Journal.Counts.Parked, Journal.StationNotices.Counts.Parked));
        Journal.SettleReport(parked + 1, Anna, "the station knows", Now);
        Reopen();
        Assert.Equal((new(0, 0, 1, 0, null), new(0, 0, 1, 0, null)), (Journal.Counts, Journal.StationNotices.Counts));
    }

    [Fact]
    public void A_person_never_reaches_into_a_report_that_is_being_sent_or_is_done()
    {
        Action<long>[] changes = [id => Journal.RetryReport(id, Anna, "why", true, Now), id => Journal.SettleReport(id, Anna, "why", Now)];
        (Action<long> Reach, bool[] Allowed)[] states =
        [
            (_ => { }, [false, false]),
            (id => Journal.MarkSending(id, Now), [false, false]),
            (id => Journal.RetryAt(id, Now, false, "offline"), [true, false]),
            (id => Journal.Park(id, Now, ParkReason.Unsendable, "no"), [true, true]),
            (id => { Journal.MarkSending(id, Now); Journal.Confirm(id, Now, "applied"); }, [false, false]),
        ];
        var order = 100;
        foreach (var (reach, allowed) in states)
        {
            for (var i = 0; i < changes.Length; i++)
            {
                var name = $"{order++}";
                var report = Journal.Issue(name, Now);
                reach(report);
                Same(allowed[i], () => changes[i](report), name);
            }
        }
        foreach (var change in changes) Same(false, () => change(99_999), "100");
    }

    [Fact]
    public void Nobody_reaches_into_the_queue_without_a_name_and_a_reason()
    {
        var parked = Parked("1");
        Refused(() => Journal.RetryReport(parked, " ", "why", true, Now));
        Refused(() => Journal.RetryReport(parked, Anna, "", true, Now));
        Refused(() => Journal.SettleReport(parked, "", "why", Now));
        Refused(() => Journal.SettleReport(parked, Anna, " ", Now));
        Assert.Equal([parked], Shown(ReportFilter.Parked));
    }
}
