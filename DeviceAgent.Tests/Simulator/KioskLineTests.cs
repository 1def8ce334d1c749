using DeviceAgent.Simulator;

namespace DeviceAgent.Tests.Simulator;

public sealed class KioskLineTests
{
    [Fact]
    public void Bytes_in_flight_do_not_survive_a_power_cut()
    {
        using var line = new PseudoTerminal();
        using var agent = new FileStream(line.DevicePath, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 1);
        agent.Write("half a ticket"u8);
        line.Write("late answer"u8);
        line.DropBytesInFlight();
        agent.Write("A"u8);
        line.Write("B"u8);
        Span<byte> taken = stackalloc byte[64];
        Assert.Equal("A"u8, taken[..line.Read(taken)]);
        Assert.Equal("B"u8, taken[..agent.Read(taken)]);
    }
}
