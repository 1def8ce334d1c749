using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;

namespace DeviceAgent.Tests.Simulator;

public sealed class GatewayTrainTests
{
    private const string Method = "alitrip.btrip.supplychain.train.callback.book";
    private const string Parameter = "book_callback_param";

    private readonly JsonObject _job = JobFile.Sample("train-3", TimeProvider.System.GetUtcNow());

    private JsonObject Plain => (JsonObject)_job["report"]!;

    private JsonObject Ticket(int place) => (JsonObject)Plain["book_train_details"]![0]!["book_ticket_details"]![place]!;

    private static LedgerJob Books(GatewaySimulatorFixture fixture) => fixture.Gateway.Ledger.Trains.Find("123456703")!;

    private async Task<GatewaySimulatorFixture> SoldAsync()
    {
        var fixture = await GatewaySimulatorFixture.StartAsync();
        Assert.Equal("123456703", fixture.Gateway.Ledger.Trains.Add(_job));
        return fixture;
    }

    /// <summary>As a kiosk would send it.</summary>
    internal static JsonObject Encrypted(JsonObject plain, PassengerCipher? cipher = null)
    {
        var content = (JsonObject)plain.DeepClone();
        foreach (var ticket in content["book_train_details"]!.AsArray().SelectMany(t => t!["book_ticket_details"]!.AsArray()))
            foreach (var (name, value) in ticket!["passenger_info"]!.AsObject().ToArray())
                ticket["passenger_info"]![name] = (cipher ?? new()).Encrypt((string)value!);
        return content;
    }

    private static async Task<string?> ResultAsync(GatewaySimulatorFixture fixture, JsonObject content)
    {
        var answer = await fixture.SendAsync(fixture.Call(Method, Parameter, content));
        return (string?)answer["alitrip_btrip_supplychain_train_callback_book_response"]?["result_code"] ?? (string?)answer["error_response"]!["sub_code"] ?? $"error {answer["error_response"]!["code"]}";
    }

    [Fact]
    public async Task A_callback_is_not_applied_otherwise_than_it_was_sent()
    {
        await using var fixture = await SoldAsync();
        var answer = (await fixture.SendAsync(fixture.Call(Method, Parameter, Encrypted(Plain))))["alitrip_btrip_supplychain_train_callback_book_response"]!;
        Assert.Equal(("200", "true", "123456703", "987654303"),
            ((string?)answer["result_code"], (string?)answer["status"], (string?)answer["data"]!["order_id"], (string?)answer["data"]!["supplier_order_id"]));
        var books = Books(fixture);
        Assert.Equal(("train", "success", 3, 0), (books.Journey, books.Outcome, books.TicketCount, books.DuplicateReports));
        Assert.True(JsonNode.DeepEquals(Plain, Assert.Single(books.Reports).Content));
        Assert.Equal([("王五", "EW123123203", true), ("赵六", null, false), ("周七", "EW123123205", true)], books.Tickets.Select(t => (t.PassengerName, t.Number, t.Issued)));
        Assert.Empty(books.Contradictions);
        Assert.Single(fixture.Gateway.Ledger.Trains.Orders);
    }

    [Fact]
    public async Task A_second_callback_is_neither_applied_nor_overlooked()
    {
        await using var fixture = await SoldAsync();
        Assert.Equal("200", await ResultAsync(fixture, Encrypted(Plain)));
        var answer = (await fixture.SendAsync(fixture.Call(Method, Parameter, Encrypted(Plain))))["alitrip_btrip_supplychain_train_callback_book_response"]!;
        Assert.Equal(("DUPLICATE_CALLBACK", "false"), ((string?)answer["result_code"], (string?)answer["status"]));
        Assert.Equal(1, Books(fixture).DuplicateReports);
        Assert.Empty(Books(fixture).Contradictions);
        Ticket(0)["seat_no"] = "01A";
        Assert.Equal("DUPLICATE_CALLBACK", await ResultAsync(fixture, Encrypted(Plain)));
        Assert.Equal(["a second callback that differs"], Books(fixture).Contradictions);
        Assert.Equal("11B", Books(fixture).Tickets[0].Seat);
    }

    [Fact]
    public async Task No_leaf_of_a_passenger_is_taken_in_plain_text()
    {
        foreach (var name in ((JsonObject)Ticket(2)["passenger_info"]!).Select(p => p.Key).ToArray())
        {
            await using var fixture = await SoldAsync();
            var content = Encrypted(Plain);
            content["book_train_details"]![0]!["book_ticket_details"]![2]!["passenger_info"]![name] = (string)Ticket(2)["passenger_info"]![name]!;
            Assert.Equal("isv.sm4-decrypt-failed", await ResultAsync(fixture, content));
            Assert.Equal([$"passenger_info.{name} is plain text"], Books(fixture).Contradictions);
            Assert.Equal("none", Books(fixture).Outcome);
        }
    }

    [Fact]
    public async Task A_leaf_of_another_key_is_not_taken()
    {
        await using var fixture = await SoldAsync();
        Assert.Equal("isv.sm4-decrypt-failed", await ResultAsync(fixture, Encrypted(Plain, new PassengerCipher { Key = "another-16-bytes" })));
        Assert.All(Books(fixture).Contradictions, c => Assert.EndsWith("does not decrypt", c, StringComparison.Ordinal));
        Assert.NotEmpty(Books(fixture).Contradictions);
        Assert.Equal("200", await ResultAsync(fixture, Encrypted(Plain)));
    }

    [Fact]
    public async Task Another_passenger_or_train_than_the_orders_does_not_pass_unseen()
    {
        await using var fixture = await SoldAsync();
        Ticket(0)["passenger_info"]!["passenger_name"] = "王六";
        ((JsonObject)Ticket(2)["passenger_info"]!).Remove("sex");
        Ticket(1)["passenger_info"]!["passenger_id"] = "1";
        Plain["book_train_details"]![0]!["start_time"] = "2026-11-27 09:01:00";
        Plain["book_train_details"]![0]!["ticket_num"] = "2";
        Assert.Equal("200", await ResultAsync(fixture, Encrypted(Plain)));
        Assert.Equal(
            [
                "G101: start_time differs from the order", "G101: passenger_info.passenger_name differs from the order", "G101: passenger 123454 is there 0 times",
                "G101: passenger_info.sex differs from the order", "G101: ticket_num 2, 3 tickets listed",
            ],
            Books(fixture).Contradictions);
    }

    [Fact]
    public async Task A_callback_in_which_nobody_travels_is_no_success()
    {
        await using var fixture = await SoldAsync();
        for (var i = 0; i < 3; i++) Ticket(i)["fail_code"] = "1001";
        Assert.Equal("200", await ResultAsync(fixture, Encrypted(Plain)));
        Assert.Equal("failed", Books(fixture).Outcome);
    }

    [Fact]
    public async Task An_unknown_order_is_not_made_up_and_a_session_does_not_pass_unseen()
    {
        await using var fixture = await SoldAsync();
        Plain["order_id"] = "404";
        Assert.Equal("ORDER_NOT_FOUND", await ResultAsync(fixture, Encrypted(Plain)));
        Plain["order_id"] = "123456703";
        Assert.Null(await fixture.CodeOfAsync(fixture.Call(Method, Parameter, Encrypted(Plain), session: true)));
        Assert.Equal([$"a session sent to {Method}, which takes none"], Books(fixture).Contradictions);
        Assert.Equal("success", Books(fixture).Outcome);
    }

    public static TheoryData<string, string, string> Wrong => new()
    {
        { "\"order_total_price\":\"110600\"", "\"order_total_price\":110600", "41" }, { "\"order_total_price\":\"110600\"", "\"order_total_price\":\"1106.00\"", "15" }, { "\"ticket_num\":\"3\"", "\"ticket_num\":3", "41" },
        { "\"ticket_num\":\"3\",", "", "40" }, { "\"train_no\":\"G101\",", "", "40" }, { "09:00:00", "25:00:00", "15" }, { "\"train_date\":\"", "\"train_date\":\"on ", "15" },
        { "\"ticket_price\":\"55300\"", "\"ticket_price\":55300", "41" }, { "\"resign_flag\":\"0\"", "\"resign_flag\":\"2\"", "15" }, { "\"change_flag\":\"1\",", "", "40" }, { "\"ticket_type\":\"1\"", "\"ticket_type\":\"3\"", "15" },
        { "\"ticket_entrance\":\"{", "\"ticket_entrance\":\"[", "15" }, { "\"passenger_info\"", "\"passengerInfo\"", "41" }, { "\"purchase_type\":\"2\"", "\"purchase_type\":2", "41" },
        { "\"supplier_order_id\":\"987654303\",", "", "40" }, { "\"order_status\":\"11\",", "", "40" }, { "\"fail_code\":\"1001\"", "\"fail_code\":null", "41" }, { "\"fail_code\":\"1001\"", "\"fail_code\":1001", "41" },
        { "\"passenger_mobile\"", "\"mobile\"", "41" }, { "\"book_ticket_details\":[", "\"book_ticket_details\":[],\"x\":[", "40" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public async Task A_wrong_field_is_not_taken(string right, string wrong, string code)
    {
        await using var fixture = await SoldAsync();
        var json = Encrypted(Plain).ToJsonString(new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Assert.Contains(right, json, StringComparison.Ordinal);
        var form = fixture.Call(Method, Parameter, Plain);
        form[Parameter] = json.Replace(right, wrong, StringComparison.Ordinal);
        Assert.Equal(code, (await fixture.CodeOfAsync(form))?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Empty(Books(fixture).Reports);
    }

    [Fact]
    public async Task A_callback_without_its_parameter_is_not_let_through()
    {
        await using var fixture = await SoldAsync();
        var form = fixture.Call(Method, Parameter, Plain);
        form.Remove(Parameter);
        Assert.Equal(40, await fixture.CodeOfAsync(form));
    }
}
