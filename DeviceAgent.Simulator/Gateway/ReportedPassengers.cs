using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceAgent.Simulator.Gateway;

/// <summary>The passengers of a report: a JSON array of TvmPassengerVo in one form field.</summary>
internal static class ReportedPassengers
{
    private const int Most = 20;
    private static readonly HashSet<string> Texts = ["agent_eticket", "agent_ticket_id", "rider_cert_number", "rider_cert_type", "rider_name", "seat_number"];
    private static readonly HashSet<string> Numbers = ["full_price", "service_charge", "ticket_price"];

    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? Problem(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind != JsonValueKind.Array) return "not an array";
            if (document.RootElement.GetArrayLength() > Most) return $"more than {Most}";
            return document.RootElement.EnumerateArray().Select(ProblemOf).FirstOrDefault(p => p is not null);
        }
        catch (JsonException)
        {
            return "not JSON";
        }
    }

    public static IReadOnlyList<JsonObject> Parse(string json) => [.. JsonNode.Parse(json)!.AsArray().Select(p => p!.AsObject())];

    private static string? ProblemOf(JsonElement passenger)
    {
        if (passenger.ValueKind != JsonValueKind.Object) return "a passenger that is not an object";
        foreach (var field in passenger.EnumerateObject())
        {
            var right = field.Value.ValueKind switch
            {
                JsonValueKind.String => Texts.Contains(field.Name),
                JsonValueKind.Number => Numbers.Contains(field.Name) && field.Value.TryGetInt64(out _),
                JsonValueKind.True or JsonValueKind.False => field.Name == "has_children",
                _ => false,
            };
            if (!right) return $"{field.Name}: unknown or of another type";
        }
        return null;
    }
}
