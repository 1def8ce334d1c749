using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using DeviceAgent.Hosting;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Benchmarks;

/// <summary>A full queue, from the journal on the disk over loopback HTTP to a gateway in another process.</summary>
internal sealed class DrainBenchmark(string folder)
{
    /// <summary>One report of so many is the second one of its order.</summary>
    private const int SecondOf = 10;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public async Task<Table> RunAsync(bool quick)
    {
        var reports = quick ? 1_000 : 10_000;
        using var keys = JournalKeys.FromKey(RandomNumberGenerator.GetBytes(JournalKeys.KeyBytes));
        using var journal = SqliteJournal.Create(Path.Combine(folder, SqliteJournal.FileName), new(), keys, TimeProvider.System);
        Fill(journal, reports);
        using var raw = new RawFile(Path.Combine(folder, "raw"));
        var write = TimeRawWrite(raw);
        using var gateway = Start();
        var port = int.Parse(await gateway.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The gateway did not start."), CultureInfo.InvariantCulture);
        var (seconds, memory, cpu) = await DrainAsync(journal, port);
        var again = TimeRawWrite(raw);
        gateway.StandardInput.Close();
        var told = (await gateway.StandardOutput.ReadToEndAsync()).Trim();
        await gateway.WaitForExitAsync();
        if (told != string.Create(CultureInfo.InvariantCulture, $"{reports} 0")) throw new InvalidOperationException($"The gateway took \"{told}\" (requests, out of order), not {reports} in order.");

        var table = new Table(string.Create(CultureInfo.InvariantCulture, $"Drain: {reports:N0} reports of two passengers, each tenth the second one of its order, journal on the disk, gateway in another process, concurrency {new OutboxOptions().Concurrency}"));
        Row("reports a second", reports / seconds, "0", Budget.NotLessThan(1_000));
        Row("VmRSS, highest during the drain", memory, "0.0 MiB", Budget.AtMost(150, " MiB"));
        table.Row("time for a report", Unit.Millis.Tell(seconds / reports * 1e6));
        table.Row("processor time for a report", Unit.Millis.Tell(cpu / reports * 1e6));
        table.Row("durable write of 1 KiB, before and after", Unit.Millis.Tell(write), blocks: Unit.Millis.TellRange([write, again]));
        table.Note("Two durable steps for a report, one after the other with those of all others: twice the durable write is the least time for a report.");
        table.Note("The gateway saw each report once, and of an order the first one first.");
        return table;

        void Row(string what, double value, string format, Budget budget) =>
            table.Row(what, value.ToString(format.Replace("MiB", "'MiB'", StringComparison.Ordinal), CultureInfo.InvariantCulture), budget: budget.Text, verdict: budget.Judge(value));
    }

    private static void Fill(SqliteJournal journal, int reports)
    {
        // Made fast, drained durably.
        journal.Database.Execute("PRAGMA synchronous = OFF");
        var seconds = reports / SecondOf;
        for (var i = 0; i < reports - seconds; i++)
        {
            var number = Samples.OrderNumber(i);
            var id = journal.RecordIntent(Journey.Bus, number, Samples.Now);
            journal.Accept(id, Samples.Accepted(number, 2), [], Samples.Now);
            for (var ticket = 0; ticket < 2; ticket++)
                journal.EndAttempt(journal.StartAttempt(id, new(AttemptKind.Ticket, ticket, Samples.Before), Samples.Now).Id, Samples.Presented, Samples.Now);
            journal.Complete(id, [BusBookPayload.Create(Samples.Report(number, 2))], Samples.Now);
        }
        // An issuance has one report, so that these are written past the journal: without passengers, a second later by their book time, the newest order's first.
        journal.Database.Execute(string.Create(CultureInfo.InvariantCulture, $"""
            INSERT INTO outbox (order_number, kind, payload_version, success, state, created_at, changed_at, payload, not_before, fate_unknown, issuance)
                SELECT order_number, kind, payload_version, success, state, created_at, changed_at, CAST(replace(CAST(payload AS TEXT), ':00"', ':01"') AS BLOB), not_before, fate_unknown, issuance
                FROM outbox ORDER BY id DESC LIMIT {seconds}
            """));
        journal.Database.Execute("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA synchronous = FULL");
        if (journal.Counts.Waiting != reports) throw new InvalidOperationException($"{journal.Counts.Waiting} reports wait, not {reports}.");
    }

    private static double TimeRawWrite(RawFile raw)
    {
        var series = new Series("raw");
        series.BeginBlock();
        for (var i = 0; i < 200; i++) series.Time(raw.AppendDurably);
        return Figures.Median(series.All);
    }

    private static async Task<(double Seconds, double Mebibytes, double CpuSeconds)> DrainAsync(SqliteJournal journal, int port)
    {
        var options = new TopClientOptions { Url = new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}/router/rest") };
        using var http = new HttpClient(TopClient.CreateHandler(options, TimeProvider.System)) { Timeout = Timeout.InfiniteTimeSpan };
        var api = new PlatformApi(new TopClient(http, options, new FixedCredentials(), TimeProvider.System), cipher: null, TimeProvider.System, NullLogger<PlatformApi>.Instance);
        var line = new PlatformLine(api, TimeProvider.System, Random.Shared);
        var sender = new OutboxSender(journal, ReportRoutes.ToPlatform(line, trainResendIsSafe: false), new(), TimeProvider.System, Random.Shared, NullLogger.Instance);
        var loop = new AgentLoop();
        using var stop = new CancellationTokenSource();
        var (started, cpu, memory) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, 0.0);
        var running = loop.Start(() => sender.RunAsync(stop.Token));
        // Asked on the loop, where alone the journal may be read; each 20 ms, so that it takes nothing from what is measured.
        while (await loop.AskAsync(() => journal.Counts.Waiting, CancellationToken.None) > 0)
        {
            if (running.IsCompleted || Stopwatch.GetElapsedTime(started) > Limit) throw new InvalidOperationException("The queue was not drained.");
            memory = Math.Max(memory, ProcessFacts.Mebibytes(Environment.ProcessId, "VmRSS"));
            await Task.Delay(20);
        }
        var result = (Stopwatch.GetElapsedTime(started).TotalSeconds, memory, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
        await stop.CancelAsync();
        await running;
        return result;
    }

    private static Process Start()
    {
        var self = Environment.ProcessPath!;
        var start = new ProcessStartInfo(self) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(self) == "dotnet") start.ArgumentList.Add(typeof(DrainBenchmark).Assembly.Location);
        start.ArgumentList.Add(DrainGateway.Command);
        return Process.Start(start)!;
    }

    private sealed class FixedCredentials : ITopCredentials
    {
        public string AppKey => "12345678";

        public string AppSecret => "0123456789abcdef0123456789abcdef";

        public string? Session => "6100e23b5e9f0d6c7a1b2c3d4e5f60718293a4b5c6d7e8f";
    }
}
