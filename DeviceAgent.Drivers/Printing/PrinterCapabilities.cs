using System.Text.Json;
using System.Text.Json.Serialization;

namespace DeviceAgent.Drivers.Printing;

/// <summary>What one unit was found to be able to do. Kept by its serial number, so that it is probed once.</summary>
/// <remarks>Never inferred from a model's name. Another firmware in the same unit is probed anew.</remarks>
public sealed record PrinterCapabilities
{
    /// <summary>Characters of the longest JSON that <see cref="TryParse"/> looks at.</summary>
    public const int MaxJsonChars = 4096;

    /// <summary>What it tells of itself (GS I 65-69).</summary>
    public required PrinterIdentity Identity { get; init; }

    /// <summary>It echoes process ids (GS ( H).</summary>
    public required bool EchoesProcessId { get; init; }

    /// <summary>The number of GS g 2 that counts its cuts; 0: it has none; null: not asked yet, or not settled.</summary>
    public int? CutCounter { get; init; }

    /// <summary>GS I 2, bit 0; null where it does not tell.</summary>
    public bool? HasTwoByteCharacters { get; init; }

    /// <summary>GS I 2, bit 1; null where it does not tell.</summary>
    public bool? HasCutter { get; init; }

    /// <summary>It tells changes of its state by itself (GS a).</summary>
    public required bool TellsStatusChanges { get; init; }

    /// <summary>It answers DLE EOT 20.</summary>
    public bool HasFullStatus { get; init; }

    /// <summary>Its GS I 69 names GB18030.</summary>
    [JsonIgnore]
    public bool HasChineseMode => Identity.Languages?.Contains("GB18030", StringComparison.OrdinalIgnoreCase) == true;

    /// <returns>One line of JSON, at most <see cref="MaxJsonChars"/> characters.</returns>
    public string ToJson() => JsonSerializer.Serialize(this, PrinterCapabilitiesJson.Default.PrinterCapabilities);

    /// <summary>Reads what <see cref="ToJson"/> wrote, or what a newer release wrote: keys that are not known are passed over.</summary>
    /// <returns>Null for anything else, without an exception: the unit is then probed again.</returns>
    public static PrinterCapabilities? TryParse(string? json)
    {
        if (json is null || json.Length > MaxJsonChars) return null;
        try
        {
            return JsonSerializer.Deserialize(json, PrinterCapabilitiesJson.Default.PrinterCapabilities) is { Identity: not null, CutCounter: null or (>= 0 and <= 65_535) } read ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 4)]
[JsonSerializable(typeof(PrinterCapabilities))]
internal sealed partial class PrinterCapabilitiesJson : JsonSerializerContext;
