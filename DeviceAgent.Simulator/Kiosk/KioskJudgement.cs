using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Printing;

namespace DeviceAgent.Simulator.Kiosk;

internal enum PieceKind
{
    /// <summary>Cut, with a QR code: whoever holds it can travel.</summary>
    Ticket,
    /// <summary>A ticket that says of itself that it is a copy.</summary>
    Reissue,
    /// <summary>Says of itself that it is worthless.</summary>
    VoidStrip,
    /// <summary>Not cut, or a part of a ticket that does not say that it is worthless.</summary>
    Torn,
    /// <summary>Whole and cut: what the passenger keeps of a returned ticket.</summary>
    ReturnSlip,
    /// <summary>A probe strip, an incident slip.</summary>
    Other,
}

/// <summary>What lies below the printer's mouth, and what hangs in it.</summary>
internal sealed record PaperWitness(IReadOnlyList<PaperPiece> Pieces, PaperPiece? InMouth, long UnknownBytes);

/// <param name="Ledger">success, failed or none.</param>
/// <param name="Journal">The report's state of an issued order; otherwise the order's state; none when the journal does not know it.</param>
/// <param name="Disagreements">Empty when paper, journal and ledger tell the same story.</param>
internal sealed record Verdict(int Tickets, int Duplicates, int Reissues, int VoidStrips, int Torn, string Ledger, string Journal, bool Issued, bool InDoubt, IReadOnlyList<string> Disagreements)
{
    /// <summary>Return slips.</summary>
    public int Slips { get; init; }

    public bool Agree => Disagreements.Count == 0;

    public KioskExitCode ExitCode => !Agree ? KioskExitCode.Disagreement : InDoubt ? KioskExitCode.InDoubt : Issued ? KioskExitCode.Agreement : KioskExitCode.NothingGiven;
}

internal enum KioskExitCode { Agreement = 0, Disagreement = 1, RunFailed = 2, InDoubt = 3, NothingGiven = 4, Usage = 64 }

/// <summary>Whether paper, journal and ledger agree. No I/O: the caller brings the witnesses.</summary>
internal static class KioskJudgement
{
    // Its text says of the ticket that it is void, so that the title decides.
    private const string SlipTitle = "退票凭证";

    /// <param name="tripNumbers">Of a bus, a ship or a train: one stands on each ticket, whole or not.</param>
    public static PieceKind KindOf(PaperPiece piece, params IReadOnlyList<string?> tripNumbers)
    {
        var text = Compact(piece.Text);
        bool Says(string word) => text.Contains(word, StringComparison.Ordinal);
        if (Says(SlipTitle) && !Says("VOID")) return piece.Cut && EndsAsDocument(piece) ? PieceKind.ReturnSlip : PieceKind.Torn;
        if (Says("作废") || Says("VOID")) return PieceKind.VoidStrip;
        var isTicket = piece.QrTexts.Count > 0;
        if (!piece.Cut || (!isTicket && tripNumbers.Any(n => n is { Length: > 0 } && Says(Compact(n))))) return PieceKind.Torn;
        if (!isTicket) return PieceKind.Other;
        return Says("补打") || Says("COPY") ? PieceKind.Reissue : PieceKind.Ticket;
    }

    public static Verdict Judge(ExpectedOrder expected, PaperWitness paper, AgentOrder? journal, LedgerOrder ledger)
    {
        var kinds = paper.Pieces.ToLookup(p => KindOf(p, expected.BusNumber));
        var identities = kinds[PieceKind.Ticket].Select(p => string.Join('\n', p.QrTexts)).ToArray();
        var tickets = identities.Distinct(StringComparer.Ordinal).Count();
        List<string> wrong = [];
        void Require(bool right, string otherwise)
        {
            if (!right) wrong.Add(otherwise);
        }

        var duplicates = identities.Length - tickets;
        var voidStrips = kinds[PieceKind.VoidStrip].Count();
        Require(duplicates == 0, $"paper: {duplicates} tickets were printed a second time");
        Require(paper.UnknownBytes == 0, $"paper: {paper.UnknownBytes} bytes that the printer does not know");
        Require(ledger.Contradictions.Count == 0, $"ledger: {string.Join("; ", ledger.Contradictions)}");
        Require(ledger.DuplicateReports == 0, $"ledger: {ledger.DuplicateReports} reports came a second time");
        Require(voidStrips == (journal?.VoidStrips ?? 0), $"paper has {voidStrips} void strips, the journal {journal?.VoidStrips ?? 0}");
        var issued = journal?.State == "Issued";
        switch (journal?.State)
        {
            case "Issued":
                RequireIssued(expected, paper, journal, ledger, Require);
                Require(tickets == expected.Tickets, $"paper: {tickets} tickets of {expected.Tickets}");
                Require(!kinds[PieceKind.Torn].Any(), "paper: a part of a ticket that is not marked void");
                RequireNumbers(expected, identities, Require);
                break;
            case "InDoubt":
                Require(ledger.Reports.Count == 0, "ledger: an order in doubt was reported");
                Require(tickets <= expected.Tickets, $"paper: {tickets} tickets of {expected.Tickets}");
                break;
            case "Failed":
                Require(tickets == 0, $"paper: {tickets} tickets of an order that failed");
                Require(ledger.Outcome == "failed", $"ledger: {ledger.Outcome}, the journal says failed");
                break;
            case null or "Released":
                Require(tickets == 0, $"paper: {tickets} tickets that the journal does not know");
                Require(ledger.Reports.Count == 0, "ledger: a report of an order that the journal holds as not issued");
                break;
            default:
                wrong.Add($"journal: the order stands at {journal.State}");
                break;
        }
        return new Verdict(tickets, duplicates, kinds[PieceKind.Reissue].Count(), voidStrips, kinds[PieceKind.Torn].Count(), ledger.Outcome,
            JournalWord(journal), issued, journal?.State == "InDoubt", wrong);
    }

    /// <summary>Without blanks: the paper breaks lines and spreads characters where it likes.</summary>
    internal static string Compact(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    // The last line tells the place in the order: "1/1", then kiosk and time.
    private static bool EndsAsDocument(PaperPiece piece) =>
        piece.Lines.Select(l => l.Text.Trim()).LastOrDefault(t => t.Length > 0) is { } last && last.StartsWith("1/1 ", StringComparison.Ordinal);

    private static void RequireIssued(ExpectedOrder expected, PaperWitness paper, AgentOrder journal, LedgerOrder ledger, Action<bool, string> require)
    {
        require(expected.MayBeIssued, "journal: issued an order that is not to be issued");
        require(journal.Report == "confirmed", $"journal: the report is {journal.Report ?? "missing"}");
        require(journal.TicketOutcomes.Count == expected.Tickets && journal.TicketOutcomes.All(o => o == "Presented"),
            $"journal: tickets are {string.Join(", ", journal.TicketOutcomes)}");
        require(ledger is { Outcome: "success", Status: 50 }, $"ledger: {ledger.Outcome}, status {ledger.Status}");
        require(paper.InMouth is null, "paper: something hangs uncut in the printer's mouth");
    }

    private static void RequireNumbers(ExpectedOrder expected, string[] identities, Action<bool, string> require)
    {
        foreach (var number in expected.TicketNumbers)
            require(identities.Count(i => Names(i, number)) == 1, $"paper: ticket {number} is not on exactly one ticket's code");
        require(identities.All(i => Names(i, expected.OrderNumber)), "paper: a ticket's code without the order number");
    }

    // As a whole number: 002 does not stand in 10002/001.
    internal static bool Names(string identity, string number)
    {
        for (var at = identity.IndexOf(number, StringComparison.Ordinal); at >= 0; at = identity.IndexOf(number, at + 1, StringComparison.Ordinal))
        {
            var end = at + number.Length;
            if ((at == 0 || !char.IsAsciiLetterOrDigit(identity[at - 1])) && (end == identity.Length || !char.IsAsciiLetterOrDigit(identity[end]))) return true;
        }
        return false;
    }

    internal static string JournalWord(AgentOrder? journal) => journal switch
    {
        null => "none",
        { State: "Issued" } => journal.Report ?? "unreported",
        { State: "InDoubt" } => "inDoubt",
        _ => journal.State.ToLowerInvariant(),
    };
}
