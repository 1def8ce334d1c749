using DeviceAgent.Issuance;

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
