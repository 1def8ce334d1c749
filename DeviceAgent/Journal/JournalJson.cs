using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DeviceAgent.Orders;

namespace DeviceAgent.Journal;

/// <summary>An accepted order as it stands, sealed, in the file.</summary>
/// <param name="Version">1. A release leaves other versions alone and shows the order without its content.</param>
internal sealed record StoredOrder(int Version, Order Order, IReadOnlyList<StoredTicket> Tickets, string Template, string? Claim = null);

/// <param name="Of">The passenger's place in the order, which saves writing the person twice.</param>
/// <param name="Passenger">Only where the ticket's passenger is not one of the order's, as it stands there.</param>
internal sealed record StoredTicket(
    int Index, string Number, string? Seat = null, string? Gate = null, int? Of = null, Passenger? Passenger = null,
    Trip? Trip = null, string? Title = null, string? Password = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(StoredOrder))]
internal sealed partial class JournalJson : JsonSerializerContext
{
    private const int Version = 1;

    /// <summary>Names of persons stay UTF-8: escaped they would take twice the room.</summary>
    private static readonly JsonWriterOptions Lean = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static byte[] Write(AcceptedOrder accepted)
    {
        var passengers = accepted.Order.Passengers;
        var tickets = new List<StoredTicket>(accepted.Tickets.Count);
        foreach (var t in accepted.Tickets)
        {
            var of = PlaceOf(t.Passenger, passengers);
            tickets.Add(new(t.Index, t.TicketNumber, t.SeatNumber, t.Gate, of, of is null ? t.Passenger : null, t.Trip, t.Title, t.Password));
        }
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Lean))
        {
            // The generated code by itself: half the time of the serializer's own path, in a step that a passenger waits for.
            Default.StoredOrder.SerializeHandler!(writer, new(Version, accepted.Order, tickets, accepted.TemplateVersion, accepted.ClaimToken));
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <returns>Null when a newer release wrote it.</returns>
    public static AcceptedOrder? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            if (JsonSerializer.Deserialize(json, Default.StoredOrder) is not { Version: Version } stored) return null;
            var tickets = new List<Ticket>(stored.Tickets.Count);
            foreach (var t in stored.Tickets)
            {
                var passenger = t.Of is { } of ? stored.Order.Passengers.ElementAtOrDefault(of) : t.Passenger;
                if (passenger is null) return null;
                tickets.Add(new()
                {
                    Index = t.Index,
                    TicketNumber = t.Number,
                    SeatNumber = t.Seat,
                    Gate = t.Gate,
                    Passenger = passenger,
                    Trip = t.Trip,
                    Title = t.Title,
                    Password = t.Password,
                });
            }
            return new(stored.Order, tickets, stored.Template, stored.Claim);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static int? PlaceOf(Passenger passenger, IReadOnlyList<Passenger> passengers)
    {
        for (var i = 0; i < passengers.Count; i++)
        {
            if (passengers[i] == passenger) return i;
        }
        return null;
    }
}
