using DeviceAgent.Orders;

namespace DeviceAgent.Tickets;

/// <summary>The built-in bus ticket.</summary>
internal sealed class BusTicketTemplate(Paper paper) : ITicketTemplate
{
    public string Version => "bus/1";

    public ReadOnlyMemory<byte> Ticket(Order order, Ticket ticket, int ticketCount, DateTimeOffset issuedAt, int copy = 0)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(ticket);
        var trip = order.Trip;
        var document = paper.BeginTicket("汽车票", "BUS TICKET", copy);
        document.Size(1, 2).Bold(true).Wrapped($"{trip.FromStation} → {trip.ToStation}").Bold(false).Size(1, 1);
        if (trip.LastPlace is { Length: > 0 } lastPlace && lastPlace != trip.ToStation) document.Wrapped($"终点 {lastPlace}");
        document.TwoColumns($"车次 {trip.Number}", trip.VehicleType ?? "");
        document.Size(1, 2).TwoColumns(Paper.Day(trip.DepartsAt), $"{Paper.Minute(trip.DepartsAt)} 发车").Size(1, 1);
        document.Size(1, 2).Bold(true).TwoColumns($"座位 {ticket.SeatNumber ?? "—"}", Paper.Gate(ticket.Gate)).Bold(false).Size(1, 1);
        document.Rule().TwoColumns(ticket.Passenger.Name ?? "", Masking.Certificate(ticket.Passenger.CertificateNumber));
        document.TwoColumns(ticket.Passenger.TicketPrice is { } fen ? $"票价 {Paper.Yuan(fen)}" : "", ticket.Passenger.HasChildren == true ? "携童" : "");
        document.Wrapped($"订单号 {order.OrderNumber}").Wrapped($"票号 {ticket.TicketNumber}");
        paper.Code(order.OrderNumber, ticket.TicketNumber).LineFeed();
        return paper.EndTicket(ticket.Index, ticketCount, issuedAt);
    }
}
