using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Issuance;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Tests.Issuance;

public sealed class JobTests
{
    [Fact]
    public void A_ship_job_never_loses_a_ticket_or_what_stands_on_it()
    {
        var job = JobSamples.Good(JobSamples.Ship());
        Assert.Equal(new(Journey.Ship, JobSamples.ShipOrder), job.Key);
        Assert.Equal(["3404040", "e3393939", "29018383839"], job.Tickets.Select(t => t.TicketNumber));
        Assert.Equal(["罗大佑", "罗大佑", "李四"], job.Tickets.Select(t => t.Passenger.Name!));
        Assert.Equal(("B01", "2检票口", "22d9d9d", 21500L), (job.Tickets[0].SeatNumber!, job.Tickets[0].Gate!, job.Tickets[0].Password!, job.Tickets[0].Passenger.TicketPrice!.Value));
        Assert.Equal("门票", job.Tickets[1].Title);
        Assert.Equal(("福州", "马祖", new DateTimeOffset(2026, 11, 27, 8, 30, 0, TimeSpan.FromHours(8))), (job.Order!.Trip.FromStation, job.Order.Trip.ToStation, job.Order.Trip.DepartsAt));
        Assert.True(job.Report.Success);
        // What goes to the platform is what the station wrote, no more and no less.
        Assert.True(JsonNode.DeepEquals(JobSamples.Ship()["report"], JsonNode.Parse(job.Report.Personal!)));
        Assert.DoesNotContain("罗大佑", Encoding.UTF8.GetString(job.Report.Payload), StringComparison.Ordinal);
        Assert.DoesNotContain("4502039", Encoding.UTF8.GetString(job.Report.Payload), StringComparison.Ordinal);
    }

    [Fact]
    public void A_train_passenger_without_a_ticket_gets_no_paper_and_is_still_reported()
    {
        var job = JobSamples.Good(JobSamples.Train());
        Assert.Equal(["EW1", "EW3"], job.Tickets.Select(t => t.TicketNumber));
        Assert.Equal("01车 001号 硬座", job.Tickets[0].SeatNumber);
        Assert.Equal("12A检票口", job.Tickets[0].Gate);
        Assert.True(job.Report.Success);
        Assert.True(JsonNode.DeepEquals(JobSamples.Train()["report"], JsonNode.Parse(job.Report.Personal!)));
        Assert.DoesNotContain("432524100011191212", Encoding.UTF8.GetString(job.Report.Payload), StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_that_tells_a_failure_prints_nothing()
    {
        var ship = JobSamples.Good(JobSamples.ShipFailure());
        Assert.Null(ship.Order);
        Assert.Empty(ship.Tickets);
        Assert.False(ship.Report.Success);
        Assert.Contains("NO_TICKET", ship.Failure, StringComparison.Ordinal);
        var train = JobSamples.Train();
        foreach (var ticket in Tickets(train)) ticket["fail_code"] = "1001";
        Assert.Equal((null, false), (JobSamples.Good(train).Order, JobSamples.Good(train).Report.Success));
    }

    [Fact]
    public void Tickets_of_two_trains_never_carry_the_same_trip()
    {
        var train = JobSamples.Train();
        var second = train["report"]!["book_train_details"]![0]!.DeepClone();
        (second["train_no"], second["from_station_name"], second["to_station_name"]) = ("G7", "上海", "杭州");
        foreach (var (ticket, i) in second["book_ticket_details"]!.AsArray().Select((t, i) => (t!, i))) ticket["passenger_ticket_no"] = $"EX{i}";
        train["report"]!["book_train_details"]!.AsArray().Add(second);
        var job = JobSamples.Good(train);
        Assert.Equal(4, job.Tickets.Count);
        Assert.All(job.Tickets.Take(2), t => Assert.Null(t.Trip));
        Assert.All(job.Tickets.Skip(2), t => Assert.Equal("G7", t.Trip!.Number));
    }

    public static TheoryData<string, string, string, string> ShipFaults() => new()
    {
        { "ship", "report.alitrip_order_id", "", "report.alitrip_order_id is required" },
        { "ship", "report.alitrip_order_id", "\"a/b\"", "report.alitrip_order_id must be a text of 1 to 32 letters" },
        { "ship", "report.success", "\"true\"", "report.success must be true or false" },
        { "ship", "report.total_price", "-1", "report.total_price must be a whole number from 0 to 1000000000" },
        { "ship", "report.total_price", "1.5", "report.total_price must be a whole number" },
        { "ship", "report.ticket_count", "2", "report.ticket_count must be the number of tickets in the lists, 3" },
        { "ship", "report.failed_code", "\"X\"", "report.failed_code must be left out where success is true" },
        { "ship", "report.nonsense", "1", "report.nonsense is not a field of this job" },
        { "ship", "report.passenger_list", "[]", "report.passenger_list must be a list of 1 to 20 objects" },
        { "ship", "report.passenger_list[0].ticket_list", "", "report.passenger_list[0].ticket_list is required where success is true" },
        { "ship", "report.passenger_list[0].ticket_list[0].ticket_status", "\"1\"", "report.passenger_list[0].ticket_list[0].ticket_status must be 2, or left out" },
        { "ship", "report.passenger_list[0].ticket_list[1].e_ticket_no", "\"3404040\"", "report.passenger_list must hold each ticket number once" },
        { "ship", "report.passenger_list[1].ticket_list[0].expire_time", "\"2026-12-20\"", "expire_time must be a time as" },
        { "ship", "trip", "", "trip is required where success is true" },
        { "ship", "trip.departs_at", "\"tomorrow\"", "trip.departs_at must be a time as" },
        { "ship", "journey", "\"plane\"", "journey must be ship or train" },
        { "train", "report.book_train_details[0].ticket_num", "\"2\"", "report.book_train_details[0].ticket_num must be the number of book_ticket_details, 3" },
        { "train", "report.book_train_details[0].order_total_price", "2000", "order_total_price must be a text of 1 to 9 digits" },
        { "train", "report.book_train_details[0].book_ticket_details[0].resign_flag", "\"2\"", "resign_flag must be one of 0, 1" },
        { "train", "report.book_train_details[0].book_ticket_details[0].ticket_entrance", "\"[1]\"", "ticket_entrance must be a text of up to 200 characters that is a JSON object" },
        { "train", "report.book_train_details[0].book_ticket_details[0].passenger_info.passenger_mobile", "", "passenger_info.passenger_mobile is required" },
        { "train", "report.book_train_details[0].book_ticket_details[0].passenger_info.birth_date", "\"1.1.2000\"", "birth_date must be a day as" },
        { "train", "report.book_train_details[0].book_ticket_details[0].passenger_ticket_no", "", "passenger_ticket_no is required where the order has no ticket_no" },
        { "train", "report.book_train_details[0].book_ticket_details[0].passenger_ticket_no", "\"EW3\"", "must hold each ticket number once" },
        { "train", "report.fail_code", "\"1\"", "report.fail_code must be left out where a passenger has a ticket" },
        { "train", "trip", "{}", "trip is not a field of this job" },
    };

    [Theory, MemberData(nameof(ShipFaults))]
    public void A_bad_job_is_never_taken_and_its_fault_is_named(string journey, string path, string value, string fault)
    {
        var job = journey == "ship" ? JobSamples.Ship() : JobSamples.Train();
        Put(job, path, value.Length == 0 ? null : JsonNode.Parse(value));
        var (read, faults) = JobSamples.Read(job);
        Assert.Null(read);
        Assert.Contains(faults, f => f.Contains(fault, StringComparison.Ordinal));
    }

    [Fact]
    public void All_faults_are_named_at_once_and_nothing_of_the_content_is_repeated()
    {
        var job = JobSamples.Ship();
        Put(job, "report.passenger_list[0].passenger_name", JsonNode.Parse("\"\\u0007张三\""));
        Put(job, "report.agent_order_id", null);
        Put(job, "trip.number", JsonNode.Parse("7"));
        var (_, faults) = JobSamples.Read(job);
        Assert.Equal(3, faults.Count);
        Assert.DoesNotContain("张三", string.Concat(faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"journey\":\"ship\"")]
    [InlineData("{\"journey\":\"ship\",\"journey\":\"train\",\"report\":{}}")]
    [InlineData("null")]
    [InlineData("{\"journey\":\"\\ud800\"}")]
    public void What_is_no_job_is_told_so(string text)
    {
        var (job, faults) = Job.Read(Encoding.UTF8.GetBytes(text));
        Assert.Null(job);
        Assert.NotEmpty(faults);
    }

    [Fact]
    public void A_mutated_job_never_breaks_the_reader()
    {
        var random = new Random(11);
        byte[][] seeds = [Encoding.UTF8.GetBytes(JobSamples.Ship().ToJsonString()), Encoding.UTF8.GetBytes(JobSamples.Train().ToJsonString())];
        var taken = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (byte[])seeds[i % 2].Clone();
            for (var n = random.Next(1, 4); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var (job, faults) = Job.Read(bytes.AsMemory(0, random.Next(20) == 0 ? random.Next(bytes.Length) : bytes.Length));
            Assert.Equal(job is null, faults.Count > 0);
            Assert.True(faults.Count <= 51);
            if (job is null) continue;
            taken++;
            Assert.Equal(job.Order is null, job.Tickets.Count == 0);
        }
        // A changed letter in a name is still a job.
        Assert.True(taken > 100, $"{taken} taken");
    }

    [Fact]
    public void A_job_of_any_length_is_refused_beyond_the_bound()
    {
        var (job, faults) = Job.Read(new byte[Job.MaxBytes + 1]);
        Assert.Null(job);
        Assert.Contains("262144", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_field_of_the_documents_is_a_field_of_a_job()
    {
        Assert.Equal(NamesOf(TopMessageJson.Write(FullShip())), NamesIn(JobSchema.Of(Journey.Ship), "report"));
        static IEnumerable<string> NamesIn(JobField job, string group) => Flatten(job.Fields.Single(f => f.Name == group)).Order(StringComparer.Ordinal);
        static IEnumerable<string> Flatten(JobField field) => field.Fields.SelectMany(f => Flatten(f).Prepend(f.Name));
        static IEnumerable<string> NamesOf(byte[] json)
        {
            using var document = JsonDocument.Parse(json);
            return [.. Walk(document.RootElement).Distinct().Order(StringComparer.Ordinal)];
        }
        static IEnumerable<string> Walk(JsonElement e) => e.ValueKind switch
        {
            JsonValueKind.Object => e.EnumerateObject().SelectMany(p => Walk(p.Value).Prepend(p.Name)),
            JsonValueKind.Array => e.EnumerateArray().SelectMany(Walk),
            _ => [],
        };
    }

    private static ShipAgentConfirmBookRq FullShip() => new()
    {
        AgentOrderId = "a",
        AlitripOrderId = "1",
        FetchTicketsAddress = "a",
        FetchTicketsNumber = "1",
        FetchTicketsPwd = "p",
        MainBizOrderId = 1,
        Message = "m",
        OrderAttr = "{}",
        Success = true,
        TicketCount = 1,
        TicketWicket = "w",
        TotalPrice = 1,
        FailedCode = "f",
        PassengerList =
        [
            new()
            {
                PassengerCertNo = "1", PassengerCertType = "1", PassengerId = "1", PassengerName = "n",
                TicketList =
                [
                    new()
                    {
                        ETicketNo = "e", TicketDesc = "d", TicketId = "1", TicketNo = "1", TicketPrice = 1, TicketPwd = "p", TicketSeatNo = "s", TicketStatus = "2", TicketSubType = "11",
                        TicketTitle = "t", TicketType = "1", ExtAttr = "{}", ExpireTime = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
                    },
                ],
            },
        ],
    };

    private static IEnumerable<JsonNode> Tickets(JsonObject train) => train["report"]!["book_train_details"]![0]!["book_ticket_details"]!.AsArray().Select(t => t!);

    /// <param name="value">Null: the field is taken out.</param>
    private static void Put(JsonObject job, string path, JsonNode? value)
    {
        JsonNode at = job;
        var parts = path.Replace("[", ".[", StringComparison.Ordinal).Split('.');
        foreach (var part in parts[..^1]) at = part[0] == '[' ? at[int.Parse(part[1..^1], null)]! : at[part]!;
        if (value is null) at.AsObject().Remove(parts[^1]);
        else at[parts[^1]] = value;
    }
}
