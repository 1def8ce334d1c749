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

    /// <exception cref="DeviceLostException">It cannot be had now.</exception>
    ValueTask<ITicketPrinter> OpenAsync(CancellationToken cancellationToken);
}

/// <summary>Keeps the printer open: open, identify, watch, lost, open again. Serves one caller at a time, on the agent's loop.</summary>
public sealed class PrinterStation(IPrinterPort port, TimeProvider time, Random random, ILogger logger) : IPrinterStation
{
    // Real-time status until the printer tells changes by itself (ASB). Each look costs a dozen wake-ups: often only while someone may be
    // waiting for the printer to come back; before a pick-up it is asked anyway.
    private static readonly TimeSpan ReadyInterval = TimeSpan.FromSeconds(10), NotReadyInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstReopenDelay = TimeSpan.FromMilliseconds(250), LastReopenDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstFenceTimeout = TimeSpan.FromSeconds(10);
    private static readonly PrinterStatus NoPrinter = new() { Device = DeviceState.NoDevice, Paper = PaperSupply.Unknown };

    private readonly Guid _run = NewRun(random);
    private readonly Turn _turn = new();
    private ITicketPrinter? _printer;
    private string? _connection;
    private string? _unit;
    private TaskCompletionSource _lost = new();
    private DeviceLoss? _toldLoss;
    private PrinterStatus _heard = NoPrinter;
    private long? _calmSince;

    public PrinterStatus Status { get; private set; } = NoPrinter;

    public string? Unit => _unit;

    public PrinterIdentity? Identity => _printer?.Identity;

    public bool EchoesProcessId => _printer?.EchoesProcessId == true;

    public long Disturbances { get; private set; }

    public event Action? Changed;

    public async Task RunAsync(CancellationToken stop)
    {
        var delay = FirstReopenDelay;
        while (!stop.IsCancellationRequested)
        {
            if (await TryOpenAsync(stop))
            {
                delay = FirstReopenDelay;
                await WatchAsync(stop);
                if (!stop.IsCancellationRequested) logger.DeviceLost("printer", port.Path);
                await CloseAsync();
            }
            // After a loss too: a device that fails as soon as it is opened must not be opened without end.
            await DelayAsync(delay, stop);
            delay = delay * 2 < LastReopenDelay ? delay * 2 : LastReopenDelay;
        }
    }

    public async ValueTask<PrinterStatus> RefreshAsync(CancellationToken cancellationToken)
    {
        await UseAsync(p => p.ReadStatusAsync(cancellationToken), NoPrinter, See, cancellationToken);
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
            evidence = new(Unit!, p.Identity.SerialNumber, cuts, cutCounterIsExact, status.CanPrint, Disturbances, _run, _connection, Uptime, _calmSince);
            return status;
        }, NoPrinter, See, cancellationToken);
        return evidence;
    }

    public async ValueTask<PrintResult> PrintAsync(ReadOnlyMemory<byte> document, ProcessId id, CancellationToken cancellationToken)
    {
        var result = await UseAsync(p => p.PrintAsync(document, id, cancellationToken), new PrintResult(PrintEnd.DeviceLost, 0, [], null), null, cancellationToken);
        if (result.End == PrintEnd.DeviceLost) Lose();
        if (result.Status is { } status) See(status);
        return result;
    }

    public async ValueTask<FenceResult?> FenceAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var id = NextFenceId();
        var result = await UseAsync<FenceResult?>(async p => p.EchoesProcessId ? await p.FenceAsync(id, timeout, cancellationToken) : null, null, null, cancellationToken);
        if (result?.Status is { } status) See(status);
        return result;
    }

    public ValueTask<bool> ClearAsync(CancellationToken cancellationToken) => UseAsync(async p =>
    {
        await p.ClearAsync(cancellationToken);
        return true;
    }, false, null, cancellationToken);

    private async Task<bool> TryOpenAsync(CancellationToken stop)
    {
        try
        {
            var printer = await port.OpenAsync(stop);
            (_connection, _lost, _toldLoss) = (port.Connection, new(), null);
            _printer = printer;
            Disturbances++;
            await RefreshAsync(CancellationToken.None);
            // Found unable to print, it was disturbed before anybody looked.
            _calmSince = Status.CanPrint ? Uptime : null;
            return true;
        }
        catch (DeviceLostException e)
        {
            // Told once a change, not once a try.
            if (_toldLoss != e.Loss) logger.DeviceNotThere("printer", port.Path, e.Loss, e.Errno);
            _toldLoss = e.Loss;
            return false;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task WatchAsync(CancellationToken stop)
    {
        var gone = Task.WhenAny(_lost.Task, _printer!.Lost);
        while (!stop.IsCancellationRequested && !gone.IsCompleted)
        {
            await Task.WhenAny(gone, DelayAsync(Status.CanPrint ? ReadyInterval : NotReadyInterval, stop));
            // Never in the middle of a job: the desk has the turn then, and sees for itself.
            if (!stop.IsCancellationRequested && !gone.IsCompleted && !_turn.IsTaken) await RefreshAsync(CancellationToken.None);
        }
    }

    private async Task CloseAsync()
    {
        // Whoever has the turn is told of the loss by the device itself, and soon.
        await _turn.TakeAsync();
        try
        {
            if (_printer is not { } printer) return;
            _printer = null;
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
        catch (DeviceLostException)
        {
            Lose();
            return fallback;
        }
        finally
        {
            _turn.Pass();
        }
    }

    // Told at once: nobody may try again before it is opened again.
    private void Lose()
    {
        _lost.TrySetResult();
        See(NoPrinter);
    }

    private void See(PrinterStatus status)
    {
        _heard = status;
        status = Complement(status);
        var before = Status;
        var unit = _printer is { } printer ? printer.Identity.SerialNumber ?? port.Path : _unit;
        if (unit != _unit)
        {
            _unit = unit;
            Disturbances++;
            logger.PrinterIdentified(port.Path, Identity?.Model ?? "unknown model", unit, EchoesProcessId);
        }
        else if (status == before)
        {
            return;
        }
        Status = status;
        if (IsDisturbance(before, status))
        {
            Disturbances++;
            _calmSince = null;
        }
        logger.PrinterChanged(status.Device, status.Paper, status.CoverOpen, status.CutterError || status.MechanicalError || status.UnrecoverableError);
        Changed?.Invoke();
    }

    /// <summary>What else is known of the paper, added to what the printer tells.</summary>
    internal Func<PrinterStatus, PrinterStatus> Complement { get; init; } = status => status;

    /// <summary>What <see cref="Complement"/> adds has changed.</summary>
    internal void LookAgain() => See(_heard);

    private long Uptime => (long)time.GetElapsedTime(0).TotalMilliseconds;

    // Near-end paper is none: the roll is the same. Everything that a hand or a power switch does is one.
    private static bool IsDisturbance(PrinterStatus before, PrinterStatus after) =>
        before.CoverOpen != after.CoverOpen || IsAway(before) != IsAway(after) || IsWithoutPaper(before) != IsWithoutPaper(after);

    private static bool IsAway(PrinterStatus status) => status.Device is DeviceState.PowerOff or DeviceState.NoDevice;

    private static bool IsWithoutPaper(PrinterStatus status) => status.Paper is PaperSupply.Out or PaperSupply.Jammed;

    // '~' first: never an attempt's id. "~~" is the driver's own.
    private ProcessId NextFenceId() => ProcessId.FromNumber((long)('~' - ' ') * 95 * 95 * 95 + random.Next(('~' - ' ') * 95 * 95));

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
            await Task.Delay(delay, time, stop);
        }
        catch (OperationCanceledException)
        {
            // The caller looks at the token.
        }
    }

    /// <summary>Who comes first has the turn. On one loop, without threads, so that virtual time stays in order.</summary>
    private sealed class Turn
    {
        private readonly Queue<TaskCompletionSource> _waiting = new();

        public bool IsTaken { get; private set; }

        public async ValueTask TakeAsync()
        {
            if (IsTaken)
            {
                var mine = new TaskCompletionSource();
                _waiting.Enqueue(mine);
                await mine.Task;
            }
            IsTaken = true;
        }

        public void Pass()
        {
            if (_waiting.TryDequeue(out var next)) next.SetResult();
            else IsTaken = false;
        }
    }
}
