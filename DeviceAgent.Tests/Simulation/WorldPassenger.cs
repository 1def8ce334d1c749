using DeviceAgent.Issuance;

namespace DeviceAgent.Tests.Simulation;

/// <summary>Somebody with a code, who presents it whenever the lights invite them to, until they have their tickets or go away.</summary>
internal sealed class WorldPassenger
{
    private readonly World _world;
    private readonly TimeSpan _interval;
    private readonly Random _random;
    private TimeSpan _until;
    private int _curious = 1;

    /// <param name="isHasty">Presents the code whatever the lights say.</param>
    public WorldPassenger(World world, string code, TimeSpan comes, TimeSpan patience, TimeSpan interval, bool isHasty = false)
    {
        (_world, Code, _interval, IsHasty, _random) = (world, code, interval, isHasty, new(world.Seed + world.Passengers.Count));
        world.Passengers.Add(this);
        world.Script(comes, () =>
        {
            _until = world.Now + patience;
            Try();
        });
    }

    public string Code { get; }

    public bool IsHasty { get; }

    public bool IsGone { get; private set; }

    public TimeSpan LeftAt => _until;

    public LedgerOrder? Order => _world.Gateway.Orders.GetValueOrDefault(Code);

    public bool HasAll => Order is { } order && order.Tickets.All(_world.Paper.IsOut);

    private void Try()
    {
        // Once more with all tickets in hand: perhaps it gives another set.
        if ((HasAll && _curious-- <= 0) || _world.Now >= _until)
        {
            IsGone = true;
            return;
        }
        if (IsHasty || _world.Lights.Shown == Guidance.Ready) _world.Occur($"scan {Code}", () => _world.Kiosk.Scan(Code));
        // Nobody is a clock: two who were in step would never be heard but the first.
        _world.Script(_interval * (0.7 + 0.6 * _random.NextDouble()), Try);
    }
}
