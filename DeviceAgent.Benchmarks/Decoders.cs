using System.Text;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Drivers.Scanning;

namespace DeviceAgent.Benchmarks;

/// <summary>The decoders of DeviceAgent.Drivers, each with what its device sends.</summary>
internal static class Decoders
{
    private const int Frames = 1_000;

    public static IEnumerable<Decoder> All => [ScanLines(), PrinterReplies()];

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
