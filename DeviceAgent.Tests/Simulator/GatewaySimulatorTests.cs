using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using DeviceAgent.Simulator.Gateway;

namespace DeviceAgent.Tests.Simulator;

public sealed class GatewaySimulatorTests
{
    [Theory]
    [InlineData("md5", "66987CB115214E59E6EC978214934FB8")]
    [InlineData("hmac", "D56D7858309C31B6251083A874D48273")]
    [InlineData("hmac-sha256", "04DB15AD0774D5CFCE2C837DE43E3FCEA9011ED74F3038FB6AB5F3C4CEA119E8")]
    public void The_published_signatures_are_not_missed(string signMethod, string expected)
    {
        var form = new Dictionary<string, string>
        {
            ["method"] = "taobao.item.seller.get",
            ["app_key"] = "12345678",
            ["session"] = "test",
            ["timestamp"] = "2016-01-01 12:00:00",
            ["format"] = "json",
            ["v"] = "2.0",
            ["fields"] = "num_iid,title,nick,price,num",
            ["num_iid"] = "11223344",
            ["sign_method"] = signMethod,
        };
        Assert.Equal(expected, TopSignature.Expect(signMethod, "helloworld", form));
    }

    [Fact]
    public async Task A_query_is_not_answered_with_anything_but_the_order()
    {
        await using var fixture = await GatewaySimulatorFixture.StartAsync();
        var answer = await fixture.SendAsync(fixture.Query());
        var order = answer["bus_tvmqueryorder_get_response"]!["tvm_bus_order_line_info"]!;
        Assert.Equal(GatewaySimulatorFixture.TwoPassengers, (string?)order["alitrip_order_id"]);
        Assert.Equal("张三", (string?)order["passengers"]!["tvm_passenger_vo"]![0]!["rider_name"]);
        Assert.StartsWith(fixture.Time.GetUtcNow().ToOffset(TimeSpan.FromHours(8)).AddDays(1).ToString("yyyy-MM-dd"), (string?)order["tvm_bus_line_info"]!["dep_time"], StringComparison.Ordinal);
        Assert.Equal(1, fixture.Books().Queries);
        Assert.Equal("ORDER_NOT_FOUND", (string?)(await fixture.SendAsync(fixture.Query("404")))["bus_tvmqueryorder_get_response"]!["result_code"]);
    }

    public static TheoryData<string, string?, int> WrongPublicParameters => new()
    {
        { "method", null, 21 }, { "method", "taobao.item.get", 22 }, { "format", "yaml", 23 }, { "sign_method", "crc32", 25 }, { "session", null, 26 }, { "session", "old", 27 },
        { "app_key", null, 28 }, { "app_key", "1", 29 }, { "timestamp", null, 30 }, { "timestamp", "2026-03-01T09:00:00", 31 }, { "timestamp", "2026-03-01 09:10:01", 31 },
        { "timestamp", "2026-03-01 08:49:59", 31 }, { "timestamp", "2026-03-01 01:00:00", 31 }, { "timestamp", "0001-01-01 00:00:00", 31 }, { "v", null, 32 }, { "v", "1.0", 33 }, { "sign_method", null, 40 },
        { "alitrip_order_id", null, 40 }, { "alitrip_order_id", "", 40 }, { "ticket_gate", "12F", 41 },
    };

    [Theory, MemberData(nameof(WrongPublicParameters))]
    public async Task A_wrong_public_parameter_is_not_let_through(string name, string? value, int code)
    {
        await using var fixture = await GatewaySimulatorFixture.StartAsync(new Simulation.VirtualTime());
        var form = fixture.Query();
        if (value is null) form.Remove(name);
        else form[name] = value;
        form["sign"] = TopSignature.Expect(form.GetValueOrDefault("sign_method", ""), "helloworld", form) ?? "00";
        using var answer = await fixture.PostAsync(GatewaySimulatorFixture.Encode(form));
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(code, name == "format" ? (int?)XDocument.Parse(text).Root!.Element("code") : (int?)JsonNode.Parse(text)!["error_response"]!["code"]);
    }

    public static TheoryData<string, string?, int> WrongFields => new()
    {
        { "book_time", null, 40 }, { "success", null, 40 }, { "pay_mode", null, 40 }, { "book_time", "2026-3-1 9:00", 15 }, { "book_time", "2026-02-30 09:00:00", 15 },
        { "success", "1", 41 }, { "success", "True", 41 }, { "pay_mode", "GOLD", 15 }, { "support_eticket", "no", 41 }, { "passengers", "{}", 41 }, { "passengers", "[1]", 41 },
        { "passengers", "[{\"rider_name\":1}]", 41 }, { "passengers", "[{\"full_price\":\"1100\"}]", 41 }, { "passengers", "[{\"full_price\":null}]", 41 },
        { "passengers", "[{\"has_children\":1}]", 41 }, { "passengers", "[{\"colour\":\"red\"}]", 41 }, { "passengers", "[{\"rider_name\":\"a\",\"rider_name\":\"b\"}]", 41 },
        { "passengers", "[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]", 41 }, { "passengers", "[{}", 41 },
    };

    [Theory, MemberData(nameof(WrongFields))]
    public async Task A_report_with_a_wrong_field_is_not_applied(string name, string? value, int code)
    {
        await using var fixture = await GatewaySimulatorFixture.StartAsync();
        var form = fixture.Report();
        if (value is null) form.Remove(name);
        else form[name] = value;
        Assert.Equal(code, await fixture.CodeOfAsync(form));
        Assert.Equal(30, fixture.Books().Status);
    }

    [Fact]
    public async Task What_is_no_form_post_is_not_taken()
    {
        await using var fixture = await GatewaySimulatorFixture.StartAsync();
        var form = fixture.Query();
        form["sign"] = TopSignature.Expect("hmac-sha256", "helloworld", form)!;
        var body = GatewaySimulatorFixture.Encode(form);
        async Task<string?> Code(Task<HttpResponseMessage> sending)
        {
            using var answer = await sending;
            return XDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Root!.Element("code")?.Value;
        }
        Assert.Equal("9", await Code(fixture.SendAsync(new HttpRequestMessage(HttpMethod.Get, "router/rest?" + body))));
        Assert.Equal("9", await Code(fixture.PostAsync("", path: "router/rest?" + body)));
        using var json = await fixture.PostAsync(body, "application/json");
        Assert.Contains("\"code\":9", await json.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var right = await fixture.PostAsync(body, "application/x-www-form-urlencoded;charset=UTF-8");
        Assert.Contains("tvm_bus_order_line_info", await right.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("43", await Code(fixture.PostAsync("a=%E5")));
        Assert.Equal("43", await Code(fixture.PostAsync("a=%5")));
        Assert.Equal("43", await Code(fixture.PostAsync("a=1&a=2")));
        Assert.Equal("43", await Code(fixture.PostAsync("a")));
    }

    [Fact]
    public async Task Xml_and_simplified_answers_do_not_lose_a_passenger()
    {
        await using var fixture = await GatewaySimulatorFixture.StartAsync();
        var form = fixture.Query();
        form.Remove("format");
        form["sign"] = TopSignature.Expect("hmac-sha256", "helloworld", form)!;
        using var answer = await fixture.PostAsync(GatewaySimulatorFixture.Encode(form));
        var xml = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.EndsWith("-->", xml, StringComparison.Ordinal);
        Assert.Equal(["张三", "李四"], XDocument.Parse(xml).Root!.Descendants("rider_name").Select(e => e.Value));
        var simple = fixture.Query();
        simple["simplify"] = "true";
        var json = await fixture.SendAsync(simple);
        Assert.Equal(2, json["tvm_bus_order_line_info"]!["passengers"]!.AsArray().Count);
        Assert.Equal("意外险", (string?)json["tvm_bus_order_line_info"]!["passengers"]![0]!["tvm_insurance_infos"]![0]!["insure_name"]);
    }

    [Fact]
    public async Task A_packed_answer_is_not_sent_to_who_did_not_ask()
    {
        await using var fixture = await GatewaySimulatorFixture.StartAsync();
        var form = fixture.Query();
        form["sign"] = TopSignature.Expect("hmac-sha256", "helloworld", form)!;
        using var plain = await fixture.PostAsync(GatewaySimulatorFixture.Encode(form));
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        Assert.NotNull(plain.Headers.Date);
        var request = new HttpRequestMessage(HttpMethod.Post, "router/rest") { Content = new StringContent(GatewaySimulatorFixture.Encode(form), Encoding.UTF8, "application/x-www-form-urlencoded") };
        request.Headers.Add("Accept-Encoding", "gzip");
        using var packed = await fixture.SendAsync(request);
        Assert.Equal(["gzip"], packed.Content.Headers.ContentEncoding);
        await using var unpacked = new GZipStream(await packed.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken), CompressionMode.Decompress);
        Assert.NotNull(await JsonNode.ParseAsync(unpacked, cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_second_report_is_neither_applied_nor_overlooked()
    {
        await using var fixture = await GatewaySimulatorFixture.StartAsync();
        var first = fixture.Report();
        Assert.Equal("0", await fixture.ResultOfAsync(first));
        Assert.Equal(("success", 50, 0), (fixture.Books().Outcome, fixture.Books().Status, fixture.Books().DuplicateReports));
        Assert.Equal("ORDER_STATUS_ERROR", await fixture.ResultOfAsync(first));
        Assert.Empty(fixture.Books().Contradictions);
        Assert.Equal(1, fixture.Books().DuplicateReports);
        first["ticket_gate"] = "7";
        await fixture.ResultOfAsync(first);
        Assert.Contains("ticket_gate", Assert.Single(fixture.Books().Contradictions), StringComparison.Ordinal);
        Assert.Equal("ORDER_STATUS_ERROR", await fixture.ResultOfAsync(fixture.Report(success: false)));
        Assert.Equal(2, fixture.Books().Contradictions.Count);
        Assert.Equal(("success", 50, 4), (fixture.Books().Outcome, fixture.Books().Status, fixture.Books().Reports.Count));
    }

    [Fact]
    public async Task A_failure_does_not_leave_the_passenger_without_a_refund()
    {
        await using var fixture = await GatewaySimulatorFixture.StartAsync();
        Assert.Equal("0", await fixture.ResultOfAsync(fixture.Report(success: false)));
        var order = (await fixture.SendAsync(fixture.Query()))["bus_tvmqueryorder_get_response"]!["tvm_bus_order_line_info"]!;
        Assert.Equal(-1, (int?)order["order_status"]);
        Assert.Equal(40, (int?)order["refunds"]!["tvm_refund_apply"]![0]!["refund_status"]);
        Assert.Equal("failed", fixture.Books().Outcome);
        Assert.Equal("ORDER_STATUS_ERROR", await fixture.ResultOfAsync(fixture.Report()));
        Assert.Equal(["success after failure"], fixture.Books().Contradictions);
    }

    [Fact]
    public async Task Passengers_that_are_not_the_orders_do_not_pass_unseen()
    {
        await using var fixture = await GatewaySimulatorFixture.StartAsync();
        var form = fixture.Report();
        form["passengers"] = "[{\"agent_ticket_id\":\"1\"}]";
        Assert.Equal("PARAM_CHECK_PASSENGER_COUNT", await fixture.ResultOfAsync(form));
        form["passengers"] = "[{\"agent_ticket_id\":\"1\"},{}]";
        Assert.Equal("PARAM_CHECK_LACK_TICKET_ID", await fixture.ResultOfAsync(form));
        form["passengers"] = "[{\"agent_ticket_id\":\"1\",\"rider_name\":\"张三\"},{\"agent_ticket_id\":\"2\",\"rider_name\":\"李五\"}]";
        form["pay_mode"] = "CASH";
        Assert.Equal("0", await fixture.ResultOfAsync(form));
        Assert.Equal(2, fixture.Books().Contradictions.Count);
    }

    [Theory]
    [InlineData("bus-1", 1), InlineData("bus-2", 2), InlineData("bus-3", 3), InlineData("bus-20", 20)]
    public void A_sample_order_is_not_incomplete(string name, int tickets)
    {
        Assert.Contains(name, OrderFile.Samples);
        var order = OrderFile.Sample(name, TimeProvider.System.GetUtcNow());
        Assert.Equal(tickets, OrderFile.Passengers(order).Count);
        Assert.Equal(tickets, OrderFile.Number(order, "ticket_count"));
        Assert.Equal(30, OrderFile.Number(order, "order_status"));
        Assert.Equal(tickets, OrderFile.Passengers(order).Select(p => OrderFile.Text(p, "agent_ticket_id")).Distinct().Count());
    }

    [Theory]
    [InlineData("[]"), InlineData("{}"), InlineData("{\"alitrip_order_id\":\"1\"}"), InlineData("{\"order_status\":30}"), InlineData("null")]
    public void A_file_that_is_no_order_is_not_taken_for_one(string json) =>
        Assert.Throws<FormatException>(() => OrderFile.Parse(JsonNode.Parse(json), TimeProvider.System.GetUtcNow()));

    [Fact]
    public void An_order_without_wrappers_is_not_another_order()
    {
        var bare = OrderFile.Parse(JsonNode.Parse("""{"alitrip_order_id":7,"order_status":"30","passengers":[{"rider_name":"a","tvm_insurance_infos":[{}]}],"refunds":[]}"""), default);
        Assert.Equal("7", OrderFile.Text(bare, "alitrip_order_id"));
        Assert.Equal("a", OrderFile.Text(OrderFile.Passengers(bare).Single(), "rider_name"));
        Assert.NotNull(OrderFile.Passengers(bare).Single()["tvm_insurance_infos"]!["tvm_insurance_info"]);
    }
}
