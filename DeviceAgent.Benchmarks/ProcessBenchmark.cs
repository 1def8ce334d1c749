using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Kiosk;

namespace DeviceAgent.Benchmarks;

/// <summary>The published agent as a process of its own: how fast it is ready, and what it takes while nothing happens.</summary>
internal sealed class ProcessBenchmark(string agent, string folder)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>From exec to READY=1, on an empty and on a full journal in turn.</summary>
    public async Task<Table> StartAsync(bool quick)
    {
        var starts = quick ? 4 : 12;
        var (issuances, reports) = quick ? (50_000, 1_000) : (500_000, 10_000);
        await using var empty = await CreateAsync();
        await using var full = await CreateAsync();
        var (bytes, seconds) = FullJournal.Provide(folder, full.Folder.State, issuances, reports);
        // An unreachable platform: otherwise the first start would begin to empty the queue.
        await full.NetDownAsync();
        await empty.NetDownAsync();
        var openAfter = await UntilOpenAsync(full, reports);
        var onEmpty = new Series("empty journal");
        var again = new Series("empty journal, again");
        var onFull = new Series(string.Create(CultureInfo.InvariantCulture, $"{issuances:N0} issuances, {reports:N0} reports waiting"));
        foreach (var series in new[] { onEmpty, again, onFull }) series.BeginBlock();
        for (var i = -1; i < starts; i++)
        {
            var times = (await StartOnceAsync(empty), await StartOnceAsync(full), await StartOnceAsync(empty));
            if (i < 0) continue;
            onEmpty.Add(times.Item1);
            onFull.Add(times.Item2);
            again.Add(times.Item3);
        }
        var table = new Table($"Start: exec to READY=1, ReadyToRun, {starts.ToString(CultureInfo.InvariantCulture)} starts each after one, in turn; ratio to the empty journal");
        var ratio = Figures.Median(onFull.All) / Figures.Median(onEmpty.All);
        Row(onEmpty, "", Budget.AtMost(500, " ms"), Figures.Median(onEmpty.All) / 1000);
        Row(again, "", null, 0);
        Row(onFull, Table.Ratio(ratio), Budget.AtMost(500, " ms"), Figures.Median(onFull.All) / 1000);
        table.Row("full over empty", ratio: Table.Ratio(ratio), spread: Table.Ratio(Figures.Median(again.All) / Figures.Median(onEmpty.All)),
            budget: "0.80 to 1.20", verdict: ratio is >= 0.8 and <= 1.2 ? "met" : "MISSED");
        var settled = TimeSpan.FromSeconds(quick ? 4 : 60);
        var (emptyAnon, emptyAll) = await MemoryAfterAsync(empty, settled);
        var (anon, whole) = await MemoryAfterAsync(full, settled);
        Memory("RssAnon", emptyAnon, anon, 40);
        Memory("VmRSS", emptyAll, whole, 120);
        table.Note(string.Create(CultureInfo.InvariantCulture, $"The whole full journal was looked through, and its reports counted, {openAfter.TotalSeconds:0.0} s after exec."));
        table.Note(string.Create(CultureInfo.InvariantCulture, $"Memory {settled.TotalSeconds:0} s after READY=1: full, and how many times the empty journal's."));
        table.Note(string.Create(CultureInfo.InvariantCulture, $"The full journal has {bytes / 1048576.0:0} MiB (made in {seconds:0} s, or kept from an earlier run); files are in the page cache."));
        return table;

        void Memory(string what, double onEmptyMebibytes, double mebibytes, double bound) => table.Row($"{what}, full journal", string.Create(CultureInfo.InvariantCulture, $"{mebibytes:0.0} MiB"),
            ratio: Table.Ratio(mebibytes / onEmptyMebibytes), budget: Budget.AtMost(bound, " MiB").Text, verdict: Budget.AtMost(bound).Judge(mebibytes));

        void Row(Series series, string told, Budget? budget, double milliseconds) => table.Row(series.Name, Unit.Millis.Tell(Figures.Median(series.All)),
            $"{Unit.Millis.Tell(series.All.Max())} max", "", told, "", budget?.Text ?? "", budget?.Judge(milliseconds) ?? "");
    }

    /// <summary>Idle, with scanner, printer, ID-card reader, switches and lights attached.</summary>
    public async Task<Table> MemoryAsync(bool quick)
    {
        var seconds = quick ? 4 : 20;
        await using var kiosk = await CreateAsync(OrderFile.Sample("bus-2", TimeProvider.System.GetUtcNow()), PresentedIdCard.Passenger);
        using var limit = new CancellationTokenSource(Limit);
        await kiosk.StartAgentAsync(limit.Token);
        while (await kiosk.Api.StatusAsync(limit.Token) is not { CanIssue: true }) await Task.Delay(100, limit.Token);
        var pid = ProcessFacts.WithArgument(kiosk.Folder.ConfigPath);
        // The questions above and the start itself have an end: tiered compilation, the API's idle connections.
        // What was called at the start is compiled again in the background for a while: that is not idling.
        await Task.Delay(TimeSpan.FromSeconds(quick ? 4 : 90));
        var (ticks, wakeUps, threads, started) = (ProcessFacts.CpuTicks(pid), ProcessFacts.WakeUps(pid), ProcessFacts.WakeUpsByThread(pid), Stopwatch.GetTimestamp());
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        var elapsed = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var cpu = (ProcessFacts.CpuTicks(pid) - ticks) * 0.01 / elapsed * 100;
        var rate = (ProcessFacts.WakeUps(pid) - wakeUps) / elapsed;
        var after = ProcessFacts.WakeUpsByThread(pid);
        var table = new Table(string.Create(CultureInfo.InvariantCulture, $"Idle: the published agent over {seconds} s, scanner, printer, ID-card reader, switches and lights attached"));
        Row("RssAnon", ProcessFacts.Mebibytes(pid, "RssAnon"), "MiB", 40);
        Row("VmRSS", ProcessFacts.Mebibytes(pid, "VmRSS"), "MiB", 120);
        Row("processor, of one core", cpu, "%", 0.5);
        Row("wake-ups a second", rate, "", 10);
        var awake = after.Select(t => (t.Key, Rate: (t.Value - threads.GetValueOrDefault(t.Key)) / elapsed)).Where(t => t.Rate >= 0.05).OrderByDescending(t => t.Rate).Take(6);
        table.Note("Wake-ups by thread: " + string.Join(", ", awake.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Key} {t.Rate:0.0}/s"))));
        table.Note("Processor time is counted in ticks of 10 ms. No watchdog is configured here; systemd's would add its own.");
        return table;

        void Row(string what, double value, string unit, double bound) => table.Row(what, $"{value.ToString("0.0", CultureInfo.InvariantCulture)} {unit}".TrimEnd(),
            budget: Budget.AtMost(bound, unit.Length == 0 ? "" : " " + unit).Text, verdict: Budget.AtMost(bound).Judge(value));
    }

    private static async Task<double> StartOnceAsync(VirtualKiosk kiosk)
    {
        using var limit = new CancellationTokenSource(Limit);
        var started = Stopwatch.GetTimestamp();
        await kiosk.StartAgentAsync(limit.Token);
        var ready = Figures.Microseconds(started);
        await kiosk.StopAgentAsync();
        return ready;
    }

    /// <summary>Were the journal refused, the agent would be ready as well, and nothing of it measured.</summary>
    /// <returns>From exec until the whole journal is looked through and its numbers are told.</returns>
    /// <exception cref="InvalidOperationException">Its reports are not told in time.</exception>
    private static async Task<TimeSpan> UntilOpenAsync(VirtualKiosk kiosk, int reports)
    {
        using var limit = new CancellationTokenSource(Limit);
        var started = Stopwatch.GetTimestamp();
        await kiosk.StartAgentAsync(limit.Token);
        AgentStatus? status = null;
        try
        {
            while ((status = await kiosk.Api.StatusAsync(limit.Token))?.OutboxWaiting != reports) await Task.Delay(50, limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new InvalidOperationException($"The full journal is not open: {string.Join(", ", status?.Reasons ?? ["no answer"])}.");
        }
        var opened = Stopwatch.GetElapsedTime(started);
        await kiosk.StopAgentAsync();
        return opened;
    }

    /// <returns>RssAnon and VmRSS in MiB of an agent that has run so long.</returns>
    private static async Task<(double Anon, double Whole)> MemoryAfterAsync(VirtualKiosk kiosk, TimeSpan settled)
    {
        using var limit = new CancellationTokenSource(Limit);
        await kiosk.StartAgentAsync(limit.Token);
        await Task.Delay(settled);
        var pid = ProcessFacts.WithArgument(kiosk.Folder.ConfigPath);
        var memory = (ProcessFacts.Mebibytes(pid, "RssAnon"), ProcessFacts.Mebibytes(pid, "VmRSS"));
        await kiosk.StopAgentAsync();
        return memory;
    }

    private async Task<VirtualKiosk> CreateAsync(JsonObject? order = null, PresentedIdCard? idCard = null)
    {
        order ??= new JsonObject
        {
            ["alitrip_order_id"] = Samples.OrderNumber(0),
            ["tvm_bus_line_info"] = new JsonObject { ["start_station_id"] = Samples.Station },
        };
        var kiosk = await VirtualKiosk.CreateAsync(new() { Agent = agent, Orders = [order], IdCard = idCard }, TimeProvider.System);
        await kiosk.CreateJournalAsync(CancellationToken.None);
        return kiosk;
    }
}
