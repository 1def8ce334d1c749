using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;

namespace DeviceAgent.Tests.Simulator;

public sealed class GatewayShipTests
{
    private const string Method = "alitrip.ship.order.notify";
    private const string Parameter = "confirm_book_r_q";

    private readonly JsonObject _job = JobFile.Sample("ship-2", TimeProvider.System.GetUtcNow());

    private JsonObject Content => (JsonObject)_job["report"]!;

    private JsonObject Ticket(int passenger, int ticket) => (JsonObject)Content["passenger_list"]![passenger]!["ticket_list"]![ticket]!;

    private static LedgerJob Books(GatewaySimulatorFixture fixture) => fixture.Gateway.Ledger.Ships.Find("3892200000102")!;

    private async Task<GatewaySimulatorFixture> SoldAsync()
    {
        var fixture = await GatewaySimulatorFixture.StartAsync();
        Assert.Equal("3892200000102", fixture.Gateway.Ledger.Ships.Add(_job));
        return fixture;
    }

    private static async Task<string?> ResultAsync(GatewaySimulatorFixture fixture, JsonObject content)
    {
        var answer = await fixture.SendAsync(fixture.Call(Method, Parameter, content, session: true));
        return (string?)answer["alitrip_ship_order_notify_response"]?["ret_code"] ?? $"error {answer["error_response"]?["code"]}";
    }

    [Fact]
    public async Task A_callback_is_not_applied_otherwise_than_it_was_sent()
    {
        await using var fixture = await SoldAsync();
        Assert.Equal("none", Books(fixture).Outcome);
        Assert.Equal("0", await ResultAsync(fixture, Content));
        var books = Books(fixture);
        Assert.Equal(("ship", "success", 3, 0), (books.Journey, books.Outcome, books.TicketCount, books.DuplicateReports));
        Assert.True(JsonNode.DeepEquals(Content, Assert.Single(books.Reports).Content));
        Assert.Equal([("张三", "3404102", "B01"), ("张三", "3404103", null), ("李四", "3404104", "B02")], books.Tickets.Select(t => (t.PassengerName, t.Number, t.Seat)));
        Assert.All(books.Tickets, t => Assert.True(t.Issued));
        Assert.Empty(books.Contradictions);
        Assert.Single(fixture.Gateway.Ledger.Ships.Orders);
    }

    [Fact]
    public async Task A_second_call_is_not_worked_off_again_and_gets_the_first_answer()
    {
        await using var fixture = await SoldAsync();
        var first = await fixture.SendAsync(fixture.Call(Method, Parameter, Content, session: true));
        var second = await fixture.SendAsync(fixture.Call(Method, Parameter, Content, session: true));
        foreach (var answer in (JsonObject[])[first, second]) ((JsonObject)answer["alitrip_ship_order_notify_response"]!).Remove("request_id");
        Assert.Equal(first.ToJsonString(), second.ToJsonString());
        Assert.Equal((1, 2), (Books(fixture).DuplicateReports, Books(fixture).Reports.Count));
        Assert.Empty(Books(fixture).Contradictions);
    }

    [Fact]
    public async Task A_success_is_neither_changed_nor_taken_back()
    {
        await using var fixture = await SoldAsync();
        Assert.Equal("0", await ResultAsync(fixture, Content));
        Content["ticket_wicket"] = "9";
        Assert.Equal("0", await ResultAsync(fixture, Content));
        Content["success"] = false;
        Assert.Equal("0", await ResultAsync(fixture, Content));
        Assert.Equal(["a second success that differs", "failure after success"], Books(fixture).Contradictions);
        Assert.Equal(("success", 3), (Books(fixture).Outcome, Books(fixture).Tickets.Count));
    }

    [Fact]
    public async Task A_failure_does_not_bar_a_later_success()
    {
        await using var fixture = await SoldAsync();
        var failure = new JsonObject { ["agent_order_id"] = "S1", ["alitrip_order_id"] = "3892200000102", ["success"] = false, ["failed_code"] = "1001" };
        Assert.Equal("0", await ResultAsync(fixture, failure));
        Assert.Equal(("failed", 0), (Books(fixture).Outcome, Books(fixture).DuplicateReports));
        Assert.Equal("0", await ResultAsync(fixture, failure));
        Assert.Equal(1, Books(fixture).DuplicateReports);
        Assert.Equal("0", await ResultAsync(fixture, Content));
        Assert.Equal(("success", 1), (Books(fixture).Outcome, Books(fixture).DuplicateReports));
        Assert.Empty(Books(fixture).Contradictions);
    }

    [Fact]
    public async Task A_part_of_the_tickets_is_not_taken_for_a_success()
    {
        await using var fixture = await SoldAsync();
        Ticket(1, 0).Remove("ticket_no");
        Ticket(1, 0)["e_ticket_no"] = "";
        Assert.Equal("PARTIAL_SUCCESS", await ResultAsync(fixture, Content));
        Assert.Equal("none", Books(fixture).Outcome);
        Ticket(1, 0)["ticket_no"] = "3404104";
        Ticket(1, 0)["ticket_status"] = "3";
        Assert.Equal("PARTIAL_SUCCESS", await ResultAsync(fixture, Content));
        Assert.Equal(Enumerable.Repeat("a success for a part of the tickets", 2), Books(fixture).Contradictions);
        Content["success"] = false;
        Assert.Equal("0", await ResultAsync(fixture, Content));
        Assert.Equal("a failure with an issued ticket", Books(fixture).Contradictions[^1]);
    }

    [Fact]
    public async Task A_count_that_does_not_match_does_not_pass_unseen()
    {
        await using var fixture = await SoldAsync();
        Content["ticket_count"] = 2;
        Assert.Equal("0", await ResultAsync(fixture, Content));
        Assert.Equal(["ticket_count 2, 3 tickets listed", "2 tickets reported, 3 sold"], Books(fixture).Contradictions);
    }

    [Fact]
    public async Task A_callback_about_other_passengers_does_not_pass_unseen()
    {
        await using var fixture = await SoldAsync();
        Content["passenger_list"]![0]!["passenger_name"] = "王五";
        Content["total_price"] = 1;
        Content["main_biz_order_id"] = 5;
        Assert.Equal("0", await ResultAsync(fixture, Content));
        Assert.Equal(["main_biz_order_id differs from the order", "passenger_list[0].passenger_name differs from the order", "total_price differs from the order"], Books(fixture).Contradictions);
        Assert.Equal("ORDER_NOT_FOUND", await ResultAsync(fixture, new JsonObject { ["agent_order_id"] = "S1", ["alitrip_order_id"] = "1", ["success"] = true }));
    }

    [Fact]
    public async Task A_callback_without_its_session_or_parameter_is_not_let_through()
    {
        await using var fixture = await SoldAsync();
        Assert.Equal(26, await fixture.CodeOfAsync(fixture.Call(Method, Parameter, Content)));
        var form = fixture.Call(Method, Parameter, Content, session: true);
        form["session"] = "old";
        Assert.Equal(27, await fixture.CodeOfAsync(form));
        form = fixture.Call(Method, Parameter, Content, session: true);
        form.Remove(Parameter);
        Assert.Equal(15, await fixture.CodeOfAsync(form));
        Assert.Equal(41, await fixture.CodeOfAsync(fixture.Call(Method, "confirm_book_rq", Content, session: true)));
    }

    public static TheoryData<string, string, string> Wrong => new()
    {
        { "\"success\":true", "\"success\":\"true\"", "error 41" }, { "\"success\":true,", "", "error 40" }, { "\"agent_order_id\":\"S13334099102\",", "", "error 40" },
        { "\"main_biz_order_id\":3892200000102", "\"main_biz_order_id\":\"3892200000102\"", "error 41" }, { "\"total_price\":46000", "\"total_price\":460.00", "error 41" },
        { "\"total_price\":46000", "\"total_price\":-1", "error 15" }, { "\"ticket_price\":3000", "\"ticket_price\":\"3000\"", "error 41" }, { "\"ticket_price\":3000,", "", "error 40" },
        { "\"ticket_id\":\"29018383103\",", "", "error 40" }, { "\"ticket_type\":\"2\",", "", "error 40" }, { "\"ticket_type\":\"2\"", "\"ticket_type\":\"5\"", "error 15" },
        { "\"ticket_type\":\"2\"", "\"ticket_type\":2", "error 41" }, { "\"ticket_status\":\"2\"", "\"ticket_status\":\"7\"", "error 15" }, { "\"ticket_sub_type\":\"21\"", "\"ticket_sub_type\":\"2\"", "error 15" },
        { "\"e_ticket_no\"", "\"eTicketNo\"", "error 41" }, { "\"ticket_wicket\"", "\"ticketWicket\"", "error 41" }, { "23:59:59", "24:00:00", "error 41" },
        { "\"passenger_list\":[", "\"passenger_list\":[null,", "error 41" }, { "\"passenger_list\":", "\"passenger_list\":{},\"passengers\":", "error 41" }, { "\"ticket_wicket\":", "\"order_attr\":null,\"ticket_wicket\":", "error 41" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public async Task A_wrong_field_is_not_taken(string right, string wrong, string result)
    {
        await using var fixture = await SoldAsync();
        var form = fixture.Call(Method, Parameter, Content, session: true);
        var options = new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        var json = Content.ToJsonString(options);
        Assert.Contains(right, json, StringComparison.Ordinal);
        form[Parameter] = json.Replace(right, wrong, StringComparison.Ordinal);
        var answer = await fixture.SendAsync(form);
        Assert.Equal(result, $"error {answer["error_response"]?["code"]}");
        Assert.Empty(Books(fixture).Reports);
    }

    [Fact]
    public async Task A_no_of_the_business_issues_nothing()
    {
        await using var fixture = await SoldAsync();
        fixture.Gateway.Faults.Script(GatewayFaultKind.SayNo, Method);
        Assert.Equal("PARAM_CHECK_LACK_TICKET_ID", await ResultAsync(fixture, Content));
        Assert.Equal("none", Books(fixture).Outcome);
        Assert.Equal("0", await ResultAsync(fixture, Content));
    }
}
