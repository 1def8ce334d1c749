using System.Net.Sockets;
using Microsoft.Extensions.Hosting.Systemd;

namespace DeviceAgent.Hosting.HostingSystemd;

/// <summary>As <see cref="NotifySocket"/>, through Microsoft.Extensions.Hosting.Systemd; only in a build with -p:WithHostingSystemd=true.</summary>
/// <remarks>
/// Source: github.com/dotnet/runtime, src/libraries/Microsoft.Extensions.Hosting.Systemd. Its notifier takes the address from the environment alone,
/// opens a socket for each message, and waits where the receiver's queue is full: a socket of our own looks first (poll(2) of a connected one).
/// It has no watchdog; that message goes as a state of our own.
/// </remarks>
internal sealed class HostNotifySocket : INotifySocket
{
    private const string Variable = "NOTIFY_SOCKET";
    private static readonly Lock Environments = new();
    private readonly Microsoft.Extensions.Hosting.Systemd.SystemdNotifier _notifier;
    private readonly UnixDomainSocketEndPoint _receiver;

    public HostNotifySocket(string notifySocket, UnixDomainSocketEndPoint receiver)
    {
        _receiver = receiver;
        lock (Environments)
        {
            var kept = Environment.GetEnvironmentVariable(Variable);
            Environment.SetEnvironmentVariable(Variable, notifySocket);
            _notifier = new();
            Environment.SetEnvironmentVariable(Variable, kept);
        }
    }

    public bool Send(string message)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        probe.Connect(_receiver);
        if (!probe.Poll(TimeSpan.Zero, SelectMode.SelectWrite)) return false;
        _notifier.Notify(new ServiceState(message));
        return true;
    }

    public void Dispose()
    {
    }
}
