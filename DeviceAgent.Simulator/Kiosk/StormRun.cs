namespace DeviceAgent.Simulator.Kiosk;

/// <param name="Kills">Those that happened, in their order.</param>
/// <param name="Unanswered">Requests that the platform left without an answer of the business.</param>
internal sealed record StormResult(int Seed, IReadOnlyList<KillMoment> Kills, StormVerdict Verdict, int Unanswered, TimeSpan Length);

/// <summary>
/// One kiosk, one journal, many lives of the agent: order after order is presented, and each life ends at a moment drawn from the seed.
/// </summary>
/// <remarks>
/// Printer, platform and passengers outlive the agent. A passenger comes back with the code until the order is issued or stands in doubt.
/// The plan is the seed's; the moments are met in real time, so that the same seed gives the same plan, not the same run.
/// </remarks>
internal sealed class StormRun : IDisposable
{
    private const int KilledExitCode = 137;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100), AskAgainAfter = TimeSpan.FromSeconds(1), SettleLimit = TimeSpan.FromSeconds(90);
    private readonly VirtualKiosk _kiosk;
    private readonly TimeProvider _time;
    private readonly int _seed;
    private readonly IReadOnlyList<KillMoment> _kills;
    private readonly TimeSpan _lifeLimit;
    private readonly StormWitness _witness;
    private readonly Bell _bell;
    private readonly TextWriter _log;
    private readonly List<(StormOrder Order, ExpectedOrder Expected, bool Left)> _presented = [];
    private KillTrap? _trap;
    private AgentStart? _life;
    private TimeSpan _lifeFrom;
    private int _lives;
    private Task _netUp = Task.CompletedTask;
    private TimeSpan _downFor;

    /// <param name="kiosk">Made with order 0 of the seed. Its journal does not exist yet.</param>
    /// <param name="lifeLimit">When a kill's moment must have come.</param>
    public StormRun(VirtualKiosk kiosk, int seed, int kills, TimeSpan lifeLimit, TimeProvider time)
    {
        (_kiosk, _seed, _lifeLimit, _time) = (kiosk, seed, lifeLimit, time);
        _kills = StormPlan.Kills(seed, kills);
        _witness = new StormWitness(kiosk);
        _bell = new Bell(time);
        _log = TextWriter.Synchronized(new StreamWriter(kiosk.Folder.TimeLinePath) { AutoFlush = true });
        kiosk.TimeLine.Added += Tell;
        kiosk.Gateway.WentDown += ComeBackLater;
    }

    /// <summary>Raised with the number of kills so far.</summary>
    public event Action<int>? Killed;

    private bool LifeIsOver => _trap?.Sprung.IsCompleted == true || _life?.Ended.IsCompleted == true;

    /// <exception cref="VirtualKioskException">The storm cannot go on: the agent ended by itself, or a moment never came.</exception>
    public async Task<StormResult> RunAsync(CancellationToken cancellationToken)
    {
        var from = _kiosk.TimeLine.Now;
        await _kiosk.CreateJournalAsync(cancellationToken);
        await StartLifeAsync(cancellationToken);
        for (var index = 0; index == 0 || _trap is not null; index++) await PresentAsync(StormPlan.Order(_seed, index), cancellationToken);
        await SettleAsync(cancellationToken);
        var cases = await AskAllAsync(cancellationToken);
        await StopAsync();
        var paper = new PaperWitness(_witness.Pieces, _kiosk.Printer.InMouth, _kiosk.Printer.UnknownBytes);
        var verdict = StormJudgement.Judge(cases, paper, doubtIsAllowed: !_kiosk.PrinterProvesEverything);
        return new StormResult(_seed, _kills, verdict, _witness.Unanswered, _kiosk.TimeLine.Now - from);
    }

    public void Dispose()
    {
        _trap?.Dispose();
        _kiosk.TimeLine.Added -= Tell;
        _kiosk.Gateway.WentDown -= ComeBackLater;
        _log.Dispose();
    }

    /// <summary>A passenger with a code, from the first time to the last.</summary>
    private async Task PresentAsync(StormOrder order, CancellationToken cancellationToken)
    {
        var record = order.Record(_time.GetUtcNow());
        // The platform's record changes with the report.
        var expected = ExpectedOrder.Of(record);
        _kiosk.Gateway.Ledger.Add(record);
        var left = false;
        if (order.Fault is { } fault)
        {
            _downFor = fault.Length;
            _kiosk.Gateway.Faults.Script(fault.Kind, fault.Method, fault.Times, fault.Length);
        }
        TimeSpan? presented = null;
        for (var interrupted = false; !left;)
        {
            if (LifeIsOver)
            {
                await StartLifeAsync(cancellationToken);
                (presented, interrupted) = (null, presented is not null || interrupted);
            }
            if (_trap is not null && _kiosk.TimeLine.Now - _lifeFrom > _lifeLimit)
                throw new VirtualKioskException($"order {order.Number}: the moment of kill {_lives} ({_kills[_lives - 1]}) did not come within {_lifeLimit.TotalSeconds:F0} s");
            var journal = await _kiosk.Api.OrderAsync(order.Number, cancellationToken);
            if (journal is { State: "Issued" }) _witness.Acknowledge(order.Number);
            if (journal is { State: not ("Accepted" or "Intent" or "Released") }) break;
            if (await _kiosk.Api.StatusAsync(cancellationToken) is { CanIssue: true } && !LifeIsOver && (presented is null || _kiosk.TimeLine.Now - presented > AskAgainAfter))
            {
                // Ready again, the agent has accounted for every ticket that it had begun.
                left = order.Leaves && interrupted && presented is null && journal is { State: "Accepted" } && !journal.TicketOutcomes.Contains("Presented");
                if (left) _kiosk.TimeLine.Add($"passenger of {order.Number} has left");
                else PresentCode(order.Number);
                presented = _kiosk.TimeLine.Now;
            }
            if (!left) await _bell.WaitAsync(LookEvery, cancellationToken);
        }
        _presented.Add((order, expected, left));
    }

    private void PresentCode(string orderNumber)
    {
        _kiosk.Scan(orderNumber);
        _trap?.Scanned();
    }

    /// <summary>Starts the agent, and again when it is killed before it is ready.</summary>
    private async Task StartLifeAsync(CancellationToken cancellationToken)
    {
        do
        {
            await EndLifeAsync(cancellationToken);
            _trap = _lives < _kills.Count ? new KillTrap(_kiosk, _kills[_lives], Kill(_kills[_lives]), _time) : null;
            _lifeFrom = _kiosk.TimeLine.Now;
            _kiosk.TimeLine.Add(_trap is null ? "no more kills" : $"kill {_lives + 1}: {_kills[_lives]}");
            if (_trap is not null) _lives++;
            var life = _life = _kiosk.LaunchAgent(cancellationToken);
            _trap?.Started();
            await Task.WhenAny(life.Ready, life.Ended, _trap?.Sprung ?? Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken)).WaitAsync(_lifeLimit, _time, cancellationToken);
            if (life.Ready.IsCompleted) _trap?.Ready();
        }
        while (LifeIsOver);
    }

    private async Task EndLifeAsync(CancellationToken cancellationToken)
    {
        if (_life is null) return;
        var code = await _life.Ended.WaitAsync(_lifeLimit, _time, cancellationToken);
        if (_trap is null || code != KilledExitCode) throw new VirtualKioskException($"the agent ended by itself with {code}");
        await _trap.Sprung.WaitAsync(_lifeLimit, _time, cancellationToken);
        _trap.Dispose();
        _trap = null;
        Killed?.Invoke(_lives);
    }

    private Action Kill(KillMoment moment) => () =>
    {
        _witness.BeforeKill();
        if (moment.Kind == KillKind.PowerCut) _kiosk.CutPower();
        else _kiosk.KillAgent(moment.RepliesKept);
    };

    /// <summary>Until each order has its outcome and no report waits; what does not settle is the judges' business.</summary>
    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        await _netUp;
        _kiosk.Gateway.Faults.Clear();
        var from = _kiosk.TimeLine.Now;
        while (_kiosk.TimeLine.Now - from < SettleLimit)
        {
            var status = await _kiosk.Api.StatusAsync(cancellationToken);
            if (status is { OutboxWaiting: 0 } && await NothingWaitsAsync(cancellationToken)) return;
            await _bell.WaitAsync(LookEvery, cancellationToken);
        }
        _kiosk.TimeLine.Add("not settled in time");
    }

    // Whose passenger came back is settled already.
    private async Task<bool> NothingWaitsAsync(CancellationToken cancellationToken)
    {
        foreach (var (order, _, _) in _presented.Where(p => p.Left))
            if (await _kiosk.Api.OrderAsync(order.Number, cancellationToken) is not { State: not ("Accepted" or "Intent") }) return false;
        return true;
    }

    private async Task<IReadOnlyList<StormCase>> AskAllAsync(CancellationToken cancellationToken)
    {
        List<StormCase> cases = [];
        var acknowledged = _witness.AcknowledgedBeforeKill;
        foreach (var (order, expected, left) in _presented)
        {
            var journal = await _kiosk.Api.OrderAsync(order.Number, cancellationToken);
            cases.Add(new StormCase(expected, left, acknowledged.Contains(order.Number), journal, _kiosk.Gateway.Ledger.Find(order.Number)!));
        }
        return cases;
    }

    private async Task StopAsync()
    {
        if (await _kiosk.StopAgentAsync() is not 0) throw new VirtualKioskException("the agent did not stop as it was asked to when the storm was over");
    }

    private void ComeBackLater() => _netUp = ComeBackAsync(_netUp);

    private async Task ComeBackAsync(Task before)
    {
        await before;
        await Task.Delay(_downFor, _time);
        await _kiosk.NetUpAsync();
    }

    private void Tell(TimeLineEntry entry)
    {
        _log.WriteLine(entry);
        _bell.Ring();
    }
}
