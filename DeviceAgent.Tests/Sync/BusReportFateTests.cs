using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;
using static DeviceAgent.Tests.Sync.StepNames;

namespace DeviceAgent.Tests.Sync;

public sealed class BusReportFateTests
{
    // success, status, refunds ("" none), refused before, step
    public static TheoryData<bool, int, string, bool, string> Orders() => new()
    {
        { true, 50, "", false, Confirm },
        { true, 50, "", true, Confirm },
        { true, 50, "40", false, Confirm },
        { true, 20, "", false, Send },
        { true, 30, "", false, Send },
        { true, 30, "20", false, Send },
        { true, 30, "20 20", true, "Refused" },
        { true, 20, "", true, "Refused" },
        { true, 30, "", true, "Refused" },
        { true, 30, "10", false, "PaperGivenOrderClosed" },
        { true, 30, "20 40", false, "PaperGivenOrderClosed" },
        { true, 20, "30", true, "PaperGivenOrderClosed" },
        { true, 30, "50", false, "PaperGivenOrderClosed" },
        { true, 30, "?", false, "PaperGivenOrderClosed" },
        { true, -1, "", false, "PaperGivenOrderClosed" },
        { true, -2, "", false, "PaperGivenOrderClosed" },
        { true, -3, "", true, "PaperGivenOrderClosed" },
        { true, -4, "", false, "PaperGivenOrderClosed" },
        { true, -5, "40", false, "PaperGivenOrderClosed" },
        { true, 10, "", false, Later },
        { true, 10, "", true, Later },
        { true, 40, "", false, Later },
        { true, -6, "", false, Later },
        { true, 0, "", false, Later },
        { false, 50, "", false, "Contradiction" },
        { false, 50, "40", true, "Contradiction" },
        { false, 20, "", false, Send },
        { false, 30, "", false, Send },
        { false, 30, "10", false, Send },
        { false, 30, "10", true, "Refused" },
        { false, 30, "", true, "Refused" },
        { false, -1, "", false, Confirm },
        { false, -1, "40", true, Confirm },
        { false, -5, "", true, Confirm },
        { false, 10, "", false, Later },
    };

    [Theory, MemberData(nameof(Orders))]
    public void A_doubtful_report_is_neither_repeated_nor_dropped_against_the_platforms_books(bool success, int status, string refunds, bool refused, string expected)
    {
        var answer = new TvmQueryOrderResponse
        {
            IsSuccess = true,
            TvmBusOrderLineInfo = new TvmBusOrderLineInfo
            {
                OrderStatus = status,
                Refunds = [.. refunds.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => new TvmRefundApply { RefundStatus = word == "?" ? null : int.Parse(word, null) })],
            },
        };
        var step = BusReportFate.AfterQuery(success, fateWasUnknown: true, refused ? "refused so" : null, answer);
        Assert.Equal(expected, StepNames.Of(step));
        // Nothing of ours can have made it so: somebody else has issued the order, too.
        var refusedAtOnce = BusReportFate.AfterQuery(success, fateWasUnknown: false, refused ? "refused so" : null, answer);
        Assert.Equal(success && refused && status == 50 ? "Contradiction" : expected, StepNames.Of(refusedAtOnce));
        if (step is ReportStep.Send) return;
        Assert.Contains($"order status {status}", EvidenceOf(step), StringComparison.Ordinal);
        Assert.Equal(refunds.Length > 0, EvidenceOf(step).Contains($"refunds {refunds}", StringComparison.Ordinal) && refunds.Length > 0);
        Assert.Equal(refused, EvidenceOf(step).StartsWith("refused so; ", StringComparison.Ordinal));
    }

    public static TheoryData<bool?, bool, int?> UselessAnswers() => new()
    {
        { true, true, null },
        { true, false, null },
        { false, false, null },
        { false, true, 50 },
        { null, true, 50 },
        { null, false, null },
    };

    [Theory, MemberData(nameof(UselessAnswers))]
    public void An_answer_without_an_order_settles_nothing(bool? isSuccess, bool hasOrder, int? status)
    {
        var answer = new TvmQueryOrderResponse
        {
            IsSuccess = isSuccess,
            ResultCode = hasOrder ? "ORDER_NOT_FOUND" : null,
            TvmBusOrderLineInfo = hasOrder ? new TvmBusOrderLineInfo { OrderStatus = status } : null,
        };
        foreach (var refusal in new[] { null, "refused so" }) Assert.IsType<ReportStep.AskLater>(BusReportFate.AfterQuery(true, true, refusal, answer));
    }

    [Theory]
    [InlineData(true, Confirm)]
    [InlineData(false, Ask)]
    [InlineData(null, Later)]
    public void The_gateways_success_is_never_taken_for_the_businesss(bool? isSuccess, string expected)
    {
        foreach (var id in new[] { null, "r" })
        {
            Assert.Equal(expected, StepNames.Of(BusReportFate.AfterAnswer(new TvmBookOrderResponse { IsSuccess = isSuccess, ResultCode = id, RequestId = id })));
        }
    }

    [Theory]
    [InlineData(TopRemedy.Park, "15", false, false, Ask)]
    [InlineData(TopRemedy.Park, "43", true, false, Ask)]
    [InlineData(TopRemedy.Park, "40", false, false, "Unsendable")]
    [InlineData(TopRemedy.Park, "41", false, false, "Unsendable")]
    [InlineData(TopRemedy.Park, "43", false, false, "Unsendable")]
    [InlineData(TopRemedy.Park, "15", true, false, Ask)]
    [InlineData(TopRemedy.Park, "15", false, true, Ask)]
    [InlineData(TopRemedy.Retry, "10", false, false, "retry False")]
    [InlineData(TopRemedy.Retry, "10", false, true, "retry True")]
    [InlineData(TopRemedy.Retry, "10", true, false, "retry True")]
    [InlineData(TopRemedy.WaitUntil, "7", false, false, "retry False")]
    [InlineData(TopRemedy.WaitUntil, "7", true, false, "retry True")]
    [InlineData(TopRemedy.RenewSession, "27", true, false, "retry True")]
    [InlineData(TopRemedy.FixClock, "31", false, false, "retry False")]
    [InlineData(TopRemedy.Configuration, "25", false, false, "retry False")]
    public void A_doubt_once_there_is_not_forgotten_by_a_later_fault(TopRemedy remedy, string code, bool fateWasUnknown, bool mayHaveBeenApplied, string expected)
    {
        var fault = new TopFault(remedy, code, null, "m", null, "r", mayHaveBeenApplied, null, null);
        Assert.Equal(expected, StepNames.Of(BusReportFate.AfterFault(fateWasUnknown, fault)));
    }

    [Fact]
    public void A_query_that_fails_leaves_the_doubt()
    {
        var fault = new TopFault(TopRemedy.Retry, "10", null, null, null, null, false, null, null);
        Assert.Equal("retry True", StepNames.Of(BusReportFate.AfterQueryFault(fault)));
        Assert.Equal(Later, StepNames.Of(BusReportFate.AfterQueryFault(fault with { Remedy = TopRemedy.Park })));
        Assert.Equal("10: no message, request none", BusReportFate.Evidence(fault));
        Assert.Equal("10: no message, request r", BusReportFate.Evidence(fault with { RequestId = "r" }));
    }

    private static string EvidenceOf(ReportStep step) => step switch
    {
        ReportStep.Confirm confirm => confirm.Evidence,
        ReportStep.AskLater later => later.Evidence,
        ReportStep.Park park => park.Evidence,
        _ => "",
    };
}
