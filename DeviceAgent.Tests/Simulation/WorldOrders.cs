using System.Globalization;
using System.Text;
using DeviceAgent.Issuance;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Tests.Simulation;

/// <summary>Something that paper is printed for, as the world knows it.</summary>
internal abstract class WorldOrder(OrderKey key)
{
    public OrderKey Key => key;

    /// <summary>What the paper says that it is.</summary>
    public abstract IReadOnlyList<string> Tickets { get; }

    /// <summary>The other side itself has closed or refunded it.</summary>
    public bool WasClosed { get; set; }

    /// <summary>The business refused a report that it could have taken.</summary>
    public bool WasRefused { get; set; }

    /// <summary>Reports that went out and whose answer the kiosk never got.</summary>
    public int Unanswered { get; set; }
}

/// <summary>A bus order in the platform's books.</summary>
internal sealed class LedgerOrder(TvmBusOrderLineInfo info) : WorldOrder(new(Journey.Bus, info.AlitripOrderId!))
{
    public TvmBusOrderLineInfo Info { get; set; } = info;

    public int Status => Info.OrderStatus ?? 0;

    /// <summary>Success reports that changed the order.</summary>
    public int Booked { get; set; }

    /// <summary>A report was sent whose answer the kiosk never got, and it has not asked since.</summary>
    public bool IsUnanswered { get; set; }

    public override IReadOnlyList<string> Tickets { get; } = [.. info.Passengers.Select(p => $"{info.AlitripOrderId}/{p.AgentTicketId}")];
}

/// <summary>A ship's or train's order: made elsewhere, given to the kiosk as a job.</summary>
internal sealed class LedgerJob(Job job) : WorldOrder(job.Key)
{
    public Job Job => job;

    public string Number => job.Key.Number;

    /// <summary>Reports that the platform took.</summary>
    public int Applied { get; set; }

    public override IReadOnlyList<string> Tickets { get; } = [.. job.Tickets.Select(t => $"{job.Key.Number}/{t.TicketNumber}")];
}

/// <summary>Jobs as a station's own system hands them over.</summary>
internal static class WorldJobs
{
    private const string Train = """
        "to_station_name": "Shanghai", "arrive_time": "2026-03-02 18:28:00", "order_total_price": "55300", "train_date": "2026-03-02", "from_station_name": "Beijing",
        "to_station_code": "AOH", "train_no": "G101", "from_station_code": "VNP", "start_time": "2026-03-02 13:00:00"
        """;

    public static Job Ship(string number, int tickets)
    {
        var passengers = Enumerable.Range(1, tickets).Select(i => string.Create(CultureInfo.InvariantCulture,
            $$"""{ "passenger_name": "张三", "ticket_list": [{ "ticket_id": "I{{i}}", "ticket_no": "T{{i:00}}", "ticket_price": 21500, "ticket_type": "1" }] }"""));
        return Read($$"""
            { "journey": "ship", "trip": { "number": "HX123", "from_station": "福州", "to_station": "马祖", "departs_at": "2026-03-02 13:30:00" },
              "report": { "agent_order_id": "A-{{number}}", "alitrip_order_id": "{{number}}", "success": true, "passenger_list": [{{string.Join(',', passengers)}}] } }
            """);
    }

    public static Job FailedShip(string number) => Read($$"""
        { "journey": "ship", "report": { "agent_order_id": "A-{{number}}", "alitrip_order_id": "{{number}}", "success": false, "failed_code": "SOLD_OUT" } }
        """);

    /// <param name="failed">Passengers without a ticket, after the others.</param>
    public static Job TrainOf(string number, int tickets, int failed = 0)
    {
        var details = Enumerable.Range(1, tickets + failed).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""
            { "resign_flag": "0", "ticket_price": "55300", "ticket_type": "1", "seat_type": "1", "ticket_status": "11", "refund_flag": "0", "seat_name": "二等座", "change_flag": "1",
              "passenger_info": { "passenger_name": "李四", "passenger_mobile": "1", "passenger_id_no": "1", "passenger_id_type": "0", "passenger_id": "P{{i}}" },
              {{(i > tickets ? "\"fail_code\": \"1001\"" : $"\"seat_no\": \"{i}A\", \"passenger_ticket_no\": \"T{i:00}\"")}} }
            """));
        return Read(string.Create(CultureInfo.InvariantCulture, $$"""
            { "journey": "train", "report": { "supplier_order_id": "A-{{number}}", "order_id": "{{number}}", "order_status": "11", "purchase_type": "2", {{(tickets == 0 ? "\"fail_code\": \"1001\"," : "")}}
              "book_train_details": [{ {{Train}}, "ticket_num": "{{tickets + failed}}", "book_ticket_details": [{{string.Join(',', details)}}] }] } }
            """));
    }

    private static Job Read(string json)
    {
        var (job, faults) = Job.Read(Encoding.UTF8.GetBytes(json));
        return job ?? throw new InvalidOperationException(string.Join('\n', faults));
    }
}
