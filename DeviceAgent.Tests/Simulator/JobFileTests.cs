using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Issuance;
using DeviceAgent.Simulator.Gateway;

namespace DeviceAgent.Tests.Simulator;

public sealed class JobFileTests
{
    [Theory]
    [InlineData("ship-1", 1, 1), InlineData("ship-2", 2, 3), InlineData("train-1", 1, 1), InlineData("train-3", 3, 3)]
    public void A_sample_job_is_not_incomplete(string name, int passengers, int tickets)
    {
        Assert.Equal(["ship-1", "ship-2", "train-1", "train-3"], JobFile.Samples);
        var now = new DateTimeOffset(2026, 3, 1, 20, 0, 0, TimeSpan.Zero);
        var job = JobFile.Sample(name, now);
        var isShip = (string?)job["journey"] == "ship";
        var report = JobFile.Report(job, isShip ? JobFile.Ship : JobFile.Train);
        Assert.DoesNotContain("@", job.ToJsonString(), StringComparison.Ordinal);
        var ledger = new GatewayLedger(new PassengerCipher(), TimeProvider.System);
        var number = isShip ? ledger.Ships.Add(job) : ledger.Trains.Add(job);
        var sold = (isShip ? ledger.Ships.Find(number) : ledger.Trains.Find(number))!;
        Assert.Equal(tickets, sold.TicketCount);
        if (isShip)
        {
            Assert.Equal("2026-03-03 08:30:00", (string?)job["trip"]!["departs_at"]);
            Assert.Equal(passengers, report["passenger_list"]!.AsArray().Count);
            ledger.Ships.Answer(report);
        }
        else
        {
            Assert.Equal("2026-03-03", (string?)report["book_train_details"]![0]!["train_date"]);
            Assert.Equal(passengers, report["book_train_details"]![0]!["book_ticket_details"]!.AsArray().Count);
            ledger.Trains.Answer(GatewayTrainTests.Encrypted(report), out _);
        }
        sold = (isShip ? ledger.Ships.Find(number) : ledger.Trains.Find(number))!;
        Assert.Equal(("success", tickets), (sold.Outcome, sold.Tickets.Count));
        Assert.Equal(name == "train-3" ? 1 : 0, sold.Tickets.Count(t => !t.Issued));
        Assert.Empty(sold.Contradictions);
        Assert.Equal(sold.Tickets.Count(t => t.Issued), sold.Tickets.Where(t => t.Issued).Select(t => t.Number).Distinct().Count());
    }

    [Fact]
    public void A_sample_job_is_not_one_that_the_agent_refuses()
    {
        foreach (var name in JobFile.Samples)
        {
            var (job, faults) = Job.Read(Encoding.UTF8.GetBytes(JobFile.Sample(name, TimeProvider.System.GetUtcNow()).ToJsonString()));
            Assert.Equal([], faults);
            Assert.NotNull(job);
        }
    }

    [Theory]
    [InlineData("null"), InlineData("[]"), InlineData("{}"), InlineData("{\"journey\":\"bus\",\"report\":{}}"), InlineData("{\"journey\":\"ship\"}"), InlineData("{\"journey\":\"ship\",\"report\":[]}")]
    [InlineData("{\"journey\":\"ship\",\"report\":{\"success\":true}}"), InlineData("{\"journey\":\"train\",\"report\":{\"agent_order_id\":\"1\",\"alitrip_order_id\":\"1\",\"success\":true}}")]
    public void A_file_that_is_no_job_is_not_taken_for_one(string json) =>
        Assert.Throws<FormatException>(() => JobFile.Parse(JsonNode.Parse(json), TimeProvider.System.GetUtcNow()));

    [Fact]
    public void A_job_is_not_sold_as_another_journeys()
    {
        var ledger = new GatewayLedger(new PassengerCipher(), TimeProvider.System);
        Assert.Throws<FormatException>(() => ledger.Ships.Add(JobFile.Sample("train-1", DateTimeOffset.UnixEpoch)));
        Assert.Throws<FormatException>(() => ledger.Trains.Add(JobFile.Sample("ship-1", DateTimeOffset.UnixEpoch)));
    }

    [Fact]
    public void A_job_is_not_read_from_what_is_no_JSON()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, JobFile.Sample("ship-1", DateTimeOffset.UnixEpoch).ToJsonString());
            Assert.Equal("ship", (string?)JobFile.Read(path, DateTimeOffset.UnixEpoch)["journey"]);
            File.WriteAllText(path, "{");
            Assert.Throws<FormatException>(() => JobFile.Read(path, DateTimeOffset.UnixEpoch));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
