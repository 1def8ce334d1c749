using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Orders;

namespace DeviceAgent.Tests.Issuance;

public sealed class IssuanceRulesTests
{
    private static readonly Guid Run = new("11111111-1111-1111-1111-111111111111");
    private static readonly TimeSpan Blind = TimeSpan.FromSeconds(30);
    private static readonly PrinterEvidence Before = new("SN1", "SN1", 100, true, true, 3, Run, "boot/1", ReadAt: 1_000_000, CalmSince: 500_000);

    [Fact]
    public void An_order_that_was_issued_is_never_printed_again()
    {
        Assert.Equal(JournalAnswer.GoOn, IssuanceRules.AnswerFromJournal(null));
        Assert.Equal(JournalAnswer.GoOn, IssuanceRules.AnswerFromJournal(Record(IssuanceState.Released)));
        Assert.Equal(JournalAnswer.GoOn, IssuanceRules.AnswerFromJournal(Record(IssuanceState.Intent)));
        Assert.Equal(JournalAnswer.Resume, IssuanceRules.AnswerFromJournal(Record(IssuanceState.Accepted)));
        Assert.Equal(JournalAnswer.AlreadyCollected, IssuanceRules.AnswerFromJournal(Record(IssuanceState.Issued)));
        foreach (var state in new[] { IssuanceState.Failed, IssuanceState.Void, IssuanceState.InDoubt, IssuanceState.Unknown })
            Assert.Equal(JournalAnswer.SeeStaff, IssuanceRules.AnswerFromJournal(Record(state)));
    }

    [Theory]
    [InlineData(true, 500L, false, 0L, AttemptOutcome.Presented)]
    [InlineData(false, 0L, false, 0L, AttemptOutcome.NotPresented)]
    [InlineData(false, 500L, false, 1L, AttemptOutcome.Unknown)]
    [InlineData(false, null, false, 0L, AttemptOutcome.Unknown)]
    [InlineData(false, 500L, true, 1L, AttemptOutcome.Presented)]
    [InlineData(false, null, true, 1L, AttemptOutcome.Presented)]
    [InlineData(false, 500L, true, 0L, AttemptOutcome.NotPresented)]
    [InlineData(false, null, true, 0L, AttemptOutcome.NotPresented)]
    [InlineData(false, null, true, 2L, AttemptOutcome.Unknown)]
    [InlineData(false, null, true, -1L, AttemptOutcome.Unknown)]
    public void No_attempt_is_judged_beyond_its_evidence(bool echoed, long? bytes, bool fenced, long cuts, AttemptOutcome expected)
    {
        var verdict = IssuanceRules.Judge(new(echoed, bytes, fenced, new(null, cuts)));
        Assert.Equal(expected, verdict.Outcome);
        Assert.NotEmpty(verdict.Judgement);
    }

    [Fact]
    public void Counters_that_cannot_be_compared_prove_nothing()
    {
        var verdict = IssuanceRules.Judge(new(false, null, true, new("another printer is attached", 0)));
        Assert.Equal(AttemptOutcome.Unknown, verdict.Outcome);
        Assert.Contains("another printer", verdict.Judgement);
    }

    public static TheoryData<string, PrinterEvidence?> Incomparable => new()
    {
        { "could not be read", null },
        { "no serial number", Before with { SerialNumber = null } },
        { "another printer", Before with { SerialNumber = "SN2" } },
        { "connected anew", Before with { Connection = "boot/2" } },
        { "connected anew", Before with { Connection = null } },
        { "changed meanwhile", Before with { Disturbances = 4 } },
        { "tells no cut counter", Before with { CutCounter = null } },
        { "exact", Before with { CutCounterIsExact = false } },
        { "not idle", Before with { Idle = false } },
    };

    [Theory, MemberData(nameof(Incomparable))]
    public void A_reading_that_may_hide_an_event_is_not_compared(string reason, PrinterEvidence? after)
    {
        Assert.Contains(reason, IssuanceRules.Compare(Before, after, Blind).IncomparableBecause);
        if (after is not null) Assert.NotNull(IssuanceRules.Compare(after, Before, Blind).IncomparableBecause);
    }

    [Fact]
    public void A_surviving_printer_is_comparable_across_a_restart_of_the_agent()
    {
        var after = Before with { CutCounter = 101, Run = Guid.Empty, Disturbances = 1, ReadAt = 1_040_000, CalmSince = 1_030_000 };
        Assert.Equal(new CounterEvidence(null, 1), IssuanceRules.Compare(Before, after, Blind));
        Assert.Equal(new CounterEvidence(null, 0), IssuanceRules.Compare(Before, Before, Blind));
    }

    [Fact]
    public void A_printer_that_nobody_watched_long_enough_to_load_paper_proves_nothing()
    {
        var after = Before with { CutCounter = 101, Run = Guid.Empty, ReadAt = 1_040_000, CalmSince = 1_030_001 };
        Assert.Contains("nobody watched", IssuanceRules.Compare(Before, after, Blind).IncomparableBecause);
        Assert.Contains("nobody watched", IssuanceRules.Compare(Before with { ReadAt = null }, after, Blind).IncomparableBecause);
        // Cover or paper moved after the agent had come back.
        Assert.Contains("since the agent started", IssuanceRules.Compare(Before, after with { CalmSince = null }, Blind).IncomparableBecause);
        // Within one run the count of disturbances says all.
        Assert.Null(IssuanceRules.Compare(Before, after with { Run = Run }, Blind).IncomparableBecause);
    }

    [Fact]
    public void A_ticket_that_was_pulled_back_in_is_with_nobody_for_certain()
    {
        Assert.Equal(AttemptOutcome.Unknown, IssuanceRules.Judge(new(true, 500, false, default, Retracted: true)).Outcome);
        Assert.Equal(AttemptOutcome.Unknown, IssuanceRules.Judge(new(false, null, true, new(null, 1), Retracted: true)).Outcome);
        Assert.Equal(AttemptOutcome.NotPresented, IssuanceRules.Judge(new(false, 0, false, default, Retracted: true)).Outcome);
    }

    [Fact]
    public void No_evidence_whatever_makes_a_ticket_that_may_be_inside_again_given_or_one_that_may_be_out_not_printed()
    {
        bool[] both = [false, true];
        long?[] bytes = [null, 0, 700];
        CounterEvidence[] counters = [new("another unit", 0), new(null, 0), new(null, 1), new(null, 2)];
        foreach (var (echoed, drained) in both.SelectMany(e => both.Select(d => (e, d))))
        {
            foreach (var (retracted, mayBe) in both.SelectMany(r => both.Select(m => (r, m))))
            {
                foreach (var (sent, counter) in bytes.SelectMany(b => counters.Select(c => (b, c))))
                {
                    var outcome = IssuanceRules.Judge(new(echoed, sent, drained, counter, retracted, mayBe)).Outcome;
                    if (outcome == AttemptOutcome.Presented) Assert.True(!mayBe && (!retracted || sent == 0) && (echoed || (drained && counter is { IncomparableBecause: null, CutsAdded: 1 })));
                    if (outcome == AttemptOutcome.NotPresented) Assert.True(!echoed && (sent == 0 || (drained && !retracted && counter is { IncomparableBecause: null, CutsAdded: 0 })));
                }
            }
        }
    }

    [Fact]
    public void A_ticket_that_may_have_been_pulled_back_in_while_no_agent_looked_is_never_taken_for_given()
    {
        Assert.Equal(AttemptOutcome.Unknown, IssuanceRules.Judge(new(true, null, true, default, MayBeRetracted: true)).Outcome);
        Assert.Equal(AttemptOutcome.Unknown, IssuanceRules.Judge(new(false, null, true, new(null, 1), MayBeRetracted: true)).Outcome);
        Assert.Equal(AttemptOutcome.Unknown, IssuanceRules.Judge(new(false, null, true, new(null, 2), MayBeRetracted: true)).Outcome);
        // What was never cut was never at the mouth.
        Assert.Equal(AttemptOutcome.NotPresented, IssuanceRules.Judge(new(false, null, true, new(null, 0), MayBeRetracted: true)).Outcome);
        Assert.Equal(AttemptOutcome.NotPresented, IssuanceRules.Judge(new(false, 0, false, default, MayBeRetracted: true)).Outcome);
        Assert.Equal(AttemptOutcome.Unknown, IssuanceRules.Judge(new(false, null, false, default, MayBeRetracted: true)).Outcome);
    }

    [Fact]
    public void A_reissue_prints_what_was_unknown_and_nothing_that_was_presented()
    {
        AttemptRecord[] attempts = [Ticket(0, AttemptOutcome.Presented) with { Id = 1 }, Ticket(1, AttemptOutcome.Unknown) with { Id = 2 }];
        Assert.Equal(StepKind.StandInDoubt, IssuanceRules.Next(3, attempts, 1).Kind);
        Assert.Equal(new NextStep(StepKind.PrintTicket, 1, "not presented yet", Copy: 1), IssuanceRules.Next(3, attempts, 2));
        AttemptRecord[] copied = [.. attempts, Ticket(1, AttemptOutcome.Presented) with { Id = 3 }];
        Assert.Equal(new NextStep(StepKind.PrintTicket, 2, "not presented yet"), IssuanceRules.Next(3, copied, 2));
        AttemptRecord[] again = [.. attempts, Ticket(1, AttemptOutcome.Unknown) with { Id = 3 }];
        Assert.Equal(StepKind.StandInDoubt, IssuanceRules.Next(3, again, 2).Kind);
        Assert.Equal(2, IssuanceRules.Next(3, again, 3).Copy);
        // A copy that failed inside is followed by a strip, like any other.
        Assert.Equal(StepKind.PrintVoidStrip, IssuanceRules.Next(3, [.. attempts, Ticket(1, AttemptOutcome.NotPresented) with { Id = 3 }], 2).Kind);
    }

    [Fact]
    public void An_order_with_a_ticket_that_may_be_out_is_never_given_back_by_a_deadline()
    {
        var step = IssuanceRules.AfterWaiting(1, [Ticket(0, AttemptOutcome.Unknown) with { Id = 2 }], 2);
        Assert.Equal(StepKind.StandInDoubt, step.Kind);
        Assert.Contains("reissue", step.Reason);
    }

    [Fact]
    public void Only_a_reissue_covers_attempts()
    {
        DecisionRecord Decided(DecisionKind kind, long last) => new(kind, "", default, "", "", "", last);
        Assert.Equal(0, IssuanceRules.Superseded([]));
        Assert.Equal(0, IssuanceRules.Superseded([Decided(DecisionKind.Void, 9)]));
        Assert.Equal(5, IssuanceRules.Superseded([Decided(DecisionKind.Reissue, 2), Decided(DecisionKind.Reissue, 5), Decided(DecisionKind.Issued, 9)]));
    }

    [Fact]
    public void Nothing_is_printed_while_an_attempt_is_open()
    {
        var step = IssuanceRules.Next(2, [Ticket(0, null)], 0);
        Assert.Equal(StepKind.Settle, step.Kind);
        Assert.NotNull(step.Open);
    }

    [Fact]
    public void An_unknown_outcome_is_never_followed_by_another_try() =>
        Assert.Equal(StepKind.StandInDoubt, IssuanceRules.Next(2, [Ticket(0, AttemptOutcome.Presented), Ticket(1, AttemptOutcome.Unknown)], 0).Kind);

    [Fact]
    public void An_attempt_of_a_newer_release_is_not_touched() =>
        Assert.Equal(StepKind.StandInDoubt, IssuanceRules.Next(1, [Ticket(0, null) with { Kind = AttemptKind.Unknown }], 0).Kind);

    [Fact]
    public void A_half_printed_ticket_is_never_followed_by_a_ticket_without_a_strip()
    {
        Assert.Equal(StepKind.PrintVoidStrip, IssuanceRules.Next(1, [Ticket(0, AttemptOutcome.NotPresented, bytes: 200)], 0).Kind);
        Assert.Equal(StepKind.PrintVoidStrip, IssuanceRules.Next(1, [Ticket(0, AttemptOutcome.NotPresented, bytes: null)], 0).Kind);
        Assert.Equal(StepKind.PrintTicket, IssuanceRules.Next(1, [Ticket(0, AttemptOutcome.NotPresented, bytes: 0)], 0).Kind);
        Assert.Equal(StepKind.PrintVoidStrip, IssuanceRules.Next(1, [Ticket(0, AttemptOutcome.NotPresented), Strip(0, AttemptOutcome.Unknown)], 0).Kind);
        Assert.Equal(StepKind.PrintTicket, IssuanceRules.Next(1, [Ticket(0, AttemptOutcome.NotPresented), Strip(0, AttemptOutcome.Presented)], 0).Kind);
    }

    [Fact]
    public void Strips_that_prove_nothing_are_not_printed_for_ever()
    {
        AttemptRecord[] two = [Ticket(0, AttemptOutcome.NotPresented), Strip(0, AttemptOutcome.Unknown), Strip(0, AttemptOutcome.Unknown)];
        Assert.Equal(StepKind.PrintVoidStrip, IssuanceRules.Next(1, two, 0).Kind);
        Assert.Equal(StepKind.PrintVoidStrip, IssuanceRules.Next(1, [.. two, Attempt(AttemptKind.VoidStrip, 0, AttemptOutcome.NotPresented, 0)], 0).Kind);
        Assert.Equal(StepKind.StandInDoubt, IssuanceRules.Next(1, [.. two, Strip(0, AttemptOutcome.Unknown)], 0).Kind);
    }

    /// <summary>The power failed in the middle of three strips in a row, and the printer proved each time that none came out.</summary>
    [Fact]
    public void Strips_that_died_with_the_agent_leave_no_doubt_when_they_are_proved_to_have_stayed_inside()
    {
        var interrupted = Attempt(AttemptKind.VoidStrip, 0, AttemptOutcome.NotPresented, bytes: null);
        AttemptRecord[] three = [Ticket(0, AttemptOutcome.NotPresented, bytes: null), interrupted, interrupted, interrupted];
        Assert.Equal(StepKind.PrintVoidStrip, IssuanceRules.Next(1, three, 0).Kind);
        var unproved = interrupted with { End = interrupted.End! with { Outcome = AttemptOutcome.Unknown } };
        Assert.Equal(StepKind.StandInDoubt, IssuanceRules.Next(1, [.. three, unproved, unproved, unproved], 0).Kind);
    }

    [Fact]
    public void Only_tickets_that_were_all_presented_complete_an_order()
    {
        Assert.Equal(new NextStep(StepKind.PrintTicket, 0, "not presented yet"), IssuanceRules.Next(2, [], 0));
        Assert.Equal(1, IssuanceRules.Next(2, [Ticket(0, AttemptOutcome.Presented)], 0).TicketIndex);
        Assert.Equal(StepKind.Complete, IssuanceRules.Next(2, [Ticket(0, AttemptOutcome.Presented), Ticket(1, AttemptOutcome.Presented)], 0).Kind);
    }

    [Fact]
    public void A_deadline_gives_back_only_what_was_never_begun()
    {
        Assert.Equal(StepKind.Release, IssuanceRules.AfterWaiting(2, [], 0).Kind);
        Assert.Equal(StepKind.Release, IssuanceRules.AfterWaiting(2, [Ticket(0, AttemptOutcome.NotPresented, bytes: 0)], 0).Kind);
        Assert.Equal(StepKind.StandInDoubt, IssuanceRules.AfterWaiting(2, [Ticket(0, AttemptOutcome.Presented)], 0).Kind);
        Assert.Equal(StepKind.PrintVoidStrip, IssuanceRules.AfterWaiting(2, [Ticket(0, AttemptOutcome.NotPresented, bytes: 9)], 0).Kind);
        Assert.Equal(StepKind.Settle, IssuanceRules.AfterWaiting(2, [Ticket(0, null)], 0).Kind);
        Assert.Equal(StepKind.StandInDoubt, IssuanceRules.AfterWaiting(2, [Ticket(0, AttemptOutcome.Unknown)], 0).Kind);
    }

    private static AttemptRecord Ticket(int index, AttemptOutcome? outcome, long? bytes = 500) => Attempt(AttemptKind.Ticket, index, outcome, bytes);

    private static AttemptRecord Strip(int index, AttemptOutcome? outcome) => Attempt(AttemptKind.VoidStrip, index, outcome, 50);

    private static AttemptRecord Attempt(AttemptKind kind, int index, AttemptOutcome? outcome, long? bytes) => new()
    {
        Id = 1,
        Kind = kind,
        TicketIndex = index,
        ProcessId = "!!!!",
        StartedAt = default,
        Before = Before,
        End = outcome is { } o ? new(o, bytes, null, "because") : null,
    };

    private static IssuanceRecord Record(IssuanceState state) => new()
    {
        Id = 1,
        Journey = Journey.Bus,
        OrderNumber = "10000241",
        State = state,
        StateText = state.ToString(),
        CreatedAt = default,
        ChangedAt = default,
        TicketCount = 1,
        Attempts = [],
    };
}
