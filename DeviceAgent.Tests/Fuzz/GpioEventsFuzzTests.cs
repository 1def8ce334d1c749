using System.Buffers.Binary;
using DeviceAgent.Drivers.Gpio;

namespace DeviceAgent.Tests.Fuzz;

/// <summary>The events of a GPIO request, struct gpio_v2_line_event: 48 bytes each.</summary>
public sealed class GpioEventsFuzzTests
{
    private static readonly uint[] Offsets = [4, 5, 17];

    [Fact]
    public void No_bytes_of_a_chip_ever_crash_the_reader_or_hide_the_next_edge()
    {
        var levels = new InputLevels(Offsets.Length);
        var good = Event(1, 17, 7, 3);
        var edges = 0L;
        Fuzzer.Run(20261126, [Event(1, 4, 1, 1), Event(2, 4, 2, 2), Event(1, 5, 3, 1), [.. Event(2, 5, 4, 2), .. Event(1, 17, 5, 1)]], input =>
        {
            foreach (var edge in LineEvents.Read(input.Span, Offsets))
            {
                edges++;
                Assert.InRange(edge.Index, 0, Offsets.Length - 1);
                levels.Take(edge);
            }
            Assert.InRange(levels.Levels, 0UL, 7UL);
            var next = Assert.Single(LineEvents.Read(good, Offsets).ToArray());
            Assert.Equal((2, true), (next.Index, next.Rising));
        });
        Assert.True(edges > 100_000, $"only {edges} edges were read");
    }

    private static byte[] Event(uint id, uint offset, uint sequence, uint lineSequence)
    {
        var bytes = new byte[48];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, 1_000_000 * sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), id);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), offset);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(20), lineSequence);
        return bytes;
    }
}
