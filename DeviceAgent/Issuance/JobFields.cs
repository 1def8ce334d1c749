using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceAgent.Issuance;

/// <summary>What a field of a job may hold.</summary>
internal enum FieldKind
{
    /// <summary>Printable characters.</summary>
    Text,
    /// <summary>Letters, digits, '-' and '_'.</summary>
    Word,
    /// <summary>A text of digits: money and counts of the train API are written so.</summary>
    Digits,
    /// <summary>A text that is itself a JSON object.</summary>
    JsonText,
    Whole,
    Flag,
    /// <summary>"yyyy-MM-dd HH:mm:ss", GMT+8.</summary>
    Time,
    /// <summary>"yyyy-MM-dd".</summary>
    Day,
    OneOf,
    Group,
    List,
}

/// <summary>One field of a job: the table that validates it is the one that its JSON Schema is written from.</summary>
/// <param name="Most">Characters of a text, the highest number, items of a list.</param>
internal sealed record JobField(string Name, FieldKind Kind, bool Required = false, long Most = 200, string What = "")
{
    public IReadOnlyList<JobField> Fields { get; init; } = [];

    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Items that a list has at least.</summary>
    public int Least { get; init; }

    private const string TimePattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$", DayPattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";

    /// <summary>Finds every fault of a value, each with its place.</summary>
    public void Check(JsonElement value, string path, JobFaults faults)
    {
        var problem = Kind switch
        {
            FieldKind.Text => IsText(value, out var text) && text.Length <= Most && !text.Any(char.IsControl) && text.Length > 0 ? null : $"must be a text of 1 to {Most} printable characters",
            FieldKind.Word => IsText(value, out var word) && word.Length is > 0 && word.Length <= Most && word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
                ? null : $"must be a text of 1 to {Most} letters, digits, '-' and '_'",
            FieldKind.Digits => IsText(value, out var digits) && digits.Length is > 0 and <= 9 && digits.All(char.IsAsciiDigit) ? null : "must be a text of 1 to 9 digits",
            FieldKind.JsonText => IsText(value, out var json) && json.Length <= Most && IsJsonObject(json) ? null : $"must be a text of up to {Most} characters that is a JSON object",
            FieldKind.Whole => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 0 && number <= Most ? null : $"must be a whole number from 0 to {Most}",
            FieldKind.Flag => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "must be true or false",
            FieldKind.Time => IsMoment(value, "yyyy-MM-dd HH:mm:ss") ? null : "must be a time as \"2026-11-27 08:30:00\" (GMT+8)",
            FieldKind.Day => IsMoment(value, "yyyy-MM-dd") ? null : "must be a day as \"2026-11-27\"",
            FieldKind.OneOf => IsText(value, out var one) && Words.Contains(one) ? null : $"must be one of {string.Join(", ", Words)}",
            FieldKind.Group => value.ValueKind == JsonValueKind.Object ? null : "must be an object",
            _ => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() >= Least && value.GetArrayLength() <= Most ? null : $"must be a list of {Least} to {Most} objects",
        };
        if (problem is not null) faults.Add(path, problem);
        else if (Kind == FieldKind.Group) CheckFields(value, path, faults);
        else if (Kind == FieldKind.List)
        {
            var i = 0;
            foreach (var item in value.EnumerateArray())
            {
                var place = string.Create(CultureInfo.InvariantCulture, $"{path}[{i++}]");
                if (item.ValueKind == JsonValueKind.Object) CheckFields(item, place, faults);
                else faults.Add(place, "must be an object");
            }
        }
    }

    private void CheckFields(JsonElement value, string path, JobFaults faults)
    {
        foreach (var given in value.EnumerateObject())
        {
            var place = path.Length == 0 ? given.Name : $"{path}.{given.Name}";
            if (Fields.FirstOrDefault(f => f.Name == given.Name) is { } field) field.Check(given.Value, place, faults);
            else faults.Add(JobFaults.Printable(place), "is not a field of this job");
        }
        foreach (var missing in Fields.Where(f => f.Required && !value.TryGetProperty(f.Name, out _)))
            faults.Add(path.Length == 0 ? missing.Name : $"{path}.{missing.Name}", "is required");
    }

    /// <summary>The field as JSON Schema, draft 2020-12.</summary>
    public JsonObject ToSchema()
    {
        var schema = Kind switch
        {
            FieldKind.Text => new JsonObject { ["type"] = "string", ["minLength"] = 1, ["maxLength"] = Most, ["pattern"] = "^[^\\u0000-\\u001f\\u007f-\\u009f]*$" },
            FieldKind.Word => new JsonObject { ["type"] = "string", ["pattern"] = string.Create(CultureInfo.InvariantCulture, $"^[A-Za-z0-9_-]{{1,{Most}}}$") },
            FieldKind.Digits => new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9]{1,9}$" },
            FieldKind.JsonText => new JsonObject { ["type"] = "string", ["maxLength"] = Most },
            FieldKind.Whole => new JsonObject { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = Most },
            FieldKind.Flag => new JsonObject { ["type"] = "boolean" },
            FieldKind.Time => new JsonObject { ["type"] = "string", ["pattern"] = TimePattern },
            FieldKind.Day => new JsonObject { ["type"] = "string", ["pattern"] = DayPattern },
            FieldKind.OneOf => new JsonObject { ["enum"] = new JsonArray([.. Words.Select(w => JsonValue.Create(w))]) },
            FieldKind.Group => SchemaOfFields(),
            _ => new JsonObject { ["type"] = "array", ["minItems"] = Least, ["maxItems"] = Most, ["items"] = SchemaOfFields() },
        };
        if (What.Length > 0) schema["description"] = What;
        return schema;
    }

    private JsonObject SchemaOfFields() => new()
    {
        ["type"] = "object",
        ["additionalProperties"] = false,
        ["required"] = new JsonArray([.. Fields.Where(f => f.Required).Select(f => JsonValue.Create(f.Name))]),
        ["properties"] = new JsonObject(Fields.Select(f => KeyValuePair.Create(f.Name, (JsonNode?)f.ToSchema()))),
    };

    private static bool IsText(JsonElement value, out string text)
    {
        text = "";
        if (value.ValueKind != JsonValueKind.String) return false;
        try
        {
            text = value.GetString()!;
            return true;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair.
            return false;
        }
    }

    private static bool IsMoment(JsonElement value, string format) =>
        IsText(value, out var text) && DateTime.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) && time.Year >= 1900;

    private static bool IsJsonObject(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 4 });
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

/// <summary>What is wrong with a job: every fault with its place, up to a bound; nothing of its content.</summary>
internal sealed class JobFaults
{
    internal const int Most = 50;

    private readonly List<string> _faults = [];

    public IReadOnlyList<string> All => _faults;

    public void Add(string path, string problem)
    {
        if (_faults.Count < Most) _faults.Add($"{path} {problem}");
        else if (_faults.Count == Most) _faults.Add("there are more faults");
    }

    public static string Printable(string text) => new([.. text.Take(120).Select(c => c is >= '!' and <= '~' ? c : '?')]);
}
