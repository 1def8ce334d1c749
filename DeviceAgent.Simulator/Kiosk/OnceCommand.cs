using System.CommandLine;
using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>--once of the virtual kiosk's command line: which journey, with what, and what goes wrong.</summary>
internal static class OnceCommand
{
    private const string Bus = "bus", BusReturn = "bus-return", DefaultOrder = "bus-2", DefaultShip = "ship-2", DefaultTrain = "train-3";
    private static readonly string[] Journeys = [Bus, BusReturn, JobFile.Ship, JobFile.Train];

    public static Option<bool> Once { get; } = new("--once")
    {
        Description = "One order: starts the agent, presents the order's code or submits the job, waits until it is settled, and judges.",
    };

    public static Option<string> Journey { get; } = new("--journey")
    {
        Description = "What --once does. bus: a pick-up. bus-return: a pick-up, then its first ticket's printed code is presented twice; the station decides, a slip is printed. "
            + "ship, train: a job, submitted at the local API, as the station's program does it.",
        DefaultValueFactory = _ => Bus,
    };

    public static Option<string?> Order { get; } = new("--order")
    {
        Description = $"The bus order: a file with the platform's answer to the query (JSON, with or without its wrapper), or a sample: {string.Join(", ", OrderFile.Samples)}; default {DefaultOrder}.",
    };

    public static Option<string?> Job { get; } = new("--job")
    {
        Description = $"The ship or train job: a JSON file, or a sample: {string.Join(", ", JobFile.Samples)}; default {DefaultShip} or {DefaultTrain}.",
    };

    public static Option<bool> Station { get; } = new("--station")
    {
        Description = "Numbers, seats and gates of bus tickets come from the station's ticketing system; the order is stripped of its own. Its books are a witness, too.",
    };

    public static Option<PresentedIdCard?> IdCard { get; } = new("--id-card")
    {
        Description = "bus, bus-return: the kiosk has an ID-card reader and asks for the card of a passenger; this one is presented with the code.",
    };

    public static Option<bool> Card { get; } = new("--card")
    {
        Description = "bus: the code is not scanned: it is on a contactless card (NDEF), which is laid on the kiosk's PN532.",
    };

    public static Option<bool> NetDown { get; } = new("--net-down-after-query")
    {
        Description = "bus, bus-return: the network goes down after the query's answer (the return's), and comes back when the result waits in the outbox.",
    };

    public static Option<bool> NetDownForJob { get; } = new("--net-down-before-report")
    {
        Description = "ship, train: the network is down when the job comes, and comes back when the report waits in the outbox.",
    };

    public static Option<int?> PowerCut { get; } = new("--power-cut-during-ticket")
    {
        Description = "SIGKILL in the middle of ticket N (from 1; a return slip counts after the tickets); the agent is started again, and the code, ticket or job presented again. "
            + "In a slip, and in a job's ticket, the cut waits until the report is confirmed.",
    };

    public static IEnumerable<Option> Options => [Once, Journey, Order, Job, Station, IdCard, Card, NetDown, NetDownForJob, PowerCut];

    /// <returns>Why the options do not go together; null when they do.</returns>
    public static string? Contradiction(ParseResult parsed)
    {
        var (once, journey) = (parsed.GetValue(Once), parsed.GetValue(Journey)!);
        var (isJob, isBus) = (journey is JobFile.Ship or JobFile.Train, journey is Bus or BusReturn);
        var powerCut = parsed.GetValue(PowerCut) is not null;
        return !Journeys.Contains(journey) ? $"--journey is one of {string.Join(", ", Journeys)}"
            : !once && parsed.GetResult(Journey) is { Implicit: false } ? "--journey goes with --once"
            : !once && (parsed.GetValue(NetDown) || parsed.GetValue(NetDownForJob) || powerCut) ? "--net-down-after-query, --net-down-before-report and --power-cut-during-ticket go with --once"
            : parsed.GetValue(Job) is not null && !isJob ? "--job goes with --journey ship and --journey train"
            : parsed.GetValue(Order) is not null && !isBus ? $"--order goes with --journey bus and --journey bus-return; for {journey} there is --job"
            : parsed.GetValue(Station) && !isBus ? $"--station goes with --journey bus and --journey bus-return: a {journey} job brings its numbers"
            : parsed.GetValue(IdCard) is not null && (!once || !isBus) ? "--id-card goes with --once and --journey bus or bus-return"
            : parsed.GetValue(Card) && (!once || journey != Bus) ? "--card goes with --once and --journey bus"
            : parsed.GetValue(NetDown) && isJob ? $"a {journey} job asks nothing: --net-down-before-report instead of --net-down-after-query"
            : parsed.GetValue(NetDownForJob) && isBus ? "--net-down-before-report goes with --journey ship and --journey train; for bus and bus-return there is --net-down-after-query"
            : (parsed.GetValue(NetDown) || parsed.GetValue(NetDownForJob)) && powerCut ? "--net-down-after-query, --net-down-before-report and --power-cut-during-ticket exclude each other"
            : null;
    }

    /// <summary>The orders and jobs that the platform knows; of --once the one that it is about.</summary>
    /// <exception cref="FormatException">It cannot be read, or the options ask for more than it has.</exception>
    public static (JsonObject[] Orders, JsonObject[] Jobs) Read(ParseResult parsed, DateTimeOffset now)
    {
        var journey = parsed.GetValue(Journey)!;
        if (parsed.GetValue(Once) && journey is JobFile.Ship or JobFile.Train) return ([], [ReadJob(parsed, journey, now)]);
        JsonObject[] orders = parsed.GetValue(Once) || parsed.GetValue(Order) is not null
            ? [ReadOrder(parsed.GetValue(Order) ?? DefaultOrder, now)]
            : [.. OrderFile.Samples.Select(s => OrderFile.Sample(s, now))];
        var papers = OrderFile.Passengers(orders[0]).Count + (journey == BusReturn ? 1 : 0);
        if (parsed.GetValue(PowerCut) > papers) throw new FormatException(journey == BusReturn ? $"the order has {papers - 1} tickets, and one slip" : $"the order has {papers} tickets");
        if (parsed.GetValue(Station)) orders = [.. orders.Select(BusRun.WithoutTickets)];
        return (orders, parsed.GetValue(Once) ? [] : [.. JobFile.Samples.Select(s => JobFile.Sample(s, now))]);
    }

    public static OnceRun Run(VirtualKiosk kiosk, JsonObject[] orders, JsonObject[] jobs, ParseResult parsed, TimeProvider time)
    {
        var faults = new OnceFaults { NetDownAfterQuery = parsed.GetValue(NetDown), NetDownBeforeReport = parsed.GetValue(NetDownForJob), PowerCutDuringTicket = parsed.GetValue(PowerCut) };
        return parsed.GetValue(Journey) switch
        {
            Bus => new BusRun(kiosk, orders[0], faults, time),
            BusReturn => new ReturnRun(kiosk, orders[0], faults, time),
            _ => new JobRun(kiosk, jobs[0], faults, time),
        };
    }

    private static JsonObject ReadOrder(string name, DateTimeOffset now) => OrderFile.Samples.Contains(name) ? OrderFile.Sample(name, now) : OrderFile.Read(name, now);

    private static JsonObject ReadJob(ParseResult parsed, string journey, DateTimeOffset now)
    {
        var name = parsed.GetValue(Job) ?? (journey == JobFile.Ship ? DefaultShip : DefaultTrain);
        var job = JobFile.Samples.Contains(name) ? JobFile.Sample(name, now) : JobFile.Read(name, now);
        if (OrderFile.Text(job, "journey") is var told && told != journey) throw new FormatException($"{name} is a {told} job, and --journey is {journey}");
        var tickets = ExpectedJob.Of(job).TicketNumbers.Count;
        if (parsed.GetValue(PowerCut) > tickets) throw new FormatException($"the job has {tickets} tickets to print");
        return job;
    }
}
