using System.Text.Json.Nodes;

namespace DeviceAgent.Simulator.Gateway;

/// <summary>One return as it came in, with the business's answer.</summary>
/// <param name="TicketNumber">Null: the whole order.</param>
/// <param name="Success">agent_return_ticket_status 1; otherwise 2.</param>
/// <param name="ResultCode">"0" when it was applied.</param>
internal sealed record ReceivedReturn(DateTimeOffset At, string? TicketNumber, bool Success, bool Applied, string ResultCode, JsonObject Content);

/// <summary>The returns of one bus order: taobao.bus.agent.returnticket.confirm. Its owner holds the lock.</summary>
/// <remarks>
/// The document promises no idempotency: a ticket is returned once. A return that succeeded puts a refund into the order, which the query shows.
/// Of a whole order that was returned in part, the rest is refunded.
/// </remarks>
internal sealed class BusReturns(JsonObject order)
{
    private const int Most = 1000;
    private readonly List<ReceivedReturn> _received = [];

    public IReadOnlyList<ReceivedReturn> Received => _received;

    /// <param name="content">param_agent_confirm_return_r_q, checked.</param>
    /// <param name="tickets">The order's ticket numbers with their passengers: as reported, else as ordered.</param>
    /// <param name="contradict">Takes what does not fit the order or an earlier return.</param>
    /// <param name="repeated">Called for a return that was told before.</param>
    /// <returns>The result code; "0" when it was applied.</returns>
    public string Take(JsonObject content, IReadOnlyList<JsonObject> tickets, DateTimeOffset now, string? refusal, Action<string> contradict, Action repeated)
    {
        var byTicket = OrderFile.Number(content, "agent_return_ticket_type") == 0;
        var success = OrderFile.Number(content, "agent_return_ticket_status") == 1;
        var number = byTicket && OrderFile.Text(content, "agent_ticket_id") is { Length: > 0 } text ? text : null;
        var code = refusal ?? (byTicket && number is null ? "PARAM_CHECK_LACK_TICKET_ID" : Judge(content, number, success, tickets, contradict, repeated));
        if (code == "0" && success) Refund(number, tickets, now);
        if (_received.Count < Most) _received.Add(new ReceivedReturn(now, number, success, code == "0", code, content));
        return code;
    }

    private string Judge(JsonObject content, string? number, bool success, IReadOnlyList<JsonObject> tickets, Action<string> contradict, Action repeated)
    {
        if (OrderFile.Number(order, "order_status") != 50)
        {
            contradict($"a return for an order of status {OrderFile.Number(order, "order_status")}");
            return "ORDER_STATUS_ERROR";
        }
        var ticket = number is null ? null : tickets.FirstOrDefault(t => OrderFile.Text(t, "agent_ticket_id") == number);
        if (number is not null && ticket is null)
        {
            contradict("a return of a ticket that is not the order's");
            return "TICKET_NOT_FOUND";
        }
        if (ticket is not null && OrderFile.Text(content, "passenger_name") is { } name && name != OrderFile.Text(ticket, "rider_name")) contradict("passenger_name differs from the ticket's");
        if (IsReturned(number, tickets))
        {
            if (success) repeated();
            else contradict("a failed return after its success");
            return "TICKET_ALREADY_RETURNED";
        }
        if (_received.Any(r => r.Applied && r.TicketNumber == number))
        {
            if (success) contradict("a successful return after its failure");
            else repeated();
        }
        return "0";
    }

    private bool IsReturned(string? number, IReadOnlyList<JsonObject> tickets)
    {
        var done = _received.Where(r => r is { Applied: true, Success: true }).ToArray();
        return done.Any(r => r.TicketNumber is null || r.TicketNumber == number)
            || (number is null && tickets.Count > 0 && tickets.All(t => done.Any(r => r.TicketNumber == OrderFile.Text(t, "agent_ticket_id"))));
    }

    private void Refund(string? number, IReadOnlyList<JsonObject> tickets, DateTimeOffset now)
    {
        var list = ListOf(order);
        var amount = number is null
            ? (OrderFile.Number(order, "total_price") ?? 0) - list.OfType<JsonObject>().Sum(r => OrderFile.Number(r, "refund_amount") ?? 0)
            : OrderFile.Number(tickets.First(t => OrderFile.Text(t, "agent_ticket_id") == number), "ticket_price") ?? 0;
        list.Add(RefundOf(list.Count + 1, amount, now));
    }

    /// <summary>refunds.tvm_refund_apply, made when it is not there.</summary>
    public static JsonArray ListOf(JsonObject order)
    {
        if (order["refunds"] is not JsonObject wrapper) order["refunds"] = wrapper = [];
        if (wrapper["tvm_refund_apply"] is not JsonArray list) wrapper["tvm_refund_apply"] = list = [];
        return list;
    }

    /// <param name="amount">fen.</param>
    public static JsonObject RefundOf(int number, long amount, DateTimeOffset now) => new()
    {
        ["apply_id"] = number,
        ["gmt_create"] = TopProtocol.Moment(now),
        ["gmt_refund_succ_time"] = TopProtocol.Moment(now),
        ["refund_amount"] = amount,
        ["refund_status"] = 40,
    };
}
