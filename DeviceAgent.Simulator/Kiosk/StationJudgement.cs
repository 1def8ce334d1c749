using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Printing;
using DeviceAgent.Simulator.Station;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>Whether paper, journal, ledger and the station's books agree about an order whose tickets the station gave. No I/O.</summary>
internal static class StationJudgement
{
    /// <param name="station">Null when the station's books do not know the order.</param>
    public static Verdict Judge(ExpectedOrder expected, PaperWitness paper, AgentOrder? journal, LedgerOrder ledger, StationOrder? station)
    {
        var verdict = KioskJudgement.Judge(expected with { TicketNumbers = [.. (station?.Tickets ?? []).Select(t => t.TicketNumber)] }, paper, journal, ledger);
        return verdict with { Disagreements = [.. verdict.Disagreements, .. Disagreements(expected, paper, journal, ledger, station)] };
    }

    private static List<string> Disagreements(ExpectedOrder expected, PaperWitness paper, AgentOrder? journal, LedgerOrder ledger, StationOrder? station)
    {
        if (station is null) return journal is null or { State: "Released" } ? [] : ["station: it does not know the order"];
        List<string> wrong = [.. station.Contradictions.Select(c => $"station: {c}")];
        void Require(bool right, string otherwise)
        {
            if (!right) wrong.Add(otherwise);
        }

        switch (journal?.State)
        {
            case "Issued":
                Require(station.State == StationOrderState.Confirmed, $"station: the order is {station.State}");
                Require(station.Allocations == 1, $"station: allocated {station.Allocations} times");
                Require(station.Confirms == 1, $"station: confirmed {station.Confirms} times");
                Require(station.Releases == 0, $"station: released {station.Releases} times, and it was issued");
                Require(station.Tickets.Count == expected.Tickets, $"station: {station.Tickets.Count} tickets of {expected.Tickets}");
                foreach (var ticket in station.Tickets) RequirePaper(expected, paper, ticket, Require);
                RequireReport(ledger, station, Require);
                break;
            case "InDoubt":
                Require(station is { State: StationOrderState.Allocated, Confirms: 0 }, $"station: an order in doubt is {station.State}, confirmed {station.Confirms} times");
                break;
            default:
                Require(station.State == StationOrderState.Released, $"station: the order is {station.State}, in the journal {journal?.State ?? "unknown"}");
                break;
        }
        return wrong;
    }

    private static void RequirePaper(ExpectedOrder expected, PaperWitness paper, StationTicket ticket, Action<bool, string> require)
    {
        var code = $"{expected.OrderNumber}/{ticket.TicketNumber}";
        // That each number is on exactly one ticket is the judgement of one order.
        if (paper.Pieces.FirstOrDefault(p => KioskJudgement.KindOf(p, expected.BusNumber) == PieceKind.Ticket && p.QrTexts.Contains(code)) is not { } piece) return;
        require(Says(piece, ticket.SeatNumber), $"paper: ticket {ticket.TicketNumber} does not name the seat {ticket.SeatNumber}");
        require(Says(piece, ticket.Gate), $"paper: ticket {ticket.TicketNumber} does not name the gate {ticket.Gate}");
    }

    private static void RequireReport(LedgerOrder ledger, StationOrder station, Action<bool, string> require)
    {
        if (ledger.Reports.FirstOrDefault(r => r.Applied) is not { } report) return;
        var passengers = report.Fields.GetValueOrDefault("passengers") is { } json ? JsonNode.Parse(json)!.AsArray().OfType<JsonObject>().ToArray() : [];
        require(passengers.Select(p => OrderFile.Text(p, "agent_ticket_id")).SequenceEqual(station.Tickets.Select(t => t.TicketNumber)),
            $"ledger: tickets {string.Join(", ", passengers.Select(p => OrderFile.Text(p, "agent_ticket_id") ?? "without a number"))}, the station gave {string.Join(", ", station.Tickets.Select(t => t.TicketNumber))}");
        require(passengers.Select(p => OrderFile.Text(p, "seat_number")).SequenceEqual(station.Tickets.Select(t => t.SeatNumber)), "ledger: other seats than the station gave");
        require(report.Fields.GetValueOrDefault("ticket_gate") == station.Tickets[0].Gate, $"ledger: gate {report.Fields.GetValueOrDefault("ticket_gate") ?? "missing"}, the station gave {station.Tickets[0].Gate}");
    }

    private static bool Says(PaperPiece piece, string word) => KioskJudgement.Names(piece.Text, word);
}
