using DeviceAgent.Issuance;
using DeviceAgent.Platform.Station;

namespace DeviceAgent.Tests.Simulation;

/// <summary>A story that is the same each time, but for where the power is cut.</summary>
internal sealed record Scenario(string Name, Action<World> Begin, PrinterKind? Printer = null)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8), Interval = TimeSpan.FromSeconds(7);

    /// <summary>Lines of a probe strip and of one ticket, roughly: what a roll must be short of to end in the second of three.</summary>
    private const int ProbeAndTicketAndHalf = 40;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("one-passenger", world => Come(world, "10000001", 1)),
        new("three-passengers", world => Come(world, "10000003", 3)),
        new("twenty-passengers", world => Come(world, "10000020", 20)),
        new("paper-out", PaperOut),
        new("offline", Offline),
        new("network-returns", NetworkReturns),
        new("refused", Refused),
        new("retracted", Retracted),
        // A printer that proves nothing: its order stands in doubt, and goes on doing so through every restart.
        new("in-doubt", world => Come(world, "10000002", 2), new() { Echoes = false, TellsSerialNumber = false }),
        new("ship", world => Hand(world, WorldJobs.Ship("40000002", 2))),
        new("train", world => Hand(world, WorldJobs.TrainOf("50000002", 1, failed: 1))),
        new("train-unknown", TrainUnknown),
        new("job-failed", JobsFailed),
        new("ship-offline", ShipOffline),
        new("seats", Seats),
        new("seats-refused", SeatsRefused),
        new("seats-lost", SeatsLost),
        new("seats-left", SeatsLeft),
        new("seats-offline", SeatsOffline),
        new("return", world => GiveBack(world, "T01")),
        new("return-lost", ReturnLost),
        new("return-order", ReturnOrder),
        new("return-refused", ReturnRefused),
        new("two-returns", TwoReturns),
        new("paper-change", PaperChange),
        new("power-fails", PowerFails),
        new("power-flickers", PowerFlickers),
    ];

    public static Scenario Of(string name) => All.First(s => s.Name == name);

    public RunResult Play(IReadOnlyList<CutPoint> cuts, KioskParts? parts = null) => Play(cuts, parts, out _);

    public RunResult Play(IReadOnlyList<CutPoint> cuts, KioskParts? parts, out World world)
    {
        world = new World(seed: 7, parts, Printer, cuts);
        Begin(world);
        world.Kiosk.Boot();
        return WorldRun.Finish(world, $"--scenario {Name}{(cuts.Count == 0 ? "" : $" --cut {string.Join(',', cuts)}")}");
    }

    private static void Come(World world, string number, int passengers, double after = 6)
    {
        world.Gateway.Sell(number, passengers);
        _ = new WorldPassenger(world, number, TimeSpan.FromSeconds(after), Patience, Interval);
    }

    private static void Hand(World world, Job job, double after = 6) => _ = new WorldClerk(world, world.Gateway.Give(job), TimeSpan.FromSeconds(after), Patience, Interval);

    /// <summary>A bus order of two, and one of them comes back with a ticket, or with the whole order.</summary>
    private static void GiveBack(World world, string? ticket, TimeSpan? patience = null, bool atScreen = false, double after = 30)
    {
        if (!world.Gateway.Orders.ContainsKey("10000002")) Come(world, "10000002", 2);
        _ = new WorldReturner(world, new("10000002", ticket), TimeSpan.FromSeconds(after), patience ?? Patience, Interval, atScreen);
    }

    /// <summary>Nobody hears what became of the train's result, and nobody may tell it again; then a bus passenger comes.</summary>
    private static void TrainUnknown(World world)
    {
        world.Gateway.ReportsMeet = RequestFate.AnswerLost;
        world.Script(TimeSpan.FromSeconds(60), () => world.Gateway.ReportsMeet = null);
        Hand(world, WorldJobs.TrainOf("50000001", 1));
        Come(world, "10000001", 1, after: 100);
    }

    /// <summary>Numbered forms; paper is changed before a passenger comes, and while she is served: then after her.</summary>
    private static void PaperChange(World world)
    {
        world.Stock = new() { Prefix = "A", Digits = 6 };
        world.Script(TimeSpan.FromSeconds(5), () => world.Kiosk.ChangePaper(tries: 5));
        Come(world, "10000002", 2, after: 12);
        world.Script(TimeSpan.FromSeconds(13), () => world.Kiosk.ChangePaper(tries: 5));
        Come(world, "10000001", 1, after: 50);
    }

    private static void JobsFailed(World world)
    {
        Hand(world, WorldJobs.FailedShip("40000001"));
        Hand(world, WorldJobs.TrainOf("50000001", 0, failed: 2), after: 9);
    }

    /// <summary>The network is away when the job comes: the paper does not wait for it.</summary>
    private static void ShipOffline(World world)
    {
        world.Gateway.Always = RequestFate.NoNetwork;
        world.Script(TimeSpan.FromSeconds(50), () => world.Gateway.Always = RequestFate.Answered);
        Hand(world, WorldJobs.Ship("40000001", 1));
    }

    private static void Seats(World world)
    {
        world.Station.Allocates = true;
        Come(world, "10000002", 2);
    }

    /// <summary>Sold out, and a moment later not.</summary>
    private static void SeatsRefused(World world)
    {
        world.Station.Next.Enqueue(RequestFate.Refused);
        Seats(world);
    }

    /// <summary>The seats are given, and the kiosk hears of it too late; what it gives back arrives when it has them again.</summary>
    private static void SeatsLost(World world)
    {
        world.Station.QuestionsMeet = RequestFate.AnswerLost;
        world.Station.ReportsMeet = RequestFate.NoNetwork;
        world.Script(TimeSpan.FromSeconds(24), () => world.Station.QuestionsMeet = null);
        world.Script(TimeSpan.FromSeconds(40), () => world.Station.ReportsMeet = null);
        Seats(world);
    }

    /// <summary>The seats are given, the kiosk never hears of it, and the passenger goes away.</summary>
    private static void SeatsLeft(World world)
    {
        world.Station.Allocates = true;
        world.Station.QuestionsMeet = RequestFate.AnswerLost;
        world.Script(TimeSpan.FromSeconds(50), () => world.Station.QuestionsMeet = null);
        world.Gateway.Sell("10000001", 1);
        _ = new WorldPassenger(world, "10000001", TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(20), Interval);
    }

    /// <summary>The platform takes no report for long: the station hears of its seats all the same.</summary>
    private static void SeatsOffline(World world)
    {
        world.Gateway.ReportsMeet = RequestFate.NoNetwork;
        world.Script(TimeSpan.FromSeconds(80), () => world.Gateway.ReportsMeet = null);
        Seats(world);
    }

    /// <summary>One ticket that the station does not take back, and one whose return it cannot carry out.</summary>
    private static void ReturnRefused(World world)
    {
        world.Station.Decisions["10000002/T01"] = ReturnDecision.Refused;
        world.Station.Decisions["10000002/T02"] = ReturnDecision.Failed;
        GiveBack(world, "T01", atScreen: true, after: 20);
        GiveBack(world, "T02", after: 26);
    }

    /// <summary>The station has made the ticket invalid, and the passenger goes away before the kiosk hears of it.</summary>
    private static void ReturnLost(World world)
    {
        world.Station.QuestionsMeet = RequestFate.AnswerLost;
        world.Script(TimeSpan.FromSeconds(80), () => world.Station.QuestionsMeet = null);
        GiveBack(world, "T01", patience: TimeSpan.FromSeconds(20));
    }

    /// <summary>A whole order comes back before its issue could be told.</summary>
    private static void ReturnOrder(World world)
    {
        world.Gateway.ReportsMeet = RequestFate.NoNetwork;
        world.Script(TimeSpan.FromSeconds(50), () => world.Gateway.ReportsMeet = null);
        GiveBack(world, null, atScreen: true, after: 16);
    }

    /// <summary>Two tickets of one order, one after the other; the second one's report is lost on its way, or its answer.</summary>
    private static void TwoReturns(World world)
    {
        GiveBack(world, "T01", atScreen: true, after: 24);
        GiveBack(world, "T02", atScreen: true, after: 34);
        world.Script(TimeSpan.FromSeconds(33), () => world.Gateway.ReportsMeet = RequestFate.Lost);
        world.Script(TimeSpan.FromSeconds(50), () => world.Gateway.ReportsMeet = null);
    }

    /// <summary>In the middle of the second of three tickets, for longer than a passenger is waited for.</summary>
    private static void PowerFails(World world)
    {
        world.Script(TimeSpan.FromSeconds(6.7), () => world.Power.Set(true));
        world.Script(TimeSpan.FromSeconds(90), () => world.Power.Set(false));
        Come(world, "10000003", 3);
    }

    /// <summary>Again and again, at each stage of the pick-up: the supply is weak.</summary>
    private static void PowerFlickers(World world)
    {
        for (var i = 0; i < 12; i++)
        {
            world.Script(TimeSpan.FromSeconds(6.1 + 2.45 * i), () => world.Power.Set(true));
            world.Script(TimeSpan.FromSeconds(6.3 + 2.45 * i), () => world.Power.Set(false));
        }
        Come(world, "10000002", 2);
        Hand(world, WorldJobs.Ship("40000001", 1), after: 20);
    }

    private static void PaperOut(World world)
    {
        world.Printer.Unit.ShortenRoll(ProbeAndTicketAndHalf);
        world.Printer.RefilledAfter = TimeSpan.FromSeconds(10);
        Come(world, "10000003", 3);
    }

    /// <summary>The network goes as soon as the order was asked for.</summary>
    private static void Offline(World world)
    {
        world.Gateway.Queried = () =>
        {
            world.Gateway.Queried = null;
            world.Gateway.Always = RequestFate.NoNetwork;
            world.Script(TimeSpan.FromSeconds(60), () => world.Gateway.Always = RequestFate.Answered);
        };
        Come(world, "10000002", 2);
    }

    /// <summary>The echo gets lost, and the presenter pulls the ticket back in before anybody has asked.</summary>
    private static void Retracted(World world)
    {
        world.Script(TimeSpan.FromSeconds(3), () => (world.Printer.EchoesToLose, world.Printer.Unit.RetractsAfter) = (1, TimeSpan.FromSeconds(2)));
        Come(world, "10000002", 2);
    }

    /// <summary>The business refuses the report: a person has to look.</summary>
    private static void Refused(World world)
    {
        world.Gateway.ReportsMeet = RequestFate.Refused;
        world.Script(TimeSpan.FromSeconds(30), () => world.Gateway.ReportsMeet = null);
        Come(world, "10000001", 1);
    }

    /// <summary>Reports have piled up, one of them of unknown fate, when the network comes back.</summary>
    private static void NetworkReturns(World world)
    {
        world.Gateway.ReportsMeet = RequestFate.AnswerLost;
        world.Script(TimeSpan.FromSeconds(20), () => world.Gateway.ReportsMeet = RequestFate.NoNetwork);
        world.Script(TimeSpan.FromSeconds(60), () => world.Gateway.ReportsMeet = null);
        Come(world, "10000011", 1);
        Come(world, "10000012", 1, after: 22);
        Come(world, "10000013", 1, after: 36);
    }
}
