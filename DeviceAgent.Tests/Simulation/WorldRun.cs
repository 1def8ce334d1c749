using System.Globalization;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Orders;

namespace DeviceAgent.Tests.Simulation;

/// <param name="Replay">The arguments of `simulate` that play the same run.</param>
/// <param name="Effects">Until it came to rest; the last order, which shows that the kiosk still sells, is not counted.</param>
internal sealed record RunResult(string Replay, int Effects, int Cuts, int Presented, int InDoubt, IReadOnlyList<string> Violations, ulong Hash)
{
    /// <summary>Orders with an outcome, by journey.</summary>
    public IReadOnlyDictionary<Journey, int> Done { get; init; } = new Dictionary<Journey, int>();
}

/// <summary>Brings a world to rest and judges it.</summary>
internal static class WorldRun
{
    private const string LastOrder = "99999999";
    private static readonly TimeSpan RestLimit = TimeSpan.FromMinutes(40), LastOrderLimit = TimeSpan.FromMinutes(12);

    public static RunResult Finish(World world, string replay)
    {
        var effects = 0;
        Isolated(() =>
        {
            var rests = world.RunUntil(() => Rests(world), RestLimit);
            effects = world.Effects;
            if (rests) SellLastOrder(world);
            else world.Violate("nothing runs for ever", WhatGoesOn(world));
            WorldRules.Check(world);
        });
        var inDoubt = world.Disk.Issuances.Count(i => i.State == IssuanceState.InDoubt);
        return new(replay, effects, world.Cuts, world.Paper.TicketsOut, inDoubt, world.Violations, world.Hash)
        {
            Done = world.Disk.Issuances.Where(i => i.State is IssuanceState.Issued or IssuanceState.Failed).CountBy(i => i.Journey).ToDictionary(),
        };
    }

    /// <summary>No synchronization context: continuations stay where the world runs them.</summary>
    private static void Isolated(Action run)
    {
        var context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            run();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private static void SellLastOrder(World world)
    {
        world.DropCuts();
        world.Pass(TimeSpan.FromSeconds(15));
        world.Gateway.Sell(LastOrder, 1);
        var passenger = new WorldPassenger(world, LastOrder, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(7));
        if (!world.RunUntil(() => Rests(world), LastOrderLimit)) world.Violate("nothing runs for ever", $"the last order: {WhatGoesOn(world)}");
        // A printer that proves nothing leaves its orders in doubt, which is judged elsewhere.
        var isInDoubt = world.Disk.Issuances.Exists(i => i is { OrderNumber: LastOrder, State: IssuanceState.InDoubt });
        if (!passenger.HasAll && !isInDoubt) world.Violate("a sound kiosk is not out of service", $"the last order was not issued: {string.Join(", ", world.Kiosk.NotReady)}");
        world.Pass(TimeSpan.FromSeconds(15));
    }

    private static bool Rests(World world) =>
        world.Outstanding == 0 && world.Kiosk.IsIdle && world.Printer.Unit.IsDrained
        && !world.Disk.Reports.Exists(r => r.IsOpen) && !world.Disk.Issuances.Exists(i => i.State is IssuanceState.Intent or IssuanceState.Accepted)
        // A slip is tried again for a while, and the line asks by itself, with pauses.
        && !world.Disk.Issuances.Exists(i => i.SlipOwed)
        && !world.Kiosk.NotReady.Contains(NotReadyReason.GatewayUnreachable);

    private static string WhatGoesOn(World world) => string.Create(CultureInfo.InvariantCulture,
        $"{world.Outstanding} things outstanding, in hand {world.Kiosk.Run?.Desk.State.InHand ?? "nothing"}, printer drained {world.Printer.Unit.IsDrained}, "
        + $"{world.Disk.Reports.Count(r => r.IsOpen)} reports open, {world.Disk.Issuances.Count(i => i.State is IssuanceState.Intent or IssuanceState.Accepted)} orders open, "
        + $"not ready: {string.Join(' ', world.Kiosk.NotReady)}");
}
