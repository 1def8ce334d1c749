using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using static DeviceAgent.Tests.Journal.JournalSamples;

namespace DeviceAgent.Tests.Journal;

/// <summary>The stored order as it is written, without the serializer's own path, against what the serializer writes.</summary>
public sealed class JournalJsonTests
{
    private static readonly JournalJson Serializer = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter<Journey>() },
    });

    private static AcceptedOrder Full()
    {
        var few = Accepted("1", Journey.Train);
        var passengers = few.Order.Passengers.Select(p => p with { ElectronicTicket = "E\"1\"", ServiceCharge = 3, HasChildren = true }).ToList();
        var order = few.Order with
        {
            AgentOrderNumber = "A<1>",
            Passengers = passengers,
            Refund = new(few.Order.Trip.DepartsAt, "T1", 1000),
            Trip = few.Order.Trip with { VehicleType = "大巴\n", FromStationId = "7", FromCity = "杭州", ToCity = "上海", LastPlace = "虹桥" },
        };
        return few with { Order = order, Tickets = [.. few.Tickets.Select((t, i) => t with { Passenger = passengers[i], Trip = order.Trip with { Number = "K2" }, Title = "儿童票", Password = "p" })] };
    }

    private static string Expected(AcceptedOrder accepted) => Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(
        new StoredOrder(1, accepted.Order, [.. accepted.Tickets.Select((t, i) => new StoredTicket(t.Index, t.TicketNumber, t.SeatNumber, t.Gate, i, null, t.Trip, t.Title, t.Password))],
            accepted.TemplateVersion, accepted.ClaimToken), Serializer.StoredOrder));

    [Fact]
    public void No_field_of_an_order_is_ever_lost()
    {
        var full = Full();
        foreach (var part in new object[] { full, full.Order, full.Order.Trip, full.Order.Passengers[0], full.Tickets[0] })
        {
            foreach (var property in part.GetType().GetProperties())
                Assert.True(property.GetValue(part) is not null, $"{part.GetType().Name}.{property.Name} is empty in this test.");
        }
        Assert.Equal(Expected(full), Encoding.UTF8.GetString(JournalJson.Write(full)));
        Assert.Equivalent(full, JournalJson.Read(JournalJson.Write(full)), strict: true);
    }

    [Fact]
    public void A_field_that_is_not_told_is_never_written()
    {
        var few = Accepted("1");
        few = few with { ClaimToken = null, Order = few.Order with { PayMode = null, TotalPrice = null, Refund = new(few.Order.Trip.DepartsAt) } };
        Assert.Equal(Expected(few), Encoding.UTF8.GetString(JournalJson.Write(few)));
        Assert.Equivalent(few, JournalJson.Read(JournalJson.Write(few)), strict: true);
    }
}
