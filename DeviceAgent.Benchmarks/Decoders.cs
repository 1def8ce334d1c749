using System.Text;
using DeviceAgent.Drivers.Contactless;
using DeviceAgent.Drivers.IdCards;
using DeviceAgent.Drivers.Input;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Drivers.Scanning;
using DeviceAgent.Simulator.Scanning;

namespace DeviceAgent.Benchmarks;

/// <summary>The decoders of DeviceAgent.Drivers, each with what its device sends.</summary>
internal static class Decoders
{
    private const int Frames = 1_000;

    public static IEnumerable<Decoder> All => [ScanLines(), ScannerReplies(), SsiPackets(), HidPosReportsOf(), InputEvents(), PrinterReplies(), IdCardReplies(), Pn532Frames(), NdefMessages()];

    private static Decoder ScanLines()
    {
        var parser = new ScanLineParser(new LineScannerOptions());
        return new("scanner: lines", random => Join(random, i => Encoding.ASCII.GetBytes($"{1000000000000000 + i}\r")), input =>
        {
            var count = 0;
            for (ReadOnlySpan<byte> rest = input; parser.TryRead(ref rest, out _);) count++;
            return count;
        });
    }

    private static Decoder ScannerReplies()
    {
        var profile = ScannerProfile.Load("gm65");
        var splitter = new ReplySplitter(profile.AcceptPatterns, profile.RefusePatterns, default);
        return new("scanner: codes between GM65 replies", random => Join(random, i => [0x02, 0x00, 0x00, 0x01, 0x00, 0x33, 0x31, .. Encoding.ASCII.GetBytes($"{1000000000000000 + i}\r")]), input =>
        {
            var count = 0;
            for (ReadOnlySpan<byte> rest = input; splitter.Next(ref rest, out _) is not ReplyPart.Nothing and var part;)
            {
                if (part == ReplyPart.Accepted) count++;
            }
            return count;
        });
    }

    private static Decoder SsiPackets()
    {
        var parser = new SsiPacketParser();
        var assembler = new SsiCodeAssembler(512);
        return new("scanner: SSI packets", random => Join(random, i => SsiPacket(Encoding.ASCII.GetBytes($"{1000000000000000 + i}"))), input =>
        {
            var count = 0;
            for (ReadOnlySpan<byte> rest = input; parser.TryRead(ref rest, out var packet);)
            {
                if (assembler.Take(packet) == SsiStep.Code) count++;
            }
            return count;
        });
    }

    private static byte[] SsiPacket(byte[] code)
    {
        byte[] packet = [(byte)(5 + code.Length), 0xF3, 0x00, 0x00, 0x1C, .. code];
        var sum = SsiPacketParser.Checksum(packet);
        return [.. packet, (byte)(sum >> 8), (byte)sum];
    }

    private static Decoder HidPosReportsOf()
    {
        var decoder = new HidPosDecoder(512);
        return new("scanner: HID-POS reports", _ => [.. Enumerable.Range(0, Frames).SelectMany(i => HidPosReports.Of($"{1000000000000000 + i}")[0])], input =>
        {
            var count = 0;
            for (ReadOnlySpan<byte> rest = input; rest.Length >= HidPosDecoder.ReportBytes; rest = rest[HidPosDecoder.ReportBytes..])
            {
                if (decoder.Take(rest[..HidPosDecoder.ReportBytes]) == HidPosStep.Code) count++;
            }
            return count;
        });
    }

    private static Decoder InputEvents()
    {
        var decoder = new KeyDecoder(KeyboardLayout.Find("us"));
        return new("scanner: keys (evdev)", _ => [.. Enumerable.Range(0, Frames).SelectMany(i => new TypedKeys().Type($"{1000000000000000 + i}\r").ToArray())], input =>
        {
            var count = 0;
            for (ReadOnlySpan<byte> rest = input; rest.Length >= KeyCodes.EventBytes; rest = rest[KeyCodes.EventBytes..])
            {
                if (decoder.Take(rest[..KeyCodes.EventBytes]) == KeyStep.Enter) count++;
            }
            return count;
        });
    }

    private static Decoder PrinterReplies()
    {
        var parser = new PrinterReplyParser();
        byte[][] replies = [[0x16], [0x14, 0, 0, 0x0F], [0x37, 0x22, 0x41, 0x42, 0x43, 0x44, 0], [0x5F, .. "SIM0000001"u8, 0]];
        return new("printer: replies", random => Join(random, i => replies[i % replies.Length]), input =>
        {
            var count = 0;
            foreach (var value in input)
            {
                if (parser.Push(value, out _)) count++;
            }
            return count;
        });
    }

    private static Decoder IdCardReplies()
    {
        var parser = new SdtReplyParser();
        return new("ID card: replies with a card's text", random => Join(random, i => IdCardReply(0x90, new byte[4 + 256])), input =>
        {
            var count = 0;
            ReadOnlySpan<byte> rest = input;
            while (parser.TryRead(ref rest, out _)) count++;
            // What the garbage at the end has begun.
            while (parser.TryReadAfterSilence(out _)) count++;
            return count;
        });
    }

    /// <summary>GA 450: mark, length, status, data, exclusive or of what stands between mark and checksum.</summary>
    private static byte[] IdCardReply(byte status, byte[] data)
    {
        var length = data.Length + 4;
        byte[] counted = [(byte)(length >> 8), (byte)length, 0, 0, status, .. data];
        return [0xAA, 0xAA, 0xAA, 0x96, 0x69, .. counted, counted.Aggregate((byte)0, (sum, b) => (byte)(sum ^ b))];
    }

    private static Decoder Pn532Frames()
    {
        var parser = new Pn532FrameParser();
        byte[] card = [0xD5, 0x4B, 0x01, 0x01, 0x00, 0x44, 0x00, 0x07, 0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6];
        byte[] frame = [0x00, 0x00, 0xFF, (byte)card.Length, (byte)-card.Length, .. card, (byte)-card.Sum(b => b), 0x00];
        return new("contactless: PN532 frames", random => Join(random, i => frame), input =>
        {
            var count = 0;
            ReadOnlySpan<byte> rest = input;
            while (parser.TryRead(ref rest, out _)) count++;
            while (parser.EndByPause(out _)) count++;
            return count;
        });
    }

    private static Decoder NdefMessages()
    {
        var text = "1000000000000001"u8.ToArray();
        byte[] message = [0xD1, 0x01, (byte)(text.Length + 3), 0x54, 0x02, (byte)'e', (byte)'n', .. text];
        return new("contactless: NDEF texts", _ => [.. Enumerable.Repeat(message, Frames).SelectMany(m => m)], input =>
        {
            var count = 0;
            for (ReadOnlySpan<byte> rest = input; rest.Length >= message.Length; rest = rest[message.Length..])
            {
                if (NdefText.TryRead(rest[..message.Length], out var read)) count += read!.Length > 0 ? 1 : 0;
            }
            return count;
        }, MayAllocate: true);
    }

    /// <summary>Frames, and after each hundredth a few bytes that belong to none.</summary>
    private static byte[] Join(Random random, Func<int, byte[]> frame)
    {
        var bytes = new List<byte>();
        var garbage = new byte[3];
        for (var i = 0; i < Frames; i++)
        {
            bytes.AddRange(frame(i));
            if (i % 100 != 99) continue;
            random.NextBytes(garbage);
            bytes.AddRange(garbage);
        }
        return [.. bytes];
    }
}
