using System.Net.Sockets;
using System.Text;
using DeviceAgent.Hosting;

namespace DeviceAgent.Tests.Hosting;

public sealed class SystemdNotifierTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("notify-");

    private string SocketPath => Path.Combine(_folder.FullName, "notify.sock");

    public void Dispose() => _folder.Delete(recursive: true);

    internal static Socket Receiver(string notifySocket)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 5000 };
        socket.Bind(new UnixDomainSocketEndPoint(notifySocket[0] == '@' ? "\0" + notifySocket[1..] : notifySocket));
        return socket;
    }

    internal static string Receive(Socket socket)
    {
        var buffer = new byte[4096];
        return Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_message_is_one_datagram_of_systemds_words(bool isAbstract)
    {
        var address = isAbstract ? $"@device-agent-{Guid.NewGuid():N}" : SocketPath;
        using var receiver = Receiver(address);
        using var systemd = new SystemdNotifier(address);
        Assert.True(systemd.IsActive);
        Assert.True(systemd.Ready());
        Assert.True(systemd.Status("out of paper\nREADY=0 纸"));
        Assert.True(systemd.WatchdogAlive());
        Assert.True(systemd.Stopping());
        Assert.Equal("READY=1", Receive(receiver));
        Assert.Equal("STATUS=out of paper READY=0 纸", Receive(receiver));
        Assert.Equal("WATCHDOG=1", Receive(receiver));
        Assert.Equal("STOPPING=1", Receive(receiver));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("@")]
    [InlineData("relative.sock")]
    [InlineData("vsock:2:1234")]
    public void Without_a_usable_address_nothing_happens(string? address)
    {
        using var systemd = new SystemdNotifier(address);
        Assert.False(systemd.IsActive);
        Assert.False(systemd.Ready());
    }

    [Fact]
    public void An_address_that_is_too_long_is_no_reason_to_stop()
    {
        using var systemd = new SystemdNotifier("/" + new string('a', 200));
        Assert.False(systemd.Ready());
    }

    [Fact]
    public void A_missing_or_full_receiver_never_throws_and_never_blocks()
    {
        using var systemd = new SystemdNotifier(SocketPath);
        Assert.False(systemd.Ready());
        using var receiver = Receiver(SocketPath);
        var sent = 0;
        while (sent < 100_000 && systemd.WatchdogAlive()) sent++;
        Assert.InRange(sent, 1, 99_999); // the receiver's queue is bounded: net.unix.max_dgram_qlen
        Assert.Equal("WATCHDOG=1", Receive(receiver));
        Assert.True(systemd.WatchdogAlive());
    }
}
