using DeviceAgent.Drivers;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Issuance;

/// <summary>Paper near its end: an order that is longer than the rest of the roll is not begun.</summary>
public sealed class PaperStockTests
{
    internal const int Typical = PaperStock.TypicalTicketMillimetres;

    private static void PaperIs(DeskBench bench, PaperSupply paper)
    {
        bench.Printer.Status = bench.Printer.Status with { Paper = paper };
        bench.Loop.Pass(TimeSpan.FromSeconds(12));
    }

    [Theory]
    [InlineData(1000, 0, 130, 7)]
    [InlineData(1000, 350, 130, 5)]
    [InlineData(1000, 1000, 130, 0)]
    [InlineData(1000, 5000, 130, 0)]
    public void Tickets_are_never_counted_on_paper_that_is_used(int nearEnd, long used, int ticket, int expected) =>
        Assert.Equal(expected, PaperRules.TicketsLeft(nearEnd, used, ticket));

    [Fact]
    public void An_order_longer_than_the_rest_of_the_roll_is_never_begun()
    {
        using var bench = new DeskBench(passengers: 3, new() { NearEndMillimetres = 2 * Typical + 50 });
        bench.UntilReady();
        PaperIs(bench, PaperSupply.Low);
        bench.PickUp();
        Assert.Equal(Guidance.Refused, bench.Shown[^1]);
        Assert.Null(bench.Journal.Find(Orders.Journey.Bus, DeskBench.Order));
        Assert.Empty(bench.Tickets);
        PaperIs(bench, PaperSupply.Full);
        bench.UntilReady();
        bench.PickUp();
        Assert.Equal(3, bench.Tickets.Count);
    }

    [Fact]
    public void A_roll_shorter_than_one_ticket_closes_the_kiosk_also_after_a_restart()
    {
        using var bench = new DeskBench(passengers: 2, new() { NearEndMillimetres = 2 * Typical });
        bench.UntilReady();
        PaperIs(bench, PaperSupply.Low);
        bench.UntilReady();
        bench.PickUp();
        Assert.Equal(2, bench.Tickets.Count);
        bench.Loop.Pass(TimeSpan.FromSeconds(12));
        Assert.Equal([NotReadyReason.PaperTooShort], bench.Desk.State.NotReady);
        bench.Kill();
        bench.Boot();
        bench.Loop.RunUntil(() => bench.Desk.State.NotReady is [NotReadyReason.PaperTooShort], TimeSpan.FromMinutes(1));
        PaperIs(bench, PaperSupply.Full);
        bench.UntilReady();
        PaperIs(bench, PaperSupply.Low);
        // A new roll, and its own end.
        bench.UntilReady();
    }

    [Fact]
    public void A_roll_near_its_end_never_makes_the_kiosk_forget_what_it_learned_of_the_printer()
    {
        using var bench = new DeskBench(options: new() { NearEndMillimetres = 5000 });
        bench.Printer.Fates.Enqueue(PrintFate.EchoLost);
        bench.UntilReady();
        Assert.Null(bench.Journal.FindPrinter("SN-1")!.CutCounterIsExact);
        bench.Loop.Pass(TimeSpan.FromMinutes(2));
        Assert.True(bench.Journal.FindPrinter("SN-1")!.CutCounterIsExact);
        PaperIs(bench, PaperSupply.Low);
        Assert.NotNull(bench.Journal.FindPrinter("SN-1")!.LowSinceAttempt);
        Assert.True(bench.Journal.FindPrinter("SN-1")!.CutCounterIsExact);
    }

    [Fact]
    public void Where_nobody_knows_how_long_the_end_is_nothing_is_refused()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        PaperIs(bench, PaperSupply.Low);
        bench.UntilReady();
        bench.PickUp();
        Assert.Equal(IssuanceState.Issued, bench.Record.State);
        Assert.Null(bench.Journal.FindPrinter("SN-1")!.LowSinceAttempt);
    }
}
