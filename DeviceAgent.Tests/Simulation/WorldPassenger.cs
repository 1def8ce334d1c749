using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Platform.Station;

namespace DeviceAgent.Tests.Simulation;

/// <summary>Somebody who wants paper from the kiosk, and tries again and again until they have it or go away.</summary>
internal abstract class WorldVisitor
{
    private readonly TimeSpan _interval;
    private readonly Random _random;
    private TimeSpan _until;
    private int _curious = 1;

    protected WorldVisitor(World world, TimeSpan comes, TimeSpan patience, TimeSpan interval)
    {
        (World, _interval, _random) = (world, interval, new(world.Seed + world.Visitors.Count));
        world.Visitors.Add(this);
        world.Script(comes, () =>
        {
            _until = world.Now + patience;
            GoOn();
        });
    }

    public TimeSpan LeftAt => _until;

    /// <summary>Null: nobody knows what they want.</summary>
    public abstract WorldOrder? Order { get; }

    public virtual bool HasAll => Order is { } order && order.Tickets.All(World.Paper.IsOut);

    protected World World { get; }

    /// <summary>One try, if this is a moment for it.</summary>
    protected abstract void Try();

    private void GoOn()
    {
        // Once more with all in hand: perhaps it gives another set.
        if ((HasAll && _curious-- <= 0) || World.Now >= _until) return;
        Try();
        // Nobody is a clock: two who were in step would never be heard but the first.
        World.Script(_interval * (0.7 + 0.6 * _random.NextDouble()), GoOn);
    }
}

/// <summary>Somebody with a code, who presents it whenever the lights invite them to.</summary>
internal sealed class WorldPassenger : WorldVisitor
{
    private readonly bool _isHasty;

    /// <param name="isHasty">Presents the code whatever the lights say.</param>
    public WorldPassenger(World world, string code, TimeSpan comes, TimeSpan patience, TimeSpan interval, bool isHasty = false)
        : base(world, comes, patience, interval) => (Code, _isHasty) = (code, isHasty);

    public string Code { get; }

    public override WorldOrder? Order => World.Gateway.Orders.GetValueOrDefault(Code);

    protected override void Try()
    {
        if (_isHasty || World.Lights.Shown == Guidance.Ready) World.Occur($"scan {Code}", () => World.Kiosk.Scan(Code));
    }
}

/// <summary>A clerk, or the station's own system, that hands a job over until its tickets are out.</summary>
internal sealed class WorldClerk(World world, LedgerJob job, TimeSpan comes, TimeSpan patience, TimeSpan interval) : WorldVisitor(world, comes, patience, interval)
{
    public override WorldOrder Order => job;

    /// <summary>A failure has no paper: it is done when the kiosk has it.</summary>
    public override bool HasAll => job.Job.Order is null ? World.RecordOf(job.Key) is { State: IssuanceState.Failed } : base.HasAll;

    protected override void Try() => World.Occur($"job {job.Key}", () => World.Kiosk.OfferJob(job.Job));
}

/// <summary>Somebody who wants their money back: presents the printed ticket twice, or asks at the screen.</summary>
/// <param name="target">Of a bus order of this world.</param>
internal sealed class WorldReturner(World world, ReturnTarget target, TimeSpan comes, TimeSpan patience, TimeSpan interval, bool atScreen) : WorldVisitor(world, comes, patience, interval)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1.5);

    public override WorldReturn Order => World.Station.ReturnOf(target.Key);

    /// <summary>What the station refuses, or could not carry out, gives no slip.</summary>
    public override bool HasAll => Order.Decision is ReturnDecision.Refused or ReturnDecision.Failed || base.HasAll;

    public ReturnTarget Target => target;

    protected override void Try()
    {
        if (!World.Gateway.Orders[target.OrderNumber].Tickets.All(World.Paper.IsOut)) return;
        if (atScreen) World.Occur($"screen: {target.Key}", () => World.Kiosk.OfferReturn(target));
        else if (World.Lights.Shown is Guidance.Ready or Guidance.ConfirmReturn) Present();
    }

    // Once more at once when the lights ask for it: before anybody else presents something.
    private void Present()
    {
        World.Occur($"scan {target.Key.Number}", () => World.Kiosk.Scan(target.Key.Number));
        World.Script(Again, () =>
        {
            if (World.Lights.Shown == Guidance.ConfirmReturn) World.Occur($"scan {target.Key.Number} again", () => World.Kiosk.Scan(target.Key.Number));
        });
    }
}
