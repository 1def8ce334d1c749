using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DeviceAgent.Drivers.Interop;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Drivers;

/// <summary>How a device on the network is reached.</summary>
public sealed record TcpLineOptions
{
    /// <summary>How long the connection may take, 100 ms to 1 min.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Silence after which the kernel asks the other side whether it is still there, 1 s to 1 h. It asks three times, <see cref="KeepAliveInterval"/> apart.</summary>
    public TimeSpan KeepAliveAfter { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>1 s to 1 min.</summary>
    public TimeSpan KeepAliveInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A write of which nothing is taken for so long is given up as <see cref="DeviceLoss.Stalled"/>; 100 ms to 10 min. A printer without paper takes nothing.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        (string Key, TimeSpan Value, TimeSpan Min, TimeSpan Max)[] times =
        [
            (nameof(ConnectTimeout), ConnectTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
            (nameof(KeepAliveAfter), KeepAliveAfter, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            (nameof(KeepAliveInterval), KeepAliveInterval, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)),
            (nameof(StallTimeout), StallTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10)),
        ];
        foreach (var (key, value, min, max) in times)
        {
            if (value < min || value > max) yield return $"{section}:{key} must be a time from {min:c} to {max:c}";
        }
    }
}

/// <summary>A device on the network: one TCP connection, as printers take it on port 9100.</summary>
/// <remarks>
/// Sources: man 7 tcp (keep-alive), man 7 socket (SO_LINGER). What holds for every <see cref="PolledLine"/> holds here.
/// The other side's end is told by the connection, its silent death by the kernel's keep-alive, with no wake-up here. While bytes are under way
/// the kernel does not ask: then the device's own answers tell. No TCP_USER_TIMEOUT: it would end the connection to a printer that is merely out of paper.
/// What the kernel still holds when the line is closed is dropped (SO_LINGER 0), as it is on a serial line.
/// </remarks>
public sealed class TcpLine : PolledLine
{
    /// <summary>What a path of this kind begins with: "tcp:192.0.2.7:9100".</summary>
    public const string Prefix = "tcp:";

    private const int KeepAliveProbes = 3;

    /// <summary>asm-generic/ioctls.h.</summary>
    private const uint FIONBIO = 0x5421;

    private readonly Socket _socket;

    private TcpLine(string path, Socket socket, SafeFileHandle port, SafeFileHandle wake, TcpLineOptions options, TimeProvider time)
        : base(path, port, wake, new(4096, options.StallTimeout, "tcp"), time)
    {
        _socket = socket;
        Start();
    }

    /// <summary>Reads "tcp:host:port"; the host is a name, an IPv4 address, or an IPv6 address in brackets.</summary>
    public static bool TryParse(string path, out string host, out int port)
    {
        ArgumentNullException.ThrowIfNull(path);
        (host, port) = ("", 0);
        var colon = path.LastIndexOf(':');
        if (!path.StartsWith(Prefix, StringComparison.Ordinal) || colon <= Prefix.Length) return false;
        host = path[Prefix.Length..colon];
        if (host.StartsWith('[') && host.EndsWith(']')) host = host[1..^1];
        else if (host.Contains(':', StringComparison.Ordinal)) return false;
        return host.Length is > 0 and <= 253 && Uri.CheckHostName(host) != UriHostNameType.Unknown
            && int.TryParse(path.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65_535;
    }

    /// <summary>Connects.</summary>
    /// <param name="path">"tcp:192.0.2.7:9100".</param>
    /// <param name="options">Validated here.</param>
    /// <param name="time">For the time-outs.</param>
    /// <param name="cancellationToken">Ends the connecting.</param>
    /// <exception cref="ArgumentException">No such path, or an option out of its range.</exception>
    /// <exception cref="DeviceLostException">Busy: refused, most printers serve one at a time. Unplugged: no answer, or no way there.</exception>
    public static async Task<TcpLine> ConnectAsync(string path, TcpLineOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        if (!TryParse(path, out var host, out var number)) throw new ArgumentException($"{path} must be tcp:HOST:PORT", nameof(path));
        string[] mistakes = [.. options.Validate(nameof(options))];
        if (mistakes.Length > 0) throw new ArgumentException(string.Join("; ", mistakes), nameof(options));
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        SafeFileHandle? wake = null;
        try
        {
            await ConnectAsync(socket, path, new DnsEndPoint(host, number), options, time, cancellationToken);
            wake = Libc.EventFd(0, Libc.EFD_NONBLOCK | Libc.EFD_CLOEXEC);
            if (wake.IsInvalid) throw CannotOpen(path, "eventfd");
            // The socket closes it.
            var port = new SafeFileHandle(socket.Handle, ownsHandle: false);
            NeverBlock(port, path);
            return new TcpLine(path, socket, port, wake, options, time);
        }
        catch
        {
            wake?.Dispose();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Drops what is still to be sent, and closes the connection.</summary>
    private protected override void BeforeClose(SafeFileHandle port) => _socket.Dispose();

    private static async Task ConnectAsync(Socket socket, string path, DnsEndPoint to, TcpLineOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await socket.ConnectAsync(to, either.Token);
            socket.NoDelay = true;
            socket.LingerState = new(enable: true, seconds: 0);
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)options.KeepAliveAfter.TotalSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, (int)options.KeepAliveInterval.TotalSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
        }
        catch (SocketException e)
        {
            throw new DeviceLostException(path, LossOf(e.SocketErrorCode), e.NativeErrorCode);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DeviceLostException(path, DeviceLoss.Unplugged, Errno.ETIMEDOUT);
        }
    }

    private static unsafe void NeverBlock(SafeFileHandle port, string path)
    {
        var on = 1;
        if (Libc.Ioctl(port, FIONBIO, (nint)(&on)) < 0) throw CannotOpen(path, "FIONBIO");
    }

    private static DeviceLoss LossOf(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => DeviceLoss.Busy,
        SocketError.AccessDenied => DeviceLoss.Denied,
        _ => DeviceLoss.Unplugged,
    };
}
