using DeviceAgent.Issuance;
using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Tests.Issuance;

public sealed class EligibilityTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.FromHours(8));
    private static readonly OrderOptions Options = new() { StationIds = ["33444"], CutOffBeforeDeparture = TimeSpan.FromMinutes(10) };

    internal static TvmQueryOrderResponse Answer(Func<TvmBusOrderLineInfo, TvmBusOrderLineInfo>? change = null, int passengers = 2)
    {
        var info = new TvmBusOrderLineInfo
        {
            AlitripOrderId = "10000241",
            AgentOrderId = "A-1",
            OrderStatus = 30,
            RealPayMode = "ALIPAY",
            TicketCount = passengers,
            TotalPrice = 2000,
            Passengers = [.. Enumerable.Range(1, passengers).Select(i => new TvmPassengerVo
            {
                AgentTicketId = $"0000100{i}", RiderName = $"张三{i}", RiderCertNumber = "11010519491231002X", RiderCertType = "1",
                SeatNumber = $"{i}", TicketPrice = 1000, FullPrice = 1100, ServiceCharge = 0, HasChildren = false, AgentEticket = "e",
            })],
            TvmBusLineInfo = new() { BusNumber = "PT122", StartStationId = "33444", StartStationName = "六里桥", ToStationName = "天津站", DepTime = "2026-03-01 13:30:00" },
        };
        return new() { IsSuccess = true, TvmBusOrderLineInfo = change is null ? info : change(info) };
    }

    [Fact]
    public void A_good_order_is_never_refused()
    {
        var order = Eligibility.Judge(Answer(), "10000241", Options, Now).Order;
        Assert.NotNull(order);
        Assert.Equal(2, order.Passengers.Count);
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 13, 30, 0, TimeSpan.FromHours(8)), order.Trip.DepartsAt);
        Assert.Equal("ALIPAY", order.PayMode);
        Assert.Equal(20, Eligibility.Judge(Answer(passengers: 20), "10000241", Options, Now).Order!.Passengers.Count);
        Assert.NotNull(Eligibility.Judge(Answer(i => i with { Refunds = [new() { RefundStatus = 20 }] }), "10000241", Options, Now).Order);
        Assert.NotNull(Eligibility.Judge(Answer(i => i with { AlitripOrderId = null }), "10000241", Options, Now).Order);
        Assert.NotNull(Eligibility.Judge(Answer(), "10000241", Options with { StationIds = [], StationNames = ["六里桥"] }, Now).Order);
        Assert.NotNull(Eligibility.Judge(Answer(i => i with { OrderStatus = 20 }), "10000241", Options with { AcceptPaidNotNotified = true }, Now).Order);
    }

    [Fact]
    public void An_answer_that_is_no_success_or_no_order_is_not_issued()
    {
        Assert.Equal(Refusal.NotFound, Eligibility.Judge(Answer() with { IsSuccess = false }, "10000241", Options, Now).Refusal);
        Assert.Equal(Refusal.NotFound, Eligibility.Judge(Answer() with { IsSuccess = null, ResultCode = "X" }, "10000241", Options, Now).Refusal);
        Assert.Equal(Refusal.NotFound, Eligibility.Judge(Answer() with { TvmBusOrderLineInfo = null }, "10000241", Options, Now).Refusal);
        Assert.Equal(Refusal.AnotherOrder, Eligibility.Judge(Answer(), "10000242", Options, Now).Refusal);
    }

    [Theory]
    [InlineData(10, Refusal.NotPaid)]
    [InlineData(20, Refusal.NotYetReleasedToCarrier)]
    [InlineData(50, Refusal.AlreadyIssued)]
    [InlineData(-1, Refusal.Closed)]
    [InlineData(-2, Refusal.Closed)]
    [InlineData(-3, Refusal.Closed)]
    [InlineData(-4, Refusal.Closed)]
    [InlineData(-5, Refusal.Closed)]
    [InlineData(40, Refusal.UnknownStatus)]
    [InlineData(null, Refusal.UnknownStatus)]
    public void An_order_in_any_other_status_is_not_issued(int? status, object refusal) =>
        Assert.Equal(refusal, Eligibility.Judge(Answer(i => i with { OrderStatus = status }), "10000241", Options, Now).Refusal);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(21, 21)]
    [InlineData(2, 3)]
    [InlineData(2, null)]
    public void Tickets_and_passengers_that_do_not_agree_are_not_issued(int passengers, int? count) =>
        Assert.Equal(Refusal.TicketCount, Eligibility.Judge(Answer(i => i with { TicketCount = count }, passengers), "10000241", Options, Now).Refusal);

    [Theory]
    [InlineData(10)]
    [InlineData(30)]
    [InlineData(40)]
    [InlineData(50)]
    [InlineData(null)]
    public void An_order_with_a_refund_that_is_not_rejected_is_not_issued(int? status) =>
        Assert.Equal(Refusal.BeingRefunded, Judge(i => i with { Refunds = [new() { RefundStatus = 20 }, new() { RefundStatus = status }] }));

    [Fact]
    public void An_order_of_another_station_or_a_bus_that_has_left_is_not_issued()
    {
        Assert.Equal(Refusal.AnotherStation, Judge(i => i with { TvmBusLineInfo = null }));
        Assert.Equal(Refusal.AnotherStation, Judge(i => i with { TvmBusLineInfo = i.TvmBusLineInfo! with { StartStationId = "1\u001b[2J" } }));
        Assert.Equal(Refusal.NoDepartureTime, Judge(i => i with { TvmBusLineInfo = i.TvmBusLineInfo! with { DepTime = "soon" } }));
        Assert.Equal(Refusal.Departed, Judge(i => i with { TvmBusLineInfo = i.TvmBusLineInfo! with { DepTime = "2026-03-01 09:10:00" } }));
        Assert.Null(Judge(i => i with { TvmBusLineInfo = i.TvmBusLineInfo! with { DepTime = "2026-03-01 09:10:01" } }));
    }

    [Fact]
    public void An_order_that_could_not_be_printed_or_reported_is_not_accepted()
    {
        Assert.Equal(Refusal.FieldMissing, Judge(i => i with { RealPayMode = null }));
        Assert.Equal(Refusal.PayMode, Judge(i => i with { RealPayMode = "BARTER" }));
        Assert.Equal(Refusal.FieldMissing, Judge(i => i with { TvmBusLineInfo = i.TvmBusLineInfo! with { BusNumber = " " } }));
        Assert.Equal(Refusal.FieldMissing, Judge(i => i with { TvmBusLineInfo = i.TvmBusLineInfo! with { StartStationName = null } }));
        Assert.Equal(Refusal.FieldMissing, Judge(i => i with { TvmBusLineInfo = i.TvmBusLineInfo! with { ToStationName = "" } }));
        Assert.Equal(Refusal.FieldMissing, JudgePassenger(p => p with { AgentTicketId = null }));
        Assert.Equal(Refusal.FieldMissing, JudgePassenger(p => p with { AgentTicketId = "00001002" }));
        Assert.Equal(Refusal.FieldTooLong, JudgePassenger(p => p with { AgentTicketId = new('1', 65) }));
        Assert.Equal(Refusal.FieldTooLong, JudgePassenger(p => p with { AgentTicketId = "12 34" }));
        Assert.Equal(Refusal.FieldTooLong, JudgePassenger(p => p with { AgentTicketId = "票" }));
        Assert.Equal(Refusal.FieldTooLong, JudgePassenger(p => p with { RiderName = new('张', 201) }));
    }

    [Fact]
    public void An_order_is_not_refused_for_numbers_that_the_station_gives()
    {
        Refusal? JudgeAllocated(Func<TvmPassengerVo, TvmPassengerVo> change) =>
            Eligibility.Judge(Answer(i => i with { Passengers = [.. i.Passengers.Select(change)] }), "10000241", Options with { TicketsAreAllocated = true }, Now).Refusal;
        Assert.Null(JudgeAllocated(p => p with { AgentTicketId = null, SeatNumber = null }));
        Assert.Equal(Refusal.FieldMissing, JudgeAllocated(p => p with { AgentTicketId = "1" }));
        Assert.Equal(Refusal.FieldTooLong, JudgeAllocated(p => p with { AgentTicketId = $"{p.AgentTicketId} 1" }));
        Assert.Equal(Refusal.FieldMissing, JudgeAllocated(p => p with { RiderName = null }));
    }

    [Theory]
    [InlineData("seat")]
    [InlineData("name")]
    [InlineData("certificate")]
    [InlineData("price")]
    public void A_field_is_missed_unless_it_is_configured_as_optional(string field)
    {
        TvmPassengerVo Without(TvmPassengerVo p) => field switch
        {
            "seat" => p with { SeatNumber = null },
            "name" => p with { RiderName = "" },
            "certificate" => p with { RiderCertNumber = null },
            _ => p with { TicketPrice = null },
        };
        Assert.Equal(Refusal.FieldMissing, JudgePassenger(Without));
        Assert.Null(JudgePassenger(Without, Options with { OptionalFields = [field] }));
    }

    private static Refusal? Judge(Func<TvmBusOrderLineInfo, TvmBusOrderLineInfo> change, OrderOptions? options = null) =>
        Eligibility.Judge(Answer(change), "10000241", options ?? Options, Now).Refusal;

    private static Refusal? JudgePassenger(Func<TvmPassengerVo, TvmPassengerVo> change, OrderOptions? options = null) =>
        Judge(i => i with { Passengers = [change(i.Passengers[0]), i.Passengers[1]] }, options);
}
