using DeviceAgent.Orders;

namespace DeviceAgent.Tickets;

/// <summary>The built-in slip of a train ticket that was issued for a business traveller.</summary>
internal sealed class TrainTicketTemplate(Paper paper) : ITicketTemplate
{
    public string Version => "train/1";

    public ReadOnlyMemory<byte> Ticket(Order order, Ticket ticket, int ticketCount, DateTimeOffset issuedAt, int copy = 0)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(ticket);
        var trip = ticket.Trip ?? order.Trip;
        var document = paper.BeginTicket("火车票", "TRAIN TICKET", copy);
        document.Size(1, 2).Bold(true).Wrapped($"{trip.FromStation} → {trip.ToStation}").Bold(false).Size(1, 1);
        document.TwoColumns($"车次 {trip.Number}", ticket.Title ?? "");
        document.Size(1, 2).TwoColumns(Paper.Day(trip.DepartsAt), $"{Paper.Minute(trip.DepartsAt)} 开").Size(1, 1);
        document.Size(1, 2).Bold(true).TwoColumns($"席位 {ticket.SeatNumber ?? "—"}", Paper.Gate(ticket.Gate)).Bold(false).Size(1, 1);
        document.Rule().TwoColumns(ticket.Passenger.Name ?? "", Masking.Certificate(ticket.Passenger.CertificateNumber));
        if (ticket.Passenger.TicketPrice is { } fen) document.Line($"票价 {Paper.Yuan(fen)}");
        document.Wrapped($"订单号 {order.OrderNumber}").Wrapped($"取票号 {ticket.TicketNumber}");
        paper.Code(order.OrderNumber, ticket.TicketNumber).LineFeed();
        return paper.EndTicket(ticket.Index, ticketCount, issuedAt);
    }
}
