using DeviceAgent.Issuance;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Station;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Issuance;

public sealed class ReturnRulesTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 10, 0, 0, TimeSpan.FromHours(8));

    private static readonly ReturnTarget Ticket = new("10000241", "T1"), Whole = new("10000241", null);

    private static TvmQueryOrderResponse Answer(int? status, string? number = "10000241") => new() { IsSuccess = true, TvmBusOrderLineInfo = new() { AlitripOrderId = number, OrderStatus = status } };

    [Theory]
    [InlineData(50, false, true)]
    [InlineData(50, true, true)]
    [InlineData(30, true, true)]
    [InlineData(20, true, true)]
    [InlineData(30, false, false)]
    [InlineData(20, false, false)]
    [InlineData(10, true, false)]
    [InlineData(-4, true, false)]
    [InlineData(null, true, false)]
    public void Only_an_order_that_is_issued_is_returned(int? status, bool issuedHere, bool may) => Assert.Equal(may, ReturnRules.WhyNot(Answer(status), Ticket, issuedHere) is null);

    [Fact]
    public void An_answer_about_nothing_or_another_order_returns_nothing()
    {
        Assert.Contains("no result", ReturnRules.WhyNot(new() { IsSuccess = false }, Ticket, false), StringComparison.Ordinal);
        Assert.Contains("ORDER_NOT_FOUND", ReturnRules.WhyNot(new() { IsSuccess = true, ResultCode = "ORDER_NOT_FOUND" }, Ticket, false), StringComparison.Ordinal);
        Assert.Contains("another order", ReturnRules.WhyNot(Answer(50, "7"), Ticket, false), StringComparison.Ordinal);
        Assert.Null(ReturnRules.WhyNot(Answer(50, null), Ticket, false));
    }

    [Fact]
    public void A_slip_never_fails_for_what_the_platform_does_not_tell()
    {
        var answer = new ReturnAnswer(ReturnDecision.Returned, null, null, At, "张三", null);
        var bare = ReturnRules.Accept(new(), Ticket, answer, "bus-return/1", "claim");
        Assert.Equal(("10000241/T1", "—", "—", At), (bare.Order.OrderNumber, bare.Order.Trip.Number, bare.Order.Trip.FromStation, bare.Order.Trip.DepartsAt));
        Assert.Equal(("张三", "T1"), (bare.Tickets[0].Passenger.Name, bare.Tickets[0].TicketNumber));
        var full = new TvmBusOrderLineInfo
        {
            AgentOrderId = "A-1",
            Passengers = [new() { AgentTicketId = "T1", RiderName = "李四" }, new() { AgentTicketId = "T2", RiderName = "王五" }],
            TvmBusLineInfo = new() { BusNumber = "PT122", StartStationName = "六里桥", ToStationName = "天津站", DepTime = "2026-03-02 13:30:00" },
        };
        Assert.Equal("李四", Assert.Single(ReturnRules.Accept(full, Ticket, answer, "bus-return/1", null).Order.Passengers).Name);
        var whole = ReturnRules.Accept(full, Whole, answer with { AgentOrderNumber = "A-2", RefundFen = 5 }, "bus-return/1", null);
        Assert.Equal((2, "A-2", "10000241", 5L), (whole.Order.Passengers.Count, whole.Order.AgentOrderNumber!, whole.Tickets[0].TicketNumber, whole.Order.Refund!.Fen!.Value));
        Assert.Equal(new DateTimeOffset(2026, 3, 2, 13, 30, 0, TimeSpan.FromHours(8)), whole.Order.Trip.DepartsAt);
    }

    [Theory]
    [InlineData(null, "李四", "李四")]
    [InlineData("张三", "李四", "张三")]
    public void The_stations_word_for_the_passenger_goes_before_the_platforms(string? stations, string platforms, string expected)
    {
        var answer = new ReturnAnswer(ReturnDecision.Returned, "A380", 850, At, stations, null);
        Assert.Equal(expected, BusReturnPayload.Read(Sent(ReturnRules.Report("A380", Ticket, answer, platforms, new())))!.PassengerName);
    }

    private static OutboxReport Sent(NewReport report) => new()
    {
        Id = 1,
        OrderNumber = "10000241",
        Kind = report.Kind,
        PayloadVersion = report.PayloadVersion,
        Success = report.Success,
        Payload = report.Payload,
        Personal = report.Personal,
        Sends = 0,
        FateUnknown = report.AskFirst,
        CreatedAt = At,
    };
}
