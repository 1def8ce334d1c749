using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceAgent.Simulator;

internal enum JsonKind
{
    Text,
    /// <summary>A bare whole number that fits 64 bits.</summary>
    Number,
    Flag,
    /// <summary>A text, "yyyy-MM-dd HH:mm:ss".</summary>
    Moment,
    Object,
    /// <summary>A plain array of objects.</summary>
    List,
}

/// <summary>What a value of the right type must look like beyond its type.</summary>
/// <param name="Says">For the refusal: what would be right.</param>
internal sealed record JsonRule(string Says, Func<string, bool> Holds)
{
    public static JsonRule Digits { get; } = new("digits alone", text => text.All(char.IsAsciiDigit));
    public static JsonRule NotNegative { get; } = new("0 or more", text => !text.StartsWith('-'));
    public static JsonRule Positive { get; } = new("1 or more", text => text[0] is >= '1' and <= '9');
    public static JsonRule Day { get; } = new("yyyy-MM-dd", text => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _));
    public static JsonRule Moment { get; } = new("yyyy-MM-dd HH:mm:ss", JsonShape.IsMoment);

    public static JsonRule OneOf(params string[] words) => new(string.Join(", ", words), words.Contains);
}

internal enum JsonFaultKind { Missing, Type, Value }

/// <param name="Path">Names and places from the root down: a.b[0].c.</param>
internal sealed record JsonFault(JsonFaultKind Kind, string Path, string Says);

/// <summary>The shape that a peer's document gives a piece of JSON, checked to the letter: unknown names, nulls, names twice and other types are faults.</summary>
/// <param name="Name">Case counts.</param>
/// <param name="Required">A required text may not be empty.</param>
internal sealed record JsonShape(string Name, JsonKind Kind, bool Required = false)
{
    private const int LongestName = 64;

    /// <summary>Of an object, or of a list's elements.</summary>
    public IReadOnlyList<JsonShape> Members { get; init; } = [];

    /// <summary>Elements of a list.</summary>
    public int Fewest { get; init; }

    /// <summary>Elements of a list.</summary>
    public int Most { get; init; } = int.MaxValue;

    public JsonRule? Rule { get; init; }

    public static bool IsMoment(string text) => DateTime.TryParseExact(text, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);

    /// <param name="json">UTF-8, or what claims to be.</param>
    /// <param name="value">Null when there is a fault.</param>
    /// <returns>The first fault; null when there is none.</returns>
    public JsonFault? TryParse(ReadOnlyMemory<byte> json, out JsonNode? value)
    {
        value = null;
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (Check(document.RootElement, Name) is { } fault) return fault;
            value = JsonNode.Parse(json.Span);
            return null;
        }
        catch (JsonException)
        {
            return new JsonFault(JsonFaultKind.Type, Name, "not JSON");
        }
        catch (InvalidOperationException)
        {
            // A text or a name with half a surrogate pair or broken UTF-8 is found when it is read, not before.
            return new JsonFault(JsonFaultKind.Type, Name, "not Unicode");
        }
    }

    private JsonFault? Check(JsonElement value, string path) => Kind switch
    {
        JsonKind.Text when value.ValueKind == JsonValueKind.String => CheckText(value.GetString()!, path),
        JsonKind.Moment when value.ValueKind == JsonValueKind.String && IsMoment(value.GetString()!) => null,
        JsonKind.Moment => Fault(JsonFaultKind.Type, path, "a text, yyyy-MM-dd HH:mm:ss"),
        JsonKind.Number when value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) => CheckRule(number.ToString(CultureInfo.InvariantCulture), path),
        JsonKind.Flag when value.ValueKind is JsonValueKind.True or JsonValueKind.False => null,
        JsonKind.Object when value.ValueKind == JsonValueKind.Object => CheckMembers(value, path),
        JsonKind.List when value.ValueKind == JsonValueKind.Array => CheckElements(value, path),
        _ => Fault(JsonFaultKind.Type, path, $"a {Kind.ToString().ToLowerInvariant()} is expected"),
    };

    private JsonFault? CheckText(string text, string path) => text.Length > 0 ? CheckRule(text, path) : Required ? Fault(JsonFaultKind.Missing, path, "empty") : null;

    private JsonFault? CheckRule(string text, string path) => Rule is null || Rule.Holds(text) ? null : Fault(JsonFaultKind.Value, path, Rule.Says);

    private JsonFault? CheckElements(JsonElement list, string path)
    {
        var length = list.GetArrayLength();
        if (length > Most) return Fault(JsonFaultKind.Type, path, $"more than {Most}");
        if (length < Fewest) return Fault(JsonFaultKind.Missing, path, "empty");
        var place = 0;
        foreach (var element in list.EnumerateArray())
        {
            var at = $"{path}[{place++}]";
            if (element.ValueKind != JsonValueKind.Object) return Fault(JsonFaultKind.Type, at, "an object is expected");
            if (CheckMembers(element, at) is { } fault) return fault;
        }
        return null;
    }

    private JsonFault? CheckMembers(JsonElement value, string path)
    {
        HashSet<string> seen = [];
        foreach (var property in value.EnumerateObject())
        {
            var name = property.Name;
            if (Members.FirstOrDefault(m => m.Name == name) is not { } member) return Fault(JsonFaultKind.Type, $"{path}.{(name.Length > LongestName ? name[..LongestName] : name)}", "there is no such name");
            if (member.Check(property.Value, $"{path}.{name}") is { } fault) return fault;
            seen.Add(name);
        }
        return Members.FirstOrDefault(m => m.Required && !seen.Contains(m.Name)) is { } missing ? Fault(JsonFaultKind.Missing, $"{path}.{missing.Name}", "missing") : null;
    }

    private static JsonFault Fault(JsonFaultKind kind, string path, string says) => new(kind, path, says);
}
