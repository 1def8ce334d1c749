using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Kiosk;
using DeviceAgent.Simulator.Printing;
using DeviceAgent.Simulator.Station;

namespace DeviceAgent.Tests.Simulator;

/// <summary>The built agent as a process of its own, on the virtual kiosk: what --once runs.</summary>
public sealed class KioskOnceTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task A_pick_up_does_not_end_in_disagreement()
    {
        var result = await RunAsync("bus-3", "exact", new OnceFaults());
        Assert.Empty(result.Verdict.Disagreements);
        Assert.Equal((3, 0, "success", "confirmed", KioskExitCode.Agreement), Story(result));
    }

    [Fact]
    public async Task A_result_is_not_lost_while_the_network_is_away()
    {
        var result = await RunAsync("bus-2", "exact", new OnceFaults { NetDownAfterQuery = true });
        Assert.Empty(result.Verdict.Disagreements);
        Assert.Equal((2, 0, "success", "confirmed", KioskExitCode.Agreement), Story(result));
        Assert.Equal(1, result.HeldInOutbox);
    }

    [Theory]
    [InlineData(1), InlineData(2)]
    public async Task A_ticket_is_not_printed_twice_when_the_power_fails_in_its_middle(int ticket)
    {
        var result = await RunAsync("bus-2", "exact", new OnceFaults { PowerCutDuringTicket = ticket });
        Assert.Empty(result.Verdict.Disagreements);
        Assert.Equal((2, 0, "success", "confirmed", KioskExitCode.Agreement), Story(result));
        Assert.Equal(1, result.Verdict.VoidStrips);
    }

    [Fact]
    public async Task A_code_on_a_card_is_neither_missed_nor_obeyed_twice()
    {
        var result = await RunAsync("bus-2", "exact", new OnceFaults { PowerCutDuringTicket = 1 }, card: true);
        Assert.Empty(result.Verdict.Disagreements);
        Assert.Equal((2, 0, "success", "confirmed", KioskExitCode.Agreement), Story(result));
        Assert.Equal(1, result.Verdict.VoidStrips);
    }

    [Fact]
    public async Task Without_evidence_nothing_is_printed_again_and_nothing_is_reported()
    {
        var result = await RunAsync("bus-2", "no-echo", new OnceFaults { PowerCutDuringTicket = 1 });
        Assert.Empty(result.Verdict.Disagreements);
        Assert.Equal(("none", "inDoubt", KioskExitCode.InDoubt), (result.Verdict.Ledger, result.Verdict.Journal, result.Verdict.ExitCode));
    }

    [Fact]
    public async Task Tickets_of_the_station_are_not_given_twice_when_the_power_fails()
    {
        var result = await RunAsync("bus-2", "exact", new OnceFaults { PowerCutDuringTicket = 1 }, station: true);
        Assert.Empty(result.Verdict.Disagreements);
        Assert.Equal((2, 0, "success", "confirmed", KioskExitCode.Agreement), Story(result));
        Assert.Equal((1, 1), (result.Books.Station!.Allocations, result.Books.Station.Confirms));
    }

    [Fact]
    public async Task A_return_is_neither_lost_nor_told_twice_when_the_power_fails_in_its_slip()
    {
        var result = await RunAsync("bus-2", "exact", new OnceFaults { PowerCutDuringTicket = 3 }, run: (kiosk, order, faults, time) => new ReturnRun(kiosk, order, faults, time));
        Assert.Empty(result.Verdict.Disagreements);
        Assert.Equal((2, 0, "success", "confirmed", KioskExitCode.Agreement), Story(result));
        Assert.Equal((1, 1), (result.Verdict.Slips, result.Verdict.VoidStrips));
    }

    [Fact]
    public async Task A_decision_of_the_station_is_not_lost_with_its_answer()
    {
        var result = await RunAsync("bus-1", "exact", new OnceFaults(), run: (kiosk, order, faults, time) =>
        {
            kiosk.Station.Faults.Script(StationFaultKind.LoseAnswer, StationOperation.Return);
            return new ReturnRun(kiosk, order, faults, time);
        });
        Assert.Empty(result.Verdict.Disagreements);
        Assert.Equal((1, 0, "success", "confirmed", KioskExitCode.Agreement), Story(result));
        Assert.Equal((1, 2), (result.Verdict.Slips, Assert.Single(result.Books.Station!.Returns).Asked));
    }

    [Theory]
    [InlineData("ship-1", 1), InlineData("train-3", 2)]
    public async Task A_job_does_not_end_in_disagreement(string sample, int tickets)
    {
        var result = await RunJobAsync(sample, new OnceFaults());
        Assert.Empty(result.Verdict.Disagreements);
        Assert.Equal((tickets, 0, "success", "confirmed", KioskExitCode.Agreement), Story(result));
    }

    [Theory]
    [InlineData("ship-2", 3), InlineData("train-3", 2)]
    public async Task A_job_submitted_again_after_a_power_cut_is_not_printed_twice(string sample, int tickets)
    {
        var result = await RunJobAsync(sample, new OnceFaults { PowerCutDuringTicket = 2 });
        Assert.Empty(result.Verdict.Disagreements);
        Assert.Equal((tickets, 0, "success", "confirmed", KioskExitCode.Agreement), Story(result));
        Assert.Equal(1, result.Verdict.VoidStrips);
    }

    [Fact]
    public async Task An_allocation_is_not_lost_while_the_network_is_away()
    {
        var result = await RunJobAsync("ship-2", new OnceFaults { NetDownBeforeReport = true });
        Assert.Empty(result.Verdict.Disagreements);
        Assert.Equal(((3, 0, "success", "confirmed", KioskExitCode.Agreement), 1), (Story(result), result.HeldInOutbox));
    }

    private static (int, int, string, string, KioskExitCode) Story(OnceResult result) =>
        (result.Verdict.Tickets, result.Verdict.Duplicates, result.Verdict.Ledger, result.Verdict.Journal, result.Verdict.ExitCode);

    private static async Task<OnceResult> RunAsync(
        string sample, string printer, OnceFaults faults, bool station = false, bool card = false, Func<VirtualKiosk, JsonObject, OnceFaults, TimeProvider, OnceRun>? run = null)
    {
        var time = TimeProvider.System;
        var order = OrderFile.Sample(sample, time.GetUtcNow());
        if (station) order = BusRun.WithoutTickets(order);
        await using var kiosk = await VirtualKiosk.CreateAsync(Options(printer) with { Orders = [order], StationAllocates = station, CodesAreOnCards = card }, time);
        return await (run?.Invoke(kiosk, order, faults, time) ?? new BusRun(kiosk, order, faults, time)).RunAsync(Limit, TestContext.Current.CancellationToken);
    }

    private static async Task<OnceResult> RunJobAsync(string sample, OnceFaults faults)
    {
        var time = TimeProvider.System;
        var job = JobFile.Sample(sample, time.GetUtcNow());
        await using var kiosk = await VirtualKiosk.CreateAsync(Options("exact") with { Jobs = [job] }, time);
        return await new JobRun(kiosk, job, faults, time).RunAsync(Limit, TestContext.Current.CancellationToken);
    }

    private static VirtualKioskOptions Options(string printer) =>
        new() { Agent = AgentProcess.BuiltBesideUs(), Orders = [], Printer = SimulatedPrinterOptions.Profile(printer) with { BaudRate = 115_200 } };
}
