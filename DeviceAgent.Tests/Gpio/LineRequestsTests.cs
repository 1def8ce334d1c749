using System.Buffers.Binary;
using System.Text;
using DeviceAgent.Drivers.Gpio;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceAgent.Tests.Gpio;

public sealed class LineRequestsTests
{
    private const ulong ActiveLow = 1 << 1, Input = 1 << 2, Output = 1 << 3, Rising = 1 << 4, Falling = 1 << 5, PullUp = 1 << 8, PullDown = 1 << 9, NoBias = 1 << 10;

    [Fact]
    public void No_byte_of_an_output_request_differs_from_the_header()
    {
        var request = LineRequests.Outputs([17, 27, 22], [new(GpioLine.At(17), true), new(GpioLine.At(27), false, ActiveLow: true), new(GpioLine.At(22), true)], "device-agent");

        var expected = new byte[592];
        U32(expected, 0, 17);
        U32(expected, 4, 27);
        U32(expected, 8, 22);
        Encoding.ASCII.GetBytes("device-agent", expected.AsSpan(256));
        U64(expected, 288, Output);
        U32(expected, 296, 2);
        Attribute(expected, 0, id: 1, Output | ActiveLow, mask: 0b010);
        Attribute(expected, 1, id: 2, 0b101, mask: 0b111);
        U32(expected, 560, 3);
        Assert.Equal(expected, GpioUapi.Bytes(ref request).ToArray());
    }

    [Fact]
    public void An_open_drain_is_never_asked_for_as_push_and_pull()
    {
        var request = LineRequests.Outputs([3, 4, 5], [new(GpioLine.At(3), false), new(GpioLine.At(4), true, ActiveLow: true, GpioDrive.OpenDrain), new(GpioLine.At(5), false, Drive: GpioDrive.OpenSource)], "x");
        var expected = new byte[592];
        for (var i = 0; i < 3; i++) U32(expected, 4 * i, (uint)(3 + i));
        expected[256] = (byte)'x';
        U64(expected, 288, Output);
        U32(expected, 296, 3);
        Attribute(expected, 0, id: 1, Output | ActiveLow | 1 << 6, mask: 0b010);
        Attribute(expected, 1, id: 1, Output | 1 << 7, mask: 0b100);
        Attribute(expected, 2, id: 2, 0b010, mask: 0b111);
        U32(expected, 560, 3);
        Assert.Equal(expected, GpioUapi.Bytes(ref request).ToArray());
    }

    [Theory]
    [InlineData(1, 64u)]
    [InlineData(5, 320u)]
    [InlineData(64, 1024u)] // GPIO_V2_LINES_MAX * 16
    public void A_bouncing_contact_never_has_less_room_than_the_kernel_allows(int lines, uint expected)
    {
        var request = LineRequests.Inputs([.. Enumerable.Range(0, lines).Select(i => (uint)i)], [.. Enumerable.Range(0, lines).Select(i => new GpioInput(GpioLine.At(i), GpioEdges.Both))], "x");
        Assert.Equal(expected, request.EventBufferSize);
    }

    [Fact]
    public void No_byte_of_an_input_request_differs_from_the_header()
    {
        var request = LineRequests.Inputs([4, 5, 6, 7], [
            new(GpioLine.At(4), GpioEdges.Both, GpioBias.PullUp, TimeSpan.FromMilliseconds(5), ActiveLow: true),
            new(GpioLine.At(5), GpioEdges.Rising, GpioBias.PullDown, TimeSpan.FromMilliseconds(5)),
            new(GpioLine.At(6), GpioEdges.Falling, GpioBias.Disabled, TimeSpan.FromMicroseconds(100)),
            new(GpioLine.At(7)),
        ], "device-agent");

        var expected = new byte[592];
        U32(expected, 0, 4);
        U32(expected, 4, 5);
        U32(expected, 8, 6);
        U32(expected, 12, 7);
        Encoding.ASCII.GetBytes("device-agent", expected.AsSpan(256));
        U64(expected, 288, Input | ActiveLow | Rising | Falling | PullUp);
        U32(expected, 296, 5);
        Attribute(expected, 0, id: 1, Input | Rising | PullDown, mask: 0b0010);
        Attribute(expected, 1, id: 1, Input | Falling | NoBias, mask: 0b0100);
        Attribute(expected, 2, id: 1, Input, mask: 0b1000);
        Attribute(expected, 3, id: 3, 5000, mask: 0b0011);
        Attribute(expected, 4, id: 3, 100, mask: 0b0100);
        U32(expected, 560, 4);
        U32(expected, 564, 256);
        Assert.Equal(expected, GpioUapi.Bytes(ref request).ToArray());
    }

    [Theory]
    [InlineData("a consumer name that is far too long for the kernel", "a consumer name that is far too")]
    [InlineData("售票机售票机售票机售票机", "售票机售票机售票机售")] // 31 bytes would cut a character in two
    public void A_long_consumer_name_never_loses_its_closing_nul_or_half_a_character(string consumer, string expected)
    {
        var request = LineRequests.Outputs([1], [new(GpioLine.At(1), false)], consumer);
        Assert.Equal(expected, GpioUapi.Text(request.Consumer));
        Assert.Equal(0, request.Consumer[31]);
    }

    [Fact]
    public void Sixty_four_lines_are_never_shifted_out_of_the_mask()
    {
        var outputs = Enumerable.Range(0, 64).Select(i => new GpioOutput(GpioLine.At(i), i == 63)).ToArray();
        var request = LineRequests.Outputs([.. Enumerable.Range(0, 64).Select(i => (uint)i)], outputs, "x");
        Assert.Equal(ulong.MaxValue, request.Config.Attributes[0].Mask);
        Assert.Equal(1UL << 63, request.Config.Attributes[0].Attribute.Value);
        Assert.Equal(64u, request.LineCount);
    }

    /// <summary>Decodes the request as the kernel does (gpio_v2_line_config_flags: the first attribute that covers the line wins).</summary>
    [Fact]
    public void No_line_gets_another_lines_settings()
    {
        var one = from edges in Gen.Elements(GpioEdges.None, GpioEdges.Rising, GpioEdges.Falling, GpioEdges.Both)
                  from bias in Gen.Elements(GpioBias.AsIs, GpioBias.Disabled, GpioBias.PullUp, GpioBias.PullDown)
                  from debounce in Gen.Elements(0, 1, 250, 3_600_000)
                  from low in Gen.Elements(false, true)
                  select new GpioInput(GpioLine.At(0), edges, bias, TimeSpan.FromMilliseconds(debounce), low);
        Prop.ForAll(one.NonEmptyListOf().ToArbitrary(), inputs =>
        {
            GpioInput[] lines = [.. inputs.Take(64).Select((input, i) => input with { Line = GpioLine.At(i) })];
            uint[] offsets = [.. Enumerable.Range(0, lines.Length).Select(i => (uint)i)];
            var needed = lines.Select(l => (l.Edges, l.Bias, l.ActiveLow)).Distinct().Count() - 1 + lines.Select(l => l.Debounce).Where(d => d > TimeSpan.Zero).Distinct().Count();
            if (needed > 10)
            {
                Assert.Throws<ArgumentException>(() => LineRequests.Inputs(offsets, lines, "x"));
                return;
            }
            var request = LineRequests.Inputs(offsets, lines, "x");
            var bytes = GpioUapi.Bytes(ref request).ToArray();
            for (var i = 0; i < lines.Length; i++) Assert.Equal((FlagsOf(lines[i]), (ulong)(lines[i].Debounce.Ticks / 10)), Effective(bytes, i));
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(36_000_000_001)]
    public void A_debounce_outside_its_range_never_reaches_the_kernel(long ticks) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => LineRequests.Inputs([1], [new(GpioLine.At(1), Debounce: TimeSpan.FromTicks(ticks))], "x"));

    private static ulong FlagsOf(GpioInput input) =>
        Input | (input.ActiveLow ? ActiveLow : 0)
        | input.Edges switch { GpioEdges.Rising => Rising, GpioEdges.Falling => Falling, GpioEdges.Both => Rising | Falling, _ => 0 }
        | input.Bias switch { GpioBias.PullUp => PullUp, GpioBias.PullDown => PullDown, GpioBias.Disabled => NoBias, _ => 0 };

    private static (ulong Flags, ulong Debounce) Effective(ReadOnlySpan<byte> request, int line)
    {
        ulong? flags = null, debounce = null;
        var count = BinaryPrimitives.ReadUInt32LittleEndian(request[296..]);
        for (var a = 0; a < count; a++)
        {
            var attribute = request.Slice(320 + 24 * a, 24);
            if ((BinaryPrimitives.ReadUInt64LittleEndian(attribute[16..]) >> line & 1) == 0) continue;
            var value = BinaryPrimitives.ReadUInt64LittleEndian(attribute[8..]);
            if (attribute[0] == 1) flags ??= value;
            if (attribute[0] == 3) debounce ??= value;
        }
        return (flags ?? BinaryPrimitives.ReadUInt64LittleEndian(request[288..]), debounce ?? 0);
    }

    private static void Attribute(byte[] bytes, int index, uint id, ulong value, ulong mask)
    {
        U32(bytes, 320 + 24 * index, id);
        U64(bytes, 328 + 24 * index, value);
        U64(bytes, 336 + 24 * index, mask);
    }

    private static void U32(byte[] bytes, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), value);

    private static void U64(byte[] bytes, int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), value);
}
