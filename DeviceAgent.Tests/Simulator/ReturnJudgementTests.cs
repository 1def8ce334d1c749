using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Kiosk;
using DeviceAgent.Simulator.Printing;
using DeviceAgent.Simulator.Station;
using static DeviceAgent.Tests.Simulator.PaperStory;

namespace DeviceAgent.Tests.Simulator;

/// <summary>A ticket that was returned: each way in which the four witnesses may disagree is tried.</summary>
public sealed class ReturnJudgementTests
{
    private const string Code = "1000024102/024102001";
    private static readonly ExpectedReturn Expected = new(new("1000024102", 2, "K2102", ["024102001", "024102002"], MayBeIssued: true), Code);
    private static readonly DateTimeOffset IssuedAt = new(2026, 11, 26, 8, 0, 0, TimeSpan.Zero);
    private static readonly AgentOrder Issue = new("Issued", null, "confirmed", ["Presented", "Presented"], 0);
    private static readonly AgentOrder Return = new("Issued", null, "confirmed", ["Presented"], 0);
    private static readonly PaperPiece[] Tickets = [Ticket(1), Ticket(2)];
    private static readonly ReceivedReturn Reported = new(IssuedAt.AddMinutes(1), "024102001", true, true, "0", []);
    private static readonly LedgerOrder Ledger = new("1000024102", 50, 2, "success", 2, 0, [new(IssuedAt, true, "", "ALIPAY", true, "0", new Dictionary<string, string>())], [])
    {
        Returns = [Reported],
        RefundsFen = [8600],
    };
    private static readonly StationReturn Decided = new("024102001", ReturnDecision.Returned, null, 6880, IssuedAt, 1);
    private static readonly StationOrder Station = new("1000024102", StationOrderState.Confirmed, "", 0, [], 0, 0, 0, [Decided], []);
    private static readonly ReturnWitnesses Told = new(Issue, Return, Ledger, Station, StationAllocates: false);
    private static readonly ReturnWitnesses NotReturned = Told with { Return = null, Ledger = Ledger with { Returns = [], RefundsFen = [] }, Station = Station with { Returns = [] } };

    [Fact]
    public void A_returned_ticket_and_its_slip_are_not_a_disagreement()
    {
        var verdict = Judge(Told, [Probe, .. Tickets, Slip()]);
        Assert.Empty(verdict.Disagreements);
        Assert.Equal((2, 1, 0, "success", "confirmed", KioskExitCode.Agreement), (verdict.Tickets, verdict.Slips, verdict.Torn, verdict.Ledger, verdict.Journal, verdict.ExitCode));
    }

    [Fact]
    public void The_strips_of_tickets_and_slips_are_not_mixed_up()
    {
        var told = Told with { Issue = Issue with { VoidStrips = 1 }, Return = Return with { VoidStrips = 1 } };
        PaperPiece ofTicket = Piece(true, null, "K2102", "作 废 VOID", "1000024102 #1"), ofSlip = Piece(true, null, "退 票 凭 证", "K2102", "作 废 VOID", $"{Code} #1");
        var verdict = Judge(told, [ofTicket, .. Tickets, ofSlip, Slip()]);
        Assert.Empty(verdict.Disagreements);
        Assert.Equal((2, 1), (verdict.VoidStrips, verdict.Slips));
        Assert.NotEmpty(Judge(told, [ofTicket, ofTicket, .. Tickets, Slip()]).Disagreements);
        Assert.NotEmpty(Judge(told, [ofSlip, ofSlip, .. Tickets, Slip()]).Disagreements);
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
        ["a slip without a return"] = (() => Judge(NotReturned, [.. Tickets, Slip()]), "1 return slips without a return"),
        ["a return without a slip"] = (() => Judge(Told, Tickets), "0 return slips of one ticket"),
        ["two slips"] = (() => Judge(Told, [.. Tickets, Slip(), Slip()]), "2 return slips of one ticket"),
        ["half a slip without VOID"] = (() => Judge(Told, [.. Tickets, Slip(), Piece(true, null, "退 票 凭 证", "K2102")]), "a part of a slip"),
        ["a slip that was not cut"] = (() => Judge(Told, [.. Tickets, Slip() with { Cut = false }]), "0 return slips of one ticket"),
        ["a slip with a code"] = (() => Judge(Told, [.. Tickets, Piece(true, Code, "退 票 凭 证", "订单号 1000024102", "024102001", "￥68.80", "1/1  K-SIM")]), "a code that a gate could take"),
        ["a slip of another ticket"] = (() => Judge(Told, [.. Tickets, Slip(ticket: "024102002")]), "does not name the ticket 024102001"),
        ["a slip of another order"] = (() => Judge(Told, [.. Tickets, Slip(order: "1000024103")]), "does not name the order"),
        ["a slip with another amount"] = (() => Judge(Told, [.. Tickets, Slip(amount: "86.00")]), "the station's amount, 68.80"),
        ["a slip that the journal does not hold as presented"] = (() => Returned(Told with { Return = Return with { TicketOutcomes = ["Unknown"] } }), "journal: slips are Unknown"),
        ["the report still waits"] = (() => Returned(Told with { Return = Return with { Report = "retry" } }), "the return's report is retry"),
        ["not told"] = (() => Returned(Told with { Ledger = Ledger with { Returns = [] } }), "0 returns came in"),
        ["told, and refused"] = (() => Returned(Told with { Ledger = Ledger with { Returns = [Reported with { Applied = false, ResultCode = "TICKET_NOT_FOUND" }] } }), "0 were applied"),
        ["a second report"] = (() => Returned(Told with { Ledger = Ledger with { Returns = [Reported, Reported with { Applied = false }] } }), "2 returns came in"),
        ["told as failed"] = (() => Returned(Told with { Ledger = Ledger with { Returns = [Reported with { Success = false }] } }), "another return"),
        ["told of another ticket"] = (() => Returned(Told with { Ledger = Ledger with { Returns = [Reported with { TicketNumber = "024102002" }] } }), "another return"),
        ["told before the issue"] = (() => Returned(Told with { Ledger = Ledger with { Returns = [Reported with { At = IssuedAt.AddSeconds(-1) }] } }), "before the report of its issue"),
        ["no refund"] = (() => Returned(Told with { Ledger = Ledger with { RefundsFen = [] } }), "0 refunds in the order"),
        ["refunded twice"] = (() => Returned(Told with { Ledger = Ledger with { RefundsFen = [8600, 8600] } }), "2 refunds in the order"),
        ["the station knows of no return"] = (() => Returned(Told with { Station = Station with { Returns = [] } }), "station: returned are"),
        ["the station returned another ticket"] = (() => Returned(Told with { Station = Station with { Returns = [Decided with { TicketNumber = "024102002" }] } }), "station: returned are 024102002"),
        ["the station returned both"] = (() => Returned(Told with { Station = Station with { Returns = [Decided, Decided with { TicketNumber = "024102002" }] } }), "not ticket 024102001 alone"),
        ["the station was contradicted"] = (() => Returned(Told with { Station = Station with { Contradictions = ["a return with another passenger_name"] } }), "another passenger_name"),
        ["returned at the station, and the journal does not hold it"] = (() => Judge(NotReturned with { Station = Station }, Tickets), "the journal does not hold it"),
        ["reported, and the journal does not hold it"] = (() => Judge(NotReturned with { Ledger = Ledger }, Tickets), "a return that the journal does not hold"),
        ["a failed return with a slip"] = (() => Judge(Told with { Return = Return with { State = "Failed" } }, [.. Tickets, Slip()]), "a return that failed"),
        ["no outcome"] = (() => Returned(Told with { Return = Return with { State = "Accepted" } }), "the return stands at Accepted"),
        ["in doubt, and not told"] = (() => Judge(Told with { Return = Return with { State = "InDoubt" }, Ledger = Ledger with { Returns = [] } }, Tickets), "0 returns came in"),
        ["its issue is told otherwise"] = (() => Judge(Told with { Issue = Issue with { Report = "parked" } }, [.. Tickets, Slip()]), "journal: the report is parked"),
        ["a ticket is missing"] = (() => Judge(Told, [Ticket(1), Slip()]), "1 tickets of 2"),
    };

    [Fact]
    public void A_slip_in_doubt_is_neither_success_nor_disagreement()
    {
        var verdict = Judge(Told with { Return = Return with { State = "InDoubt", TicketOutcomes = ["Unknown"] } }, Tickets);
        Assert.Equal((true, true, "inDoubt", KioskExitCode.InDoubt), (verdict.Agree, verdict.InDoubt, verdict.Journal, verdict.ExitCode));
    }

    [Fact]
    public void A_refused_return_is_not_called_one()
    {
        Assert.Equal(KioskExitCode.NothingGiven, Judge(NotReturned, Tickets).ExitCode);
        Assert.Equal(KioskExitCode.NothingGiven, Judge(NotReturned with { Return = Return with { State = "Released", Report = null, TicketOutcomes = [] } }, Tickets).ExitCode);
    }

    [Fact]
    public void The_platforms_refund_is_not_overlooked()
    {
        var ledger = new GatewayLedger(new PassengerCipher(), TimeProvider.System);
        var order = OrderFile.Sample("bus-2", TimeProvider.System.GetUtcNow());
        order["order_status"] = 50;
        ledger.Add(order);
        Assert.Empty(ledger.Find("1000024102")!.RefundsFen);
        var content = new JsonObject { ["agent_order_id"] = "A1000024102", ["agent_return_ticket_status"] = 1, ["agent_return_ticket_type"] = 0, ["agent_ticket_id"] = "024102001" };
        Assert.Equal("0", (string?)ledger.AnswerReturn(content)["result_code"]);
        Assert.Equal([8600], ledger.Find("1000024102")!.RefundsFen);
    }

    private static Verdict Returned(ReturnWitnesses told) => Judge(told, [.. Tickets, Slip()]);

    private static Verdict Judge(ReturnWitnesses told, PaperPiece[] pieces) => ReturnJudgement.Judge(Expected, Paper(pieces), told);

    private static PaperPiece Ticket(int number) => Piece(true, $"1000024102/02410200{number}", "汽 车 票", "车次 K2102");

    private static PaperPiece Slip(string order = "1000024102", string ticket = "024102001", string amount = "68.80") =>
        Piece(true, null, "退 票 凭 证", "RETURN SLIP", "车次 K2102", $"订单号 {order}", $"已退票号 {ticket}", $"预计退款 ￥{amount}", "原车票已作废。", "1/1  K-SIM  2026-11-26 16:01:00");
}
