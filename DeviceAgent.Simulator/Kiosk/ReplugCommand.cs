using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Interactive;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>--replug of the virtual kiosk's command line.</summary>
internal static class ReplugCommand
{
    /// <summary>Every third pull or so leaves an order in doubt, and a kiosk with 100 of them takes no more.</summary>
    public const int MostPulls = 200;

    public static Option<int?> Replug { get; } = new("--replug") { Description = $"Order after order, with cables pulled so often at random moments and plugged in again, 1 to {MostPulls}; then all of them are judged." };

    public static async Task<KioskExitCode> RunAsync(VirtualKiosk kiosk, int seed, int pulls, TimeSpan momentLimit, bool json, TimeProvider time, CancellationToken cancellationToken)
    {
        using var run = new ReplugRun(kiosk, seed, pulls, momentLimit, time);
        run.Pulled += done => SeededRun.ShowProgress(kiosk, done, pulls, "pulls");
        return await SeededRun.RunAsync(kiosk.Folder, string.Create(CultureInfo.InvariantCulture, $"--replug {pulls} --seed {seed}"), json, async () =>
        {
            var result = await run.RunAsync(cancellationToken);
            if (json) WriteJson(Console.Out, result);
            else WriteText(Console.Out, result);
            return result.Verdict.Violations.Count + result.Leaks.Count == 0;
        });
    }

    private static void WriteText(TextWriter to, ReplugResult result)
    {
        var verdict = result.Verdict;
        var pulls = string.Join(", ", result.Pulls.OrderBy(p => p.Key).Select(p => $"{p.Key} {p.Value}"));
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Cables, seed {result.Seed}: {result.Pulls.Values.Sum()} pulls ({pulls}), {verdict.Orders} orders, {verdict.Tickets} tickets, acknowledged {verdict.Acknowledged}, lost {verdict.Lost}, duplicated {verdict.Duplicated}, contradicted {verdict.Contradicted}, in doubt {verdict.InDoubt}, {verdict.VoidStrips} void strips, {result.Length.TotalSeconds:F0} s"));
        to.WriteLine($"The agent held {result.Before} after the first tenth, {result.After} at the end");
        foreach (var leak in result.Leaks) to.WriteLine($"LEAK {leak}");
        foreach (var violation in verdict.Violations) to.WriteLine($"VIOLATION {violation}");
    }

    private static void WriteJson(TextWriter to, ReplugResult result)
    {
        var verdict = result.Verdict;
        OnceReport.Write(to, new JsonObject
        {
            ["seed"] = result.Seed,
            ["pulls"] = new JsonObject(result.Pulls.OrderBy(p => p.Key).Select(p => KeyValuePair.Create<string, JsonNode?>(Name(p.Key), p.Value))),
            ["orders"] = verdict.Orders,
            ["tickets"] = verdict.Tickets,
            ["acknowledged"] = verdict.Acknowledged,
            ["lost"] = verdict.Lost,
            ["duplicated"] = verdict.Duplicated,
            ["contradicted"] = verdict.Contradicted,
            ["inDoubt"] = verdict.InDoubt,
            ["before"] = Resources(result.Before),
            ["after"] = Resources(result.After),
            ["leaks"] = new JsonArray([.. result.Leaks.Select(l => JsonValue.Create(l))]),
            ["violations"] = new JsonArray([.. verdict.Violations.Select(v => JsonValue.Create(v))]),
            ["seconds"] = Math.Round(result.Length.TotalSeconds, 3),
        });
    }

    private static string Name(PluggedDevice device) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(device.ToString());

    private static JsonObject Resources(ProcessResources held) => new() { ["descriptors"] = held.Descriptors, ["threads"] = held.Threads, ["anonymousKiB"] = held.AnonymousKiB };
}
