using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Platform.Sync;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Issuance;

/// <summary>What a person decides about an order in doubt, and what never decides itself.</summary>
public sealed class DecisionTests
{
    private static readonly string[] BothTickets = ["10000241/00001001", "10000241/00001002"];

    /// <summary>Ticket 1 presented, ticket 2 unknown: the agent died in it, and another printer was there when it came back.</summary>
    private static DeskBench InDoubt(IssuanceOptions? options = null)
    {
        var bench = new DeskBench(options: options);
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.Printed);
        bench.Printer.Fates.Enqueue(PrintFate.AgentDiesInTheMiddle);
        bench.Scan();
        bench.Loop.RunUntil(() => bench.Printer.HalfATicketInside, TimeSpan.FromMinutes(1));
        bench.Kill();
        bench.Printer.SerialNumber = "SN-2";
        bench.Boot();
        bench.UntilReady();
        Assert.Equal(IssuanceState.InDoubt, bench.Record.State);
        Assert.Equal([BothTickets[0]], bench.Tickets);
        return bench;
    }

    private static OutboxReport Report(DeskBench bench) => Assert.Single(bench.Journal.Take(bench.Time.GetUtcNow(), 10, new HashSet<string>()));

    private static void PlatformSays(DeskBench bench, int status) =>
        bench.Platform.Orders[DeskBench.Order] = bench.Platform.Orders[DeskBench.Order] with { OrderStatus = status };

    [Fact]
    public void Issued_by_a_person_is_never_reported_without_asking_first()
    {
        using var bench = InDoubt();
        Assert.Equal(DecisionEnd.Decided, bench.Decide(DecisionKind.Issued).End);
        Assert.Equal(IssuanceState.Issued, bench.Record.State);
        Assert.Equal((true, true), (Report(bench).Success, Report(bench).FateUnknown));
        Assert.Empty(bench.Alarms);
        bench.PickUp();
        Assert.Equal(Guidance.AlreadyCollected, bench.Shown[^1]);
        Assert.Equal([BothTickets[0]], bench.Tickets);
    }

    [Fact]
    public void Void_is_reported_as_a_failure_and_never_printed_again()
    {
        using var bench = InDoubt();
        Assert.Equal(DecisionEnd.Decided, bench.Decide(DecisionKind.Void).End);
        Assert.Equal(IssuanceState.Void, bench.Record.State);
        Assert.Equal((false, true), (Report(bench).Success, Report(bench).FateUnknown));
        Assert.Null(Report(bench).Personal);
        bench.PickUp();
        Assert.Equal(Guidance.SeeStaff, bench.Shown[^1]);
        Assert.Equal([BothTickets[0]], bench.Tickets);
        Assert.Equal(DecisionEnd.Refused, bench.Decide(DecisionKind.Issued).End);
    }

    [Fact]
    public void A_reissue_prints_one_copy_of_the_unknown_ticket_for_a_passenger_who_is_there()
    {
        using var bench = InDoubt();
        Assert.Equal(DecisionEnd.Decided, bench.Decide(DecisionKind.Reissue).End);
        bench.UntilReady();
        bench.Loop.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal([BothTickets[0]], bench.Tickets);
        bench.PickUp();
        Assert.Equal(["10000241/00001001", "10000241/00001002 COPY 1"], bench.Tickets);
        Assert.Equal(IssuanceState.Issued, bench.Record.State);
        Assert.True(Report(bench).Success);
        Assert.Equal([0, 0, 1], bench.Record.Attempts.Where(a => a.Kind == AttemptKind.Ticket).Select(a => a.Copy));
    }

    [Fact]
    public void A_reissue_that_nobody_comes_for_stands_in_doubt_again_and_is_counted()
    {
        using var bench = InDoubt();
        bench.Decide(DecisionKind.Reissue);
        bench.Loop.Pass(TimeSpan.FromMinutes(11));
        Assert.Equal(IssuanceState.InDoubt, bench.Record.State);
        Assert.Equal(AlarmKind.OrderInDoubt, Assert.Single(bench.Alarms).Kind);
        var refused = bench.Decide(DecisionKind.Reissue);
        Assert.Equal(DecisionEnd.Refused, refused.End);
        Assert.Contains("1 of 1 reissues", refused.Text);
        Assert.Equal(DecisionEnd.Decided, bench.Decide(DecisionKind.Issued).End);
    }

    [Fact]
    public void A_kiosk_that_may_not_reissue_never_does()
    {
        using var bench = InDoubt(new() { MaxReissues = 0 });
        Assert.Equal(DecisionEnd.Refused, bench.Decide(DecisionKind.Reissue).End);
        Assert.Equal(IssuanceState.InDoubt, bench.Record.State);
    }

    [Fact]
    public void A_copy_whose_fate_is_unknown_too_is_never_printed_a_third_time()
    {
        using var bench = InDoubt();
        bench.Decide(DecisionKind.Reissue);
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.AgentDiesAfterwards);
        bench.Scan();
        bench.Loop.RunUntil(() => bench.Tickets.Count == 2, TimeSpan.FromMinutes(1));
        bench.Kill();
        bench.Printer.SerialNumber = "SN-3";
        bench.Boot();
        bench.UntilReady();
        Assert.Equal(IssuanceState.InDoubt, bench.Record.State);
        bench.PickUp();
        Assert.Equal(2, bench.Tickets.Count);
    }

    [Fact]
    public void Nothing_is_decided_while_the_platform_cannot_be_asked()
    {
        using var bench = InDoubt();
        bench.Platform.Down = true;
        foreach (var decision in new[] { DecisionKind.Issued, DecisionKind.Void, DecisionKind.Reissue })
        {
            var outcome = bench.Decide(decision);
            Assert.Equal(DecisionEnd.NotNow, outcome.End);
            Assert.Contains("could not be asked", outcome.Text);
        }
        Assert.Equal(IssuanceState.InDoubt, bench.Record.State);
        Assert.Empty(bench.Record.Decisions);
    }

    [Theory]
    [InlineData(DecisionKind.Issued, 50, true)]
    [InlineData(DecisionKind.Issued, -4, true)]
    [InlineData(DecisionKind.Void, 50, false)]
    [InlineData(DecisionKind.Void, -4, true)]
    [InlineData(DecisionKind.Reissue, 50, false)]
    [InlineData(DecisionKind.Reissue, -4, false)]
    public void A_decision_never_promises_what_the_platform_would_not_keep(DecisionKind decision, int status, bool allowed)
    {
        using var bench = InDoubt();
        PlatformSays(bench, status);
        var outcome = bench.Decide(decision);
        Assert.Equal(allowed ? DecisionEnd.Decided : DecisionEnd.Refused, outcome.End);
        Assert.Contains($"{status}", outcome.Text);
        Assert.Equal(allowed ? 1 : 0, bench.Record.Decisions.Count);
    }

    [Fact]
    public void An_order_that_is_not_in_doubt_or_not_known_is_never_decided()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        Assert.Equal(DecisionEnd.NotKnown, bench.Decide(DecisionKind.Issued).End);
        bench.PickUp();
        var queries = bench.Platform.Queries;
        var outcome = bench.Decide(DecisionKind.Void);
        Assert.Equal((DecisionEnd.Refused, queries), (outcome.End, bench.Platform.Queries));
        Assert.Contains("issued", outcome.Text);
        Assert.Equal(IssuanceState.Issued, bench.Record.State);
    }

    [Fact]
    public void Nothing_is_decided_in_the_middle_of_a_pick_up()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Scan();
        DecisionOutcome? outcome = null;
        bench.Loop.Start(async () => outcome = await bench.Desk.DecideAsync(new(new(Orders.Journey.Bus, DeskBench.Order), DecisionKind.Issued, "root", "why")));
        bench.Loop.Drain();
        Assert.Equal(DecisionEnd.NotNow, outcome!.End);
        bench.UntilIdle();
        Assert.Equal(BothTickets, bench.Tickets);
    }

    [Fact]
    public void Orders_in_doubt_up_to_the_limit_close_the_kiosk_until_a_person_decides()
    {
        using var bench = InDoubtWithLimit();
        Assert.Equal([NotReadyReason.InDoubtLimit], bench.Desk.State.NotReady);
        Assert.Equal(PickupOffer.NotReady, bench.Scan("10000242"));
        Assert.Equal(DecisionEnd.Decided, bench.Decide(DecisionKind.Issued).End);
        bench.UntilReady();
    }

    private static DeskBench InDoubtWithLimit()
    {
        var bench = new DeskBench(options: new() { MaxInDoubt = 1 });
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.AgentDiesInTheMiddle);
        bench.Scan();
        bench.Loop.RunUntil(() => bench.Printer.HalfATicketInside, TimeSpan.FromMinutes(1));
        bench.Kill();
        bench.Printer.Connection = "boot/2";
        bench.Boot();
        bench.Loop.RunUntil(() => bench.Printer.Paper[^1].EndsWith("SLIP", StringComparison.Ordinal) && bench.Desk.State.InHand is null, TimeSpan.FromMinutes(1));
        return bench;
    }

    [Fact]
    public void A_doubt_is_raised_at_once_and_again_after_every_start()
    {
        using var bench = InDoubt();
        var alarm = Assert.Single(bench.Alarms);
        Assert.Equal((AlarmKind.OrderInDoubt, DeskBench.Order), (alarm.Kind, alarm.OrderNumber));
        bench.Kill();
        bench.Boot();
        bench.UntilReady();
        Assert.Equal(alarm with { Since = bench.Record.ChangedAt }, Assert.Single(bench.Alarms));
    }

    [Fact]
    public void A_slip_that_was_owed_when_the_power_went_is_still_printed_before_the_next_ticket()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.AgentDiesInTheMiddle);
        bench.Scan();
        bench.Loop.RunUntil(() => bench.Printer.HalfATicketInside, TimeSpan.FromMinutes(1));
        bench.Kill();
        bench.Printer.SerialNumber = "SN-2";
        bench.Boot();
        bench.Loop.RunUntil(() => bench.Record.State == IssuanceState.InDoubt, TimeSpan.FromMinutes(1));
        Assert.True(bench.Record.SlipOwed);
        bench.Kill();
        bench.Boot();
        bench.UntilReady();
        Assert.False(bench.Record.SlipOwed);
        Assert.Equal(1, bench.Printer.Paper.Count(p => p.EndsWith("SLIP", StringComparison.Ordinal)));
        bench.Kill();
        bench.Boot();
        bench.UntilReady();
        Assert.Equal(1, bench.Printer.Paper.Count(p => p.EndsWith("SLIP", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(DecisionKind.Issued)]
    [InlineData(DecisionKind.Void)]
    [InlineData(DecisionKind.Reissue)]
    public void A_decision_from_afar_never_leaves_half_a_ticket_for_the_next_passenger(DecisionKind decision)
    {
        using var bench = new DeskBench();
        bench.Platform.Orders["10000242"] = bench.Platform.Orders[DeskBench.Order];
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.AgentDiesInTheMiddle);
        bench.Scan();
        bench.Loop.RunUntil(() => bench.Printer.HalfATicketInside, TimeSpan.FromMinutes(1));
        bench.Kill();
        bench.Printer.SerialNumber = "SN-2";
        bench.Printer.FencesEchoed = false;
        bench.Boot();
        bench.Loop.RunUntil(() => bench.Record.State == IssuanceState.InDoubt && bench.Desk.State.InHand is null, TimeSpan.FromMinutes(2));
        Assert.Equal(DecisionEnd.Decided, bench.Decide(decision).End);
        bench.Loop.Pass(TimeSpan.FromSeconds(5));
        Assert.Contains(NotReadyReason.AccountingForTicket, bench.Desk.State.NotReady);
        Assert.Equal(PickupOffer.NotReady, bench.Scan("10000242"));
        bench.Kill();
        bench.Printer.FencesEchoed = true;
        bench.Boot();
        bench.UntilReady();
        Assert.False(bench.Printer.HalfATicketInside);
        Assert.Contains("VOID", bench.Printer.Paper);
        Assert.False(bench.Record.SlipOwed);
    }

    [Fact]
    public void A_printer_that_is_still_draining_is_never_cleared_for_a_slip()
    {
        using var bench = InDoubt(new() { MaxReissues = 5 });
        Assert.Equal(1, bench.Printer.Clears);
        bench.Decide(DecisionKind.Reissue);
        bench.UntilReady();
        bench.Printer.FencesEchoed = false;
        bench.Printer.Fates.Enqueue(PrintFate.EchoLost);
        bench.PickUp();
        Assert.Equal(IssuanceState.InDoubt, bench.Record.State);
        bench.Loop.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(1, bench.Printer.Clears);
        Assert.True(bench.Record.SlipOwed);
        // Nor does anybody's ticket come out on what hangs in it.
        Assert.Equal([NotReadyReason.AccountingForTicket], bench.Desk.State.NotReady);
        bench.Printer.FencesEchoed = true;
        bench.Loop.RunUntil(() => !bench.Record.SlipOwed, TimeSpan.FromMinutes(2));
        Assert.Equal(2, bench.Printer.Clears);
        bench.UntilReady();
    }

    [Fact]
    public void A_kiosk_whose_printer_was_put_right_never_waits_out_the_pause_of_a_slip_that_failed()
    {
        using var bench = InDoubt(new() { MaxReissues = 5 });
        bench.Decide(DecisionKind.Reissue);
        bench.UntilReady();
        bench.Printer.FencesEchoed = false;
        bench.Printer.Fates.Enqueue(PrintFate.EchoLost);
        bench.PickUp();
        bench.Loop.Pass(TimeSpan.FromSeconds(20));
        Assert.True(bench.Record.SlipOwed);
        var tries = bench.Printer.Fences;
        bench.Printer.FencesEchoed = true;
        bench.Printer.Status = bench.Printer.Status with { CoverOpen = true };
        bench.Loop.Pass(TimeSpan.FromSeconds(11));
        Assert.Equal(tries, bench.Printer.Fences);
        bench.Printer.Status = bench.Printer.Status with { CoverOpen = false };
        bench.Loop.Pass(TimeSpan.FromSeconds(5));
        Assert.False(bench.Record.SlipOwed);
    }

    [Fact]
    public void An_order_that_cannot_be_printed_is_reported_as_failed_only_by_the_configured_policy()
    {
        using var bench = new DeskBench(options: new() { WhenImpossible = ImpossibleOrders.ReportFailure });
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.NothingSent);
        bench.PickUp();
        Assert.Equal(IssuanceState.Failed, bench.Record.State);
        Assert.Equal((false, false), (Report(bench).Success, Report(bench).FateUnknown));
        bench.UntilReady();
        bench.PickUp();
        Assert.Empty(bench.Tickets);
        Assert.Equal(Guidance.SeeStaff, bench.Shown[^1]);
    }

    [Fact]
    public void The_policy_never_fails_an_order_with_a_ticket_out_or_unknown()
    {
        using var bench = new DeskBench(options: new() { WhenImpossible = ImpossibleOrders.ReportFailure });
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.Printed);
        bench.Printer.Fates.Enqueue(PrintFate.Unplugged);
        bench.PickUp();
        bench.Loop.Pass(TimeSpan.FromMinutes(11));
        Assert.Equal(IssuanceState.InDoubt, bench.Record.State);
        Assert.Equal(0, bench.Journal.Counts.Waiting);
    }

    [Fact]
    public void The_policy_tells_nothing_to_a_platform_that_has_already_closed_the_order()
    {
        using var bench = new DeskBench(options: new() { WhenImpossible = ImpossibleOrders.ReportFailure });
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.AgentDiesInTheMiddle);
        bench.Scan();
        bench.Loop.RunUntil(() => bench.Printer.HalfATicketInside, TimeSpan.FromMinutes(1));
        bench.Kill();
        bench.Boot();
        bench.UntilReady();
        PlatformSays(bench, -4);
        bench.PickUp();
        Assert.Equal(IssuanceState.Released, bench.Record.State);
        Assert.Equal(0, bench.Journal.Counts.Waiting);
    }
}
