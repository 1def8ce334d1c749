using System.Globalization;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;
using DeviceAgent.Tests.Sync;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Simulation;

/// <summary>A fleet after an outage.</summary>
/// <param name="Limit">Requests a second that the gateway allows the app key, all kiosks together.</param>
/// <param name="Pacing">Of the senders; null: the product's own.</param>
internal sealed record FleetPlan(int Kiosks, int Reports, TimeSpan Outage, int Limit, int Seed, Func<OutboxOptions, PaceRules>? Pacing = null)
{
    /// <summary>Each tenth report is the return of the order before it, which must not overtake that order's issue.</summary>
    public const int ReturnEvery = 10;

    /// <summary>Of a hundred issues, those whose first report went out before the outage and whose answer was lost; every other one of them was taken.</summary>
    public int UnknownPercent { get; init; } = 10;

    public TimeSpan Ban { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>After the return; what is not drained then never is.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromHours(12);

    public OutboxOptions Outbox { get; init; } = new();

    public int Orders => Reports - Reports / ReturnEvery;
}

/// <param name="Needed">Requests without which the queues cannot be drained.</param>
/// <param name="DrainTimes">Of each kiosk, from the return on, in order.</param>
internal sealed record FleetResult(FleetPlan Plan, int Needed, int Requests, int Banned, int Bans, IReadOnlyList<int> PerSecond, IReadOnlyList<TimeSpan> DrainTimes, IReadOnlyList<string> Violations)
{
    public TimeSpan Minimum => TimeSpan.FromSeconds((double)Needed / Plan.Limit);

    public TimeSpan Drain => DrainTimes[^1];

    /// <summary>The drain over the least time that the limit allows.</summary>
    public double OverMinimum => Drain / Minimum;

    public double BannedShare => (double)Banned / Requests;

    public double SecondsOverLimit => (double)PerSecond.Count(n => n > Plan.Limit) / PerSecond.Count;

    public TimeSpan Quantile(double share) => DrainTimes[Math.Max(0, (int)Math.Ceiling(share * DrainTimes.Count) - 1)];

    /// <summary>1 when all kiosks take equally long, 1/n when one takes everything. Source: R. Jain, D. Chiu, W. Hawe, "A Quantitative Measure of Fairness".</summary>
    public double Fairness
    {
        get
        {
            var sum = DrainTimes.Sum(t => t.TotalSeconds);
            return sum * sum / (DrainTimes.Count * DrainTimes.Sum(t => t.TotalSeconds * t.TotalSeconds));
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"""
        {Plan.Kiosks} kiosks, {Plan.Reports} reports each, limit {Plan.Limit}/s, ban {Plan.Ban.TotalSeconds} s, outage {Plan.Outage}, seed {Plan.Seed}
        drained after {Drain.TotalSeconds:0} s, at least {Minimum.TotalSeconds:0} s ({Needed} requests): {OverMinimum:0.00} times
        requests {Requests}, peak {PerSecond.Max()}/s, mean {Requests / Drain.TotalSeconds:0.0}/s
        met a ban {Banned}, {BannedShare:0.0%} of the requests; {Bans} bans; over the limit in {SecondsOverLimit:0.0%} of the seconds
        a kiosk was done after {Quantile(0.5).TotalSeconds:0} s (median), {Quantile(0.95).TotalSeconds:0} s (of 95 %), {Drain.TotalSeconds:0} s (the slowest); fairness {Fairness:0.000}
        """);
}

/// <summary>So many real senders and lines in one virtual time, on one loop: with a loop for each, every event would have to look at all of them.</summary>
internal sealed class Fleet
{
    private readonly FleetPlan _plan;
    private readonly VirtualTime _time = new();
    private readonly VirtualLoop _loop;
    private readonly FleetGateway _gateway;
    private readonly MemoryOutbox[] _outboxes;
    private readonly List<TimeSpan> _drainTimes = [];
    private int _needed;
    private Exception? _failed;

    private Fleet(FleetPlan plan)
    {
        _plan = plan;
        _loop = new(_time);
        var random = new Random(plan.Seed);
        _gateway = new(plan, _time, random);
        _outboxes = [.. Enumerable.Range(0, plan.Kiosks).Select(kiosk => Fill(kiosk, random))];
    }

    /// <exception cref="TimeoutException">Something waits for ever.</exception>
    public static FleetResult Play(FleetPlan plan) => new Fleet(plan).Run();

    private FleetResult Run()
    {
        for (var kiosk = 0; kiosk < _plan.Kiosks; kiosk++) Start(kiosk);
        _loop.RunUntil(() => _drainTimes.Count == _plan.Kiosks || _failed is not null, _plan.Outage + _plan.Patience);
        if (_failed is not null) throw new InvalidOperationException("A sender or a line ended by itself.", _failed);
        var violations = _gateway.Violations.ToList();
        for (var order = 0; order < _plan.Kiosks * _plan.Orders; order++)
        {
            if (_gateway.Applied(order).Issued != 1) violations.Add($"order {order} was issued {_gateway.Applied(order).Issued} times");
        }
        foreach (var outbox in _outboxes)
        {
            if (outbox.Counts is not { Waiting: 0, Parked: 0 } counts || counts.Confirmed != _plan.Reports) violations.Add($"a queue ended with {outbox.Counts}");
        }
        return new(_plan, _needed, _gateway.Requests, _gateway.Banned, _gateway.Bans, _gateway.PerSecond, _drainTimes, violations);
    }

    private MemoryOutbox Fill(int kiosk, Random random)
    {
        var outbox = new MemoryOutbox { WritesDown = false };
        var now = _time.GetUtcNow();
        var order = kiosk * _plan.Orders - 1;
        for (var i = 1; i <= _plan.Reports; i++)
        {
            if (i % FleetPlan.ReturnEvery == 0)
            {
                // The order is asked for before its return is told.
                var request = new AgentConfirmReturnRq { AgentOrderId = FleetGateway.Order(order), AgentReturnTicketStatus = 1, AgentReturnTicketType = 1, SuccessTime = now };
                outbox.Add(FleetGateway.Order(order), BusReturnPayload.Create(request), now);
                _needed += 2;
                continue;
            }
            order++;
            var number = FleetGateway.Order(order);
            var id = outbox.Add(number, BusBookPayload.Create(new() { AlitripOrderId = number, BookTime = now, Success = true, PayMode = "ALIPAY" }), now);
            _needed++;
            if (random.Next(100) >= _plan.UnknownPercent) continue;
            outbox.MarkSending(id, now);
            if (random.Next(2) == 0) _gateway.IssueUnheard(order);
            else _needed++;
        }
        return outbox;
    }

    private void Start(int kiosk)
    {
        var random = new Random(HashCode(_plan.Seed, kiosk));
        var outbox = _outboxes[kiosk];
        var line = new PlatformLine(_gateway.ForOneKiosk(), _time, random);
        var pacing = _plan.Pacing?.Invoke(_plan.Outbox) ?? new PaceRules(_plan.Outbox.FirstRetryDelay, _plan.Outbox.MaxRetryDelay);
        var watched = new Watched(outbox, () => _drainTimes.Add(_gateway.SinceReturn));
        var sender = new OutboxSender(watched, ReportRoutes.ToPlatform(line, trainResendIsSafe: false), _plan.Outbox, _time, random, NullLogger.Instance) { Pacing = pacing };
        line.Banned = sender.HeedBan;
        line.Changed = () =>
        {
            if (line.SilentFor is null) sender.Wake();
        };
        _loop.Start(() => RunAsync(line.RunAsync));
        _loop.Start(() => RunAsync(sender.RunAsync));
    }

    private async Task RunAsync(Func<CancellationToken, Task> part)
    {
        try
        {
            await part(CancellationToken.None);
        }
        catch (Exception e)
        {
            _failed ??= e;
            throw;
        }
    }

    // The framework's own differs from process to process.
    private static int HashCode(int seed, int kiosk) => unchecked((int)(((uint)seed * 2654435761u) ^ ((uint)kiosk * 40503u)));

    /// <summary>Tells when the last report is confirmed.</summary>
    private sealed class Watched(MemoryOutbox outbox, Action drained) : IOutbox
    {
        public DateTimeOffset? NextDue => outbox.NextDue;

        public OutboxCounts Counts => outbox.Counts;

        public int RecoverInterrupted(DateTimeOffset now) => outbox.RecoverInterrupted(now);

        public IReadOnlyList<OutboxReport> Take(DateTimeOffset now, int limit, IReadOnlySet<string> ordersInHand) => outbox.Take(now, limit, ordersInHand);

        public void MarkSending(long id, DateTimeOffset at) => outbox.MarkSending(id, at);

        public void Confirm(long id, DateTimeOffset at, string evidence)
        {
            outbox.Confirm(id, at, evidence);
            if (outbox.Waiting == 0) drained();
        }

        public void RetryAt(long id, DateTimeOffset notBefore, bool fateUnknown, string reason) => outbox.RetryAt(id, notBefore, fateUnknown, reason);

        public void Park(long id, DateTimeOffset at, ParkReason reason, string evidence)
        {
            outbox.Park(id, at, reason, evidence);
            if (outbox.Waiting == 0) drained();
        }

        public void WakeRetries(DateTimeOffset now) => outbox.WakeRetries(now);
    }
}

/// <summary>The sender as it was before it had a pace: banned for the named time and no longer, then as fast as it can.</summary>
internal sealed class NoPace(OutboxOptions options) : PaceRules(options.FirstRetryDelay, options.MaxRetryDelay)
{
    public override Pace AfterBan(Pace pace) => default;

    public override Pace AfterAnswer(Pace pace) => default;

    public override Pace AfterSilence(Pace pace, TimeSpan silence) => default;

    public override (TimeSpan Named, TimeSpan Jitter) Pause(Pace afterBan, TimeSpan? named, Random random) => (named ?? TimeSpan.FromSeconds(1), TimeSpan.Zero);

    public override int Window(int before, int limit) => limit;

    public override int FirstWindow(int limit) => limit;
}
