using System.Text;
using System.Text.Json.Nodes;

namespace DeviceAgent.Simulator.Gateway;

/// <summary>A ship or train job as the kiosk takes it, from a file or one of the built-in samples.</summary>
/// <remarks>
/// "report" has the fields of the API that it ends in (confirm_book_r_q, book_callback_param), a train's passengers in plain text; a ship's "trip" stands beside it.
/// Dates may be relative, as in an <see cref="OrderFile"/>.
/// </remarks>
internal static class JobFile
{
    public const string Ship = "ship";
    public const string Train = "train";
    private const string ResourcePrefix = "jobs.";

    /// <summary>Names of the samples: ship-1, ship-2, train-1, train-3.</summary>
    public static IReadOnlyList<string> Samples { get; } = SampleFiles.Names(ResourcePrefix);

    public static JsonObject Sample(string name, DateTimeOffset now) => Parse(SampleFiles.BuiltIn(ResourcePrefix, name), now);

    /// <exception cref="FormatException">The file is no job; the message says what is missing.</exception>
    public static JsonObject Read(string path, DateTimeOffset now) => Parse(SampleFiles.Read(path), now);

    /// <exception cref="FormatException">It is no job that the platform could have sold.</exception>
    public static JsonObject Parse(JsonNode? node, DateTimeOffset now)
    {
        var job = OrderFile.WithDates(node, now) as JsonObject ?? throw new FormatException("a job is a JSON object");
        Report(job, OrderFile.Text(job, "journey") ?? "");
        return job;
    }

    /// <returns>A copy of the report, which the gateway would let through.</returns>
    /// <exception cref="FormatException">It is no job of this journey.</exception>
    public static JsonObject Report(JsonObject job, string journey)
    {
        if (OrderFile.Text(job, "journey") != journey || journey is not (Ship or Train)) throw new FormatException($"the job's journey is {OrderFile.Text(job, "journey") ?? "missing"}");
        if (job["report"] is not JsonObject report) throw new FormatException("the job has no report");
        var shape = journey == Ship ? TopParameters.Ship : TopParameters.Train;
        if (shape.TryParse(Encoding.UTF8.GetBytes(report.ToJsonString()), out var copy) is { } fault) throw new FormatException($"the job's report: {fault.Path}: {fault.Says}");
        return (JsonObject)copy!;
    }

    public static List<JsonObject> List(JsonObject o, string name) => o[name] is JsonArray list ? [.. list.OfType<JsonObject>()] : [];
}
