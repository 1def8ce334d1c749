using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Devices;

/// <summary>How the printer is reached. The seeded world replaces it.</summary>
public interface IPrinterPort
{
    /// <summary>The configured path: what stands for a printer that tells no serial number.</summary>
    string Path { get; }

    /// <summary>See <see cref="DeviceNode.Identity"/>; null when it cannot be told.</summary>
    string? Connection { get; }

    /// <summary>The printer pulls back in a ticket that nobody takes, as its profile has it. Known before it was ever opened.</summary>
    bool RetractsTickets => false;

    /// <exception cref="DeviceLostException">It cannot be had now.</exception>
    ValueTask<ITicketPrinter> OpenAsync(CancellationToken cancellationToken);
}

/// <summary>Keeps the printer open: open, identify, watch, lost, open again. Serves one caller at a time, on the agent's loop.</summary>
/// <remarks>
/// A unit that tells changes by itself is asked nothing while it is idle, but for a look every few minutes: one that was switched off on a
/// UART says nothing, and only a question shows it (on USB and TCP the line itself tells). Where a job's fate is open, and just after an
/// opening, it is looked at often, as a unit that tells nothing always is: a power cut in between would be evidence, and is told by silence alone.
/// </remarks>
public sealed class PrinterStation : IPrinterStation, IKioskDevice
{
    // Each look costs a dozen wake-ups: often only while someone may be waiting for the printer to come back; before a pick-up it is asked anyway.
    private static readonly TimeSpan ReadyInterval = TimeSpan.FromSeconds(10), NotReadyInterval = TimeSpan.FromSeconds(2), Heartbeat = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan WatchedAfterOpening = TimeSpan.FromMinutes(1), FateLimit = TimeSpan.FromMinutes(10);
    private static readonly PrinterStatus NoPrinter = new() { Device = DeviceState.NoDevice, Paper = PaperSupply.Unknown };

    private readonly IPrinterPort _port;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly DeviceLoop _loop;
    private readonly Guid _run;
    private readonly Turn _turn = new();
    private ITicketPrinter? _printer;
    private string? _connection;
    private string? _unit;
    private TaskCompletionSource<DeviceLoss> _lost = new();
    private TaskCompletionSource _sooner = new();
    private PrinterStatus _heard = NoPrinter;
    private TimeSpan _armed;
    private long _openedAt, _lookedAt;
    private long? _calmSince, _fateOpenSince;
    private bool _mustAsk, _mustResume;
    private bool? _toldTells;

    public PrinterStation(IPrinterPort port, DeviceSurroundings around, Random random)
    {
        ArgumentNullException.ThrowIfNull(port);
        ArgumentNullException.ThrowIfNull(around);
        ArgumentNullException.ThrowIfNull(random);
        (_port, _time, _random, _logger, _run) = (port, around.Time, random, around.Logger, NewRun(random));
        _loop = new("printer", _port.Path, around with { MayPowerCycle = () => MayBePowerCycled && around.MayPowerCycle?.Invoke() != false });
    }

    public DeviceHealth Health => _loop.Health;

    public PrinterStatus Status { get; private set; } = NoPrinter;

    public string? Unit => _unit;

    public PrinterIdentity? Identity => _printer?.Identity;

    public bool EchoesProcessId => _printer?.EchoesProcessId == true;

    public PrinterCapabilities? Capabilities => _printer?.Capabilities;

    public bool RetractsTickets => _port.RetractsTickets;

    public long Disturbances { get; private set; }

    public event Action? Changed;

    /// <summary>Nobody uses it, and nothing that it holds may still decide a ticket's fate. A unit that stays silent for good decides nothing.</summary>
    private bool MayBePowerCycled => !_turn.IsTaken && (_fateOpenSince is not { } since || _time.GetElapsedTime(since) >= FateLimit);

    private bool IsLeftAlone => _printer?.TellsStatusChanges == true && Status.Device != DeviceState.PowerOff
        && _fateOpenSince is null && _time.GetElapsedTime(_openedAt) >= WatchedAfterOpening;

    private TimeSpan Interval => _mustAsk || _mustResume ? TimeSpan.Zero : IsLeftAlone ? Heartbeat : Status.CanPrint ? ReadyInterval : NotReadyInterval;

    public Task RunAsync(CancellationToken stop) => _loop.RunAsync(OpenAsync, WatchAsync, stop);

    public async ValueTask<PrinterStatus> RefreshAsync(CancellationToken cancellationToken)
    {
        _mustAsk = false;
        await UseAsync(p => p.ReadStatusAsync(cancellationToken), NoPrinter, See, cancellationToken);
        _lookedAt = _time.GetTimestamp();
        return Status;
    }

    public async ValueTask<PrinterEvidence?> ReadEvidenceAsync(bool cutCounterIsExact, CancellationToken cancellationToken)
    {
        PrinterEvidence? evidence = null;
        await UseAsync(async p =>
        {
            var status = await p.ReadStatusAsync(cancellationToken);
            if (status.Device == DeviceState.PowerOff) return status;
            var cuts = await p.ReadCutCounterAsync(cancellationToken);
            See(status);
            evidence = new(Unit!, p.Identity.SerialNumber, cuts, cutCounterIsExact, status is { CanPrint: true, MotorRunning: false }, Disturbances, _run, _connection, Uptime, _calmSince);
            return status;
        }, NoPrinter, See, cancellationToken);
        return evidence;
    }

    public async ValueTask<PrintResult> PrintAsync(ReadOnlyMemory<byte> document, ProcessId id, CancellationToken cancellationToken)
    {
        var result = await UseAsync(p => p.PrintAsync(document, id, cancellationToken), new PrintResult(PrintEnd.DeviceLost, 0, [], null), null, cancellationToken);
        // Until a fence, what the printer holds may decide what became of it.
        _fateOpenSince = result is { End: PrintEnd.Completed } or { BytesSent: 0 } || !EchoesProcessId ? null : _time.GetTimestamp();
        if (result.End == PrintEnd.DeviceLost) Lose(DeviceLoss.Unplugged);
        if (result.Status is { } status) See(status);
        if (result.Status?.Media == MediaState.Retracted) _logger.TicketRetracted(_port.Path);
        Rearm();
        return result;
    }

    public async ValueTask<FenceResult?> FenceAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var id = NextFenceId();
        var result = await UseAsync<FenceResult?>(async p => p.EchoesProcessId ? await p.FenceAsync(id, timeout, cancellationToken) : null, null, null, cancellationToken);
        if (result is { Echoed: true }) _fateOpenSince = null;
        if (result?.Status is { } status) See(status);
        Rearm();
        return result;
    }

    public ValueTask<bool> ClearAsync(CancellationToken cancellationToken) => UseAsync(async p =>
    {
        await p.ClearAsync(cancellationToken);
        _fateOpenSince = null;
        return true;
    }, false, null, cancellationToken);

    private async ValueTask<Opened> OpenAsync(CancellationToken stop)
    {
        var printer = await _port.OpenAsync(stop);
        (_connection, _lost, _fateOpenSince, _toldTells) = (_port.Connection, new(), null, null);
        _printer = printer;
        printer.StatusTold += OnStatusTold;
        (_openedAt, _mustResume) = (_time.GetTimestamp(), false);
        Disturbances++;
        await RefreshAsync(CancellationToken.None);
        // Found unable to print, it was disturbed before anybody looked.
        _calmSince = Status.CanPrint ? Uptime : null;
        return new(this);
    }

    private async Task WatchAsync(Opened opened, CancellationToken stop)
    {
        Tell(Status);
        var gone = Task.WhenAny(_lost.Task, _printer!.Lost);
        while (!stop.IsCancellationRequested && !gone.IsCompleted)
        {
            _armed = Interval;
            _sooner = new();
            var wait = _armed - _time.GetElapsedTime(_lookedAt);
            // Timers count whole milliseconds: a shorter rest would be no pause at all.
            if (wait > TimeSpan.Zero) await PauseAsync(gone, TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), stop);
            // Never in the middle of a job: the desk has the turn then, and sees for itself.
            else if (!_turn.IsTaken) await LookAsync();
            else if (_armed > TimeSpan.Zero) _lookedAt = _time.GetTimestamp();
            else await Task.WhenAny(gone, _turn.Passed);
        }
        if (!stop.IsCancellationRequested) throw new DeviceLostException(_port.Path, _lost.Task.IsCompleted ? _lost.Task.Result : Reason(_printer.Lost), 0);
    }

    private async Task LookAsync()
    {
        if (_mustResume)
        {
            _mustResume = false;
            if (await UseAsync(p => p.ResumeAsync(CancellationToken.None), false, null, CancellationToken.None)) _logger.PrinterResumed(_port.Path);
        }
        await RefreshAsync(CancellationToken.None);
    }

    private void OnStatusTold(PrinterStatus? status)
    {
        if (_printer is null || _lost.Task.IsCompleted) return;
        if (status is null) _mustAsk = true;
        else See(status);
        Rearm();
    }

    /// <summary>What was waited for may be due sooner now.</summary>
    private void Rearm()
    {
        if (_printer is { } printer && _toldTells != printer.TellsStatusChanges && Identity?.SerialNumber is not null && !_turn.IsTaken)
        {
            if (_toldTells is null || !printer.TellsStatusChanges) _logger.PrinterTellsChanges(_port.Path, printer.TellsStatusChanges);
            _toldTells = printer.TellsStatusChanges;
        }
        if (Interval < _armed) _sooner.TrySetResult();
    }

    private async Task PauseAsync(Task gone, TimeSpan wait, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny(gone, _sooner.Task, DelayAsync(wait, over.Token));
        over.Cancel();
    }

    private static DeviceLoss Reason(Task? lost) => lost is Task<DeviceLostException> { IsCompletedSuccessfully: true } told ? told.Result.Loss : DeviceLoss.Unplugged;

    private async Task CloseAsync()
    {
        // Whoever has the turn is told of the loss by the device itself, and soon.
        await _turn.TakeAsync();
        try
        {
            if (_printer is not { } printer) return;
            _printer = null;
            printer.StatusTold -= OnStatusTold;
            await printer.DisposeAsync();
        }
        finally
        {
            _turn.Pass();
        }
        See(NoPrinter);
    }

    /// <summary>One caller at a time; a printer that goes away meanwhile is the fallback value.</summary>
    private async ValueTask<T> UseAsync<T>(Func<ITicketPrinter, ValueTask<T>> use, T fallback, Action<T>? then, CancellationToken cancellationToken)
    {
        await _turn.TakeAsync();
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_printer is not { } printer || _lost.Task.IsCompleted) return fallback;
            var result = await use(printer);
            then?.Invoke(result);
            return result;
        }
        catch (DeviceLostException e)
        {
            Lose(e.Loss);
            return fallback;
        }
        finally
        {
            _turn.Pass();
        }
    }

    // Told at once: nobody may try again before it is opened again.
    private void Lose(DeviceLoss loss)
    {
        _lost.TrySetResult(loss);
        See(NoPrinter);
    }

    private void See(PrinterStatus status)
    {
        _heard = status;
        status = Complement(status);
        var before = Status;
        var unit = _printer is { } printer ? printer.Identity.SerialNumber ?? _port.Path : _unit;
        if (unit != _unit)
        {
            _unit = unit;
            Disturbances++;
            _logger.PrinterIdentified(_port.Path, Identity?.Model ?? "unknown model", unit, EchoesProcessId);
        }
        else if (status == before)
        {
            return;
        }
        Status = status;
        if (status.Device != DeviceState.NoDevice) Tell(status);
        // Who opened it and shut it again had it in hand: the cutter may move.
        _mustResume = (_mustResume || (before.CoverOpen && !status.CoverOpen)) && PrinterStatusRules.IsRecoverable(status) && !status.CoverOpen;
        if (IsDisturbance(before, status))
        {
            Disturbances++;
            _calmSince = null;
        }
        _logger.PrinterChanged(status.Device, status.Paper, status.CoverOpen, status.CutterError || status.MechanicalError || status.UnrecoverableError);
        Changed?.Invoke();
        Rearm();
    }

    private void Tell(PrinterStatus status)
    {
        var (hint, detail) = status switch
        {
            { Device: DeviceState.PowerOff } => (RecoveryHint.Reset, "answers nothing: off, or its line is cut"),
            { UnrecoverableError: true } => (RecoveryHint.Maintenance, "says that it must be repaired"),
            { Paper: PaperSupply.Jammed } => (RecoveryHint.Clear, "paper jam"),
            { CutterError: true } => (RecoveryHint.Clear, "cutter stuck"),
            { MechanicalError: true } => (RecoveryHint.Clear, "mechanical error"),
            { CoverOpen: true } => (RecoveryHint.Maintenance, "cover open"),
            { Paper: PaperSupply.Out } => (RecoveryHint.Maintenance, "paper out"),
            { SupplyVoltageError: true } => (RecoveryHint.Maintenance, "supply voltage out of range"),
            { AutoRecoverableError: true } => (RecoveryHint.Suspend, "too hot: it goes on by itself"),
            { WaitsForOnlineRecovery: true } => (RecoveryHint.Maintenance, "waits for its key to be pressed"),
            { Paper: PaperSupply.Low } => (RecoveryHint.None, "paper near its end"),
            _ => (RecoveryHint.None, ""),
        };
        _loop.Tell(status.Device, hint, detail);
    }

    /// <summary>What else is known of the paper, added to what the printer tells.</summary>
    internal Func<PrinterStatus, PrinterStatus> Complement { get; init; } = status => status;

    /// <summary>What <see cref="Complement"/> adds has changed.</summary>
    internal void LookAgain() => See(_heard);

    private long Uptime => (long)_time.GetElapsedTime(0).TotalMilliseconds;

    // Near-end paper is none: the roll is the same. Everything that a hand or a power switch does is one.
    private static bool IsDisturbance(PrinterStatus before, PrinterStatus after) =>
        before.CoverOpen != after.CoverOpen || IsAway(before) != IsAway(after) || IsWithoutPaper(before) != IsWithoutPaper(after);

    private static bool IsAway(PrinterStatus status) => status.Device is DeviceState.PowerOff or DeviceState.NoDevice;

    private static bool IsWithoutPaper(PrinterStatus status) => status.Paper is PaperSupply.Out or PaperSupply.Jammed;

    // '~' first: never an attempt's id. "~~" is the driver's own.
    private ProcessId NextFenceId() => ProcessId.FromNumber((long)('~' - ' ') * 95 * 95 * 95 + _random.Next(('~' - ' ') * 95 * 95));

    private static Guid NewRun(Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new(bytes);
    }

    private async Task DelayAsync(TimeSpan delay, CancellationToken stop)
    {
        try
        {
            await Task.Delay(delay, _time, stop);
        }
        catch (OperationCanceledException)
        {
            // The caller looks at the token.
        }
    }

    /// <summary>The printer that the loop holds; its end waits for whoever has the turn.</summary>
    private sealed class Opened(PrinterStation station) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await station.CloseAsync();
    }

    /// <summary>Who comes first has the turn. On one loop, without threads, so that virtual time stays in order.</summary>
    private sealed class Turn
    {
        private readonly Queue<TaskCompletionSource> _waiting = new();

        private TaskCompletionSource _passed = new();

        public bool IsTaken { get; private set; }

        /// <summary>Completes when nobody has it.</summary>
        public Task Passed => _passed.Task;

        public async ValueTask TakeAsync()
        {
            if (IsTaken)
            {
                var mine = new TaskCompletionSource();
                _waiting.Enqueue(mine);
                await mine.Task;
            }
            if (!IsTaken) _passed = new();
            IsTaken = true;
        }

        public void Pass()
        {
            if (_waiting.TryDequeue(out var next))
            {
                next.SetResult();
                return;
            }
            IsTaken = false;
            _passed.TrySetResult();
        }
    }
}
