using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;
using static DeviceAgent.Tests.Journal.JournalSamples;

namespace DeviceAgent.Tests.Journal;

// Ship, train and returns, and the notices to the station.
public abstract partial class JournalContract
{
    public static TheoryData<Journey> Jobs => [Journey.Ship, Journey.Train, Journey.BusReturn];

    private IssuanceRecord Found(Journey journey, string number) => Assert.IsType<IssuanceRecord>(Journal.Find(journey, number));

    private IReadOnlyList<long> NoticeIds(params string[] inHand) => [.. Journal.StationNotices.Take(Now, 100, inHand.ToHashSet()).Select(r => r.Id)];

    private void Refused(Action change)
    {
        var audits = Journal.ReadAudit(1000).Count;
        Assert.Throws<ArgumentException>(change);
        Assert.Equal(audits, Journal.ReadAudit(1000).Count);
    }

    [Theory, MemberData(nameof(Jobs))]
    public void A_job_is_never_reported_twice_or_by_its_paper(Journey journey)
    {
        var report = ReportOf(journey);
        var id = Journal.RecordIntent(journey, "5", Now);
        Refused(() => Journal.Accept(id, Accepted("5", journey), [], Now));
        Refused(() => Journal.Accept(id, Accepted("5", journey), [report, report], Now));
        Refused(() => Journal.Accept(id, Accepted("5", journey), [Confirmation, GivenUp, report], Now));
        Refused(() => Journal.Accept(id, Accepted("5", journey), [Report], Now));
        Refused(() => Journal.Release(id, "why", [report], Now));
        Journal.Accept(id, Accepted("5", journey), [report], Now);
        Reopen();
        var taken = Assert.Single(Journal.Take(Now, 10, new HashSet<string>()));
        Assert.Equal(("5", report.Kind, true, taken.Id), (taken.OrderNumber, taken.Kind, taken.Success, taken.Sequence));
        Assert.Equal("due", Found(journey, "5").ReportState);
        Refused(() => Journal.Fail(id, [report with { Success = false }], "why", Now));
        Refused(() => Journal.Release(id, "why", [report], Now));
        Refused(() => Journal.Complete(id, [report], Now));
        Assert.Null(Journal.Complete(id, [], Now));
        Assert.Equal((IssuanceState.Issued, "due"), (Found(journey, "5").State, Found(journey, "5").ReportState));
        Assert.Equal(1, Journal.Counts.Waiting);
    }

    [Theory, MemberData(nameof(Jobs))]
    public void A_job_that_is_taken_up_again_never_loses_its_order_or_reports_a_second_time(Journey journey)
    {
        var id = Journal.RecordIntent(journey, "5", Now);
        Journal.Accept(id, Accepted("5", journey), [ReportOf(journey)], Now);
        Journal.Print(id, 0, NotPresented, Now);
        Journal.Release(id, "no paper", [GivenUp], Now);
        Reopen();
        Assert.Equal(IssuanceState.Released, Found(journey, "5").State);
        Assert.Equivalent(Accepted("5", journey), Found(journey, "5").Accepted, strict: true);
        Assert.Equal(id, Journal.RecordIntent(journey, "5", Now));
        Assert.Equivalent(Accepted("5", journey), Found(journey, "5").Accepted, strict: true);
        Refused(() => Journal.Accept(id, Accepted("5", journey), [ReportOf(journey)], Now));
        Journal.Accept(id, Accepted("5", journey), [], Now);
        Assert.Equal("due", Found(journey, "5").ReportState);
        Assert.Null(Journal.Fail(id, [], "the printer is broken", Now));
        Assert.Equal((IssuanceState.Failed, "due"), (Found(journey, "5").State, Found(journey, "5").ReportState));
        Assert.Equal((1, 1), (Journal.Counts.Waiting, Journal.StationNotices.Counts.Waiting));
    }

    [Theory, MemberData(nameof(Jobs))]
    public void A_failure_that_a_job_tells_never_waits_for_numbers(Journey journey)
    {
        var id = Journal.RecordIntent(journey, "5", Now);
        Refused(() => Journal.Fail(id, [], "sold out", Now));
        Refused(() => Journal.Fail(id, [ReportOf(journey)], "sold out", Now));
        var report = Assert.NotNull(Journal.Fail(id, [ReportOf(journey) with { Success = false }], "sold out", Now));
        Reopen();
        Assert.Equal((IssuanceState.Failed, "due"), (Found(journey, "5").State, Found(journey, "5").ReportState));
        Assert.Equal([report], Journal.TakeIds(Now));
        Assert.Equal(new(0, 0, 0, 0), Journal.CountIssuances());
        Assert.Throws<JournalTransitionException>(() => Journal.RecordIntent(journey, "5", Now));
    }

    [Theory, MemberData(nameof(Jobs))]
    public void A_decision_about_a_jobs_paper_is_never_told_to_the_platform(Journey journey)
    {
        foreach (var (number, kind, state) in new[]
                 { ("1", DecisionKind.Issued, IssuanceState.Issued), ("2", DecisionKind.Void, IssuanceState.Void), ("3", DecisionKind.Reissue, IssuanceState.Accepted) })
        {
            var id = Journal.RecordIntent(journey, number, Now);
            Journal.Accept(id, Accepted(number, journey), [ReportOf(journey)], Now);
            Journal.StandInDoubt(id, "why", Now);
            Refused(() => Journal.Decide(id, Decided(kind), [ReportOf(journey) with { Success = kind == DecisionKind.Issued }], Now));
            Journal.Decide(id, Decided(kind), [], Now);
            Reopen();
            Assert.Equal((state, "due"), (Found(journey, number).State, Found(journey, number).ReportState));
        }
        Assert.Equal(3, Journal.Counts.Waiting);
        Assert.Equal([new(journey, "1"), new(journey, "2"), new OrderKey(journey, "3")], Journal.OrdersOwedASlip(10));
    }

    [Fact]
    public void A_bus_order_is_never_reported_before_its_outcome_or_without_it()
    {
        var id = Journal.RecordIntent(Journey.Bus, "5", Now);
        Refused(() => Journal.Accept(id, Accepted("5"), [Report], Now));
        Assert.Throws<JournalTransitionException>(() => Journal.Fail(id, [Failure], "why", Now));
        Journal.Accept(id, Accepted("5"), [], Now);
        Refused(() => Journal.Complete(id, [], Now));
        Refused(() => Journal.Complete(id, [Failure], Now));
        Refused(() => Journal.Complete(id, [Confirmation], Now));
        Refused(() => Journal.Complete(id, [ReportOf(Journey.Ship)], Now));
        Refused(() => Journal.Fail(id, [], "why", Now));
        Refused(() => Journal.Fail(id, [Report], "why", Now));
        Refused(() => Journal.Release(id, "why", [Failure], Now));
        Assert.Equal(IssuanceState.Accepted, Found("5").State);
        Assert.Equal(0, Journal.WaitingReports);
    }

    [Fact]
    public void A_notice_never_stands_without_its_change_or_in_the_platforms_queue()
    {
        var id = Journal.TakeOn("5", Now);
        var report = Assert.NotNull(Journal.Complete(id, [Report, Confirmation], Now));
        Reopen();
        Assert.Equal([report], Journal.TakeIds(Now));
        var notice = Assert.Single(Journal.StationNotices.Take(Now, 10, new HashSet<string>()));
        Assert.Equal((report + 1, "5", ReportKinds.StationConfirm), (notice.Id, notice.OrderNumber, notice.Kind));
        Assert.Equal(Confirmation.Payload, notice.Payload);
        Assert.Equal((new(1, 0, 0, 0, Now), new(1, 0, 0, 0, Now), 2), (Journal.Counts, Journal.StationNotices.Counts, Journal.WaitingReports));
        Assert.Equal("due", Found("5").ReportState);

        var other = Journal.TakeOn("6", Now);
        Journal.Release(other, "no paper", [GivenUp], Now);
        Assert.Equal([report + 1, report + 2], NoticeIds());
        Assert.Null(Found("6").ReportState);
        Assert.Equal([report], Journal.TakeIds(Now));
    }

    [Fact]
    public void One_destination_never_waits_for_the_other()
    {
        var id = Journal.TakeOn("5", Now);
        Journal.Release(id, "no paper", [GivenUp], Now);
        var report = Journal.Issue("5", Now);
        var released = Assert.Single(NoticeIds());
        var second = Journal.TakeOn("6", Now);
        Journal.Complete(second, [Report, Confirmation], Now);
        var confirmed = report + 2;
        Assert.Equal([report, report + 1], Journal.TakeIds(Now));
        Assert.Equal([released, confirmed], NoticeIds());
        Assert.Equal([confirmed], NoticeIds("5"));
        Journal.StationNotices.MarkSending(released, Now);
        Journal.StationNotices.RetryAt(released, Now.AddMinutes(1), true, "no answer");
        Assert.Equal((null, Now.AddMinutes(1)), (Journal.NextDue, Journal.StationNotices.NextDue));
        Journal.WakeRetries(Now);
        Assert.Equal([confirmed], NoticeIds());
        Journal.StationNotices.WakeRetries(Now);
        Assert.Equal([released, confirmed], NoticeIds());

        Journal.StationNotices.MarkSending(confirmed, Now);
        Journal.MarkSending(report, Now);
        Reopen();
        Assert.Equal(1, Journal.RecoverInterrupted(Now));
        Assert.Equal([released], NoticeIds());
        Assert.Equal(1, Journal.StationNotices.RecoverInterrupted(Now));
        Assert.Equal([released, confirmed], NoticeIds());
        Assert.Equal([report, report + 1], Journal.TakeIds(Now));
    }

    [Fact]
    public void Notices_of_one_order_never_overtake_each_other()
    {
        var id = Journal.TakeOn("5", Now);
        Journal.Release(id, "no paper", [GivenUp], Now);
        Journal.RecordIntent(Journey.Bus, "5", Now);
        Journal.Accept(id, Accepted("5"), [], Now);
        Journal.Complete(id, [Report, Confirmation], Now);
        var released = Assert.Single(NoticeIds());
        Journal.StationNotices.MarkSending(released, Now);
        Assert.Empty(NoticeIds());
        Journal.StationNotices.Confirm(released, Now, "204");
        Assert.Single(NoticeIds());
        Assert.Equal((0, 1L), (Journal.Counts.Confirmed, Journal.StationNotices.Counts.Confirmed));
        Reopen();
        Assert.Equal((0, 1L), (Journal.Counts.Confirmed, Journal.StationNotices.Counts.Confirmed));
    }

    [Fact]
    public void A_report_is_never_settled_in_the_other_destinations_queue()
    {
        var id = Journal.TakeOn("5", Now);
        var report = Assert.NotNull(Journal.Complete(id, [Report, Confirmation], Now));
        foreach (var (line, alien) in new[] { (Journal, report + 1), (Journal.StationNotices, report) })
        {
            Assert.Throws<JournalTransitionException>(() => line.MarkSending(alien, Now));
            Assert.Throws<JournalTransitionException>(() => line.RetryAt(alien, Now, false, "why"));
            Assert.Throws<JournalTransitionException>(() => line.Park(alien, Now, ParkReason.Refused, "why"));
        }
        Journal.MarkSending(report, Now);
        Assert.Throws<JournalTransitionException>(() => Journal.StationNotices.Confirm(report, Now, "why"));
        Assert.Equal(2, Journal.WaitingReports);
    }

    [Fact]
    public void A_return_is_never_told_before_the_issue_of_its_order()
    {
        var issue = Journal.Issue("7", Now);
        var id = Journal.RecordIntent(Journey.BusReturn, "7/T7-0", Now);
        Journal.Accept(id, Accepted("7/T7-0", Journey.BusReturn, 1), [ReportOf(Journey.BusReturn)], Now);
        var whole = Journal.RecordIntent(Journey.BusReturn, "7", Now);
        Journal.Accept(whole, Accepted("7", Journey.BusReturn, 1), [ReportOf(Journey.BusReturn)], Now);
        Assert.Equal([issue], Journal.TakeIds(Now));
        Assert.Empty(Journal.TakeIds(Now, 10, "7"));
        Journal.MarkSending(issue, Now);
        Journal.Confirm(issue, Now, "applied");
        var taken = Assert.Single(Journal.Take(Now, 10, new HashSet<string>()));
        Assert.Equal(("7", ReportKinds.BusReturn, issue + 1), (taken.OrderNumber, taken.Kind, taken.Id));
    }
}
