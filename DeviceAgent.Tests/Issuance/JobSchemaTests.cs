using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Issuance;
using DeviceAgent.Orders;
using DeviceAgent.Tests.Oracles;

namespace DeviceAgent.Tests.Issuance;

/// <summary>The JSON Schema that stations write their programs by, read by a validator that is not ours.</summary>
public sealed class JobSchemaTests
{
    private static readonly string[] Values =
        ["null", "true", "-1", "0", "1.5", "1e300", "\"\"", "\"x\"", "\"7\"", "\"a b\"", "\"\\u0007\"", "\"张三\"", "[]", "{}", "[{}]", "\"2026-11-27 08:30:00\"", "\"2026-11-27\"", $"\"{new string('9', 300)}\""];

    [Theory]
    [InlineData("ship")]
    [InlineData("train")]
    public async Task An_independent_validator_never_judges_a_job_otherwise(string name)
    {
        NpmOracle.Require();
        var journey = name == "ship" ? Journey.Ship : Journey.Train;
        var sample = name == "ship" ? JobSamples.Ship() : JobSamples.Train();
        List<JsonObject> documents = [sample];
        foreach (var path in Places(sample, []))
        {
            documents.Add(With(sample, path, null));
            // A text that must itself be a JSON object is beyond JSON Schema.
            if (path[^1] is "ticket_entrance") continue;
            documents.AddRange(Values.Select(v => With(sample, path, v)));
        }
        var input = new JsonObject { ["schema"] = JobSchema.ToSchema(journey), ["documents"] = new JsonArray([.. documents.Select(d => d.DeepClone())]) };
        var theirs = JsonNode.Parse(await NpmOracle.RunTextAsync("ajv.mjs", input.ToJsonString()))!.AsArray().Select(v => (bool)v!).ToList();
        Assert.Equal(documents.Count, theirs.Count);
        for (var i = 0; i < documents.Count; i++)
        {
            var faults = new JobFaults();
            using var document = JsonDocument.Parse(documents[i].ToJsonString());
            JobSchema.Of(journey).Check(document.RootElement, "", faults);
            Assert.True(theirs[i] == (faults.All.Count == 0), $"ajv: {theirs[i]}, ours: {string.Join("; ", faults.All)}: {documents[i].ToJsonString()}");
        }
        Assert.True(theirs[0] && theirs.Count(v => v) > 20 && theirs.Count(v => !v) > 300, $"{theirs.Count(v => v)} of {theirs.Count}");
    }

    private static IEnumerable<string[]> Places(JsonNode node, string[] at) => node switch
    {
        JsonObject o => o.SelectMany(p => Places(p.Value!, [.. at, p.Key]).Prepend([.. at, p.Key])),
        JsonArray a => a.SelectMany((e, i) => Places(e!, [.. at, $"[{i}"])),
        _ => [],
    };

    /// <param name="value">Null: the field is taken out.</param>
    private static JsonObject With(JsonObject sample, string[] path, string? value)
    {
        var changed = sample.DeepClone().AsObject();
        JsonNode at = changed;
        foreach (var part in path[..^1]) at = part[0] == '[' ? at[int.Parse(part[1..], null)]! : at[part]!;
        if (value is null) at.AsObject().Remove(path[^1]);
        else at[path[^1]] = JsonNode.Parse(value);
        return changed;
    }
}
