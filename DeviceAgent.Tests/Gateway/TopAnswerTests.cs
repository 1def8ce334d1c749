using System.Net;
using System.Text;
using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Tests.Gateway;

public sealed class TopAnswerTests
{
    [Fact]
    public void No_field_of_the_order_is_lost()
    {
        var answer = AnswerSamples.ParseQuery(AnswerSamples.Query).Value!;
        Assert.Equal(("0", "ok", true, "q1"), (answer.ResultCode, answer.ResultMsg, answer.IsSuccess, answer.RequestId));
        var order = answer.TvmBusOrderLineInfo!;
        var expected = new TvmBusOrderLineInfo
        {
            AgentOrderId = "11",
            AlipayTradeNo = "12",
            AlitripOrderId = "13",
            GmtCreate = "2017-01-03",
            IssueTime = "2017-01-04",
            OrderStatus = 30,
            PayTime = "2017-01-03 11:22:12",
            TicketCount = 1,
            TotalPrice = 3,
            RealPayMode = "ALIPAY",
            BuyerInfoUniqueKey = "***王d827",
            AlitripTpOrderId = "3242387423",
            Passengers = order.Passengers,
            Refunds = order.Refunds,
            TvmBusLineInfo = new TvmBusLineInfo
            {
                BusNumber = "PT122",
                BusType = "高客",
                DepTime = "2017-01-05 08:00",
                Distance = "7",
                LastPlaceName = "l",
                Runtime = "2.5",
                StartCityName = "c",
                StartProvinceName = "北京",
                StartStationAddress = "xx路",
                StartStationId = "33444",
                StartStationName = "s",
                Terminal = "3393939",
                ToStationCityName = "t",
                ToStationId = "2344",
                ToStationName = "北京站",
                ToStationProvinceName = "北京市",
            },
        };
        Assert.Equal(expected, order);
    }

    [Fact]
    public void No_field_of_a_passenger_or_a_refund_is_lost()
    {
        var order = AnswerSamples.ParseQuery(AnswerSamples.Query).Value!.TvmBusOrderLineInfo!;
        var passenger = Assert.Single(order.Passengers);
        Assert.Equal(
            new TvmPassengerVo
            {
                AgentEticket = "123456789",
                AgentTicketId = "1234",
                FullPrice = 1,
                HasChildren = true,
                RiderCertNumber = "111213199010105678",
                RiderCertType = "01",
                RiderName = "张三",
                SeatNumber = "20",
                ServiceCharge = 0,
                TicketPrice = 2,
                TvmInsuranceInfos = passenger.TvmInsuranceInfos,
            },
            passenger);
        Assert.Equal(new TvmInsuranceInfo { InsureStatus = -1, InsurePrice = 1000, InsureName = "意外险", ProductNo = "111abc" }, Assert.Single(passenger.TvmInsuranceInfos));
        Assert.Equal(
            new TvmRefundApply
            {
                ApplyId = 111111,
                GmtCreate = "2018-01-01 00:00:00",
                GmtRefundSuccTime = "2018-01-01 00:01:00",
                OutTradeNo = "A124",
                RefundAmount = 100,
                RefundStatus = 40,
                RpApplyId = 144339989988337,
            },
            Assert.Single(order.Refunds));
    }

    [Theory]
    [InlineData("""{"whatever":{"is_success":true,"request_id":"b1"}}""")]
    [InlineData("""{"is_success":true,"request_id":"b1"}""")]
    [InlineData("""{"x_response":{"unknown":{"deep":[1,{"a":null}]},"is_success":"true","request_id":"b1"},"trailer":1}""")]
    [InlineData("""{"trailer":[{}],"x_response":{"is_success":1,"request_id":"b1"}}""")]
    [InlineData(""" {"x_response":{"is_success":"1","request_id":"b1"}} """)]
    [InlineData("\uFEFF{\"x_response\":{\"is_success\":\"TRUE\",\"request_id\":\"b1\"}}")]
    public void The_root_never_decides_what_an_answer_says(string json)
    {
        var result = AnswerSamples.ParseBook(json);
        Assert.Equal((true, "b1"), (result.Value?.IsSuccess, result.Value?.RequestId));
    }

    [Fact]
    public void A_bare_order_is_not_taken_for_a_wrapper()
    {
        var answer = AnswerSamples.ParseQuery($$"""{"tvm_bus_order_line_info":{{{AnswerSamples.OrderFields}}},"is_success":true}""").Value!;
        Assert.Equal("13", answer.TvmBusOrderLineInfo!.AlitripOrderId);
        Assert.True(answer.IsSuccess);
    }

    [Theory]
    [InlineData("""[{"rider_name":"a"},{"rider_name":"b"}]""", 2)]
    [InlineData("""{"tvm_passenger_vo":[{"rider_name":"a"},{"rider_name":"b"}]}""", 2)]
    [InlineData("""{"tvm_passenger_vo":{"rider_name":"a"}}""", 1)]
    [InlineData("""{"tvm_passenger_vo":null}""", 0)]
    [InlineData("""{"tvm_passenger_vo":[]}""", 0)]
    [InlineData("""[1,"x",null,[{}],{"rider_name":"a"}]""", 1)]
    [InlineData("{}", 0)]
    [InlineData("null", 0)]
    [InlineData("\"\"", 0)]
    public void A_list_in_an_odd_form_is_neither_null_nor_a_failure(string passengers, int count)
    {
        var answer = AnswerSamples.ParseQuery($$$"""{"r":{"tvm_bus_order_line_info":{"passengers":{{{passengers}}},"ticket_count":"2"} } }""").Value!;
        Assert.Equal(count, answer.TvmBusOrderLineInfo!.Passengers.Count);
        Assert.Empty(answer.TvmBusOrderLineInfo.Refunds);
        Assert.Equal(2, answer.TvmBusOrderLineInfo.TicketCount);
        Assert.All(answer.TvmBusOrderLineInfo.Passengers, passenger => Assert.Empty(passenger.TvmInsuranceInfos));
    }

    [Theory]
    [InlineData("30", 30L)]
    [InlineData("\"30\"", 30L)]
    [InlineData("-1", -1L)]
    [InlineData("30.0", 30L)]
    [InlineData("3e1", 30L)]
    [InlineData("30.5", null)]
    [InlineData("99999999999999999999", null)]
    [InlineData("1e400", null)]
    [InlineData("\"\"", null)]
    [InlineData("\"30 \"", null)]
    [InlineData("\"\\u0033\"", null)]
    [InlineData("true", null)]
    [InlineData("[30]", null)]
    [InlineData("{\"a\":30}", null)]
    [InlineData("null", null)]
    public void A_number_is_never_guessed(string json, long? expected)
    {
        var answer = AnswerSamples.ParseQuery($$"""{"r":{"tvm_bus_order_line_info":{"total_price":{{json}},"order_status":{{json}} } } }""").Value!;
        Assert.Equal(expected, answer.TvmBusOrderLineInfo!.TotalPrice);
        Assert.Equal((int?)expected, answer.TvmBusOrderLineInfo.OrderStatus);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("[{}]")]
    public void An_order_in_an_odd_form_counts_as_not_told(string json)
    {
        var answer = AnswerSamples.ParseQuery($$"""{"r_response":{"tvm_bus_order_line_info":{{json}},"is_success":true } }""").Value!;
        Assert.Null(answer.TvmBusOrderLineInfo);
        Assert.True(answer.IsSuccess);
    }

    [Fact]
    public void A_number_that_fits_no_status_is_not_cut_to_fit() =>
        Assert.Null(AnswerSamples.ParseQuery("""{"r":{"tvm_bus_order_line_info":{"order_status":4294967346} } }""").Value!.TvmBusOrderLineInfo!.OrderStatus);

    [Theory]
    [InlineData("true", true)]
    [InlineData("\"True\"", true)]
    [InlineData("1", true)]
    [InlineData("\"1\"", true)]
    [InlineData("false", false)]
    [InlineData("\"false\"", false)]
    [InlineData("0", false)]
    [InlineData("2", null)]
    [InlineData("\"yes\"", null)]
    [InlineData("null", null)]
    [InlineData("{}", null)]
    [InlineData("[true]", null)]
    public void A_success_is_never_guessed(string json, bool? expected) => Assert.Equal(expected, AnswerSamples.ParseBook($$"""{"r":{"is_success":{{json}} } }""").Value!.IsSuccess);

    [Theory]
    [InlineData("5", "5")]
    [InlineData("1.50", "1.50")]
    [InlineData("true", "true")]
    [InlineData("false", "false")]
    [InlineData("\"\"", "")]
    [InlineData("null", null)]
    [InlineData("[]", null)]
    public void A_text_written_as_something_else_is_not_lost(string json, string? expected) =>
        Assert.Equal(expected, AnswerSamples.ParseBook($$"""{"r":{"result_code":{{json}} } }""").Value!.ResultCode);

    [Theory]
    [InlineData(HttpStatusCode.OK)]
    [InlineData(HttpStatusCode.BadGateway)]
    public void An_error_counts_whatever_the_status(HttpStatusCode status)
    {
        var fault = AnswerSamples.ParseBook(AnswerSamples.Refused, status).Fault!;
        Assert.Equal((TopRemedy.Park, "15", "isv.MOBILE_NUMBER_ILLEGAL", "号码格式错误", "rxn0m6mwsjqy"), (fault.Remedy, fault.Code, fault.SubCode, fault.SubMessage, fault.RequestId));
    }

    [Theory]
    [InlineData("""{"request_id":"x","error_response":{"code":"27","extra":{}}}""")]
    [InlineData("""{"x_response":{},"error_response":{"code":27}}""")]
    [InlineData("""{"error_response":{"code":27},"x_response":{"is_success":true}}""")]
    public void An_error_beside_something_else_is_not_overlooked(string json) => Assert.Equal(TopRemedy.RenewSession, AnswerSamples.ParseBook(json).Fault?.Remedy);

    [Fact]
    public void A_proxys_own_JSON_does_not_pass_for_an_answer()
    {
        var fault = AnswerSamples.ParseBook("""{"error":{"message":"no upstream"}}""", HttpStatusCode.BadGateway).Fault!;
        Assert.Equal(("http-502", true), (fault.Code, fault.MayHaveBeenApplied));
        Assert.NotNull(AnswerSamples.ParseBook("{}", HttpStatusCode.Forbidden).Fault);
        Assert.True(AnswerSamples.ParseBook(AnswerSamples.Booked, HttpStatusCode.InternalServerError).Value?.IsSuccess);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("  \r\n", "empty")]
    [InlineData("<bus_tvmbookorder_set_response><is_success>true</is_success></bus_tvmbookorder_set_respons", "XML")]
    [InlineData(" <html>login</html>", "XML")]
    [InlineData("""{"x_response":{"is_success":true}""", "JSON")]
    [InlineData("""{"x_response":{"is_success":true}}}""", "JSON")]
    [InlineData("""{"x_response":{"is_success":tru""", "JSON")]
    [InlineData("[]", "JSON")]
    [InlineData("true", "JSON")]
    [InlineData("""{"x_response":{"result_code":"\ud800"}}""", "UTF-8")]
    public void What_is_no_answer_leaves_the_fate_open_and_says_why(string body, string why)
    {
        var fault = AnswerSamples.ParseBook(body).Fault!;
        Assert.Equal((TopRemedy.Retry, "answer", true), (fault.Remedy, fault.Code, fault.MayHaveBeenApplied));
        Assert.Contains(why, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mutated_answer_never_crashes_the_reader()
    {
        var random = new Random(20260301);
        byte[][] samples = [.. new[] { AnswerSamples.Query, AnswerSamples.Booked, AnswerSamples.Refused }.Select(Encoding.UTF8.GetBytes)];
        var (values, faults) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var body = Mutation.Of(samples[i % samples.Length], random, "{}[]\",:\\0-"u8);
            var result = AnswerSamples.ParseQuery(body, (HttpStatusCode)random.Next(100, 600));
            Assert.True(result.Value is null != result.Fault is null);
            if (result.Fault is null) values++;
            else faults++;
        }
        Assert.InRange(values, 100, 19_900);
        Assert.InRange(faults, 100, 19_900);
    }

    [Fact]
    public void Half_an_answer_is_never_taken_for_a_whole_one()
    {
        var whole = Encoding.UTF8.GetBytes(AnswerSamples.Query);
        for (var length = 0; length < whole.Length; length++) Assert.NotNull(AnswerSamples.ParseQuery(whole.AsSpan(0, length)).Fault);
    }
}
