using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

namespace DeviceAgent.Drivers.Gpio;

/// <summary>Inputs of a machine without a chip: each datagram at a Unix socket tells their levels.</summary>
/// <remarks>
/// Two sockets beside each other: whoever plays the switches listens at the path, this side at the path with ".agent" behind it.
/// Opened, this side sends <c>Inputs?</c>, which is answered with all levels; from then on each change is told the same way.
/// Text, UTF-8, any of the inputs, in any order: <c>Door=1 PaperOut=0</c>. 1 is active, whatever the wiring. Words that are none of that are passed over.
/// Without anybody at the path all inputs are inactive. Never throws <see cref="GpioException"/>. Source of the socket's rules: man 7 unix.
/// </remarks>
public sealed class SimulatedInputs : IGpioInputs
{
    /// <summary>What the agent's own socket bears behind the path.</summary>
    public const string AgentSuffix = ".agent";

    /// <summary>UTF-8 bytes of the longest path: the agent's own must fit, too.</summary>
    public const int MaxPathBytes = SimulatedGpio.MaxPathBytes - 6;

    private const int MaxUnreadEdges = 256, LongestBytes = 4096;
    private readonly Lock _lock = new();
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly string _own;
    private readonly string[] _names;
    private readonly uint[] _lineSequences;
    private readonly TimeProvider _time;
    private readonly Channel<GpioEdge> _edges = Channel.CreateBounded<GpioEdge>(
        new BoundedChannelOptions(MaxUnreadEdges) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = true });
    private ulong _levels;
    private uint _sequence;
    private bool _disposed;

    /// <param name="path">Absolute, 1 to <see cref="MaxPathBytes"/> bytes.</param>
    /// <param name="names">1 to 64 names without spaces or '='; the position is the bit in <see cref="Read"/>.</param>
    /// <exception cref="SocketException">The agent's own socket cannot be made: the folder is not there, or not ours.</exception>
    public SimulatedInputs(string path, IReadOnlyList<string> names, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(names);
        ArgumentOutOfRangeException.ThrowIfZero(names.Count, nameof(names));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(names.Count, GpioUapi.MaxLines, nameof(names));
        (_names, _lineSequences, _time) = ([.. names], new uint[names.Count], time ?? TimeProvider.System);
        _own = path + AgentSuffix;
        try
        {
            // One that a killed agent left behind.
            File.Delete(_own);
            _socket.Bind(new UnixDomainSocketEndPoint(_own));
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
        _ = ListenAsync();
        try
        {
            _socket.SendTo("Inputs?"u8, new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            // Nobody plays the switches yet; they tell their levels with the first change.
        }
    }

    /// <inheritdoc/>
    public ChannelReader<GpioEdge> Edges => _edges.Reader;

    /// <inheritdoc/>
    public ulong Read()
    {
        lock (_lock) return _levels;
    }

    /// <summary>Ends the listening.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
        }
        _socket.Dispose();
        File.Delete(_own);
    }

    private async Task ListenAsync()
    {
        var buffer = new byte[LongestBytes];
        try
        {
            while (true) Take(Encoding.UTF8.GetString(buffer, 0, await _socket.ReceiveAsync(buffer, SocketFlags.None).ConfigureAwait(false)));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            _edges.Writer.TryComplete();
        }
    }

    private void Take(string datagram)
    {
        lock (_lock)
        {
            foreach (var word in datagram.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                if (word.Split('=') is not [var name, "0" or "1"] || Array.IndexOf(_names, name) is not (>= 0 and var index)) continue;
                var bit = 1UL << index;
                var rising = word[^1] == '1';
                if ((_levels & bit) != 0 == rising) continue;
                _levels ^= bit;
                _edges.Writer.TryWrite(new(index, rising, _time.GetElapsedTime(0), ++_sequence, ++_lineSequences[index]));
            }
        }
    }
}
