using DeviceAgent.Drivers;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Issuance;

public sealed class IssuanceDeskTests
{
    private static readonly string[] BothTickets = ["10000241/00001001", "10000241/00001002"];

    [Fact]
    public void A_paid_order_never_ends_without_its_tickets_and_its_report()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.PickUp();
        Assert.Equal(["PROBE", .. BothTickets], bench.Printer.Paper);
        Assert.Equal(IssuanceState.Issued, bench.Record.State);
        Assert.Equal(1, bench.Journal.Counts.Waiting);
        Assert.Equal(Guidance.TakeTicket, bench.Shown[^1]);
        bench.Loop.Pass(TimeSpan.FromSeconds(9));
        Assert.Equal(Guidance.Ready, bench.Shown[^1]);
    }

    [Fact]
    public void Twenty_passengers_never_get_nineteen_tickets()
    {
        using var bench = new DeskBench(passengers: 20);
        bench.UntilReady();
        bench.PickUp();
        Assert.Equal(20, bench.Tickets.Distinct().Count());
        Assert.Equal(20, bench.Tickets.Count);
        Assert.Equal(IssuanceState.Issued, bench.Record.State);
    }

    [Fact]
    public void A_code_that_is_presented_again_prints_nothing()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.PickUp();
        var queries = bench.Platform.Queries;
        bench.PickUp();
        Assert.Equal(BothTickets, bench.Tickets);
        Assert.Equal(Guidance.AlreadyCollected, bench.Shown[^1]);
        Assert.Equal(queries, bench.Platform.Queries);
    }

    [Fact]
    public void A_scan_in_the_middle_of_a_pick_up_is_discarded()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        Assert.Equal(PickupOffer.Taken, bench.Scan());
        Assert.Equal(PickupOffer.Busy, bench.Scan("10000242"));
        bench.UntilIdle();
        Assert.Null(bench.Journal.Find(Orders.Journey.Bus, "10000242"));
        Assert.Equal(BothTickets, bench.Tickets);
    }

    [Fact]
    public void Without_the_network_nothing_is_taken_on()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Platform.Down = true;
        bench.PickUp();
        Assert.Equal(Guidance.Offline, bench.Shown[^1]);
        Assert.Null(bench.Journal.Find(Orders.Journey.Bus, DeskBench.Order));
        Assert.Empty(bench.Tickets);
    }

    [Fact]
    public void A_platform_that_is_silent_for_long_is_on_the_lights_and_still_asked()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.SilentFor = TimeSpan.FromSeconds(59);
        bench.Loop.Do(bench.Desk.Reconsider);
        Assert.Equal(Guidance.Ready, bench.Shown[^1]);
        bench.SilentFor = TimeSpan.FromMinutes(1);
        bench.Loop.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(Guidance.Offline, bench.Shown[^1]);
        Assert.Equal([NotReadyReason.GatewayUnreachable], bench.Desk.State.NotReady);
        // Only a question can find out that it is back.
        Assert.Equal(PickupOffer.Taken, bench.Scan());
        bench.UntilIdle();
        Assert.Equal(BothTickets, bench.Tickets);
    }

    [Fact]
    public void A_probe_strip_whose_echo_got_lost_is_tried_again_and_not_for_ever()
    {
        using var bench = new DeskBench();
        bench.Printer.Fates.Enqueue(PrintFate.EchoLost);
        bench.UntilReady();
        Assert.Null(bench.Journal.FindPrinter("SN-1")!.CutCounterIsExact);
        bench.Loop.Pass(TimeSpan.FromMinutes(2));
        Assert.True(bench.Journal.FindPrinter("SN-1")!.CutCounterIsExact);
        Assert.Equal(["PROBE", "PROBE"], bench.Printer.Paper);
        using var other = new DeskBench();
        for (var i = 0; i < 9; i++) other.Printer.Fates.Enqueue(PrintFate.EchoLost);
        other.UntilReady();
        other.Loop.Pass(TimeSpan.FromHours(1));
        Assert.Equal(3, other.Printer.Paper.Count);
    }

    [Fact]
    public void No_probe_strip_is_sent_to_a_printer_whose_cover_was_opened_just_now()
    {
        using var bench = new DeskBench();
        bench.Printer.Fates.Enqueue(PrintFate.EchoLost);
        bench.UntilReady();
        // The next strip is due within the second, and the printer was looked at just before.
        bench.Loop.Pass(TimeSpan.FromSeconds(59.9));
        bench.Printer.Status = bench.Printer.Status with { Device = DeviceState.Offline, CoverOpen = true };
        bench.Loop.Pass(TimeSpan.FromSeconds(0.6));
        Assert.Equal(["PROBE"], bench.Printer.Paper);
        Assert.Contains(NotReadyReason.CoverOpen, bench.Desk.State.NotReady);
        bench.Printer.Status = bench.Printer.Status with { Device = DeviceState.Online, CoverOpen = false };
        bench.Loop.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(["PROBE", "PROBE"], bench.Printer.Paper);
        Assert.True(bench.Journal.FindPrinter("SN-1")!.CutCounterIsExact);
    }

    [Fact]
    public void An_echo_that_got_lost_at_the_opening_never_unlearns_a_printer()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        var learned = bench.Journal.FindPrinter("SN-1");
        bench.Kill();
        bench.Printer.Echoes = false;
        bench.Boot();
        bench.UntilReady();
        Assert.Equal(learned, bench.Journal.FindPrinter("SN-1"));
        Assert.Equal(["PROBE"], bench.Printer.Paper);
    }

    [Fact]
    public void Maintenance_takes_no_order_and_finishes_the_one_in_hand()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Scan();
        bench.Loop.Pass(TimeSpan.FromMilliseconds(100));
        bench.Loop.Do(() => bench.Desk.SetMaintenance(true, "uid 0 (root)", "new roll"));
        bench.UntilIdle();
        Assert.Equal(BothTickets, bench.Tickets);
        Assert.Equal(PickupOffer.NotReady, bench.Scan("10000242"));
        bench.Kill();
        bench.Boot();
        bench.Loop.RunUntil(() => bench.Desk.State.NotReady is [NotReadyReason.Maintenance], TimeSpan.FromMinutes(1));
        bench.Loop.Do(() => bench.Desk.SetMaintenance(false, "uid 0 (root)", "done"));
        bench.UntilReady();
    }

    [Fact]
    public void A_kiosk_that_got_unready_while_the_platform_was_asked_takes_no_order()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Platform.Asked = () => bench.ClockIsTrusted = false;
        bench.PickUp();
        Assert.Null(bench.Journal.Find(Orders.Journey.Bus, DeskBench.Order));
        Assert.Equal(Guidance.OutOfService, bench.Shown[^1]);
    }

    [Fact]
    public void A_ticket_that_the_printer_pulled_back_in_is_never_taken_for_given_nor_printed_again()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.Retracted);
        bench.PickUp();
        Assert.Equal(IssuanceState.InDoubt, bench.Record.State);
        Assert.Equal([BothTickets[0]], bench.Tickets);
        Assert.Contains("pulled", bench.Record.Reason);
    }

    [Fact]
    public void A_code_that_is_none_is_not_looked_up()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.PickUp("https://example.org/");
        Assert.Equal(Guidance.NotUnderstood, bench.Shown[^1]);
        Assert.Equal(0, bench.Platform.Queries);
    }

    [Fact]
    public void No_order_is_taken_while_the_printer_cannot_print()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Printer.Status = bench.Printer.Status with { CoverOpen = true };
        bench.PickUp();
        Assert.Empty(bench.Tickets);
        Assert.Null(bench.Journal.Find(Orders.Journey.Bus, DeskBench.Order));
        Assert.Equal([NotReadyReason.CoverOpen], bench.Desk.State.NotReady);
        Assert.Equal(PickupOffer.NotReady, bench.Scan());
        bench.Printer.Status = bench.Printer.Status with { CoverOpen = false };
        bench.UntilReady();
        bench.PickUp();
        Assert.Equal(BothTickets, bench.Tickets);
    }

    [Fact]
    public void A_printer_that_fails_before_the_first_byte_costs_the_passenger_nothing()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.NothingSent);
        bench.PickUp();
        Assert.Equal(IssuanceState.Released, bench.Record.State);
        Assert.Equal(0, bench.Journal.Counts.Waiting);
        bench.UntilReady();
        bench.PickUp();
        Assert.Equal(BothTickets, bench.Tickets);
    }

    [Fact]
    public void A_half_printed_ticket_is_marked_void_before_its_second_try()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.HalfPrinted);
        bench.PickUp();
        Assert.Equal(["PROBE", "VOID", .. BothTickets], bench.Printer.Paper);
        Assert.Equal(IssuanceState.Issued, bench.Record.State);
    }

    [Theory]
    [InlineData(PrintFate.EchoLost)]
    [InlineData(PrintFate.EchoLate)]
    public void A_lost_or_late_echo_never_prints_a_ticket_twice(object fate)
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Printer.Fates.Enqueue((PrintFate)fate);
        bench.PickUp();
        Assert.Equal(BothTickets, bench.Tickets);
        Assert.Equal(IssuanceState.Issued, bench.Record.State);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Paper_out_in_the_middle_of_a_ticket_never_prints_it_twice(int ticket)
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        for (var i = 1; i < ticket; i++) bench.Printer.Fates.Enqueue(PrintFate.Printed);
        bench.Printer.Fates.Enqueue(PrintFate.PaperOut);
        bench.Scan();
        bench.Loop.RunUntil(() => bench.Shown[^1] == Guidance.SeeStaff, TimeSpan.FromMinutes(1));
        bench.Loop.Pass(TimeSpan.FromSeconds(20));
        bench.Printer.Refill();
        bench.UntilIdle();

        Assert.Equal(BothTickets, bench.Tickets);
        Assert.Equal(IssuanceState.Issued, bench.Record.State);
    }

    [Fact]
    public void After_a_long_pause_the_next_ticket_waits_for_the_passenger()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.PaperOut);
        bench.Scan();
        bench.Loop.RunUntil(() => bench.Shown[^1] == Guidance.SeeStaff, TimeSpan.FromMinutes(1));
        bench.Loop.Pass(TimeSpan.FromSeconds(90));
        bench.Printer.Refill();
        bench.UntilIdle();
        Assert.Equal([BothTickets[0]], bench.Tickets);
        Assert.Equal(IssuanceState.Accepted, bench.Record.State);
        bench.UntilReady();
        bench.PickUp();
        Assert.Equal(BothTickets, bench.Tickets);
        Assert.Equal(IssuanceState.Issued, bench.Record.State);
    }

    [Fact]
    public void Some_tickets_given_and_nobody_coming_back_is_never_decided_by_a_deadline()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.Printed);
        bench.Printer.Fates.Enqueue(PrintFate.Unplugged);
        bench.PickUp();
        Assert.Equal(IssuanceState.Accepted, bench.Record.State);
        bench.Loop.Pass(TimeSpan.FromMinutes(11));
        Assert.Equal(IssuanceState.InDoubt, bench.Record.State);
        Assert.Equal(0, bench.Journal.Counts.Waiting);
        Assert.Equal(BothTickets[0], bench.Printer.Paper[^1]);
        bench.Printer.Attached = true;
        bench.UntilReady();
        Assert.Equal("SLIP", bench.Printer.Paper[^1]);
    }

    [Fact]
    public void A_cable_that_is_back_within_the_pause_never_costs_the_passenger_a_second_scan()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.Printed);
        bench.Printer.Fates.Enqueue(PrintFate.Unplugged);
        bench.Scan();
        bench.Loop.RunUntil(() => !bench.Printer.Attached, TimeSpan.FromMinutes(1));
        bench.Loop.Pass(TimeSpan.FromSeconds(20));
        bench.Printer.Attached = true;
        bench.UntilIdle();
        Assert.Equal(BothTickets, bench.Tickets);
        Assert.Equal(IssuanceState.Issued, bench.Record.State);
    }

    [Theory]
    [InlineData(PrintFate.AgentDiesInTheMiddle)]
    [InlineData(PrintFate.AgentDiesAfterwards)]
    public void A_dead_agent_never_prints_a_ticket_twice_nor_forgets_one(object fate)
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Printer.Fates.Enqueue((PrintFate)fate);
        bench.Scan();
        bench.Loop.Pass(TimeSpan.FromSeconds(1));
        bench.Kill();
        bench.Boot();
        bench.UntilReady();
        Assert.Equal(IssuanceState.Accepted, bench.Record.State);
        Assert.False(bench.Printer.HalfATicketInside);
        bench.PickUp();
        Assert.Equal(BothTickets, bench.Tickets);
        Assert.Equal(IssuanceState.Issued, bench.Record.State);
        Assert.Equal((PrintFate)fate == PrintFate.AgentDiesInTheMiddle ? 1 : 0, bench.Printer.Paper.Count(p => p == "VOID"));
    }

    [Fact]
    public void A_dead_agent_and_a_printer_that_proves_nothing_end_in_doubt_and_print_no_more()
    {
        using var bench = new DeskBench();
        bench.Printer.Echoes = false;
        bench.Kill();
        bench.Boot();
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.AgentDiesInTheMiddle);
        bench.Scan();
        bench.Loop.Pass(TimeSpan.FromSeconds(1));
        bench.Kill();
        bench.Boot();
        bench.UntilReady();
        Assert.Equal(IssuanceState.InDoubt, bench.Record.State);
        bench.PickUp();
        Assert.Empty(bench.Tickets);
        Assert.Equal(Guidance.SeeStaff, bench.Shown[^1]);
    }

    public static TheoryData<string, Action<object>> WhatMakesCountersWorthless => new()
    {
        { "another printer", p => ((PaperPrinter)p).SerialNumber = "SN-2" },
        { "power was off", p => ((PaperPrinter)p).Connection = "boot/2" },
        { "counter away", p => ((PaperPrinter)p).Cuts = null },
        { "a cut at the refill", p => ((PaperPrinter)p).Cuts += 2 },
        { "a roll was loaded, and cut once, before anybody looked", p => ((PaperPrinter)p).RefillWhileNobodyLooks() },
    };

    [Theory]
    [InlineData(10, false)]
    [InlineData(40, true)]
    public void A_printer_that_nobody_watched_for_long_is_never_believed(int secondsDead, bool inDoubt)
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.AgentDiesInTheMiddle);
        bench.Scan();
        bench.Loop.Pass(TimeSpan.FromSeconds(1));
        bench.Kill();
        // One cut, as a hand makes it, or as the ticket would have made it.
        bench.Printer.Cuts++;
        bench.Time.Advance(TimeSpan.FromSeconds(secondsDead));
        bench.Boot();
        bench.UntilReady();
        Assert.Equal(inDoubt ? AttemptOutcome.Unknown : AttemptOutcome.Presented, bench.Record.Attempts[0].End!.Outcome);
    }

    [Theory, MemberData(nameof(WhatMakesCountersWorthless), DisableDiscoveryEnumeration = true)]
    public void Evidence_that_something_else_may_have_made_is_no_evidence(string what, Action<object> change)
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.AgentDiesInTheMiddle);
        bench.Scan();
        bench.Loop.Pass(TimeSpan.FromSeconds(1));
        bench.Kill();
        change(bench.Printer);
        bench.Boot();
        bench.UntilReady();
        Assert.True(bench.Record.State == IssuanceState.InDoubt, what);
        Assert.Empty(bench.Tickets);
    }

    [Fact]
    public void An_order_that_the_platform_closed_meanwhile_is_not_printed_on()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.AgentDiesInTheMiddle);
        bench.Scan();
        bench.Loop.Pass(TimeSpan.FromSeconds(1));
        bench.Kill();
        bench.Boot();
        bench.UntilReady();
        bench.Platform.Orders[DeskBench.Order] = bench.Platform.Orders[DeskBench.Order] with { OrderStatus = -4 };
        bench.PickUp();
        Assert.Equal(IssuanceState.Released, bench.Record.State);
        Assert.Empty(bench.Tickets);
    }

    [Fact]
    public void A_strip_that_cannot_be_printed_keeps_the_kiosk_closed_and_lets_it_sleep()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.AgentDiesInTheMiddle);
        bench.Scan();
        bench.Loop.Pass(TimeSpan.FromSeconds(1));
        bench.Kill();
        bench.Printer.Fates.Enqueue(PrintFate.NothingSent);
        bench.Boot();
        bench.Loop.RunUntil(() => bench.Record.Attempts.Count == 2, TimeSpan.FromMinutes(1));
        bench.Printer.Status = bench.Printer.Status with { CoverOpen = true };
        bench.Loop.Pass(TimeSpan.FromHours(1));
        Assert.Equal(IssuanceState.Accepted, bench.Record.State);
        Assert.Equal([NotReadyReason.CoverOpen, NotReadyReason.AccountingForTicket], bench.Desk.State.NotReady);
        bench.Printer.Status = bench.Printer.Status with { CoverOpen = false };
        bench.Loop.RunUntil(() => bench.Record.State == IssuanceState.Released, TimeSpan.FromMinutes(11));
        Assert.Equal(["PROBE", "VOID"], bench.Printer.Paper);
    }

    [Fact]
    public void A_stop_finishes_the_ticket_in_hand_and_begins_no_other()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Scan();
        bench.Loop.Pass(TimeSpan.FromMilliseconds(100));
        bench.Loop.Do(bench.Desk.Stop);
        bench.Loop.RunUntil(() => bench.Running.IsCompleted, TimeSpan.FromSeconds(20));
        Assert.True(bench.Running.IsCompletedSuccessfully);
        Assert.Equal([BothTickets[0]], bench.Tickets);
        bench.Kill();
        bench.Boot();
        bench.UntilReady();
        bench.PickUp();
        Assert.Equal(BothTickets, bench.Tickets);
        Assert.Equal(IssuanceState.Issued, bench.Record.State);
    }

    [Fact]
    public void A_watchdog_never_kills_a_desk_that_is_printing()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Scan();
        var answered = false;
        bench.Loop.Start(async () => answered = await bench.Desk.AnswerProbeAsync(CancellationToken.None));
        bench.Loop.Drain();
        Assert.True(answered);
        Assert.NotNull(bench.Desk.State.InHand);
        bench.UntilIdle();
    }

    [Fact]
    public void The_lights_never_say_ready_while_the_journal_cannot_be_written()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        Assert.Equal(Guidance.Ready, bench.Shown[^1]);
        bench.Loop.Do(() => bench.Desk.FailJournal(new(JournalFailure.Unwritable, "the sender met it")));
        Assert.Equal(Guidance.OutOfService, bench.Shown[^1]);
    }

    [Fact]
    public void A_printer_that_is_unplugged_and_plugged_in_again_is_found_again()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Printer.Attached = false;
        bench.Loop.RunUntil(() => bench.Desk.State.NotReady.Contains(NotReadyReason.PrinterOffline), TimeSpan.FromSeconds(15));
        bench.Printer.Attached = true;
        bench.UntilReady();
        bench.PickUp();
        Assert.Equal(BothTickets, bench.Tickets);
        Assert.Single(bench.Printer.Paper, p => p == "PROBE");
    }
}
