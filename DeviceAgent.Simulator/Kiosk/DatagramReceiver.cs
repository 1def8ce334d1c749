using System.Net.Sockets;
using System.Text;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>Takes datagrams at a Unix socket, as systemd does at NOTIFY_SOCKET.</summary>
internal sealed class DatagramReceiver : IAsyncDisposable
{
    private const int LongestBytes = 4096;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _receiving;

    /// <param name="take">Called with each datagram's text, one after the other.</param>
    public DatagramReceiver(string path, Action<string> take)
    {
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        _receiving = ReceiveAsync(take);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _receiving;
        _socket.Dispose();
        _end.Dispose();
    }

    private async Task ReceiveAsync(Action<string> take)
    {
        var buffer = new byte[LongestBytes];
        try
        {
            while (true)
            {
                var length = await _socket.ReceiveAsync(buffer, SocketFlags.None, _end.Token);
                take(Encoding.UTF8.GetString(buffer, 0, length));
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }
}
