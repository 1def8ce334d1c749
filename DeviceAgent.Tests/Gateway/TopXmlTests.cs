using System.Net;
using System.Text;
using DeviceAgent.Platform.Gateway;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceAgent.Tests.Gateway;

public sealed class TopXmlTests
{
    private static TopResult<T> Parse<T>(TopMethod<T> method, string body, HttpStatusCode status = HttpStatusCode.OK) where T : class =>
        TopAnswer.Parse(Encoding.UTF8.GetBytes(body), status, null, method.OwnObject.Span, method.Read);

    /// <summary>XML and JSON, with and without what the gateway puts around the XML.</summary>
    private static T Same<T>(TopMethod<T> method, string xml, string json, Func<T, object>? compared = null) where T : class
    {
        var expected = Parse(method, json).Value!;
        foreach (var text in new[] { xml, xml + DocumentAnswers.Trailer, " \r\n" + xml, "\uFEFF<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n" + xml + "\n" })
        {
            var value = Parse(method, text).Value!;
            Assert.Equal((compared ?? (answer => answer))(expected), (compared ?? (answer => answer))(value));
        }
        return expected;
    }

    [Fact]
    public void No_example_of_a_document_says_something_else_in_XML_than_in_JSON()
    {
        Assert.Equal(new TvmBookOrderResponse { ResultCode = "11", ResultMsg = "22", IsSuccess = true }, Same(TvmBookOrder.Method, DocumentAnswers.BookXml, DocumentAnswers.BookJson));
        Assert.Equal(
            new ReturnTicketConfirmResponse { ResultCode = "PARAM_CHECK_LACK_TICKET_ID", ResultMsg = "按票退款缺少票号", IsSuccess = false },
            Same(ReturnTicketConfirm.Method, DocumentAnswers.ReturnXml, DocumentAnswers.ReturnJson));
        Assert.Equal(new ShipOrderNotifyResponse { RetCode = "demo", RetMsg = "demo", RetSuccess = false }, Same(ShipOrderNotify.Method, DocumentAnswers.ShipXml, DocumentAnswers.ShipJson));
        Assert.Equal(
            new TrainCallbackBookResponse { Data = new() { OrderId = "123456789", SupplierOrderId = "987654321" }, ResultCode = "200", Status = "true", ResultMsg = "成功" },
            Same(TrainCallbackBook.Method, DocumentAnswers.TrainXml, DocumentAnswers.TrainJson));
    }

    [Fact]
    public void No_field_of_a_queried_order_is_lost_in_XML()
    {
        // Lists are compared by what they hold: a record compares them by reference.
        var answer = Same(TvmQueryOrder.Method, DocumentAnswers.QueryXml, DocumentAnswers.QueryJson, answer =>
        {
            var order = answer.TvmBusOrderLineInfo!;
            var passenger = Assert.Single(order.Passengers);
            return (
                answer with { TvmBusOrderLineInfo = null }, order with { Passengers = [], Refunds = [] }, passenger with { TvmInsuranceInfos = [] },
                Assert.Single(passenger.TvmInsuranceInfos), Assert.Single(order.Refunds));
        });
        var order = answer.TvmBusOrderLineInfo!;
        Assert.Equal((2, 1, true, "意外险", 40, 144339989988337, "2", "北京站", "3242387423"), (
            order.OrderStatus, order.TicketCount, order.Passengers[0].HasChildren, order.Passengers[0].TvmInsuranceInfos[0].InsureName, order.Refunds[0].RefundStatus,
            order.Refunds[0].RpApplyId, order.TvmBusLineInfo!.Runtime, order.TvmBusLineInfo.ToStationName, order.AlitripTpOrderId));
    }

    [Theory]
    [InlineData(DocumentAnswers.ErrorXml, HttpStatusCode.OK)]
    [InlineData(DocumentAnswers.ErrorXml, HttpStatusCode.InternalServerError)]
    [InlineData(DocumentAnswers.ErrorXml + DocumentAnswers.Trailer, HttpStatusCode.OK)]
    [InlineData(DocumentAnswers.ErrorJson, HttpStatusCode.OK)]
    public void An_error_is_not_overlooked_in_either_format(string body, HttpStatusCode status)
    {
        var fault = Parse(TvmBookOrder.Method, body, status).Fault!;
        Assert.Equal((TopRemedy.Park, "50", "isv.invalid-parameter", "Remote service error", "非法参数"), (fault.Remedy, fault.Code, fault.SubCode, fault.Message, fault.SubMessage));
    }

    [Theory]
    [InlineData("<r_response><a>1</a><a>2</a><b/><c> x </c><d><e>f</e></d></r_response>", """{"r_response":{"a":["1","2"],"b":"","c":" x ","d":{"e":"f"}}}""")]
    [InlineData("<r_response/>", """{"r_response":{}}""")]
    [InlineData("<r_response>text</r_response>", """{"r_response":{}}""")]
    [InlineData("<r_response list=\"true\"><a x='1'>&lt;&#x5f20;<![CDATA[<b>]]>\"</a>t</r_response>", """{"r_response":{"a":"<张<b>\""}}""")]
    [InlineData("<r_response><l><v><n>1</n></v><w/><v><n>2</n></v></l></r_response>", """{"r_response":{"l":{"v":[{"n":"1"},{"n":"2"}],"w":""}}}""")]
    [InlineData("<r_response><a>1<!-- 2 -->3</a><?p q?></r_response><!-- end --><?p?>", """{"r_response":{"a":"13"}}""")]
    public void An_element_never_becomes_something_else(string xml, string json) => Assert.Equal(json, Encoding.UTF8.GetString(TopXml.ToJson(Encoding.UTF8.GetBytes(xml))!));

    [Theory]
    [InlineData("<html><body>please log in</body></html>")]
    [InlineData("<!DOCTYPE html><html></html>")]
    [InlineData("<!DOCTYPE r_response [<!ENTITY a \"b\">]><r_response><c>&a;</c></r_response>")]
    [InlineData("<!DOCTYPE r_response SYSTEM \"file:///etc/passwd\"><r_response/>")]
    [InlineData("<r_response><c>&a;</c></r_response>")]
    [InlineData("<r_response><is_success>true</is_success>")]
    [InlineData("<r_response><a></r_response></a>")]
    [InlineData("<r_response/><r_response/>")]
    [InlineData("<r_response>&#0;</r_response>")]
    [InlineData("<")]
    [InlineData("<!-- -->")]
    public void What_is_no_whole_answer_leaves_the_fate_open(string xml)
    {
        var fault = Parse(TvmBookOrder.Method, xml).Fault!;
        Assert.Equal((TopRemedy.Retry, "answer", true), (fault.Remedy, fault.Code, fault.MayHaveBeenApplied));
        Assert.Equal("http-502", Parse(TvmBookOrder.Method, xml, HttpStatusCode.BadGateway).Fault!.Code);
    }

    [Fact]
    public void Text_that_is_no_UTF8_is_not_guessed() => Assert.Null(TopXml.ToJson([.. "<r_response><a>"u8, 0xD5, 0xC5, .. "</a></r_response>"u8]));

    [Theory]
    [InlineData(31, true)]
    [InlineData(32, false)]
    [InlineData(100_000, false)]
    public void A_deep_answer_is_not_followed_without_end(int depth, bool isRead)
    {
        var xml = $"<r_response>{string.Concat(Enumerable.Repeat("<a>", depth))}{string.Concat(Enumerable.Repeat("</a>", depth))}</r_response>";
        Assert.Equal(isRead, TopXml.ToJson(Encoding.UTF8.GetBytes(xml)) is not null);
    }

    [Theory]
    [InlineData(19_999, true)]
    [InlineData(20_000, false)]
    public void A_wide_answer_is_not_followed_without_end(int elements, bool isRead) =>
        Assert.Equal(isRead, TopXml.ToJson(Encoding.UTF8.GetBytes($"<r_response>{string.Concat(Enumerable.Repeat("<a/>", elements))}</r_response>")) is not null);

    [Fact]
    public void A_text_in_many_pieces_costs_no_more_than_its_length()
    {
        const int pieces = 70_000;
        var xml = Encoding.UTF8.GetBytes($"<r_response><a>{string.Concat(Enumerable.Repeat("<![CDATA[x]]>", pieces))}</a></r_response>");
        var before = GC.GetAllocatedBytesForCurrentThread();
        var json = TopXml.ToJson(xml)!;
        Assert.Equal(pieces + """{"r_response":{"a":""}}""".Length, json.Length);
        // Joined piece by piece it would be 10 GB.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, pieces, 64 * 1024 * 1024);
    }

    [Fact]
    public void No_text_changes_on_its_way_through_XML()
    {
        Check.QuickThrowOnFailure(Prop.ForAll<string>(text =>
        {
            var allowed = string.Concat((text ?? "").Where(System.Xml.XmlConvert.IsXmlChar)).Replace("\r", "", StringComparison.Ordinal);
            if (string.IsNullOrWhiteSpace(allowed)) return true;
            var answer = Parse(TvmBookOrder.Method, $"<r_response><result_msg>{new System.Xml.Linq.XText(allowed)}</result_msg></r_response>");
            return answer.Value?.ResultMsg == allowed;
        }));
    }

    [Fact]
    public void Mutated_XML_never_crashes_the_reader()
    {
        var random = new Random(20261126);
        byte[][] samples = [.. new[] { DocumentAnswers.QueryXml + DocumentAnswers.Trailer, DocumentAnswers.TrainXml, DocumentAnswers.ErrorXml }.Select(Encoding.UTF8.GetBytes)];
        var (values, faults) = (0, 0);
        for (var i = 0; i < 10_000; i++)
        {
            var body = Mutation.Of(samples[i % samples.Length], random, "<>/&;!?-[]\"'=:"u8);
            var result = TopAnswer.Parse(body, (HttpStatusCode)random.Next(100, 600), null, TvmQueryOrder.Method.OwnObject.Span, TvmQueryOrder.Method.Read);
            Assert.True(result.Value is null != result.Fault is null);
            if (result.Fault is null) values++;
            else faults++;
        }
        Assert.InRange(values, 200, 9_800);
        Assert.InRange(faults, 200, 9_800);
    }

    [Fact]
    public void Half_an_XML_answer_is_never_taken_for_a_whole_one()
    {
        var whole = Encoding.UTF8.GetBytes(DocumentAnswers.QueryXml);
        for (var length = 0; length < whole.Length; length++) Assert.Null(TopXml.ToJson(whole.AsSpan(0, length)));
        Assert.NotNull(TopXml.ToJson(whole));
    }
}
