using DeviceAgent.Drivers.Gpio;
using DeviceAgent.Simulator.Kiosk;

namespace DeviceAgent.Tests.Simulator;

/// <summary>The played switches against the driver that the agent reads them with.</summary>
public sealed class SwitchesTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("switches-test");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_switch_is_never_lost_whoever_came_first()
    {
        var path = Path.Combine(_folder.FullName, "s.sock");
        await using var switches = new SimulatedSwitches(path);
        switches.Set("Door", true);
        using (var first = new SimulatedInputs(path, ["PowerFail", "Door"]))
        {
            Assert.Equal((1, true), await NextAsync(first));
            switches.Set("PowerFail", true);
            Assert.Equal((0, true), await NextAsync(first));
        }
        switches.Set("Door", false);
        using var next = new SimulatedInputs(path, ["PowerFail", "Door", "PaperButton"]);
        Assert.Equal((0, true), await NextAsync(next));
        switches.Press("PaperButton");
        Assert.Equal((2, true), await NextAsync(next));
        Assert.Equal((2, false), await NextAsync(next));
        Assert.Throws<InvalidOperationException>(() => switches.Set("PowerFail", true));
    }

    private static async Task<(int, bool)> NextAsync(SimulatedInputs inputs)
    {
        var edge = await inputs.Edges.ReadAsync(Cancelled).AsTask().WaitAsync(Limit, Cancelled);
        return (edge.Index, edge.Rising);
    }
}
