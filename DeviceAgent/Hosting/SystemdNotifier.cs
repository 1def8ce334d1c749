using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Text;

namespace DeviceAgent.Hosting;

/// <summary>Tells systemd how the agent is: one datagram for each message. Without $NOTIFY_SOCKET nothing happens.</summary>
/// <remarks>
/// Source: sd_notify(3). Never blocks and never throws for a receiver that is gone, full or refuses: systemd acts on its own when
/// a message is missing. Owns its socket.
/// </remarks>
internal sealed class SystemdNotifier : IDisposable
{
    /// <summary>Characters of a status line; systemctl shows one line.</summary>
    private const int MaxStatus = 256;

    [SuppressMessage("Performance", "CA1859", Justification = "Another build has another socket.")]
    private readonly INotifySocket? _socket;

    /// <param name="notifySocket">$NOTIFY_SOCKET: an absolute path, or '@' and a name in the abstract namespace; null or empty: no systemd.</param>
    public SystemdNotifier(string? notifySocket)
    {
        if (Receiver(notifySocket) is not { } receiver) return;
#if WITH_HOSTING_SYSTEMD
        _socket = new HostingSystemd.HostNotifySocket(notifySocket!, receiver);
#else
        _socket = new NotifySocket(receiver);
#endif
    }

    /// <summary>Somebody may be listening.</summary>
    public bool IsActive => _socket is not null;

    public bool Ready() => Send("READY=1");

    public bool Stopping() => Send("STOPPING=1");

    public bool WatchdogAlive() => Send("WATCHDOG=1");

    /// <summary>A line for `systemctl status`. Line ends would start another message and become spaces.</summary>
    public bool Status(string text)
    {
        var line = text.Length > MaxStatus ? text[..MaxStatus] : text;
        return Send($"STATUS={line.Replace('\n', ' ').Replace('\r', ' ')}");
    }

    public void Dispose() => _socket?.Dispose();

    private bool Send(string message)
    {
        try
        {
            return _socket is not null && _socket.Send(message);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static UnixDomainSocketEndPoint? Receiver(string? notifySocket)
    {
        // vsock: and other forms of newer managers are for virtual machines.
        if (string.IsNullOrEmpty(notifySocket) || notifySocket.Length < 2 || notifySocket[0] is not ('/' or '@')) return null;
        try
        {
            return new UnixDomainSocketEndPoint(notifySocket[0] == '@' ? "\0" + notifySocket[1..] : notifySocket);
        }
        catch (ArgumentOutOfRangeException)
        {
            return null; // longer than sun_path: nobody can listen there
        }
    }
}

/// <summary>Where the messages go; one datagram each.</summary>
internal interface INotifySocket : IDisposable
{
    /// <returns>False, or a <see cref="SocketException"/>, when nobody takes it now; it never waits.</returns>
    bool Send(string message);
}

/// <summary>Owns its socket, one for all messages.</summary>
internal sealed class NotifySocket(UnixDomainSocketEndPoint receiver) : INotifySocket
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };

    public bool Send(string message) => _socket.SendTo(Encoding.UTF8.GetBytes(message), receiver) > 0;

    public void Dispose() => _socket.Dispose();
}
