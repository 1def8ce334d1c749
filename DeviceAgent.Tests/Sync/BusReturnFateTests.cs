using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Sync;

public sealed class BusReturnFateTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 1, 8, 0, 0, TvmTimes.Offset);

    [Theory]
    [InlineData(2, true, typeof(ReportStep.Park))]
    [InlineData(1, true, typeof(ReportStep.Confirm))]
    [InlineData(2, false, typeof(ReportStep.Confirm))]
    public void Another_tickets_refund_never_confirms_a_return(int passengers, bool byTicket, Type expected)
    {
        var request = new AgentConfirmReturnRq
        {
            AgentOrderId = "A",
            AgentReturnTicketStatus = BusReturnPayload.Returned,
            AgentReturnTicketType = byTicket ? BusReturnPayload.ByTicket : BusReturnPayload.ByOrder,
            AgentTicketId = byTicket ? "T2" : null,
            SuccessTime = At,
        };
        var order = new TvmBusOrderLineInfo
        {
            OrderStatus = TvmOrderStatus.BookedAndConfirmed,
            Passengers = [.. Enumerable.Range(1, passengers).Select(i => new TvmPassengerVo { AgentTicketId = $"T{i}" })],
            Refunds = [new() { RefundStatus = 10, GmtCreate = TvmTimes.Format(At) }],
        };
        Assert.IsType(expected, BusReturnFate.AfterQuery(request, wasSent: true, null, new() { IsSuccess = true, TvmBusOrderLineInfo = order }));
    }
}
