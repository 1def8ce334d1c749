using DeviceAgent.Orders;

namespace DeviceAgent.Tickets;

/// <summary>The built-in ship ticket.</summary>
internal sealed class ShipTicketTemplate(Paper paper) : ITicketTemplate
{
    public string Version => "ship/1";

    public ReadOnlyMemory<byte> Ticket(Order order, Ticket ticket, int ticketCount, DateTimeOffset issuedAt, int copy = 0)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(ticket);
        var trip = ticket.Trip ?? order.Trip;
        var document = paper.BeginTicket("船票", "SHIP TICKET", copy);
        if (ticket.Title is { Length: > 0 } title) document.Wrapped(title);
        document.Size(1, 2).Bold(true).Wrapped($"{trip.FromStation} → {trip.ToStation}").Bold(false).Size(1, 1);
        document.TwoColumns($"航班 {trip.Number}", trip.VehicleType ?? "");
        document.Size(1, 2).TwoColumns(Paper.Day(trip.DepartsAt), $"{Paper.Minute(trip.DepartsAt)} 开船").Size(1, 1);
        document.Size(1, 2).Bold(true).TwoColumns(ticket.SeatNumber is { } seat ? $"座位 {seat}" : "", Paper.Gate(ticket.Gate)).Bold(false).Size(1, 1);
        document.Rule().TwoColumns(ticket.Passenger.Name ?? "", Masking.Certificate(ticket.Passenger.CertificateNumber));
        if (ticket.Passenger.TicketPrice is { } fen) document.Line($"票价 {Paper.Yuan(fen)}");
        document.Wrapped($"订单号 {order.OrderNumber}").Wrapped($"票号 {ticket.TicketNumber}");
        if (ticket.Password is { Length: > 0 } password) document.Wrapped($"取票密码 {password}");
        paper.Code(order.OrderNumber, ticket.TicketNumber).LineFeed();
        return paper.EndTicket(ticket.Index, ticketCount, issuedAt);
    }
}
