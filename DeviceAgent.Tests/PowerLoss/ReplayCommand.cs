using System.Globalization;
using System.Security.Cryptography;

namespace DeviceAgent.Tests.PowerLoss;

/// <summary>The long form of the power-loss tests, and the replay of one case.</summary>
internal static class ReplayCommand
{
    public const string Name = "journal-replay";

    private const string Usage = $"""
        usage: {Name} [--seeds N] [--seed N] [--orders N] [--cases N] [--engine sqlite|litedb]
               records N seeds of workloads (default 1, from a random seed) of N orders (200), cuts the power in N cases of each (2000), and runs the controls
           or: {Name} --trace FILE --seed N --orders N [--failed-sync-seed N] --cut N --survival None|All|Some --block 4096|512 --case-seed N [--engine sqlite|litedb]
               one case of a trace that was kept
        """;

    public static int Run(string[] arguments)
    {
        if (arguments.Length % 2 != 0 || arguments.Where((_, i) => i % 2 == 0).Any(a => !a.StartsWith("--", StringComparison.Ordinal))) return Refuse();
        var options = arguments.Chunk(2).ToDictionary(p => p[0][2..], p => p[1], StringComparer.Ordinal);
        try
        {
            var engine = options.GetValueOrDefault("engine", "sqlite") switch { "sqlite" => "", "litedb" => "litedb-", _ => throw new FormatException() };
            if (JournalWorkload.EngineOf(engine + "FULL") is null)
            {
                Console.Error.WriteLine("LiteDB is not in this build: -p:WithLiteDb=true");
                return 64;
            }
            if (options.ContainsKey("trace")) return RunOne(options, engine);
            if (options.Keys.Except(["seeds", "seed", "orders", "cases", "engine"]).Any()) return Refuse();
            if (Strace.WhyNot is { } reason)
            {
                Console.Error.WriteLine(reason);
                return 1;
            }
            var seed = Number(options, "seed", RandomNumberGenerator.GetInt32(1, 1_000_000));
            return RunAllAsync(engine, Number(options, "seeds", 1), seed, Number(options, "orders", 200), Number(options, "cases", 2000)).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is FormatException or OverflowException or KeyNotFoundException or ArgumentException)
        {
            return Refuse();
        }
    }

    private static int Refuse()
    {
        Console.Error.WriteLine(Usage);
        return 64;
    }

    private static int Number(Dictionary<string, string> options, string name, int? otherwise = null) =>
        otherwise is { } number && !options.ContainsKey(name) ? number : int.Parse(options[name], NumberStyles.None, CultureInfo.InvariantCulture);

    private static int RunOne(Dictionary<string, string> options, string engine)
    {
        using var run = RecordedWorkload.Load(options["trace"], new(Number(options, "seed"), Number(options, "orders"), engine + "FULL"));
        var replay = new JournalReplay(run, keepTrace: true) { FailedSyncSeed = options.ContainsKey("failed-sync-seed") ? Number(options, "failed-sync-seed") : null };
        return Tell("one case", replay.Run([new(Number(options, "cut"), Enum.Parse<Survival>(options["survival"]), Number(options, "block"), Number(options, "case-seed"))])) ? 0 : 1;
    }

    private static async Task<int> RunAllAsync(string engine, int seeds, int seed, int orders, int cases)
    {
        ReplayCounts kept = ReplayCounts.Nothing, normal = ReplayCounts.Nothing, off = ReplayCounts.Nothing;
        var good = true;
        foreach (var one in Enumerable.Range(seed, seeds))
        {
            foreach (var plan in PowerLossPlan.Of(one, orders, cases, engine))
            {
                var counts = await plan.RunAsync(CancellationToken.None);
                if (plan.IsControl) Console.WriteLine($"seed {one}, {plan.Name}: {counts}");
                else good &= Tell($"seed {one}, {plan.Name}", counts);
                if (!plan.IsControl) kept += counts;
                else if (plan.Workload.Synchronous.EndsWith("NORMAL", StringComparison.Ordinal)) normal += counts;
                else off += counts;
            }
        }
        var blind = normal.Lost == 0 || off.Unreadable == 0;
        if (blind) Console.WriteLine("A control that must fail did not: these replays see nothing.");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            power-loss replay from seed {seed}: cases {kept.Cases}, acknowledged {kept.Acknowledged}, lost {kept.Lost}, unreadable {kept.Unreadable}; control synchronous=NORMAL: lost {normal.Lost} of {normal.Cases}; control OFF: lost {off.Lost}, unreadable {off.Unreadable} of {off.Cases}
            """));
        return good && !blind ? 0 : 1;
    }

    private static bool Tell(string what, ReplayCounts counts)
    {
        Console.WriteLine($"{what}: {counts}");
        foreach (var failure in counts.Failures) Console.WriteLine(failure);
        return counts.Failures.Count == 0;
    }
}
