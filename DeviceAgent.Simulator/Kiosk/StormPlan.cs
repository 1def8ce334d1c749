using System.Globalization;
using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>From where a kill is counted. Each is seen from outside the agent.</summary>
internal enum KillOccasion
{
    /// <summary>The process was started; then ms.</summary>
    Started,
    /// <summary>READY=1; then ms.</summary>
    Ready,
    /// <summary>The process was started; then bytes taken by the printer: opening the line, the fence, a VOID strip.</summary>
    FirstBytes,
    /// <summary>A code was presented; then ms.</summary>
    Scanned,
    /// <summary>The platform has a query, and has not answered it.</summary>
    QueryReceived,
    /// <summary>The answer to a query is out; then ms.</summary>
    QueryAnswered,
    /// <summary>The first code was presented; then bytes taken by the printer: the middle of a ticket, of one order or of a later one.</summary>
    TicketBytes,
    /// <summary>A piece was cut; then bytes taken by the printer: its echo is asked for right behind the cut.</summary>
    PieceCut,
    /// <summary>A piece was cut; then ms.</summary>
    AfterPiece,
    /// <summary>The platform has a report, and has not applied it.</summary>
    ReportReceived,
    /// <summary>The answer to a report is out; then ms.</summary>
    ReportAnswered,
}

internal enum KillKind
{
    /// <summary>SIGKILL: bytes on the wire arrive.</summary>
    Agent,
    /// <summary>SIGKILL, and bytes on the wires are lost. The printer has a power supply of its own, and the boot stays the same.</summary>
    PowerCut,
}

/// <param name="Nth">Which one since the process was started, from 1.</param>
/// <param name="Amount">ms or bytes, as the occasion says.</param>
/// <param name="RepliesKept">Of <see cref="KillKind.Agent"/>: see <see cref="VirtualKiosk.KillAgent"/>.</param>
internal sealed record KillMoment(KillOccasion Occasion, int Nth, int Amount, KillKind Kind, bool RepliesKept)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind} at {Occasion} {Nth} + {Amount}");
}

/// <summary>One order of a storm and what goes wrong with it besides the kills.</summary>
/// <param name="Number">Order number; no two of a storm are equal.</param>
/// <param name="Passengers">One of 1, 2, 3 and 20.</param>
/// <param name="Fault">Scripted when the order is first presented; null: the platform is well.</param>
/// <param name="Leaves">The passenger does not come back when the agent died before a ticket came out.</param>
internal sealed record StormOrder(int Index, string Number, int Passengers, GatewayFault? Fault, bool Leaves)
{
    /// <summary>The platform's record, from the sample of that size.</summary>
    public JsonObject Record(DateTimeOffset now)
    {
        var order = OrderFile.Sample(string.Create(CultureInfo.InvariantCulture, $"bus-{Passengers}"), now);
        order["alitrip_order_id"] = Number;
        order["agent_order_id"] = $"A{Number}";
        order["alitrip_tp_order_id"] = $"T{Number}";
        var ticket = 0;
        foreach (var passenger in OrderFile.Passengers(order)) passenger["agent_ticket_id"] = string.Create(CultureInfo.InvariantCulture, $"{Index:D6}{++ticket:D3}");
        // Stands on each ticket, whole or not, and tells whose it is.
        order["tvm_bus_line_info"]!["bus_number"] = string.Create(CultureInfo.InvariantCulture, $"K{Index:D6}");
        return order;
    }
}

/// <summary>What a storm does, drawn from its seed. No I/O, no clock.</summary>
internal static class StormPlan
{
    // An agent that finds an open attempt sends some 1,150 bytes, most of them padding, until its fence has come back; a strip has 100 more.
    private const int StripBegins = 1_130, StripEnds = 1_280, FirstBytes = 2_000;

    // A ticket has some 800 bytes.
    private const int TicketBytes = 2_500;

    private static readonly (KillOccasion Occasion, int Weight, int MostNth, int MostAmount)[] Occasions =
    [
        (KillOccasion.Started, 6, 1, 500),
        (KillOccasion.Ready, 6, 1, 200),
        (KillOccasion.FirstBytes, 12, 1, FirstBytes),
        (KillOccasion.Scanned, 10, 2, 30),
        (KillOccasion.QueryReceived, 5, 2, 0),
        (KillOccasion.QueryAnswered, 8, 2, 15),
        (KillOccasion.TicketBytes, 18, 1, TicketBytes),
        (KillOccasion.PieceCut, 14, 3, 120),
        (KillOccasion.AfterPiece, 12, 3, 25),
        (KillOccasion.ReportReceived, 5, 2, 0),
        (KillOccasion.ReportAnswered, 5, 2, 8),
    ];

    private static readonly (GatewayFaultKind Kind, string? Method)[] Faults =
    [
        (GatewayFaultKind.LoseRequest, TopApi.QueryOrder.Name),
        (GatewayFaultKind.LoseAnswer, TopApi.QueryOrder.Name),
        (GatewayFaultKind.LoseRequest, TopApi.BookOrder.Name),
        (GatewayFaultKind.LoseAnswer, TopApi.BookOrder.Name),
        (GatewayFaultKind.BadGateway, null),
        (GatewayFaultKind.ServiceUnavailable, null),
        (GatewayFaultKind.Slow, null),
        (GatewayFaultKind.DownAfterAnswer, null),
    ];

    /// <summary>Moments of a pick-up, for what is done to a kiosk whose agent lives on.</summary>
    public static IReadOnlyList<KillMoment> Moments(int seed, int count)
    {
        var random = new Random(seed);
        var moments = new List<KillMoment>(count);
        while (moments.Count < count)
        {
            var (occasion, nth, amount) = Draw(random);
            if (occasion is not (KillOccasion.Started or KillOccasion.Ready or KillOccasion.FirstBytes)) moments.Add(new(occasion, nth, amount, KillKind.Agent, false));
        }
        return moments;
    }

    public static IReadOnlyList<KillMoment> Kills(int seed, int count)
    {
        var random = new Random(seed);
        var kills = new List<KillMoment>(count);
        while (kills.Count < count) kills.Add(Kill(random, kills.Count > 0 ? PercentInRecovery(kills[^1]) : 0));
        return kills;
    }

    /// <summary>Order <paramref name="index"/> of the storm: the same one whatever was drawn before.</summary>
    public static StormOrder Order(int seed, int index)
    {
        var random = new Random(unchecked(seed * 1_000_003 + index));
        var passengers = random.Next(100) switch { < 36 => 1, < 72 => 2, < 96 => 3, _ => 20 };
        var (kind, method) = Faults[random.Next(Faults.Length)];
        var fault = random.Next(5) == 0 ? new GatewayFault(kind, method, 1, TimeSpan.FromMilliseconds(random.Next(100, 900))) : null;
        return new StormOrder(index, string.Create(CultureInfo.InvariantCulture, $"88{index:D8}"), passengers, fault, random.Next(10) == 0);
    }

    private static KillMoment Kill(Random random, int percentInRecovery)
    {
        var (occasion, nth, amount) = random.Next(100) < percentInRecovery ? DrawInRecovery(random) : Draw(random);
        var kind = random.Next(100) < 40 ? KillKind.PowerCut : KillKind.Agent;
        return new KillMoment(occasion, nth, amount, kind, kind == KillKind.Agent && random.Next(2) == 0);
    }

    // The first piece that is cut after a half-printed ticket is its strip.
    private static (KillOccasion Occasion, int Nth, int Amount) DrawInRecovery(Random random) => random.Next(10) switch
    {
        0 => (KillOccasion.Started, 1, random.Next(501)),
        1 => (KillOccasion.Ready, 1, random.Next(201)),
        2 or 3 => (KillOccasion.FirstBytes, 1, random.Next(StripBegins)),
        < 8 => (KillOccasion.FirstBytes, 1, random.Next(StripBegins, StripEnds)),
        _ => (KillOccasion.PieceCut, 1, random.Next(61)),
    };

    private static (KillOccasion Occasion, int Nth, int Amount) Draw(Random random)
    {
        var left = random.Next(Occasions.Sum(o => o.Weight));
        var (occasion, _, mostNth, mostAmount) = Occasions.First(o => (left -= o.Weight) < 0);
        return (occasion, 1 + random.Next(mostNth), random.Next(mostAmount + 1));
    }

    // The recovery itself must be hit often, and it is short. Half a ticket needs a strip.
    private static int PercentInRecovery(KillMoment before) => before switch
    {
        { Occasion: KillOccasion.TicketBytes, Kind: KillKind.PowerCut } => 75,
        { Occasion: KillOccasion.TicketBytes or KillOccasion.PieceCut or KillOccasion.AfterPiece or KillOccasion.FirstBytes } => 35,
        _ => 0,
    };
}
