using System.Diagnostics;
using System.Globalization;

namespace DeviceAgent.Benchmarks;

/// <summary>How fast each decoder reads what its device sends, in one thread, and whether it allocates.</summary>
/// <remarks>Against the fastest of the devices' lines: USB full speed carries 1.2 MB/s at the most, a serial line of 115,200 baud 11.5 kB/s.</remarks>
internal static class DecoderBenchmark
{
    private const int Blocks = 5;
    private const double UsbFullSpeed = 1.216e6;

    public static Table Run(bool quick)
    {
        var table = new Table("decoders: one thread, good frames with a little garbage between them");
        foreach (var decoder in Decoders.All) Measure(table, decoder, quick);
        table.Note("median: MB/s of input. blocks: the slowest and the fastest of five. ratio: times what a USB full-speed line can carry (1.216 MB/s).");
        table.Note("p99: bytes allocated for each frame that was read. A budget of 0 holds for decoders that give a frame as it lies in their buffer.");
        return table;
    }

    private static void Measure(Table table, Decoder decoder, bool quick)
    {
        var input = decoder.Input(new Random(1));
        var rounds = Math.Max(1, (quick ? 2_000_000 : 20_000_000) / input.Length);
        var frames = Rounds(decoder, input, Math.Max(1, rounds / 4));
        if (frames == 0) throw new InvalidOperationException($"{decoder.Name}: no frame was read.");
        // The second tier of the compiler comes 100 ms late.
        Thread.Sleep(200);
        Rounds(decoder, input, Math.Max(1, rounds / 4));
        var speeds = new double[Blocks];
        var allocated = 0L;
        frames = 0;
        for (var block = 0; block < Blocks; block++)
        {
            var bytesBefore = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            frames += Rounds(decoder, input, rounds);
            speeds[block] = (double)input.Length * rounds / Stopwatch.GetElapsedTime(started).TotalSeconds;
            allocated += GC.GetAllocatedBytesForCurrentThread() - bytesBefore;
        }
        var perFrame = (double)allocated / frames;
        // What the measuring itself allocates is not each frame's.
        var verdict = decoder.MayAllocate ? "" : Budget.AtMost(0.01).Judge(perFrame);
        table.Row(decoder.Name, string.Create(CultureInfo.InvariantCulture, $"{Figures.Median(speeds) / 1e6:F1} MB/s"), string.Create(CultureInfo.InvariantCulture, $"{perFrame:F2} B"),
            string.Create(CultureInfo.InvariantCulture, $"{speeds.Min() / 1e6:F0}-{speeds.Max() / 1e6:F0}"), string.Create(CultureInfo.InvariantCulture, $"{Figures.Median(speeds) / UsbFullSpeed:F0}"),
            "", decoder.MayAllocate ? "" : "0 B", verdict);
    }

    private static long Rounds(Decoder decoder, byte[] input, int rounds)
    {
        var frames = 0L;
        for (var i = 0; i < rounds; i++) frames += decoder.Decode(input);
        return frames;
    }
}

/// <param name="Input">What a device sends: many frames.</param>
/// <param name="Decode">Reads all of it; gives the number of frames that it read.</param>
/// <param name="MayAllocate">It gives texts, not frames.</param>
internal sealed record Decoder(string Name, Func<Random, byte[]> Input, Func<byte[], int> Decode, bool MayAllocate = false);
