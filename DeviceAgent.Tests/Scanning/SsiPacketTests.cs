using System.Text;
using DeviceAgent.Drivers.Scanning;

namespace DeviceAgent.Tests.Scanning;

public sealed class SsiPacketTests
{
    private const byte Resent = 1, Continued = 2, Qr = 0x1C;

    [Theory]
    [InlineData("04E40400FF14")]
    [InlineData("04E50400FF13")]
    [InlineData("04E90400FF0F")]
    [InlineData("04EA0400FF0E")]
    [InlineData("04A30400FF55")]
    public void A_packet_of_the_guide_is_read(string hex)
    {
        Assert.Equal([hex], Read(Convert.FromHexString(hex)));
        var damaged = Convert.FromHexString(hex);
        damaged[5] ^= 1;
        Assert.Empty(Read(damaged));
    }

    [Fact]
    public void A_packet_is_read_whatever_pieces_it_comes_in()
    {
        var packet = Packet(0xF3, 0, Qr, "8012"u8);
        for (var cut = 1; cut < packet.Length; cut++) Assert.Equal([Convert.ToHexString(packet)], Read(packet[..cut], packet[cut..]));
        Assert.Equal(Enumerable.Repeat(Convert.ToHexString(packet), 3), Read([.. packet, .. packet, .. packet]));
    }

    [Fact]
    public void After_any_garbage_and_a_pause_the_next_good_packet_is_read_also_one_that_was_swallowed()
    {
        var random = new Random(3);
        var packet = Packet(0xF3, 0, Qr, "8012"u8);
        for (var i = 0; i < 20_000; i++)
        {
            var garbage = new byte[random.Next(40)];
            random.NextBytes(garbage);
            Assert.Contains(Convert.ToHexString(packet), Read([.. garbage, .. packet]));
            var parser = new SsiPacketParser();
            Feed(parser, garbage);
            Pause(parser);
            Assert.Equal([Convert.ToHexString(packet)], Feed(parser, packet));
        }
    }

    [Fact]
    public void A_damaged_packet_never_eats_the_packets_behind_it()
    {
        var packet = Packet(0xF3, 0, Qr, "8012"u8);
        for (var at = 1; at < packet.Length; at++)
        {
            var damaged = packet.ToArray();
            damaged[at] ^= 0x10;
            Assert.Equal([Convert.ToHexString(packet)], Read([.. damaged, .. packet]));
        }
        // A length that was damaged reaches over the next packet.
        packet[0] = 0x0D;
        var good = Packet(0xF3, 0, Qr, "8013"u8);
        Assert.Equal([Convert.ToHexString(good), Convert.ToHexString(good)], Read([.. packet, .. good, .. good]));
        packet[0] = 0xFF;
        Assert.Equal([Convert.ToHexString(good), Convert.ToHexString(good)], Read([.. packet, .. good, .. good]));
    }

    [Fact]
    public void A_retransmission_is_never_delivered_twice_and_never_lost()
    {
        var assembler = new SsiCodeAssembler(100);
        Assert.Equal("8012", Take(assembler, 0, "8012"));
        Assert.Null(Take(assembler, Resent, "8012"));
        Assert.Null(Take(assembler, Resent, "8012"));
        // Another code whose first transmission never arrived.
        Assert.Equal("8013", Take(assembler, Resent, "8013"));
        Assert.Null(Take(assembler, Resent, "8013"));
        // The same code held up once more is a new one.
        Assert.Equal("8013", Take(assembler, 0, "8013"));
    }

    [Fact]
    public void A_code_of_several_packets_is_whole_or_none()
    {
        var assembler = new SsiCodeAssembler(100);
        Assert.Null(Take(assembler, Continued, "80"));
        Assert.Null(Take(assembler, Continued | Resent, "80"));
        Assert.Null(Take(assembler, Continued, "12"));
        Assert.True(assembler.IsInCode);
        Assert.Equal("801299", Take(assembler, 0, "99"));
        Assert.False(assembler.IsInCode);

        Assert.Null(Take(assembler, Continued, "80"));
        Assert.True(assembler.TryAbandon());
        Assert.Equal("8014", Take(assembler, 0, "8014"));
    }

    [Fact]
    public void Equal_parts_of_one_code_are_never_taken_for_a_retransmission()
    {
        var assembler = new SsiCodeAssembler(100);
        Assert.Null(Take(assembler, Continued, "77"));
        Assert.Null(Take(assembler, Continued, "77"));
        Assert.Equal("777777", Take(assembler, 0, "77"));
    }

    [Fact]
    public void A_code_that_is_too_long_is_told_once()
    {
        var assembler = new SsiCodeAssembler(5);
        Assert.Null(Take(assembler, Continued, "8012"));
        Assert.Null(Take(assembler, Continued, "8012"));
        Assert.Equal("TooLong", Take(assembler, 0, "8012"));
        Assert.Equal("8013", Take(assembler, 0, "8013"));
    }

    [Theory]
    [InlineData(0x1C, "]Q1")]
    [InlineData(0x03, "]C0")]
    [InlineData(0x0F, "]C1")]
    [InlineData(0x2D, "]z0")]
    [InlineData(0xB7, "]h0")]
    [InlineData(0x02, null)]
    [InlineData(0x00, null)]
    public void The_type_of_a_code_is_named_where_it_is_known(byte type, string? aim) => Assert.Equal(aim, SsiCodeAssembler.AimOf(type));

    internal static byte[] Packet(byte opcode, byte status, byte type, ReadOnlySpan<byte> data)
    {
        byte[] packet = [(byte)(5 + data.Length), opcode, 0x00, status, type, .. data];
        var sum = SsiPacketParser.Checksum(packet);
        return [.. packet, (byte)(sum >> 8), (byte)sum];
    }

    private static string? Take(SsiCodeAssembler assembler, int status, string data)
    {
        var step = assembler.Take(new SsiPacket(Packet(0xF3, (byte)status, Qr, Encoding.ASCII.GetBytes(data))));
        return step switch
        {
            SsiStep.Code => Encoding.ASCII.GetString(assembler.Code),
            SsiStep.TooLong => "TooLong",
            _ => null,
        };
    }

    private static List<string> Read(params byte[][] pieces)
    {
        var parser = new SsiPacketParser();
        var packets = pieces.SelectMany(p => Feed(parser, p)).ToList();
        packets.AddRange(Pause(parser));
        return packets;
    }

    private static List<string> Pause(SsiPacketParser parser)
    {
        var packets = new List<string>();
        while (parser.IsInPacket)
        {
            parser.GiveUp();
            packets.AddRange(Feed(parser, []));
        }
        return packets;
    }

    private static List<string> Feed(SsiPacketParser parser, byte[] bytes)
    {
        var packets = new List<string>();
        ReadOnlySpan<byte> input = bytes;
        while (parser.TryRead(ref input, out var packet)) packets.Add(Convert.ToHexString(packet.Bytes));
        return packets;
    }
}
