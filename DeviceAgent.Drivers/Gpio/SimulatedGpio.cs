using System.Net.Sockets;
using System.Text;

namespace DeviceAgent.Drivers.Gpio;

/// <summary>Outputs of a machine without a chip: each change is one datagram to a Unix socket that somebody may be watching.</summary>
/// <remarks>
/// Text, UTF-8, all outputs each time, in the order of the request: <c>StatusRed=0 StatusGreen=1</c>.
/// The first datagram tells the initial values. Nothing is queued here and nothing waits: without a listener, or with one that
/// does not keep up, the datagram is dropped. The path is looked up each time, so a listener may come, go and come back.
/// Never throws <see cref="GpioException"/>. Source of the socket's rules: man 7 unix.
/// </remarks>
public sealed class SimulatedGpio : IGpioOutputs
{
    /// <summary>UTF-8 bytes of the longest socket path. man 7 unix: sun_path holds 108 with the closing NUL.</summary>
    public const int MaxPathBytes = 107;

    private readonly Lock _lock = new();
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
    private readonly UnixDomainSocketEndPoint _listener;
    private readonly string[] _names;
    private readonly ulong _all;
    private ulong _values;

    /// <param name="path">The listener's socket, 1 to <see cref="MaxPathBytes"/> bytes.</param>
    /// <param name="names">1 to 64 names without spaces or '='; the position is the bit in <see cref="Set"/>.</param>
    /// <param name="initial">Bit n is the first value of output n.</param>
    public SimulatedGpio(string path, IReadOnlyList<string> names, ulong initial)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentOutOfRangeException.ThrowIfZero(names.Count, nameof(names));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(names.Count, GpioUapi.MaxLines, nameof(names));
        _listener = new(path);
        _names = [.. names];
        _all = LineRequests.AllOf(names.Count);
        _values = initial & _all;
        Tell(_values);
    }

    /// <inheritdoc/>
    public void Set(ulong mask, ulong values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(mask & ~_all, 0UL, nameof(mask));
        lock (_lock)
        {
            var next = (_values & ~mask) | (values & mask);
            if (next == _values) return;
            _values = next;
            Tell(next);
        }
    }

    /// <summary>Ends the telling; the listener keeps what it was told last.</summary>
    public void Dispose() => _socket.Dispose();

    private void Tell(ulong values)
    {
        var text = string.Join(' ', _names.Select((name, i) => $"{name}={values >> i & 1}"));
        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(text), _listener);
        }
        catch (SocketException)
        {
            // Nobody listens (ENOENT, ECONNREFUSED) or nobody keeps up (EAGAIN): lights that nobody watches stop nothing.
        }
    }
}
