using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Orders;

namespace DeviceAgent.Tests.Issuance;

public sealed class IssuanceRulesTests
{
    private static readonly Guid Run = new("11111111-1111-1111-1111-111111111111");
    private static readonly PrinterEvidence Before = new("SN1", "SN1", 100, true, true, 3, Run, "boot/1");

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
        Assert.Contains(reason, IssuanceRules.Compare(Before, after).IncomparableBecause);
        if (after is not null) Assert.NotNull(IssuanceRules.Compare(after, Before).IncomparableBecause);
    }

    [Fact]
    public void A_surviving_printer_is_comparable_across_a_restart_of_the_agent()
    {
        var after = Before with { CutCounter = 101, Run = Guid.Empty, Disturbances = 1 };
        Assert.Equal(new CounterEvidence(null, 1), IssuanceRules.Compare(Before, after));
        Assert.Equal(new CounterEvidence(null, 0), IssuanceRules.Compare(Before, Before));
    }

    [Fact]
    public void Nothing_is_printed_while_an_attempt_is_open()
    {
        var step = IssuanceRules.Next(2, [Ticket(0, null)]);
        Assert.Equal(StepKind.Settle, step.Kind);
        Assert.NotNull(step.Open);
    }

    [Fact]
    public void An_unknown_outcome_is_never_followed_by_another_try() =>
        Assert.Equal(StepKind.StandInDoubt, IssuanceRules.Next(2, [Ticket(0, AttemptOutcome.Presented), Ticket(1, AttemptOutcome.Unknown)]).Kind);

    [Fact]
    public void An_attempt_of_a_newer_release_is_not_touched() =>
        Assert.Equal(StepKind.StandInDoubt, IssuanceRules.Next(1, [Ticket(0, null) with { Kind = AttemptKind.Unknown }]).Kind);

    [Fact]
    public void A_half_printed_ticket_is_never_followed_by_a_ticket_without_a_strip()
    {
        Assert.Equal(StepKind.PrintVoidStrip, IssuanceRules.Next(1, [Ticket(0, AttemptOutcome.NotPresented, bytes: 200)]).Kind);
        Assert.Equal(StepKind.PrintVoidStrip, IssuanceRules.Next(1, [Ticket(0, AttemptOutcome.NotPresented, bytes: null)]).Kind);
        Assert.Equal(StepKind.PrintTicket, IssuanceRules.Next(1, [Ticket(0, AttemptOutcome.NotPresented, bytes: 0)]).Kind);
        Assert.Equal(StepKind.PrintVoidStrip, IssuanceRules.Next(1, [Ticket(0, AttemptOutcome.NotPresented), Strip(0, AttemptOutcome.Unknown)]).Kind);
        Assert.Equal(StepKind.PrintTicket, IssuanceRules.Next(1, [Ticket(0, AttemptOutcome.NotPresented), Strip(0, AttemptOutcome.Presented)]).Kind);
    }

    [Fact]
    public void Strips_that_prove_nothing_are_not_printed_for_ever()
    {
        AttemptRecord[] two = [Ticket(0, AttemptOutcome.NotPresented), Strip(0, AttemptOutcome.Unknown), Strip(0, AttemptOutcome.Unknown)];
        Assert.Equal(StepKind.PrintVoidStrip, IssuanceRules.Next(1, two).Kind);
        Assert.Equal(StepKind.PrintVoidStrip, IssuanceRules.Next(1, [.. two, Attempt(AttemptKind.VoidStrip, 0, AttemptOutcome.NotPresented, 0)]).Kind);
        Assert.Equal(StepKind.StandInDoubt, IssuanceRules.Next(1, [.. two, Strip(0, AttemptOutcome.Unknown)]).Kind);
    }

    [Fact]
    public void Only_tickets_that_were_all_presented_complete_an_order()
    {
        Assert.Equal(new NextStep(StepKind.PrintTicket, 0, "not presented yet"), IssuanceRules.Next(2, []));
        Assert.Equal(1, IssuanceRules.Next(2, [Ticket(0, AttemptOutcome.Presented)]).TicketIndex);
        Assert.Equal(StepKind.Complete, IssuanceRules.Next(2, [Ticket(0, AttemptOutcome.Presented), Ticket(1, AttemptOutcome.Presented)]).Kind);
    }

    [Fact]
    public void A_deadline_gives_back_only_what_was_never_begun()
    {
        Assert.Equal(StepKind.Release, IssuanceRules.AfterWaiting(2, []).Kind);
        Assert.Equal(StepKind.Release, IssuanceRules.AfterWaiting(2, [Ticket(0, AttemptOutcome.NotPresented, bytes: 0)]).Kind);
        Assert.Equal(StepKind.StandInDoubt, IssuanceRules.AfterWaiting(2, [Ticket(0, AttemptOutcome.Presented)]).Kind);
        Assert.Equal(StepKind.PrintVoidStrip, IssuanceRules.AfterWaiting(2, [Ticket(0, AttemptOutcome.NotPresented, bytes: 9)]).Kind);
        Assert.Equal(StepKind.Settle, IssuanceRules.AfterWaiting(2, [Ticket(0, null)]).Kind);
        Assert.Equal(StepKind.StandInDoubt, IssuanceRules.AfterWaiting(2, [Ticket(0, AttemptOutcome.Unknown)]).Kind);
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
