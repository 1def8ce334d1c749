using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Printing;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>One order when the storm is over.</summary>
/// <param name="Left">Its passenger did not come back, and had no ticket then.</param>
/// <param name="Acknowledged">Before a kill the agent said that it was issued: to whoever asked, or to the platform.</param>
/// <param name="Journal">Null when the journal does not know it.</param>
internal sealed record StormCase(ExpectedOrder Expected, bool Left, bool Acknowledged, AgentOrder? Journal, LedgerOrder Ledger);

/// <param name="Duplicated">Tickets that came out a second time.</param>
/// <param name="Lost">Orders that were acknowledged, and that the journal or the ledger does not hold as issued at the end.</param>
/// <param name="Contradicted">Orders of which paper, journal and ledger tell different stories in any other way.</param>
/// <param name="Violations">Empty when nothing was wrong.</param>
internal sealed record StormVerdict(
    int Orders, int Tickets, int Acknowledged, int Lost, int Duplicated, int Contradicted, int InDoubt, int Released, int VoidStrips, IReadOnlyList<string> Violations);

/// <summary>Judges a storm by what lies below the printer, what the journal answers and what the platform holds. No I/O.</summary>
internal static class StormJudgement
{
    /// <param name="doubtIsAllowed">The printer cannot prove everything. One with echo and exact counters that keeps its power never leaves a doubt.</param>
    public static StormVerdict Judge(IReadOnlyList<StormCase> cases, PaperWitness paper, bool doubtIsAllowed)
    {
        List<string> violations = [];
        if (paper.InMouth is not null) violations.Add("paper: something hangs uncut in the printer's mouth");
        if (paper.UnknownBytes != 0) violations.Add($"paper: {paper.UnknownBytes} bytes that the printer does not know");
        var pieces = PiecesByOrder(cases, paper.Pieces, violations);
        int tickets = 0, lost = 0, duplicated = 0, contradicted = 0, voidStrips = 0;
        foreach (var one in cases)
        {
            IReadOnlyList<PaperPiece> own = [.. pieces[one.Expected.OrderNumber]];
            var strips = own.Count(p => KindOf(p, one) == PieceKind.VoidStrip);
            // A strip that was killed before its first byte, or in its middle, left none of its own: only what is on paper and not in the journal is wrong here.
            var journal = one.Journal is { } told && told.VoidStrips > strips ? told with { VoidStrips = strips } : one.Journal;
            var verdict = KioskJudgement.Judge(one.Expected, new PaperWitness(own, null, 0), journal, one.Ledger);
            string[] wrong = [.. verdict.Disagreements, .. WrongState(one, doubtIsAllowed), .. WrongPaper(one, own)];
            var isLost = one.Acknowledged && (one.Journal?.State != "Issued" || one.Ledger.Outcome != "success");
            if (isLost) wrong = [$"acknowledged as issued, and now {one.Journal?.State ?? "unknown"} in the journal and {one.Ledger.Outcome} in the ledger", .. wrong];
            violations.AddRange(wrong.Select(w => $"order {one.Expected.OrderNumber}: {w}"));
            tickets += verdict.Tickets;
            duplicated += verdict.Duplicates;
            voidStrips += strips;
            if (isLost) lost++;
            else if (wrong.Length > 0 && verdict.Duplicates == 0) contradicted++;
        }
        return new StormVerdict(cases.Count, tickets, cases.Count(c => c.Acknowledged), lost, duplicated, contradicted,
            cases.Count(c => c.Journal?.State == "InDoubt"), cases.Count(c => c.Journal?.State == "Released"), voidStrips, violations);
    }

    private static PieceKind KindOf(PaperPiece piece, StormCase one) => KioskJudgement.KindOf(piece, one.Expected.BusNumber);

    private static ILookup<string, PaperPiece> PiecesByOrder(IReadOnlyList<StormCase> cases, IReadOnlyList<PaperPiece> pieces, List<string> violations)
    {
        var orders = cases.Select(c => c.Expected).ToDictionary(e => e.OrderNumber, e => e.OrderNumber, StringComparer.Ordinal);
        foreach (var expected in cases.Select(c => c.Expected).Where(e => e.BusNumber is not null)) orders[expected.BusNumber!] = expected.OrderNumber;
        List<(string Order, PaperPiece Piece)> owned = [];
        foreach (var piece in pieces)
        {
            string[] owners = [.. Words(piece).Select(w => orders.GetValueOrDefault(w)).OfType<string>().Distinct(StringComparer.Ordinal)];
            if (owners.Length > 1) violations.Add($"paper: piece {piece.Number} belongs to the orders {string.Join(" and ", owners)}");
            if (owners.Length == 0 && (piece.QrTexts.Count > 0 || !piece.Cut)) violations.Add($"paper: piece {piece.Number} is of no order, and {(piece.Cut ? "a ticket" : "not cut")}");
            owned.AddRange(owners.Select(o => (o, piece)));
        }
        return owned.ToLookup(o => o.Order, o => o.Piece, StringComparer.Ordinal);
    }

    private static IEnumerable<string> Words(PaperPiece piece)
    {
        var text = string.Join('\n', piece.QrTexts.Prepend(piece.Text));
        for (var at = 0; at < text.Length;)
        {
            if (!char.IsAsciiLetterOrDigit(text[at]))
            {
                at++;
                continue;
            }
            var from = at;
            while (at < text.Length && char.IsAsciiLetterOrDigit(text[at])) at++;
            yield return text[from..at];
        }
    }

    private static IEnumerable<string> WrongState(StormCase one, bool doubtIsAllowed)
    {
        var state = one.Journal?.State;
        if (state == "InDoubt")
        {
            if (!doubtIsAllowed) yield return $"in doubt ({one.Journal!.Reason}) with a printer that proves everything";
        }
        else if (one.Left && state != "Released") yield return $"its passenger left without a ticket, and it stands at {state ?? "nothing"} in the journal instead of Released";
        else if (!one.Left && state != "Issued") yield return $"its passenger came back until the end, and it stands at {state ?? "nothing"} in the journal instead of Issued";
    }

    private static IEnumerable<string> WrongPaper(StormCase one, IReadOnlyList<PaperPiece> pieces)
    {
        foreach (var piece in pieces)
        {
            switch (KindOf(piece, one))
            {
                case PieceKind.Ticket when piece.QrTexts.Count > 1 || TitleAgain(piece):
                    yield return $"piece {piece.Number}: a part of another print hangs on a whole ticket";
                    break;
                // Those of issued orders are told by the judgement of one order.
                case PieceKind.Torn when one.Journal?.State == "Released":
                    yield return $"piece {piece.Number}: a part of a ticket that is not marked void";
                    break;
                case PieceKind.Other when one.Journal?.State != "InDoubt":
                    yield return $"piece {piece.Number}: a slip of an order that does not stand in doubt";
                    break;
            }
        }
    }

    // What stands first on a ticket stands there once.
    private static bool TitleAgain(PaperPiece piece)
    {
        string[] lines = [.. piece.Lines.Select(l => l.Text.Trim()).Where(t => t.Length > 0)];
        return lines.Length > 0 && lines.Skip(1).Contains(lines[0], StringComparer.Ordinal);
    }
}
