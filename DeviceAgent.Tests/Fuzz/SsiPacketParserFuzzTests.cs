using DeviceAgent.Drivers.Scanning;
using DeviceAgent.Tests.Scanning;

namespace DeviceAgent.Tests.Fuzz;

/// <summary>A million mutated inputs; after a pause the next good packet is read, and the code in it.</summary>
public sealed class SsiPacketParserFuzzTests
{
    private static readonly byte[][] Ssi =
    [
        SsiPacketTests.Packet(0xF3, 0, 0x1C, "8012345678"u8), SsiPacketTests.Packet(0xF3, 2, 0x1C, "80"u8), SsiPacketTests.Packet(0xF3, 3, 0x1C, "80"u8),
        Convert.FromHexString("04D00000FF2C"), Convert.FromHexString("05D1000006FF24"), [0x00],
    ];

    [Fact]
    public void No_garbage_keeps_the_next_packet_from_being_read()
    {
        var parser = new SsiPacketParser();
        var assembler = new SsiCodeAssembler(40);
        var good = SsiPacketTests.Packet(0xF3, 0, 0x1C, "8012"u8);
        Fuzzer.Run(3, Ssi, input =>
        {
            Feed(input.Span);
            while (parser.IsInPacket)
            {
                parser.GiveUp();
                Feed([]);
            }
            assembler.TryAbandon();
            var rest = (ReadOnlySpan<byte>)good;
            Assert.True(parser.TryRead(ref rest, out var packet));
            Assert.Equal(SsiStep.Code, assembler.Take(packet));
            Assert.True(assembler.Code.SequenceEqual("8012"u8));
        });

        void Feed(ReadOnlySpan<byte> input)
        {
            while (parser.TryRead(ref input, out var packet))
            {
                if (packet.Opcode == SsiPacket.DecodeData) assembler.Take(packet);
                Assert.True(assembler.Code.Length <= 40);
            }
        }
    }
}
