using System.Net.Sockets;
using System.Text;
using DeviceAgent.Drivers.Gpio;

namespace DeviceAgent.Tests.Gpio;

public sealed class SimulatedGpioTests : IDisposable
{
    private static readonly string[] Names = ["StatusRed", "StatusGreen", "Scanner", "Tickets"];
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("lights-test");
    private readonly string _path;

    public SimulatedGpioTests() => _path = Path.Combine(_folder.FullName, "lights.sock");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_change_is_never_told_otherwise_than_as_one_line_of_all_outputs()
    {
        using var listener = Listen();
        using var lights = new SimulatedGpio(_path, Names, 0b0001);
        Assert.Equal("StatusRed=1 StatusGreen=0 Scanner=0 Tickets=0", Receive(listener));
        lights.Set(0b0111, 0b0110);
        Assert.Equal("StatusRed=0 StatusGreen=1 Scanner=1 Tickets=0", Receive(listener));
        lights.Set(0b1000, 0b1111);
        Assert.Equal("StatusRed=0 StatusGreen=1 Scanner=1 Tickets=1", Receive(listener));
        Assert.Equal(0, listener.Available);
    }

    [Fact]
    public void What_did_not_change_is_never_told()
    {
        using var listener = Listen();
        using var lights = new SimulatedGpio(_path, Names, 0b0001);
        Receive(listener);
        lights.Set(0b1111, 0b0001);
        lights.Set(0, 0b1111);
        Assert.Equal(0, listener.Available);
    }

    [Fact]
    public void A_listener_that_is_not_there_or_comes_and_goes_never_stops_the_lights()
    {
        using var lights = new SimulatedGpio(_path, Names, 0);
        lights.Set(1, 1);
        using (var first = Listen())
        {
            lights.Set(1, 0);
            Assert.Equal("StatusRed=0 StatusGreen=0 Scanner=0 Tickets=0", Receive(first));
        }
        lights.Set(1, 1); // the file is still there, the listener is not: ECONNREFUSED
        File.Delete(_path);
        lights.Set(1, 0);
        using var second = Listen();
        lights.Set(8, 8);
        Assert.Equal("StatusRed=0 StatusGreen=0 Scanner=0 Tickets=1", Receive(second));
        Assert.Equal(0, second.Available);
    }

    [Fact]
    public void A_listener_that_does_not_read_never_blocks_the_lights()
    {
        using var listener = Listen();
        using var lights = new SimulatedGpio(_path, Names, 0);
        for (var i = 1; i <= 20_000; i++) lights.Set(1, (ulong)i & 1);
        var kept = 0;
        while (listener.Available > 0)
        {
            Receive(listener);
            kept++;
        }
        Assert.InRange(kept, 1, 19_999);
        lights.Set(4, 4);
        Assert.Equal("StatusRed=0 StatusGreen=0 Scanner=1 Tickets=0", Receive(listener));
    }

    [Fact]
    public void A_mask_past_the_outputs_is_never_ignored()
    {
        using var lights = new SimulatedGpio(_path, Names, 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => lights.Set(0b10000, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SimulatedGpio(_path, [], 0));
    }

    private Socket Listen()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
        socket.Bind(new UnixDomainSocketEndPoint(_path));
        return socket;
    }

    private static string Receive(Socket listener)
    {
        var buffer = new byte[256];
        return Encoding.UTF8.GetString(buffer, 0, listener.Receive(buffer));
    }
}
