using System.Globalization;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Printing;
using DeviceAgent.Simulator.Station;

namespace DeviceAgent.Simulator.Kiosk;

/// <param name="Issue">The order in the journal.</param>
/// <param name="Return">The return in the journal.</param>
/// <param name="StationAllocates">The station gave the tickets' numbers, too.</param>
internal sealed record ReturnWitnesses(AgentOrder? Issue, AgentOrder? Return, LedgerOrder Ledger, StationOrder? Station, bool StationAllocates);

/// <summary>Whether paper, journal, ledger and the station's books agree about an order of which a ticket was returned. No I/O.</summary>
internal static class ReturnJudgement
{
    public static Verdict Judge(ExpectedReturn expected, PaperWitness paper, ReturnWitnesses told)
    {
        var pieces = paper.Pieces.ToLookup(p => IsOfReturn(p, expected));
        var issuePaper = paper with { Pieces = [.. pieces[false]] };
        var issue = told.StationAllocates
            ? StationJudgement.Judge(expected.Issue, issuePaper, told.Issue, told.Ledger, told.Station)
            : KioskJudgement.Judge(expected.Issue, issuePaper, told.Issue, told.Ledger);
        var kinds = pieces[true].ToLookup(p => KioskJudgement.KindOf(p, expected.Issue.BusNumber));
        PaperPiece[] slips = [.. kinds[PieceKind.ReturnSlip]];
        var voidStrips = kinds[PieceKind.VoidStrip].Count();
        List<string> wrong = [.. issue.Disagreements];
        void Require(bool right, string otherwise)
        {
            if (!right) wrong.Add(otherwise);
        }

        Require(voidStrips == (told.Return?.VoidStrips ?? 0), $"paper has {voidStrips} void strips of the return, the journal {told.Return?.VoidStrips ?? 0}");
        Require(slips.All(s => s.QrTexts.Count == 0), "paper: a return slip with a code that a gate could take");
        switch (told.Return?.State)
        {
            case "Issued":
                RequireSlip(expected, slips, told, Require);
                RequireReturned(expected, told, Require);
                Require(!kinds[PieceKind.Torn].Any(), "paper: a part of a slip that is not marked void");
                break;
            // The station has decided, whatever became of the slip.
            case "InDoubt":
                RequireReturned(expected, told, Require);
                Require(slips.Length <= 1, $"paper: {slips.Length} return slips of one ticket");
                break;
            case null or "Released":
                Require(slips.Length == 0, $"paper: {slips.Length} return slips without a return");
                Require(told.Ledger.Returns.Count == 0, "ledger: a return that the journal does not hold");
                Require(!Returns(told).Any(), "station: a ticket was returned, and the journal does not hold it");
                break;
            case "Failed":
                Require(slips.Length == 0, $"paper: {slips.Length} return slips of a return that failed");
                Require(told.Ledger.Returns is [{ Success: false, Applied: true }], "ledger: a failed return was not told as one");
                break;
            default:
                wrong.Add($"journal: the return stands at {told.Return!.State}");
                break;
        }
        return issue with
        {
            Slips = slips.Length,
            VoidStrips = issue.VoidStrips + voidStrips,
            Torn = issue.Torn + kinds[PieceKind.Torn].Count(),
            Journal = issue.Journal == "confirmed" ? KioskJudgement.JournalWord(told.Return) : issue.Journal,
            Issued = issue.Issued && told.Return?.State == "Issued",
            InDoubt = issue.InDoubt || told.Return?.State == "InDoubt",
            Disagreements = wrong,
        };
    }

    // Slips, whole or not, and the strips of slips: they name the return's own number.
    private static bool IsOfReturn(PaperPiece piece, ExpectedReturn expected)
    {
        var text = KioskJudgement.Compact(piece.Text);
        return text.Contains("退票凭证", StringComparison.Ordinal) || text.Contains($"{expected.Code}#", StringComparison.Ordinal);
    }

    private static IEnumerable<StationReturn> Returns(ReturnWitnesses told) => (told.Station?.Returns ?? []).Where(r => r.Decision == ReturnDecision.Returned);

    private static void RequireSlip(ExpectedReturn expected, PaperPiece[] slips, ReturnWitnesses told, Action<bool, string> require)
    {
        require(slips.Length == 1, $"paper: {slips.Length} return slips of one ticket");
        require(told.Return!.TicketOutcomes is ["Presented"], $"journal: slips are {string.Join(", ", told.Return.TicketOutcomes)}");
        foreach (var slip in slips)
        {
            require(KioskJudgement.Names(slip.Text, expected.TicketNumber), $"paper: the slip does not name the ticket {expected.TicketNumber}");
            require(KioskJudgement.Names(slip.Text, expected.Issue.OrderNumber), "paper: the slip does not name the order");
            if (Returns(told).FirstOrDefault() is not { } decision) continue;
            var amount = string.Create(CultureInfo.InvariantCulture, $"{decision.RefundFen / 100}.{decision.RefundFen % 100:00}");
            require(KioskJudgement.Names(slip.Text, amount), $"paper: the slip does not name the station's amount, {amount}");
        }
    }

    private static void RequireReturned(ExpectedReturn expected, ReturnWitnesses told, Action<bool, string> require)
    {
        var (ledger, journal) = (told.Ledger, told.Return!);
        require(journal.Report == "confirmed", $"journal: the return's report is {journal.Report ?? "missing"}");
        require(Returns(told).Select(r => r.TicketNumber).SequenceEqual([expected.TicketNumber]),
            $"station: returned are {string.Join(", ", Returns(told).Select(r => r.TicketNumber ?? "the whole order"))}, not ticket {expected.TicketNumber} alone");
        if (told.Station is { Contradictions: { Count: > 0 } contradictions } && !told.StationAllocates) require(false, $"station: {string.Join("; ", contradictions)}");
        require(ledger.Returns.Count(r => r.Applied) == 1 && ledger.Returns.Count == 1, $"ledger: {ledger.Returns.Count} returns came in, {ledger.Returns.Count(r => r.Applied)} were applied");
        require(ledger.Returns.All(r => r.Success && r.TicketNumber == expected.TicketNumber), "ledger: another return than that of the presented ticket");
        require(ledger.RefundsFen.Count == 1, $"ledger: {ledger.RefundsFen.Count} refunds in the order");
        var issued = ledger.Reports.FirstOrDefault(r => r.Applied);
        require(issued is not null && ledger.Returns.All(r => r.At >= issued.At), "ledger: the return came before the report of its issue");
    }
}
