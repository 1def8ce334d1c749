using System.Device.Gpio;
using System.Threading.Channels;

namespace DeviceAgent.Drivers.Gpio.DotNetIot;

/// <summary>Inputs that are held. Owns the controller and its driver, and a timer for each debounced input.</summary>
/// <remarks>A debounced input is read again when it has been quiet for its time; only a level that differs from the last one told is told.</remarks>
internal sealed class IotInputs : IGpioInputs
{
    private const int MaxUnreadEdges = 256;
    private readonly Lock _gate = new();
    private readonly GpioController _controller;
    private readonly int[] _pins;
    private readonly string _chip;
    private readonly GpioInput[] _inputs;
    private readonly ulong _activeLow;
    private readonly TimeProvider _time;
    private readonly ITimer?[] _quiet;
    private readonly Channel<GpioEdge> _edges = Channel.CreateBounded<GpioEdge>(
        new BoundedChannelOptions(MaxUnreadEdges) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true, SingleWriter = false });
    private ulong _told;
    private uint _sequence;
    private readonly uint[] _lineSequences;
    private bool _disposed;

    public IotInputs(GpioController controller, int[] pins, string chip, IReadOnlyList<GpioInput> inputs, ulong activeLow, TimeProvider time)
    {
        (_controller, _pins, _chip, _inputs, _activeLow, _time) = (controller, pins, chip, [.. inputs], activeLow, time);
        _quiet = new ITimer?[pins.Length];
        _lineSequences = new uint[pins.Length];
        _told = Read();
        if (inputs.All(i => i.Edges == GpioEdges.None)) _edges.Writer.Complete();
        for (var i = 0; i < pins.Length; i++)
        {
            if (inputs[i].Edges == GpioEdges.None) continue;
            var index = i;
            if (inputs[i].Debounce > TimeSpan.Zero) _quiet[i] = time.CreateTimer(_ => Settle(index), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            controller.RegisterCallbackForPinValueChangedEvent(pins[i], PinEventTypes.Rising | PinEventTypes.Falling, (_, change) => Changed(index, change.ChangeType));
        }
    }

    public ChannelReader<GpioEdge> Edges => _edges.Reader;

    public ulong Read()
    {
        try
        {
            var levels = 0UL;
            for (var i = 0; i < _pins.Length; i++)
            {
                if (_controller.Read(_pins[i]) == PinValue.High) levels |= 1UL << i;
            }
            return levels ^ _activeLow;
        }
        catch (Exception e)
        {
            throw IotGpioLines.Failure(e, _chip, _inputs.Select(i => i.Line));
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            _edges.Writer.TryComplete();
        }
        foreach (var timer in _quiet) timer?.Dispose();
        _controller.Dispose();
    }

    // On the driver's own thread.
    private void Changed(int index, PinEventTypes change)
    {
        lock (_gate)
        {
            if (_disposed) return;
            if (_quiet[index] is { } quiet) quiet.Change(_inputs[index].Debounce, Timeout.InfiniteTimeSpan);
            else Tell(index, (change == PinEventTypes.Rising) != ((_activeLow >> index & 1) != 0));
        }
    }

    private void Settle(int index)
    {
        lock (_gate)
        {
            if (_disposed) return;
            try
            {
                var level = Read() >> index & 1;
                if (level == (_told >> index & 1)) return;
                Tell(index, level != 0);
            }
            catch (GpioException e)
            {
                _edges.Writer.TryComplete(e);
            }
        }
    }

    private void Tell(int index, bool rising)
    {
        _told = rising ? _told | (1UL << index) : _told & ~(1UL << index);
        if (!_inputs[index].Edges.HasFlag(rising ? GpioEdges.Rising : GpioEdges.Falling)) return;
        // CLOCK_MONOTONIC, as the kernel stamps edges: TimeProvider's timestamps on Linux.
        _edges.Writer.TryWrite(new(index, rising, _time.GetElapsedTime(0), ++_sequence, ++_lineSequences[index]));
    }
}
