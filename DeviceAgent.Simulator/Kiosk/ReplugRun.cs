using DeviceAgent.Simulator.Interactive;

namespace DeviceAgent.Simulator.Kiosk;

/// <param name="Before">After the first tenth of the pulls, everything plugged in and nothing in hand.</param>
/// <param name="After">At the end, the same way.</param>
/// <param name="Pulls">How often each device's cable was pulled.</param>
internal sealed record ReplugResult(
    int Seed, IReadOnlyDictionary<PluggedDevice, int> Pulls, StormVerdict Verdict, ProcessResources Before, ProcessResources After, IReadOnlyList<string> Leaks, TimeSpan Length);

/// <summary>One agent, and cables that are pulled and plugged in again while it works: order after order is presented.</summary>
/// <remarks>The plan is the seed's; the moments are met in real time, so that the same seed gives the same plan, not the same run.</remarks>
internal sealed class ReplugRun : IDisposable
{
    // What one leak at each pull would pass by far. Idle HTTP connections come and go; the heap is collected when the runtime likes.
    private const int MoreDescriptors = 6, MoreThreads = 2;
    private const long MoreKiB = 24 * 1024;
    private const int LongestUnpluggedMilliseconds = 700;

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50), AskAgainAfter = TimeSpan.FromSeconds(1), SettleLimit = TimeSpan.FromSeconds(60), RestLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RestLength = TimeSpan.FromSeconds(2);

    private readonly VirtualKiosk _kiosk;
    private readonly TimeProvider _time;
    private readonly int _seed;
    private readonly IReadOnlyList<KillMoment> _moments;
    private readonly Random _random;
    private readonly TimeSpan _momentLimit;
    private readonly StormWitness _witness;
    private readonly Bell _bell;
    private readonly TextWriter _log;
    private readonly Lock _cables = new();
    private readonly List<(StormOrder Order, ExpectedOrder Expected)> _presented = [];
    private readonly Dictionary<PluggedDevice, int> _pulls = [];
    private KillTrap? _trap;
    private PluggedDevice _device;
    private TimeSpan _armedAt;
    private int _done;

    /// <param name="kiosk">Made with order 0 of the seed. Its journal does not exist yet.</param>
    /// <param name="momentLimit">When a pull's moment must have come.</param>
    public ReplugRun(VirtualKiosk kiosk, int seed, int pulls, TimeSpan momentLimit, TimeProvider time)
    {
        (_kiosk, _seed, _momentLimit, _time) = (kiosk, seed, momentLimit, time);
        _moments = StormPlan.Moments(seed, pulls);
        _random = new(seed);
        _witness = new StormWitness(kiosk);
        _bell = new Bell(time);
        _log = TextWriter.Synchronized(new StreamWriter(kiosk.Folder.TimeLinePath) { AutoFlush = true });
        kiosk.TimeLine.Added += Tell;
    }

    /// <summary>Raised with the number of pulls so far.</summary>
    public event Action<int>? Pulled;

    /// <exception cref="VirtualKioskException">The run cannot go on: the agent ended, or a moment never came.</exception>
    public async Task<ReplugResult> RunAsync(CancellationToken cancellationToken)
    {
        var from = _kiosk.TimeLine.Now;
        await _kiosk.CreateJournalAsync(cancellationToken);
        await _kiosk.StartAgentAsync(cancellationToken);
        ProcessResources? before = null;
        for (var index = 0; _done < _moments.Count; index++)
        {
            if (before is null && _done * 10 >= _moments.Count) before = await RestAsync(cancellationToken);
            await PresentAsync(StormPlan.Order(_seed, index) with { Fault = null, Leaves = false }, cancellationToken);
        }
        before ??= await RestAsync(cancellationToken);
        await SettleAsync(cancellationToken);
        var after = await RestAsync(cancellationToken);
        var cases = await AskAllAsync(cancellationToken);
        if (await _kiosk.StopAgentAsync() is not 0) throw new VirtualKioskException("the agent did not stop as it was asked to when all was over");
        var verdict = StormJudgement.Judge(cases, new PaperWitness(_witness.Pieces, _kiosk.Printer.InMouth, _kiosk.Printer.UnknownBytes), doubtIsAllowed: true);
        return new(_seed, _pulls, verdict, before, after, [.. Leaks(before, after)], _kiosk.TimeLine.Now - from);
    }

    public void Dispose()
    {
        _trap?.Dispose();
        _kiosk.TimeLine.Added -= Tell;
        _log.Dispose();
    }

    private static IEnumerable<string> Leaks(ProcessResources before, ProcessResources after)
    {
        if (after.Descriptors > before.Descriptors + MoreDescriptors) yield return $"descriptors: {before.Descriptors}, then {after.Descriptors}";
        if (after.Threads > before.Threads + MoreThreads) yield return $"threads: {before.Threads}, then {after.Threads}";
        if (after.AnonymousKiB > before.AnonymousKiB + MoreKiB) yield return $"memory: {before.AnonymousKiB} KiB, then {after.AnonymousKiB} KiB";
    }

    /// <summary>A passenger with a code, until the order is issued or stands in doubt.</summary>
    private async Task PresentAsync(StormOrder order, CancellationToken cancellationToken)
    {
        var record = order.Record(_time.GetUtcNow());
        // The platform's record changes with the report.
        var expected = ExpectedOrder.Of(record);
        _kiosk.Gateway.Ledger.Add(record);
        TimeSpan? presented = null;
        while (true)
        {
            if (!_kiosk.AgentRuns) throw new VirtualKioskException("the agent ended by itself");
            await KeepPullingAsync(cancellationToken);
            var journal = await _kiosk.Api.OrderAsync(order.Number, cancellationToken);
            if (journal is { State: "Issued" }) _witness.Acknowledge(order.Number);
            if (journal is { State: not ("Accepted" or "Intent" or "Released") }) break;
            if (await _kiosk.Api.StatusAsync(cancellationToken) is { CanIssue: true } && (presented is null || _kiosk.TimeLine.Now - presented > AskAgainAfter))
            {
                lock (_cables) _kiosk.Scan(order.Number);
                _trap?.Scanned();
                presented = _kiosk.TimeLine.Now;
            }
            await _bell.WaitAsync(LookEvery, cancellationToken);
        }
        _presented.Add((order, expected));
    }

    /// <summary>One pull is always waiting for its moment; what was pulled is plugged in again.</summary>
    private async Task KeepPullingAsync(CancellationToken cancellationToken)
    {
        if (_trap is { Sprung.IsCompleted: true } trap)
        {
            trap.Dispose();
            _trap = null;
            await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(LongestUnpluggedMilliseconds)), _time, cancellationToken);
            SetCable(_device, plugged: true);
            _pulls[_device] = _pulls.GetValueOrDefault(_device) + 1;
            Pulled?.Invoke(++_done);
        }
        if (_trap is not null && _kiosk.TimeLine.Now - _armedAt > _momentLimit)
            throw new VirtualKioskException($"the moment of pull {_done + 1} ({_moments[_done].Occasion}) did not come within {_momentLimit.TotalSeconds:F0} s");
        if (_trap is not null || _done >= _moments.Count) return;
        var device = _random.Next(2) == 0 ? PluggedDevice.Scanner : PluggedDevice.Printer;
        (_device, _armedAt) = (device, _kiosk.TimeLine.Now);
        _kiosk.TimeLine.Add($"pull {_done + 1}: {device} at {_moments[_done].Occasion} {_moments[_done].Nth} + {_moments[_done].Amount}");
        _trap = new(_kiosk, _moments[_done], () => SetCable(device, plugged: false), _time);
        _trap.Started();
    }

    private void SetCable(PluggedDevice device, bool plugged)
    {
        lock (_cables)
        {
            // All that the old line carried has arrived by now; what it tore is completed by what comes over the new one.
            if (plugged && device == PluggedDevice.Printer) _kiosk.Printer.MarkTorn();
            _kiosk.SetCable(device, plugged);
        }
    }

    /// <summary>What the agent holds when it has nothing to do.</summary>
    private async Task<ProcessResources> RestAsync(CancellationToken cancellationToken)
    {
        var from = _kiosk.TimeLine.Now;
        TimeSpan? idleSince = null;
        while (_kiosk.TimeLine.Now - from < RestLimit)
        {
            var isIdle = await _kiosk.Api.StatusAsync(cancellationToken) is { CanIssue: true, OutboxWaiting: 0 };
            idleSince = isIdle ? idleSince ?? _kiosk.TimeLine.Now : null;
            if (_kiosk.TimeLine.Now - idleSince > RestLength) break;
            await Task.Delay(LookEvery, _time, cancellationToken);
        }
        return ProcessResources.Of(_kiosk.AgentProcessId ?? throw new VirtualKioskException("the agent ended by itself"));
    }

    /// <summary>Until no report waits; what does not settle is the judges' business.</summary>
    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        var from = _kiosk.TimeLine.Now;
        while (_kiosk.TimeLine.Now - from < SettleLimit)
        {
            if (await _kiosk.Api.StatusAsync(cancellationToken) is { OutboxWaiting: 0, CanIssue: true }) return;
            await _bell.WaitAsync(LookEvery, cancellationToken);
        }
        _kiosk.TimeLine.Add("not settled in time");
    }

    private async Task<IReadOnlyList<StormCase>> AskAllAsync(CancellationToken cancellationToken)
    {
        _witness.BeforeKill();
        List<StormCase> cases = [];
        var acknowledged = _witness.AcknowledgedBeforeKill;
        foreach (var (order, expected) in _presented)
        {
            var journal = await _kiosk.Api.OrderAsync(order.Number, cancellationToken);
            cases.Add(new StormCase(expected, Left: false, acknowledged.Contains(order.Number), journal, _kiosk.Gateway.Ledger.Find(order.Number)!));
        }
        return cases;
    }

    private void Tell(TimeLineEntry entry)
    {
        _log.WriteLine(entry);
        _bell.Ring();
    }
}
