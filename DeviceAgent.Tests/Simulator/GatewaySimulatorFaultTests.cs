using System.Net;
using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Simulator;

public sealed class GatewaySimulatorFaultTests
{
    private const string BookOrder = "taobao.bus.tvmbookorder.set";

    [Fact]
    public async Task A_lost_answer_does_not_undo_the_report()
    {
        await using var fixture = await GatewaySimulatorFixture.StartAsync();
        fixture.Gateway.Faults.Script(GatewayFaultKind.LoseAnswer, BookOrder);
        Assert.Null(await fixture.CodeOfAsync(fixture.Query()));
        await Assert.ThrowsAsync<HttpRequestException>(() => fixture.ResultOfAsync(fixture.Report()));
        Assert.Equal(50, fixture.Books().Status);
        Assert.Equal("ORDER_STATUS_ERROR", await fixture.ResultOfAsync(fixture.Report()));
    }

    [Fact]
    public async Task A_lost_request_is_not_applied()
    {
        await using var fixture = await GatewaySimulatorFixture.StartAsync();
        fixture.Gateway.Faults.Script(GatewayFaultKind.LoseRequest, BookOrder, times: 2);
        for (var i = 0; i < 2; i++) await Assert.ThrowsAsync<HttpRequestException>(() => fixture.ResultOfAsync(fixture.Report()));
        Assert.Equal(30, fixture.Books().Status);
        Assert.Equal("0", await fixture.ResultOfAsync(fixture.Report()));
    }

    [Theory]
    [InlineData(nameof(GatewayFaultKind.ServiceUnavailable), 15, "isp.remote-service-error")]
    [InlineData(nameof(GatewayFaultKind.ExpiredSession), 27, "invalid-sessionkey")]
    [InlineData(nameof(GatewayFaultKind.WrongClock), 31, null)]
    [InlineData(nameof(GatewayFaultKind.Refuse), 15, "isv.MOBILE_NUMBER_ILLEGAL")]
    public async Task A_switched_fault_does_not_end_before_it_is_switched_off(string kind, int code, string? subCode)
    {
        await using var fixture = await GatewaySimulatorFixture.StartAsync();
        fixture.Gateway.Faults.SwitchOn(Enum.Parse<GatewayFaultKind>(kind));
        for (var i = 0; i < 3; i++)
        {
            var error = (await fixture.SendAsync(fixture.Report()))["error_response"]!;
            Assert.Equal((code, subCode), ((int)error["code"]!, (string?)error["sub_code"]));
        }
        fixture.Gateway.Faults.SwitchOff(Enum.Parse<GatewayFaultKind>(kind));
        Assert.Equal("0", await fixture.ResultOfAsync(fixture.Report()));
    }

    [Fact]
    public async Task A_no_of_the_business_and_a_proxys_page_change_no_order()
    {
        await using var fixture = await GatewaySimulatorFixture.StartAsync();
        fixture.Gateway.Faults.Script(GatewayFaultKind.SayNo);
        Assert.Equal("PARAM_CHECK_LACK_TICKET_ID", await fixture.ResultOfAsync(fixture.Report()));
        fixture.Gateway.Faults.Script(GatewayFaultKind.BadGateway);
        using var page = await fixture.PostAsync("a=b");
        Assert.Equal(HttpStatusCode.BadGateway, page.StatusCode);
        Assert.Equal(30, fixture.Books().Status);
    }

    [Fact]
    public async Task A_ban_is_not_over_before_its_seconds_are()
    {
        var time = new VirtualTime();
        await using var fixture = await GatewaySimulatorFixture.StartAsync(time);
        fixture.Gateway.Faults.Ban(TimeSpan.FromSeconds(30));
        time.Advance(TimeSpan.FromSeconds(28.5));
        var error = (await fixture.SendAsync(fixture.Query()))["error_response"]!;
        Assert.Equal("This ban will last for 2 more seconds", (string?)error["sub_msg"]);
        time.Advance(TimeSpan.FromSeconds(1.5));
        Assert.Null(await fixture.CodeOfAsync(fixture.Query()));
    }

    [Fact]
    public async Task A_clock_that_is_off_is_not_accepted_and_the_Date_tells_the_right_one()
    {
        var time = new VirtualTime();
        await using var fixture = await GatewaySimulatorFixture.StartAsync(time);
        fixture.Gateway.Faults.ClockOffset = TimeSpan.FromHours(-9);
        Assert.Equal(31, await fixture.CodeOfAsync(fixture.Query()));
        using var answer = await fixture.PostAsync("format=json");
        Assert.Equal(time.GetUtcNow().AddHours(-9), answer.Headers.Date);
    }

    [Fact]
    public async Task A_slow_answer_does_not_come_early_and_its_report_counts_at_once()
    {
        var time = new VirtualTime();
        await using var fixture = await GatewaySimulatorFixture.StartAsync(time);
        fixture.Gateway.Faults.Script(GatewayFaultKind.Slow, length: TimeSpan.FromSeconds(5));
        var answer = fixture.ResultOfAsync(fixture.Report());
        await WaitAsync(() => time.UntilNextTimer is not null);
        Assert.Equal(50, fixture.Books().Status);
        Assert.False(answer.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("0", await answer);
    }

    [Fact]
    public async Task A_gateway_that_is_down_takes_nothing_and_comes_back_with_its_books()
    {
        await using var fixture = await GatewaySimulatorFixture.StartAsync();
        var down = new TaskCompletionSource();
        fixture.Gateway.WentDown += down.SetResult;
        fixture.Gateway.Faults.Script(GatewayFaultKind.DownAfterAnswer, "taobao.bus.tvmqueryorder.get");
        var answer = await fixture.SendAsync(fixture.Query());
        Assert.NotNull(answer["bus_tvmqueryorder_get_response"]);
        await Assert.ThrowsAsync<HttpRequestException>(() => fixture.ResultOfAsync(fixture.Report()));
        await down.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<HttpRequestException>(() => fixture.ResultOfAsync(fixture.Report()));
        Assert.Equal((30, 0), (fixture.Books().Status, fixture.Books().Reports.Count));
        await fixture.Gateway.ComeBackAsync();
        Assert.Equal("0", await fixture.ResultOfAsync(fixture.Report()));
    }

    [Fact]
    public async Task A_gateway_on_a_port_does_not_come_back_on_another()
    {
        await using var gateway = await SimulatedGateway.StartAsync(new GatewayOptions(), TimeProvider.System);
        var url = gateway.Url;
        using var http = new HttpClient();
        for (var i = 0; i < 2; i++)
        {
            using var content = new FormUrlEncodedContent([KeyValuePair.Create("format", "json")]);
            using var answer = await http.PostAsync(url, content, TestContext.Current.CancellationToken);
            Assert.Equal(21, (int)JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!["error_response"]!["code"]!);
            await gateway.GoDownAsync();
            await Assert.ThrowsAsync<HttpRequestException>(() => http.PostAsync(url, null, TestContext.Current.CancellationToken));
            await gateway.ComeBackAsync();
            Assert.Equal(url, gateway.Url);
        }
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        while (!condition()) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
    }
}
