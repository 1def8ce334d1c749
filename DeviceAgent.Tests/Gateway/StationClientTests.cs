using System.Text.Json.Nodes;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Station;
using DeviceAgent.Simulator.Station;
using Microsoft.Extensions.Logging.Abstractions;
using Options = DeviceAgent.Platform.Station.StationOptions;
using ReturnDecision = DeviceAgent.Platform.Station.ReturnDecision;

namespace DeviceAgent.Tests.Gateway;

/// <summary>Our client against the station that plays the contract by its own reading of it.</summary>
public sealed class StationClientTests : IAsyncLifetime
{
    private const string Token = "tok-1";
    private SimulatedStation _station = null!;
    private HttpClient _http = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _station = await SimulatedStation.StartAsync(new() { Token = Token }, TimeProvider.System);
        _http = new() { Timeout = Timeout.InfiniteTimeSpan };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _station.DisposeAsync();
    }

    private StationClient Client(string? token = Token, TimeSpan? timeout = null) =>
        new(_http, new Options { Url = _station.Url, Timeout = timeout ?? TimeSpan.FromSeconds(20) }, () => token, TimeProvider.System, NullLogger<StationClient>.Instance);

    private static AllocationRequest Request(string order = "10000241", long attempt = 1) => new()
    {
        OrderNumber = order,
        Kiosk = "K-1",
        Attempt = attempt,
        Journey = "bus",
        AgentOrderNumber = "A-1",
        Trip = new("PT122", "六里桥", "33444", "天津站", new(2026, 11, 27, 8, 30, 0, TimeSpan.FromHours(8))),
        Passengers = [new("张三", "1", "111213199010105678", null, null), new("李四", null, null, null, "7")],
    };

    [Fact]
    public async Task Each_passenger_gets_a_ticket_and_the_same_one_again()
    {
        var first = (await Client().AllocateAsync(Request(), Stop)).Value!;
        Assert.Equal([0, 1], first.Tickets!.Select(t => t.Passenger));
        Assert.All(first.Tickets!, t => Assert.NotEmpty(t.TicketNumber));
        Assert.Equal(first.Tickets, (await Client().AllocateAsync(Request(), Stop)).Value!.Tickets);
        Assert.Equal(first.Tickets!.Select(t => t.TicketNumber), _station.Books.Find("10000241")!.Tickets.Select(t => t.TicketNumber));
        Assert.NotNull((await Client().ConfirmAsync(new("10000241", "K-1", 1), Stop)).Value);
        Assert.NotNull((await Client().ConfirmAsync(new("10000241", "K-1", 1), Stop)).Value);
        var late = await Client().ReleaseAsync(new("10000241", "K-1", 1, "late"), Stop);
        Assert.Equal((TopRemedy.Park, "http-409"), (late.Fault!.Remedy, late.Fault.Code));
        Assert.Single(_station.Books.Contradictions);
    }

    [Fact]
    public async Task A_late_release_gives_nothing_of_a_newer_attempt_back()
    {
        await Client().AllocateAsync(Request(), Stop);
        var again = (await Client().AllocateAsync(Request(attempt: 2), Stop)).Value!;
        Assert.NotNull((await Client().ReleaseAsync(new("10000241", "K-1", 1, "late"), Stop)).Value);
        Assert.Equal(again.Tickets, (await Client().AllocateAsync(Request(attempt: 2), Stop)).Value!.Tickets);
        Assert.NotNull((await Client().ReleaseAsync(new("10000241", "K-1", 2, "given up"), Stop)).Value);
        Assert.Empty(_station.Books.Contradictions);
    }

    [Fact]
    public async Task What_never_reached_the_station_is_given_back_without_complaint_and_confirmed_with_one()
    {
        Assert.NotNull((await Client().ReleaseAsync(new("404", "K-1", 1, "never came"), Stop)).Value);
        Assert.Equal(TopRemedy.Park, (await Client().ConfirmAsync(new("404", "K-1", 1), Stop)).Fault!.Remedy);
    }

    public static TheoryData<int> Faults() => [.. Enum.GetValues<StationFaultKind>().Where(k => k is not StationFaultKind.Refuse and not StationFaultKind.Slow).Select(k => (int)k)];

    [Theory, MemberData(nameof(Faults))]
    public async Task A_fault_of_the_line_is_asked_again_and_never_taken_for_an_answer(int kind)
    {
        _station.Faults.Script((StationFaultKind)kind);
        var fault = (await Client().AllocateAsync(Request(), Stop)).Fault;
        Assert.Equal((TopRemedy.Retry, true), (fault!.Remedy, fault.MayHaveBeenApplied));
        Assert.Equal(2, (await Client().AllocateAsync(Request(), Stop)).Value!.Tickets!.Count);
    }

    [Fact]
    public async Task A_refusal_is_an_answer_and_brings_the_stations_words()
    {
        _station.Faults.Script(StationFaultKind.Refuse);
        var answer = (await Client().AllocateAsync(Request(), Stop)).Value!;
        Assert.Null(answer.Tickets);
        Assert.NotEmpty(answer.Refusal!);
    }

    [Fact]
    public async Task A_wrong_token_is_the_configurations_fault()
    {
        foreach (var token in new[] { null, "wrong" }) Assert.Equal(TopRemedy.Configuration, (await Client(token).AllocateAsync(Request(), Stop)).Fault!.Remedy);
    }

    [Fact]
    public async Task A_station_that_does_not_answer_in_time_is_silence()
    {
        _station.Faults.Script(StationFaultKind.Slow, length: TimeSpan.FromSeconds(30));
        Assert.Equal("timeout", (await Client(timeout: TimeSpan.FromSeconds(1)).AllocateAsync(Request(), Stop)).Fault!.Code);
        await _station.GoDownAsync();
        Assert.Equal("network", (await Client().AllocateAsync(Request(), Stop)).Fault!.Code);
    }

    [Fact]
    public async Task A_ticket_that_is_returned_twice_is_decided_once()
    {
        _station.Books.AddIssued(new JsonObject
        {
            ["alitrip_order_id"] = "10000241",
            ["agent_order_id"] = "A380",
            ["order_status"] = 50,
            ["total_price"] = 2000,
            ["passengers"] = new JsonObject { ["tvm_passenger_vo"] = new JsonArray(new JsonObject { ["agent_ticket_id"] = "T1", ["rider_name"] = "张三", ["ticket_price"] = 1000 }) },
            ["tvm_bus_line_info"] = new JsonObject { ["bus_number"] = "PT122", ["dep_time"] = "2026-11-27 08:30:00" },
        });
        var request = new ReturnRequest("10000241", "T1", "K-1", "A380", "张三");
        var first = (await Client().ReturnAsync(request, Stop)).Value!;
        Assert.Equal(ReturnDecision.Returned, first.Decision);
        Assert.Equal(first, (await Client().ReturnAsync(request, Stop)).Value);
        Assert.Equal(TopRemedy.Retry, (await Client().ReturnAsync(request with { OrderNumber = "404" }, Stop)).Fault!.Remedy);
    }

    [Theory]
    [InlineData("""{"tickets":[]}""")]
    [InlineData("""{"tickets":[{"passenger":0,"ticket_number":"1"}]}""")]
    [InlineData("""{"tickets":[{"passenger":0,"ticket_number":"1"},{"passenger":0,"ticket_number":"2"}]}""")]
    [InlineData("""{"tickets":[{"passenger":0,"ticket_number":"1"},{"passenger":2,"ticket_number":"2"}]}""")]
    [InlineData("""{"tickets":[{"passenger":0,"ticket_number":"1"},{"passenger":1,"ticket_number":""}]}""")]
    [InlineData("""{"tickets":[{"passenger":0,"ticket_number":"1"},{"passenger":1,"ticket_number":"\u001b[2J"}]}""")]
    [InlineData("""{"tickets":[null,null]}""")]
    [InlineData("""{}""")]
    [InlineData("""[]""")]
    [InlineData("""{"tickets":""")]
    public void Half_an_allocation_is_never_taken_for_one(string body) => Assert.Null(StationJson.ReadTickets(System.Text.Encoding.UTF8.GetBytes(body), 2));

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"decision":"maybe"}""")]
    [InlineData("""{"decision":"returned","refund_amount_fen":-1}""")]
    [InlineData("""{"decision":"returned","returned_at":"yesterday"}""")]
    [InlineData("""{"decision":"returned","agent_order_number":"a\nb"}""")]
    public void Half_a_decision_is_never_taken_for_one(string body) => Assert.Null(StationJson.ReadReturn(System.Text.Encoding.UTF8.GetBytes(body), default));
}
