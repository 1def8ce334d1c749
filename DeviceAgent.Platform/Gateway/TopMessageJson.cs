using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace DeviceAgent.Platform.Gateway;

/// <summary>The requests of the return, ship and train APIs as JSON, as their documents name each field: for the form, for the outbox and for jobs.</summary>
/// <remarks>
/// Null members are left out, false and 0 are kept, dates are "yyyy-MM-dd HH:mm:ss" in GMT+8, Chinese stands as it is.
/// Reading skips members that are not known, refuses a member that is told twice, takes a number that is written as text, and never throws.
/// A required text or list that the JSON lacks is null afterwards: the API's Faults names each of them. A required number or flag that it lacks is refused, since its absence cannot be seen later.
/// </remarks>
public static class TopMessageJson
{
    private const int MaxReasonLength = 200;

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        AllowDuplicateProperties = false,
        Encoder = BusTvmJson.WriterOptions.Encoder,
        Converters = { new TopDateConverter() },
        TypeInfoResolver = TopMessageContext.Default.WithAddedModifier(RelaxRequiredTexts),
    };

    public static byte[] Write(ShipAgentConfirmBookRq request) => Write<ShipAgentConfirmBookRq>(request);

    public static byte[] Write(BookCallbackParam request) => Write<BookCallbackParam>(request);

    public static byte[] Write(AgentConfirmReturnRq request) => Write<AgentConfirmReturnRq>(request);

    /// <returns>Null when it is no JSON, or not of the document's shape.</returns>
    public static ShipAgentConfirmBookRq? ReadShip(ReadOnlySpan<byte> json) => Read<ShipAgentConfirmBookRq>(json, out _);

    /// <param name="whyNot">Where it went wrong, without any value; null when it did not.</param>
    /// <inheritdoc cref="ReadShip(ReadOnlySpan{byte})"/>
    public static ShipAgentConfirmBookRq? ReadShip(ReadOnlySpan<byte> json, out string? whyNot) => Read<ShipAgentConfirmBookRq>(json, out whyNot);

    /// <inheritdoc cref="ReadShip(ReadOnlySpan{byte})"/>
    public static BookCallbackParam? ReadTrain(ReadOnlySpan<byte> json) => Read<BookCallbackParam>(json, out _);

    /// <inheritdoc cref="ReadShip(ReadOnlySpan{byte}, out string?)"/>
    public static BookCallbackParam? ReadTrain(ReadOnlySpan<byte> json, out string? whyNot) => Read<BookCallbackParam>(json, out whyNot);

    /// <inheritdoc cref="ReadShip(ReadOnlySpan{byte})"/>
    public static AgentConfirmReturnRq? ReadReturn(ReadOnlySpan<byte> json) => Read<AgentConfirmReturnRq>(json, out _);

    /// <inheritdoc cref="ReadShip(ReadOnlySpan{byte}, out string?)"/>
    public static AgentConfirmReturnRq? ReadReturn(ReadOnlySpan<byte> json, out string? whyNot) => Read<AgentConfirmReturnRq>(json, out whyNot);

    private static byte[] Write<T>(T request) where T : class
    {
        ArgumentNullException.ThrowIfNull(request);
        return JsonSerializer.SerializeToUtf8Bytes(request, TypeInfo<T>());
    }

    private static T? Read<T>(ReadOnlySpan<byte> json, out string? whyNot) where T : class
    {
        try
        {
            var request = JsonSerializer.Deserialize(json.StartsWith("\uFEFF"u8) ? json[3..] : json, TypeInfo<T>());
            whyNot = request is null ? "$ is null" : null;
            return request;
        }
        catch (JsonException fault)
        {
            var reason = $"{fault.Path ?? "$"} {(Lacking(fault.Message) is { } names ? $"lacks {names}" : "is not as the API document has it: no JSON, another kind of value, or told twice")}";
            whyNot = reason.Length <= MaxReasonLength ? reason : "…" + reason[^(MaxReasonLength - 1)..];
            return null;
        }
    }

    /// <summary>The runtime tells which required members are missing in its message alone: "… including: 'success'. Path: …".</summary>
    private static string? Lacking(string message)
    {
        const string before = "including: ";
        var start = message.IndexOf(before, StringComparison.Ordinal);
        if (start < 0) return null;
        var names = message[(start + before.Length)..];
        var end = names.IndexOf('.', StringComparison.Ordinal);
        return (end < 0 ? names : names[..end]).Replace("'", "", StringComparison.Ordinal);
    }

    private static JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));

    private static void RelaxRequiredTexts(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (!property.PropertyType.IsValueType) property.IsRequired = false;
        }
    }
}

/// <summary>The platform's way of writing a date.</summary>
internal sealed class TopDateConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && TvmTimes.Parse(reader.GetString()) is { } time ? time : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[TvmTimes.FormattedLength];
        TvmTimes.Format(value, text);
        writer.WriteStringValue(text);
    }
}

[JsonSerializable(typeof(AgentConfirmReturnRq))]
[JsonSerializable(typeof(ShipAgentConfirmBookRq))]
[JsonSerializable(typeof(BookCallbackParam))]
internal sealed partial class TopMessageContext : JsonSerializerContext;
