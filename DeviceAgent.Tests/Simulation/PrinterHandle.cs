using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Printing;

namespace DeviceAgent.Tests.Simulation;

/// <summary>The driver as the desk sees it: what <see cref="EscPosPrinter"/> promises, over a simulated unit.</summary>
internal sealed class PrinterHandle(World world, AgentRun run) : ITicketPrinter
{
    private const int ChunkBytes = 256;
    private static readonly TimeSpan ChunkTime = TimeSpan.FromMilliseconds(22), AnswerTime = TimeSpan.FromMilliseconds(8), Silence = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StatusInterval = TimeSpan.FromMilliseconds(300), Linger = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan JobTimeout = TimeSpan.FromSeconds(15), ProbeTimeout = TimeSpan.FromSeconds(3), NoEchoSettle = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource _lost = new();
    private readonly List<ProcessId> _others = [];
    private ProcessId? _job;
    private TaskCompletionSource? _echoed;
    private bool _isIdentified, _tells;
    private bool _isInUse;

    public PrinterIdentity Identity { get; private set; } = new(null, null, null, null, null);

    public Task Lost => _lost.Task;

    public bool EchoesProcessId { get; private set; }

    public PrinterCapabilities? Capabilities => null;

    public bool TellsStatusChanges => _isIdentified && _tells;

    public event Action<PrinterStatus?>? StatusTold;

    private PrinterUnit Unit => world.Printer.Unit;

    public void Lose() => _lost.TrySetResult();

    /// <summary>The unit has told its state by itself.</summary>
    private void HearStatus(PrinterStatus status) => world.At(AnswerTime, () =>
    {
        if (!_tells || !run.IsAlive || !world.Printer.IsReachable || _lost.Task.IsCompleted) return;
        _ = run.Loop.Start(() =>
        {
            StatusTold?.Invoke(_isIdentified ? status : null);
            return Task.CompletedTask;
        });
    });

    public void Hear(ProcessId id)
    {
        EchoesProcessId = true;
        if (id == _job) _echoed!.TrySetResult();
        else _others.Add(id);
    }

    public async ValueTask<PrinterStatus> ReadStatusAsync(CancellationToken cancellationToken)
    {
        using var use = Use();
        return await StatusAsync(cancellationToken);
    }

    public async ValueTask<long?> ReadCutCounterAsync(CancellationToken cancellationToken)
    {
        using var use = Use();
        if (!_isIdentified) return null;
        var number = await AskAsync("cut counter", cancellationToken);
        // Answered in the order of the buffer.
        var drained = await DrainedAsync(TimeSpan.FromMilliseconds(500), cancellationToken);
        world.End(run, number);
        if (!drained || !world.Printer.IsReachable) return null;
        return Unit.Kind.Counter switch
        {
            CounterKind.Exact => Unit.Cuts,
            CounterKind.Coarse => Unit.Cuts / 10 * 10,
            _ => null,
        };
    }

    public async ValueTask<FenceResult> FenceAsync(ProcessId id, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var use = Use();
        Expect(id);
        var number = await AskAsync("fence", cancellationToken);
        if (world.Printer.IsReachable) Unit.Add(new(null) { EchoAsked = id, IsEnded = true });
        world.End(run, number);
        var (end, status) = await AwaitEchoAsync(timeout, settles: false, cancellationToken);
        return new(end == PrintEnd.Completed, TakeOthers(), status);
    }

    public async ValueTask ClearAsync(CancellationToken cancellationToken)
    {
        using var use = Use();
        var number = await AskAsync("clear", cancellationToken);
        if (world.Printer.IsReachable) Unit.Clear();
        world.End(run, number);
    }

    public async ValueTask<bool> ResumeAsync(CancellationToken cancellationToken)
    {
        using var use = Use();
        world.End(run, await AskAsync("resume", cancellationToken));
        return true;
    }

    public async ValueTask<PrintResult> PrintAsync(ReadOnlyMemory<byte> document, ProcessId id, CancellationToken cancellationToken)
    {
        using var use = Use();
        Expect(id);
        var job = new PrintJob(PrintDocument.Read(document.Span));
        var end = PrintEnd.DeviceLost;
        PrinterStatus? status = null;
        try
        {
            (end, status) = await SendAsync(job, id, cancellationToken) is { } early ? (early, null) : await AwaitEchoAsync(JobTimeout, settles: true, cancellationToken);
        }
        catch (DeviceLostException)
        {
            end = PrintEnd.DeviceLost;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            end = PrintEnd.Cancelled;
        }
        if (_echoed!.Task.IsCompleted) end = PrintEnd.Completed;
        job.IsEnded = true;
        Unit.GoOn();
        return new(end, job.Received, TakeOthers(), status);
    }

    public ValueTask DisposeAsync()
    {
        _lost.TrySetCanceled();
        return ValueTask.CompletedTask;
    }

    private async Task<PrintEnd?> SendAsync(PrintJob job, ProcessId id, CancellationToken cancellationToken)
    {
        var document = job.Document!;
        var unit = Unit;
        while (job.Received < document.Length)
        {
            var count = Math.Min(ChunkBytes, document.Length - job.Received);
            await StandAsync(ChunkTime, cancellationToken);
            var number = world.Begin(run, $"printer: {count} bytes of {document.Kind} {document.Text}");
            // A UART takes bytes also while nobody is at its other end.
            if (job.Received == 0 && world.Printer.IsReachable) unit.Add(job);
            job.Received += count;
            if (world.Printer.IsReachable && unit == Unit) unit.GoOn();
            world.End(run, number);
        }
        var asked = world.Begin(run, "printer: echo asked for");
        job.EchoAsked = id;
        if (world.Printer.IsReachable && unit == Unit) unit.GoOn();
        world.End(run, asked);
        return null;
    }

    private async Task<(PrintEnd End, PrinterStatus? Status)> AwaitEchoAsync(TimeSpan limit, bool settles, CancellationToken cancellationToken)
    {
        var start = run.Clock.GetTimestamp();
        long? stillSince = null;
        PrinterStatus? last = null;
        while (true)
        {
            await Task.WhenAny(_echoed!.Task, _lost.Task, Task.Delay(StatusInterval, run.Clock, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            if (_echoed.Task.IsCompleted) return (PrintEnd.Completed, last);
            var status = await StatusAsync(cancellationToken);
            if (_echoed.Task.IsCompleted) return (PrintEnd.Completed, last);
            if (status.Device != DeviceState.PowerOff) last = status;
            var isStill = PrinterStatusRules.StandsStill(status);
            if (isStill && stillSince is { } since && run.Clock.GetElapsedTime(since) >= Linger) return (PrintEnd.Blocked, last);
            stillSince = isStill ? stillSince ?? run.Clock.GetTimestamp() : null;
            var elapsed = run.Clock.GetElapsedTime(start);
            if (elapsed >= limit) return (isStill ? PrintEnd.Blocked : PrintEnd.TimedOut, last);
            if (settles && !EchoesProcessId && elapsed >= NoEchoSettle && status.Device == DeviceState.Online) return (PrintEnd.SentWithoutEcho, last);
        }
    }

    private async Task<PrinterStatus> StatusAsync(CancellationToken cancellationToken)
    {
        var number = await AskAsync("status", cancellationToken);
        world.End(run, number);
        if (!world.Printer.IsReachable)
        {
            await StandAsync(Silence, cancellationToken);
            if (!world.Printer.IsReachable)
            {
                _isIdentified = EchoesProcessId = _tells = false;
                return PrinterStatusRules.NoAnswer;
            }
        }
        var status = Unit.Status;
        if (!_isIdentified && status.CanPrint) await IdentifyAsync(cancellationToken);
        return status;
    }

    // A unit that still prints for a dead agent answers late, or too late.
    private async Task IdentifyAsync(CancellationToken cancellationToken)
    {
        var number = world.Begin(run, "printer question: identity");
        EchoesProcessId = (await DrainedAsync(ProbeTimeout, cancellationToken) && Unit.Kind.Echoes) || EchoesProcessId;
        var tells = await DrainedAsync(ProbeTimeout, cancellationToken) && Unit.Kind.TellsSerialNumber;
        world.End(run, number);
        Identity = new("MAKER", "MODEL", "1.0", tells ? Unit.Serial : null, null);
        _isIdentified = true;
        if (!Unit.Kind.TellsStatusChanges) return;
        _tells = true;
        Unit.StatusTold = HearStatus;
    }

    private async Task<bool> DrainedAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; !Unit.IsDrained && waited < limit; waited += StatusInterval) await StandAsync(StatusInterval, cancellationToken);
        return Unit.IsDrained;
    }

    private async Task<int> AskAsync(string question, CancellationToken cancellationToken)
    {
        var number = world.Begin(run, $"printer question: {question}");
        await StandAsync(AnswerTime, cancellationToken);
        return number;
    }

    private async Task StandAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        await Task.Delay(time, run.Clock, cancellationToken);
        if (_lost.Task.IsCompleted) throw new DeviceLostException(WorldPrinter.DevicePath, DeviceLoss.Unplugged, 5);
    }

    private void Expect(ProcessId id) => (_job, _echoed) = (id, new());

    private ProcessId[] TakeOthers()
    {
        ProcessId[] others = [.. _others];
        _others.Clear();
        return others;
    }

    private InUse Use()
    {
        if (_isInUse) throw new InvalidOperationException("The printer is in use: one caller at a time.");
        _isInUse = true;
        return new(this);
    }

    private readonly struct InUse(PrinterHandle handle) : IDisposable
    {
        // An echo that comes after its job was given up is told with the next one.
        public void Dispose() => (handle._isInUse, handle._job) = (false, null);
    }
}
