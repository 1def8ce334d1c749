using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;
using static DeviceAgent.Tests.Sync.StepNames;

namespace DeviceAgent.Tests.Sync;

/// <summary>What becomes of sent ship, train and return reports, row by row; BusReportFateTests has those of the bus.</summary>
public sealed class JourneyFateTests
{
    private static readonly DateTimeOffset Returned = new(2026, 3, 1, 10, 0, 0, TimeSpan.FromHours(8));

    private static TopFault Fault(TopRemedy remedy, string code, bool applied) => new(remedy, code, null, "m", null, "r", applied, null, null);

    [Theory]
    [InlineData(true, Confirm)]
    [InlineData(false, "Refused")]
    [InlineData(null, Later)]
    public void A_ship_report_counts_only_by_the_businesss_word(bool? said, string expected) => Assert.Equal(expected, StepNames.Of(ShipReportFate.AfterAnswer(new() { RetSuccess = said })));

    [Theory]
    [InlineData(TopRemedy.Retry, "timeout", true, false, "retry True")]
    [InlineData(TopRemedy.Retry, "network", false, false, "retry False")]
    [InlineData(TopRemedy.Retry, "network", false, true, "retry True")]
    [InlineData(TopRemedy.WaitUntil, "7", false, false, "retry False")]
    [InlineData(TopRemedy.RenewSession, "27", false, true, "retry True")]
    [InlineData(TopRemedy.Park, "40", false, false, "Unsendable")]
    [InlineData(TopRemedy.Park, "15", false, false, "Refused")]
    [InlineData(TopRemedy.Park, "15", true, false, Later)]
    public void A_ship_report_is_sent_again_whatever_became_of_it_but_not_when_it_is_refused(TopRemedy remedy, string code, bool applied, bool fateWasUnknown, string expected) =>
        Assert.Equal(expected, StepNames.Of(ShipReportFate.AfterFault(fateWasUnknown, Fault(remedy, code, applied))));

    [Theory]
    [InlineData(false, "FateUnknown")]
    [InlineData(true, Send)]
    public void A_train_report_of_unknown_fate_is_never_sent_again_without_the_partners_promise(bool promised, string expected) => Assert.Equal(expected, StepNames.Of(TrainReportFate.WhenUnknown(promised)));

    [Theory]
    [InlineData("true", "200", false, Confirm)]
    [InlineData("true", "200", true, Confirm)]
    [InlineData("false", "500", false, "Refused")]
    [InlineData("true", "500", false, "Refused")]
    [InlineData("false", "500", true, "FateUnknown")]
    [InlineData(null, null, false, Later)]
    public void A_train_report_is_done_only_by_both_words(string? status, string? code, bool fateWasUnknown, string expected) =>
        Assert.Equal(expected, StepNames.Of(TrainReportFate.AfterAnswer(fateWasUnknown, new() { Status = status, ResultCode = code })));

    [Theory]
    [InlineData(false, TopRemedy.Retry, "timeout", true, false, "FateUnknown")]
    [InlineData(true, TopRemedy.Retry, "timeout", true, false, "retry True")]
    [InlineData(false, TopRemedy.Retry, "network", false, false, "retry False")]
    [InlineData(false, TopRemedy.WaitUntil, "7", false, false, "retry False")]
    [InlineData(false, TopRemedy.Configuration, "cipher", false, false, "retry False")]
    [InlineData(false, TopRemedy.Park, "40", false, false, "Unsendable")]
    [InlineData(false, TopRemedy.Park, "15", false, false, "Refused")]
    [InlineData(false, TopRemedy.Park, "15", true, false, "FateUnknown")]
    [InlineData(false, TopRemedy.Park, "15", false, true, "FateUnknown")]
    public void A_train_report_that_may_have_been_taken_waits_for_a_person(bool promised, TopRemedy remedy, string code, bool applied, bool fateWasUnknown, string expected) =>
        Assert.Equal(expected, StepNames.Of(TrainReportFate.AfterFault(promised, fateWasUnknown, Fault(remedy, code, applied))));

    /// <summary>Refunds: "status@minutes after the return", '?' for no time.</summary>
    public static TheoryData<int, bool, bool, int, string, bool, string> Returns() => new()
    {
        // status told, by order, sent before, order status, refunds, refused, expected
        { 1, false, false, 30, "", false, Later },
        { 1, false, false, 20, "", false, Later },
        { 1, false, false, 50, "", false, Send },
        { 1, false, false, 50, "40@-60", false, Send },
        { 1, false, false, -5, "", false, Send },
        { 1, false, true, 50, "", false, Send },
        { 1, false, true, 50, "20@1", false, Send },
        { 1, false, true, 50, "40@-60", false, Send },
        { 1, false, true, 50, "10@0", false, Confirm },
        { 1, false, true, 50, "40@1", false, Confirm },
        { 1, false, true, 50, "40@-1", false, Confirm },
        { 1, false, true, 50, "40@1 50@2", false, Confirm },
        { 1, true, true, 50, "40@1 50@2", false, Confirm },
        { 1, false, true, 50, "40@?", false, "FateUnknown" },
        { 1, false, true, 50, "", true, "Refused" },
        { 1, false, true, 50, "40@1", true, Confirm },
        { 1, false, true, -5, "40@1", false, Confirm },
        { 2, false, false, 50, "", false, Send },
        { 2, false, true, 50, "", false, "FateUnknown" },
        { 2, false, true, 50, "", true, "Refused" },
    };

    [Theory, MemberData(nameof(Returns))]
    public void A_return_of_unknown_fate_is_neither_paid_twice_nor_dropped(int told, bool byOrder, bool wasSent, int status, string refunds, bool refused, string expected)
    {
        var answer = new TvmQueryOrderResponse
        {
            IsSuccess = true,
            TvmBusOrderLineInfo = new()
            {
                OrderStatus = status,
                Passengers = [new()],
                Refunds = [.. refunds.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(r => r.Split('@')).Select(r => new TvmRefundApply
                {
                    RefundStatus = int.Parse(r[0], null),
                    GmtCreate = r[1] == "?" ? null : TvmTimes.Format(Returned.AddMinutes(int.Parse(r[1], null))),
                })],
            },
        };
        Assert.Equal(expected, StepNames.Of(BusReturnFate.AfterQuery(Request(told, byOrder), wasSent, refused ? "refused so" : null, answer)));
    }

    [Fact]
    public void A_refund_that_tells_nothing_of_itself_is_still_shown_to_the_person()
    {
        var answer = new TvmQueryOrderResponse { IsSuccess = true, TvmBusOrderLineInfo = new() { OrderStatus = 50, Passengers = [new()], Refunds = [new()] } };
        var step = Assert.IsType<ReportStep.Park>(BusReturnFate.AfterQuery(Request(1, false), true, null, answer));
        Assert.Contains("refunds ? of ?", step.Evidence, StringComparison.Ordinal);
        // A return without a time of its own: any refund may be its.
        var dated = new TvmQueryOrderResponse { IsSuccess = true, TvmBusOrderLineInfo = new() { OrderStatus = 50, Passengers = [new()], Refunds = [new() { RefundStatus = 40, GmtCreate = "2018-01-01 00:00:00" }] } };
        Assert.Equal(Confirm, StepNames.Of(BusReturnFate.AfterQuery(Request(1, false) with { SuccessTime = null }, true, null, dated)));
    }

    [Fact]
    public void A_query_without_an_order_settles_no_return()
    {
        foreach (var answer in new TvmQueryOrderResponse[] { new() { IsSuccess = false, ResultCode = "ORDER_NOT_FOUND" }, new() { IsSuccess = true }, new() { IsSuccess = true, TvmBusOrderLineInfo = new() } })
        {
            foreach (var refusal in new[] { null, "refused so" }) Assert.Equal(Later, StepNames.Of(BusReturnFate.AfterQuery(Request(1, false), true, refusal, answer)));
        }
    }

    [Theory]
    [InlineData(true, Confirm)]
    [InlineData(false, Ask)]
    [InlineData(null, Later)]
    public void A_refused_return_is_asked_after_before_it_counts(bool? said, string expected) => Assert.Equal(expected, StepNames.Of(BusReturnFate.AfterAnswer(new() { IsSuccess = said })));

    private static AgentConfirmReturnRq Request(int status, bool byOrder) => new()
    {
        AgentOrderId = "A380",
        AgentReturnTicketStatus = status,
        AgentReturnTicketType = byOrder ? BusReturnPayload.ByOrder : BusReturnPayload.ByTicket,
        AgentTicketId = byOrder ? null : "B737",
        SuccessTime = status == 1 ? Returned : null,
    };
}
