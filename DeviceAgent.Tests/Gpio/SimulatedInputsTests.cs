using System.Net.Sockets;
using System.Text;
using DeviceAgent.Drivers.Gpio;

namespace DeviceAgent.Tests.Gpio;

public sealed class SimulatedInputsTests : IDisposable
{
    private static readonly string[] Names = ["Door", "PaperButton", "PowerFail"];
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("inputs-test");
    private readonly string _path;
    private readonly Socket _switches = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };

    public SimulatedInputsTests()
    {
        _path = Path.Combine(_folder.FullName, "inputs.sock");
        _switches.Bind(new UnixDomainSocketEndPoint(_path));
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _switches.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_switch_that_was_active_before_is_never_missed()
    {
        using var inputs = new SimulatedInputs(_path, Names);
        Assert.Equal("Inputs?", Receive());
        Assert.Equal(0UL, inputs.Read());
        Tell("Door=1 PaperButton=0 PowerFail=0");
        Assert.Equal((0, true, 1u, 1u), await NextAsync(inputs));
        Assert.Equal(0b001UL, inputs.Read());
        Tell("Door=0 PowerFail=1");
        Assert.Equal((0, false, 2u, 2u), await NextAsync(inputs));
        Assert.Equal((2, true, 3u, 1u), await NextAsync(inputs));
        Assert.Equal(0b100UL, inputs.Read());
    }

    [Theory]
    [InlineData("")]
    [InlineData("Door")]
    [InlineData("Door=2 =1 Window=1 PaperButton=1=1")]
    [InlineData("door=1")]
    public async Task Words_that_are_no_levels_never_change_one(string datagram)
    {
        using var inputs = new SimulatedInputs(_path, Names);
        Receive();
        Tell(datagram);
        Tell("PaperButton=1 PaperButton=1");
        Assert.Equal((1, true, 1u, 1u), await NextAsync(inputs));
        Assert.Equal(0b010UL, inputs.Read());
    }

    [Fact]
    public async Task An_agent_that_was_killed_never_keeps_the_next_one_from_listening()
    {
        File.WriteAllText(_path + SimulatedInputs.AgentSuffix, "");
        var inputs = new SimulatedInputs(_path, Names);
        Receive();
        inputs.Dispose();
        inputs.Dispose();
        await inputs.Edges.Completion.WaitAsync(Limit, Cancelled);
        using var next = new SimulatedInputs(_path, Names);
        Assert.Equal("Inputs?", Receive());
    }

    [Fact]
    public void A_machine_that_nobody_plays_with_never_has_an_active_switch()
    {
        _switches.Dispose();
        File.Delete(_path);
        using var inputs = new SimulatedInputs(_path, Names);
        Assert.Equal(0UL, inputs.Read());
    }

    private static async Task<(int, bool, uint, uint)> NextAsync(SimulatedInputs inputs)
    {
        var edge = await inputs.Edges.ReadAsync(Cancelled).AsTask().WaitAsync(Limit, Cancelled);
        return (edge.Index, edge.Rising, edge.Sequence, edge.LineSequence);
    }

    private void Tell(string text) => _switches.SendTo(Encoding.UTF8.GetBytes(text), new UnixDomainSocketEndPoint(_path + SimulatedInputs.AgentSuffix));

    private string Receive()
    {
        var buffer = new byte[256];
        return Encoding.UTF8.GetString(buffer, 0, _switches.Receive(buffer));
    }
}
