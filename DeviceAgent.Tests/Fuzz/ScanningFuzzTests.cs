using DeviceAgent.Drivers.Input;
using DeviceAgent.Drivers.Scanning;
using DeviceAgent.Simulator.Scanning;
using DeviceAgent.Tests.Scanning;

namespace DeviceAgent.Tests.Fuzz;

/// <summary>Each decoder of the scanners takes a million mutated inputs; after the garbage (and a pause, or a reset, where the protocol has one) the next good frame is read.</summary>
public sealed class ScanningFuzzTests
{
    private static readonly byte[][] Ssi =
    [
        SsiPacketTests.Packet(0xF3, 0, 0x1C, "8012345678"u8), SsiPacketTests.Packet(0xF3, 2, 0x1C, "80"u8), SsiPacketTests.Packet(0xF3, 3, 0x1C, "80"u8),
        Convert.FromHexString("04D00000FF2C"), Convert.FromHexString("05D1000006FF24"), [0x00],
    ];

    [Theory]
    [InlineData(ScanSuffix.CarriageReturn)]
    [InlineData(ScanSuffix.CarriageReturnLineFeed)]
    public void Scan_lines(ScanSuffix suffix)
    {
        var parser = new ScanLineParser(new() { Suffix = suffix, AimIdentifier = true, Prefix = "\u0002", MaxLengthBytes = 40 });
        byte[][] corpus = ["\u0002]Q18012\r\n"u8.ToArray(), "\u0002]C0订单8012\r\n"u8.ToArray(), "8012\r"u8.ToArray(), "\r\n"u8.ToArray(), [0xFF, 0x00, 0x0D, 0x0A]];
        Fuzzer.Run(1, corpus, input =>
        {
            var rest = input.Span;
            while (parser.TryRead(ref rest, out var line)) Assert.True(line.Text.Length <= 40);
            rest = "\r\n\u0002]Q1ORDER\r\n"u8;
            var last = "";
            while (parser.TryRead(ref rest, out var line)) last = line.Fault == ScanFault.None ? System.Text.Encoding.UTF8.GetString(line.Text) : "";
            Assert.Equal("ORDER", last);
        });
    }

    [Theory]
    [InlineData("newland")]
    [InlineData("gm65")]
    public void Replies(string profile)
    {
        var splitter = ReplySplitterTests.Splitter(profile);
        byte[] reply = Convert.FromHexString(profile == "gm65" ? "02000001003331" : "0201303030302353434E5452473106" + "3B03");
        byte[][] corpus = [reply, [.. reply, .. "8012\r"u8], "8012\r"u8.ToArray(), Convert.FromHexString("0201303030302353434E5452473115" + "3B03"), [0x02], [0x02, 0x01]];
        Fuzzer.Run(2, corpus, input =>
        {
            // Nothing is made up, and what is no reply is given on.
            var (given, replies) = Drain(splitter, input.Span, out _);
            given += splitter.GiveUp().Length;
            Assert.True(given <= input.Length && replies <= input.Length);
            var next = Drain(splitter, reply, out _);
            Assert.Equal((0, 1), next);
            Assert.Equal((5, 0), Drain(splitter, "8012\r"u8, out var last));
            Assert.Equal((byte)'\r', last);
        });
    }

    [Fact]
    public void Ssi_packets_and_the_codes_in_them()
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

    [Fact]
    public void Hid_pos_reports()
    {
        var decoder = new HidPosDecoder(200);
        var good = HidPosReports.Of("8012")[0];
        byte[][] corpus = [.. HidPosReports.Of(new string('8', 300)), good, .. HidPosReports.Of("8012", null), .. HidPosReports.Of("8012", "]C0", 2)];
        Fuzzer.Run(4, corpus, input =>
        {
            for (var rest = input.Span; ; rest = rest[64..])
            {
                decoder.Take(rest[..Math.Min(rest.Length, 64)]);
                Assert.True(decoder.Code.Length <= 200);
                if (rest.Length <= 64) break;
            }
            decoder.TryAbandon();
            Assert.Equal(HidPosStep.Code, decoder.Take(good));
            Assert.True(decoder.Code.SequenceEqual("8012"u8));
        });
    }

    [Fact]
    public void Hid_report_descriptors()
    {
        byte[][] corpus = [HidPosReports.Descriptor, [0xFE, 0x03, 0xAA], Convert.FromHexString("05010906A101050719E029E71500250175019508810295017508810395057501C0")];
        Fuzzer.Run(5, corpus, input =>
        {
            HidReportDescriptor.HasApplication(input.Span, 0x8C, 0x02);
            Assert.True(HidReportDescriptor.HasApplication(HidPosReports.Descriptor, 0x8C, 0x02));
        });
    }

    [Fact]
    public void Input_events()
    {
        var decoder = new KeyDecoder(KeyboardLayout.Find("de"));
        byte[][] corpus = [new TypedKeys().Type("aB1\r").ToArray(), new TypedKeys().Overflow().EndReport().ToArray(), new TypedKeys().TapWith(TypedKeys.LeftAlt, 79, 80).Tap(41, TypedKeys.CapsLock).ToArray()];
        var end = new TypedKeys().EndReport().ToArray();
        var good = new TypedKeys().Type("8").ToArray().Chunk(24).ToArray();
        Fuzzer.Run(6, corpus, input =>
        {
            for (var rest = input.Span; rest.Length >= 24; rest = rest[24..])
            {
                decoder.Take(rest[..24]);
                Assert.True(decoder.Text.Length <= 2);
            }
            // What the scanner does after events were dropped.
            decoder.Take(end);
            decoder.SetKeys([]);
            Assert.Equal('8', good.Select(e => decoder.Take(e) == KeyStep.Text ? decoder.Text[0] : '\0').Max());
        });
    }

    private static (int Given, int Replies) Drain(ReplySplitter splitter, ReadOnlySpan<byte> input, out byte last)
    {
        var (given, replies) = (0, 0);
        last = 0;
        while (true)
        {
            switch (splitter.Next(ref input, out var data))
            {
                case ReplyPart.Data:
                    given += data.Length;
                    last = data[^1];
                    break;
                case ReplyPart.Nothing:
                    return (given, replies);
                default:
                    replies++;
                    break;
            }
        }
    }
}
