using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Simulator;

/// <summary>Every fault meets every API that changes something, and the answers have the documents' form.</summary>
public sealed class GatewayApiFaultTests
{
    public static TheoryData<string, string> EveryFault => [.. from api in TopApi.All where api != TopApi.QueryOrder from kind in Enum.GetNames<GatewayFaultKind>() select (api.Name, kind)];

    public static TheoryData<string> EveryApi => [.. TopApi.All.Select(a => a.Name)];

    [Theory, MemberData(nameof(EveryFault))]
    public async Task A_fault_does_not_change_what_is_applied(string method, string fault)
    {
        var time = new VirtualTime();
        await using var fixture = await SoldAsync(time);
        var kind = Enum.Parse<GatewayFaultKind>(fault);
        fixture.Gateway.Faults.Script(kind, method, length: TimeSpan.FromSeconds(5));
        var sending = SendAsync(fixture, method);
        if (kind == GatewayFaultKind.Slow) await UntilAsync(() => time.UntilNextTimer is not null);
        if (kind == GatewayFaultKind.Slow) time.Advance(TimeSpan.FromSeconds(5));
        var told = await sending;
        Assert.Equal(kind switch
        {
            GatewayFaultKind.Slow or GatewayFaultKind.DownAfterAnswer => "yes",
            GatewayFaultKind.LoseRequest or GatewayFaultKind.LoseAnswer => "nothing",
            GatewayFaultKind.BadGateway => "502",
            GatewayFaultKind.ExpiredSession => "error 27",
            GatewayFaultKind.WrongClock => "error 31",
            GatewayFaultKind.ServiceUnavailable or GatewayFaultKind.Refuse => "error 15",
            _ => "no",
        }, told);
        Assert.Equal(kind is GatewayFaultKind.Slow or GatewayFaultKind.LoseAnswer or GatewayFaultKind.DownAfterAnswer, IsApplied(fixture, method));
    }

    [Fact]
    public async Task A_ban_and_a_clock_that_is_off_do_not_spare_an_API()
    {
        await using var fixture = await SoldAsync(new VirtualTime());
        fixture.Gateway.Faults.Ban(TimeSpan.FromSeconds(30));
        foreach (var api in TopApi.All) Assert.Equal("error 7", await SendAsync(fixture, api.Name));
        fixture.Gateway.Faults.Clear();
        fixture.Gateway.Faults.ClockOffset = TimeSpan.FromHours(1);
        foreach (var api in TopApi.All) Assert.Equal("error 31", await SendAsync(fixture, api.Name));
        Assert.DoesNotContain(TopApi.All, a => a != TopApi.QueryOrder && IsApplied(fixture, a.Name));
    }

    [Fact]
    public async Task A_request_is_not_announced_without_its_order()
    {
        await using var fixture = await SoldAsync(new VirtualTime());
        ConcurrentQueue<(string?, string?)> received = [];
        ConcurrentQueue<string?> results = [];
        fixture.Gateway.Received += (method, order) => received.Enqueue((method, order));
        fixture.Gateway.Finished += request => results.Enqueue(request.ResultCode);
        foreach (var api in TopApi.All)
        {
            Assert.Equal("yes", await SendAsync(fixture, api.Name));
            await UntilAsync(() => results.Count == received.Count);
        }
        Assert.Equal(
            [
                ("taobao.bus.tvmqueryorder.get", "1000024102"), ("taobao.bus.tvmbookorder.set", "1000024102"), ("taobao.bus.agent.returnticket.confirm", "A1"),
                ("alitrip.ship.order.notify", "3892200000101"), ("alitrip.btrip.supplychain.train.callback.book", "123456701"),
            ],
            received);
        Assert.Equal(["0", "0", "0", "0", "200"], results);
    }

    // The elements of the documents' XML examples, in their order.
    private static readonly Dictionary<string, string> Examples = new()
    {
        ["taobao.bus.tvmbookorder.set"] = "bus_tvmbookorder_set_response result_code result_msg is_success",
        ["taobao.bus.agent.returnticket.confirm"] = "bus_agent_returnticket_confirm_response result_code result_msg is_success",
        ["alitrip.ship.order.notify"] = "alitrip_ship_order_notify_response ret_code ret_msg ret_success",
        ["alitrip.btrip.supplychain.train.callback.book"] = "alitrip_btrip_supplychain_train_callback_book_response data order_id supplier_order_id result_code status result_msg",
        ["taobao.bus.tvmqueryorder.get"] = "bus_tvmqueryorder_get_response result_code result_msg is_success tvm_bus_order_line_info",
    };

    [Theory, MemberData(nameof(EveryApi))]
    public async Task An_answer_in_xml_does_not_differ_from_the_documents_example(string method)
    {
        foreach (var format in (string?[])["xml", null])
        {
            await using var fixture = await SoldAsync(new VirtualTime());
            var form = Call(fixture, method);
            form.Remove("format");
            if (format is not null) form["format"] = format;
            form["sign"] = TopSignature.Expect("hmac-sha256", "helloworld", form)!;
            using var answer = await fixture.PostAsync(GatewaySimulatorFixture.Encode(form));
            var xml = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.EndsWith("_response><!--top011184081134.na62-->", xml, StringComparison.Ordinal);
            var names = XDocument.Parse(xml).Root!.DescendantsAndSelf().Select(e => e.Name.LocalName).ToArray();
            Assert.Equal("request_id", names[^1]);
            Assert.StartsWith(Examples[method], string.Join(' ', names), StringComparison.Ordinal);
            if (method != "taobao.bus.tvmqueryorder.get") Assert.Equal(Examples[method] + " request_id", string.Join(' ', names));
        }
    }

    [Fact]
    public async Task A_refusal_in_xml_does_not_choke_on_what_it_quotes()
    {
        await using var fixture = await SoldAsync(new VirtualTime());
        var form = Call(fixture, "alitrip.ship.order.notify");
        form.Remove("format");
        form["confirm_book_r_q"] = "{\"a\\u0000\\ufffe<&\":1}";
        form["sign"] = TopSignature.Expect("hmac-sha256", "helloworld", form)!;
        using var answer = await fixture.PostAsync(GatewaySimulatorFixture.Encode(form));
        var error = XDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Root!;
        Assert.Equal(("error_response", "Invalid arguments:confirm_book_r_q.a??<&"), (error.Name.LocalName, error.Element("msg")!.Value));
    }

    private static async Task<GatewaySimulatorFixture> SoldAsync(VirtualTime time)
    {
        var fixture = await GatewaySimulatorFixture.StartAsync(time);
        var ledger = fixture.Gateway.Ledger;
        var issued = OrderFile.Sample("bus-1", time.GetUtcNow());
        (issued["agent_order_id"], issued["order_status"]) = ("A1", 50);
        ledger.Add(issued);
        ledger.Ships.Add(JobFile.Sample("ship-1", time.GetUtcNow()));
        ledger.Trains.Add(JobFile.Sample("train-1", time.GetUtcNow()));
        return fixture;
    }

    private static Dictionary<string, string> Call(GatewaySimulatorFixture fixture, string method)
    {
        var now = fixture.Time.GetUtcNow();
        return method switch
        {
            "taobao.bus.tvmqueryorder.get" => fixture.Query(),
            "taobao.bus.tvmbookorder.set" => fixture.Report(),
            "taobao.bus.agent.returnticket.confirm" => fixture.Call(method, "param_agent_confirm_return_r_q",
                new JsonObject { ["agent_order_id"] = "A1", ["agent_return_ticket_status"] = 1, ["agent_return_ticket_type"] = 1 }),
            "alitrip.ship.order.notify" => fixture.Call(method, "confirm_book_r_q", JobFile.Sample("ship-1", now)["report"]!, session: true),
            _ => fixture.Call(method, "book_callback_param", GatewayTrainTests.Encrypted((JsonObject)JobFile.Sample("train-1", now)["report"]!)),
        };
    }

    private static async Task<string> SendAsync(GatewaySimulatorFixture fixture, string method)
    {
        var form = Call(fixture, method);
        form["sign"] = TopSignature.Expect("hmac-sha256", "helloworld", form)!;
        try
        {
            using var response = await fixture.PostAsync(GatewaySimulatorFixture.Encode(form));
            if (response.StatusCode != HttpStatusCode.OK) return ((int)response.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
            var (name, answer) = JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsObject().Single();
            if (name == "error_response") return $"error {answer!["code"]}";
            return (answer!["is_success"] ?? answer["ret_success"] ?? answer["status"])!.ToString() == "true" ? "yes" : "no";
        }
        catch (HttpRequestException)
        {
            return "nothing";
        }
    }

    private static bool IsApplied(GatewaySimulatorFixture fixture, string method)
    {
        var ledger = fixture.Gateway.Ledger;
        return method switch
        {
            "taobao.bus.tvmbookorder.set" => fixture.Books().Outcome == "success",
            "taobao.bus.agent.returnticket.confirm" => ledger.Orders.Single(o => o.Status == 50 && o.OrderNumber != GatewaySimulatorFixture.TwoPassengers).Returns.Any(r => r.Applied),
            "alitrip.ship.order.notify" => ledger.Ships.Orders.Single().Outcome == "success",
            _ => ledger.Trains.Orders.Single().Outcome == "success",
        };
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        while (!condition()) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
    }
}
