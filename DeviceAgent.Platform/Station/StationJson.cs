using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DeviceAgent.Platform.Station;

/// <summary>The bodies of the station's contract: written by generated code, read as tolerantly as the gateway's.</summary>
internal static class StationJson
{
    private const int MaxText = 200;

    public static byte[] Write(AllocationRequest request) => JsonSerializer.SerializeToUtf8Bytes(
        new AllocationBody(request.Kiosk, request.Attempt, request.Journey, request.AgentOrderNumber, request.Trip, request.Passengers), StationBodies.Readable.AllocationBody);

    public static byte[] Write(AllocationNotice notice) =>
        JsonSerializer.SerializeToUtf8Bytes(new NoticeBody(notice.Kiosk, notice.Attempt, notice.Reason), StationBodies.Readable.NoticeBody);

    public static byte[] Write(ReturnRequest request) =>
        JsonSerializer.SerializeToUtf8Bytes(new ReturnBody(request.Kiosk, request.AgentOrderNumber, request.PassengerName), StationBodies.Readable.ReturnBody);

    /// <returns>Null when it does not hold one ticket with a number for each passenger.</returns>
    public static AllocationAnswer? ReadTickets(ReadOnlySpan<byte> body, int passengers)
    {
        if (Read(body, StationBodies.Readable.TicketsBody) is not { Tickets: { } tickets } || tickets.Count != passengers) return null;
        if (tickets.Select(t => t?.Passenger).Distinct().Count() != passengers) return null;
        var read = new AllocatedTicket?[passengers];
        foreach (var ticket in tickets)
        {
            if (ticket is not { Passenger: >= 0, TicketNumber: { Length: > 0 and <= 64 } number } || ticket.Passenger >= passengers || !IsPrintable(number)) return null;
            if (!IsPrintable(ticket.SeatNumber) || !IsPrintable(ticket.Gate)) return null;
            read[ticket.Passenger] = new(ticket.Passenger, number, ticket.SeatNumber, ticket.Gate);
        }
        return new([.. read.OfType<AllocatedTicket>()], null);
    }

    /// <returns>Null when it holds no decision, or no time of it.</returns>
    public static ReturnAnswer? ReadReturn(ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        if (Read(body, StationBodies.Readable.ReturnAnswerBody) is not { } answer) return null;
        ReturnDecision? decision = answer.Decision switch
        {
            "returned" => ReturnDecision.Returned,
            "refused" => ReturnDecision.Refused,
            "failed" => ReturnDecision.Failed,
            _ => null,
        };
        if (decision is null || answer.RefundAmountFen < 0 || !IsPrintable(answer.AgentOrderNumber) || !IsPrintable(answer.PassengerName)) return null;
        return new(decision.Value, answer.AgentOrderNumber, answer.RefundAmountFen, answer.ReturnedAt ?? now, answer.PassengerName, Bound(answer.Reason));
    }

    /// <returns>The station's words for a refusal; a sentence of ours where it has none.</returns>
    public static string ReadReason(ReadOnlySpan<byte> body) => Bound(Read(body, StationBodies.Readable.ReasonBody)?.Reason) is { Length: > 0 } reason ? reason : "no reason given";

    private static string? Bound(string? text) => text is null ? null : new([.. text.Where(c => !char.IsControl(c)).Take(MaxText)]);

    // It stands on paper, in a report and in the journal.
    private static bool IsPrintable(string? text) => text is null || (text.Length <= MaxText && !text.Any(char.IsControl));

    private static T? Read<T>(ReadOnlySpan<byte> body, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

internal sealed record AllocationBody(string Kiosk, long Attempt, string Journey, string? AgentOrderNumber, AllocationTrip Trip, IReadOnlyList<AllocationPassenger> Passengers);

internal sealed record NoticeBody(string Kiosk, long Attempt, string? Reason);

internal sealed record ReturnBody(string Kiosk, string? AgentOrderNumber, string? PassengerName);

internal sealed record TicketsBody(IReadOnlyList<TicketBody?>? Tickets);

internal sealed record TicketBody(int Passenger, string? TicketNumber, string? SeatNumber, string? Gate);

internal sealed record ReturnAnswerBody(string? Decision, string? AgentOrderNumber, long? RefundAmountFen, DateTimeOffset? ReturnedAt, string? PassengerName, string? Reason);

internal sealed record ReasonBody(string? Reason);

[JsonSerializable(typeof(AllocationBody))]
[JsonSerializable(typeof(NoticeBody))]
[JsonSerializable(typeof(ReturnBody))]
[JsonSerializable(typeof(TicketsBody))]
[JsonSerializable(typeof(ReturnAnswerBody))]
[JsonSerializable(typeof(ReasonBody))]
internal sealed partial class StationBodies : JsonSerializerContext
{
    public static StationBodies Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
