using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>What the witnesses are asked about.</summary>
/// <param name="BusNumber">Stands on each ticket, whole or not; null where the order names none.</param>
/// <param name="TicketNumbers">Where the order brings them: each must stand in exactly one ticket's QR code.</param>
/// <param name="MayBeIssued">The platform would take a success for this order.</param>
internal sealed record ExpectedOrder(string OrderNumber, int Tickets, string? BusNumber, IReadOnlyList<string> TicketNumbers, bool MayBeIssued)
{
    public static ExpectedOrder Of(JsonObject order)
    {
        var numbers = OrderFile.Passengers(order).Select(p => OrderFile.Text(p, "agent_ticket_id")).ToArray();
        var refunded = order["refunds"]?["tvm_refund_apply"] is JsonArray refunds && refunds.OfType<JsonObject>().Any(r => OrderFile.Number(r, "refund_status") != 20);
        return new ExpectedOrder(OrderFile.Text(order, "alitrip_order_id")!, (int)(OrderFile.Number(order, "ticket_count") ?? numbers.Length),
            order["tvm_bus_line_info"] is JsonObject line ? OrderFile.Text(line, "bus_number") : null,
            numbers.All(n => n is { Length: > 0 }) ? [.. numbers.Select(n => n!)] : [],
            OrderFile.Number(order, "order_status") is 20 or 30 && !refunded);
    }
}

/// <summary>What the witnesses are asked about a ship or train order, by the job's own words.</summary>
/// <param name="Journey">"ship" or "train".</param>
/// <param name="TripNumbers">One of them stands on each ticket, whole or not.</param>
/// <param name="TicketNumbers">Of those who have a ticket: the second half of each QR code.</param>
/// <param name="Failed">Passengers whose ticket could not be had.</param>
internal sealed record ExpectedJob(string Journey, string OrderNumber, IReadOnlyList<string> TripNumbers, IReadOnlyList<string> TicketNumbers, int Failed)
{
    /// <exception cref="FormatException">It is no job.</exception>
    public static ExpectedJob Of(JsonObject job)
    {
        var journey = OrderFile.Text(job, "journey") ?? "";
        var report = JobFile.Report(job, journey);
        return journey == JobFile.Ship ? OfShip(job, report) : OfTrain(report);
    }

    private static ExpectedJob OfShip(JsonObject job, JsonObject report)
    {
        var success = (bool)report["success"]!;
        var tickets = JobFile.List(report, "passenger_list").SelectMany(p => JobFile.List(p, "ticket_list")).ToArray();
        var trip = job["trip"] is JsonObject told ? OrderFile.Text(told, "number") : null;
        return new ExpectedJob(JobFile.Ship, OrderFile.Text(report, "alitrip_order_id")!, trip is null ? [] : [trip],
            success ? [.. tickets.Select(t => Filled(t, "ticket_no") ?? Filled(t, "e_ticket_no") ?? Filled(t, "ticket_id") ?? "")] : [], success ? 0 : tickets.Length);
    }

    private static ExpectedJob OfTrain(JsonObject report)
    {
        var trains = JobFile.List(report, "book_train_details");
        var tickets = trains.SelectMany(t => JobFile.List(t, "book_ticket_details")).ToLookup(t => Filled(t, "fail_code") is null);
        return new ExpectedJob(JobFile.Train, OrderFile.Text(report, "order_id")!, [.. trains.Select(t => OrderFile.Text(t, "train_no")).OfType<string>()],
            [.. tickets[true].Select(t => Filled(t, "passenger_ticket_no") ?? Filled(report, "ticket_no") ?? "")], tickets[false].Count());
    }

    private static string? Filled(JsonObject o, string name) => OrderFile.Text(o, name) is { Length: > 0 } text ? text : null;
}

/// <summary>What the witnesses are asked about an order of which one ticket was returned.</summary>
/// <param name="Code">The returned ticket's QR code as it was printed, "order/ticket": the return's number in the journal.</param>
internal sealed record ExpectedReturn(ExpectedOrder Issue, string Code)
{
    public string TicketNumber => Code[(Code.IndexOf('/', StringComparison.Ordinal) + 1)..];
}
