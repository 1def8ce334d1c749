using System.Globalization;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Benchmarks;

/// <summary>An order as the platform tells it, and what becomes of it.</summary>
internal static class Samples
{
    public const string Station = "33444";
    public static readonly OrderOptions Settings = new() { StationIds = [Station], LookUpsPerMinute = 1_000_000 };
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.FromHours(8));
    public static readonly PrinterEvidence Before =
        new("SIM0000001", "SIM0000001", 1041, true, true, 2, new Guid("6f1c2a52-6c0d-4b8e-9f3e-0a55c1f7a001"), "8:1/1700000000.000000000/0c9f6f0e-4d25-4c8c-a2b7-2f0f3f9fdc60");

    public static readonly AttemptEnd Presented = new(AttemptOutcome.Presented, 1040, null, "its own process id was echoed");

    public static string OrderNumber(long index) => (1_000_000_000_000_000 + index).ToString(CultureInfo.InvariantCulture);

    public static TvmQueryOrderResponse Answer(string orderNumber, int passengers) => new()
    {
        IsSuccess = true,
        TvmBusOrderLineInfo = new()
        {
            AlitripOrderId = orderNumber,
            AgentOrderId = "A" + orderNumber,
            OrderStatus = TvmOrderStatus.PaidAndNotified,
            RealPayMode = "ALIPAY",
            TicketCount = passengers,
            TotalPrice = 8600L * passengers,
            Passengers = [.. Enumerable.Range(0, passengers).Select(i => Passenger(orderNumber, i))],
            TvmBusLineInfo = new()
            {
                BusNumber = "K2101",
                BusType = "高客",
                StartStationId = Station,
                StartStationName = "杭州客运中心站",
                StartCityName = "杭州",
                ToStationName = "南京客运南站",
                ToStationCityName = "南京",
                LastPlaceName = "南京",
                DepTime = "2999-12-31 07:50:00",
            },
        },
    };

    public static AcceptedOrder Accepted(string orderNumber, int passengers)
    {
        var order = Eligibility.Judge(Answer(orderNumber, passengers), orderNumber, Settings, Now).Order ?? throw new InvalidOperationException("The sample is refused.");
        return new(order, [.. order.Passengers.Select((p, i) => new Ticket { Index = i, TicketNumber = p.TicketNumber!, SeatNumber = p.SeatNumber, Passenger = p })], "bus/1", null);
    }

    public static TvmBookOrderRequest Report(string orderNumber, int passengers) => new()
    {
        AlitripOrderId = orderNumber,
        BookTime = Now,
        Success = true,
        PayMode = "ALIPAY",
        Passengers = [.. Enumerable.Range(0, passengers).Select(i => Passenger(orderNumber, i))],
    };

    public static NewReport ReportOf(AcceptedOrder accepted) => BusReports.Issued(accepted, Now);

    private static TvmPassengerVo Passenger(string orderNumber, int index) => new()
    {
        AgentTicketId = string.Create(CultureInfo.InvariantCulture, $"{orderNumber[^9..]}{index + 1:000}"),
        RiderName = "张三" + (char)('甲' + index),
        RiderCertType = "1",
        RiderCertNumber = "330106197001101009",
        SeatNumber = (index + 11).ToString(CultureInfo.InvariantCulture),
        FullPrice = 8600,
        TicketPrice = 8600,
        ServiceCharge = 300,
        HasChildren = false,
    };
}
