using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Station;
using DeviceAgent.Platform.Sync;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Issuance;

public sealed class ReturnDeskTests
{
    private const string Ticket = DeskBench.Order + "/00001001";

    private readonly ScriptedStation _station = new();

    private DeskBench Bench(ReturnMode mode = ReturnMode.Scanner, RefundUnit unit = RefundUnit.Unset)
    {
        var bench = new DeskBench(with: s => s with { Station = _station, KioskId = "K-1", Returns = new() { Mode = mode, RefundAmountUnit = unit, ComeFrom = "K-1" } });
        bench.Platform.Orders[DeskBench.Order] = bench.Platform.Orders[DeskBench.Order] with { OrderStatus = 50, AgentOrderId = "A-1" };
        bench.UntilReady();
        return bench;
    }

    private static IssuanceRecord? Of(DeskBench bench, string number = Ticket) => bench.Journal.Find(Journey.BusReturn, number);

    private static AgentConfirmReturnRq Report(DeskBench bench) => BusReturnPayload.Read(bench.Waiting.Single(r => r.Kind == ReportKinds.BusReturn))!;

    [Fact]
    public void A_ticket_that_is_presented_once_is_not_returned()
    {
        using var bench = Bench();
        Assert.Equal(PickupOffer.Taken, bench.Scan(Ticket));
        Assert.Equal(Guidance.ConfirmReturn, bench.Shown[^1]);
        bench.Loop.Pass(TimeSpan.FromSeconds(16));
        Assert.Equal(Guidance.Ready, bench.Shown[^1]);
        // Too late for a second time: it asks again.
        bench.Scan(Ticket);
        Assert.Equal(Guidance.ConfirmReturn, bench.Shown[^1]);
        Assert.Empty(_station.Returns);
        Assert.Null(Of(bench));
    }

    [Fact]
    public void A_ticket_that_is_presented_twice_is_returned_once()
    {
        using var bench = Bench();
        bench.Scan(Ticket);
        bench.Scan(Ticket);
        bench.UntilIdle();
        Assert.Equal(IssuanceState.Issued, Of(bench)!.State);
        var asked = Assert.Single(_station.Returns);
        Assert.Equal((DeskBench.Order, "00001001", "K-1", "A-1"), (asked.OrderNumber, asked.TicketNumber, asked.Kiosk, asked.AgentOrderNumber));
        var report = Report(bench);
        Assert.Equal(("A380", 1, 0, "00001001", "张三", "K-1"), (report.AgentOrderId, (int)report.AgentReturnTicketStatus, (int)report.AgentReturnTicketType, report.AgentTicketId, report.PassengerName, report.ComeFrom));
        Assert.Null(report.RefundAmount);
        Assert.Null(report.Isign);
        Assert.Equal(DeskBench.Order, Assert.Single(bench.Waiting).OrderNumber);
        Assert.Single(bench.Printer.Paper, p => p == "RETURN");
        // The slip was given: nothing is returned again.
        Assert.Contains("returned before", bench.Return(Ticket).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_ticket_never_confirms_the_first_ones_return()
    {
        using var bench = Bench();
        bench.Scan(Ticket);
        bench.Scan(DeskBench.Order + "/00001002");
        bench.UntilIdle();
        Assert.Empty(_station.Returns);
        bench.Scan(Ticket);
        bench.UntilIdle();
        Assert.Empty(_station.Returns);
    }

    [Theory]
    [InlineData(ReturnMode.Off)]
    [InlineData(ReturnMode.LocalApi)]
    public void A_scanned_ticket_is_never_returned_where_scanning_is_not_asked_for(ReturnMode mode)
    {
        using var bench = Bench(mode);
        bench.Scan(Ticket);
        bench.Scan(Ticket);
        bench.UntilIdle();
        Assert.Empty(_station.Returns);
        Assert.Equal(Guidance.Refused, bench.Shown[^1]);
        Assert.Equal(mode == ReturnMode.LocalApi ? PickupOffer.Taken : PickupOffer.Refused, bench.Return(Ticket).Offer);
    }

    [Theory]
    [InlineData(RefundUnit.Fen, "850")]
    [InlineData(RefundUnit.Yuan, "8.50")]
    public void An_amount_is_reported_only_in_the_unit_that_was_configured(RefundUnit unit, string amount)
    {
        using var bench = Bench(unit: unit);
        bench.Return(Ticket);
        bench.UntilIdle();
        Assert.Equal(amount, Report(bench).RefundAmount);
    }

    [Fact]
    public void A_whole_order_is_reported_as_one()
    {
        using var bench = Bench();
        Assert.Equal(PickupOffer.Taken, bench.Return(DeskBench.Order).Offer);
        bench.UntilIdle();
        Assert.Equal(IssuanceState.Issued, Of(bench, DeskBench.Order)!.State);
        Assert.Equal((1, null, null), ((int)Report(bench).AgentReturnTicketType, Report(bench).AgentTicketId, Report(bench).PassengerName));
    }

    [Fact]
    public void What_the_station_refuses_is_neither_reported_nor_kept()
    {
        using var bench = Bench();
        _station.Decision = ReturnDecision.Refused;
        bench.Return(Ticket);
        bench.UntilIdle();
        Assert.Equal(IssuanceState.Released, Of(bench)!.State);
        Assert.Empty(bench.Waiting);
        Assert.Equal(Guidance.Refused, bench.Shown[^1]);
        // It may be asked again: the station may think otherwise then.
        _station.Decision = ReturnDecision.Returned;
        bench.Return(Ticket);
        bench.UntilIdle();
        Assert.Equal(IssuanceState.Issued, Of(bench)!.State);
    }

    [Fact]
    public void A_return_that_failed_at_the_station_is_reported_as_failed_without_a_slip()
    {
        using var bench = Bench();
        _station.Decision = ReturnDecision.Failed;
        bench.Return(Ticket);
        bench.UntilIdle();
        Assert.Equal(IssuanceState.Failed, Of(bench)!.State);
        Assert.Equal((2, null), ((int)Report(bench).AgentReturnTicketStatus, Report(bench).SuccessTime));
        Assert.DoesNotContain("RETURN", bench.Printer.Paper);
    }

    [Fact]
    public void A_return_that_the_station_may_have_made_is_asked_after_until_it_is_known()
    {
        using var bench = Bench();
        _station.IsSilent = true;
        bench.Return(Ticket);
        bench.UntilIdle();
        Assert.Equal(IssuanceState.Intent, Of(bench)!.State);
        Assert.Equal(Guidance.SeeStaff, bench.Shown[^1]);
        Assert.Equal(AlarmKind.ReturnUnanswered, Assert.Single(bench.Alarms).Kind);
        bench.Kill();
        bench.Boot();
        bench.UntilReady();
        bench.Shown.Clear();
        bench.Loop.Pass(TimeSpan.FromMinutes(3));
        Assert.Equal(IssuanceState.Intent, Of(bench)!.State);
        // Nobody stands there: the lights invite the next passenger.
        Assert.DoesNotContain(Guidance.SeeStaff, bench.Shown);
        Assert.Equal(AlarmKind.ReturnUnanswered, Assert.Single(bench.Alarms).Kind);
        _station.IsSilent = false;
        bench.Loop.Pass(TimeSpan.FromMinutes(5));
        Assert.Equal(IssuanceState.Accepted, Of(bench)!.State);
        Assert.Empty(bench.Alarms);
        Assert.Equal(1, (int)Report(bench).AgentReturnTicketStatus);
        // The slip waits for whoever holds the ticket; nobody comes, and the report stands.
        bench.Loop.Pass(TimeSpan.FromMinutes(15));
        Assert.Equal(IssuanceState.Released, Of(bench)!.State);
        Assert.Single(bench.Waiting);
        bench.Return(Ticket);
        bench.UntilIdle();
        Assert.Equal(IssuanceState.Issued, Of(bench)!.State);
        Assert.Single(bench.Waiting);
        Assert.Single(bench.Printer.Paper, p => p == "RETURN");
    }

    [Fact]
    public void A_silent_station_never_keeps_the_kiosk_busy_with_one_question_for_each_return()
    {
        using var bench = Bench();
        foreach (var ticket in new[] { "T1", "T2", "T3" }) bench.Journal.RecordIntent(Journey.BusReturn, $"{DeskBench.Order}/{ticket}", bench.Time.GetUtcNow());
        bench.Kill();
        _station.IsSilent = true;
        bench.Boot();
        bench.UntilReady();
        bench.Loop.Pass(TimeSpan.FromSeconds(10));
        Assert.Single(_station.Returns);
        // Nobody's turn is taken by one that is never answered.
        bench.Loop.Pass(TimeSpan.FromMinutes(9));
        Assert.Equal(["T1", "T2", "T3"], _station.Returns.Take(3).Select(r => r.TicketNumber));
        _station.IsSilent = false;
        bench.Loop.Pass(TimeSpan.FromMinutes(5));
        Assert.Empty(bench.Alarms);
        Assert.Equal(3, bench.Journal.Unfinished(10).Count(i => i is { Journey: Journey.BusReturn, State: IssuanceState.Accepted }));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(-4)]
    public void An_order_that_is_not_issued_is_not_returned(int status)
    {
        using var bench = Bench();
        bench.Platform.Orders[DeskBench.Order] = bench.Platform.Orders[DeskBench.Order] with { OrderStatus = status };
        bench.Return(Ticket);
        bench.UntilIdle();
        Assert.Null(Of(bench));
        Assert.Empty(_station.Returns);
    }

    [Fact]
    public void A_return_never_goes_out_before_its_own_issue()
    {
        using var bench = Bench();
        bench.Platform.Orders[DeskBench.Order] = bench.Platform.Orders[DeskBench.Order] with { OrderStatus = 30 };
        bench.PickUp();
        bench.Return(Ticket);
        bench.UntilIdle();
        Assert.Equal(IssuanceState.Issued, Of(bench)!.State);
        // Only the first of the order may go.
        Assert.Equal(ReportKinds.BusBook, Assert.Single(bench.Waiting).Kind);
        var issue = bench.Waiting[0];
        bench.Journal.MarkSending(issue.Id, bench.Time.GetUtcNow());
        bench.Journal.Confirm(issue.Id, bench.Time.GetUtcNow(), "done");
        Assert.Equal(ReportKinds.BusReturn, Assert.Single(bench.Waiting).Kind);
    }

    [Fact]
    public void An_order_whose_issue_waits_for_a_person_is_not_returned()
    {
        using var bench = Bench();
        bench.Platform.Orders[DeskBench.Order] = bench.Platform.Orders[DeskBench.Order] with { OrderStatus = 30 };
        bench.PickUp();
        bench.Journal.Park(bench.Waiting[0].Id, bench.Time.GetUtcNow(), ParkReason.PaperGivenOrderClosed, "query: order status -5");
        Assert.Contains("waits for a person", bench.Return(Ticket).Reason, StringComparison.Ordinal);
        Assert.Empty(_station.Returns);
    }

    [Fact]
    public void Without_the_network_nothing_is_asked_of_the_station()
    {
        using var bench = Bench();
        bench.Platform.Down = true;
        bench.Return(Ticket);
        bench.UntilIdle();
        Assert.Equal(Guidance.Offline, bench.Shown[^1]);
        Assert.Empty(_station.Returns);
        Assert.Null(Of(bench));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("1/")]
    [InlineData("/1")]
    [InlineData("1/2/3")]
    [InlineData("1 2/3")]
    [InlineData("1/票")]
    [InlineData("123456789012345678901234567890123/1")]
    public void What_is_no_ticket_is_never_taken_for_one(string code) => Assert.Null(ReturnTarget.Parse(code));
}
