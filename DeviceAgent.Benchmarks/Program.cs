#pragma warning disable CA1416 // The benchmarks run on Linux alone.
using DeviceAgent.Benchmarks;
using DeviceAgent.Journal;
using DeviceAgent.Simulator.Kiosk;

if (args is [DrainGateway.Command]) return await DrainGateway.RunAsync(Console.In, Console.Out);
string[] figures = ["latency", "journal", "report", "print", "drain", "start", "memory", "decoders"];
var asked = args.ToList();
var quick = asked.RemoveAll(a => a == "--quick") > 0;
var help = asked.Remove("--help");
string? sdk = null;
if (asked.IndexOf("--sdk") is var at and >= 0 && at + 1 < asked.Count)
{
    sdk = asked[at + 1];
    asked.RemoveRange(at, 2);
}
if (asked.Count == 0 || asked.Contains("all")) asked = [.. figures];
if (help || asked.Except(figures).Any())
{
    var usage = help ? Console.Out : Console.Error;
    usage.WriteLine($"usage: [all|{string.Join('|', figures)}]... [--quick] [--sdk PATH.dll]");
    usage.WriteLine("--quick  fewer rounds: to see that it runs, not for comparing");
    usage.WriteLine("--sdk    for report: an assembly of your own that wraps the official SDK (it is in no registry). One public type of it has");
    usage.WriteLine("         static byte[] Report(), the POST body of the sample's report, and static bool Parse(byte[]), true for is_success");
    return help ? 0 : 2;
}

// Kept between runs: the published agent and the journal of years. The disk under it is the one that is measured: TMPDIR chooses another.
var kept = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "device-agent-benchmarks"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
Console.WriteLine(ProcessFacts.Machine(kept));
if (quick) Console.WriteLine("quick: fewer rounds, for trying it out; not for comparing");
try
{
    var agent = asked.Contains("start") || asked.Contains("memory") ? await PublishedAgent.PublishAsync(kept) : "";
    foreach (var figure in asked) (await MeasureAsync(figure, agent)).Print(Console.Out);
    return 0;
}
catch (Exception e) when (e is InvalidOperationException or TimeoutException or IOException or VirtualKioskException or JournalException)
{
    // A figure that is missed is told; only a measurement that could not be made ends here.
    Console.Error.WriteLine($"not measured: {e}");
    return 1;
}

async Task<Table> MeasureAsync(string figure, string agent)
{
    var folder = Directory.CreateDirectory(Path.Combine(kept, $"run-{Environment.ProcessId}-{figure}")).FullName;
    try
    {
        switch (figure)
        {
            case "latency":
                return await new LatencyBenchmark(folder).RunAsync(quick);
            case "journal":
                using (var journal = new JournalBenchmark(folder)) return journal.Run(quick);
            case "report":
                using (var report = new ReportBenchmark(sdk)) return await report.RunAsync(quick);
            case "print":
                return await PrintBenchmark.RunAsync(quick);
            case "drain":
                return await new DrainBenchmark(folder).RunAsync(quick);
            case "decoders":
                return DecoderBenchmark.Run(quick);
            case "start":
                return await new ProcessBenchmark(agent, kept).StartAsync(quick);
            default:
                return await new ProcessBenchmark(agent, kept).MemoryAsync(quick);
        }
    }
    finally
    {
        Directory.Delete(folder, recursive: true);
    }
}
