using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Station;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>Writes what a run of --once came to: for people, or as one JSON object.</summary>
internal static class OnceReport
{
    private const int DrawingColumns = 60;
    private static readonly JsonWriterOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void WriteText(TextWriter to, OnceResult result, VirtualKiosk kiosk)
    {
        to.WriteLine("What the passenger holds");
        foreach (var piece in result.Paper.Pieces)
        {
            to.WriteLine($"piece {piece.Number}{(piece.Cut ? "" : ", torn")}");
            to.WriteLine(piece.Render(DrawingColumns));
        }
        if (result.Paper.InMouth is { } hanging)
        {
            to.WriteLine("in the printer's mouth");
            to.WriteLine(hanging.Render(DrawingColumns));
        }
        to.WriteLine();
        to.WriteLine("Lights");
        foreach (var (light, phases) in kiosk.Lights.Phases)
            to.WriteLine($"  {light,-12} {string.Join("  ", phases.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.From.TotalSeconds:F2} s {p.Pattern}")))}");
        to.WriteLine();
        to.WriteLine("The gateway's ledger");
        if (result.Books.Order is { } order) WriteLedger(to, order);
        if (result.Books.Job is { } job) WriteLedger(to, job);
        if (result.Books.Station is { } station)
        {
            to.WriteLine();
            to.WriteLine("The station's books");
            WriteStation(to, station);
        }
        to.WriteLine();
        to.WriteLine("What happened");
        foreach (var entry in kiosk.TimeLine.Entries) to.WriteLine(entry);
        to.WriteLine();
        WriteVerdict(to, result);
    }

    public static void WriteJson(TextWriter to, OnceResult result, VirtualKiosk kiosk)
    {
        var verdict = result.Verdict;
        Write(to, new JsonObject
        {
            ["journey"] = result.Journey,
            ["tickets"] = verdict.Tickets,
            ["duplicates"] = verdict.Duplicates,
            ["ledger"] = verdict.Ledger,
            ["journal"] = verdict.Journal,
            ["agree"] = verdict.Agree,
            ["inDoubt"] = verdict.InDoubt,
            ["voidStrips"] = verdict.VoidStrips,
            ["reissues"] = verdict.Reissues,
            ["torn"] = verdict.Torn,
            ["slips"] = verdict.Slips,
            ["unknownBytes"] = result.Paper.UnknownBytes,
            ["anomalies"] = List(result.Anomalies),
            ["heldInOutbox"] = result.HeldInOutbox,
            ["queries"] = result.Books.Order?.Queries ?? 0,
            ["reports"] = result.Books.Order?.Reports.Count ?? result.Books.Job?.Reports.Count,
            ["returns"] = result.Books.Order?.Returns.Count ?? 0,
            ["failedTickets"] = result.Books.Job?.Tickets.Count(t => !t.Issued) ?? 0,
            ["station"] = result.Books.Station?.State.ToString().ToLowerInvariant(),
            ["disagreements"] = List(verdict.Disagreements),
            ["lights"] = new JsonObject(kiosk.Lights.Phases.Select(l => KeyValuePair.Create<string, JsonNode?>(l.Key, List(l.Value.Select(p => p.Pattern.ToString()))))),
            ["seconds"] = Math.Round(kiosk.TimeLine.Now.TotalSeconds, 3),
        });
    }

    public static void WriteError(TextWriter to, string error) => Write(to, new JsonObject { ["agree"] = false, ["error"] = error });

    public static void WriteLedger(TextWriter to, LedgerOrder ledger)
    {
        to.WriteLine($"  order {ledger.OrderNumber}: {ledger.Outcome}, status {ledger.Status}, {ledger.Queries} queries, {ledger.Reports.Count} reports, {ledger.DuplicateReports} of them a second time");
        foreach (var report in ledger.Reports)
            to.WriteLine($"  {(report.Success ? "success" : "failure")}, book_time {report.BookTime}, {report.PayMode}: {(report.Applied ? "applied" : report.ResultCode)}");
        foreach (var returned in ledger.Returns)
            to.WriteLine($"  {(returned.Success ? "return" : "failed return")} of {(returned.TicketNumber is { } number ? $"ticket {number}" : "the whole order")}: {(returned.Applied ? "applied" : returned.ResultCode)}");
        foreach (var fen in ledger.RefundsFen) to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  refund {fen / 100}.{fen % 100:00} yuan"));
        foreach (var contradiction in ledger.Contradictions) to.WriteLine($"  contradiction: {contradiction}");
    }

    public static void WriteLedger(TextWriter to, LedgerJob ledger)
    {
        to.WriteLine($"  {ledger.Journey} order {ledger.OrderNumber}: {ledger.Outcome}, {ledger.TicketCount} tickets sold, {ledger.Reports.Count} reports, {ledger.DuplicateReports} of them a second time");
        foreach (var report in ledger.Reports) to.WriteLine($"  {(report.Success ? "success" : "failure")}: {(report.Applied ? "applied" : report.ResultCode)}");
        foreach (var ticket in ledger.Tickets) to.WriteLine($"  {ticket.PassengerName ?? "a passenger"}: {(ticket.Issued ? $"ticket {ticket.Number ?? "without a number"}, seat {ticket.Seat ?? "none"}" : "no ticket")}");
        foreach (var contradiction in ledger.Contradictions) to.WriteLine($"  contradiction: {contradiction}");
    }

    public static void WriteStation(TextWriter to, StationOrder station)
    {
        to.WriteLine($"  order {station.OrderNumber}: {station.State.ToString().ToLowerInvariant()}, {station.Allocations} allocations, {station.Confirms} confirms, {station.Releases} releases");
        foreach (var ticket in station.Tickets) to.WriteLine($"  {ticket.PassengerName ?? "a passenger"}: ticket {ticket.TicketNumber}, seat {ticket.SeatNumber}, gate {ticket.Gate}");
        foreach (var returned in station.Returns)
            to.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {returned.Decision.ToString().ToLowerInvariant()}: {returned.TicketNumber ?? "the whole order"}, {returned.RefundFen / 100}.{returned.RefundFen % 100:00} yuan, asked {returned.Asked} times"));
        foreach (var contradiction in station.Contradictions) to.WriteLine($"  contradiction: {contradiction}");
    }

    private static void WriteVerdict(TextWriter to, OnceResult result)
    {
        var verdict = result.Verdict;
        if (result.HeldInOutbox is { } held) to.WriteLine($"While the net was down: {held} waiting in the outbox");
        foreach (var anomaly in result.Anomalies) to.WriteLine($"Printer: {anomaly}");
        to.WriteLine($"Paper: {verdict.Tickets} tickets, {verdict.Duplicates} duplicates, {verdict.VoidStrips} void strips, {verdict.Torn} torn{(verdict.Slips > 0 ? $", {verdict.Slips} return slips" : "")}. Journal: {verdict.Journal}. Ledger: {verdict.Ledger}.");
        foreach (var disagreement in verdict.Disagreements) to.WriteLine($"DISAGREEMENT {disagreement}");
        to.WriteLine(verdict switch
        {
            { Agree: false } => "Paper, journal and ledger do not agree.",
            { InDoubt: true } => "In doubt: a person must decide. Paper, journal and ledger agree so far.",
            { Issued: true } => "Paper, journal and ledger agree.",
            _ => "Nothing was given, and nothing was reported.",
        });
    }

    private static JsonArray List(IEnumerable<string> texts) => new([.. texts.Select(t => JsonValue.Create(t))]);

    public static void Write(TextWriter to, JsonObject json)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Plain)) json.WriteTo(writer);
        to.WriteLine(System.Text.Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
    }
}
