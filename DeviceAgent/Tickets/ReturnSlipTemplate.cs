using DeviceAgent.Drivers.Printing;
using DeviceAgent.Orders;

namespace DeviceAgent.Tickets;

/// <summary>What the passenger keeps of a returned ticket. It carries no QR code: it is worth nothing at any gate.</summary>
internal sealed class ReturnSlipTemplate(Paper paper) : ITicketTemplate
{
    public string Version => "bus-return/1";

    public ReadOnlyMemory<byte> Ticket(Order order, Ticket ticket, int ticketCount, DateTimeOffset issuedAt, int copy = 0)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(ticket);
        var trip = order.Trip;
        var document = paper.BeginTicket("退票凭证", "RETURN SLIP", copy);
        document.Wrapped($"{trip.FromStation} → {trip.ToStation}").TwoColumns($"车次 {trip.Number}", $"{Paper.Day(trip.DepartsAt)} {Paper.Minute(trip.DepartsAt)}");
        document.Wrapped($"订单号 {new OrderKey(order.Journey, order.OrderNumber).PlatformNumber}");
        document.Wrapped(order.Refund?.TicketNumber is { } number ? $"已退票号 {number}" : $"整单退票, 共 {order.Passengers.Count} 张");
        if (order.Refund?.TicketNumber is not null && ticket.Passenger.Name is { } name) document.Wrapped(name);
        // The platform pays it back, and its word counts: the station's is what the passenger may expect.
        if (order.Refund?.Fen is { } fen) document.Size(1, 2).Bold(true).Line($"预计退款 {Paper.Yuan(fen)}").Bold(false).Size(1, 1);
        document.Wrapped("退款原路返回, 以平台到账为准。原车票已作废。");
        if (order.Refund?.At is { } at) document.Line($"退票时间 {Paper.Second(at)}");
        document.Align(TextAlignment.Centre);
        return paper.EndTicket(ticket.Index, ticketCount, issuedAt);
    }
}
