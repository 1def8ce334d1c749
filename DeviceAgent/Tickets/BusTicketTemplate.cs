using System.Globalization;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Orders;

namespace DeviceAgent.Tickets;

/// <summary>The built-in bus ticket and the strips beside it, for 58 mm and 80 mm paper.</summary>
/// <remarks>All text of an order is foreign: <see cref="EscPosDocument"/> lets nothing of it become a command. One document at a time.</remarks>
public sealed class BusTicketTemplate(int columns, string kioskId, string hotline) : ITicketTemplate
{
    public string Version => "bus/1";

    // The platform's time zone, whatever the machine's: GMT+8 without daylight saving.
    private static readonly TimeSpan China = TimeSpan.FromHours(8);
    private readonly EscPosDocument _document = new(columns);

    /// <summary>What the ticket's QR code holds: order number, a slash, ticket number. A return recognises the ticket by it.</summary>
    public static string QrText(string orderNumber, string ticketNumber) => $"{orderNumber}/{ticketNumber}";

    public ReadOnlyMemory<byte> Ticket(Order order, Ticket ticket, int ticketCount, DateTimeOffset issuedAt, int copy = 0)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(ticket);
        var trip = order.Trip;
        var departs = trip.DepartsAt.ToOffset(China);
        Begin().Size(2, 2).Line("汽车票").Size(1, 1).Line("BUS TICKET");
        // Inspectors must see it at first sight, and on the same ticket as the original's number.
        if (copy > 0) _document.Size(2, 2).Bold(true).Line(string.Create(CultureInfo.InvariantCulture, $"补打 COPY {copy}")).Bold(false).Size(1, 1);
        _document.Rule();
        _document.Align(TextAlignment.Left).Size(1, 2).Bold(true).Wrapped($"{trip.FromStation} → {trip.ToStation}").Bold(false).Size(1, 1);
        if (trip.LastPlace is { Length: > 0 } lastPlace && lastPlace != trip.ToStation) _document.Wrapped($"终点 {lastPlace}");
        _document.TwoColumns($"车次 {trip.Number}", trip.VehicleType ?? "");
        _document.Size(1, 2).TwoColumns(Stamp(departs, "yyyy-MM-dd"), $"{Stamp(departs, "HH:mm")} 发车").Size(1, 1);
        _document.Size(1, 2).Bold(true).TwoColumns($"座位 {ticket.SeatNumber ?? "—"}", ticket.Gate is { } gate ? $"检票口 {gate}" : "").Bold(false).Size(1, 1);
        _document.Rule().TwoColumns(ticket.Passenger.Name ?? "", Masking.Certificate(ticket.Passenger.CertificateNumber));
        _document.TwoColumns(ticket.Passenger.TicketPrice is { } fen ? $"票价 {Yuan(fen)}" : "", ticket.Passenger.HasChildren == true ? "携童" : "");
        _document.Wrapped($"订单号 {order.OrderNumber}").Wrapped($"票号 {ticket.TicketNumber}");
        _document.Align(TextAlignment.Centre).QrCode(QrText(order.OrderNumber, ticket.TicketNumber)).LineFeed();
        _document.Line($"{ticket.Index + 1}/{ticketCount}  {kioskId}  {Stamp(issuedAt.ToOffset(China), "yyyy-MM-dd HH:mm:ss")}");
        return _document.Align(TextAlignment.Left).Cut().Bytes;
    }

    public ReadOnlyMemory<byte> VoidStrip(string orderNumber, int ticketIndex) =>
        Drivers.Printing.VoidStrip.Build(_document.Clear(), $"{orderNumber} #{ticketIndex + 1}").Bytes;

    public ReadOnlyMemory<byte> IncidentSlip(string orderNumber, DateTimeOffset at)
    {
        Begin().Size(2, 2).Line("请联系工作人员").Size(1, 1).Line("PLEASE SEE STAFF").Rule().Align(TextAlignment.Left);
        _document.Wrapped("本订单的车票待人工确认, 请勿重复购票。").Wrapped($"订单号 {orderNumber}");
        _document.TwoColumns($"{kioskId}", Stamp(at.ToOffset(China), "yyyy-MM-dd HH:mm:ss"));
        if (hotline.Length > 0) _document.Wrapped($"电话 {hotline}");
        return _document.Cut().Bytes;
    }

    public ReadOnlyMemory<byte> ProbeStrip() => Begin().Line("打印机测试 PRINTER TEST").Line($"{kioskId}").Align(TextAlignment.Left).Cut().Bytes;

    private EscPosDocument Begin() => _document.Clear().Initialise().Align(TextAlignment.Centre);

    private static string Stamp(DateTimeOffset moment, string format) => moment.ToString(format, CultureInfo.InvariantCulture);

    private static string Yuan(long fen) => string.Create(CultureInfo.InvariantCulture, $"￥{fen / 100}.{Math.Abs(fen % 100):00}");
}
