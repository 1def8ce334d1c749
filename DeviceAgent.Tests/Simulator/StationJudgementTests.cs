using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Kiosk;
using DeviceAgent.Simulator.Printing;
using DeviceAgent.Simulator.Station;
using static DeviceAgent.Tests.Simulator.PaperStory;

namespace DeviceAgent.Tests.Simulator;

/// <summary>Tickets that the station gave: each way in which its books may differ from paper, journal and ledger is tried.</summary>
public sealed class StationJudgementTests
{
    private static readonly ExpectedOrder Expected = new("1000024102", 2, "K2102", [], MayBeIssued: true);
    private static readonly AgentOrder Issued = new("Issued", null, "confirmed", ["Presented", "Presented"], 0);
    private static readonly LedgerOrder Told = Report("""[{"agent_ticket_id":"T1","seat_number":"44"},{"agent_ticket_id":"T2","seat_number":"42"}]""", "10");
    private static readonly LedgerOrder Untold = new("1000024102", 30, 2, "none", 1, 0, [], []);
    private static readonly StationOrder Books = new("1000024102", StationOrderState.Confirmed, "K-SIM", 1, [new(0, "T1", "44", "10", "张三", 5000), new(1, "T2", "42", "10", "李四", 5000)], 1, 1, 0, [], []);
    private static readonly PaperPiece[] Two = [Ticket("T1", "44"), Ticket("T2", "42")];

    [Fact]
    public void What_the_station_gave_is_not_a_disagreement()
    {
        Assert.Empty(Judge(Two, Issued, Told, Books).Disagreements);
        Assert.Equal(KioskExitCode.Agreement, Judge(Two, Issued, Told, Books).ExitCode);
        Assert.Equal(KioskExitCode.InDoubt, Judge([Two[0]], Issued with { State = "InDoubt", Report = null }, Untold, Books with { State = StationOrderState.Allocated, Confirms = 0 }).ExitCode);
        Assert.Equal(KioskExitCode.NothingGiven, Judge([], Issued with { State = "Released", Report = null }, Untold, Books with { State = StationOrderState.Released, Confirms = 0, Releases = 1 }).ExitCode);
        Assert.Equal(KioskExitCode.NothingGiven, Judge([], null, Untold, null).ExitCode);
    }

    public static TheoryData<string> WrongStories => [.. Stories.Keys];

    [Theory, MemberData(nameof(WrongStories))]
    public void A_story_that_differs_is_not_let_through(string story)
    {
        var (verdict, reason) = Stories[story];
        Assert.Contains(verdict().Disagreements, d => d.Contains(reason, StringComparison.Ordinal));
        Assert.Equal(KioskExitCode.Disagreement, verdict().ExitCode);
    }

    private static readonly Dictionary<string, (Func<Verdict> Verdict, string Reason)> Stories = new()
    {
        ["another number on paper"] = (() => Judge([Two[0], Ticket("T9", "42")], Issued, Told, Books), "ticket T2 is not on exactly one"),
        ["another seat on paper"] = (() => Judge([Two[0], Ticket("T2", "11")], Issued, Told, Books), "does not name the seat 42"),
        ["another gate on paper"] = (() => Judge([Two[0], Ticket("T2", "42", "3")], Issued, Told, Books), "does not name the gate 10"),
        ["another number reported"] = (() => Judge(Two, Issued, Report("""[{"agent_ticket_id":"T1","seat_number":"44"},{"agent_ticket_id":"T9","seat_number":"42"}]""", "10"), Books), "ledger: tickets T1, T9, the station gave T1, T2"),
        ["another seat reported"] = (() => Judge(Two, Issued, Report("""[{"agent_ticket_id":"T1","seat_number":"44"},{"agent_ticket_id":"T2","seat_number":"11"}]""", "10"), Books), "other seats"),
        ["another gate reported"] = (() => Judge(Two, Issued, Report("""[{"agent_ticket_id":"T1","seat_number":"44"},{"agent_ticket_id":"T2","seat_number":"42"}]""", "3"), Books), "ledger: gate 3"),
        ["the station was not asked"] = (() => Judge(Two, Issued, Told, null), "station: it does not know the order"),
        ["allocated twice"] = (() => Judge(Two, Issued, Told, Books with { Allocations = 2 }), "allocated 2 times"),
        ["not confirmed"] = (() => Judge(Two, Issued, Told, Books with { State = StationOrderState.Allocated, Confirms = 0 }), "confirmed 0 times"),
        ["confirmed twice"] = (() => Judge(Two, Issued, Told, Books with { Confirms = 2 }), "confirmed 2 times"),
        ["issued and given back"] = (() => Judge(Two, Issued, Told, Books with { Releases = 1 }), "released 1 times"),
        ["more seats than tickets"] = (() => Judge(Two, Issued, Told, Books with { Tickets = [.. Books.Tickets, new(2, "T3", "1", "10", null, 1)] }), "3 tickets of 2"),
        ["contradicted"] = (() => Judge(Two, Issued, Told, Books with { Contradictions = ["a confirm of what was released"] }), "station: a confirm of what was released"),
        ["in doubt and confirmed"] = (() => Judge([Two[0]], Issued with { State = "InDoubt", Report = null }, Untold, Books), "an order in doubt is Confirmed"),
        ["released, and the seats are kept"] = (() => Judge([], Issued with { State = "Released", Report = null }, Untold, Books with { State = StationOrderState.Allocated, Confirms = 0 }), "the order is Allocated"),
    };

    private static Verdict Judge(PaperPiece[] pieces, AgentOrder? journal, LedgerOrder ledger, StationOrder? station) => StationJudgement.Judge(Expected, Paper(pieces), journal, ledger, station);

    private static LedgerOrder Report(string passengers, string gate) =>
        new("1000024102", 50, 2, "success", 1, 0, [new(default, true, "", "ALIPAY", true, "0", new Dictionary<string, string> { ["passengers"] = passengers, ["ticket_gate"] = gate })], []);

    private static PaperPiece Ticket(string number, string seat, string gate = "10") => Piece(true, $"1000024102/{number}", "汽 车 票", "车次 K2102", $"座位 {seat}  检票口 {gate}");
}
