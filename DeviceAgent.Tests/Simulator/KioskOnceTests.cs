using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Kiosk;
using DeviceAgent.Simulator.Printing;

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
    public async Task Without_evidence_nothing_is_printed_again_and_nothing_is_reported()
    {
        var result = await RunAsync("bus-2", "no-echo", new OnceFaults { PowerCutDuringTicket = 1 });
        Assert.Empty(result.Verdict.Disagreements);
        Assert.Equal(("none", "inDoubt", KioskExitCode.InDoubt), (result.Verdict.Ledger, result.Verdict.Journal, result.Verdict.ExitCode));
    }

    private static (int, int, string, string, KioskExitCode) Story(OnceResult result) =>
        (result.Verdict.Tickets, result.Verdict.Duplicates, result.Verdict.Ledger, result.Verdict.Journal, result.Verdict.ExitCode);

    private static async Task<OnceResult> RunAsync(string sample, string printer, OnceFaults faults)
    {
        var time = TimeProvider.System;
        var order = OrderFile.Sample(sample, time.GetUtcNow());
        var options = new VirtualKioskOptions
        {
            Agent = AgentProcess.BuiltBesideUs(),
            Orders = [order],
            Printer = SimulatedPrinterOptions.Profile(printer) with { BaudRate = 115_200 },
        };
        await using var kiosk = await VirtualKiosk.CreateAsync(options, time);
        return await new BusRun(kiosk, order, faults, time).RunAsync(Limit, TestContext.Current.CancellationToken);
    }
}
