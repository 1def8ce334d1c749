using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;
using static DeviceAgent.Tests.Journal.JournalSamples;

namespace DeviceAgent.Tests.Journal;

// Ends that are no success, and what persons decide.
public abstract partial class JournalContract
{
    private static readonly NewReport Failure = Report with { Success = false, Personal = null };

    private static NewDecision Decided(DecisionKind kind) => new(kind, "uid 1000 (anna)", "looked into the printer", "status 30");

    private long Doubtful(string order = "123")
    {
        var id = Journal.TakeOn(order, Now);
        Journal.Print(id, 0, Presented, Now);
        Journal.Print(id, 1, Unclear, Now);
        Journal.StandInDoubt(id, "ticket 2 unknown", Now);
        return id;
    }

    [Fact]
    public void A_failure_never_stands_without_its_report()
    {
        var id = Journal.TakeOn("123", Now);
        Journal.Print(id, 0, NotPresented, Now);
        Tick();
        var report = Journal.Fail(id, [Failure], "the printer is broken", Now);
        Reopen();
        var found = Found("123");
        Assert.Equal((IssuanceState.Failed, "failed", "the printer is broken", "due", Now), (found.State, found.StateText, found.Reason, found.ReportState, found.ChangedAt));
        var taken = Assert.Single(Journal.Take(Now, 10, new HashSet<string>()));
        Assert.Equal((report, false, false), (taken.Id, taken.Success, taken.FateUnknown));
        Assert.Equal(new(0, 0, 0, 0), Journal.CountIssuances());
        Assert.Empty(Journal.Unfinished(10));
        Assert.Throws<JournalTransitionException>(() => Journal.RecordIntent(Journey.Bus, "123", Now));
    }

    [Fact]
    public void A_failure_is_never_told_while_a_ticket_may_be_out()
    {
        foreach (var (order, end) in new[] { ("1", Presented), ("2", Unclear) })
        {
            var id = Journal.TakeOn(order, Now);
            Journal.Print(id, 0, end, Now);
            Assert.Throws<JournalTransitionException>(() => Journal.Fail(id, [Failure], "why", Now));
            Assert.Equal(IssuanceState.Accepted, Found(order).State);
        }
        var open = Journal.TakeOn("3", Now);
        Journal.StartAttempt(open, Ticket(0), Now);
        Assert.Throws<JournalTransitionException>(() => Journal.Fail(open, [Failure], "why", Now));
        Assert.Throws<ArgumentException>(() => Journal.Fail(Journal.TakeOn("4", Now), [Report], "why", Now));
        Assert.Equal(0, Journal.Counts.Waiting);
    }

    [Fact]
    public void A_decision_never_stands_without_who_made_it_and_why()
    {
        var id = Doubtful();
        Tick();
        Journal.Decide(id, Decided(DecisionKind.Issued), [Report with { AskFirst = true }], Now);
        Reopen();
        var found = Found("123");
        Assert.Equal((IssuanceState.Issued, "retry"), (found.State, found.ReportState));
        Assert.Equal(new(DecisionKind.Issued, "issued", Now, "uid 1000 (anna)", "looked into the printer", "status 30", found.Attempts[^1].Id), Assert.Single(found.Decisions));
        Assert.Null(found.Reason);
        Assert.True(found.SlipOwed);
        Assert.Equal(new(1, 0, 0, 0), Journal.CountIssuances());
        Assert.Contains("anna", Journal.ReadAudit(1)[0].Details, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_of_a_decision_is_never_sent_before_the_platform_was_asked()
    {
        Journal.Decide(Doubtful(), Decided(DecisionKind.Void), [Failure with { AskFirst = true }], Now);
        Assert.Equal(Now, Journal.NextDue);
        var taken = Assert.Single(Journal.Take(Now, 10, new HashSet<string>()));
        Assert.Equal((false, true, 0), (taken.Success, taken.FateUnknown, taken.Sends));
        Assert.Equal(1, Journal.Counts.Waiting);
        Assert.Equal((IssuanceState.Void, "void"), (Found("123").State, Found("123").StateText));
        Assert.Equal(new(0, 0, 0, 0), Journal.CountIssuances());
    }

    [Fact]
    public void A_reissue_never_reprints_what_was_presented()
    {
        var id = Doubtful();
        Assert.Throws<JournalTransitionException>(() => Journal.StartAttempt(id, Ticket(1), Now));
        Journal.Decide(id, Decided(DecisionKind.Reissue), [], Now);
        Reopen();
        var found = Found("123");
        Assert.Equal(IssuanceState.Accepted, found.State);
        Assert.Equivalent(Accepted("123"), found.Accepted, strict: true);
        Assert.Equal(new(0, 1, 0, 0), Journal.CountIssuances());
        Assert.Throws<JournalTransitionException>(() => Journal.StartAttempt(id, Ticket(0), Now));
        var copy = Journal.StartAttempt(id, Ticket(1) with { Copy = 1 }, Now);
        Assert.Equal(1, copy.Copy);
        Journal.EndAttempt(copy.Id, Presented, Now);
        Reopen();
        Assert.Equal([0, 0, 1], Found("123").Attempts.Select(a => a.Copy));
        Assert.Throws<JournalTransitionException>(() => Journal.StartAttempt(id, Ticket(1) with { Copy = 2 }, Now));
        Journal.Complete(id, [Report], Now);
        Assert.Equal(IssuanceState.Issued, Found("123").State);
    }

    [Fact]
    public void A_reissue_never_covers_an_attempt_that_came_after_it()
    {
        var id = Doubtful();
        Journal.Decide(id, Decided(DecisionKind.Reissue), [], Now);
        Journal.Print(id, 1, Unclear, Now);
        Assert.Throws<JournalTransitionException>(() => Journal.StartAttempt(id, Ticket(1), Now));
        Assert.Throws<JournalTransitionException>(() => Journal.Release(id, "a ticket may be out", [], Now));
        Assert.Throws<JournalTransitionException>(() => Journal.Fail(id, [Failure], "a ticket may be out", Now));
        Journal.StandInDoubt(id, "ticket 2 unknown again", Now);
        Journal.Decide(id, Decided(DecisionKind.Reissue), [], Now);
        Journal.Print(id, 1, Presented, Now);
        Assert.Equal(2, Found("123").Decisions.Count);
    }

    [Fact]
    public void An_order_that_is_not_in_doubt_is_never_decided()
    {
        var accepted = Journal.TakeOn("1", Now);
        var open = Journal.TakeOn("2", Now);
        Journal.StartAttempt(open, Ticket(0), Now);
        Journal.StandInDoubt(open, "still open", Now);
        Journal.Issue("3", Now);
        foreach (var id in new[] { accepted, open, Found("3").Id, 99 })
        {
            Assert.Throws<JournalTransitionException>(() => Journal.Decide(id, Decided(DecisionKind.Issued), [Report], Now));
            Assert.Throws<JournalTransitionException>(() => Journal.Decide(id, Decided(DecisionKind.Void), [Failure], Now));
            Assert.Throws<JournalTransitionException>(() => Journal.Decide(id, Decided(DecisionKind.Reissue), [], Now));
        }
        Assert.Equal(1, Journal.Counts.Waiting);
        Assert.Empty(Found("1").Decisions);
    }

    [Fact]
    public void A_decision_never_tells_the_opposite_of_its_report()
    {
        var id = Doubtful();
        Assert.Throws<ArgumentException>(() => Journal.Decide(id, Decided(DecisionKind.Issued), [Failure], Now));
        Assert.Throws<ArgumentException>(() => Journal.Decide(id, Decided(DecisionKind.Issued), [], Now));
        Assert.Throws<ArgumentException>(() => Journal.Decide(id, Decided(DecisionKind.Void), [Report], Now));
        Assert.Throws<ArgumentException>(() => Journal.Decide(id, Decided(DecisionKind.Reissue), [Report], Now));
        Assert.Throws<ArgumentException>(() => Journal.Decide(id, Decided(DecisionKind.Unknown), [], Now));
        Assert.Throws<ArgumentException>(() => Journal.Decide(id, Decided(DecisionKind.Reissue) with { Reason = " " }, [], Now));
        Assert.Throws<ArgumentException>(() => Journal.Decide(id, Decided(DecisionKind.Reissue) with { By = "" }, [], Now));
        Assert.Equal(IssuanceState.InDoubt, Found("123").State);
    }

    [Fact]
    public void A_slip_that_is_owed_is_never_forgotten()
    {
        var id = Doubtful();
        Reopen();
        Assert.True(Found("123").SlipOwed);
        Assert.Equal([new(Journey.Bus, "123")], Journal.OrdersOwedASlip(10));
        Journal.EndSlip(id, "Completed", Now);
        Reopen();
        Assert.False(Found("123").SlipOwed);
        Assert.Empty(Journal.OrdersOwedASlip(10));
        Assert.Throws<JournalTransitionException>(() => Journal.EndSlip(99, "Completed", Now));
        Journal.Decide(Doubtful("5"), Decided(DecisionKind.Void), [Failure], Now);
        var decided = Doubtful("6");
        Journal.Decide(decided, Decided(DecisionKind.Reissue), [], Now);
        Reopen();
        Assert.True(Found("6").SlipOwed);
        Assert.Equal([new(Journey.Bus, "5"), new(Journey.Bus, "6")], Journal.OrdersOwedASlip(10));
        Assert.Equal([new(Journey.Bus, "5")], Journal.OrdersOwedASlip(1));
        Journal.EndSlip(decided, "Completed", Now);
        Assert.False(Found("6").SlipOwed);
    }

    [Fact]
    public void Maintenance_never_ends_with_a_restart()
    {
        Assert.False(Journal.InMaintenance);
        Journal.SetMaintenance(true, "uid 0 (root)", "new roll", Now);
        Reopen();
        Assert.True(Journal.InMaintenance);
        Journal.SetMaintenance(false, "uid 0 (root)", "done", Now);
        Reopen();
        Assert.False(Journal.InMaintenance);
        Assert.Contains("root", Journal.ReadAudit(1)[0].Details, StringComparison.Ordinal);
    }

    [Fact]
    public void Paper_that_was_used_is_never_forgotten()
    {
        var id = Journal.TakeOn("1", Now);
        void Print(int ticket, int millimetres) =>
            Journal.EndAttempt(Journal.StartAttempt(id, Ticket(ticket) with { Millimetres = millimetres }, Now).Id, Presented, Now);
        Print(0, 120);
        var low = Journal.LastAttempt;
        Assert.Equal(0, Journal.PaperUsedSince(low));
        Print(1, 131);
        Reopen();
        Assert.Equal(low + 1, Journal.LastAttempt);
        Assert.Equal(131, Journal.PaperUsedSince(low));
        Assert.Equal(251, Journal.PaperUsedSince(0));
        Journal.SavePrinter(new("TM-1", null, true, true, 3, Now, low));
        Reopen();
        Assert.Equal(low, Journal.FindPrinter("TM-1")!.LowSinceAttempt);
    }

    [Fact]
    public void When_evidence_was_read_is_never_lost()
    {
        var before = Before with { ReadAt = 120_000, CalmSince = 60_000 };
        var after = before with { ReadAt = 130_000, CalmSince = 125_000 };
        var id = Journal.TakeOn("1", Now);
        var attempt = Journal.StartAttempt(id, Ticket(0) with { Before = before }, Now);
        Journal.EndAttempt(attempt.Id, Presented with { After = after }, Now);
        Reopen();
        Assert.Equal((before, after), (Found("1").Attempts[0].Before, Found("1").Attempts[0].End!.After));
    }
}
