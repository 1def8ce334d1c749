using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Tests.Simulation;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Tests.Gateway;

public sealed class BusTvmApiTests
{
    private static readonly TvmBookOrderRequest Report = new()
    {
        AlitripOrderId = "10000241",
        BookTime = new DateTimeOffset(2017, 3, 3, 3, 22, 33, TimeSpan.Zero),
        Success = true,
        PayMode = "ALIPAY",
        FetchPhone = "17701011234",
        Passengers =
        [
            new TvmPassengerVo
            {
                AgentEticket = "\"\"", AgentTicketId = "00001002", FullPrice = 1100, HasChildren = false, RiderCertNumber = "111213199010105678", RiderCertType = "1",
                RiderName = "张三", SeatNumber = "20", ServiceCharge = 0, TicketPrice = 1000, TvmInsuranceInfos = [new TvmInsuranceInfo { InsureName = "意外险" }],
            },
            new TvmPassengerVo(),
        ],
        SupportEticket = false,
        TicketGate = "12F",
    };

    private readonly VirtualTime _time = new();
    private readonly LogLines<PlatformApi> _log = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_field_of_the_report_is_lost_and_nothing_secret_stands_in_the_address_or_the_log()
    {
        await using var gateway = await LoopbackGateway.StartAsync(Answer(AnswerSamples.Booked));
        var result = await Api(gateway.Url, new TopClientOptions { PartnerId = "kiosk" }).SetBookOrderAsync(Report, Cancel);
        Assert.Equal(new TvmBookOrderResponse { ResultCode = "11", ResultMsg = "22", IsSuccess = true, RequestId = "b1" }, result.Value);
        var request = Assert.Single(gateway.Requests);
        Assert.Equal(("POST", "/router/rest"), (request.Method, request.Target));
        Assert.Equal("application/x-www-form-urlencoded; charset=utf-8", request.Headers["Content-Type"]);
        Assert.Equal("gzip", request.Headers["Accept-Encoding"]);
        Assert.False(request.Headers.ContainsKey("Expect"));
        var form = new SortedDictionary<string, string>(request.Form.ToDictionary(), StringComparer.Ordinal);
        Assert.True(form.Remove("sign", out var sign));
        Assert.Equal(
            new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                ["alitrip_order_id"] = "10000241",
                ["app_key"] = "12345678",
                ["book_time"] = "2017-03-03 11:22:33",
                ["fetch_phone"] = "17701011234",
                ["format"] = "json",
                ["method"] = "taobao.bus.tvmbookorder.set",
                ["partner_id"] = "kiosk",
                ["passengers"] =
                    """[{"agent_eticket":"\"\"","agent_ticket_id":"00001002","full_price":1100,"has_children":false,"rider_cert_number":"111213199010105678","rider_cert_type":"1","rider_name":"张三","seat_number":"20","service_charge":0,"ticket_price":1000},{}]""",
                ["pay_mode"] = "ALIPAY",
                ["session"] = "session-of-the-seller",
                ["sign_method"] = "hmac-sha256",
                ["success"] = "true",
                ["support_eticket"] = "false",
                ["ticket_gate"] = "12F",
                ["timestamp"] = "2026-03-01 09:00:00",
                ["v"] = "2.0",
            },
            form);
        var line = Assert.Single(_log.Lines);
        Assert.Equal(5000, line.Id.Id);
        Assert.Contains("taobao.bus.tvmbookorder.set 10000241: success True, result 11", line.Text, StringComparison.Ordinal);
        Assert.All(
            new[] { sign!, TestCredentials.Usual.AppSecret, TestCredentials.Usual.Session!, "张三", "17701011234", "111213199010105678" },
            secret => Assert.DoesNotContain(secret, line.Text, StringComparison.Ordinal));
        Assert.DoesNotContain(TestCredentials.Usual.AppSecret, string.Concat(request.Form.Values), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_is_never_left_out_of_its_own_report()
    {
        await using var gateway = await LoopbackGateway.StartAsync(Answer(AnswerSamples.Booked));
        var bare = new TvmBookOrderRequest { AlitripOrderId = "1", BookTime = Report.BookTime, Success = false, PayMode = "OWN_ALIPAY" };
        await Api(gateway.Url, credentials: new TestCredentials("k", "s", null)).SetBookOrderAsync(bare, Cancel);
        var form = Assert.Single(gateway.Requests).Form;
        Assert.Equal("false", form["success"]);
        Assert.Equal(
            ["alitrip_order_id", "app_key", "book_time", "format", "method", "pay_mode", "sign", "sign_method", "success", "timestamp", "v"],
            form.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_query_asks_for_nothing_but_its_order()
    {
        await using var gateway = await LoopbackGateway.StartAsync(Answer(AnswerSamples.Query));
        var result = await Api(gateway.Url).QueryOrderAsync("13", Cancel);
        Assert.Equal("13", result.Value!.TvmBusOrderLineInfo!.AlitripOrderId);
        var form = Assert.Single(gateway.Requests).Form;
        Assert.Equal(("taobao.bus.tvmqueryorder.get", "13", "session-of-the-seller"), (form["method"], form["alitrip_order_id"], form["session"]));
        Assert.Equal(9, form.Count);
    }

    public static TheoryData<string, TvmBookOrderRequest, string> IncompleteReports() => new()
    {
        { "order", Report with { AlitripOrderId = "" }, "40" },
        { "time", Report with { BookTime = default }, "40" },
        { "pay mode", Report with { PayMode = "" }, "40" },
        { "passengers", Report with { Passengers = [.. Enumerable.Repeat(new TvmPassengerVo(), 21)] }, "41" },
    };

    [Theory, MemberData(nameof(IncompleteReports))]
    public async Task What_the_gateway_would_refuse_is_not_sent(string what, TvmBookOrderRequest request, string code)
    {
        await using var gateway = await LoopbackGateway.StartAsync(Answer(AnswerSamples.Booked));
        var fault = (await Api(gateway.Url).SetBookOrderAsync(request, Cancel)).Fault!;
        Assert.Equal((TopRemedy.Park, code, false), (fault.Remedy, fault.Code, fault.MayHaveBeenApplied));
        Assert.True(gateway.Requests.IsEmpty, what);
    }

    [Fact]
    public async Task Twenty_passengers_are_not_too_many_and_no_order_number_is_too_few()
    {
        await using var gateway = await LoopbackGateway.StartAsync(Answer(AnswerSamples.Booked));
        Assert.Null((await Api(gateway.Url).SetBookOrderAsync(Report with { Passengers = [.. Enumerable.Repeat(new TvmPassengerVo(), 20)] }, Cancel)).Fault);
        Assert.Equal("40", (await Api(gateway.Url).QueryOrderAsync("", Cancel)).Fault!.Code);
        Assert.Single(gateway.Requests);
    }

    [Fact]
    public async Task A_refused_timestamp_is_corrected_once_from_the_gateways_date()
    {
        var theirs = new DateTimeOffset(2026, 3, 1, 4, 30, 0, TimeSpan.Zero);
        var calls = 0;
        await using var gateway = await LoopbackGateway.StartAsync(context =>
        {
            context.Response.Headers.Date = theirs.ToString("r", System.Globalization.CultureInfo.InvariantCulture);
            return context.Response.WriteAsync(++calls == 2 ? AnswerSamples.Query : """{"error_response":{"code":31,"msg":"Invalid Timestamp"}}""", context.RequestAborted);
        });
        var client = Client(gateway.Url);
        var api = new PlatformApi(client, cipher: null, _time, _log);
        Assert.NotNull((await api.QueryOrderAsync("13", Cancel)).Value);
        Assert.Equal(["2026-03-01 09:00:00", "2026-03-01 12:30:00"], gateway.Requests.Select(request => request.Form["timestamp"]));
        Assert.Equal(TimeSpan.FromHours(3.5), client.ClockOffset);
        // A clock that is put right afterwards must not be corrected twice.
        _time.JumpWallClock(theirs);
        Assert.Equal(TimeSpan.Zero, client.ClockOffset);
        _time.JumpWallClock(theirs.AddHours(-3.5));
        var fault = (await api.QueryOrderAsync("13", Cancel)).Fault!;
        Assert.Equal(TopRemedy.FixClock, fault.Remedy);
        Assert.Equal(4, gateway.Requests.Count);
    }

    [Fact]
    public async Task A_session_that_the_gateway_quotes_is_not_kept()
    {
        await using var gateway = await LoopbackGateway.StartAsync(Answer(
            """{"error_response":{"code":27,"msg":"Invalid session:session-of-the-seller","sub_code":"invalid-sessionkey","sub_msg":"top-secret-of-the-app?"}}"""));
        var fault = (await Api(gateway.Url).QueryOrderAsync("13", Cancel)).Fault!;
        Assert.Equal(("Invalid session:***", "***?"), (fault.Message, fault.SubMessage));
        Assert.Contains("taobao.bus.tvmqueryorder.get 13: 27 invalid-sessionkey", Assert.Single(_log.Lines).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/xml")]
    [InlineData("text/html;charset=GBK")]
    [InlineData(null)]
    public async Task A_wrong_content_type_does_not_hide_an_answer(string? type)
    {
        await using var gateway = await LoopbackGateway.StartAsync(context =>
        {
            context.Response.ContentType = type;
            return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(AnswerSamples.Booked), context.RequestAborted).AsTask();
        });
        Assert.True((await Api(gateway.Url).SetBookOrderAsync(Report, Cancel)).Value?.IsSuccess);
    }

    [Fact]
    public async Task A_packed_answer_is_unpacked_but_never_beyond_the_bound()
    {
        var bodies = new Queue<byte[]>([Pack(Encoding.UTF8.GetBytes(AnswerSamples.Booked)), Pack(new byte[20_000_000]), Pack(Encoding.UTF8.GetBytes(AnswerSamples.Booked))[..^20], [1, 2, 3]]);
        await using var gateway = await LoopbackGateway.StartAsync(context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            return context.Response.Body.WriteAsync(bodies.Dequeue(), context.RequestAborted).AsTask();
        });
        var api = Api(gateway.Url);
        Assert.True((await api.SetBookOrderAsync(Report, Cancel)).Value?.IsSuccess);
        foreach (var _ in Enumerable.Range(0, 3))
        {
            var fault = (await api.SetBookOrderAsync(Report, Cancel)).Fault!;
            Assert.Equal((TopRemedy.Retry, "answer", true), (fault.Remedy, fault.Code, fault.MayHaveBeenApplied));
        }
    }

    [Fact]
    public async Task A_long_answer_is_read_and_an_endless_one_is_not()
    {
        var padding = new string(' ', 40_000);
        await using var gateway = await LoopbackGateway.StartAsync(Answer(AnswerSamples.Booked + padding));
        Assert.True((await Api(gateway.Url).SetBookOrderAsync(Report, Cancel)).Value?.IsSuccess);
        var fault = (await Api(gateway.Url, new TopClientOptions { MaxAnswerBytes = 20_000 }).SetBookOrderAsync(Report, Cancel)).Fault!;
        Assert.Equal("the answer is too long", fault.Message);
        Assert.True(fault.MayHaveBeenApplied);
    }

    [Theory]
    [InlineData(200, "<html>please log in</html>", "answer")]
    [InlineData(503, "upstream", "http-503")]
    [InlineData(302, "", "http-302")]
    [InlineData(200, "", "answer")]
    public async Task A_page_of_someone_elses_is_no_answer(int status, string body, string code)
    {
        await using var gateway = await LoopbackGateway.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/elsewhere";
            return context.Response.WriteAsync(body, context.RequestAborted);
        });
        var fault = (await Api(gateway.Url).SetBookOrderAsync(Report, Cancel)).Fault!;
        Assert.Equal((TopRemedy.Retry, code, true), (fault.Remedy, fault.Code, fault.MayHaveBeenApplied));
        Assert.NotNull(fault.ServerDate);
        Assert.Single(gateway.Requests);
    }

    [Fact]
    public async Task A_connection_that_breaks_after_the_request_leaves_its_fate_open_and_is_not_repeated()
    {
        await using var gateway = await LoopbackGateway.StartAsync(async context =>
        {
            if (context.Request.Form["alitrip_order_id"] == "half")
            {
                context.Response.ContentLength = 1000;
                await context.Response.WriteAsync("{\"x_resp", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
            if (context.Request.Form["alitrip_order_id"] != "good") context.Abort();
            else await context.Response.WriteAsync(AnswerSamples.Booked, context.RequestAborted);
        });
        var api = Api(gateway.Url);
        // The good ones leave a kept connection, whose breaking must not make the handler send again by itself.
        foreach (var order in new[] { "good", "bad", "good", "half" })
        {
            var fault = (await api.SetBookOrderAsync(Report with { AlitripOrderId = order }, Cancel)).Fault;
            if (order == "good") Assert.Null(fault);
            else Assert.Equal((TopRemedy.Retry, "network", true), (fault!.Remedy, fault.Code, fault.MayHaveBeenApplied));
        }
        Assert.Equal(4, gateway.Requests.Count);
    }

    [Fact]
    public async Task A_silent_gateway_is_not_waited_for_without_end()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var gateway = await LoopbackGateway.StartAsync(async context =>
        {
            arrived.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        var sending = Api(gateway.Url).SetBookOrderAsync(Report, Cancel);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        Assert.False(sending.IsCompleted);
        _time.Advance(new TopClientOptions().Timeout);
        var fault = (await sending).Fault!;
        Assert.Equal((TopRemedy.Retry, "timeout", true), (fault.Remedy, fault.Code, fault.MayHaveBeenApplied));
    }

    [Fact]
    public async Task A_cancelled_call_throws_for_its_own_token_alone()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var gateway = await LoopbackGateway.StartAsync(async context =>
        {
            arrived.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        using var stop = new CancellationTokenSource();
        var sending = Api(gateway.Url).SetBookOrderAsync(Report, stop.Token);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task A_refused_connection_is_not_taken_for_a_lost_answer()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var fault = (await Api(new Uri($"http://127.0.0.1:{port}/")).SetBookOrderAsync(Report, Cancel)).Fault!;
        Assert.Equal((TopRemedy.Retry, "network", "ConnectionError", false), (fault.Remedy, fault.Code, fault.Message, fault.MayHaveBeenApplied));
        Assert.Equal(5001, Assert.Single(_log.Lines).Id.Id);
    }

    [Fact]
    public async Task A_name_that_is_not_found_is_not_taken_for_a_lost_answer()
    {
        using var http = new HttpClient(new Unreachable());
        var api = new PlatformApi(new TopClient(http, new TopClientOptions(), TestCredentials.Usual, _time), cipher: null, _time, _log);
        var fault = (await api.SetBookOrderAsync(Report, Cancel)).Fault!;
        Assert.Equal(("network", "NameResolutionError", false), (fault.Code, fault.Message, fault.MayHaveBeenApplied));
    }

    [Fact]
    public async Task An_answer_that_breaks_off_leaves_the_fate_open()
    {
        using var http = new HttpClient(new Broken());
        var api = new PlatformApi(new TopClient(http, new TopClientOptions(), TestCredentials.Usual, _time), cipher: null, _time, _log);
        var fault = (await api.SetBookOrderAsync(Report, Cancel)).Fault!;
        Assert.Equal((TopRemedy.Retry, "network", "the answer broke off", true), (fault.Remedy, fault.Code, fault.Message, fault.MayHaveBeenApplied));
    }

    [Fact]
    public async Task A_handler_that_would_send_again_by_itself_cannot()
    {
        using var http = new HttpClient(new Repeating());
        var api = new PlatformApi(new TopClient(http, new TopClientOptions(), TestCredentials.Usual, _time), cipher: null, _time, _log);
        var fault = (await api.SetBookOrderAsync(Report, Cancel)).Fault!;
        Assert.Equal((TopRemedy.Retry, "network", true), (fault.Remedy, fault.Code, fault.MayHaveBeenApplied));
    }

    private static RequestDelegate Answer(string body) => context => context.Response.WriteAsync(body, context.RequestAborted);

    private static byte[] Pack(byte[] body)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(body);
        return packed.ToArray();
    }

    private TopClient Client(Uri url, TopClientOptions? options = null, ITopCredentials? credentials = null)
    {
        options = (options ?? new TopClientOptions()) with { Url = url };
        // The process ends with the tests; the connections with the server.
        return new TopClient(new HttpClient(TopClient.CreateHandler(options, _time)), options, credentials ?? TestCredentials.Usual, _time);
    }

    private PlatformApi Api(Uri url, TopClientOptions? options = null, ITopCredentials? credentials = null) => new(Client(url, options, credentials), cipher: null, _time, _log);

    private sealed class Unreachable : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new HttpRequestException(HttpRequestError.NameResolutionError);
    }

    private sealed class Broken : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await request.Content!.CopyToAsync(Stream.Null, cancellationToken);
            var pipe = new System.IO.Pipelines.Pipe();
            await pipe.Writer.WriteAsync("{\"x_resp"u8.ToArray(), cancellationToken);
            await pipe.Writer.CompleteAsync(new HttpIOException(HttpRequestError.ResponseEnded));
            return new HttpResponseMessage { Content = new StreamContent(pipe.Reader.AsStream()) };
        }
    }

    private sealed class Repeating : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await request.Content!.CopyToAsync(Stream.Null, cancellationToken);
            await request.Content.CopyToAsync(Stream.Null, cancellationToken);
            return new HttpResponseMessage { Content = new StringContent(AnswerSamples.Booked) };
        }
    }
}
