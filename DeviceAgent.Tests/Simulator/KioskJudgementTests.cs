using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Kiosk;
using DeviceAgent.Simulator.Printing;

namespace DeviceAgent.Tests.Simulator;

/// <summary>A judge that always agrees is worth nothing: each way to disagree is tried.</summary>
public sealed class KioskJudgementTests
{
    private static readonly ExpectedOrder Expected = new("1000024102", 2, "K2102", ["001", "002"], MayBeIssued: true);
    private static readonly LedgerOrder Told = new("1000024102", 50, 2, "success", 1, 0, [Report(true)], []);
    private static readonly LedgerOrder Untold = new("1000024102", 30, 2, "none", 1, 0, [], []);
    private static readonly AgentOrder Issued = new("Issued", null, "confirmed", ["Presented", "Presented"], 0);
    private static readonly AgentOrder InDoubt = new("InDoubt", "no evidence", null, ["Unknown"], 0);

    [Fact]
    public void Two_whole_tickets_are_not_a_disagreement()
    {
        var verdict = Judge(Paper(Probe, Ticket("001"), Ticket("002")), Issued, Told);
        Assert.Empty(verdict.Disagreements);
        Assert.Equal((2, 0, "success", "confirmed", KioskExitCode.Agreement), (verdict.Tickets, verdict.Duplicates, verdict.Ledger, verdict.Journal, verdict.ExitCode));
    }

    [Fact]
    public void A_void_strip_and_a_copy_are_not_duplicates()
    {
        var verdict = Judge(Paper(Void, Ticket("001"), Ticket("002"), Ticket("001", "补 打")), Issued with { VoidStrips = 1 }, Told);
        Assert.Empty(verdict.Disagreements);
        Assert.Equal((2, 0, 1, 1), (verdict.Tickets, verdict.Duplicates, verdict.Reissues, verdict.VoidStrips));
    }

    public static TheoryData<string> WrongStories => [.. Stories.Keys];

    [Theory, MemberData(nameof(WrongStories))]
    public void A_story_that_differs_is_not_let_through(string story)
    {
        var verdict = Stories[story]();
        Assert.NotEmpty(verdict.Disagreements);
        Assert.Equal(KioskExitCode.Disagreement, verdict.ExitCode);
    }

    private static readonly Dictionary<string, Func<Verdict>> Stories = new()
    {
        ["a ticket twice"] = () => Judge(Paper(Ticket("001"), Ticket("002"), Ticket("001")), Issued, Told),
        ["a ticket is missing"] = () => Judge(Paper(Ticket("001")), Issued, Told),
        ["a ticket of another number"] = () => Judge(Paper(Ticket("001"), Ticket("009")), Issued, Told),
        ["a ticket of another order"] = () => Judge(Paper(Ticket("001"), Piece(true, "7/002", "K2102")), Issued, Told),
        ["a ticket that was not cut"] = () => Judge(Paper(Ticket("001"), Piece(false, "1000024102/002", "K2102")), Issued, Told),
        ["half a ticket without VOID"] = () => Judge(Paper(Piece(true, null, "K2102"), Ticket("001"), Ticket("002")), Issued, Told),
        ["something in the mouth"] = () => Judge(Paper(Ticket("001"), Ticket("002")) with { InMouth = Piece(false, null, "x") }, Issued, Told),
        ["unknown bytes"] = () => Judge(Paper(Ticket("001"), Ticket("002")) with { UnknownBytes = 1 }, Issued, Told),
        ["a void strip that the journal does not know"] = () => Judge(Paper(Void, Ticket("001"), Ticket("002")), Issued, Told),
        ["a void strip that is not on paper"] = () => Judge(Paper(Ticket("001"), Ticket("002")), Issued with { VoidStrips = 1 }, Told),
        ["not confirmed"] = () => Judge(Paper(Ticket("001"), Ticket("002")), Issued with { Report = "retry" }, Told),
        ["no report"] = () => Judge(Paper(Ticket("001"), Ticket("002")), Issued with { Report = null }, Told),
        ["a ticket that the journal does not hold as presented"] = () => Judge(Paper(Ticket("001"), Ticket("002")), Issued with { TicketOutcomes = ["Presented", "Unknown"] }, Told),
        ["a ticket that the journal does not hold"] = () => Judge(Paper(Ticket("001"), Ticket("002")), Issued with { TicketOutcomes = ["Presented"] }, Told),
        ["not told"] = () => Judge(Paper(Ticket("001"), Ticket("002")), Issued, Untold),
        ["told as failed"] = () => Judge(Paper(Ticket("001"), Ticket("002")), Issued, Told with { Outcome = "failed", Status = -1 }),
        ["told twice"] = () => Judge(Paper(Ticket("001"), Ticket("002")), Issued, Told with { DuplicateReports = 1 }),
        ["contradicted"] = () => Judge(Paper(Ticket("001"), Ticket("002")), Issued, Told with { Contradictions = ["failure after success"] }),
        ["an order that is not to be issued"] = () => KioskJudgement.Judge(Expected with { MayBeIssued = false }, Paper(Ticket("001"), Ticket("002")), Issued, Told),
        ["in doubt and told"] = () => Judge(Paper(Ticket("001")), InDoubt, Told),
        ["in doubt and twice"] = () => Judge(Paper(Ticket("001"), Ticket("001")), InDoubt, Untold),
        ["in doubt and more than ordered"] = () => Judge(Paper(Ticket("001"), Ticket("002"), Ticket("003")), InDoubt, Untold),
        ["released with a ticket"] = () => Judge(Paper(Ticket("001")), Issued with { State = "Released", Report = null }, Untold),
        ["released and told"] = () => Judge(Paper(), Issued with { State = "Released", Report = null }, Told),
        ["a ticket that nobody knows"] = () => Judge(Paper(Ticket("001")), null, Untold),
        ["failed and not told"] = () => Judge(Paper(), Issued with { State = "Failed" }, Untold),
        ["failed with a ticket"] = () => Judge(Paper(Ticket("001")), Issued with { State = "Failed" }, Told with { Outcome = "failed", Status = -1 }),
        ["no outcome"] = () => Judge(Paper(), Issued with { State = "Accepted", Report = null }, Untold),
        ["a state of a newer release"] = () => Judge(Paper(), Issued with { State = "Unknown" }, Untold),
    };

    [Fact]
    public void In_doubt_is_neither_success_nor_disagreement()
    {
        var verdict = Judge(Paper(Ticket("001"), Piece(true, null, "请联系工作人员")), InDoubt, Untold);
        Assert.Equal((true, true, "inDoubt", KioskExitCode.InDoubt), (verdict.Agree, verdict.InDoubt, verdict.Journal, verdict.ExitCode));
    }

    [Fact]
    public void Nothing_given_is_not_called_issued()
    {
        Assert.Equal((KioskExitCode.NothingGiven, "none"), (Judge(Paper(Probe), null, Untold).ExitCode, Judge(Paper(Probe), null, Untold).Journal));
        Assert.Equal(KioskExitCode.NothingGiven, Judge(Paper(), new AgentOrder("Released", null, null, ["NotPresented"], 0), Untold).ExitCode);
    }

    private static Verdict Judge(PaperWitness paper, AgentOrder? journal, LedgerOrder ledger) => KioskJudgement.Judge(Expected, paper, journal, ledger);

    private static PaperWitness Paper(params PaperPiece[] pieces) => new(pieces, null, 0);

    private static PaperPiece Probe => Piece(true, null, "TEST");

    private static PaperPiece Void => Piece(true, "1000024102/001", "K2102", "作 废 VOID");

    private static PaperPiece Ticket(string number, params string[] more) => Piece(true, $"1000024102/{number}", ["K2102", .. more]);

    private static PaperPiece Piece(bool cut, string? qr, params string[] lines)
    {
        IEnumerable<PaperLine> paper = lines.Select(l => new PaperLine { Runs = [new PaperRun(l, 0, 1, 1, 1, false)] });
        if (qr is not null) paper = paper.Append(new PaperLine { Qr = QrSymbol.Encode(System.Text.Encoding.UTF8.GetBytes(qr), 'M', 4) });
        return new PaperPiece(1, [.. paper], cut, 48);
    }

    private static ReceivedReport Report(bool success) => new(default, success, "", "ALIPAY", true, "0", new Dictionary<string, string>());
}
