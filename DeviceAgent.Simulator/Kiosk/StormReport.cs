using System.Globalization;
using System.Text.Json.Nodes;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>Writes what a storm came to: for people, or as one JSON object.</summary>
internal static class StormReport
{
    public static void WriteText(TextWriter to, StormResult result)
    {
        var verdict = result.Verdict;
        to.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"SIGKILL storm, seed {result.Seed}: {result.Kills.Count} kills ({Count(result, KillKind.Agent)} of the agent alone, {Count(result, KillKind.PowerCut)} power cuts), {verdict.Orders} orders, {verdict.Tickets} tickets, acknowledged {verdict.Acknowledged}, lost {verdict.Lost}, duplicated {verdict.Duplicated}, contradicted {verdict.Contradicted}, in doubt {verdict.InDoubt}, released {verdict.Released}, {verdict.VoidStrips} void strips, {result.Unanswered} requests without an answer, {result.Length.TotalSeconds:F0} s"));
        to.WriteLine($"Kills at: {string.Join(", ", Occasions(result).Select(o => $"{o.Key} {o.Value}"))}");
        foreach (var violation in verdict.Violations) to.WriteLine($"VIOLATION {violation}");
    }

    public static void WriteJson(TextWriter to, StormResult result)
    {
        var verdict = result.Verdict;
        OnceReport.Write(to, new JsonObject
        {
            ["seed"] = result.Seed,
            ["kills"] = result.Kills.Count,
            ["agentKills"] = Count(result, KillKind.Agent),
            ["powerCuts"] = Count(result, KillKind.PowerCut),
            ["occasions"] = new JsonObject(Occasions(result).Select(o => KeyValuePair.Create<string, JsonNode?>(o.Key.ToString(), o.Value))),
            ["orders"] = verdict.Orders,
            ["tickets"] = verdict.Tickets,
            ["acknowledged"] = verdict.Acknowledged,
            ["lost"] = verdict.Lost,
            ["duplicated"] = verdict.Duplicated,
            ["contradicted"] = verdict.Contradicted,
            ["inDoubt"] = verdict.InDoubt,
            ["released"] = verdict.Released,
            ["voidStrips"] = verdict.VoidStrips,
            ["unanswered"] = result.Unanswered,
            ["violations"] = new JsonArray([.. verdict.Violations.Select(v => JsonValue.Create(v))]),
            ["seconds"] = Math.Round(result.Length.TotalSeconds, 3),
        });
    }

    private static int Count(StormResult result, KillKind kind) => result.Kills.Count(k => k.Kind == kind);

    private static IEnumerable<KeyValuePair<KillOccasion, int>> Occasions(StormResult result) => result.Kills.CountBy(k => k.Occasion).OrderBy(o => o.Key);
}
