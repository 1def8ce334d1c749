using DeviceAgent.Simulator.Gateway;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>Whether paper, journal and ledger agree about a ship or train order. No I/O: the caller brings the witnesses.</summary>
/// <remarks>What is reported is the allocation: the report is due when the numbers are durable, and stays whatever becomes of the paper.</remarks>
internal static class JobJudgement
{
    public static Verdict Judge(ExpectedJob expected, PaperWitness paper, AgentOrder? journal, LedgerJob ledger)
    {
        var kinds = paper.Pieces.ToLookup(p => KioskJudgement.KindOf(p, [.. expected.TripNumbers]));
        var codes = kinds[PieceKind.Ticket].Select(p => string.Join('\n', p.QrTexts)).ToArray();
        var tickets = codes.Distinct(StringComparer.Ordinal).Count();
        var voidStrips = kinds[PieceKind.VoidStrip].Count();
        List<string> wrong = [];
        void Require(bool right, string otherwise)
        {
            if (!right) wrong.Add(otherwise);
        }

        Require(codes.Length == tickets, $"paper: {codes.Length - tickets} tickets were printed a second time");
        Require(paper.UnknownBytes == 0, $"paper: {paper.UnknownBytes} bytes that the printer does not know");
        Require(ledger.Contradictions.Count == 0, $"ledger: {string.Join("; ", ledger.Contradictions)}");
        Require(ledger.DuplicateReports == 0, $"ledger: {ledger.DuplicateReports} reports came a second time");
        Require(ledger.Reports.Count <= 1, $"ledger: {ledger.Reports.Count} reports of one order");
        Require(voidStrips == (journal?.VoidStrips ?? 0), $"paper has {voidStrips} void strips, the journal {journal?.VoidStrips ?? 0}");
        switch (journal?.State)
        {
            case "Issued":
                RequireReported(expected, journal, ledger, Require);
                RequirePaper(expected, codes, ledger, Require);
                Require(!kinds[PieceKind.Torn].Any(), "paper: a part of a ticket that is not marked void");
                Require(paper.InMouth is null, "paper: something hangs uncut in the printer's mouth");
                Require(journal.TicketOutcomes.Count == expected.TicketNumbers.Count && journal.TicketOutcomes.All(o => o == "Presented"),
                    $"journal: tickets are {string.Join(", ", journal.TicketOutcomes)}");
                break;
            // The numbers stand whatever became of the paper.
            case "InDoubt":
                RequireReported(expected, journal, ledger, Require);
                Require(codes.All(c => expected.TicketNumbers.Any(n => c == Code(expected, n))), "paper: a ticket's code that is none of the order's");
                break;
            case "Failed":
                Require(expected.TicketNumbers.Count == 0, "journal: failed, and the job has tickets");
                Require(tickets == 0, $"paper: {tickets} tickets of an order that failed");
                Require(ledger.Outcome == "failed" && journal.Report == "confirmed", $"ledger: {ledger.Outcome}, the journal says failed, its report {journal.Report ?? "missing"}");
                break;
            case "Released":
                Require(tickets == 0, $"paper: {tickets} tickets of an order that was given back");
                break;
            case null:
                Require(tickets == 0, $"paper: {tickets} tickets that the journal does not know");
                Require(ledger.Reports.Count == 0, "ledger: a report of an order that the journal does not know");
                break;
            default:
                wrong.Add($"journal: the order stands at {journal.State}");
                break;
        }
        return new Verdict(tickets, codes.Length - tickets, kinds[PieceKind.Reissue].Count(), voidStrips, kinds[PieceKind.Torn].Count(), ledger.Outcome,
            KioskJudgement.JournalWord(journal), journal?.State == "Issued", journal?.State == "InDoubt", wrong);
    }

    private static void RequireReported(ExpectedJob expected, AgentOrder journal, LedgerJob ledger, Action<bool, string> require)
    {
        require(journal.Report == "confirmed", $"journal: the report is {journal.Report ?? "missing"}");
        require(ledger.Outcome == "success" && ledger.Reports.Count(r => r.Applied) == 1, $"ledger: {ledger.Outcome}, {ledger.Reports.Count(r => r.Applied)} reports applied");
        require(Same(ledger.Tickets.Where(t => t.Issued).Select(t => t.Number ?? ""), expected.TicketNumbers),
            $"ledger: tickets {string.Join(", ", ledger.Tickets.Where(t => t.Issued).Select(t => t.Number ?? "without a number"))}, the job has {string.Join(", ", expected.TicketNumbers)}");
        var failed = ledger.Tickets.Count(t => !t.Issued);
        require(failed == expected.Failed, $"ledger: {failed} tickets could not be had, in the job {expected.Failed}");
    }

    private static void RequirePaper(ExpectedJob expected, string[] codes, LedgerJob ledger, Action<bool, string> require)
    {
        require(Same(codes, expected.TicketNumbers.Select(n => Code(expected, n))),
            $"paper: the codes {string.Join(", ", codes)} are not those of the tickets {string.Join(", ", expected.TicketNumbers)}");
        require(Same(codes, ledger.Tickets.Where(t => t.Issued).Select(t => Code(expected, t.Number ?? ""))), "paper: other tickets than those that were reported");
    }

    private static string Code(ExpectedJob expected, string number) => $"{expected.OrderNumber}/{number}";

    private static bool Same(IEnumerable<string> these, IEnumerable<string> those) => these.Order(StringComparer.Ordinal).SequenceEqual(those.Order(StringComparer.Ordinal));
}
