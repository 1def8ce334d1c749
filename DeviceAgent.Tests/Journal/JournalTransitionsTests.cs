using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Journal;

/// <summary>The rules alone, state by state; the contract tests show that the engines ask them.</summary>
public sealed class JournalTransitionsTests
{
    private static readonly IssuanceState?[] Everything = [null, .. Enum.GetValues<IssuanceState>().Cast<IssuanceState?>()];
    private static readonly AttemptFacts Open = new(AttemptKind.Ticket, 0, null);
    private static readonly AttemptFacts Gone = new(AttemptKind.Ticket, 0, AttemptOutcome.NotPresented);
    private static readonly AttemptFacts Out = new(AttemptKind.Ticket, 0, AttemptOutcome.Presented);
    private static readonly AttemptFacts Unclear = new(AttemptKind.Ticket, 0, AttemptOutcome.Unknown);
    private static readonly AttemptFacts Strip = new(AttemptKind.VoidStrip, 0, AttemptOutcome.Unknown);

    [Fact]
    public void No_change_is_allowed_from_a_state_that_is_not_listed()
    {
        Only(JournalTransitions.WhyNoIntent, null, IssuanceState.Released);
        Only(JournalTransitions.WhyNoAccept, IssuanceState.Intent);
        Only(s => JournalTransitions.WhyNoAttempt(s, 1, [], AttemptKind.Ticket, 0), IssuanceState.Accepted);
        Only(s => JournalTransitions.WhyNoEnd(Open, s), IssuanceState.Accepted, IssuanceState.InDoubt);
        Only(s => JournalTransitions.WhyNoCompletion(s, []), IssuanceState.Accepted, IssuanceState.InDoubt);
        Only(s => JournalTransitions.WhyNoRelease(s, []), IssuanceState.Intent, IssuanceState.Accepted);
        Only(JournalTransitions.WhyNoDoubt, IssuanceState.Accepted);
        Only(s => JournalTransitions.WhyNoFailure(s, Journey.Bus, []), IssuanceState.Accepted);
        Only(s => JournalTransitions.WhyNoFailure(s, Journey.Ship, []), IssuanceState.Intent, IssuanceState.Accepted);
        Only(s => JournalTransitions.WhyNoDecision(s, []), IssuanceState.InDoubt);
        Only(JournalTransitions.WhyNoSlipEnd, [.. Enum.GetValues<IssuanceState>().Where(s => s != IssuanceState.Unknown).Cast<IssuanceState?>()]);
    }

    [Fact]
    public void An_order_with_an_attempt_of_a_newer_release_is_never_ours_unless_it_is_final()
    {
        foreach (var state in Enum.GetValues<IssuanceState>())
        {
            var touchable = state is IssuanceState.Intent or IssuanceState.Accepted or IssuanceState.InDoubt or IssuanceState.Released;
            Assert.Equal(touchable ? IssuanceState.Unknown : state, JournalTransitions.Effective(state, hasUnknownPart: true));
            Assert.Equal(state, JournalTransitions.Effective(state, hasUnknownPart: false));
        }
    }

    [Fact]
    public void A_report_is_never_due_twice_or_by_paper_where_it_tells_of_numbers()
    {
        foreach (var change in Enum.GetValues<ReportedChange>())
        {
            var ends = change is ReportedChange.Completion or ReportedChange.Failure or ReportedChange.DecisionIssued or ReportedChange.DecisionVoid;
            Assert.Equal(ends, JournalTransitions.IsReportDue(change, Journey.Bus, hasReport: false));
            foreach (var journey in new[] { Journey.Ship, Journey.Train, Journey.BusReturn })
            {
                Assert.Equal(change is ReportedChange.Acceptance or ReportedChange.Failure, JournalTransitions.IsReportDue(change, journey, hasReport: false));
                Assert.False(JournalTransitions.IsReportDue(change, journey, hasReport: true));
            }
        }
        Assert.False(JournalTransitions.KeepsOrderWhenReleased(Journey.Bus, hasReport: true));
        Assert.False(JournalTransitions.KeepsOrderWhenReleased(Journey.Ship, hasReport: false));
        Assert.True(JournalTransitions.KeepsOrderWhenReleased(Journey.Ship, hasReport: true));
    }

    [Fact]
    public void What_is_not_over_is_never_erased_or_deleted()
    {
        var done = new ReportFacts(ReportState.Confirmed, true);
        foreach (var state in Enum.GetValues<IssuanceState>())
        {
            var over = state is IssuanceState.Issued or IssuanceState.Failed or IssuanceState.Void or IssuanceState.Released;
            Assert.Equal(over, JournalTransitions.MayPurge(done, state));
            Assert.Equal(over, JournalTransitions.MayRetire(state, hasUnknownPart: false, slipOwed: false, [done]));
            Assert.Equal(over, JournalTransitions.MayRetire(state, hasUnknownPart: false, slipOwed: false, []));
            Assert.False(JournalTransitions.MayRetire(state, hasUnknownPart: true, slipOwed: false, [done]));
            Assert.False(JournalTransitions.MayRetire(state, hasUnknownPart: false, slipOwed: true, [done]));
        }
        Assert.True(JournalTransitions.MayPurge(done, null));
        ReportState?[] others = [null, ReportState.Due, ReportState.Sending, ReportState.Retry, ReportState.HandedOver, ReportState.Parked];
        foreach (var report in others.Select(s => new ReportFacts(s, true)).Append(done with { FormatIsKnown = false }))
        {
            Assert.False(JournalTransitions.MayPurge(report, IssuanceState.Issued));
            Assert.False(JournalTransitions.MayRetire(IssuanceState.Issued, hasUnknownPart: false, slipOwed: false, [done, report]));
        }
    }

    [Fact]
    public void A_ticket_is_never_printed_again_unless_it_was_proved_not_presented()
    {
        static string? Ticket(AttemptFacts earlier, int index = 0, AttemptKind kind = AttemptKind.Ticket) =>
            JournalTransitions.WhyNoAttempt(IssuanceState.Accepted, 2, [earlier], kind, index);
        Assert.Null(Ticket(Gone));
        Assert.Null(Ticket(Strip));
        Assert.Null(Ticket(Out, index: 1));
        Assert.Null(Ticket(Unclear, kind: AttemptKind.VoidStrip));
        Assert.NotNull(Ticket(Out));
        Assert.NotNull(Ticket(Unclear));
        Assert.NotNull(Ticket(Open, index: 1));
        Assert.NotNull(Ticket(Open, kind: AttemptKind.VoidStrip));
        Assert.NotNull(Ticket(Gone, index: 2));
        Assert.NotNull(Ticket(Gone, index: -1));
        Assert.NotNull(Ticket(Gone, kind: AttemptKind.Unknown));
        Assert.Null(Ticket(Unclear with { Superseded = true }));
        Assert.NotNull(Ticket(Out with { Superseded = true }));
        Assert.NotNull(Ticket(Open with { Superseded = true }));
    }

    [Fact]
    public void An_order_is_never_released_while_a_ticket_may_be_out()
    {
        static string? Release(AttemptFacts a) => JournalTransitions.WhyNoRelease(IssuanceState.Accepted, [a]);
        Assert.Null(Release(Gone));
        Assert.Null(Release(Strip));
        Assert.NotNull(Release(Out));
        Assert.NotNull(Release(Unclear));
        Assert.NotNull(Release(Open));
        Assert.NotNull(Release(Unclear with { Superseded = true }));
        static string? Fail(AttemptFacts a) => JournalTransitions.WhyNoFailure(IssuanceState.Accepted, Journey.Bus, [a]);
        Assert.Null(Fail(Gone));
        Assert.Null(Fail(Strip));
        Assert.NotNull(Fail(Out));
        Assert.NotNull(Fail(Unclear));
        Assert.NotNull(Fail(Unclear with { Superseded = true }));
        Assert.NotNull(Fail(Open));
        Assert.NotNull(JournalTransitions.WhyNoDecision(IssuanceState.InDoubt, [Open]));
        Assert.Null(JournalTransitions.WhyNoDecision(IssuanceState.InDoubt, [Out, Unclear]));
        Assert.NotNull(JournalTransitions.WhyNoCompletion(IssuanceState.Accepted, [Open]));
        Assert.Null(JournalTransitions.WhyNoCompletion(IssuanceState.InDoubt, [Unclear]));
    }

    [Fact]
    public void An_attempt_never_ends_twice()
    {
        Assert.NotNull(JournalTransitions.WhyNoEnd(null, IssuanceState.Accepted));
        Assert.NotNull(JournalTransitions.WhyNoEnd(Out, IssuanceState.Accepted));
        Assert.NotNull(JournalTransitions.WhyNoEnd(Open with { Kind = AttemptKind.Unknown }, IssuanceState.Accepted));
    }

    [Fact]
    public void Paper_is_never_taken_for_changed_without_a_test_strip_that_came_out()
    {
        var strip = new AttemptFacts(AttemptKind.TestStrip, 0, null);
        Assert.Null(JournalTransitions.WhyNoPaperChange(strip, AttemptOutcome.Presented));
        Assert.Null(JournalTransitions.WhyNoPaperChange(strip, AttemptOutcome.Unknown));
        Assert.NotNull(JournalTransitions.WhyNoPaperChange(strip, AttemptOutcome.NotPresented));
        Assert.NotNull(JournalTransitions.WhyNoPaperChange(strip with { Outcome = AttemptOutcome.Presented }, AttemptOutcome.Presented));
        Assert.NotNull(JournalTransitions.WhyNoPaperChange(Open, AttemptOutcome.Presented));
        Assert.NotNull(JournalTransitions.WhyNoPaperChange(null, AttemptOutcome.Presented));
        Assert.Null(JournalTransitions.WhyNoTestStrip(AttemptKind.TestStrip, isOpen: false));
        Assert.NotNull(JournalTransitions.WhyNoTestStrip(AttemptKind.TestStrip, isOpen: true));
        Assert.NotNull(JournalTransitions.WhyNoTestStrip(AttemptKind.Ticket, isOpen: false));
    }

    [Fact]
    public void A_report_of_a_newer_release_is_never_touched()
    {
        Func<ReportFacts?, string?>[] rules =
            [JournalTransitions.WhyNoSending, JournalTransitions.WhyNoConfirmation, JournalTransitions.WhyNoRetry, JournalTransitions.WhyNoParking];
        foreach (var rule in rules)
        {
            Assert.NotNull(rule(null));
            Assert.NotNull(rule(new(null, true)));
            foreach (var state in Enum.GetValues<ReportState>()) Assert.NotNull(rule(new(state, FormatIsKnown: false)));
            foreach (var state in new[] { ReportState.Confirmed, ReportState.HandedOver, ReportState.Parked }) Assert.NotNull(rule(new(state, true)));
            Assert.Null(rule(new(ReportState.Retry, true)));
        }
        Assert.Equal([true, false, true, true], rules.Select(r => r(new(ReportState.Due, true)) is null));
        Assert.Equal([false, true, true, true], rules.Select(r => r(new(ReportState.Sending, true)) is null));
    }

    [Fact]
    public void A_word_in_the_file_never_changes_or_goes_missing()
    {
        foreach (var s in Enum.GetValues<IssuanceState>().Where(s => s != IssuanceState.Unknown)) Assert.Equal(s, JournalWords.ToIssuanceState(JournalWords.Of(s)));
        foreach (var k in Enum.GetValues<AttemptKind>().Where(k => k != AttemptKind.Unknown)) Assert.Equal(k, JournalWords.ToAttemptKind(JournalWords.Of(k)));
        foreach (var o in Enum.GetValues<AttemptOutcome>()) Assert.Equal(o, JournalWords.ToAttemptOutcome(JournalWords.Of(o)));
        foreach (var s in Enum.GetValues<ReportState>()) Assert.Equal(s, JournalWords.ToReportState(JournalWords.Of(s)));
        foreach (var d in Enum.GetValues<DecisionKind>().Where(d => d != DecisionKind.Unknown)) Assert.Equal(d, JournalWords.ToDecisionKind(JournalWords.Of(d)));
        foreach (var j in Enum.GetValues<Orders.Journey>()) Assert.Equal(j, JournalWords.ToJourney(JournalWords.Of(j)));
        Assert.Equal(5, Enum.GetValues<ParkReason>().Select(JournalWords.Of).Distinct().Count());
        Assert.Equal(IssuanceState.Unknown, JournalWords.ToIssuanceState("sublimated"));
        Assert.Equal(AttemptKind.Unknown, JournalWords.ToAttemptKind("receipt"));
        Assert.Equal(AttemptOutcome.Unknown, JournalWords.ToAttemptOutcome("burnt"));
        Assert.Equal(DecisionKind.Unknown, JournalWords.ToDecisionKind("postponed"));
        Assert.Null(JournalWords.ToReportState("pondered"));
        Assert.Equal(JournalWords.UnknownJourney, JournalWords.ToJourney("ferry"));
        Assert.Throws<ArgumentOutOfRangeException>(() => JournalWords.Of(IssuanceState.Unknown));
        Assert.Throws<ArgumentOutOfRangeException>(() => JournalWords.Of(AttemptKind.Unknown));
        Assert.Throws<ArgumentOutOfRangeException>(() => JournalWords.Of(JournalWords.UnknownJourney));
        Assert.Throws<ArgumentOutOfRangeException>(() => JournalWords.Of(DecisionKind.Unknown));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, AttemptProcessIds.Count - 1)]
    [InlineData(AttemptProcessIds.Count - 1, 1)]
    [InlineData(AttemptProcessIds.Count - 1, 10L * AttemptProcessIds.Count)]
    public void A_process_id_of_an_attempt_never_begins_like_a_fence(long start, long attempt) =>
        Assert.InRange(AttemptProcessIds.OfAttempt(start, attempt).ToString()[0], ' ', '}');

    private static void Only(Func<IssuanceState?, string?> whyNot, params IssuanceState?[] allowed) =>
        Assert.Equal(allowed, Everything.Where(s => whyNot(s) is null));
}
