using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Platform.Sync;

/// <summary>Version 1 of a bus report in the outbox. A change that an older release cannot read needs a new version.</summary>
public static class BusBookPayload
{
    public const int Version = 1;

    public static NewReport Create(TvmBookOrderRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var payload = new BusBookFacts
        {
            AlitripOrderId = request.AlitripOrderId,
            BookTime = TvmTimes.Format(request.BookTime),
            Success = request.Success,
            PayMode = request.PayMode,
        };
        var personal = new BusBookPersonal
        {
            FetchPhone = request.FetchPhone,
            Passengers = request.Passengers,
            TicketGate = request.TicketGate,
            SupportEticket = request.SupportEticket,
        };
        return new NewReport(
            ReportKinds.BusBook, Version, request.Success,
            JsonSerializer.SerializeToUtf8Bytes(payload, BusBookJson.Readable.BusBookFacts),
            personal == new BusBookPersonal() ? null : JsonSerializer.SerializeToUtf8Bytes(personal, BusBookJson.Readable.BusBookPersonal));
    }

    /// <summary>The request to send; without passengers, phone and gate where the personal part is gone or broken.</summary>
    /// <returns>Null when it is of another kind or version, lacks what the platform requires, or disagrees with its own row.</returns>
    public static TvmBookOrderRequest? Read(OutboxReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (report.Kind != ReportKinds.BusBook || report.PayloadVersion != Version) return null;
        if (TryRead(report.Payload, BusBookJson.Readable.BusBookFacts) is not { AlitripOrderId: { Length: > 0 } order, PayMode: { Length: > 0 } payMode } facts) return null;
        if (order != report.OrderNumber || facts.Success != report.Success || TvmTimes.Parse(facts.BookTime) is not { } bookTime) return null;
        var personal = report.Personal is null ? null : TryRead(report.Personal, BusBookJson.Readable.BusBookPersonal);
        return new TvmBookOrderRequest
        {
            AlitripOrderId = order,
            BookTime = bookTime,
            Success = report.Success,
            PayMode = payMode,
            FetchPhone = personal?.FetchPhone,
            Passengers = personal?.Passengers,
            TicketGate = personal?.TicketGate,
            SupportEticket = personal?.SupportEticket,
        };
    }

    private static T? TryRead<T>(byte[] json, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

internal sealed record BusBookFacts
{
    public string? AlitripOrderId { get; init; }
    public string? BookTime { get; init; }
    public bool? Success { get; init; }
    public string? PayMode { get; init; }
}

internal sealed record BusBookPersonal
{
    public string? FetchPhone { get; init; }
    public IReadOnlyList<TvmPassengerVo>? Passengers { get; init; }
    public string? TicketGate { get; init; }
    public bool? SupportEticket { get; init; }
}

[JsonSerializable(typeof(BusBookFacts))]
[JsonSerializable(typeof(BusBookPersonal))]
internal sealed partial class BusBookJson : JsonSerializerContext
{
    /// <summary>Names stand as they are: half the bytes of their escapes.</summary>
    public static BusBookJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = BusTvmJson.WriterOptions.Encoder,
        Converters = { new TvmPassengerConverter() },
    });
}
