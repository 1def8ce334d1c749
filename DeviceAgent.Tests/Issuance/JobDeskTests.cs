using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Issuance;

/// <summary>Ship and train orders at the desk.</summary>
public sealed class JobDeskTests
{
    private static readonly string[] ShipTickets = [$"{JobSamples.ShipOrder}/3404040", $"{JobSamples.ShipOrder}/e3393939", $"{JobSamples.ShipOrder}/29018383839"];

    private static Job Ship => JobSamples.Good(JobSamples.Ship());

    private static Job Train => JobSamples.Good(JobSamples.Train());

    private static IssuanceRecord? Of(DeskBench bench, Job job) => bench.Journal.Find(job.Key.Journey, job.Key.Number);

    [Fact]
    public void A_ship_order_never_ends_without_its_tickets_and_one_report()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        Assert.Equal(PickupOffer.Taken, bench.Submit(Ship).Offer);
        bench.UntilIdle();
        Assert.Equal(ShipTickets, bench.Tickets);
        Assert.Equal(IssuanceState.Issued, Of(bench, Ship)!.State);
        var report = Assert.Single(bench.Waiting);
        Assert.Equal((ReportKinds.ShipNotify, JobSamples.ShipOrder, true), (report.Kind, report.OrderNumber, report.Success));
        Assert.Equal(Guidance.TakeTicket, bench.Shown[^1]);
        Assert.Equal(0, bench.Platform.Queries);
    }

    [Fact]
    public void The_numbers_are_reported_before_the_first_ticket_is_out()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.AgentDiesInTheMiddle);
        bench.Submit(Ship);
        bench.Loop.Pass(TimeSpan.FromSeconds(1));
        Assert.Empty(bench.Tickets);
        Assert.Equal(ReportKinds.ShipNotify, Assert.Single(bench.Waiting).Kind);
    }

    [Fact]
    public void A_train_order_prints_what_was_issued_and_reports_all()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Submit(Train);
        bench.UntilIdle();
        Assert.Equal([$"{JobSamples.TrainOrder}/EW1", $"{JobSamples.TrainOrder}/EW3"], bench.Tickets);
        Assert.Equal((ReportKinds.TrainBook, JobSamples.TrainOrder), (bench.Waiting[0].Kind, bench.Waiting[0].OrderNumber));
    }

    [Fact]
    public void A_train_order_is_not_taken_while_its_passengers_cannot_be_encrypted()
    {
        using var bench = new DeskBench(with: s => s with { TrainUnreportable = "Train:Output is not set" });
        bench.UntilReady();
        Assert.Contains("Train:Output is not set", bench.Submit(Train).Reason, StringComparison.Ordinal);
        Assert.Null(Of(bench, Train));
        Assert.Equal(PickupOffer.Taken, bench.Submit(Ship).Offer);
    }

    [Fact]
    public void A_failure_is_reported_and_nothing_is_printed()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        var job = JobSamples.Good(JobSamples.ShipFailure());
        bench.Submit(job);
        bench.UntilIdle();
        Assert.Empty(bench.Tickets);
        Assert.Equal(IssuanceState.Failed, Of(bench, job)!.State);
        Assert.False(Assert.Single(bench.Waiting).Success);
        Assert.Equal(PickupOffer.Refused, bench.Submit(job).Offer);
    }

    [Fact]
    public void A_job_that_comes_twice_is_printed_and_reported_once()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Submit(Ship);
        Assert.Equal(PickupOffer.Busy, bench.Submit(Ship).Offer);
        bench.UntilIdle();
        Assert.Contains("issued before", bench.Submit(Ship).Reason, StringComparison.Ordinal);
        Assert.Equal(ShipTickets, bench.Tickets);
        Assert.Single(bench.Waiting);
    }

    [Fact]
    public void A_silent_platform_holds_up_no_job()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.SilentFor = TimeSpan.FromHours(1);
        Assert.Equal(PickupOffer.Taken, bench.Submit(Ship).Offer);
        bench.UntilIdle();
        Assert.Equal(ShipTickets, bench.Tickets);
    }

    [Fact]
    public void Paper_that_cannot_be_printed_never_turns_an_allocation_into_a_failure()
    {
        using var bench = new DeskBench(options: new() { WhenImpossible = ImpossibleOrders.ReportFailure });
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.Unplugged);
        bench.Submit(Ship);
        bench.UntilIdle();
        Assert.Empty(bench.Tickets);
        var record = Of(bench, Ship)!;
        Assert.Equal(IssuanceState.Released, record.State);
        Assert.True(Assert.Single(bench.Waiting).Success);
        bench.Printer.Attached = true;
        bench.UntilReady();
        // What was reported stands: another content is not printed under its number, the same is.
        var other = JobSamples.Ship();
        other["report"]!["passenger_list"]![0]!["ticket_list"]![0]!["ticket_no"] = "9";
        Assert.Contains("other tickets", bench.Submit(JobSamples.Good(other)).Reason, StringComparison.Ordinal);
        Assert.Equal(PickupOffer.Taken, bench.Submit(Ship).Offer);
        bench.UntilIdle();
        Assert.Equal(ShipTickets, bench.Tickets);
        Assert.Equal(IssuanceState.Issued, Of(bench, Ship)!.State);
        Assert.Single(bench.Waiting);
    }

    [Fact]
    public void After_a_crash_a_job_goes_on_where_it_was_and_is_not_reported_again()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Printer.Fates.Enqueue(PrintFate.AgentDiesInTheMiddle);
        bench.Submit(Ship);
        bench.Loop.Pass(TimeSpan.FromSeconds(1));
        bench.Kill();
        bench.Boot();
        bench.UntilReady();
        Assert.Equal(PickupOffer.Taken, bench.Submit(Ship).Offer);
        bench.UntilIdle();
        Assert.Equal(ShipTickets.Order(), bench.Tickets.Distinct().Order());
        Assert.Equal(3, bench.Tickets.Count);
        Assert.Equal(IssuanceState.Issued, Of(bench, Ship)!.State);
        Assert.Single(bench.Waiting);
    }

    [Theory]
    [InlineData(DecisionKind.Issued, IssuanceState.Issued)]
    [InlineData(DecisionKind.Void, IssuanceState.Void)]
    public void A_decision_about_paper_never_changes_what_was_reported(DecisionKind decision, IssuanceState state)
    {
        using var bench = new DeskBench();
        (bench.Printer.Echoes, bench.Printer.SerialNumber) = (false, null);
        bench.UntilReady();
        bench.Submit(Ship);
        bench.UntilIdle();
        Assert.Equal(IssuanceState.InDoubt, Of(bench, Ship)!.State);
        Assert.Contains(bench.Alarms, a => a is { Kind: AlarmKind.OrderInDoubt, OrderNumber: $"ship {JobSamples.ShipOrder}" });
        Assert.Equal(DecisionEnd.Decided, bench.Decide(decision, JobSamples.ShipOrder, Journey.Ship).End);
        Assert.Equal(state, Of(bench, Ship)!.State);
        Assert.Single(bench.Waiting);
        Assert.Empty(bench.Alarms);
        Assert.Equal(0, bench.Platform.Queries);
    }
}
