using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Kiosk;
using DeviceAgent.Simulator.Printing;
using static DeviceAgent.Tests.Simulator.PaperStory;

namespace DeviceAgent.Tests.Simulator;

/// <summary>Ship and train: each way in which paper, journal and ledger may disagree is tried.</summary>
public sealed class JobJudgementTests
{
    private const string Ship = "3892200000102", Train = "123456703";
    private static readonly AgentOrder Issued = new("Issued", null, "confirmed", ["Presented", "Presented", "Presented"], 0);
    private static readonly AgentOrder InDoubt = new("InDoubt", "no evidence", "confirmed", ["Unknown"], 0);
    private static readonly PaperPiece[] Three = [Ticket(102), Ticket(103), Ticket(104)];

    [Fact]
    public void Three_tickets_of_a_ship_are_not_a_disagreement()
    {
        var verdict = Judge(Paper([Probe, .. Three]), Issued, Told());
        Assert.Empty(verdict.Disagreements);
        Assert.Equal((3, 0, "success", "confirmed", KioskExitCode.Agreement), (verdict.Tickets, verdict.Duplicates, verdict.Ledger, verdict.Journal, verdict.ExitCode));
    }

    [Fact]
    public void A_train_passenger_without_a_ticket_is_not_a_disagreement()
    {
        PaperPiece[] two = [TrainTicket(203), TrainTicket(205)];
        var journal = Issued with { TicketOutcomes = ["Presented", "Presented"] };
        Assert.Empty(JudgeTrain(Paper(two), journal, TrainTold(_ => { })).Disagreements);
        // The one who has no ticket got one all the same.
        Assert.NotEmpty(JudgeTrain(Paper([.. two, TrainTicket(204)]), journal, TrainTold(_ => { })).Disagreements);
        Assert.NotEmpty(JudgeTrain(Paper(two), journal, TrainTold(report => report["passenger_ticket_no"] = "EW123123204", failed: false)).Disagreements);
    }

    [Fact]
    public void A_leaf_in_plain_text_is_not_let_through()
    {
        var ledger = new GatewayLedger(new PassengerCipher(), TimeProvider.System);
        var job = JobFile.Sample("train-3", TimeProvider.System.GetUtcNow());
        ledger.AddJob(job);
        var content = GatewayTrainTests.Encrypted(JobFile.Report(job, JobFile.Train));
        content["book_train_details"]![0]!["book_ticket_details"]![2]!["passenger_info"]!["birth_date"] = "1990-03-07";
        Assert.Null(ledger.Trains.Answer(content, out var error));
        Assert.Equal(GatewayError.Sm4DecryptFailed, error);
        var verdict = JudgeTrain(Paper(TrainTicket(203), TrainTicket(205)), Issued with { TicketOutcomes = ["Presented", "Presented"] }, ledger.Trains.Find(Train)!);
        Assert.Contains("ledger: passenger_info.birth_date is plain text", verdict.Disagreements);
        Assert.Equal(KioskExitCode.Disagreement, verdict.ExitCode);
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
        ["another number on paper than in the job"] = (() => Judge(Paper(Ticket(102), Ticket(103), Ticket(109)), Issued, Told()), "are not those of the tickets"),
        ["another number reported than on paper"] = (() => Judge(Paper(Three), Issued, Told(t => t["ticket_no"] = "3404999")), "other tickets than those that were reported"),
        ["a ship in part"] = (() => Judge(Paper(Three), Issued, Told(t => t["ticket_status"] = "3")), "a success for a part of the tickets"),
        ["a ship in part, without a contradiction"] = (() => Judge(Paper(Three), Issued, Told() with { Tickets = [.. Told().Tickets.Skip(1)] }), "ledger: tickets 3404103, 3404104, the job has 3404102"),
        ["a ship in part on paper"] = (() => Judge(Paper(Ticket(102), Ticket(103)), Issued, Told()), "are not those of the tickets"),
        ["one who has no ticket at the platform"] = (() => Judge(Paper(Three), Issued, Told() with { Tickets = [.. Told().Tickets, new LedgerTicket("1", "x", null, null, false)] }), "1 tickets could not be had"),
        ["a ticket twice"] = (() => Judge(Paper([.. Three, Ticket(103)]), Issued, Told()), "printed a second time"),
        ["a code without the order"] = (() => Judge(Paper(Ticket(102), Ticket(103), Piece(true, "3404104", "HX123")), Issued, Told()), "are not those of the tickets"),
        ["half a ticket without VOID"] = (() => Judge(Paper([.. Three, Piece(true, null, "船 票", "海 峡 号  HX123")]), Issued, Told()), "not marked void"),
        ["something in the mouth"] = (() => Judge(Paper(Three) with { InMouth = Piece(false, null, "x") }, Issued, Told()), "mouth"),
        ["unknown bytes"] = (() => Judge(Paper(Three) with { UnknownBytes = 2 }, Issued, Told()), "2 bytes"),
        ["a strip that the journal does not know"] = (() => Judge(Paper([.. Three, Piece(true, null, "作 废 VOID")]), Issued, Told()), "1 void strips, the journal 0"),
        ["the report still waits"] = (() => Judge(Paper(Three), Issued with { Report = "retry" }, Told()), "the report is retry"),
        ["a ticket that the journal does not hold as presented"] = (() => Judge(Paper(Three), Issued with { TicketOutcomes = ["Presented", "Unknown", "Presented"] }, Told()), "journal: tickets are"),
        ["not told"] = (() => Judge(Paper(Three), Issued, Untold()), "ledger: none"),
        ["told as failed"] = (() => Judge(Paper(Three), Issued, Told() with { Outcome = "failed" }), "ledger: failed"),
        ["a second report"] = (() => Judge(Paper(Three), Issued, Twice()), "1 reports came a second time"),
        ["two reports, and both are new to the platform"] = (() => Judge(Paper(Three), Issued, Told() with { Reports = [.. Told().Reports, .. Told().Reports] }), "2 reports of one order"),
        ["in doubt, and the allocation is not told"] = (() => Judge(Paper(Ticket(102)), InDoubt with { Report = "retry" }, Untold()), "the report is retry"),
        ["in doubt, with a ticket of nobody's"] = (() => Judge(Paper(Ticket(109)), InDoubt, Told()), "none of the order's"),
        ["given back, with a ticket"] = (() => Judge(Paper(Ticket(102)), Issued with { State = "Released" }, Told()), "given back"),
        ["a ticket that nobody knows"] = (() => Judge(Paper(Ticket(102)), null, Untold()), "that the journal does not know"),
        ["a report that nobody knows"] = (() => Judge(Paper(), null, Told()), "a report of an order that the journal does not know"),
        ["failed, and the job has tickets"] = (() => Judge(Paper(), Issued with { State = "Failed" }, Told() with { Outcome = "failed" }), "the job has tickets"),
        ["no outcome"] = (() => Judge(Paper(), Issued with { State = "Accepted" }, Told()), "stands at Accepted"),
    };

    [Fact]
    public void In_doubt_is_neither_success_nor_disagreement()
    {
        var verdict = Judge(Paper(Ticket(102), Piece(true, null, "请联系工作人员")), InDoubt, Told());
        Assert.Equal((true, true, "inDoubt", KioskExitCode.InDoubt), (verdict.Agree, verdict.InDoubt, verdict.Journal, verdict.ExitCode));
    }

    [Fact]
    public void Nothing_given_is_not_called_issued() => Assert.Equal(KioskExitCode.NothingGiven, Judge(Paper(Probe), null, Untold()).ExitCode);

    private static Verdict Judge(PaperWitness paper, AgentOrder? journal, LedgerJob ledger) => JobJudgement.Judge(ExpectedJob.Of(JobFile.Sample("ship-2", DateTimeOffset.UnixEpoch)), paper, journal, ledger);

    private static Verdict JudgeTrain(PaperWitness paper, AgentOrder? journal, LedgerJob ledger) => JobJudgement.Judge(ExpectedJob.Of(JobFile.Sample("train-3", DateTimeOffset.UnixEpoch)), paper, journal, ledger);

    private static PaperPiece Ticket(int number) => Piece(true, $"{Ship}/3404{number}", "船 票", "航班 海峡号 HX123");

    private static PaperPiece TrainTicket(int number) => Piece(true, $"{Train}/EW123123{number}", "火 车 票", "车次 G101");

    private static LedgerJob Untold() => Books(_ => { });

    private static LedgerJob Twice() => Books(ledger =>
    {
        var job = JobFile.Sample("ship-2", DateTimeOffset.UnixEpoch);
        for (var i = 0; i < 2; i++) ledger.Ships.Answer(JobFile.Report(job, JobFile.Ship));
    });

    /// <summary>The platform's own books after the report of the sample.</summary>
    /// <param name="change">Of the first ticket, before it is sent.</param>
    private static LedgerJob Told(Action<JsonObject>? change = null) => Books(ledger =>
    {
        var report = JobFile.Report(JobFile.Sample("ship-2", DateTimeOffset.UnixEpoch), JobFile.Ship);
        change?.Invoke((JsonObject)report["passenger_list"]![0]!["ticket_list"]![0]!);
        ledger.Ships.Answer(report);
    });

    private static LedgerJob Books(Action<GatewayLedger> happens)
    {
        var ledger = new GatewayLedger(new PassengerCipher(), TimeProvider.System);
        ledger.AddJob(JobFile.Sample("ship-2", DateTimeOffset.UnixEpoch));
        happens(ledger);
        return ledger.Ships.Find(Ship)!;
    }

    /// <param name="change">Of the passenger without a ticket, before it is sent.</param>
    private static LedgerJob TrainTold(Action<JsonObject> change, bool failed = true)
    {
        var ledger = new GatewayLedger(new PassengerCipher(), TimeProvider.System);
        var job = JobFile.Sample("train-3", DateTimeOffset.UnixEpoch);
        ledger.AddJob(job);
        var report = JobFile.Report(job, JobFile.Train);
        var ticket = (JsonObject)report["book_train_details"]![0]!["book_ticket_details"]![1]!;
        change(ticket);
        if (!failed) ticket.Remove("fail_code");
        ledger.Trains.Answer(GatewayTrainTests.Encrypted(report), out _);
        return ledger.Trains.Find(Train)!;
    }
}
