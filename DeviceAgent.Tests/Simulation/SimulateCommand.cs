using System.Globalization;

namespace DeviceAgent.Tests.Simulation;

/// <summary>`simulate`: as many runs of the seeded world as one likes, and each failed one again.</summary>
internal static class SimulateCommand
{
    public const string Name = "simulate";

    private const string Usage = """
        simulate --seeds N [--from S]         N random runs, from seed S (default 1) on
        simulate --seed S                     one of them, with everything that happened
        simulate --scenario NAME              one story, with everything that happened
        simulate --scenario NAME --cut CUTS   the same with its power cut: 37afterBoard,52beforeProcess
        simulate --scenario NAME --all        the same with every cut, one run for each
        """;

    /// <returns>0: no law was broken; 1: one was; 2: the arguments are none.</returns>
    public static int Run(string[] args, TextWriter output)
    {
        switch (args)
        {
            case ["--seeds", var count]:
                return Many(1, Number(count), output);
            case ["--seeds", var count, "--from", var first]:
                return Many(Number(first), Number(count), output);
            case ["--seed", var seed]:
                return Tell(RandomRun.Play(Number(seed), new() { IsVerbose = true }, out var world), world, output);
            case ["--scenario", var name] when Scenario.All.Any(s => s.Name == name):
                return Tell(Scenario.Of(name).Play([], new() { IsVerbose = true }, out var story), story, output);
            case ["--scenario", var name, "--cut", var cuts] when Scenario.All.Any(s => s.Name == name) && Cuts(cuts) is { } points:
                return Tell(Scenario.Of(name).Play(points, new() { IsVerbose = true }, out var cut), cut, output);
            case ["--scenario", var name, "--all"] when Scenario.All.Any(s => s.Name == name):
                return Sum(CrashEnumeration.Run(Scenario.Of(name), CrashEnumeration.Single(Scenario.Of(name))), output);
            default:
                output.WriteLine($"{Usage}\nStories: {string.Join(", ", Scenario.All.Select(s => s.Name))}");
                return 2;
        }
    }

    public static RunTotals Many(int first, int count)
    {
        var totals = new RunTotals();
        Parallel.For(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed => totals.Add(RandomRun.Play(seed)));
        return totals;
    }

    private static int Many(int first, int count, TextWriter output)
    {
        var began = TimeProvider.System.GetTimestamp();
        var totals = Many(first, count);
        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        output.Write(string.Create(CultureInfo.InvariantCulture, $"{seconds:F1} seconds, "));
        return Sum(totals, output);
    }

    private static int Sum(RunTotals totals, TextWriter output)
    {
        output.WriteLine(totals);
        return totals.Failures == 0 ? 0 : 1;
    }

    private static int Tell(RunResult run, World world, TextWriter output)
    {
        world.WriteLog(output);
        output.WriteLine($"{run.Replay}: {run.Effects} effects, {run.Cuts} cuts, {run.Presented} tickets presented, {run.InDoubt} orders in doubt; done: {string.Join(", ", run.Done.Select(d => $"{d.Key} {d.Value}"))}");
        foreach (var violation in run.Violations) output.WriteLine(violation);
        return run.Violations.Count == 0 ? 0 : 1;
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    internal static CutPoint[]? Cuts(string text)
    {
        var points = new List<CutPoint>();
        foreach (var part in text.Split(','))
        {
            var digits = part.TakeWhile(char.IsAsciiDigit).Count();
            var isAfter = part[digits..].StartsWith("after", StringComparison.Ordinal);
            var isBefore = part[digits..].StartsWith("before", StringComparison.Ordinal);
            if (digits is 0 or > 6 || !(isAfter || isBefore) || !Enum.TryParse<CutKind>(part[(digits + (isAfter ? 5 : 6))..], out var kind)) return null;
            points.Add(new(Number(part[..digits]), isAfter, kind));
        }
        return [.. points];
    }
}
