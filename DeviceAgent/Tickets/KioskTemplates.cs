using DeviceAgent.Drivers.Printing;
using DeviceAgent.Orders;

namespace DeviceAgent.Tickets;

/// <summary>The built-in layouts, for 58 mm and 80 mm paper.</summary>
/// <remarks>All text of an order is foreign: <see cref="EscPosDocument"/> lets nothing of it become a command.</remarks>
public sealed class KioskTemplates : IKioskTemplates
{
    private readonly Paper _paper;
    private readonly string _hotline;
    private readonly BusTicketTemplate _bus;
    private readonly ReturnSlipTemplate _busReturn;
    private readonly ShipTicketTemplate _ship;
    private readonly TrainTicketTemplate _train;

    /// <param name="columns">Half-width characters of one line, 32 to 64.</param>
    /// <param name="hotline">Empty: slips name no number.</param>
    public KioskTemplates(int columns, string kioskId, string hotline)
        : this(PaperFormat.OfColumns(columns), kioskId, hotline)
    {
    }

    /// <param name="hotline">Empty: slips name no number.</param>
    /// <param name="logo">Stands on tickets, no wider than the paper; null: none.</param>
    public KioskTemplates(PaperFormat format, string kioskId, string hotline, DotImage? logo = null)
    {
        _paper = new(format, kioskId, logo);
        _hotline = hotline;
        (_bus, _busReturn, _ship, _train) = (new(_paper), new(_paper), new(_paper), new(_paper));
    }

    public PaperFormat Format => _paper.Document.Format;

    public ITicketTemplate For(Journey journey) => journey switch
    {
        Journey.Bus => _bus,
        Journey.BusReturn => _busReturn,
        Journey.Ship => _ship,
        Journey.Train => _train,
        _ => throw new ArgumentOutOfRangeException(nameof(journey), journey, "No such product line."),
    };

    public ReadOnlyMemory<byte> VoidStrip(string orderNumber, int ticketIndex) =>
        Drivers.Printing.VoidStrip.Build(_paper.Document.Clear(), $"{orderNumber} #{ticketIndex + 1}").Bytes;

    public ReadOnlyMemory<byte> IncidentSlip(string orderNumber, DateTimeOffset at)
    {
        var document = _paper.Begin();
        document.Size(2, 2).Line("请联系工作人员").Size(1, 1).Line("PLEASE SEE STAFF").Rule().Align(TextAlignment.Left);
        document.Wrapped("本订单待人工确认, 请勿重复购票或退票。").Wrapped($"订单号 {orderNumber}");
        document.TwoColumns(_paper.KioskId, Paper.Second(at));
        if (_hotline.Length > 0) document.Wrapped($"电话 {_hotline}");
        return document.End().Bytes;
    }

    public ReadOnlyMemory<byte> PaperStrip(string? form, DateTimeOffset at)
    {
        // The feed first: the beginning of a roll is creased, or has glue on it.
        var document = _paper.Begin().Feed(4).Line("换纸测试 PRINTER TEST").Rule();
        document.Wrapped(new string('8', document.Columns));
        if (form is not null) document.Wrapped($"票纸号 FORM {form}");
        return document.Align(TextAlignment.Left).TwoColumns(_paper.KioskId, Paper.Second(at)).End().Bytes;
    }

    public ReadOnlyMemory<byte> ProbeStrip() => _paper.Begin().Line("打印机测试 PRINTER TEST").Line(_paper.KioskId).Align(TextAlignment.Left).End().Bytes;
}
