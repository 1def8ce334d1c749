using System.Text;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Kiosk;
using DeviceAgent.Simulator.Printing;

namespace DeviceAgent.Tests.Simulator;

/// <summary>A judge that always agrees is worth nothing: each violation that a storm may bring is tried.</summary>
public sealed class StormJudgementTests
{
    private static readonly AgentOrder Issued = new("Issued", null, "confirmed", ["Presented", "Presented"], 0);
    private static readonly AgentOrder Released = new("Released", null, null, [], 0);
    private static readonly AgentOrder InDoubt = new("InDoubt", "no evidence", null, ["Unknown"], 0);

    [Fact]
    public void Two_issued_orders_and_one_given_back_are_no_violation()
    {
        StormCase[] cases = [Case("A", Issued) with { Acknowledged = true }, Case("B", Issued with { VoidStrips = 2 }), Case("C", Released with { VoidStrips = 1 }, "none") with { Left = true }];
        var verdict = Judge(cases, Probe, Ticket("A", 1), Ticket("A", 2), Void("B"), Ticket("B", 1), Ticket("B", 2), Void("C"));
        Assert.Empty(verdict.Violations);
        Assert.Equal((3, 4, 1, 0, 0, 0, 1, 2), (verdict.Orders, verdict.Tickets, verdict.Acknowledged, verdict.Lost, verdict.Duplicated, verdict.InDoubt, verdict.Released, verdict.VoidStrips));
    }

    [Fact]
    public void A_ticket_that_came_out_twice_is_not_missed()
    {
        var verdict = Judge([Case("A", Issued)], Ticket("A", 1), Ticket("A", 2), Ticket("A", 1));
        Assert.Equal((1, 0, 0), (verdict.Duplicated, verdict.Lost, verdict.Contradicted));
        Assert.Contains(verdict.Violations, v => v.StartsWith("order A: paper: 1 tickets were printed a second time", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Released", "none"), InlineData("Issued", "none"), InlineData(null, "success")]
    public void An_acknowledged_order_is_not_lost_in_silence(string? state, string ledger)
    {
        var journal = state is null ? null : Issued with { State = state };
        Assert.Equal(1, Judge([Case("A", journal, ledger) with { Acknowledged = true }], Ticket("A", 1), Ticket("A", 2)).Lost);
    }

    public static TheoryData<string> Contradictions => [.. Stories.Keys];

    [Theory, MemberData(nameof(Contradictions))]
    public void A_story_that_differs_is_not_let_through(string story)
    {
        var (verdict, reason) = Stories[story];
        Assert.Contains(verdict().Violations, v => v.Contains(reason, StringComparison.Ordinal));
    }

    private static readonly Dictionary<string, (Func<StormVerdict> Verdict, string Reason)> Stories = new()
    {
        ["a ticket is missing"] = (() => Judge([Case("A", Issued)], Ticket("A", 1)), "1 tickets of 2"),
        ["issued, and the platform does not know"] = (() => Judge([Case("A", Issued, "none")], Ticket("A", 1), Ticket("A", 2)), "ledger: none"),
        ["issued, and the report still waits"] = (() => Judge([Case("A", Issued with { Report = "retry" })], Ticket("A", 1), Ticket("A", 2)), "the report is retry"),
        ["given back, with a ticket"] = (() => Judge([Case("A", Released, "none") with { Left = true }], Ticket("A", 1)), "1 tickets that the journal does not know"),
        ["given back, with half a ticket"] = (() => Judge([Case("A", Released, "none") with { Left = true }], Piece(true, null, "BUS TICKET", "KA")), "not marked void"),
        ["given back, and the passenger waits"] = (() => Judge([Case("A", Released, "none")]), "stands at Released"),
        ["left, and the order is still open"] = (() => Judge([Case("A", Released with { State = "Accepted" }, "none") with { Left = true }]), "stands at Accepted"),
        ["left, and the order is forgotten"] = (() => Judge([Case("A", null, "none") with { Left = true }]), "stands at nothing"),
        ["never taken on"] = (() => Judge([Case("A", null, "none")]), "stands at nothing"),
        ["in doubt"] = (() => Judge([Case("A", InDoubt, "none")]), "in doubt (no evidence)"),
        ["half a ticket before a whole one"] = (() => Judge([Case("A", Issued)], Ticket("A", 1), Piece(true, "A/2", "BUS TICKET", "from", "BUS TICKET", "KA")), "hangs on a whole ticket"),
        ["two tickets on one piece"] = (() => Judge([Case("A", Issued)], Merged(Ticket("A", 1), Ticket("A", 2))), "hangs on a whole ticket"),
        ["two orders on one piece"] = (() => Judge([Case("A", Issued), Case("B", Issued)], Ticket("A", 1), Ticket("A", 2), Ticket("B", 1), Merged(Void("A"), Ticket("B", 2))), "belongs to the orders A and B"),
        ["half a ticket without VOID"] = (() => Judge([Case("A", Issued)], Piece(true, null, "BUS TICKET", "KA"), Ticket("A", 1), Ticket("A", 2)), "not marked void"),
        ["a strip that the journal does not know"] = (() => Judge([Case("A", Issued)], Void("A"), Ticket("A", 1), Ticket("A", 2)), "1 void strips, the journal 0"),
        ["a ticket of nobody's"] = (() => Judge([Case("A", Issued)], Ticket("A", 1), Ticket("A", 2), Ticket("Z", 1)), "is of no order"),
        ["a slip without doubt"] = (() => Judge([Case("A", Issued)], Ticket("A", 1), Ticket("A", 2), Piece(true, null, "SEE STAFF", "A")), "does not stand in doubt"),
        ["something in the mouth"] = (() => StormJudgement.Judge([], new PaperWitness([], Piece(false, null, "x"), 0), doubtIsAllowed: false), "mouth"),
        ["unknown bytes"] = (() => StormJudgement.Judge([], new PaperWitness([], null, 1), doubtIsAllowed: false), "1 bytes"),
    };

    [Fact]
    public void A_doubt_is_no_violation_where_the_printer_cannot_prove_everything()
    {
        var paper = new PaperWitness([Ticket("A", 1), Piece(true, null, "SEE STAFF", "A")], null, 0);
        var verdict = StormJudgement.Judge([Case("A", InDoubt, "none")], paper, doubtIsAllowed: true);
        Assert.Empty(verdict.Violations);
        Assert.Equal(1, verdict.InDoubt);
    }

    private static StormVerdict Judge(StormCase[] cases, params PaperPiece[] pieces) => StormJudgement.Judge(cases, new PaperWitness(pieces, null, 0), doubtIsAllowed: false);

    private static StormCase Case(string order, AgentOrder? journal, string ledger = "success") =>
        new(new ExpectedOrder(order, 2, $"K{order}", ["1", "2"], MayBeIssued: true), Left: false, Acknowledged: false, journal,
            new LedgerOrder(order, ledger == "success" ? 50 : 30, 2, ledger, 1, 0, ledger == "success" ? [new(default, true, "", "ALIPAY", true, "0", new Dictionary<string, string>())] : [], []));

    private static PaperPiece Probe => Piece(true, null, "TEST");

    private static PaperPiece Void(string order) => Piece(true, null, $"{order} #1", "作 废 VOID");

    private static PaperPiece Ticket(string order, int number) => Piece(true, $"{order}/{number}", "BUS TICKET", $"K{order}");

    private static PaperPiece Merged(PaperPiece one, PaperPiece other) => new(1, [.. one.Lines, .. other.Lines], Cut: true, 48);

    private static PaperPiece Piece(bool cut, string? qr, params string[] lines)
    {
        IEnumerable<PaperLine> paper = lines.Select(l => new PaperLine { Runs = [new PaperRun(l, 0, 1, 1, 1, false)] });
        if (qr is not null) paper = paper.Append(new PaperLine { Qr = QrSymbol.Encode(Encoding.UTF8.GetBytes(qr), 'M', 4) });
        return new PaperPiece(1, [.. paper], cut, 48);
    }
}
