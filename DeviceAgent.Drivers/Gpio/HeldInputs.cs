using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Drivers.Gpio;

/// <summary>Inputs of a chip. Owns the request's file and, where edges are asked for, a thread that sleeps in poll until one comes.</summary>
/// <remarks>A thread, because .NET waits asynchronously for sockets only; it wakes for an edge, for the chip's end and for Dispose.</remarks>
internal sealed class HeldInputs : IGpioInputs
{
    private const int MaxUnreadEdges = 256, EdgesPerRead = 16, ThreadStackBytes = 256 * 1024;
    private readonly IGpioKernel _kernel;
    private readonly SafeFileHandle _file;
    private readonly string _chip;
    private readonly GpioLine[] _lines;
    private readonly uint[] _offsets;
    private readonly string? _node;
    private readonly SafeFileHandle? _wake;
    private readonly SafeFileHandle? _watch;
    private readonly Thread? _pump;
    private readonly Channel<GpioEdge> _edges = Channel.CreateBounded<GpioEdge>(
        new BoundedChannelOptions(MaxUnreadEdges) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = true });
    private int _disposed;

    /// <param name="node">The chip's device node; null where no edges are asked for.</param>
    internal HeldInputs(IGpioKernel kernel, SafeFileHandle file, string chip, GpioLine[] lines, uint[] offsets, string? node)
    {
        _kernel = kernel;
        _file = file;
        _chip = chip;
        _lines = lines;
        _offsets = offsets;
        _node = node;
        if (node is null)
        {
            _edges.Writer.Complete();
            return;
        }
        var wake = kernel.CreateWake();
        if (wake < 0)
        {
            file.Dispose();
            throw Failure(-wake);
        }
        _wake = kernel.Adopt(wake);
        // Without the watch an unplugged chip is noticed at the next edge or reading; no reason to do without its inputs.
        var watch = kernel.WatchNode(node);
        if (watch >= 0) _watch = kernel.Adopt(watch);
        _pump = new Thread(PumpEdges, ThreadStackBytes) { IsBackground = true, Name = "gpio edges" };
        _pump.Start();
    }

    public ChannelReader<GpioEdge> Edges => _edges.Reader;

    public ulong Read()
    {
        var request = new LineValues { Mask = LineRequests.AllOf(_lines.Length) };
        var result = _kernel.Ioctl(_file, GpioUapi.GetValues, GpioUapi.Bytes(ref request));
        return result >= 0 ? request.Bits & request.Mask : throw Failure(-result);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        if (_wake is not null)
        {
            _kernel.Wake(_wake);
            _pump!.Join();
            _wake.Dispose();
            _watch?.Dispose();
        }
        _file.Dispose();
    }

    private void PumpEdges()
    {
        Span<byte> bytes = stackalloc byte[EdgesPerRead * LineEvents.Size];
        while (true)
        {
            var result = _kernel.WaitReadable(_file, _wake!, _watch);
            if (result == 0) break;
            if (result == 2)
            {
                if (!_kernel.NodeIsGone(_watch!, _node!)) continue;
                result = -Errno.ENODEV;
            }
            if (result > 0) result = _kernel.Read(_file, bytes);
            if (result <= 0 || result % LineEvents.Size != 0)
            {
                // The kernel gives whole events or an errno; anything else is no GPIO file any more.
                _edges.Writer.Complete(Failure(result < 0 ? -result : Errno.EIO));
                return;
            }
            foreach (var edge in LineEvents.Read(bytes[..result], _offsets)) _edges.Writer.TryWrite(edge);
        }
        _edges.Writer.Complete();
    }

    private GpioException Failure(int errno) => new(GpioException.FaultOf(errno), _chip, string.Join(", ", _lines), errno);
}
