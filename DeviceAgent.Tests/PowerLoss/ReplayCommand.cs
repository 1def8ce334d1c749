namespace DeviceAgent.Tests.PowerLoss;

internal static class ReplayCommand
{
    public const string Name = "journal-replay";

    public static int Run(string[] arguments)
    {
        var options = arguments.Chunk(2).ToDictionary(p => p[0].TrimStart('-'), p => p[1]);
        int Of(string name, int otherwise) => options.TryGetValue(name, out var text) ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : otherwise;
        foreach (var mode in new[] { "FULL", "NORMAL", "OFF" })
        {
            using var run = RecordedWorkload.RunAsync(new(Of("seed", 1), Of("orders", 60), mode), default).GetAwaiter().GetResult();
            Console.WriteLine($"{run.ExitCode} {run.Complaints} {run.Recorded.Count} {new FileInfo(run.Trace).Length}");
            var replay = new JournalReplay(run);
            var counts = replay.Run(replay.Draw(1, Of("cases", 300)));
            Console.WriteLine(counts);
            foreach (var f in counts.Failures) Console.WriteLine(f);
        }
        return 0;
    }
}
