using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Issuance;

/// <summary>Bus orders whose numbers, seats and gates come from the station's system.</summary>
public sealed class StationAllocationTests
{
    private readonly ScriptedStation _station = new();

    private DeskBench Bench(IssuanceOptions? options = null)
    {
        DeskBench bench = null!;
        bench = new DeskBench(options: options, with: s => s with { Allocation = new StationAllocation(_station, "K-1", TimeSpan.FromSeconds(30), s.Time) });
        return bench;
    }

    private static (string Kind, long Attempt) Of(OutboxReport notice) => (notice.Kind, StationNoticePayload.Read(notice)!.Attempt);

    [Fact]
    public void The_stations_numbers_are_on_the_paper_in_the_report_and_confirmed()
    {
        using var bench = Bench();
        bench.UntilReady();
        bench.PickUp();
        Assert.Equal([$"{DeskBench.Order}/N1", $"{DeskBench.Order}/N2"], bench.Tickets);
        var request = Assert.Single(_station.Allocations);
        Assert.Equal((1L, "K-1", 2), (request.Attempt, request.Kiosk, request.Passengers.Count));
        var report = BusBookPayload.Read(Assert.Single(bench.Waiting))!;
        Assert.Equal(("12F", "N1", "11"), (report.TicketGate, report.Passengers![0].AgentTicketId, report.Passengers[0].SeatNumber));
        Assert.Equal((ReportKinds.StationConfirm, 1), Of(Assert.Single(bench.Notices)));
    }

    [Fact]
    public void An_answer_that_got_lost_is_asked_for_again_by_the_same_attempt()
    {
        using var bench = Bench();
        bench.UntilReady();
        _station.Faults.Enqueue(ScriptedStation.Silence);
        _station.Faults.Enqueue(ScriptedStation.Silence);
        bench.PickUp();
        Assert.Equal([1L, 1, 1], _station.Allocations.Select(a => a.Attempt));
        Assert.Equal(IssuanceState.Issued, bench.Record.State);
    }

    [Fact]
    public void A_station_that_stays_silent_keeps_no_seats_and_takes_no_order()
    {
        using var bench = Bench();
        bench.UntilReady();
        _station.IsSilent = true;
        bench.PickUp();
        Assert.Equal(IssuanceState.Released, bench.Record.State);
        Assert.Equal(Guidance.Offline, bench.Shown[^1]);
        Assert.Empty(bench.Waiting);
        Assert.Equal((ReportKinds.StationRelease, 1), Of(Assert.Single(bench.Notices)));
        // The next pick-up is another attempt: the release that still waits gives nothing of it back.
        _station.IsSilent = false;
        bench.PickUp();
        Assert.Equal(2, _station.Allocations[^1].Attempt);
        Assert.Equal([(ReportKinds.StationRelease, 1L)], bench.Notices.Select(Of));
        Assert.Equal(IssuanceState.Issued, bench.Record.State);
    }

    [Fact]
    public void A_refusal_of_the_station_takes_no_order()
    {
        using var bench = Bench();
        bench.UntilReady();
        _station.Refusal = "sold out";
        bench.PickUp();
        Assert.Equal((IssuanceState.Released, "sold out"), (bench.Record.State, bench.Record.Reason));
        Assert.Equal(Guidance.Refused, bench.Shown[^1]);
        Assert.Empty(bench.Tickets);
    }

    [Fact]
    public void A_wrong_token_at_the_station_takes_no_order()
    {
        using var bench = Bench();
        bench.UntilReady();
        _station.Faults.Enqueue(new(TopRemedy.Configuration, "http-401", null, "no", null, null, false, null, null));
        bench.PickUp();
        Assert.Equal(IssuanceState.Released, bench.Record.State);
        Assert.Equal(Guidance.Refused, bench.Shown[^1]);
    }

    [Fact]
    public void An_order_that_is_given_back_gives_its_seats_back()
    {
        using var bench = Bench();
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.Unplugged);
        bench.PickUp();
        Assert.Equal(IssuanceState.Released, bench.Record.State);
        Assert.Equal((ReportKinds.StationRelease, 1), Of(Assert.Single(bench.Notices)));
    }

    [Fact]
    public void A_failure_by_policy_gives_its_seats_back_too()
    {
        using var bench = Bench(new() { WhenImpossible = ImpossibleOrders.ReportFailure });
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.Unplugged);
        bench.PickUp();
        Assert.Equal(IssuanceState.Failed, bench.Record.State);
        Assert.False(Assert.Single(bench.Waiting).Success);
        Assert.Equal(ReportKinds.StationRelease, Assert.Single(bench.Notices).Kind);
    }

    [Theory]
    [InlineData(DecisionKind.Issued, ReportKinds.StationConfirm)]
    [InlineData(DecisionKind.Void, ReportKinds.StationRelease)]
    public void The_station_hears_what_a_person_decided(DecisionKind decision, string notice)
    {
        using var bench = Bench();
        (bench.Printer.Echoes, bench.Printer.SerialNumber) = (false, null);
        bench.UntilReady();
        bench.PickUp();
        Assert.Equal(IssuanceState.InDoubt, bench.Record.State);
        Assert.Empty(bench.Notices);
        Assert.Equal(DecisionEnd.Decided, bench.Decide(decision).End);
        Assert.Equal(notice, Assert.Single(bench.Notices).Kind);
    }

    [Fact]
    public void An_intent_that_a_dead_agent_left_gives_back_what_it_may_have_got()
    {
        using var bench = Bench();
        bench.UntilReady();
        bench.Journal.RecordIntent(Orders.Journey.Bus, DeskBench.Order, bench.Time.GetUtcNow());
        bench.Kill();
        bench.Boot();
        bench.UntilReady();
        Assert.Equal(IssuanceState.Released, bench.Record.State);
        Assert.Equal((ReportKinds.StationRelease, 1), Of(Assert.Single(bench.Notices)));
    }
}
