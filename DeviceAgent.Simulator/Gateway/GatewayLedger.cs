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
    IReadOnlyList<ReceivedReport> Reports, IReadOnlyList<string> Contradictions);

/// <summary>The platform's books. Safe from any thread.</summary>
/// <remarks>
/// taobao.bus.tvmbookorder.set documents no idempotency and has none here: a second success is refused with ORDER_STATUS_ERROR.
/// A failure makes the platform refund: status -1, with a refund of the whole price.
/// </remarks>
internal sealed class GatewayLedger(TimeProvider time)
{
    private const int MostReports = 1000;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <returns>The order's number. An order of the same number is replaced.</returns>
    public string Add(JsonObject order)
    {
        var entry = new Entry(order);
        lock (_lock) _entries[entry.OrderNumber] = entry;
        return entry.OrderNumber;
    }

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

    private static JsonObject Result(string code, string message) => new() { ["result_code"] = code, ["result_msg"] = message, ["is_success"] = code == "0" };

    private sealed class Entry(JsonObject order)
    {
        private readonly List<string> _contradictions = [];
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
            _applied is null ? "none" : _applied.Success ? "success" : "failed", Queries, _duplicates, [.. Reports], [.. _contradictions]);

        /// <returns>The result code; "0" when the report is to be applied.</returns>
        public string Judge(TopForm form, bool success, DateTimeOffset now)
        {
            if (Status is not (20 or 30))
            {
                CompareWithApplied(form, success);
                return "ORDER_STATUS_ERROR";
            }
            if (TopProtocol.TryParseMoment(form["book_time"]!, out var at) && at > now.AddMinutes(10)) return "PARAM_CHECK_BOOK_TIME";
            if (form["passengers"] is { } json && CheckPassengers(ReportedPassengers.Parse(json), success) is { } code) return code;
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
            var moment = at.ToOffset(TopProtocol.Zone).ToString("yyyy-MM-dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
            var refund = new JsonObject
            {
                ["apply_id"] = 1,
                ["gmt_create"] = moment,
                ["gmt_refund_succ_time"] = moment,
                ["refund_amount"] = OrderFile.Number(order, "total_price") ?? 0,
                ["refund_status"] = 40,
            };
            order["refunds"] = new JsonObject { ["tvm_refund_apply"] = new JsonArray(refund) };
        }
    }
}
