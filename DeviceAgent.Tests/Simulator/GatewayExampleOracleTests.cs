using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Tests.Oracles;

namespace DeviceAgent.Tests.Simulator;

/// <summary>Independent clients of the platform, from npm, send each API document's example request; the simulator must read the same values.</summary>
public sealed class GatewayExampleOracleTests
{
    private static readonly (string Method, string Parameter, bool Session, string Json)[] Examples =
    [
        ("taobao.bus.agent.returnticket.confirm", "param_agent_confirm_return_r_q", false,
            """
            {"agent_order_id":"A380","agent_return_ticket_status":1,"agent_return_ticket_type":0,"agent_ticket_id":"B737","come_from":"agentX","passenger_name":"张三",
             "refund_amount":"10.0","isign":"\"\"","success_time":"2018-07-01 07:07:07"}
            """),
        ("alitrip.ship.order.notify", "confirm_book_r_q", true,
            """
            {"agent_order_id":"13334099888","alitrip_order_id":"3892200000033","fetch_tickets_address":"人民广场信息","fetch_tickets_number":"344420","fetch_tickets_pwd":"4502039",
             "main_biz_order_id":3892200000033,"message":"短信内容","order_attr":"json属性",
             "passenger_list":[{"passenger_cert_no":"212100198902171763","passenger_cert_type":"1","passenger_id":"30303029","passenger_name":"罗大佑",
               "ticket_list":[{"e_ticket_no":"e3393939","ticket_desc":"票描述","ticket_id":"29018383839","ticket_no":"3404040","ticket_price":100,"ticket_pwd":"22d9d9d","ticket_seat_no":"坐席号",
                 "ticket_status":"1","ticket_sub_type":"11","ticket_title":"票标题","ticket_type":"1","ext_attr":"json属性","expire_time":"2019-12-20 00:00:00"}]}],
             "success":true,"ticket_count":3,"ticket_wicket":"xx检票口","total_price":23000,"failed_code":"参考错误码文档"}
            """),
        ("alitrip.btrip.supplychain.train.callback.book", "book_callback_param", false,
            """
            {"book_train_details":[{"to_station_name":"上海","arrive_time":"2022-10-28 12:00:00","order_total_price":"1000","train_date":"2022-10-28","from_station_name":"北京","ticket_num":"1",
               "to_station_code":"SHH",
               "book_ticket_details":[{"resign_flag":"1","coach_no":"01","ticket_price":"1000","ticket_entrance":"{\"0\":\"xx检票口\"}",
                 "passenger_info":{"passenger_name":"张三","passenger_mobile":"1667xx87xxx","passenger_id_no":"432524100011191212","passenger_id_type":"0","country_code":"CN","sex":"0",
                   "passenger_id":"123452","valid_date_start":"2000-12-12","birth_date":"1000-11-19","valid_date_end":"2030-12-12"},
                 "ticket_type":"1","seat_type":"1","ticket_status":"11","refund_flag":"0","seat_name":"硬座","change_flag":"1","seat_no":"001","passenger_ticket_no":"EW123123212",
                 "fail_code":"1001","fail_reason":"车次已无票"}],
               "train_no":"T123","from_station_code":"BJP","start_time":"2022-10-10 12:00:00","train_id":"车次id"}],
             "supplier_order_id":"987654321","ticket_no":"EW123452","order_id":"123456789","order_status":"11","purchase_type":"2","fail_code":"1001","fail_reason":"车次已无票"}
            """),
    ];

    private const string Passengers =
        """
        [{"agent_eticket":"\"\"","agent_ticket_id":"00001002","full_price":1100,"has_children":false,"rider_cert_number":"111213199010105678","rider_cert_type":"1","rider_name":"张三",
          "seat_number":"20","service_charge":0,"ticket_price":1000}]
        """;

    private static readonly Dictionary<string, string> BusReport = new()
    {
        ["alitrip_order_id"] = "10000241",
        ["book_time"] = "2017-03-03 11:22:33",
        ["success"] = "true",
        ["pay_mode"] = "ALIPAY",
        ["fetch_phone"] = "17701011234",
        ["passengers"] = Passengers,
        ["support_eticket"] = "false",
        ["ticket_gate"] = "12F",
    };

    [Theory]
    [InlineData("node-taobao-topclient")]
    [InlineData("topsdk")]
    public async Task A_documents_example_is_not_read_as_anything_else(string client)
    {
        NpmOracle.Require();
        await using var gateway = await SimulatedGateway.StartAsync(new GatewayOptions(), TimeProvider.System);
        Sell(gateway.Ledger);
        var answers = await CallAsync(client, gateway.Url);
        Assert.Equal("1212", (string?)answers[0]!["tvm_bus_order_line_info"]!["alitrip_order_id"]);
        Assert.Equal("0", (string?)answers[1]!["result_code"]);
        Assert.Equal("0", (string?)answers[2]!["result_code"]);
        Assert.Equal("0", (string?)answers[3]!["ret_code"]);
        Assert.Equal(("200", "987654321"), ((string?)answers[4]!["result_code"], (string?)answers[4]!["data"]!["supplier_order_id"]));

        var report = gateway.Ledger.Find("10000241")!.Reports.Single();
        foreach (var (name, value) in BusReport) Assert.Equal(value, report.Fields[name]);
        AssertSame(Examples[0].Json, gateway.Ledger.Find("380")!.Returns.Single().Content);
        AssertSame(Examples[1].Json, gateway.Ledger.Ships.Orders.Single().Reports.Single().Content);
        AssertSame(Examples[2].Json, gateway.Ledger.Trains.Orders.Single().Reports.Single().Content);
        // The document's own example counts three tickets and lists one.
        Assert.Equal(["ticket_count 3, 1 tickets listed"], gateway.Ledger.Ships.Orders.Single().Contradictions);
        Assert.Empty(gateway.Ledger.Trains.Orders.Single().Contradictions);
        Assert.All(gateway.Ledger.Orders, o => Assert.Empty(o.Contradictions));
        Assert.Empty(gateway.Ledger.Strays);
    }

    private static void AssertSame(string json, JsonObject content) => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(json), content), content.ToJsonString());

    private static void Sell(GatewayLedger ledger)
    {
        foreach (var (number, status, agentOrder) in ((string, int, string)[])[("1212", 30, "A1"), ("10000241", 30, "A2"), ("380", 50, "A380")])
        {
            var order = OrderFile.Sample("bus-1", TimeProvider.System.GetUtcNow());
            (order["alitrip_order_id"], order["order_status"], order["agent_order_id"], order["real_pay_mode"]) = (number, status, agentOrder, "ALIPAY");
            var passenger = OrderFile.Passengers(order).Single();
            (passenger["rider_name"], passenger["rider_cert_number"], passenger["rider_cert_type"], passenger["agent_ticket_id"]) = ("张三", "111213199010105678", "1", number == "380" ? "B737" : "00001002");
            ledger.Add(order);
        }
        ledger.Ships.Add(new JsonObject { ["journey"] = "ship", ["report"] = JsonNode.Parse(Examples[1].Json) });
        ledger.Trains.Add(new JsonObject { ["journey"] = "train", ["report"] = JsonNode.Parse(Examples[2].Json) });
    }

    private static async Task<JsonNode?[]> CallAsync(string client, Uri url)
    {
        static JsonObject Call(string method, bool session, IEnumerable<KeyValuePair<string, string>> parameters)
        {
            var values = new JsonObject(parameters.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)JsonValue.Create(p.Value))));
            if (session) values["session"] = "test";
            return new JsonObject { ["method"] = method, ["params"] = values };
        }

        var calls = new JsonArray(Call("taobao.bus.tvmqueryorder.get", true, [KeyValuePair.Create("alitrip_order_id", "1212")]), Call("taobao.bus.tvmbookorder.set", true, BusReport));
        foreach (var (method, parameter, session, json) in Examples)
        {
            var content = JsonNode.Parse(json)!.AsObject();
            if (parameter == "book_callback_param") content = GatewayTrainTests.Encrypted(content);
            calls.Add((JsonNode)Call(method, session, [KeyValuePair.Create(parameter, content.ToJsonString())]));
        }
        var input = new JsonObject { ["client"] = client, ["url"] = url.ToString(), ["appKey"] = "12345678", ["secret"] = "helloworld", ["calls"] = calls };
        var output = await NpmOracle.RunTextAsync("top-client.js", input.ToJsonString(), new Dictionary<string, string> { ["TZ"] = "Asia/Shanghai" });
        var results = JsonNode.Parse(output)!.AsArray();
        Assert.All(results, r => Assert.True(r!["answer"] is not null, r.ToJsonString()));
        return [.. results.Select(r => r!["answer"])];
    }
}
