using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceAgent.Simulator.Gateway;

/// <summary>JSON that is built in, by the prefix of its resources, or lies in a file.</summary>
internal static class SampleFiles
{
    public static IReadOnlyList<string> Names(string prefix) =>
        [.. typeof(SampleFiles).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Select(n => n[prefix.Length..^".json".Length]).Order(StringComparer.Ordinal)];

    /// <exception cref="FormatException">There is none of that name.</exception>
    public static JsonNode? BuiltIn(string prefix, string name)
    {
        using var stream = typeof(SampleFiles).Assembly.GetManifestResourceStream($"{prefix}{name}.json") ?? throw new FormatException($"there is no sample {prefix}{name}");
        return JsonNode.Parse(stream);
    }

    /// <exception cref="FormatException">It is not JSON.</exception>
    public static JsonNode? Read(string path)
    {
        using var stream = File.OpenRead(path);
        try
        {
            return JsonNode.Parse(stream);
        }
        catch (JsonException e)
        {
            throw new FormatException($"{path} is not JSON: {e.Message}", e);
        }
    }
}
