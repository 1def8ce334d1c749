using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;
using static DeviceAgent.Tests.Journal.JournalSamples;

namespace DeviceAgent.Tests.Journal;

/// <content>The outbox, and every change that the present state forbids.</content>
public abstract partial class JournalContract
{
    private OutboxReport Only() => Assert.Single(Journal.Take(Now, 10, new HashSet<string>()));

    /// <summary>Two reports of one order: an outward journey and its return.</summary>
    private (long First, long Second) TwoOfOneOrder(string order)
    {
        var first = Journal.Issue(order, Now);
        var number = $"{order}/T1";
        var id = Journal.RecordIntent(Journey.BusReturn, number, Now);
        Journal.Accept(id, Accepted(number, Journey.BusReturn), [ReportOf(Journey.BusReturn)], Now);
        return (first, first + 1);
    }

    [Fact]
    public void Reports_never_go_out_of_order_or_beyond_the_limit()
    {
        long[] ids = [.. Enumerable.Range(0, 5).Select(i => Journal.Issue($"{9 - i}", Now))];
        Assert.Equal(ids, Journal.TakeIds(Now));
        Assert.Equal(ids[..2], Journal.TakeIds(Now, 2));
        Assert.Equal(ids[2..4], Journal.TakeIds(Now, 2, "9", "8"));
        Assert.Empty(Journal.TakeIds(Now, 0));
        Assert.Equal(new(5, 0, 0, 0, Now), Journal.Counts);
    }

    [Fact]
    public void A_later_report_of_an_order_never_overtakes_an_earlier_one()
    {
        var (first, second) = TwoOfOneOrder("7");
        var other = Journal.Issue("8", Now);
        Assert.Equal([first, other], Journal.TakeIds(Now));
        Journal.MarkSending(first, Now);
        Assert.Equal([other], Journal.TakeIds(Now));
        Journal.RetryAt(first, Now.AddMinutes(1), true, "no answer");
        Assert.Equal([other], Journal.TakeIds(Now));
        Journal.MarkSending(first, Now);
        Journal.Confirm(first, Now, "applied");
        Assert.Equal([second, other], Journal.TakeIds(Now));
    }

    [Fact]
    public void A_parked_report_never_holds_back_the_next_one()
    {
        var (first, second) = TwoOfOneOrder("7");
        Journal.MarkSending(first, Now);
        Journal.Park(first, Now, ParkReason.Refused, "ORDER_STATUS_ERROR");
        Assert.Equal([second], Journal.TakeIds(Now));
        Assert.Equal(new(1, 1, 0, 0, Now), Journal.Counts);
        Assert.Equal("parked", Found("7").ReportState);
    }

    [Fact]
    public void A_retry_never_goes_out_before_its_time()
    {
        var report = Journal.Issue("1", Now);
        var due = Now.AddSeconds(30);
        Journal.MarkSending(report, Now);
        Journal.RetryAt(report, due, false, "offline");
        Assert.Equal(due, Journal.NextDue);
        Assert.Empty(Journal.TakeIds(due.AddMilliseconds(-1)));
        Assert.Equal([report], Journal.TakeIds(due));
        Reopen();
        Assert.Equal(due, Journal.NextDue);
        Assert.Equal([report], Journal.TakeIds(due));
        Assert.Equal("retry", Found("1").ReportState);
    }

    [Fact]
    public void The_next_time_is_never_that_of_a_report_that_is_held_back()
    {
        var (first, second) = TwoOfOneOrder("7");
        Journal.RetryAt(second, Now.AddSeconds(1), false, "too early");
        Assert.Null(Journal.NextDue);
        Journal.RetryAt(first, Now.AddSeconds(9), false, "offline");
        Assert.Equal(Now.AddSeconds(9), Journal.NextDue);
        var sooner = Journal.Issue("8", Now);
        Journal.RetryAt(sooner, Now.AddSeconds(5), false, "offline");
        Assert.Equal(Now.AddSeconds(5), Journal.NextDue);
    }

    [Fact]
    public void A_report_that_a_dead_process_was_sending_is_never_sent_as_if_it_were_new()
    {
        var interrupted = Journal.Issue("1", Now);
        var waiting = Journal.Issue("2", Now);
        Journal.MarkSending(interrupted, Now);
        Reopen();
        Assert.Equal([waiting], Journal.TakeIds(Now));
        Assert.Equal(1, Journal.RecoverInterrupted(Now));
        Assert.Equal(0, Journal.RecoverInterrupted(Now));
        var reports = Journal.Take(Now, 10, new HashSet<string>());
        Assert.Equal([(interrupted, true, 1), (waiting, false, 0)], reports.Select(r => (r.Id, r.FateUnknown, r.Sends)));
        Journal.MarkSending(interrupted, Now);
        Journal.RetryAt(interrupted, Now, fateUnknown: false, "asked: not applied");
        Assert.Equal([(false, 2), (false, 0)], Journal.Take(Now, 10, new HashSet<string>()).Select(r => (r.FateUnknown, r.Sends)));
    }

    [Fact]
    public void A_network_that_is_back_never_leaves_a_retry_waiting()
    {
        var (first, _) = TwoOfOneOrder("7");
        var other = Journal.Issue("8", Now);
        var fresh = Journal.Issue("9", Now);
        foreach (var id in new[] { first, other }) Journal.RetryAt(id, Now.AddHours(id), true, "offline");
        Assert.Equal([fresh], Journal.TakeIds(Now));
        var audits = Journal.ReadAudit(100).Count;
        Journal.WakeRetries(Now);
        Assert.Equal([first, other, fresh], Journal.TakeIds(Now));
        Assert.True(Journal.Take(Now, 1, new HashSet<string>())[0].FateUnknown);
        Assert.Equal(Now, Journal.NextDue);
        Assert.Equal(audits + 1, Journal.ReadAudit(100).Count);
        Tick();
        Journal.WakeRetries(Now);
        Assert.Equal(audits + 1, Journal.ReadAudit(100).Count);
    }

    [Fact]
    public void Counts_never_lose_a_report()
    {
        var start = Now;
        for (var i = 0; i < 3; i++)
        {
            var report = Journal.Issue($"1{i}", Now);
            Journal.MarkSending(report, Now);
            Journal.Confirm(report, Now, "applied");
        }
        Assert.Equal(new(0, 0, 3, 0, null), Journal.Counts);
        var waiting = Journal.Issue("2", Now);
        Tick();
        Journal.Park(Journal.Issue("3", Now), Now, ParkReason.Unsendable, "no pay mode");
        Journal.MarkSending(Journal.Issue("4", Now), Now);
        Reopen();
        Assert.Equal(new(2, 1, 3, 0, start), Journal.Counts);
        Journal.MarkSending(waiting, Now);
        Journal.Confirm(waiting, Now, "applied");
        Assert.Equal(new(1, 1, 4, 0, start.AddSeconds(1)), Journal.Counts);
        Assert.Equal(new(6, 0, 0, 0), Journal.CountIssuances());
        Assert.Equal("confirmed", Found("2").ReportState);
    }

    [Fact]
    public void A_report_never_leaves_its_states_in_a_forbidden_way()
    {
        Action<long>[] changes =
        [
            id => Journal.MarkSending(id, Now),
            id => Journal.Confirm(id, Now, "applied"),
            id => Journal.RetryAt(id, Now, false, "offline"),
            id => Journal.Park(id, Now, ParkReason.Refused, "no"),
        ];
        // In each state: may be sent, confirmed, retried, parked.
        (string State, Action<long> Reach, bool[] Allowed)[] states =
        [
            ("due", _ => { }, [true, false, true, true]),
            ("sending", changes[0], [false, true, true, true]),
            ("retry", changes[2], [true, true, true, true]),
            ("confirmed", id => { changes[0](id); changes[1](id); }, [false, false, false, false]),
            ("parked", changes[3], [false, false, false, false]),
        ];
        var order = 100;
        foreach (var (state, reach, allowed) in states)
        {
            for (var i = 0; i < changes.Length; i++)
            {
                var name = $"{order++}";
                var report = Journal.Issue(name, Now);
                reach(report);
                Assert.Equal(state, Found(name).ReportState);
                Same(allowed[i], () => changes[i](report), name);
            }
        }
        foreach (var change in changes) Same(false, () => change(99_999), "100");
    }

    [Fact]
    public void An_issuance_never_leaves_its_states_in_a_forbidden_way()
    {
        Action<long, string>[] changes =
        [
            (_, order) => Journal.RecordIntent(Journey.Bus, order, Now),
            (id, order) => Journal.Accept(id, Accepted(order), [], Now),
            (id, _) => Journal.StartAttempt(id, Ticket(1), Now),
            (id, _) => Journal.Complete(id, [Report], Now),
            (id, _) => Journal.Release(id, "why", [], Now),
            (id, _) => Journal.StandInDoubt(id, "why", Now),
        ];
        void Accepting(long id, string order) => changes[1](id, order);
        (IssuanceState State, Action<long, string> Reach, bool[] Allowed)[] states =
        [
            (IssuanceState.Intent, (_, _) => { }, [false, true, false, false, true, false]),
            (IssuanceState.Accepted, Accepting, [false, false, true, true, true, true]),
            (IssuanceState.Issued, (id, o) => { Accepting(id, o); changes[3](id, o); }, [false, false, false, false, false, false]),
            (IssuanceState.Released, (id, o) => changes[4](id, o), [true, false, false, false, false, false]),
            (IssuanceState.InDoubt, (id, o) => { Accepting(id, o); changes[5](id, o); }, [false, false, false, true, false, false]),
        ];
        var number = 100;
        foreach (var (state, reach, allowed) in states)
        {
            for (var i = 0; i < changes.Length; i++)
            {
                var order = $"{number++}";
                var id = Journal.RecordIntent(Journey.Bus, order, Now);
                reach(id, order);
                Assert.Equal(state, Found(order).State);
                Same(allowed[i], () => changes[i](id, order), order);
            }
        }
        for (var i = 1; i < changes.Length; i++) Same(false, () => changes[i](99_999, "100"), "100");
        Same(false, () => Journal.EndAttempt(99_999, Presented, Now), "100");
    }

    [Fact]
    public void An_attempt_never_breaks_the_laws_of_paper()
    {
        var id = Journal.TakeOn("1", Now);
        void Refused(Action change) => Same(false, change, "1");
        Refused(() => Journal.StartAttempt(id, Ticket(2), Now));
        Refused(() => Journal.StartAttempt(id, Ticket(-1), Now));
        Refused(() => Journal.StartAttempt(id, new(AttemptKind.Unknown, 0, Before), Now));
        var open = Journal.StartAttempt(id, Ticket(0), Now);
        Refused(() => Journal.StartAttempt(id, Ticket(1), Now));
        Refused(() => Journal.Complete(id, [Report], Now));
        Refused(() => Journal.Release(id, "why", [], Now));
        Journal.EndAttempt(open.Id, NotPresented, Now);
        Refused(() => Journal.EndAttempt(open.Id, Presented, Now));
        Journal.Print(id, 0, Presented, Now);
        Refused(() => Journal.StartAttempt(id, Ticket(0), Now));
        Refused(() => Journal.Release(id, "why", [], Now));
        Journal.Print(id, 1, Unclear, Now);
        Refused(() => Journal.StartAttempt(id, Ticket(1), Now));
        Journal.StartAttempt(id, new(AttemptKind.VoidStrip, 1, Before), Now);
    }

    /// <summary>Allowed: one audit row more. Refused: nothing at all.</summary>
    private void Same(bool allowed, Action change, string order)
    {
        var audits = Journal.ReadAudit(10_000).Count;
        var before = Journal.Find(Journey.Bus, order);
        if (allowed)
        {
            change();
            Assert.Equal(audits + 1, Journal.ReadAudit(10_000).Count);
            return;
        }
        Assert.Throws<JournalTransitionException>(change);
        Assert.Equal(audits, Journal.ReadAudit(10_000).Count);
        Assert.Equivalent(before, Journal.Find(Journey.Bus, order), strict: true);
    }
}
