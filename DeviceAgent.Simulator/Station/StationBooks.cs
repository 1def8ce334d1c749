using System.Globalization;
using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;

namespace DeviceAgent.Simulator.Station;

/// <summary>An answer of the station's system before it is written.</summary>
/// <param name="Status">HTTP.</param>
internal sealed record StationReply(int Status, JsonObject? Body = null)
{
    public static StationReply Done { get; } = new(204);

    public static StationReply Unknown { get; } = new(404, Reason("unknown"));

    public static StationReply Conflict(string reason) => new(409, Reason(reason));

    public static StationReply Invalid(string reason) => new(400, Reason(reason));

    private static JsonObject Reason(string reason) => new() { ["reason"] = reason };
}

/// <summary>The books of the station's ticketing system. Safe from any thread.</summary>
/// <remarks>
/// Allocation, confirmation and release are idempotent by order number; an attempt that is older than the newest allocation's releases nothing.
/// Another kiosk that asks for an outstanding order gets the same tickets and holds it from then on: the passenger has walked over, and the first kiosk's release may still wait.
/// </remarks>
internal sealed class StationBooks(TimeProvider time)
{
    private const int Most = 1000;
    private const long PriceFen = 5000;
    private readonly Lock _lock = new();
    private readonly StationSeats _seats = new();
    private readonly Dictionary<(string Order, string Kiosk), long> _givenBack = [];
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (ReturnDecision Decision, string? Reason)> _decided = new(StringComparer.Ordinal);
    private readonly List<string> _strays = [];

    public StationOrder? Find(string orderNumber)
    {
        lock (_lock) return _entries.GetValueOrDefault(orderNumber)?.Snapshot();
    }

    public IReadOnlyList<StationOrder> Orders
    {
        get { lock (_lock) return [.. _entries.Values.Select(e => e.Snapshot())]; }
    }

    /// <summary>Every contradiction, those about orders that were never allocated too.</summary>
    public IReadOnlyList<string> Contradictions
    {
        get { lock (_lock) return [.. _strays, .. _entries.SelectMany(e => e.Value.Contradictions.Select(c => $"{e.Key}: {c}"))]; }
    }

    /// <summary>The station knows a ticket's order without having allocated it: the order brought its own numbers, and was issued.</summary>
    /// <param name="order">As the platform's query shows it.</param>
    public void AddIssued(JsonObject order)
    {
        var number = OrderFile.Text(order, "alitrip_order_id")!;
        var trip = order["tvm_bus_line_info"] is JsonObject line ? $"{OrderFile.Text(line, "bus_number")} {OrderFile.Text(line, "dep_time")}" : "";
        var tickets = OrderFile.Passengers(order).Select((p, i) => new StationTicket(i, OrderFile.Text(p, "agent_ticket_id") ?? "", OrderFile.Text(p, "seat_number") ?? "",
            StationSeats.GateOf(trip), OrderFile.Text(p, "rider_name"), OrderFile.Number(p, "ticket_price") ?? PriceFen));
        lock (_lock)
        {
            var entry = _entries[number] = new Entry(number, trip, OrderFile.Text(order, "agent_order_id")) { State = StationOrderState.Confirmed, Tickets = [.. tickets] };
            foreach (var ticket in entry.Tickets.Where(t => t.SeatNumber.Length > 0))
                if (_seats.Keep(trip, ticket.SeatNumber, number) is { } other) entry.Contradict($"seat {ticket.SeatNumber} is given to {other}, too");
        }
    }

    /// <summary>What the station will say when this return is asked for the first time.</summary>
    /// <param name="code">"order" or "order/ticket".</param>
    public void Decide(string code, ReturnDecision decision, string reason)
    {
        lock (_lock) _decided[code] = (decision, reason);
    }

    /// <param name="request">Checked.</param>
    public StationReply Allocate(string orderNumber, JsonObject request)
    {
        var (kiosk, attempt) = Who(request);
        lock (_lock)
        {
            if (_givenBack.TryGetValue((orderNumber, kiosk), out var given) && attempt <= given)
                return StationReply.Conflict($"attempt {attempt.ToString(CultureInfo.InvariantCulture)} was released");
            if (!_entries.TryGetValue(orderNumber, out var entry)) _entries[orderNumber] = entry = new Entry(orderNumber, TripOf(request), OrderFile.Text(request, "agent_order_number"));
            else if (entry.RefusalOf(request, kiosk, attempt) is { } reason) return StationReply.Conflict(reason);
            entry.Allocations++;
            if (entry.State == StationOrderState.Released) Draw(entry, request);
            entry.Hold(kiosk, attempt);
            return new StationReply(200, new JsonObject { ["tickets"] = new JsonArray([.. entry.Tickets.Select(TicketOf)]) });
        }
    }

    public StationReply Confirm(string orderNumber, JsonObject request)
    {
        var (kiosk, attempt) = Who(request);
        lock (_lock)
        {
            if (!_entries.TryGetValue(orderNumber, out var entry))
            {
                Stray($"{orderNumber}: a confirm without an allocation");
                return StationReply.Unknown;
            }
            entry.Confirms++;
            if (entry.State == StationOrderState.Released)
            {
                entry.Contradict("a confirm of what was released");
                foreach (var ticket in entry.Tickets)
                    if (_seats.HolderOf(entry.Trip, ticket.SeatNumber) is { } other && other != orderNumber) entry.Contradict($"seat {ticket.SeatNumber} is given to {other}, too");
                return StationReply.Conflict("it was released");
            }
            if (kiosk != entry.Kiosk) entry.Contradict($"a confirm by {kiosk} of what {entry.Kiosk} holds");
            else if (attempt != entry.Attempt) entry.Contradict($"a confirm of attempt {attempt}, allocated to attempt {entry.Attempt}");
            entry.State = StationOrderState.Confirmed;
            return StationReply.Done;
        }
    }

    public StationReply Release(string orderNumber, JsonObject request)
    {
        var (kiosk, attempt) = Who(request);
        lock (_lock)
        {
            _entries.TryGetValue(orderNumber, out var entry);
            if (entry is not null) entry.Releases++;
            if (entry is { State: StationOrderState.Confirmed } && kiosk == entry.Kiosk && attempt >= entry.Attempt)
            {
                entry.Contradict("a release of what was confirmed");
                return StationReply.Conflict("it was confirmed");
            }
            // The allocation that it gives back may still be on its way.
            if (_givenBack.Count < Most || _givenBack.ContainsKey((orderNumber, kiosk))) _givenBack[(orderNumber, kiosk)] = Math.Max(attempt, _givenBack.GetValueOrDefault((orderNumber, kiosk)));
            if (entry is not { State: StationOrderState.Allocated } || kiosk != entry.Kiosk || attempt < entry.Attempt) return StationReply.Done;
            entry.State = StationOrderState.Released;
            entry.Hold(kiosk, attempt);
            foreach (var ticket in entry.Tickets) _seats.Free(entry.Trip, ticket.SeatNumber, orderNumber);
            return StationReply.Done;
        }
    }

    /// <param name="ticketNumber">Null: the whole order.</param>
    public StationReply Return(string orderNumber, string? ticketNumber, JsonObject request)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(orderNumber, out var entry)) return StationReply.Unknown;
            if (ticketNumber is not null && entry.Tickets.All(t => t.TicketNumber != ticketNumber)) return StationReply.Unknown;
            entry.CheckReturn(ticketNumber, request);
            var code = ticketNumber is null ? orderNumber : $"{orderNumber}/{ticketNumber}";
            return new StationReply(200, entry.Return(ticketNumber, _decided.TryGetValue(code, out var decided) ? decided : null, time.GetUtcNow()));
        }
    }

    private static (string Kiosk, long Attempt) Who(JsonObject request) => (OrderFile.Text(request, "kiosk")!, OrderFile.Number(request, "attempt")!.Value);

    // As the platform writes it, so that a trip is the same one whoever sold it.
    private static string TripOf(JsonObject request) =>
        $"{OrderFile.Text((JsonObject)request["trip"]!, "number")} {TopProtocol.Moment(DateTimeOffset.Parse(OrderFile.Text((JsonObject)request["trip"]!, "departs_at")!, CultureInfo.InvariantCulture))}";

    private static JsonObject TicketOf(StationTicket ticket) => new()
    {
        ["passenger"] = ticket.Passenger,
        ["ticket_number"] = ticket.TicketNumber,
        ["seat_number"] = ticket.SeatNumber,
        ["gate"] = ticket.Gate,
    };

    private void Stray(string what)
    {
        if (_strays.Count < Most) _strays.Add(what);
    }

    private void Draw(Entry entry, JsonObject request)
    {
        var passengers = JobFile.List(request, "passengers");
        entry.Sale = SaleOf(request);
        entry.Trip = TripOf(request);
        entry.Tickets = [.. passengers.Select((p, i) => new StationTicket(i, _seats.Number(entry.OrderNumber, i, OrderFile.Text(p, "ticket_number")),
            _seats.Take(entry.Trip, entry.OrderNumber, i, OrderFile.Text(p, "seat_number")), StationSeats.GateOf(entry.Trip), OrderFile.Text(p, "name"), PriceFen))];
        entry.State = StationOrderState.Allocated;
    }

    // What is asked for, whoever asks.
    private static JsonObject SaleOf(JsonObject request)
    {
        var sale = (JsonObject)request.DeepClone();
        sale.Remove("kiosk");
        sale.Remove("attempt");
        return sale;
    }

    private sealed class Entry(string orderNumber, string trip, string? agentOrderNumber)
    {
        private readonly List<string> _contradictions = [];
        private readonly List<StationReturn> _returns = [];

        public string OrderNumber => orderNumber;
        public string Trip { get; set; } = trip;
        public string Kiosk { get; private set; } = "";
        public long Attempt { get; private set; }
        public JsonObject? Sale { get; set; }
        public StationOrderState State { get; set; } = StationOrderState.Released;
        public IReadOnlyList<StationTicket> Tickets { get; set; } = [];
        public int Allocations { get; set; }
        public int Confirms { get; set; }
        public int Releases { get; set; }
        public IReadOnlyList<string> Contradictions => _contradictions;

        public StationOrder Snapshot() => new(orderNumber, State, Kiosk, Attempt, Tickets, Allocations, Confirms, Releases, [.. _returns], [.. _contradictions]);

        public void Contradict(string what)
        {
            if (_contradictions.Count < Most) _contradictions.Add(what);
        }

        public void Hold(string kiosk, long attempt)
        {
            if (State == StationOrderState.Confirmed) return;
            Attempt = kiosk == Kiosk ? Math.Max(Attempt, attempt) : attempt;
            Kiosk = kiosk;
        }

        /// <returns>Why an order that is known is not allocated; null when it is.</returns>
        public string? RefusalOf(JsonObject request, string kiosk, long attempt)
        {
            var isLate = kiosk == Kiosk && attempt <= Attempt;
            switch (State)
            {
                case StationOrderState.Released when isLate:
                    return $"attempt {attempt.ToString(CultureInfo.InvariantCulture)} was released";
                case StationOrderState.Confirmed when !isLate:
                    if (kiosk == Kiosk) Contradict("an allocation of what was confirmed");
                    return "it is issued already";
                case StationOrderState.Allocated when !JsonNode.DeepEquals(Sale, SaleOf(request)):
                    Contradict("two different allocations outstanding");
                    return "it is allocated otherwise";
                default:
                    return null;
            }
        }

        public void CheckReturn(string? ticketNumber, JsonObject request)
        {
            if (OrderFile.Text(request, "agent_order_number") is { } theirs && agentOrderNumber is not null && theirs != agentOrderNumber) Contradict("a return with another agent_order_number");
            if (ticketNumber is not null && OrderFile.Text(request, "passenger_name") is { } name && Ticket(ticketNumber).PassengerName is { } ours && name != ours)
                Contradict("a return with another passenger_name");
        }

        public JsonObject Return(string? ticketNumber, (ReturnDecision Decision, string? Reason)? decided, DateTimeOffset now)
        {
            var at = _returns.FindIndex(r => r.TicketNumber == ticketNumber);
            if (at >= 0)
            {
                _returns[at] = _returns[at] with { Asked = _returns[at].Asked + 1 };
                return AnswerOf(_returns[at]);
            }
            var decision = DecisionOf(ticketNumber, decided, now);
            if (decided is not null || decision.Decision != ReturnDecision.Refused) _returns.Add(decision);
            return AnswerOf(decision);
        }

        private StationTicket Ticket(string ticketNumber) => Tickets.First(t => t.TicketNumber == ticketNumber);

        private StationReturn DecisionOf(string? ticketNumber, (ReturnDecision Decision, string? Reason)? decided, DateTimeOffset now)
        {
            var done = _returns.Where(r => r.Decision == ReturnDecision.Returned).ToArray();
            var refusal = State != StationOrderState.Confirmed ? "未出票"
                : ticketNumber is null && done.Length > 0 ? "部分车票已退"
                : ticketNumber is not null && done.Any(r => r.TicketNumber is null) ? "订单已退"
                : null;
            if (refusal is not null) return new StationReturn(ticketNumber, ReturnDecision.Refused, refusal, 0, now, 1);
            if (decided is { Decision: not ReturnDecision.Returned } other) return new StationReturn(ticketNumber, other.Decision, other.Reason, 0, now, 1);
            // A fifth is kept, as a station keeps its fee.
            var price = ticketNumber is null ? Tickets.Sum(t => t.PriceFen) : Ticket(ticketNumber).PriceFen;
            return new StationReturn(ticketNumber, ReturnDecision.Returned, null, price * 4 / 5, now, 1);
        }

        private JsonObject AnswerOf(StationReturn decision)
        {
            var answer = new JsonObject { ["decision"] = decision.Decision.ToString().ToLowerInvariant() };
            if (decision.Reason is not null) answer["reason"] = decision.Reason;
            if (decision.Decision == ReturnDecision.Refused) return answer;
            if (agentOrderNumber is not null) answer["agent_order_number"] = agentOrderNumber;
            if (decision.TicketNumber is not null && Ticket(decision.TicketNumber).PassengerName is { } name) answer["passenger_name"] = name;
            if (decision.Decision == ReturnDecision.Failed) return answer;
            answer["refund_amount_fen"] = decision.RefundFen;
            answer["returned_at"] = decision.DecidedAt.ToOffset(TopProtocol.Zone).ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
            return answer;
        }
    }
}
