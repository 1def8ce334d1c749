using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Tests.Oracles;

namespace DeviceAgent.Tests.Simulator;

/// <summary>Independent clients of the platform, from npm, against the gateway simulator.</summary>
public sealed class GatewaySimulatorOracleTests
{
    private const string Passengers = """[{"agent_ticket_id":"024102001","full_price":8600,"has_children":false,"rider_name":"张三"},{"agent_ticket_id":"024102002","rider_name":"李四"}]""";

    [Theory]
    [InlineData("node-taobao-topclient")]
    [InlineData("topsdk")]
    public async Task An_independent_client_is_not_refused_but_one_changed_byte_is(string client)
    {
        NpmOracle.Require();
        await using var gateway = await SimulatedGateway.StartAsync(new GatewayOptions(), TimeProvider.System);
        string AddOrder() => gateway.Ledger.Add(OrderFile.Sample("bus-2", TimeProvider.System.GetUtcNow()));
        var order = AddOrder();
        var results = await CallAsync(client, gateway.Url, order);
        Assert.Equal(order, (string?)results[0]!["answer"]!["tvm_bus_order_line_info"]!["alitrip_order_id"]);
        Assert.Equal("0", (string?)results[1]!["answer"]!["result_code"]);
        Assert.Equal("success", gateway.Ledger.Find(order)!.Outcome);
        Assert.Empty(gateway.Ledger.Find(order)!.Contradictions);

        AddOrder();
        using var http = new HttpClient();
        foreach (var sent in results.Select(r => (string)r!["sent"]!))
        {
            Assert.Contains("sign=", sent, StringComparison.Ordinal);
            for (var i = 0; i < sent.Length; i++)
            {
                var changed = sent[..i] + Another(sent[i]) + sent[(i + 1)..];
                var answer = await PostAsync(http, gateway.Url, changed);
                Assert.True(answer.Contains("error_response", StringComparison.Ordinal), $"taken with byte {i} changed: {changed}");
            }
        }
        Assert.Equal((30, 0, 0), (gateway.Ledger.Find(order)!.Status, gateway.Ledger.Find(order)!.Queries, gateway.Ledger.Find(order)!.Reports.Count));
        Assert.Contains("\"result_code\":\"0\"", await PostAsync(http, gateway.Url, (string)results[1]!["sent"]!), StringComparison.Ordinal);
    }

    private static async Task<JsonArray> CallAsync(string client, Uri url, string order)
    {
        var bookTime = TimeProvider.System.GetUtcNow().ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
        var input = new JsonObject
        {
            ["client"] = client,
            ["url"] = url.ToString(),
            ["appKey"] = "12345678",
            ["secret"] = "helloworld",
            ["calls"] = new JsonArray(
                new JsonObject { ["method"] = "taobao.bus.tvmqueryorder.get", ["params"] = new JsonObject { ["session"] = "test", ["alitrip_order_id"] = order } },
                new JsonObject
                {
                    ["method"] = "taobao.bus.tvmbookorder.set",
                    ["params"] = new JsonObject
                    {
                        ["session"] = "test",
                        ["alitrip_order_id"] = order,
                        ["book_time"] = bookTime,
                        ["success"] = "true",
                        ["pay_mode"] = "ALIPAY",
                        ["passengers"] = Passengers,
                        ["ticket_gate"] = "12F",
                    },
                }),
        };
        var output = await NpmOracle.RunTextAsync("top-client.js", input.ToJsonString(), new Dictionary<string, string> { ["TZ"] = "Asia/Shanghai" });
        return JsonNode.Parse(output)!.AsArray();
    }

    private static char Another(char c) => c switch
    {
        >= '0' and <= '8' => (char)(c + 1),
        >= 'A' and <= 'Y' or >= 'a' and <= 'y' => (char)(c + 1),
        _ => '0',
    };

    private static async Task<string> PostAsync(HttpClient http, Uri url, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.Latin1, "application/x-www-form-urlencoded");
        content.Headers.ContentType!.CharSet = null;
        using var answer = await http.PostAsync(url, content, TestContext.Current.CancellationToken);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
