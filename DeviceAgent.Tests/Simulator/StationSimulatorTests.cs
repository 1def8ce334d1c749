using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Station;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Simulator;

public sealed class StationSimulatorTests
{
    private const string Order = StationSimulatorFixture.Order;

    private static JsonObject Sale(long attempt = 1, string kiosk = "K-1", int passengers = 2) => StationSimulatorFixture.Sale(attempt, kiosk, passengers);

    [Fact]
    public async Task An_order_that_is_asked_for_again_does_not_get_other_tickets()
    {
        await using var station = await StationSimulatorFixture.StartAsync();
        var (status, body) = await station.AllocateAsync(Sale());
        Assert.Equal(200, status);
        Assert.Equal([0, 1], body!["tickets"]!.AsArray().Select(t => (int)t!["passenger"]!));
        Assert.All(body["tickets"]!.AsArray(), t => Assert.Equal(["passenger", "ticket_number", "seat_number", "gate"], t!.AsObject().Select(p => p.Key)));
        Assert.Equal(2, body["tickets"]!.AsArray().Select(t => (string)t!["ticket_number"]!).Distinct().Count());
        Assert.Equal(2, body["tickets"]!.AsArray().Select(t => (string)t!["seat_number"]!).Distinct().Count());
        var again = await station.AllocateAsync(Sale(attempt: 2));
        Assert.Equal(body.ToJsonString(), again.Body!.ToJsonString());
        Assert.Equal((StationOrderState.Allocated, "K-1", 2L, 2), (station.Books.State, station.Books.Kiosk, station.Books.Attempt, station.Books.Allocations));
        Assert.Empty(station.Station.Books.Contradictions);
    }

    [Fact]
    public async Task A_run_that_is_repeated_does_not_draw_other_seats()
    {
        List<string> runs = [];
        for (var run = 0; run < 2; run++)
        {
            await using var station = await StationSimulatorFixture.StartAsync();
            var text = new StringBuilder();
            for (var i = 0; i < 30; i++) text.Append((await station.AllocateAsync(Sale(), $"O{i}")).Body!.ToJsonString());
            runs.Add(text.ToString());
            var seats = station.Station.Books.Orders.SelectMany(o => o.Tickets).Select(t => t.SeatNumber).ToArray();
            Assert.Equal((60, 60), (seats.Length, seats.Distinct().Count()));
        }
        Assert.Equal(runs[0], runs[1]);
    }

    [Fact]
    public async Task The_orders_own_numbers_are_not_replaced_but_a_taken_seat_is()
    {
        await using var station = await StationSimulatorFixture.StartAsync();
        var sale = Sale();
        foreach (var passenger in sale["passengers"]!.AsArray()) passenger!["seat_number"] = "11";
        sale["passengers"]![0]!["ticket_number"] = "024102001";
        var tickets = (await station.AllocateAsync(sale)).Body!["tickets"]!;
        Assert.Equal(("024102001", "11"), ((string?)tickets[0]!["ticket_number"], (string?)tickets[0]!["seat_number"]));
        Assert.NotEqual("11", (string?)tickets[1]!["seat_number"]);
    }

    [Fact]
    public async Task Two_different_allocations_of_one_order_do_not_pass_unseen()
    {
        await using var station = await StationSimulatorFixture.StartAsync();
        await station.AllocateAsync(Sale());
        var (status, body) = await station.AllocateAsync(Sale(attempt: 2, passengers: 1));
        Assert.Equal((409, "it is allocated otherwise"), (status, (string?)body!["reason"]));
        Assert.Equal([$"{Order}: two different allocations outstanding"], station.Station.Books.Contradictions);
        Assert.Equal(2, station.Books.Tickets.Count);
        Assert.Equal(204, await station.ReleaseAsync(attempt: 2));
        Assert.Equal(200, (await station.AllocateAsync(Sale(attempt: 3, passengers: 1))).Status);
        Assert.Single(station.Books.Tickets);
    }

    [Fact]
    public async Task A_release_of_an_older_attempt_does_not_take_the_tickets_away()
    {
        await using var station = await StationSimulatorFixture.StartAsync();
        await station.AllocateAsync(Sale(attempt: 1));
        await station.AllocateAsync(Sale(attempt: 2));
        Assert.Equal(204, await station.ReleaseAsync(attempt: 1));
        Assert.Equal(StationOrderState.Allocated, station.Books.State);
        Assert.Equal(204, await station.ReleaseAsync(attempt: 2));
        Assert.Equal(204, await station.ReleaseAsync(attempt: 2));
        Assert.Equal((StationOrderState.Released, 3), (station.Books.State, station.Books.Releases));
        Assert.Equal((409, "attempt 2 was released"), ((await station.AllocateAsync(Sale(attempt: 2))).Status, (string?)(await station.AllocateAsync(Sale(attempt: 2))).Body!["reason"]));
        Assert.Empty(station.Station.Books.Contradictions);
    }

    [Fact]
    public async Task A_released_seat_is_not_lost_and_a_confirm_of_it_does_not_pass_unseen()
    {
        await using var station = await StationSimulatorFixture.StartAsync();
        var sale = Sale(passengers: 1);
        sale["passengers"]![0]!["seat_number"] = "7";
        await station.AllocateAsync(sale);
        await station.ReleaseAsync();
        Assert.Equal("7", (string?)(await station.AllocateAsync(sale, "other")).Body!["tickets"]![0]!["seat_number"]);
        Assert.Equal(409, await station.ConfirmAsync());
        Assert.Equal([$"{Order}: a confirm of what was released", $"{Order}: seat 7 is given to other, too"], station.Station.Books.Contradictions);
    }

    [Fact]
    public async Task A_seat_that_was_issued_elsewhere_is_not_given_to_a_second_order_unseen()
    {
        await using var station = await StationSimulatorFixture.StartAsync();
        var issued = OrderFile.Sample("bus-2", TimeProvider.System.GetUtcNow());
        issued["tvm_bus_line_info"]!["dep_time"] = "2026-11-27 08:30:00";
        station.Station.Books.AddIssued(issued);
        var sale = Sale();
        sale["passengers"]![0]!["seat_number"] = "12";
        sale["passengers"]![1]!["seat_number"] = "13";
        var seats = (await station.AllocateAsync(sale, "other")).Body!["tickets"]!.AsArray().Select(t => (string)t!["seat_number"]!).ToArray();
        Assert.Equal((false, "13"), (seats[0] is "11" or "12", seats[1]));
        Assert.Empty(station.Station.Books.Contradictions);
        issued["alitrip_order_id"] = "third";
        station.Station.Books.AddIssued(issued);
        Assert.Equal(["third: seat 11 is given to 1000024102, too", "third: seat 12 is given to 1000024102, too"], station.Station.Books.Contradictions);
    }

    [Fact]
    public async Task An_allocation_that_its_release_has_overtaken_keeps_no_seat()
    {
        await using var station = await StationSimulatorFixture.StartAsync();
        Assert.Equal(204, await station.ReleaseAsync(attempt: 1));
        Assert.Equal(409, (await station.AllocateAsync(Sale())).Status);
        Assert.Null(station.Station.Books.Find(Order));
        Assert.Empty(station.Station.Books.Contradictions);
    }

    [Fact]
    public async Task A_confirm_is_neither_taken_back_nor_made_without_an_allocation()
    {
        await using var station = await StationSimulatorFixture.StartAsync();
        Assert.Equal(404, await station.ConfirmAsync());
        Assert.Equal([$"{Order}: a confirm without an allocation"], station.Station.Books.Contradictions);
        await station.AllocateAsync(Sale());
        Assert.Equal(204, await station.ConfirmAsync());
        Assert.Equal(204, await station.ConfirmAsync());
        Assert.Empty(station.Books.Contradictions);
        Assert.Equal(409, await station.ReleaseAsync());
        Assert.Equal((StationOrderState.Confirmed, 2), (station.Books.State, station.Books.Confirms));
        Assert.Equal(["a release of what was confirmed"], station.Books.Contradictions);
    }

    [Fact]
    public async Task An_order_that_was_confirmed_is_not_allocated_again()
    {
        await using var station = await StationSimulatorFixture.StartAsync();
        await station.AllocateAsync(Sale(attempt: 2));
        await station.ConfirmAsync(attempt: 2);
        Assert.Equal(200, (await station.AllocateAsync(Sale(attempt: 2))).Status);
        Assert.Equal(409, (await station.AllocateAsync(Sale(kiosk: "K-2"))).Status);
        Assert.Empty(station.Books.Contradictions);
        Assert.Equal(409, (await station.AllocateAsync(Sale(attempt: 3))).Status);
        Assert.Equal(["an allocation of what was confirmed"], station.Books.Contradictions);
        Assert.Equal((StationOrderState.Confirmed, 2L), (station.Books.State, station.Books.Attempt));
    }

    [Fact]
    public async Task A_passenger_who_walks_to_another_kiosk_does_not_lose_the_tickets_to_the_first_ones_release()
    {
        await using var station = await StationSimulatorFixture.StartAsync();
        var first = await station.AllocateAsync(Sale(attempt: 5));
        var second = await station.AllocateAsync(Sale(kiosk: "K-2"));
        Assert.Equal(first.Body!.ToJsonString(), second.Body!.ToJsonString());
        Assert.Equal(204, await station.ReleaseAsync(attempt: 5));
        Assert.Equal((StationOrderState.Allocated, "K-2", 1L), (station.Books.State, station.Books.Kiosk, station.Books.Attempt));
        Assert.Empty(station.Books.Contradictions);
        Assert.Equal(204, await station.ConfirmAsync(attempt: 2, kiosk: "K-2"));
        Assert.Equal(204, await station.ConfirmAsync(attempt: 5));
        Assert.Equal(["a confirm of attempt 2, allocated to attempt 1", "a confirm by K-1 of what K-2 holds"], station.Books.Contradictions);
    }

    [Fact]
    public async Task A_ticket_is_not_returned_with_two_decisions()
    {
        var time = new VirtualTime();
        await using var station = await StationSimulatorFixture.StartAsync(time);
        station.Station.Books.AddIssued(OrderFile.Sample("bus-2", time.GetUtcNow()));
        var first = await station.ReturnAsync($"{Order}/024102001");
        Assert.Equal(200, first.Status);
        var expected = $$"""{"decision":"returned","agent_order_number":"A1000024102","passenger_name":"张三","refund_amount_fen":6880,"returned_at":"{{time.GetUtcNow().ToOffset(TimeSpan.FromHours(8)):yyyy-MM-ddTHH:mm:sszzz}}"}""";
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), first.Body), first.Body!.ToJsonString());
        time.Advance(TimeSpan.FromHours(1));
        var second = await station.ReturnAsync($"{Order}/024102001", kiosk: "K-2");
        Assert.Equal(first.Body!.ToJsonString(), second.Body!.ToJsonString());
        Assert.Equal(2, Assert.Single(station.Books.Returns).Asked);
        Assert.Equal("refused", (string?)(await station.ReturnAsync(Order)).Body!["decision"]);
        Assert.Equal(404, (await station.ReturnAsync($"{Order}/B737")).Status);
        Assert.Equal(404, (await station.ReturnAsync("1/024102001")).Status);
        Assert.Empty(station.Station.Books.Contradictions);
    }

    [Fact]
    public async Task A_ticket_of_a_returned_order_is_not_paid_again()
    {
        await using var station = await StationSimulatorFixture.StartAsync();
        station.Station.Books.AddIssued(OrderFile.Sample("bus-2", TimeProvider.System.GetUtcNow()));
        var whole = await station.ReturnAsync(Order);
        Assert.Equal(("returned", 13760L, null), ((string?)whole.Body!["decision"], (long)whole.Body["refund_amount_fen"]!, whole.Body["passenger_name"]));
        Assert.Equal("refused", (string?)(await station.ReturnAsync($"{Order}/024102002")).Body!["decision"]);
    }

    [Fact]
    public async Task A_ticket_that_was_not_issued_is_not_returned_and_its_refusal_does_not_stand()
    {
        await using var station = await StationSimulatorFixture.StartAsync();
        var ticket = (string)(await station.AllocateAsync(Sale())).Body!["tickets"]![1]!["ticket_number"]!;
        Assert.Equal("refused", (string?)(await station.ReturnAsync($"{Order}/{ticket}")).Body!["decision"]);
        await station.ConfirmAsync();
        var answer = (await station.ReturnAsync($"{Order}/{ticket}")).Body!;
        Assert.Equal(("returned", "李四", "A380"), ((string?)answer["decision"], (string?)answer["passenger_name"], (string?)answer["agent_order_number"]));
    }

    [Theory]
    [InlineData("Refused", "refused", "{\"decision\":\"refused\",\"reason\":\"已检票\"}")]
    [InlineData("Failed", "failed", "{\"decision\":\"failed\",\"reason\":\"已检票\",\"agent_order_number\":\"A1000024102\",\"passenger_name\":\"李四\"}")]
    public async Task A_decision_that_is_scripted_is_not_another_the_second_time(string decision, string word, string expected)
    {
        await using var station = await StationSimulatorFixture.StartAsync();
        station.Station.Books.AddIssued(OrderFile.Sample("bus-2", TimeProvider.System.GetUtcNow()));
        station.Station.Books.Decide($"{Order}/024102002", Enum.Parse<ReturnDecision>(decision), "已检票");
        for (var i = 0; i < 2; i++)
        {
            var answer = (await station.ReturnAsync($"{Order}/024102002")).Body!;
            Assert.Equal(word, (string?)answer["decision"]);
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), answer), answer.ToJsonString());
        }
        Assert.Equal("returned", (string?)(await station.ReturnAsync($"{Order}/024102001")).Body!["decision"]);
    }

    [Fact]
    public async Task A_return_under_another_name_does_not_pass_unseen()
    {
        await using var station = await StationSimulatorFixture.StartAsync();
        station.Station.Books.AddIssued(OrderFile.Sample("bus-2", TimeProvider.System.GetUtcNow()));
        await station.SendAsync("PUT", $"returns/{Order}/024102001", """{"kiosk":"K-1","agent_order_number":"A1","passenger_name":"李四"}""");
        Assert.Equal(["a return with another agent_order_number", "a return with another passenger_name"], station.Books.Contradictions);
    }

    public static TheoryData<string, string> WrongBodies => new()
    {
        { "\"kiosk\":\"K-1\",", "" }, { "\"kiosk\":\"K-1\"", "\"kiosk\":\"\"" }, { "\"attempt\":1,", "" }, { "\"attempt\":1", "\"attempt\":0" }, { "\"attempt\":1", "\"attempt\":-1" }, { "\"attempt\":1", "\"attempt\":\"1\"" },
        { "\"journey\":\"bus\"", "\"journey\":\"plane\"" }, { "\"trip\"", "\"journey_\"" }, { "+08:00", "" }, { "2026-11-27T08:30:00+08:00", "9999-12-31T23:59:59+00:00" }, { "T08:30:00", " 08:30:00" }, { "\"number\":\"K2102\",", "" }, { "\"agent_order_number\":\"A380\"", "\"agent_order_number\":null" },
        { "\"name\"", "\"rider_name\"" }, { "\"passengers\":[", "\"passengers\":[1," }, { "{", "" }, { "\"certificate_type\":\"1\"", "\"certificate_type\":1" },
    };

    [Theory, MemberData(nameof(WrongBodies))]
    public async Task A_body_with_a_wrong_field_allocates_nothing_and_is_told_why(string right, string wrong)
    {
        await using var station = await StationSimulatorFixture.StartAsync();
        var json = Sale().ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Assert.Contains(right, json, StringComparison.Ordinal);
        var (status, body) = await station.SendAsync("PUT", $"allocations/{Order}", json.Replace(right, wrong, StringComparison.Ordinal));
        Assert.Equal(400, status);
        Assert.StartsWith("body", (string?)body!["reason"], StringComparison.Ordinal);
        Assert.Empty(station.Station.Books.Orders);
        foreach (var passengers in (int[])[0, 21]) Assert.Equal(400, (await station.AllocateAsync(Sale(passengers: passengers))).Status);
        Assert.Equal(400, (await station.SendAsync("POST", $"allocations/{Order}/release", StationSimulatorFixture.Who().ToJsonString())).Status);
        Assert.Equal(400, (await station.SendAsync("POST", $"allocations/{Order}/confirm", StationSimulatorFixture.Who(reason: "x").ToJsonString())).Status);
        Assert.Equal(400, (await station.SendAsync("PUT", $"returns/{Order}", "{}")).Status);
    }

    [Theory]
    [InlineData("POST", "allocations/1", "application/json", 405), InlineData("PUT", "allocations/1/confirm", "application/json", 405), InlineData("POST", "returns/1", "application/json", 405)]
    [InlineData("PUT", "allocations/1", "text/plain", 415), InlineData("PUT", "allocations", "application/json", 404), InlineData("PUT", "allocations/1/2/3", "application/json", 404)]
    [InlineData("PUT", "allocations/a%20b", "application/json", 404), InlineData("PUT", "allocations/", "application/json", 404), InlineData("POST", "allocations/1/refund", "application/json", 404)]
    [InlineData("PUT", "returns/1?a=b", "application/json", 404), InlineData("PUT", "../elsewhere", "application/json", 404)]
    public async Task What_the_contract_does_not_name_is_not_served(string method, string path, string type, int status)
    {
        await using var station = await StationSimulatorFixture.StartAsync();
        Assert.Equal(status, (await station.SendAsync(method, path, Sale().ToJsonString(), type)).Status);
        Assert.Empty(station.Station.Books.Orders);
    }

    [Fact]
    public async Task Nobody_is_served_without_the_token_or_with_a_body_without_end()
    {
        await using var station = await StationSimulatorFixture.StartAsync(token: "secret");
        Assert.Equal(200, (await station.AllocateAsync(Sale())).Status);
        Assert.Equal(413, (await station.SendAsync("PUT", $"allocations/{Order}", new string(' ', 65 * 1024))).Status);
        foreach (var token in (string?[])[null, "secre", "secret2"])
        {
            station.Token = token;
            Assert.Equal(401, (await station.AllocateAsync(Sale())).Status);
            Assert.Equal(401, await station.ConfirmAsync());
            Assert.Equal(401, (await station.ReturnAsync(Order)).Status);
        }
        Assert.Equal((StationOrderState.Allocated, 1), (station.Books.State, station.Books.Allocations));
    }

    [Theory]
    [InlineData(nameof(StationFaultKind.LoseRequest), null, false), InlineData(nameof(StationFaultKind.LoseAnswer), null, true), InlineData(nameof(StationFaultKind.Unavailable), 503, false)]
    [InlineData(nameof(StationFaultKind.Refuse), 409, false), InlineData(nameof(StationFaultKind.Garbage), 200, true), InlineData(nameof(StationFaultKind.Slow), 200, true)]
    public async Task A_fault_does_not_change_what_is_applied(string fault, int? status, bool applied)
    {
        var time = new VirtualTime();
        await using var station = await StationSimulatorFixture.StartAsync(time);
        ConcurrentQueue<StationRequest> finished = [];
        station.Station.Finished += finished.Enqueue;
        var kind = Enum.Parse<StationFaultKind>(fault);
        station.Station.Faults.Script(kind, StationOperation.Allocate, length: TimeSpan.FromSeconds(5));
        Assert.Equal(204, await station.ReleaseAsync(kiosk: "K-2"));
        var sending = station.AllocateAsync(Sale());
        if (kind == StationFaultKind.Slow)
        {
            await UntilAsync(() => time.UntilNextTimer is not null);
            Assert.Equal((StationOrderState.Allocated, false), (station.Books.State, sending.IsCompleted));
            time.Advance(TimeSpan.FromSeconds(5));
        }
        if (status is null) await Assert.ThrowsAsync<HttpRequestException>(() => sending);
        else if (kind == StationFaultKind.Garbage) await Assert.ThrowsAnyAsync<JsonException>(() => sending);
        else Assert.Equal(status, (await sending).Status);
        Assert.Equal(applied, station.Station.Books.Find(Order) is not null);
        Assert.Equal(200, (await station.AllocateAsync(Sale())).Status);
        await UntilAsync(() => finished.Count == 3);
        Assert.Equal(status is null ? 1 : 0, finished.Count(f => !f.Answered));
    }

    [Fact]
    public async Task A_station_that_is_down_takes_nothing_and_comes_back_with_its_books()
    {
        await using var station = await StationSimulatorFixture.StartAsync();
        var url = station.Station.Url;
        await station.AllocateAsync(Sale());
        station.Station.Faults.SwitchOn(StationFaultKind.Unavailable);
        for (var i = 0; i < 3; i++) Assert.Equal(503, await station.ConfirmAsync());
        station.Station.Faults.Clear();
        await station.Station.GoDownAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => station.ConfirmAsync());
        await station.Station.ComeBackAsync();
        Assert.Equal(url, station.Station.Url);
        Assert.Equal(StationOrderState.Allocated, station.Books.State);
        Assert.Equal(204, await station.ConfirmAsync());
    }

    [Fact]
    public void A_mutated_body_never_throws()
    {
        var random = new Random(7);
        var valid = Encoding.UTF8.GetBytes(Sale().ToJsonString());
        var books = new StationBooks(TimeProvider.System);
        var refused = 0;
        for (var i = 0; i < 10_000; i++)
        {
            var body = (byte[])valid.Clone();
            for (var changes = random.Next(1, 4); changes > 0; changes--) body[random.Next(body.Length)] = (byte)random.Next(i % 2 == 0 ? 256 : 128);
            if (StationRequests.Allocate.TryParse(body, out var value) is null) books.Allocate(Order, (JsonObject)value!);
            else refused++;
            StationRequests.Return.TryParse(body, out _);
        }
        Assert.InRange(refused, 10, 9_999);
        Assert.NotNull(books.Find(Order));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        while (!condition()) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
    }
}
