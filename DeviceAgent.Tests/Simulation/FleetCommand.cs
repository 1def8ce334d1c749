using System.Globalization;

namespace DeviceAgent.Tests.Simulation;

/// <summary>`fleet`: many kiosks come back after an outage, against one gateway with a limit for the whole app key.</summary>
internal static class FleetCommand
{
    public const string Name = "fleet";

    private const string Usage = """
        fleet [--kiosks 10000] [--reports 20] [--outage 2h] [--limit 200] [--ban 3s] [--unknown 10] [--seed 1] [--interval 100s] [--pace none]
            --kiosks   1 to 100000
            --reports  waiting at each kiosk, 1 to 1000
            --outage   1s to 24h
            --limit    requests a second that the app key has, 1 to 1000000
            --ban      for the whole key, of who asks for more; 1s to 60s
            --unknown  of a hundred issues, those whose first report went out before the outage and got no answer; 0 to 100
            --interval Outbox:RequestInterval of each kiosk, 1s to 10m
            --pace none  the sender without pace, jitter and slow start, to compare with
        """;

    /// <returns>0: drained, each report applied once and in order; 1: not; 2: the arguments are none.</returns>
    public static int Run(string[] args, TextWriter output)
    {
        if (Parse(args) is not { } plan)
        {
            output.WriteLine(Usage);
            return 2;
        }
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            var result = Fleet.Play(plan);
            output.WriteLine(result);
            foreach (var violation in result.Violations.Take(20)) output.WriteLine(violation);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{result.Violations.Count} violations; simulated in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s"));
            return result.Violations.Count == 0 ? 0 : 1;
        }
        catch (TimeoutException e)
        {
            output.WriteLine($"not drained: {e.Message}");
            return 1;
        }
    }

    internal static FleetPlan? Parse(string[] args)
    {
        var plan = new FleetPlan(10_000, 20, TimeSpan.FromHours(2), 200, 1);
        if (args.Length % 2 != 0) return null;
        for (var i = 0; i < args.Length; i += 2)
        {
            if (With(plan, args[i], args[i + 1]) is not { } next) return null;
            plan = next;
        }
        return plan;
    }

    private static FleetPlan? With(FleetPlan plan, string key, string value) => (key, Number(value), Span(value)) switch
    {
        ("--kiosks", >= 1 and <= 100_000 and var kiosks, _) => plan with { Kiosks = kiosks },
        ("--reports", >= 1 and <= 1000 and var reports, _) => plan with { Reports = reports },
        ("--limit", >= 1 and <= 1_000_000 and var limit, _) => plan with { Limit = limit },
        ("--unknown", <= 100 and var unknown, _) => plan with { UnknownPercent = unknown },
        ("--seed", { } seed, _) => plan with { Seed = seed },
        ("--outage", _, { TotalHours: <= 24 } outage) => plan with { Outage = outage },
        ("--ban", _, { TotalSeconds: <= 60 } ban) => plan with { Ban = ban },
        ("--interval", _, { TotalMinutes: <= 10 } interval) => plan with { Outbox = plan.Outbox with { RequestInterval = interval } },
        ("--pace", _, _) when value == "none" => plan with { Pacing = options => new NoPace(options) },
        _ => null,
    };

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>"90s", "15m", "2h"; at least a second.</summary>
    private static TimeSpan? Span(string text) => text.Length > 1 && Number(text[..^1]) is > 0 and < 100_000 and var number
        ? text[^1] switch { 's' => TimeSpan.FromSeconds(number), 'm' => TimeSpan.FromMinutes(number), 'h' => TimeSpan.FromHours(number), _ => null }
        : null;
}
