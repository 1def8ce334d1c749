using System.Globalization;
using System.Threading.Channels;
using DeviceAgent.Platform.Gateway;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Platform.Sync;

/// <summary>Brings the waiting reports to one destination: ordered within an order, concurrent across orders, never twice without asking.</summary>
/// <remarks>
/// Runs wholly on the scheduler that calls <see cref="RunAsync"/>, which must run one continuation at a time; <see cref="Wake"/> and <see cref="AnswerProbeAsync"/>
/// may be called from anywhere. A failure of the outbox itself ends <see cref="RunAsync"/> with that exception.
/// The loop sleeps until something happens: a signal, an answer, the next retry's time.
/// </remarks>
public sealed class OutboxSender(IOutbox outbox, IReadOnlyDictionary<string, IReportRoute> routes, OutboxOptions options, TimeProvider time, Random random, ILogger logger)
{
    private const int MaxProbes = 16;

    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Channel<TaskCompletionSource<bool>> _probes = Channel.CreateBounded<TaskCompletionSource<bool>>(MaxProbes);
    private readonly Channel<string> _ended = Channel.CreateBounded<string>(options.Concurrency);
    private readonly RetrySchedule _schedule = new(options.FirstRetryDelay, options.MaxRetryDelay);
    private readonly Dictionary<string, Task> _underWay = [];
    private readonly HashSet<string> _ordersInHand = [];
    private readonly Dictionary<long, int> _uselessAnswers = [];
    private TimeSpan _quietUntil;
    private TimeSpan _bannedUntil;
    // Without the jitter: what is told until then tells of the same ban.
    private TimeSpan _namedUntil;
    private Pace _pace;
    private TimeSpan _nextRequest;
    private int _window = 1;
    private TimeSpan? _silentSince;
    private int _failures;
    private TimeSpan? _wokenAt;
    private bool _wakeOwed;
    private bool _stopping;
    private int _wakeAsked;
    private CancellationToken _stop;

    public SenderState State { get; private set; } = new() { Since = time.GetUtcNow() };

    /// <summary>Why nothing is sent although reports may wait; null when nothing holds them.</summary>
    public SenderHold? Hold => State.Hold;

    /// <summary>Called on the sender's scheduler when the line, the hold or a ban has changed.</summary>
    public Action<SenderState>? StateChanged { get; init; }

    /// <summary>Called on the sender's scheduler when a report waits for a person from now on.</summary>
    public Action<OutboxReport, ParkReason>? Parked { get; init; }

    /// <summary>The simulation of a fleet compares with others.</summary>
    internal PaceRules Pacing { get; init; } = new(options.FirstRetryDelay, options.MaxRetryDelay);

    // Bans and pauses are counted on a clock that nobody sets.
    private TimeSpan Uptime => time.GetElapsedTime(0);

    /// <summary>While set no new request goes out; what is under way ends. To be set on the sender's scheduler.</summary>
    public bool IsPaused
    {
        get;
        set
        {
            field = value;
            Signal();
        }
    }

    private bool IsQuiet => _stopping || IsPaused || _stop.IsCancellationRequested || Uptime < _bannedUntil || Uptime < _quietUntil;

    private bool IsPaced => Uptime < _nextRequest;

    private TimeSpan GapOf(Pace pace) => (pace.Interval < options.RequestInterval ? pace with { Interval = options.RequestInterval } : pace).Gap(random);

    private int Limit => State.Online == false || State.Hold is not null ? 1 : _window;

    // Of what waits only because others failed. Where some orders fail and others do not, each success would wake the failing ones.
    private TimeSpan WakeInterval => options.MaxRetryDelay / 10;

    /// <summary>A report was written, the network is back, or a person has renewed what holds the queue.</summary>
    public void Wake()
    {
        Volatile.Write(ref _wakeAsked, 1);
        Signal();
    }

    /// <summary>Another caller with the same app key met a ban: it is this sender's, too. To be called on the sender's scheduler.</summary>
    public void HeedBan(TopFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        if (fault.Remedy != TopRemedy.WaitUntil) return;
        Show(State with { BannedUntil = MeetBan(fault), LastFault = fault });
        Signal();
    }

    /// <returns>True once the loop has turned; false when it has ended or has too many probes to answer. Waits while it has not begun.</returns>
    public async ValueTask<bool> AnswerProbeAsync(CancellationToken cancellationToken)
    {
        var probe = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_probes.Writer.TryWrite(probe)) return false;
        Signal();
        return await probe.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Runs until cancelled, then ends without an exception: requests under way have <see cref="OutboxOptions.StopGrace"/> to end.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var requests = new CancellationTokenSource();
        _stop = cancellationToken;
        _window = Pacing.FirstWindow(options.Concurrency);
        await using var timer = time.CreateTimer(_ => Signal(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        await using var stop = cancellationToken.Register(Signal);
        try
        {
            var recovered = outbox.RecoverInterrupted(time.GetUtcNow());
            if (recovered > 0) logger.Recovered(recovered);
            while (!cancellationToken.IsCancellationRequested)
            {
                AnswerProbes(true);
                await ReapAsync();
                HeedWake();
                StartDue(requests.Token);
                SetTimer(timer);
                await _signals.Reader.ReadAsync(CancellationToken.None);
            }
            await EndAsync(requests);
        }
        finally
        {
            _stopping = true;
            // Not CancelAsync: that would leave the scheduler.
            requests.Cancel();
            await Task.WhenAll(_underWay.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            _probes.Writer.TryComplete();
            AnswerProbes(false);
        }
    }

    private async Task EndAsync(CancellationTokenSource requests)
    {
        _stopping = true;
        using var grace = new CancellationTokenSource(options.StopGrace, time);
        await using var over = grace.Token.Register(requests.Cancel);
        while (_underWay.Count > 0)
        {
            AnswerProbes(true);
            await ReapAsync();
            if (_underWay.Count > 0) await _signals.Reader.ReadAsync(CancellationToken.None);
        }
    }

    private void Signal() => _signals.Writer.TryWrite(true);

    private void AnswerProbes(bool answer)
    {
        while (_probes.Reader.TryRead(out var probe)) probe.TrySetResult(answer);
    }

    private async Task ReapAsync()
    {
        while (_ended.Reader.TryRead(out var order))
        {
            _underWay.Remove(order, out var task);
            _ordersInHand.Remove(order);
            await task!;
        }
    }

    private void HeedWake()
    {
        if (Interlocked.Exchange(ref _wakeAsked, 0) == 0 || State is { Online: true, Hold: null }) return;
        _quietUntil = Uptime;
        WakeRetries(time.GetUtcNow());
    }

    private void WakeRetries(DateTimeOffset now)
    {
        (_wokenAt, _wakeOwed) = (Uptime, false);
        outbox.WakeRetries(now);
    }

    private void StartDue(CancellationToken requests)
    {
        if (IsQuiet) return;
        if (State.BannedUntil is not null) Show(State with { BannedUntil = null });
        var free = Limit - _underWay.Count;
        if (free <= 0 || IsPaced) return;
        foreach (var report in outbox.Take(time.GetUtcNow(), free, _ordersInHand))
        {
            // What an earlier one of this round met counts for the rest of it; a row that was only taken stays as it is.
            if (IsQuiet || IsPaced || _underWay.Count >= Limit) break;
            _ordersInHand.Add(report.OrderNumber);
            _underWay.Add(report.OrderNumber, HandleAsync(report, requests));
        }
    }

    private void SetTimer(ITimer timer)
    {
        var now = time.GetUtcNow();
        var quiet = (_bannedUntil > _quietUntil ? _bannedUntil : _quietUntil) - Uptime;
        if (_underWay.Count < Limit && _nextRequest - Uptime > quiet) quiet = _nextRequest - Uptime;
        TimeSpan? wait = null;
        if (quiet > TimeSpan.Zero) wait = quiet;
        else if (_underWay.Count < Limit && outbox.NextDue is { } due)
        {
            // No retry lies further away than the longest delay; where one does, the clock was set back.
            if (due - now > options.MaxRetryDelay + TimeSpan.FromSeconds(1))
            {
                WakeRetries(now);
                wait = options.FirstRetryDelay;
            }
            else if (due > now) wait = due - now;
            // What is due and was not taken waits for an order in hand, whose end is a signal, or behind a row that this release does not know.
            else if (_underWay.Count == 0) wait = options.MaxRetryDelay;
        }
        timer.Change(wait is { } span ? WholeMilliseconds(span) : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    // Timers cut off what is less, and would fire too early: again and again.
    private static TimeSpan WholeMilliseconds(TimeSpan span) => TimeSpan.FromMilliseconds(Math.Ceiling(span.TotalMilliseconds));

    private async Task HandleAsync(OutboxReport report, CancellationToken requests)
    {
        try
        {
            await SettleAsync(report, requests);
        }
        catch (OperationCanceledException) when (requests.IsCancellationRequested)
        {
            // The row stays as it is: if it was being sent, its fate is unknown, and the next start asks.
            logger.Interrupted(report.Id, report.OrderNumber);
        }
        finally
        {
            _ended.Writer.TryWrite(report.OrderNumber);
            Signal();
        }
    }

    /// <summary>Ask and send alternate at most as ask, send, ask: an answer to the question after a refusal never leads to another send.</summary>
    private async Task SettleAsync(OutboxReport report, CancellationToken requests)
    {
        if (routes.GetValueOrDefault(report.Kind)?.Open(report) is not { } routed)
        {
            Apply(report, new ReportStep.Park(ParkReason.Unsendable, "the payload cannot be read, or disagrees with its row"));
            return;
        }
        ReportStep step = report.FateUnknown ? new ReportStep.Ask(null) : new ReportStep.Send();
        while (true)
        {
            switch (step)
            {
                case ReportStep.Ask { Refusal: var refusal }:
                    if (!await MayRequestAsync())
                    {
                        if (refusal is not null) outbox.RetryAt(report.Id, time.GetUtcNow(), fateUnknown: true, refusal);
                        return;
                    }
                    var reply = await routed.AskAsync(refusal, requests);
                    // Where nobody is asked, no request has been made.
                    if (!reply.WasAnswered && reply.Fault is null) _nextRequest = Uptime;
                    step = Observed(reply);
                    break;
                case ReportStep.Send:
                    if (!await MayRequestAsync()) return;
                    outbox.MarkSending(report.Id, time.GetUtcNow());
                    step = Observed(await routed.SendAsync(requests));
                    break;
                default:
                    Apply(report, step);
                    return;
            }
        }
    }

    /// <returns>False when the request must not go out: a ban, silence or the stop came first.</returns>
    private async ValueTask<bool> MayRequestAsync()
    {
        while (IsPaced && !IsQuiet)
            await Task.Delay(WholeMilliseconds(_nextRequest - Uptime), time, _stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        if (IsQuiet) return false;
        _nextRequest = Uptime + GapOf(_pace);
        return true;
    }

    private ReportStep Observed(ReportReply reply)
    {
        if (reply.WasAnswered || reply.Fault is not null) Observe(reply.Fault);
        return reply.Step;
    }

    private void Apply(OutboxReport report, ReportStep step)
    {
        var now = time.GetUtcNow();
        switch (step)
        {
            case ReportStep.Confirm confirm:
                outbox.Confirm(report.Id, now, confirm.Evidence);
                logger.Confirmed(report.Id, report.OrderNumber, report.Sends);
                State = State with { LastSuccess = now };
                Settled(report.Id, now);
                break;
            case ReportStep.Park park:
                outbox.Park(report.Id, now, park.Reason, park.Evidence);
                logger.Parked(report.Id, report.OrderNumber, park.Reason);
                Parked?.Invoke(report, park.Reason);
                Settled(report.Id, now);
                break;
            case ReportStep.AskLater later:
                ApplyUseless(report, later.Evidence, now);
                break;
            case ReportStep.Retry retry:
                ApplyRetry(report, retry, now);
                break;
        }
    }

    private void ApplyUseless(OutboxReport report, string evidence, DateTimeOffset now)
    {
        var count = _uselessAnswers.GetValueOrDefault(report.Id) + 1;
        if (count >= options.MaxUselessAnswers)
        {
            Apply(report, new ReportStep.Park(ParkReason.FateUnknown, string.Create(CultureInfo.InvariantCulture, $"{count} answers settled nothing; {evidence}")));
            return;
        }
        // What a person settles by hand leaves its count behind.
        if (_uselessAnswers.Count >= options.MaxReports) _uselessAnswers.Clear();
        _uselessAnswers[report.Id] = count;
        Retry(report, now, _schedule.Delay(count, random), fateUnknown: true, evidence);
    }

    private void ApplyRetry(OutboxReport report, ReportStep.Retry step, DateTimeOffset now)
    {
        var fault = step.Fault;
        TimeSpan delay;
        switch (fault.Remedy)
        {
            case TopRemedy.WaitUntil:
                // The ban itself is the sender's; a row keeps no date that a clock set back could put out of reach.
                delay = fault.WaitFor is { } wait && wait < options.MaxRetryDelay ? wait : options.MaxRetryDelay;
                break;
            case TopRemedy.Retry:
                _failures++;
                delay = _schedule.Delay(Math.Max(_failures, report.Sends + 1), random);
                if (TopFaultRules.IsSilence(fault))
                {
                    var quiet = _schedule.Delay(_failures, random);
                    _quietUntil = Uptime + (quiet < delay ? quiet : delay);
                }
                break;
            default:
                // A little longer than the hold: the next try is another report's, so that one bad order cannot hold all others for good.
                delay = options.HoldRetryInterval + TimeSpan.FromSeconds(1);
                if (delay > options.MaxRetryDelay) delay = options.MaxRetryDelay;
                break;
        }
        Retry(report, now, delay, step.FateUnknown, BusReportFate.Evidence(fault));
    }

    private void Retry(OutboxReport report, DateTimeOffset now, TimeSpan delay, bool fateUnknown, string reason)
    {
        outbox.RetryAt(report.Id, now + delay, fateUnknown, reason);
        logger.WillRetry(report.Id, report.OrderNumber, delay.TotalSeconds, fateUnknown);
    }

    /// <summary>A report came to its end: what waits only because others failed need not wait longer.</summary>
    private void Settled(long id, DateTimeOffset now)
    {
        _uselessAnswers.Remove(id);
        _wakeOwed |= _failures > 0;
        _failures = 0;
        if (_wakeOwed && (_wokenAt is not { } woken || Uptime - woken >= WakeInterval)) WakeRetries(now);
    }

    /// <summary>What an answer, or its absence, says about the platform as a whole.</summary>
    private void Observe(TopFault? fault)
    {
        if (fault is not null && TopFaultRules.IsLocal(fault)) return;
        var now = time.GetUtcNow();
        var online = fault is null || !TopFaultRules.IsSilence(fault);
        if (online && _silentSince is { } since) _pace = Pacing.AfterSilence(_pace, Uptime - since);
        _silentSince = online ? null : _silentSince ?? Uptime;
        var state = State with { Online = online, Since = State.Online == online ? State.Since : now, LastFault = fault ?? State.LastFault };
        switch (fault?.Remedy)
        {
            case TopRemedy.WaitUntil:
                state = state with { BannedUntil = MeetBan(fault) };
                break;
            case TopRemedy.RenewSession or TopRemedy.FixClock or TopRemedy.Configuration:
                _quietUntil = Uptime + options.HoldRetryInterval;
                state = state with { Hold = new SenderHold(fault.Remedy, fault, State.Hold?.Reason == fault.Remedy ? State.Hold.Since : now) };
                break;
            default:
                // The gateway took the request as ours: session, clock and configuration are right again. Silence says nothing about them.
                if (online) state = state with { Hold = null };
                break;
        }
        if (!online) _window = Pacing.FirstWindow(options.Concurrency);
        else if (fault?.Remedy != TopRemedy.WaitUntil) (_pace, _window) = (Pacing.AfterAnswer(_pace), Pacing.Window(_window, options.Concurrency));
        Show(state);
    }

    /// <returns>When requests go out again, by the wall clock as it is now.</returns>
    private DateTimeOffset MeetBan(TopFault fault)
    {
        var isNew = Uptime >= _namedUntil;
        var pace = isNew ? Pacing.AfterBan(_pace) : _pace;
        var (named, jitter) = Pacing.Pause(pace, fault.WaitFor, random);
        var end = Uptime + named;
        if (isNew)
        {
            (_pace, _window) = (pace, Pacing.FirstWindow(options.Concurrency));
            if (end + jitter > _bannedUntil) _bannedUntil = end + jitter;
            _nextRequest = end + GapOf(pace);
        }
        else if (end > _namedUntil) _bannedUntil += end - _namedUntil;
        if (end > _namedUntil) _namedUntil = end;
        return time.GetUtcNow() + (_bannedUntil - Uptime);
    }

    private void Show(SenderState state)
    {
        var before = State;
        State = state;
        if (before.Online != state.Online) logger.Line(state.Online == true);
        if (before.Hold?.Reason != state.Hold?.Reason)
        {
            if (state.Hold is { } hold) logger.Held(hold.Reason, hold.Fault.Code, hold.Fault.SubCode);
            else logger.Released();
        }
        if (before.BannedUntil is null && state.BannedUntil is { } until) logger.Banned(until);
        if (before.Online != state.Online || before.Hold?.Reason != state.Hold?.Reason || before.BannedUntil != state.BannedUntil) StateChanged?.Invoke(state);
    }
}

internal static partial class SenderLog
{
    [LoggerMessage(5100, LogLevel.Warning, "{Count} reports were under way when the agent ended: the platform is asked before they are sent again")]
    internal static partial void Recovered(this ILogger logger, int count);

    [LoggerMessage(5101, LogLevel.Information, "Report {Id} of order {Order} confirmed after {Sends} earlier sends")]
    internal static partial void Confirmed(this ILogger logger, long id, string order, int sends);

    [LoggerMessage(5102, LogLevel.Information, "Report {Id} of order {Order} again in {Seconds:F1} s, fate unknown: {FateUnknown}")]
    internal static partial void WillRetry(this ILogger logger, long id, string order, double seconds, bool fateUnknown);

    [LoggerMessage(5103, LogLevel.Error, "Report {Id} of order {Order} parked for a person: {Reason}")]
    internal static partial void Parked(this ILogger logger, long id, string order, ParkReason reason);

    [LoggerMessage(5104, LogLevel.Error, "Reports are held: {Reason} ({Code} {SubCode})")]
    internal static partial void Held(this ILogger logger, TopRemedy reason, string code, string? subCode);

    [LoggerMessage(5105, LogLevel.Information, "Reports are no longer held")]
    internal static partial void Released(this ILogger logger);

    [LoggerMessage(5106, LogLevel.Warning, "The gateway bans this app key until {Until}: nothing is sent before")]
    internal static partial void Banned(this ILogger logger, DateTimeOffset until);

    [LoggerMessage(5107, LogLevel.Information, "The platform is reached: {Online}")]
    internal static partial void Line(this ILogger logger, bool online);

    [LoggerMessage(5108, LogLevel.Warning, "Report {Id} of order {Order}: the agent stops before the answer")]
    internal static partial void Interrupted(this ILogger logger, long id, string order);
}
