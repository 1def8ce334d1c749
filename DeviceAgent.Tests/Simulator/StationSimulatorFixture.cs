using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Station;

namespace DeviceAgent.Tests.Simulator;

/// <summary>A running station and a plain HTTP client, written without either side's code.</summary>
internal sealed class StationSimulatorFixture : IAsyncDisposable
{
    public const string Order = "1000024102";

    private readonly HttpClient _http = new();

    public SimulatedStation Station { get; private set; } = null!;

    public string? Token { get; set; }

    public StationOrder Books => Station.Books.Find(Order)!;

    public static async Task<StationSimulatorFixture> StartAsync(TimeProvider? time = null, string? token = null)
    {
        var fixture = new StationSimulatorFixture { Token = token };
        fixture.Station = await SimulatedStation.StartAsync(new StationOptions { Token = token }, time ?? TimeProvider.System);
        return fixture;
    }

    public static JsonObject Sale(long attempt = 1, string kiosk = "K-1", int passengers = 2) => new()
    {
        ["kiosk"] = kiosk,
        ["attempt"] = attempt,
        ["journey"] = "bus",
        ["agent_order_number"] = "A380",
        ["trip"] = new JsonObject { ["number"] = "K2102", ["from_station"] = "杭州客运中心站", ["from_station_id"] = "33444", ["to_station"] = "上海", ["departs_at"] = "2026-11-27T08:30:00+08:00" },
        ["passengers"] = new JsonArray([.. Enumerable.Range(0, passengers).Select(i => new JsonObject { ["name"] = i == 0 ? "张三" : "李四", ["certificate_type"] = "1", ["certificate_number"] = $"33010{i}" })]),
    };

    public static JsonObject Who(long attempt = 1, string kiosk = "K-1", string? reason = null)
    {
        var body = new JsonObject { ["kiosk"] = kiosk, ["attempt"] = attempt };
        if (reason is not null) body["reason"] = reason;
        return body;
    }

    public Task<(int Status, JsonObject? Body)> AllocateAsync(JsonObject sale, string order = Order) => SendAsync("PUT", $"allocations/{order}", sale.ToJsonString());

    public async Task<int> ConfirmAsync(long attempt = 1, string kiosk = "K-1", string order = Order) => (await SendAsync("POST", $"allocations/{order}/confirm", Who(attempt, kiosk).ToJsonString())).Status;

    public async Task<int> ReleaseAsync(long attempt = 1, string kiosk = "K-1", string order = Order) =>
        (await SendAsync("POST", $"allocations/{order}/release", Who(attempt, kiosk, "printer").ToJsonString())).Status;

    public Task<(int Status, JsonObject? Body)> ReturnAsync(string code, string kiosk = "K-1") => SendAsync("PUT", $"returns/{code}", new JsonObject { ["kiosk"] = kiosk }.ToJsonString());

    public async Task<(int Status, JsonObject? Body)> SendAsync(string method, string path, string body, string type = "application/json")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Station.Url, path)) { Content = new StringContent(body, Encoding.UTF8, type) };
        if (Token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, text.Length == 0 ? null : (JsonObject?)JsonNode.Parse(text));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Station.DisposeAsync();
    }
}
