using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DeviceAgent.Drivers.Gpio;

/// <summary>Edges out of what a read of a request's file gave. Pure; allocates nothing.</summary>
/// <remarks>Source: linux/gpio.h, struct gpio_v2_line_event; the kernel gives whole events. What is none of the request's is passed over.</remarks>
internal static class LineEvents
{
    internal static readonly int Size = Unsafe.SizeOf<LineEvent>();

    /// <param name="bytes">Whole events; a rest is left out.</param>
    /// <param name="offsets">The lines of the request, in its order.</param>
    internal static Reader Read(ReadOnlySpan<byte> bytes, ReadOnlySpan<uint> offsets) => new(MemoryMarshal.Cast<byte, LineEvent>(bytes), offsets);

    internal ref struct Reader(ReadOnlySpan<LineEvent> events, ReadOnlySpan<uint> offsets)
    {
        private readonly ReadOnlySpan<LineEvent> _events = events;
        private readonly ReadOnlySpan<uint> _offsets = offsets;
        private int _next;

        public GpioEdge Current { get; private set; }

        public readonly Reader GetEnumerator() => this;

        public bool MoveNext()
        {
            while (_next < _events.Length)
            {
                ref readonly var e = ref _events[_next++];
                var index = _offsets.IndexOf(e.Offset);
                if (index < 0 || e.Id is not (GpioUapi.RisingEdge or GpioUapi.FallingEdge)) continue;
                Current = new(index, e.Id == GpioUapi.RisingEdge, TimeSpan.FromTicks((long)(e.TimestampNs / 100)), e.Sequence, e.LineSequence);
                return true;
            }
            return false;
        }

        internal readonly GpioEdge[] ToArray()
        {
            var edges = new List<GpioEdge>();
            foreach (var edge in this) edges.Add(edge);
            return [.. edges];
        }
    }
}
