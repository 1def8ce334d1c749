using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Simulator;

public sealed class GatewayReturnTests
{
    private const string Method = "taobao.bus.agent.returnticket.confirm";
    private const string Parameter = "param_agent_confirm_return_r_q";

    private static JsonObject Return(string? ticket = "024102001", int status = 1, string agentOrder = "A1000024102")
    {
        var content = new JsonObject { ["agent_order_id"] = agentOrder, ["agent_return_ticket_status"] = status, ["agent_return_ticket_type"] = ticket is null ? 1 : 0 };
        if (ticket is not null) content["agent_ticket_id"] = ticket;
        return content;
    }

    private static async Task<string?> ResultAsync(GatewaySimulatorFixture fixture, JsonObject content)
    {
        var answer = await fixture.SendAsync(fixture.Call(Method, Parameter, content));
        return (string?)answer["bus_agent_returnticket_confirm_response"]?["result_code"] ?? $"error {answer["error_response"]?["code"]}";
    }

    private static async Task<GatewaySimulatorFixture> IssuedAsync(TimeProvider? time = null)
    {
        var fixture = await GatewaySimulatorFixture.StartAsync(time);
        Assert.Equal("0", await fixture.ResultOfAsync(fixture.Report()));
        return fixture;
    }

    [Fact]
    public async Task A_returned_ticket_is_not_missing_among_the_refunds()
    {
        var time = new VirtualTime();
        await using var fixture = await IssuedAsync(time);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal("0", await ResultAsync(fixture, Return()));
        var order = (await fixture.SendAsync(fixture.Query()))["bus_tvmqueryorder_get_response"]!["tvm_bus_order_line_info"]!;
        var refund = Assert.Single(order["refunds"]!["tvm_refund_apply"]!.AsArray())!;
        Assert.Equal((fixture.Moment(), 8600L, 40), ((string?)refund["gmt_create"], (long)refund["refund_amount"]!, (int)refund["refund_status"]!));
        Assert.Equal((50, "success"), (fixture.Books().Status, fixture.Books().Outcome));
        Assert.Equal([true], fixture.Books().Returns.Select(r => r.Applied));
        Assert.Empty(fixture.Books().Contradictions);
    }

    [Fact]
    public async Task A_ticket_is_not_refunded_twice()
    {
        await using var fixture = await IssuedAsync();
        Assert.Equal("0", await ResultAsync(fixture, Return()));
        Assert.Equal("TICKET_ALREADY_RETURNED", await ResultAsync(fixture, Return()));
        Assert.Equal((1, 2), (fixture.Books().DuplicateReports, fixture.Books().Returns.Count));
        Assert.Equal("0", await ResultAsync(fixture, Return("024102002")));
        Assert.Equal("TICKET_ALREADY_RETURNED", await ResultAsync(fixture, Return(null)));
        var order = (await fixture.SendAsync(fixture.Query()))["bus_tvmqueryorder_get_response"]!["tvm_bus_order_line_info"]!;
        Assert.Equal(2, order["refunds"]!["tvm_refund_apply"]!.AsArray().Count);
        Assert.Empty(fixture.Books().Contradictions);
    }

    [Fact]
    public async Task A_whole_orders_refund_does_not_pay_a_returned_ticket_again()
    {
        await using var fixture = await IssuedAsync();
        Assert.Equal("0", await ResultAsync(fixture, Return()));
        Assert.Equal("0", await ResultAsync(fixture, Return(null)));
        var order = (await fixture.SendAsync(fixture.Query()))["bus_tvmqueryorder_get_response"]!["tvm_bus_order_line_info"]!;
        Assert.Equal(18000, order["refunds"]!["tvm_refund_apply"]!.AsArray().Sum(r => (long)r!["refund_amount"]!));
        Assert.Equal("TICKET_ALREADY_RETURNED", await ResultAsync(fixture, Return("024102002")));
    }

    [Fact]
    public async Task A_return_by_ticket_without_a_ticket_is_not_taken()
    {
        await using var fixture = await IssuedAsync();
        var content = Return();
        content.Remove("agent_ticket_id");
        var answer = (await fixture.SendAsync(fixture.Call(Method, Parameter, content)))["bus_agent_returnticket_confirm_response"]!;
        Assert.Equal(("PARAM_CHECK_LACK_TICKET_ID", "按票退款缺少票号", false), ((string?)answer["result_code"], (string?)answer["result_msg"], (bool)answer["is_success"]!));
        Assert.Equal("ORDER_NOT_FOUND", await ResultAsync(fixture, Return(agentOrder: "A1")));
    }

    [Fact]
    public async Task A_return_before_its_issue_does_not_pass_unseen()
    {
        await using var fixture = await GatewaySimulatorFixture.StartAsync();
        Assert.Equal("ORDER_STATUS_ERROR", await ResultAsync(fixture, Return()));
        Assert.Equal(["a return for an order of status 30"], fixture.Books().Contradictions);
    }

    [Fact]
    public async Task A_return_that_does_not_fit_its_ticket_does_not_pass_unseen()
    {
        await using var fixture = await IssuedAsync();
        Assert.Equal("TICKET_NOT_FOUND", await ResultAsync(fixture, Return("B737")));
        var other = Return();
        other["passenger_name"] = "李四";
        Assert.Equal("0", await ResultAsync(fixture, other));
        Assert.Equal(["a return of a ticket that is not the order's", "passenger_name differs from the ticket's"], fixture.Books().Contradictions);
    }

    [Fact]
    public async Task A_ticket_number_that_the_report_brought_is_not_forgotten()
    {
        await using var fixture = await GatewaySimulatorFixture.StartAsync();
        var report = fixture.Report();
        report["passengers"] = """[{"agent_ticket_id":"S1","rider_name":"张三"},{"agent_ticket_id":"S2"}]""";
        Assert.Equal("0", await fixture.ResultOfAsync(report));
        Assert.Equal("TICKET_NOT_FOUND", await ResultAsync(fixture, Return()));
        Assert.Equal("0", await ResultAsync(fixture, Return("S2")));
    }

    [Fact]
    public async Task A_failed_return_refunds_nothing_and_its_outcome_is_not_flipped_unseen()
    {
        await using var fixture = await IssuedAsync();
        Assert.Equal("0", await ResultAsync(fixture, Return(status: 2)));
        var order = (await fixture.SendAsync(fixture.Query()))["bus_tvmqueryorder_get_response"]!["tvm_bus_order_line_info"]!;
        Assert.Empty(order["refunds"]!.AsObject());
        Assert.Equal("0", await ResultAsync(fixture, Return(status: 2)));
        Assert.Equal(1, fixture.Books().DuplicateReports);
        Assert.Empty(fixture.Books().Contradictions);
        Assert.Equal("0", await ResultAsync(fixture, Return()));
        Assert.Equal("TICKET_ALREADY_RETURNED", await ResultAsync(fixture, Return(status: 2)));
        Assert.Equal(["a successful return after its failure", "a failed return after its success"], fixture.Books().Contradictions);
    }

    [Fact]
    public async Task A_session_that_the_API_does_not_take_does_not_pass_unseen()
    {
        await using var fixture = await IssuedAsync();
        Assert.Null(await fixture.CodeOfAsync(fixture.Call(Method, Parameter, Return(), session: true)));
        Assert.Contains("a session sent to " + Method, Assert.Single(fixture.Books().Contradictions), StringComparison.Ordinal);
        Assert.Null(await fixture.CodeOfAsync(fixture.Call(Method, Parameter, Return(agentOrder: "A1"), session: true)));
        Assert.Contains(Method, Assert.Single(fixture.Gateway.Ledger.Strays), StringComparison.Ordinal);
    }

    public static TheoryData<string, string?, string> WrongFields => new()
    {
        { "agent_order_id", null, "error 40" }, { "agent_order_id", "\"\"", "error 40" }, { "agent_order_id", "380", "error 41" },
        { "agent_return_ticket_status", null, "error 40" }, { "agent_return_ticket_status", "\"1\"", "error 41" }, { "agent_return_ticket_status", "3", "error 15" },
        { "agent_return_ticket_type", "2", "error 15" }, { "agent_return_ticket_type", "0.0", "error 41" }, { "agent_ticket_id", "null", "error 41" },
        { "agent_ticket_id", "\"\"", "PARAM_CHECK_LACK_TICKET_ID" }, { "refund_amount", "10.0", "error 41" }, { "refund_amount", "\"ten\"", "error 15" }, { "refund_amount", "\"10.0\"", "0" },
        { "success_time", "\"2018-07-01T07:07:07\"", "error 41" }, { "success_time", "\"2018-07-01 07:07:07\"", "0" }, { "isign", "\"\\\"\\\"\"", "0" }, { "runtime", "1", "error 41" },
        { "come_from", "\"\\ud800\"", "error 41" },
    };

    [Theory, MemberData(nameof(WrongFields))]
    public async Task A_wrong_field_is_not_taken(string name, string? value, string result)
    {
        await using var fixture = await IssuedAsync();
        var content = Return();
        content.Remove(name);
        var form = fixture.Call(Method, Parameter, content);
        if (value is not null) form[Parameter] = form[Parameter][..^1] + $",\"{name}\":{value}}}";
        var answer = await fixture.SendAsync(form);
        Assert.Equal(result, (string?)answer["bus_agent_returnticket_confirm_response"]?["result_code"] ?? $"error {answer["error_response"]?["code"]}");
        if (result != "0") Assert.DoesNotContain(fixture.Books().Returns, r => r.Applied);
    }

    [Theory]
    [InlineData(null, 15), InlineData("[]", 41), InlineData("{", 41), InlineData("\"{}\"", 41), InlineData("{}", 40), InlineData("{\"agent_order_id\":\"a\",\"agent_order_id\":\"b\"}", 41)]
    public async Task What_is_no_parameter_is_not_taken(string? json, int code)
    {
        await using var fixture = await IssuedAsync();
        var form = fixture.Call(Method, Parameter, Return());
        if (json is null) form.Remove(Parameter);
        else form[Parameter] = json;
        Assert.Equal(code, await fixture.CodeOfAsync(form));
    }

    [Fact]
    public async Task A_no_of_the_business_returns_nothing()
    {
        await using var fixture = await IssuedAsync();
        fixture.Gateway.Faults.Script(GatewayFaultKind.SayNo, Method);
        Assert.Equal("PARAM_CHECK_LACK_TICKET_ID", await ResultAsync(fixture, Return()));
        Assert.Equal([false], fixture.Books().Returns.Select(r => r.Applied));
        Assert.Equal("0", await ResultAsync(fixture, Return()));
    }
}
