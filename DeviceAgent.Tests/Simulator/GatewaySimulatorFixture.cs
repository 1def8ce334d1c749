using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;

namespace DeviceAgent.Tests.Simulator;

/// <summary>A running gateway and a plain HTTP client that signs as the documents say, written without either side's code.</summary>
internal sealed class GatewaySimulatorFixture : IAsyncDisposable
{
    public const string TwoPassengers = "1000024102";
    private readonly string _folder = Directory.CreateTempSubdirectory("gateway-").FullName;
    private HttpClient _http = new();

    private GatewaySimulatorFixture(TimeProvider time) => Time = time;

    public TimeProvider Time { get; }

    public SimulatedGateway Gateway { get; private set; } = null!;

    public static async Task<GatewaySimulatorFixture> StartAsync(TimeProvider? time = null)
    {
        var fixture = new GatewaySimulatorFixture(time ?? TimeProvider.System);
        var socket = Path.Combine(fixture._folder, "gateway.sock");
        fixture.Gateway = await SimulatedGateway.StartAsync(new GatewayOptions { SocketPath = socket }, fixture.Time);
        fixture.Gateway.Ledger.Add(OrderFile.Sample("bus-2", fixture.Time.GetUtcNow()));
        fixture._http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancel);
                return new NetworkStream(connection, ownsSocket: true);
            },
        })
        { BaseAddress = new Uri("http://gateway/") };
        return fixture;
    }

    public Dictionary<string, string> Query(string order = TwoPassengers) => Public("taobao.bus.tvmqueryorder.get", order);

    public Dictionary<string, string> Report(bool success = true, string order = TwoPassengers)
    {
        var form = Public("taobao.bus.tvmbookorder.set", order);
        form["book_time"] = Moment();
        form["success"] = success ? "true" : "false";
        form["pay_mode"] = "ALIPAY";
        return form;
    }

    /// <summary>A call of an API with one complex parameter; with a session where the API takes one.</summary>
    public Dictionary<string, string> Call(string method, string parameter, JsonNode content, bool session = false)
    {
        var form = Public(method);
        if (!session) form.Remove("session");
        form[parameter] = content.ToJsonString();
        return form;
    }

    public string Moment() => Time.GetUtcNow().ToOffset(TimeSpan.FromHours(8)).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>Signs and sends; gives the parsed JSON answer.</summary>
    public async Task<JsonObject> SendAsync(Dictionary<string, string> form)
    {
        form["sign"] = TopSignature.Expect(form.GetValueOrDefault("sign_method", "md5"), "helloworld", form)!;
        using var answer = await PostAsync(Encode(form));
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.AsObject();
    }

    public Task<HttpResponseMessage> PostAsync(string body, string type = "application/x-www-form-urlencoded", string path = "router/rest") =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(Encoding.Latin1.GetBytes(body)) { Headers = { { "Content-Type", type } } } });

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _http.SendAsync(request, TestContext.Current.CancellationToken);

    public static string Encode(Dictionary<string, string> form) => string.Join('&', form.Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value)}"));

    /// <summary>The code of the error_response; null when the API answered.</summary>
    public async Task<int?> CodeOfAsync(Dictionary<string, string> form) => (int?)(await SendAsync(form))["error_response"]?["code"];

    public async Task<string?> ResultOfAsync(Dictionary<string, string> form) => (string?)(await SendAsync(form))["bus_tvmbookorder_set_response"]?["result_code"];

    public LedgerOrder Books(string order = TwoPassengers) => Gateway.Ledger.Find(order)!;

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Gateway.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private Dictionary<string, string> Public(string method, string order)
    {
        var form = Public(method);
        form["alitrip_order_id"] = order;
        return form;
    }

    private Dictionary<string, string> Public(string method) => new()
    {
        ["method"] = method,
        ["app_key"] = "12345678",
        ["session"] = "test",
        ["timestamp"] = Moment(),
        ["format"] = "json",
        ["v"] = "2.0",
        ["sign_method"] = "hmac-sha256",
    };
}
