using System.Text.Json.Nodes;

namespace DeviceAgent.Simulator.Gateway;

/// <summary>The platform's books of ship orders. Safe from any thread.</summary>
/// <remarks>
/// Source: alitrip.ship.order.notify. Idempotent by alitrip_order_id: a failure may be followed by a success, the first success wins and its answer is given again.
/// Atomic: all tickets or none; a success that lacks a ticket is refused.
/// </remarks>
internal sealed class ShipLedger(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LedgerEntry> _entries = new(StringComparer.Ordinal);

    /// <summary>Registers what the platform knows of a job's order: numbers, passengers, how many tickets, the price.</summary>
    /// <returns>The order's number. An order of the same number is replaced.</returns>
    /// <exception cref="FormatException">It is no ship job.</exception>
    public string Add(JsonObject job)
    {
        var sold = JobFile.Report(job, JobFile.Ship);
        var number = OrderFile.Text(sold, "alitrip_order_id")!;
        var tickets = OrderFile.Number(sold, "ticket_count") ?? Passengers(sold).Sum(p => Tickets(p).Count);
        lock (_lock) _entries[number] = new LedgerEntry(JobFile.Ship, number, (int)tickets, sold);
        return number;
    }

    public LedgerJob? Find(string orderNumber)
    {
        lock (_lock) return _entries.GetValueOrDefault(orderNumber)?.Snapshot(Results);
    }

    public IReadOnlyList<LedgerJob> Orders
    {
        get { lock (_lock) return [.. _entries.Values.Select(e => e.Snapshot(Results))]; }
    }

    /// <param name="content">confirm_book_r_q, checked.</param>
    public JsonObject Answer(JsonObject content, string? refusal = null)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(OrderFile.Text(content, "alitrip_order_id")!, out var entry)) return Result("ORDER_NOT_FOUND", "订单不存在");
            var success = (bool)content["success"]!;
            if (entry.Applied is { Success: true } first)
            {
                Repeat(entry, first, content, success);
                entry.Take(new ReceivedCallback(time.GetUtcNow(), success, false, first.ResultCode, content));
                return Result(first.ResultCode, "成功");
            }
            var code = refusal ?? Judge(entry, content, success);
            if (code == "0" && !success && entry.Applied is not null) entry.Duplicates++;
            entry.Take(new ReceivedCallback(time.GetUtcNow(), success, code == "0", code, content));
            return Result(code, code == "0" ? "成功" : "出票通知被拒绝");
        }
    }

    private static JsonObject Result(string code, string message) => new() { ["ret_code"] = code, ["ret_msg"] = message, ["ret_success"] = code == "0" };

    private static void Repeat(LedgerEntry entry, ReceivedCallback first, JsonObject content, bool success)
    {
        entry.Duplicates++;
        if (!success) entry.Contradict("failure after success");
        else if (!JsonNode.DeepEquals(first.Content, content)) entry.Contradict("a second success that differs");
    }

    private static string Judge(LedgerEntry entry, JsonObject content, bool success)
    {
        entry.Compare(entry.Sold, content, "main_biz_order_id", "");
        ComparePassengers(entry, content);
        var tickets = Results(content).ToArray();
        if (!success)
        {
            if (tickets.Any(t => t.Issued)) entry.Contradict("a failure with an issued ticket");
            return "0";
        }
        entry.Compare(entry.Sold, content, "total_price", "");
        var count = OrderFile.Number(content, "ticket_count");
        if (count is not null && count != tickets.Length) entry.Contradict($"ticket_count {count}, {tickets.Length} tickets listed");
        if ((count ?? tickets.Length) != entry.TicketCount) entry.Contradict($"{count ?? tickets.Length} tickets reported, {entry.TicketCount} sold");
        var isWhole = tickets.All(t => t.Issued) && tickets.Select(t => t.Number is null).Distinct().Count() <= 1;
        if (isWhole) return "0";
        entry.Contradict("a success for a part of the tickets");
        return "PARTIAL_SUCCESS";
    }

    private static void ComparePassengers(LedgerEntry entry, JsonObject content)
    {
        if (content["passenger_list"] is null) return;
        var (sold, reported) = (Passengers(entry.Sold), Passengers(content));
        if (sold.Count != reported.Count)
        {
            entry.Contradict($"{reported.Count} passengers, {sold.Count} ordered");
            return;
        }
        for (var i = 0; i < sold.Count; i++)
            foreach (var name in (string[])["passenger_id", "passenger_name", "passenger_cert_type", "passenger_cert_no"])
                entry.Compare(sold[i], reported[i], name, $"passenger_list[{i}].");
    }

    // Statuses: 1 being issued, 2 issued, 3 none left, 4-6 being returned. Without one the order's success is the ticket's.
    private static IEnumerable<LedgerTicket> Results(JsonObject content) =>
        from passenger in Passengers(content)
        from ticket in Tickets(passenger)
        let number = Filled(ticket, "ticket_no") ?? Filled(ticket, "e_ticket_no")
        let issued = Filled(ticket, "ticket_status") is { } status ? status == "2" || (status == "1" && (bool)content["success"]!) : (bool)content["success"]!
        select new LedgerTicket(Filled(passenger, "passenger_id"), Filled(passenger, "passenger_name"), number, Filled(ticket, "ticket_seat_no"), issued);

    private static string? Filled(JsonObject o, string name) => OrderFile.Text(o, name) is { Length: > 0 } text ? text : null;

    private static List<JsonObject> Passengers(JsonObject content) => JobFile.List(content, "passenger_list");

    private static List<JsonObject> Tickets(JsonObject passenger) => JobFile.List(passenger, "ticket_list");
}
