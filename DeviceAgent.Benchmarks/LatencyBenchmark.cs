using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace DeviceAgent.Benchmarks;

/// <summary>From the scanner's last byte to the first byte of the ticket at the printer, the gateway's time taken out.</summary>
internal sealed class LatencyBenchmark(string folder)
{
    private const int Blocks = 5, WarmUps = 20;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private readonly Series _total = new("scan to first byte, without gateway"), _toRequest = new("of it: to the gateway's request"), _toByte = new("of it: from the gateway's answer");
    private readonly Series _raw = new($"{RawFile.RecordBytes} B overwrite + fdatasync between pick-ups");

    public async Task<Table> RunAsync(bool quick)
    {
        var pickUps = quick ? 100 : 1000;
        using var raw = new RawFile(Path.Combine(folder, "raw"));
        await using var kiosk = await InProcessKiosk.StartAsync(folder);
        var order = 0L;
        Series discarded = new("warm-up");
        discarded.BeginBlock();
        var cold = await PickUpAsync(kiosk, order++, null);
        for (var i = 1; i < WarmUps; i++) await PickUpAsync(kiosk, order++, null);
        for (var block = 0; block < Blocks; block++)
        {
            foreach (var series in new[] { _total, _toRequest, _toByte, _raw }) series.BeginBlock();
            for (var i = 0; i < pickUps / Blocks; i++)
            {
                _raw.Time(raw.AppendDurably);
                _total.Add(await PickUpAsync(kiosk, order++, this));
            }
        }
        var table = new Table($"Latency: {pickUps.ToString(CultureInfo.InvariantCulture)} pick-ups of one ticket after {WarmUps}, all in one process; blocks: medians of {Blocks}");
        var (median, p99) = (Figures.Median(_total.All), Figures.Quantile(_total.All, 0.99));
        table.Row(_total.Name, Unit.Millis.Tell(median), Unit.Millis.Tell(p99), Unit.Millis.TellRange(_total.Medians), "",
            Table.Ratio(_total.Medians.Max() / _total.Medians.Min()), "<= 5 ms, p99 <= 20 ms", median <= 5_000 && p99 <= 20_000 ? "met" : "MISSED");
        table.Times(_toRequest, Unit.Millis);
        table.Times(_toByte, Unit.Millis);
        table.Times(_raw, Unit.Millis);
        table.Row("the cold first", Unit.Millis.Tell(cold));
        table.Note("Three durable steps lie between the gateway's answer and the first byte (intent, accepted, attempt started), and two rounds of status questions");
        table.Note("to the printer before it. A/A: the slowest block's median over the fastest's. The published agent is compiled ahead of time: its cold first is shorter.");
        return table;
    }

    /// <returns>µs.</returns>
    private static async Task<double> PickUpAsync(InProcessKiosk kiosk, long index, LatencyBenchmark? into)
    {
        var number = Samples.OrderNumber(index);
        var (firstByte, gateway) = kiosk.Expect();
        kiosk.Send(Encoding.ASCII.GetBytes(number));
        // The digits have arrived long before the suffix: at 115,200 baud they take 1.4 ms.
        await Task.Delay(2);
        var started = Stopwatch.GetTimestamp();
        kiosk.Send("\r"u8);
        var seen = await firstByte.WaitAsync(Limit);
        var (asked, answered) = await gateway;
        if (into is not null)
        {
            into._toRequest.Add(Figures.Microseconds(started, asked));
            into._toByte.Add(Figures.Microseconds(answered, seen));
        }
        await kiosk.UntilIdleAsync(number, Limit);
        return Figures.Microseconds(started, seen) - Figures.Microseconds(asked, answered);
    }
}
