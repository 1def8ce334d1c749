using System.Threading.Channels;
using DeviceAgent.Drivers.Gpio;

namespace DeviceAgent.Tests.Devices;

/// <summary>A chip's inputs: levels that a test sets, edges that it tells, keeps back or fails to tell.</summary>
internal sealed class ScriptedInputs(int count) : IGpioInputs
{
    private readonly Channel<GpioEdge> _edges = Channel.CreateUnbounded<GpioEdge>();
    private readonly uint[] _lines = new uint[count];
    private uint _sequence;

    public ulong Levels { get; set; }

    public GpioException? ReadFailure { get; set; }

    public int Reads { get; private set; }

    public bool Disposed { get; private set; }

    public ChannelReader<GpioEdge> Edges => _edges.Reader;

    public ulong Read()
    {
        Reads++;
        return ReadFailure is null ? Levels : throw ReadFailure;
    }

    /// <param name="dropped">The kernel's buffer was full: the level changes, and nobody hears of it.</param>
    public void Change(int index, bool active, bool dropped = false)
    {
        Levels = active ? Levels | 1UL << index : Levels & ~(1UL << index);
        var edge = new GpioEdge(index, active, default, ++_sequence, ++_lines[index]);
        if (!dropped) _edges.Writer.TryWrite(edge);
    }

    public void Unplug() => _edges.Writer.TryComplete(new GpioException(GpioFault.NoSuchChip, "chip", "5", 19));

    public void Dispose()
    {
        Disposed = true;
        _edges.Writer.TryComplete();
    }
}
