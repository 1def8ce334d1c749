using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Issuance;

public sealed class PowerFailTests
{
    private static readonly string[] BothTickets = [$"{DeskBench.Order}/00001001", $"{DeskBench.Order}/00001002"];
    private bool _fails, _doorIsOpen;

    private DeskBench Bench() => new(with: surroundings => surroundings with { PowerIsFailing = () => _fails, DoorIsOpen = () => _doorIsOpen });

    private void Power(DeskBench bench, bool fails)
    {
        _fails = fails;
        bench.Loop.Do(bench.Desk.Reconsider);
    }

    [Fact]
    public void No_pick_up_is_taken_while_the_power_fails_and_the_kiosk_goes_on_by_itself()
    {
        using var bench = Bench();
        bench.UntilReady();
        Power(bench, true);
        Assert.Equal([NotReadyReason.PowerFailing], bench.Desk.State.NotReady);
        Assert.Equal(Guidance.OutOfService, bench.Shown[^1]);
        Assert.Equal(PickupOffer.NotReady, bench.Scan());
        Power(bench, false);
        Assert.Equal(Guidance.Ready, bench.Shown[^1]);
        bench.PickUp();
        Assert.Equal(BothTickets, bench.Tickets);
        Assert.Equal(["is back", "fails"], bench.Journal.ReadAudit(100).Where(a => a.What == JournalAudit.Power).Select(a => a.Details));
    }

    [Fact]
    public void A_ticket_in_print_is_never_given_up_and_the_next_one_not_begun()
    {
        using var bench = Bench();
        bench.UntilReady();
        bench.Scan();
        bench.Loop.RunUntil(() => bench.Shown.Contains(Guidance.Printing), TimeSpan.FromMinutes(1));
        bench.Loop.Pass(TimeSpan.FromMilliseconds(150));
        Power(bench, true);
        bench.Loop.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal([BothTickets[0]], bench.Tickets);
        Assert.Equal(AttemptOutcome.Presented, Assert.Single(bench.Record.Attempts).End!.Outcome);
        Assert.Equal((IssuanceState.Accepted, Guidance.OutOfService), (bench.Record.State, bench.Shown[^1]));
        Power(bench, false);
        bench.UntilIdle();
        Assert.Equal(BothTickets, bench.Tickets);
        Assert.Equal(IssuanceState.Issued, bench.Record.State);
    }

    [Fact]
    public void A_power_that_stays_away_never_ends_an_order_in_hand()
    {
        using var bench = Bench();
        bench.UntilReady();
        bench.Scan();
        bench.Loop.RunUntil(() => bench.Shown.Contains(Guidance.Printing), TimeSpan.FromMinutes(1));
        bench.Loop.Pass(TimeSpan.FromMilliseconds(150));
        Power(bench, true);
        bench.Loop.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal((IssuanceState.Accepted, null), (bench.Record.State, bench.Desk.State.InHand));
        Power(bench, false);
        bench.UntilReady();
        bench.PickUp();
        Assert.Equal(BothTickets, bench.Tickets);
    }

    [Fact]
    public void A_failure_while_the_platform_is_asked_never_lets_an_order_in()
    {
        using var bench = Bench();
        bench.UntilReady();
        bench.Platform.Asked = () => _fails = true;
        bench.PickUp();
        Assert.Null(bench.Journal.Find(Orders.Journey.Bus, DeskBench.Order));
        Assert.Empty(bench.Tickets);
    }

    [Fact]
    public void A_stop_never_waits_for_the_power()
    {
        using var bench = Bench();
        bench.UntilReady();
        bench.Scan();
        bench.Loop.RunUntil(() => bench.Shown.Contains(Guidance.Printing), TimeSpan.FromMinutes(1));
        bench.Loop.Pass(TimeSpan.FromMilliseconds(150));
        Power(bench, true);
        bench.Loop.Pass(TimeSpan.FromSeconds(5));
        bench.Loop.Do(bench.Desk.Stop);
        Assert.True(bench.Running.IsCompletedSuccessfully);
    }

    /// <summary>The probe strip of a new printer, and the accounting for a dead agent's ticket, are begun as little as a ticket.</summary>
    [Fact]
    public void No_strip_is_begun_while_the_power_fails()
    {
        _fails = true;
        using var bench = Bench();
        bench.Loop.Pass(TimeSpan.FromMinutes(1));
        Assert.Empty(bench.Printer.Paper);
        Assert.Equal([NotReadyReason.PowerFailing, NotReadyReason.PrinterBeingLearned], bench.Desk.State.NotReady);
        Power(bench, false);
        bench.UntilReady();
        Assert.Equal(["PROBE"], bench.Printer.Paper);
    }

    /// <summary>The machine dies after the warning, at any moment of the pick-up, and comes back.</summary>
    [Fact]
    public void No_ticket_is_printed_twice_when_the_warning_comes_true()
    {
        for (var warned = 0; warned <= 1400; warned += 50)
        {
            for (var died = 0; died <= 600; died += 150)
            {
                _fails = false;
                using var bench = Bench();
                bench.UntilReady();
                bench.Scan();
                bench.Loop.Pass(TimeSpan.FromMilliseconds(warned));
                Power(bench, true);
                bench.Loop.Pass(TimeSpan.FromMilliseconds(died));
                bench.Kill();
                _fails = false;
                bench.Boot();
                bench.UntilReady();
                for (var scans = 0; scans < 2 && bench.Journal.Find(Orders.Journey.Bus, DeskBench.Order) is not { State: IssuanceState.Issued }; scans++) bench.PickUp();
                Assert.True(bench.Record.State == IssuanceState.Issued && bench.Tickets.SequenceEqual(BothTickets),
                    $"warned after {warned} ms, dead {died} ms later: {bench.Record.State}, {string.Join(", ", bench.Printer.Paper)}");
            }
        }
    }

    [Fact]
    public void An_open_door_takes_no_order_and_finishes_the_one_in_hand()
    {
        using var bench = Bench();
        bench.UntilReady();
        bench.Scan();
        bench.Loop.RunUntil(() => bench.Shown.Contains(Guidance.Printing), TimeSpan.FromMinutes(1));
        _doorIsOpen = true;
        bench.Loop.Do(bench.Desk.Reconsider);
        bench.UntilIdle();
        Assert.Equal(BothTickets, bench.Tickets);
        Assert.Equal([NotReadyReason.DoorOpen], bench.Desk.State.NotReady);
        Assert.Equal(PickupOffer.NotReady, bench.Scan("10000242"));
        // "Take your ticket" is shown to its end.
        bench.Loop.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(Guidance.OutOfService, bench.Shown[^1]);
        _doorIsOpen = false;
        bench.Loop.Do(bench.Desk.Reconsider);
        bench.UntilReady();
    }
}
