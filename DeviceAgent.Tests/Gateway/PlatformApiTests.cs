using System.Security.Cryptography;
using System.Text;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Tests.Simulation;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Tests.Gateway;

/// <summary>The request and answer examples of the five API documents, over a real connection, byte for byte where the document gives bytes.</summary>
public sealed class PlatformApiTests
{
    private const string Key = "0123456789ABCDEFFEDCBA9876543210";

    private readonly VirtualTime _time = new();
    private readonly LogLines<PlatformApi> _log = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static TrainCipher Cipher => TrainCipher.TryCreate(new() { Output = TrainCipherOutput.Hex }, Key, out _)!;

    /// <summary>Sends one example and gives back the fields that the API itself asks for; everything else is checked here.</summary>
    private async Task<IReadOnlyDictionary<string, string>> SendAsync<T>(string method, bool takesSession, string[] answers, Func<PlatformApi, Task<TopResult<T>>> call, Action<T> check) where T : class
    {
        var bodies = new Queue<string>(answers);
        await using var gateway = await LoopbackGateway.StartAsync(context => context.Response.WriteAsync(bodies.Dequeue(), context.RequestAborted));
        var api = Api(gateway.Url, Cipher);
        foreach (var _ in answers)
        {
            var result = await call(api);
            Assert.Null(result.Fault);
            check(result.Value!);
        }
        Assert.Equal(answers.Length, gateway.Requests.Count);
        var form = new Dictionary<string, string>(gateway.Requests.First().Form);
        Assert.All(gateway.Requests, request => Assert.Equal(form, request.Form));
        Assert.True(form.Remove("sign", out var sign));
        Assert.Equal(SignatureOf(form), sign);
        string[] ordinary =
        [
            "app_key 12345678", "format json", $"method {method}", "sign_method hmac-sha256", "timestamp 2026-03-01 09:00:00", "v 2.0",
            .. takesSession ? (string[])["session session-of-the-seller"] : [],
        ];
        foreach (var name in new[] { "app_key", "format", "method", "session", "sign_method", "timestamp", "v" })
            if (form.Remove(name, out var value)) Assert.Contains($"{name} {value}", ordinary);
        Assert.Equal(takesSession, gateway.Requests.First().Form.ContainsKey("session"));
        return form;
    }

    /// <summary>TOP, "Signature algorithm", written down a second time: sorted, joined, HMAC-SHA256, upper-case hex.</summary>
    private static string SignatureOf(IReadOnlyDictionary<string, string> form)
    {
        var text = string.Concat(form.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => field.Key + field.Value));
        return Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(TestCredentials.Usual.AppSecret), Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public async Task The_documents_query_is_never_asked_otherwise()
    {
        var own = await SendAsync("taobao.bus.tvmqueryorder.get", true, [DocumentAnswers.QueryJson, DocumentAnswers.QueryXml],
            api => api.QueryOrderAsync(DocumentExamples.QueryOrder, Cancel), answer => Assert.Equal(("1", 2), (answer.TvmBusOrderLineInfo!.AlitripOrderId, answer.TvmBusOrderLineInfo.OrderStatus)));
        Assert.Equal(new Dictionary<string, string> { ["alitrip_order_id"] = "1212" }, own);
    }

    [Fact]
    public async Task The_documents_bus_report_is_never_sent_otherwise()
    {
        var own = await SendAsync("taobao.bus.tvmbookorder.set", true, [DocumentAnswers.BookJson, DocumentAnswers.BookXml],
            api => api.SetBookOrderAsync(DocumentExamples.Book, Cancel), answer => Assert.Equal(new() { ResultCode = "11", ResultMsg = "22", IsSuccess = true }, answer));
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["alitrip_order_id"] = "10000241",
                ["book_time"] = "2017-03-03 11:22:33",
                ["success"] = "true",
                ["pay_mode"] = "ALIPAY",
                ["fetch_phone"] = "17701011234",
                ["passengers"] = DocumentExamples.BookPassengers,
                ["support_eticket"] = "false",
                ["ticket_gate"] = "12F",
            },
            own);
    }

    [Fact]
    public async Task The_documents_return_is_never_sent_otherwise()
    {
        var own = await SendAsync("taobao.bus.agent.returnticket.confirm", false, [DocumentAnswers.ReturnJson, DocumentAnswers.ReturnXml],
            api => api.ConfirmReturnAsync(DocumentExamples.Return, Cancel),
            answer => Assert.Equal(("PARAM_CHECK_LACK_TICKET_ID", "按票退款缺少票号", false), (answer.ResultCode, answer.ResultMsg, answer.Succeeded)));
        Assert.Equal(new Dictionary<string, string> { ["param_agent_confirm_return_r_q"] = DocumentExamples.ReturnJson }, own);
        AssertLogged("taobao.bus.agent.returnticket.confirm A380: success False, result PARAM_CHECK_LACK_TICKET_ID");
    }

    [Fact]
    public async Task The_documents_ship_report_is_never_sent_otherwise()
    {
        var own = await SendAsync("alitrip.ship.order.notify", true, [DocumentAnswers.ShipJson, DocumentAnswers.ShipXml],
            api => api.NotifyOrderAsync(DocumentExamples.Ship, Cancel), answer => Assert.Equal(("demo", "demo", false), (answer.RetCode, answer.RetMsg, answer.Succeeded)));
        Assert.Equal(new Dictionary<string, string> { ["confirm_book_r_q"] = DocumentExamples.ShipJson }, own);
        AssertLogged("alitrip.ship.order.notify 3892200000033: success False, result demo");
    }

    [Fact]
    public async Task The_documents_train_report_is_never_sent_otherwise_nor_with_a_plain_passenger()
    {
        var own = await SendAsync("alitrip.btrip.supplychain.train.callback.book", false, [DocumentAnswers.TrainJson, DocumentAnswers.TrainXml],
            api => api.CallbackBookAsync(DocumentExamples.Train, Cancel),
            answer => Assert.Equal((new TrainOrderInfo { OrderId = "123456789", SupplierOrderId = "987654321" }, "成功", true), (answer.Data, answer.ResultMsg, answer.Succeeded)));
        // Each value encrypted by the openssl program: echo -n … | openssl enc -sm4-ecb -K 0123456789ABCDEFFEDCBA9876543210
        var encrypted = DocumentExamples.TrainJson
            .Replace("张三", "8e6d95a4b4b29a57d845dbd096e40f5d", StringComparison.Ordinal)
            .Replace("1667xx87xxx", "adda4379aa625ed2083553ad7dd71f83", StringComparison.Ordinal)
            .Replace("432524100011191212", "f88dd80414bbdcfee438beaa758421c4ed589f76433e51397463420ae797032e", StringComparison.Ordinal)
            .Replace("\"passenger_id_type\":\"0\"", "\"passenger_id_type\":\"45a937871858b7cd3a55b42f8cae65bf\"", StringComparison.Ordinal)
            .Replace("\"sex\":\"0\"", "\"sex\":\"45a937871858b7cd3a55b42f8cae65bf\"", StringComparison.Ordinal)
            .Replace("\"country_code\":\"CN\"", "\"country_code\":\"64440f4973c5fdcdcda3696ec3adec65\"", StringComparison.Ordinal)
            .Replace("\"passenger_id\":\"123452\"", "\"passenger_id\":\"8a65f1b347a67f45af6e1373e1665f2d\"", StringComparison.Ordinal)
            .Replace("2000-12-12", "920616d078d9733f4c996e574bd1310c", StringComparison.Ordinal)
            .Replace("1000-11-19", "ce889b84ddcc1944333eb0cbe700b2ff", StringComparison.Ordinal)
            .Replace("2030-12-12", "3268c3d1976e7dcc4b98a81c7f3aaf01", StringComparison.Ordinal);
        Assert.Equal(new Dictionary<string, string> { ["book_callback_param"] = encrypted }, own);
        AssertLogged("alitrip.btrip.supplychain.train.callback.book 123456789: success True, result 200");
    }

    [Fact]
    public async Task A_train_report_is_never_sent_while_its_encryption_is_not_set()
    {
        await using var gateway = await LoopbackGateway.StartAsync(context => context.Response.WriteAsync(DocumentAnswers.TrainJson, context.RequestAborted));
        var fault = (await Api(gateway.Url, cipher: null).CallbackBookAsync(DocumentExamples.Train, Cancel)).Fault!;
        Assert.Equal((TopRemedy.Configuration, "cipher", false), (fault.Remedy, fault.Code, fault.MayHaveBeenApplied));
        Assert.Equal("passenger_info cannot be encrypted: Train:Output or the train key is not set", fault.Message);
        Assert.True(TopFaultRules.IsLocal(fault));
        Assert.False(TopFaultRules.IsSilence(fault));
        Assert.True(gateway.Requests.IsEmpty);
    }

    private static BookCallbackParam Train(Func<BookTrainDetail, BookTrainDetail> change) =>
        DocumentExamples.Train with { BookTrainDetails = [DocumentExamples.Train.BookTrainDetails[0], change(DocumentExamples.Train.BookTrainDetails[0])] };

    private static BookCallbackParam Ticket(Func<BookTicketDetail, BookTicketDetail> change) =>
        Train(train => train with { BookTicketDetails = [change(train.BookTicketDetails[0])] });

    private static BookCallbackParam Passenger(Func<PassengerInfo, PassengerInfo> change) =>
        Ticket(ticket => ticket with { PassengerInfo = change(ticket.PassengerInfo) });

    public static TheoryData<string, BookCallbackParam> IncompleteTrains() => new()
    {
        { "supplier_order_id", DocumentExamples.Train with { SupplierOrderId = "" } },
        { "order_id", DocumentExamples.Train with { OrderId = null! } },
        { "order_status", DocumentExamples.Train with { OrderStatus = "" } },
        { "purchase_type", DocumentExamples.Train with { PurchaseType = "" } },
        { "book_train_details", DocumentExamples.Train with { BookTrainDetails = [] } },
        { "book_train_details", DocumentExamples.Train with { BookTrainDetails = null! } },
        { "book_train_details[0]", DocumentExamples.Train with { BookTrainDetails = [null!] } },
        { "book_train_details[1].to_station_name", Train(train => train with { ToStationName = "" }) },
        { "book_train_details[1].arrive_time", Train(train => train with { ArriveTime = "" }) },
        { "book_train_details[1].order_total_price", Train(train => train with { OrderTotalPrice = "" }) },
        { "book_train_details[1].train_date", Train(train => train with { TrainDate = "" }) },
        { "book_train_details[1].from_station_name", Train(train => train with { FromStationName = "" }) },
        { "book_train_details[1].ticket_num", Train(train => train with { TicketNum = "" }) },
        { "book_train_details[1].to_station_code", Train(train => train with { ToStationCode = "" }) },
        { "book_train_details[1].train_no", Train(train => train with { TrainNo = "" }) },
        { "book_train_details[1].from_station_code", Train(train => train with { FromStationCode = "" }) },
        { "book_train_details[1].start_time", Train(train => train with { StartTime = "" }) },
        { "book_train_details[1].book_ticket_details", Train(train => train with { BookTicketDetails = [] }) },
        { "book_train_details[1].book_ticket_details[0]", Train(train => train with { BookTicketDetails = [null!] }) },
        { "book_train_details[1].book_ticket_details[0].resign_flag", Ticket(ticket => ticket with { ResignFlag = "" }) },
        { "book_train_details[1].book_ticket_details[0].ticket_type", Ticket(ticket => ticket with { TicketType = "" }) },
        { "book_train_details[1].book_ticket_details[0].seat_type", Ticket(ticket => ticket with { SeatType = "" }) },
        { "book_train_details[1].book_ticket_details[0].ticket_status", Ticket(ticket => ticket with { TicketStatus = "" }) },
        { "book_train_details[1].book_ticket_details[0].refund_flag", Ticket(ticket => ticket with { RefundFlag = "" }) },
        { "book_train_details[1].book_ticket_details[0].seat_name", Ticket(ticket => ticket with { SeatName = "" }) },
        { "book_train_details[1].book_ticket_details[0].change_flag", Ticket(ticket => ticket with { ChangeFlag = "" }) },
        { "book_train_details[1].book_ticket_details[0].passenger_info", Ticket(ticket => ticket with { PassengerInfo = null! }) },
        { "book_train_details[1].book_ticket_details[0].passenger_info.passenger_name", Passenger(passenger => passenger with { PassengerName = "" }) },
        { "book_train_details[1].book_ticket_details[0].passenger_info.passenger_mobile", Passenger(passenger => passenger with { PassengerMobile = "" }) },
        { "book_train_details[1].book_ticket_details[0].passenger_info.passenger_id_no", Passenger(passenger => passenger with { PassengerIdNo = "" }) },
        { "book_train_details[1].book_ticket_details[0].passenger_info.passenger_id_type", Passenger(passenger => passenger with { PassengerIdType = "" }) },
        { "book_train_details[1].book_ticket_details[0].passenger_info.passenger_id", Passenger(passenger => passenger with { PassengerId = "" }) },
    };

    [Theory, MemberData(nameof(IncompleteTrains))]
    public async Task A_train_report_that_the_gateway_would_refuse_is_not_sent(string path, BookCallbackParam request) =>
        AssertMissing(path, TrainCallbackBook.Faults(request), (await Unreachable().CallbackBookAsync(request, Cancel)).Fault);

    private static ShipAgentConfirmBookRq Ship(Func<ShipAgentConfirmBookTicketInfo, ShipAgentConfirmBookTicketInfo> change)
    {
        var passenger = DocumentExamples.Ship.PassengerList![0];
        return DocumentExamples.Ship with { PassengerList = [passenger, passenger with { TicketList = [passenger.TicketList![0], change(passenger.TicketList[0])] }] };
    }

    public static TheoryData<string, ShipAgentConfirmBookRq> IncompleteShips() => new()
    {
        { "agent_order_id", DocumentExamples.Ship with { AgentOrderId = "" } },
        { "alitrip_order_id", DocumentExamples.Ship with { AlitripOrderId = null! } },
        { "passenger_list[0]", DocumentExamples.Ship with { PassengerList = [null!] } },
        { "passenger_list[0].ticket_list[0]", DocumentExamples.Ship with { PassengerList = [new() { TicketList = [null!] }] } },
        { "passenger_list[1].ticket_list[1].ticket_id", Ship(ticket => ticket with { TicketId = "" }) },
        { "passenger_list[1].ticket_list[1].ticket_type", Ship(ticket => ticket with { TicketType = "" }) },
    };

    [Theory, MemberData(nameof(IncompleteShips))]
    public async Task A_ship_report_that_the_gateway_would_refuse_is_not_sent(string path, ShipAgentConfirmBookRq request) =>
        AssertMissing(path, ShipOrderNotify.Faults(request), (await Unreachable().NotifyOrderAsync(request, Cancel)).Fault);

    [Fact]
    public async Task A_return_without_its_order_is_not_sent()
    {
        var request = DocumentExamples.Return with { AgentOrderId = "" };
        AssertMissing("agent_order_id", ReturnTicketConfirm.Faults(request), (await Unreachable().ConfirmReturnAsync(request, Cancel)).Fault);
    }

    [Fact]
    public void Every_fault_of_a_request_is_named_not_only_the_first()
    {
        Assert.Empty(TrainCallbackBook.Faults(DocumentExamples.Train));
        Assert.Empty(ShipOrderNotify.Faults(DocumentExamples.Ship));
        Assert.Empty(ShipOrderNotify.Faults(new() { AgentOrderId = "a", AlitripOrderId = "b", Success = false }));
        Assert.Empty(ReturnTicketConfirm.Faults(DocumentExamples.Return));
        var empty = TopMessageJson.ReadTrain("""{"book_train_details":[{"book_ticket_details":[{"passenger_info":{}},null]}]}"""u8)!;
        var faults = TrainCallbackBook.Faults(empty).Select(fault => fault.Message).ToList();
        Assert.Equal(4 + 10 + 7 + 5 + 1, faults.Count);
        Assert.Equal(faults.Count, faults.Distinct().Count());
        Assert.Contains("book_train_details[0].book_ticket_details[1] is missing", faults);
    }

    [Theory]
    [InlineData("true", "200", true)]
    [InlineData("True", "200", true)]
    [InlineData("true", "500", false)]
    [InlineData("false", "200", false)]
    [InlineData("true", null, false)]
    [InlineData(null, "200", false)]
    [InlineData(null, null, null)]
    public void A_train_report_is_not_taken_for_successful_by_half_a_word(string? status, string? code, bool? succeeded) =>
        Assert.Equal(succeeded, new TrainCallbackBookResponse { Status = status, ResultCode = code }.Succeeded);

    [Theory]
    [InlineData("""{"x_response":{"data":{"order_id":1},"status":true,"result_code":200,"request_id":"r"}}""")]
    [InlineData("""{"data":{"order_id":"1"},"status":"true","result_code":"200","request_id":"r"}""")]
    [InlineData("""{"x_response":{"later":{"data":{"order_id":"2"}},"data":{"order_id":"1","later":[]},"status":"true","result_code":"200","request_id":"r"}}""")]
    public void A_train_answer_in_an_odd_form_says_the_same(string json)
    {
        var answer = TopAnswer.Parse(Encoding.UTF8.GetBytes(json), System.Net.HttpStatusCode.OK, null, TrainCallbackBook.Method.OwnObject.Span, TrainCallbackBook.Method.Read).Value!;
        Assert.Equal(("1", true, "r"), (answer.Data?.OrderId, answer.Succeeded, answer.RequestId));
    }

    [Theory]
    [InlineData("""{"x_response":{"ret_success":"true","is_success":1,"request_id":"r"}}""", true)]
    [InlineData("""{"x_response":{"ret_success":0,"is_success":"false","request_id":"r"}}""", false)]
    [InlineData("""{"x_response":{"result_code":null,"ret_code":{},"request_id":"r"}}""", null)]
    public void The_businesss_word_is_never_guessed(string json, bool? succeeded)
    {
        var ship = TopAnswer.Parse(Encoding.UTF8.GetBytes(json), System.Net.HttpStatusCode.OK, null, [], ShipOrderNotify.Method.Read).Value!;
        var returned = TopAnswer.Parse(Encoding.UTF8.GetBytes(json), System.Net.HttpStatusCode.OK, null, [], ReturnTicketConfirm.Method.Read).Value!;
        Assert.Equal((succeeded, "r", succeeded, "r"), (ship.Succeeded, ship.RequestId, returned.Succeeded, returned.RequestId));
    }

    private static void AssertMissing(string path, IEnumerable<TopFault> all, TopFault? fault)
    {
        Assert.Equal((TopRemedy.Park, "40", $"{path} is missing", false), (fault!.Remedy, fault.Code, fault.Message, fault.MayHaveBeenApplied));
        Assert.True(TopFaultRules.IsLocal(fault));
        Assert.Equal(fault, Assert.Single(all));
    }

    private void AssertLogged(string start)
    {
        Assert.All(_log.Lines, line => Assert.StartsWith(start, line.Text, StringComparison.Ordinal));
        Assert.NotEmpty(_log.Lines);
        Assert.All(new[] { "张三", "罗大佑", "432524100011191212", "1667xx87xxx" }, name => Assert.All(_log.Lines, line => Assert.DoesNotContain(name, line.Text, StringComparison.Ordinal)));
    }

    private PlatformApi Unreachable() => Api(new Uri("http://127.0.0.1:9/"), Cipher);

    private PlatformApi Api(Uri url, TrainCipher? cipher)
    {
        var options = new TopClientOptions { Url = url };
        return new(new TopClient(new HttpClient(TopClient.CreateHandler(options, _time)), options, TestCredentials.Usual, _time), cipher, _time, _log);
    }
}
