using DeviceAgent.Simulator.Kiosk;

namespace DeviceAgent.Tests.Simulator;

/// <summary>The mode itself, shortly: the built agent as a process of its own. `.ci/run` lets it storm for longer.</summary>
public sealed class StormRunTests
{
    private const int Kills = 6;

    [Fact]
    public async Task A_short_storm_loses_doubles_and_contradicts_nothing()
    {
        var time = TimeProvider.System;
        // Nobody leaves and nobody travels with twenty: both take time, and are `.ci/run`'s.
        var seed = Enumerable.Range(1, 10_000).First(s => Enumerable.Range(0, 3 * Kills).All(i => StormPlan.Order(s, i) is { Leaves: false, Passengers: <= 3 }));
        var options = StormCommand.OptionsFor(new VirtualKioskOptions { Agent = AgentProcess.BuiltBesideUs(), Orders = [], Printer = new() { BaudRate = 115_200 } }, seed, time);
        await using var kiosk = await VirtualKiosk.CreateAsync(options, time);
        using var storm = new StormRun(kiosk, seed, Kills, lifeLimit: TimeSpan.FromSeconds(60), time);
        var result = await storm.RunAsync(TestContext.Current.CancellationToken);
        Assert.Empty(result.Verdict.Violations);
        Assert.Equal(Kills, result.Kills.Count);
        Assert.InRange(result.Verdict.Tickets, 1, 1_000);
    }
}
