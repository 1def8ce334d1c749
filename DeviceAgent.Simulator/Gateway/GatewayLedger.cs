using System.Text.Json.Nodes;

namespace DeviceAgent.Simulator.Gateway;

/// <summary>One report as it came in, with the business's answer.</summary>
/// <param name="ResultCode">"0" when it was applied.</param>
internal sealed record ReceivedReport(DateTimeOffset At, bool Success, string BookTime, string PayMode, bool Applied, string ResultCode, IReadOnlyDictionary<string, string> Fields);

/// <summary>What the platform holds of one order. A snapshot.</summary>
/// <param name="Outcome">"success", "failed" (refunded) or "none".</param>
/// <param name="DuplicateReports">Reports that came after the outcome was known and said the same.</param>
/// <param name="Contradictions">Reports that say something else than the order or an earlier report.</param>
internal sealed record LedgerOrder(
    string OrderNumber, int Status, int TicketCount, string Outcome, int Queries, int DuplicateReports,
    IReadOnlyList<ReceivedReport> Reports, IReadOnlyList<string> Contradictions)
{
    /// <summary>Returns of its tickets; the repeated ones count among the duplicate reports.</summary>
    public IReadOnlyList<ReceivedReturn> Returns { get; init; } = [];

    /// <summary>Amounts of the order's refunds in fen, as the query shows them.</summary>
    public IReadOnlyList<long> RefundsFen { get; init; } = [];
}

/// <summary>The platform's books. Safe from any thread.</summary>
/// <remarks>
/// taobao.bus.tvmbookorder.set documents no idempotency and has none here: a second success is refused with ORDER_STATUS_ERROR.
/// A failure makes the platform refund: status -1, with a refund of the whole price.
/// </remarks>
internal sealed class GatewayLedger(PassengerCipher cipher, TimeProvider time)
{
    private const int MostReports = 1000;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly List<string> _strays = [];

    public ShipLedger Ships { get; } = new(time);

    public TrainLedger Trains { get; } = new(cipher, time);

    /// <summary>Contradictions about orders that nobody knows.</summary>
    public IReadOnlyList<string> Strays
    {
        get { lock (_lock) return [.. _strays]; }
    }

    /// <returns>The order's number. An order of the same number is replaced.</returns>
    public string Add(JsonObject order)
    {
        var entry = new Entry(order);
        lock (_lock) _entries[entry.OrderNumber] = entry;
        return entry.OrderNumber;
    }

    /// <summary>Registers a ship or train job's order.</summary>
    /// <returns>The order's number.</returns>
    /// <exception cref="FormatException">It is no job.</exception>
    public string AddJob(JsonObject job) => OrderFile.Text(job, "journey") == JobFile.Ship ? Ships.Add(job) : Trains.Add(job);

    public LedgerOrder? Find(string orderNumber)
    {
        lock (_lock) return _entries.GetValueOrDefault(orderNumber)?.Snapshot();
    }

    public IReadOnlyList<LedgerOrder> Orders
    {
        get { lock (_lock) return [.. _entries.Values.Select(e => e.Snapshot())]; }
    }

    /// <summary>The order's state changes at the platform by itself: cancelled, closed, timed out.</summary>
    public void SetStatus(string orderNumber, int status)
    {
        lock (_lock) _entries[orderNumber].Status = status;
    }

    public JsonObject AnswerQuery(string orderNumber)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(orderNumber, out var entry)) return Result("ORDER_NOT_FOUND", "订单不存在");
            entry.Queries++;
            var answer = Result("0", "0");
            answer["tvm_bus_order_line_info"] = entry.Order.DeepClone();
            return answer;
        }
    }

    public JsonObject AnswerReport(TopForm form, string? refusal = null)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(form["alitrip_order_id"]!, out var entry)) return Result("ORDER_NOT_FOUND", "订单不存在");
            var now = time.GetUtcNow();
            var success = form["success"] == "true";
            var code = refusal ?? entry.Judge(form, success, now);
            var report = new ReceivedReport(now, success, form["book_time"]!, form["pay_mode"]!, code == "0", code, form.Values);
            if (entry.Reports.Count < MostReports) entry.Reports.Add(report);
            if (report.Applied) entry.Apply(report);
            return Result(code, code == "0" ? "0" : "出票通知被拒绝");
        }
    }

    /// <param name="content">param_agent_confirm_return_r_q, checked.</param>
    public JsonObject AnswerReturn(JsonObject content, string? refusal = null)
    {
        lock (_lock)
        {
            if (Sold(OrderFile.Text(content, "agent_order_id")) is not { } entry) return Result("ORDER_NOT_FOUND", "订单不存在");
            var code = entry.TakeReturn(content, time.GetUtcNow(), refusal);
            return Result(code, code switch { "0" => "0", "PARAM_CHECK_LACK_TICKET_ID" => "按票退款缺少票号", _ => "退票通知被拒绝" });
        }
    }

    /// <summary>Notes that a call of an API without a session brought one.</summary>
    public void NoteSession(TopApi api, string? orderNumber)
    {
        var what = $"a session sent to {api.Name}, which takes none";
        if (api == TopApi.BookTrain && Trains.Contradict(orderNumber, what)) return;
        lock (_lock)
        {
            if (api == TopApi.ConfirmReturn && Sold(orderNumber) is { } entry) entry.Contradict(what);
            else if (_strays.Count < MostReports) _strays.Add(what);
        }
    }

    private Entry? Sold(string? agentOrderNumber) =>
        agentOrderNumber is null ? null : _entries.Values.FirstOrDefault(e => OrderFile.Text(e.Order, "agent_order_id") == agentOrderNumber);

    private static JsonObject Result(string code, string message) => new() { ["result_code"] = code, ["result_msg"] = message, ["is_success"] = code == "0" };

    private sealed class Entry(JsonObject order)
    {
        private readonly List<string> _contradictions = [];
        private readonly BusReturns _returns = new(order);
        private ReceivedReport? _applied;
        private int _duplicates;

        public JsonObject Order => order;
        public string OrderNumber { get; } = OrderFile.Text(order, "alitrip_order_id")!;
        public List<ReceivedReport> Reports { get; } = [];
        public int Queries { get; set; }

        public int Status
        {
            get => (int)OrderFile.Number(order, "order_status")!;
            set => order["order_status"] = value;
        }

        public LedgerOrder Snapshot() => new(OrderNumber, Status, (int)(OrderFile.Number(order, "ticket_count") ?? 0),
            _applied is null ? "none" : _applied.Success ? "success" : "failed", Queries, _duplicates, [.. Reports], [.. _contradictions])
        {
            Returns = [.. _returns.Received],
            RefundsFen = order["refunds"]?["tvm_refund_apply"] is JsonArray refunds ? [.. refunds.OfType<JsonObject>().Select(r => OrderFile.Number(r, "refund_amount") ?? 0)] : [],
        };

        public void Contradict(string what)
        {
            if (_contradictions.Count < MostReports) _contradictions.Add(what);
        }

        public string TakeReturn(JsonObject content, DateTimeOffset now, string? refusal) => _returns.Take(content, Tickets(), now, refusal, Contradict, () => _duplicates++);

        // Ticket numbers come with the order, or with the report where the station gives them.
        private IReadOnlyList<JsonObject> Tickets()
        {
            var ours = OrderFile.Passengers(order);
            if (_applied?.Fields.GetValueOrDefault("passengers") is not { } json) return ours;
            return [.. Reported(json).Select((passenger, i) => Merged(ours[i], passenger))];
        }

        private static JsonObject Merged(JsonObject ordered, JsonObject reported)
        {
            var merged = (JsonObject)ordered.DeepClone();
            foreach (var (name, value) in reported) merged[name] = value?.DeepClone();
            return merged;
        }

        private static IReadOnlyList<JsonObject> Reported(string json) => [.. JsonNode.Parse(json)!.AsArray().Select(p => p!.AsObject())];

        /// <returns>The result code; "0" when the report is to be applied.</returns>
        public string Judge(TopForm form, bool success, DateTimeOffset now)
        {
            if (Status is not (20 or 30))
            {
                CompareWithApplied(form, success);
                return "ORDER_STATUS_ERROR";
            }
            if (TopProtocol.TryParseMoment(form["book_time"]!, out var at) && at > now.AddMinutes(10)) return "PARAM_CHECK_BOOK_TIME";
            if (form["passengers"] is { } json && CheckPassengers(Reported(json), success) is { } code) return code;
            if (OrderFile.Text(order, "real_pay_mode") is { } paid && paid != form["pay_mode"]) _contradictions.Add($"pay_mode {form["pay_mode"]}, paid by {paid}");
            return "0";
        }

        public void Apply(ReceivedReport report)
        {
            _applied = report;
            Status = report.Success ? 50 : -1;
            if (report.Success) order["issue_time"] = report.BookTime;
            else Refund(report.At);
        }

        private void CompareWithApplied(TopForm form, bool success)
        {
            if (_applied is null) _contradictions.Add($"a report for an order of status {Status}");
            else if (_applied.Success != success) _contradictions.Add(success ? "success after failure" : "failure after success");
            else
            {
                _duplicates++;
                if (Differences(form).ToArray() is { Length: > 0 } names) _contradictions.Add($"a second report that differs in {string.Join(", ", names)}");
            }
        }

        private IEnumerable<string> Differences(TopForm form) =>
            TopApi.BookOrder.Fields.Select(f => f.Name).Where(n => form[n] != _applied!.Fields.GetValueOrDefault(n));

        private string? CheckPassengers(IReadOnlyList<JsonObject> reported, bool success)
        {
            var ours = OrderFile.Passengers(order);
            if (reported.Count != ours.Count) return "PARAM_CHECK_PASSENGER_COUNT";
            if (success && Texts(ours, "agent_ticket_id").All(t => t is not null) && Texts(reported, "agent_ticket_id").Any(t => t is null)) return "PARAM_CHECK_LACK_TICKET_ID";
            foreach (var name in (string[])["rider_name", "rider_cert_number", "rider_cert_type"])
                if (!Same(Texts(ours, name), Texts(reported, name))) _contradictions.Add($"{name} differs from the order");
            return null;
        }

        private static IEnumerable<string?> Texts(IEnumerable<JsonObject> passengers, string name) => passengers.Select(p => OrderFile.Text(p, name));

        // Optional in a report: what is left out contradicts nothing.
        private static bool Same(IEnumerable<string?> ours, IEnumerable<string?> reported) => ours.Zip(reported).All(p => p.Second is null || p.First == p.Second);

        private void Refund(DateTimeOffset at)
        {
            var refunds = BusReturns.ListOf(order);
            refunds.Add(BusReturns.RefundOf(refunds.Count + 1, OrderFile.Number(order, "total_price") ?? 0, at));
        }
    }
}
