using System.Globalization;
using System.Text.Json.Nodes;

namespace DeviceAgent.Simulator.Gateway;

/// <summary>The partner's books of business-travel train orders. Safe from any thread.</summary>
/// <remarks>
/// Source: alitrip.btrip.supplychain.train.callback.book. Results are per passenger. The document promises no idempotency and there is none:
/// a second callback for an order is refused. A passenger's leaf that does not decrypt is an error, and nothing is applied.
/// </remarks>
internal sealed class TrainLedger(PassengerCipher cipher, TimeProvider time)
{
    private static readonly string[] TripNames = ["train_no", "from_station_code", "to_station_code", "from_station_name", "to_station_name", "train_date", "start_time", "arrive_time", "order_total_price"];
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LedgerEntry> _entries = new(StringComparer.Ordinal);

    /// <summary>Registers what the partner knows of a job's order: its number, the trains and the passengers.</summary>
    /// <returns>The order's number. An order of the same number is replaced.</returns>
    /// <exception cref="FormatException">It is no train job.</exception>
    public string Add(JsonObject job)
    {
        var sold = JobFile.Report(job, JobFile.Train);
        var number = OrderFile.Text(sold, "order_id")!;
        lock (_lock) _entries[number] = new LedgerEntry(JobFile.Train, number, Trains(sold).Sum(t => Tickets(t).Count), sold);
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

    /// <returns>False: no order of this number is known.</returns>
    public bool Contradict(string? orderNumber, string what)
    {
        lock (_lock)
        {
            if (orderNumber is null || !_entries.TryGetValue(orderNumber, out var entry)) return false;
            entry.Contradict(what);
            return true;
        }
    }

    /// <param name="content">book_callback_param, checked, its passengers encrypted.</param>
    /// <param name="error">Instead of an answer: a passenger that does not decrypt.</param>
    public JsonObject? Answer(JsonObject content, out GatewayError? error, string? refusal = null)
    {
        lock (_lock)
        {
            error = null;
            var entry = _entries.GetValueOrDefault(OrderFile.Text(content, "order_id")!);
            if (!Decrypt(content, entry))
            {
                error = GatewayError.Sm4DecryptFailed;
                return null;
            }
            if (entry is null) return Result(content, "ORDER_NOT_FOUND", "订单不存在");
            var code = refusal ?? Judge(entry, content);
            entry.Take(new ReceivedCallback(time.GetUtcNow(), Results(content).Any(t => t.Issued), code == "200", code, content));
            return Result(content, code, code == "200" ? "成功" : "出票回调被拒绝");
        }
    }

    private static JsonObject Result(JsonObject content, string code, string message) => new()
    {
        ["data"] = new JsonObject { ["order_id"] = OrderFile.Text(content, "order_id"), ["supplier_order_id"] = OrderFile.Text(content, "supplier_order_id") },
        ["result_code"] = code,
        ["status"] = code == "200" ? "true" : "false",
        ["result_msg"] = message,
    };

    private bool Decrypt(JsonObject content, LedgerEntry? entry)
    {
        var right = true;
        foreach (var ticket in Trains(content).SelectMany(Tickets))
        {
            var passenger = (JsonObject)ticket["passenger_info"]!;
            foreach (var (name, value) in passenger.ToArray())
            {
                var text = value!.ToString();
                if (cipher.Decrypt(text) is { } plain)
                {
                    passenger[name] = plain;
                    continue;
                }
                right = false;
                entry?.Contradict($"passenger_info.{name} {(cipher.IsCipherText(text) ? "does not decrypt" : "is plain text")}");
            }
        }
        return right;
    }

    private static string Judge(LedgerEntry entry, JsonObject content)
    {
        if (entry.Applied is { } first)
        {
            entry.Duplicates++;
            if (!JsonNode.DeepEquals(first.Content, content)) entry.Contradict("a second callback that differs");
            return "DUPLICATE_CALLBACK";
        }
        entry.Compare(entry.Sold, content, "purchase_type", "");
        var (sold, reported) = (Trains(entry.Sold), Trains(content));
        if (sold.Count != reported.Count) entry.Contradict($"{reported.Count} trains, {sold.Count} ordered");
        foreach (var (train, ours) in reported.Zip(sold))
        {
            var path = $"{OrderFile.Text(ours, "train_no")}: ";
            foreach (var name in TripNames) entry.Compare(ours, train, name, path);
            ComparePassengers(entry, Tickets(ours), Tickets(train), path);
            var listed = Tickets(train).Count.ToString(CultureInfo.InvariantCulture);
            if (OrderFile.Text(train, "ticket_num") is { } number && number != listed) entry.Contradict($"{path}ticket_num {number}, {listed} tickets listed");
        }
        return "200";
    }

    private static void ComparePassengers(LedgerEntry entry, List<JsonObject> sold, List<JsonObject> reported, string path)
    {
        var byId = reported.ToLookup(PassengerId);
        foreach (var ticket in sold)
        {
            if (byId[PassengerId(ticket)].ToArray() is not [var only])
            {
                entry.Contradict($"{path}passenger {PassengerId(ticket)} is there {byId[PassengerId(ticket)].Count()} times");
                continue;
            }
            entry.Compare(ticket, only, "ticket_type", path);
            var (ours, theirs) = ((JsonObject)ticket["passenger_info"]!, (JsonObject)only["passenger_info"]!);
            foreach (var name in ours.Select(p => p.Key).Union(theirs.Select(p => p.Key)))
                if (OrderFile.Text(ours, name) != OrderFile.Text(theirs, name)) entry.Contradict($"{path}passenger_info.{name} differs from the order");
        }
        if (reported.Count > sold.Count) entry.Contradict($"{path}{reported.Count} passengers, {sold.Count} ordered");
    }

    private static IEnumerable<LedgerTicket> Results(JsonObject content) =>
        from ticket in Trains(content).SelectMany(Tickets)
        let passenger = (JsonObject)ticket["passenger_info"]!
        select new LedgerTicket(OrderFile.Text(passenger, "passenger_id"), OrderFile.Text(passenger, "passenger_name"),
            OrderFile.Text(ticket, "passenger_ticket_no"), OrderFile.Text(ticket, "seat_no"), OrderFile.Text(ticket, "fail_code") is not { Length: > 0 });

    private static string? PassengerId(JsonObject ticket) => OrderFile.Text((JsonObject)ticket["passenger_info"]!, "passenger_id");

    private static List<JsonObject> Trains(JsonObject content) => JobFile.List(content, "book_train_details");

    private static List<JsonObject> Tickets(JsonObject train) => JobFile.List(train, "book_ticket_details");
}
