using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Orders;
using DeviceAgent.Tickets;

namespace DeviceAgent.Benchmarks;

/// <summary>Making the bytes of one bus ticket: the agent's template, and npm's receipt-printer-encoder with the same lines, sizes and code, each warm.</summary>
/// <remarks>The other encoder knows no Chinese: it writes '?' for each character, which costs it less than encoding them would.</remarks>
internal static class PrintBenchmark
{
    private const int Blocks = 5;

    // Lines of the built-in ticket: [text, width, height, bold]. The code stands between the last two.
    private static readonly (string Text, int Width, int Height, bool Bold)[] Lines =
    [
        ("汽车票", 2, 2, false), ("BUS TICKET", 1, 1, false), (new('-', 48), 1, 1, false), ("杭州客运中心站 → 南京客运南站", 1, 2, true), ("终点 南京", 1, 1, false),
        ("车次 K2101                                  高客", 1, 1, false), ("2999-12-31                            07:50 发车", 1, 2, false),
        ("座位 11                                         ", 1, 2, true), (new('-', 48), 1, 1, false), ("张三甲                        330106********1009", 1, 1, false),
        ("票价 ￥86.00                                    ", 1, 1, false), ("订单号 1000000000000001", 1, 1, false), ("票号 000000001001", 1, 1, false),
        ("1/1  K-0001  2026-03-01 09:00:00", 1, 1, false),
    ];

    public static async Task<Table> RunAsync(bool quick)
    {
        var rounds = quick ? 2_000 : 20_000;
        var accepted = Samples.Accepted(Samples.OrderNumber(1), 1);
        var template = new KioskTemplates(48, "K-0001", "400-000-0000").For(Journey.Bus);
        byte[] Ticket() => template.Ticket(accepted.Order, accepted.Tickets[0], 1, Samples.Now).ToArray();
        var bytes = Ticket();
        for (var i = 0; i < 50_000; i++) template.Ticket(accepted.Order, accepted.Tickets[0], 1, Samples.Now);
        await Task.Delay(250);
        var (agent, again) = (new Series("agent: one bus ticket"), new Series("agent, again"));
        var before = GC.GetAllocatedBytesForCurrentThread();
        template.Ticket(accepted.Order, accepted.Tickets[0], 1, Samples.Now);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        using var peer = Peer.TryStart(rounds, accepted.Tickets[0].TicketNumber);
        var other = new Series("receipt-printer-encoder (node): the same ticket");
        var otherBytes = 0;
        for (var block = 0; block < Blocks; block++)
        {
            foreach (var series in new[] { agent, again })
            {
                series.BeginBlock();
                var started = Stopwatch.GetTimestamp();
                for (var i = 0; i < rounds; i++) template.Ticket(accepted.Order, accepted.Tickets[0], 1, Samples.Now);
                series.Add(Figures.Microseconds(started) / rounds);
            }
            if (peer is null) continue;
            var (micros, length) = await peer.BlockAsync();
            other.BeginBlock();
            other.Add(micros);
            otherBytes = length;
        }
        var table = new Table($"Print: bytes of one bus ticket, {Blocks} blocks of {rounds.ToString(CultureInfo.InvariantCulture)}, alternated; ratio: how many times faster");
        if (peer is not null) table.Row(other.Name, Unit.Micros.Tell(Figures.Median(other.All)), "", Unit.Micros.TellRange(other.Medians));
        table.Row(agent.Name, Unit.Micros.Tell(Figures.Median(agent.All)), "", Unit.Micros.TellRange(agent.Medians), peer is null ? "" : Table.Ratio(other.RatioTo(agent)), Table.Ratio(again.RatioTo(agent)));
        table.Note(string.Create(CultureInfo.InvariantCulture, $"{bytes.Length} bytes of ours, {otherBytes} of theirs; {PaperLength.Millimetres(bytes)} mm of paper; {allocated} bytes allocated for a ticket, the strings of its lines."));
        if (peer is null) table.Note("receipt-printer-encoder was not run: node, or DeviceAgent.Tests/Oracles/node_modules, is not there (npm ci --ignore-scripts).");
        return table;
    }

    /// <summary>Node with the other encoder, kept running so that it is warm; a line on its standard input is a block.</summary>
    private sealed class Peer(Process process) : IDisposable
    {
        private const string Script = """
            import { createRequire } from 'node:module';
            import { createInterface } from 'node:readline';
            import { pathToFileURL } from 'node:url';
            const { default: Encoder } = await import(pathToFileURL(createRequire(process.argv[1]).resolve('@point-of-sale/receipt-printer-encoder')).href);
            const { lines, code, rounds } = JSON.parse(process.argv[2]);
            function ticket() {
              const encoder = new Encoder({ language: 'esc-pos', columns: 48 }).initialize();
              lines.forEach(([text, width, height, bold], i) => {
                if (i === lines.length - 1) encoder.qrcode(code, { model: 2, size: 6, errorlevel: 'm' });
                encoder.size(width, height).bold(bold).line(text);
              });
              return encoder.cut('partial').encode();
            }
            let length = 0;
            for (let i = 0; i < rounds; i++) length = ticket().length;
            console.log('ready');
            for await (const _ of createInterface({ input: process.stdin })) {
              const started = process.hrtime.bigint();
              for (let i = 0; i < rounds; i++) length = ticket().length;
              console.log(`${Number(process.hrtime.bigint() - started) / 1000 / rounds} ${length}`);
            }
            """;

        /// <returns>Null where there is no node, or no such package.</returns>
        public static Peer? TryStart(int rounds, string ticketNumber)
        {
            if (Packages() is not { } packages) return null;
            var lines = new JsonArray([.. Lines.Select(l => (JsonNode)new JsonArray(l.Text, l.Width, l.Height, l.Bold))]);
            var work = new JsonObject { ["lines"] = lines, ["code"] = $"{Samples.OrderNumber(1)}/{ticketNumber}", ["rounds"] = Math.Max(200, rounds / 10) };
            var start = new ProcessStartInfo("node", ["--input-type=module", "-e", Script, "--", packages, work.ToJsonString()])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                StandardOutputEncoding = Encoding.UTF8,
            };
            try
            {
                var process = Process.Start(start)!;
                if (process.StandardOutput.ReadLine() == "ready") return new(process);
                process.Dispose();
                return null;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return null;
            }
        }

        public async Task<(double Micros, int Length)> BlockAsync()
        {
            await process.StandardInput.WriteLineAsync();
            await process.StandardInput.FlushAsync();
            var told = (await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The other encoder ended.")).Split(' ');
            return (double.Parse(told[0], CultureInfo.InvariantCulture), int.Parse(told[1], CultureInfo.InvariantCulture));
        }

        public void Dispose()
        {
            process.StandardInput.Close();
            if (!process.WaitForExit(5_000)) process.Kill();
            process.Dispose();
        }

        private static string? Packages()
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                var candidate = Path.Combine(folder.FullName, "DeviceAgent.Tests", "Oracles", "package.json");
                if (Directory.Exists(Path.Combine(Path.GetDirectoryName(candidate)!, "node_modules", "@point-of-sale"))) return candidate;
            }
            return null;
        }
    }
}
