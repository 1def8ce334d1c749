namespace DeviceAgent.Drivers.Printing;

/// <summary>One ESC/POS ticket printer on a byte stream.</summary>
/// <remarks>
/// Sources: Epson ESC/POS reference: DLE EOT n, DLE ENQ n, ESC @, FS &amp;, GS ( H fn 48, GS I 2 and 65-69, GS a, GS g 2; Custom and Pyramid:
/// DLE EOT 17 and 20, GS e.
/// Owns the port: disposing the printer closes it; an opening that fails closes it too. One caller at a time; a second one is a fault
/// of the program and throws. Paper, cover and errors are values; a pulled cable is a <see cref="DeviceLostException"/>.
/// <para>
/// Status questions (DLE EOT) inside another command's data would be that command's data. They therefore go out only before a job,
/// after its last byte, and, while the printer holds it with XOFF, where the next byte begins a command
/// (<see cref="EscPosBoundaries"/>). A job that is given up inside a command is asked about once more: its ticket is lost anyway.
/// What was left half sent, by this program or by a dead one, is completed with NUL bytes before anything else is sent.
/// </para>
/// <para>
/// XON/XOFF is done here, because the kernel's would hold back DLE EOT when it is needed most. The bytes that are under way when XOFF
/// comes must fit into the printer's reserve, so the port should complete a flush only when the bytes have left it.
/// </para>
/// <para>
/// Answers to GS I and GS g carry no number. On a unit that echoes process ids each question is followed by an id of its own:
/// what comes before its echo is the answer, nothing is the answer "not told", and a late answer is never taken for the next one.
/// Ids that begin with "~~" are kept for this; callers' ids that count up from zero get there after 81 million jobs.
/// </para>
/// </remarks>
public sealed partial class EscPosPrinter : ITicketPrinter
{
    private const int MaxOtherEchoes = 64;
    private const int OwnIds = 95 * 95;
    private static readonly byte[] Padding = new byte[EscPosDocument.LongestCommandBytes];
    private static readonly byte[] Resume = [0x10, 0x05, 1], ClearBuffers = [0x10, 0x05, 2];
    private static readonly byte[] Initialise = [0x1B, 0x40, 0x1C, 0x26];

    private readonly PrinterLine _line;
    private readonly EscPosPrinterOptions _options;
    private readonly TimeProvider _time;
    private readonly List<ProcessId> _others = [];
    private int _inUse;
    private int _nextOwnId;

    // What the replies taken so far say; see Take.
    private byte? _answer;
    private uint? _full;
    private byte? _plain;
    private string? _text;
    private ProcessId? _marker;
    private ProcessId? _markerEchoed;
    private ProcessId? _job;
    private bool _jobRequested;
    private bool _jobEchoed;

    private bool _identified;
    private bool _mayStandInsideCommand = true;
    private bool _answersAreOwed;
    private int? _cutCounter;
    private byte? _type;
    private PrinterStatus? _status;
    private long _jobBytes;

    private EscPosPrinter(Stream port, EscPosPrinterOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        // Differs from one run to the next, so that a dead run's late echo is not taken for one of this run.
        _nextOwnId = (int)(time.GetUtcNow().ToUnixTimeMilliseconds() % OwnIds);
        _line = new PrinterLine(port, options, time, OnAutomaticStatus);
    }

    /// <summary>Identity of the unit; all null until it was first seen online and able to print. Read again after it was off.</summary>
    public PrinterIdentity Identity { get; private set; } = new(null, null, null, null, null);

    /// <summary>True as soon as one process id came back on this connection; false again when the printer was seen off.</summary>
    public bool EchoesProcessId { get; private set; }

    /// <summary>Completes with the reason when the device is gone; cancelled when the printer was disposed of instead.</summary>
    public Task<DeviceLostException> Lost => _line.Lost;

    Task ITicketPrinter.Lost => _line.Lost;

    /// <summary>
    /// Completes what a dead sender left half sent, reads the status, and, when the printer can work, identifies it and probes its
    /// process-id echo. Uses no paper and clears nothing. A printer that is off or out of paper opens too; it is identified by the
    /// first <see cref="ReadStatusAsync"/> that finds it ready.
    /// </summary>
    /// <exception cref="ArgumentException">Options outside their ranges, all of them named.</exception>
    /// <exception cref="DeviceLostException">The port was lost meanwhile.</exception>
    public static async Task<EscPosPrinter> OpenAsync(Stream port, EscPosPrinterOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(port);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        string[] mistakes = [.. options.Validate(nameof(options))];
        if (mistakes.Length > 0) throw new ArgumentException(string.Join("; ", mistakes), nameof(options));
        var printer = new EscPosPrinter(port, options, time);
        var opened = false;
        try
        {
            await printer.PadAsync(printer.Watch(options.ProbeTimeout), cancellationToken);
            await printer.ReadStatusAsync(cancellationToken);
            opened = true;
            return printer;
        }
        finally
        {
            if (!opened) await printer.DisposeAsync();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<PrinterStatus> ReadStatusAsync(CancellationToken cancellationToken)
    {
        using var use = Use();
        var status = await AskStatusAsync(cancellationToken) ?? PrinterStatusRules.NoAnswer;
        if (status.Device == DeviceState.PowerOff)
        {
            // It may come back as another unit, and with nothing in its buffer.
            _identified = EchoesProcessId = TellsStatusChanges = false;
            _line.ForgetStop();
        }
        else if (status.Device == DeviceState.Online && !PrinterStatusRules.StandsStill(status))
        {
            if (!_identified) await IdentifyAsync(cancellationToken);
            else if (_hasAutomaticStatus && !TellsStatusChanges && !_mayStandInsideCommand) await EnableAutomaticStatusAsync(cancellationToken);
        }
        return status;
    }

    /// <inheritdoc/>
    /// <remarks>GS g 2, by default: the cumulative count of autocutter drives (178), else the resettable one (50). Which one is settled by the first answer.</remarks>
    public async ValueTask<long?> ReadCutCounterAsync(CancellationToken cancellationToken)
    {
        using var use = Use();
        // A counter is evidence only together with the unit that told it.
        if (!_identified || _cutCounter == 0) return null;
        foreach (var number in _cutCounter is { } known ? [known] : _options.CutCounters)
        {
            var (settled, text) = await AskTextAsync([0x1D, 0x67, 0x32, 0, (byte)number, (byte)(number >> 8)], cancellationToken);
            if (text is { Length: <= 10 } && long.TryParse(text, System.Globalization.NumberStyles.None, null, out var count))
            {
                _cutCounter = number;
                return count;
            }
            if (!settled) return null;
        }
        // Each was asked and certainly not answered: this unit has none.
        if (EchoesProcessId) _cutCounter ??= 0;
        return null;
    }

    /// <inheritdoc/>
    /// <remarks>Returns before the time-out when the printer stands still for a reason.</remarks>
    public async ValueTask<FenceResult> FenceAsync(ProcessId id, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var use = Use();
        BeginJob(id);
        var watch = Watch(timeout);
        if (await PadAsync(watch, cancellationToken)
            && await SendAsync(EchoRequest(id), watch, cancellationToken) is null)
        {
            _jobRequested = true;
            await AwaitEchoAsync(watch, settlesWithoutEcho: false, cancellationToken);
            // A ticket that a dead or impatient sender left cut and not presented.
            if (_jobEchoed && _options.Presenter is { } presenter) await PresentAsync(presenter, cancellationToken);
        }
        return new FenceResult(_jobEchoed, TakeOthers(), _status is { Device: not DeviceState.PowerOff } answered ? answered : null);
    }

    /// <inheritdoc/>
    public async ValueTask ClearAsync(CancellationToken cancellationToken)
    {
        using var use = Use();
        await _line.WriteAsync(ClearBuffers, _options.ReplyTimeout, cancellationToken);
        _line.ForgetStop();
        var watch = Watch(_options.JobTimeout);
        if (_mayStandInsideCommand) await PadAsync(watch, cancellationToken);
        TellsStatusChanges = false;
        await SendAsync(Initialise, watch, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ResumeAsync(CancellationToken cancellationToken)
    {
        using var use = Use();
        return await _line.WriteAsync(Resume, _options.ReplyTimeout, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<PrintResult> PrintAsync(ReadOnlyMemory<byte> document, ProcessId id, CancellationToken cancellationToken)
    {
        using var use = Use();
        BeginJob(id);
        PrintEnd end;
        try
        {
            end = await RunAsync(DocumentCuts.Translate(document, _options.BlackMark, _options.Cut), id, cancellationToken);
            if (_jobEchoed && _options.Presenter is { } presenter) await PresentAsync(presenter, cancellationToken);
        }
        catch (DeviceLostException)
        {
            TakeWaiting();
            end = PrintEnd.DeviceLost;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            TakeWaiting();
            end = PrintEnd.Cancelled;
        }
        finally
        {
            _line.QueuesAutomaticStatus = false;
        }
        return new PrintResult(_jobEchoed ? PrintEnd.Completed : end, _jobBytes, TakeOthers(), _status);
    }

    public ValueTask DisposeAsync() => _line.DisposeAsync();

    private async Task<PrintEnd> RunAsync(ReadOnlyMemory<byte> document, ProcessId id, CancellationToken cancellationToken)
    {
        var watch = new StandstillWatch(_time, _options, _options.JobTimeout, renewed: true);
        if (_mayStandInsideCommand && !await PadAsync(watch, cancellationToken)) return GivenUp();
        // The job's ESC @ may switch the automatic status off: until it is seen again, nobody relies on it.
        (TellsStatusChanges, _isRetracted) = (false, false);
        var end = await SendAsync(document, watch, cancellationToken);
        (_automaticStatusSeen, _line.QueuesAutomaticStatus) = (false, _hasAutomaticStatus);
        end ??= await SendAsync(_hasAutomaticStatus ? [.. EnableAutomaticStatus, .. EchoRequest(id)] : EchoRequest(id), watch, cancellationToken);
        if (end is { } early) return early;
        _jobRequested = true;
        end = await AwaitEchoAsync(watch, settlesWithoutEcho: true, cancellationToken);
        TellsStatusChanges = _automaticStatusSeen;
        return end.Value;
    }

    /// <returns>Null when the port has taken everything.</returns>
    private async Task<PrintEnd?> SendAsync(ReadOnlyMemory<byte> bytes, StandstillWatch watch, CancellationToken cancellationToken)
    {
        var stoodInside = _mayStandInsideCommand;
        for (int position = 0, boundary = 0; position < bytes.Length;)
        {
            TakeWaiting();
            while (boundary < position) boundary += EscPosBoundaries.Length(bytes.Span[boundary..]);
            if (_line.IsStopped && await AwaitXonAsync(watch, mayAsk: boundary == position && !stoodInside, cancellationToken) is { } end) return end;
            var slice = bytes[position..EndOfSlice(bytes.Span, position, boundary)];
            _mayStandInsideCommand = true;
            if (!await WriteJobAsync(slice, watch, cancellationToken))
            {
                _status = await AskStatusAsync(cancellationToken) ?? _status;
                return GivenUp();
            }
            watch.Progressed();
            position += slice.Length;
        }
        _mayStandInsideCommand = stoodInside;
        return null;
    }

    /// <summary>The last boundary that one slice reaches, so that a stop seldom falls into a command; else as far as it reaches.</summary>
    private int EndOfSlice(ReadOnlySpan<byte> bytes, int position, int boundary)
    {
        var reach = Math.Min(bytes.Length, position + (_options.FlowControl == PrinterFlowControl.XonXoff ? _options.XoffReserveBytes / 2 : _options.ChunkBytes));
        var end = 0;
        while (boundary <= reach)
        {
            end = boundary;
            if (end == bytes.Length) break;
            boundary += EscPosBoundaries.Length(bytes[boundary..]);
        }
        return end > position ? end : reach;
    }

    private async Task<bool> WriteJobAsync(ReadOnlyMemory<byte> slice, StandstillWatch watch, CancellationToken cancellationToken)
    {
        var before = _line.BytesTaken;
        try
        {
            return await _line.WriteAsync(slice, watch.Left, cancellationToken);
        }
        finally
        {
            _jobBytes += _line.BytesTaken - before;
        }
    }

    /// <returns>Null when the printer takes bytes again.</returns>
    private async Task<PrintEnd?> AwaitXonAsync(StandstillWatch watch, bool mayAsk, CancellationToken cancellationToken)
    {
        while (_line.IsStopped)
        {
            await TakeUntilAsync(() => !_line.IsStopped, mayAsk ? Shorter(watch.UntilQuestion, watch.Left) : watch.Left, cancellationToken);
            if (!_line.IsStopped) break;
            if (mayAsk || watch.IsExpired) watch.Observe(await AskStatusAsync(cancellationToken) ?? PrinterStatusRules.NoAnswer);
            if (watch.IsBlocked || watch.IsExpired) return GivenUp();
        }
        watch.Progressed();
        return null;
    }

    private async Task<PrintEnd> AwaitEchoAsync(StandstillWatch watch, bool settlesWithoutEcho, CancellationToken cancellationToken)
    {
        while (true)
        {
            await TakeUntilAsync(() => _jobEchoed, Shorter(watch.UntilQuestion, watch.Left), cancellationToken);
            if (_jobEchoed) return PrintEnd.Completed;
            if (await AskStatusAsync(cancellationToken) is not { } status) return PrintEnd.Completed;
            watch.Observe(status);
            if (watch.IsBlocked || watch.IsExpired) return GivenUp();
            var settled = settlesWithoutEcho && !EchoesProcessId && watch.SinceProgress >= _options.NoEchoSettle;
            if (settled && status.Device == DeviceState.Online && !PrinterStatusRules.StandsStill(status)) return PrintEnd.SentWithoutEcho;
        }
    }

    private PrintEnd GivenUp() => _status is { } status && PrinterStatusRules.StandsStill(status) ? PrintEnd.Blocked : PrintEnd.TimedOut;

    /// <summary>Completes a command that stands half sent: ESC/POS ignores NUL between commands.</summary>
    private async Task<bool> PadAsync(StandstillWatch watch, CancellationToken cancellationToken)
    {
        _mayStandInsideCommand = true;
        try
        {
            if (await SendAsync(Padding, watch, cancellationToken) is not null) return false;
            _mayStandInsideCommand = false;
            return true;
        }
        finally
        {
            // Padding is no part of a job: a job that did not get past it has sent nothing.
            _jobBytes = 0;
        }
    }

    /// <summary>GS ( H fn 48: transmits the process id when everything before it is printed.</summary>
    private static byte[] EchoRequest(ProcessId id)
    {
        byte[] request = [0x1D, 0x28, 0x48, 6, 0, 0x30, 0x30, 0, 0, 0, 0];
        id.CopyTo(request.AsSpan(7));
        return request;
    }

    private void BeginJob(ProcessId id)
    {
        // What came before belongs to earlier jobs, even where it carries the same id.
        TakeWaiting();
        (_job, _jobRequested, _jobEchoed, _jobBytes, _status) = (id, false, false, 0, null);
    }

    private async Task TakeUntilAsync(Func<bool> done, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var start = _time.GetTimestamp();
        while (!done())
        {
            if (await _line.NextAsync(timeout - _time.GetElapsedTime(start), cancellationToken) is not { } reply) return;
            Take(reply);
        }
    }

    private void TakeWaiting()
    {
        while (_line.TryTake(out var reply)) Take(reply);
    }

    private void Take(in IncomingReply incoming)
    {
        switch (incoming.Reply.Kind)
        {
            case PrinterReplyKind.RealTimeStatus:
                _answer = (byte)incoming.Reply.Status;
                break;
            case PrinterReplyKind.FullStatus:
                _full = incoming.Reply.Status;
                break;
            case PrinterReplyKind.PlainStatus:
                _plain = (byte)incoming.Reply.Status;
                break;
            case PrinterReplyKind.AutomaticStatus:
                _automaticStatusSeen = true;
                break;
            case PrinterReplyKind.Text:
                _text = incoming.Text;
                break;
            case PrinterReplyKind.ProcessIdEcho:
                TakeEcho(incoming.Reply.ProcessId);
                break;
        }
    }

    private void TakeEcho(ProcessId id)
    {
        EchoesProcessId = true;
        if (id == _job)
        {
            // Before it was asked for, the id can only be an earlier job's: it proves nothing about this one.
            _jobEchoed |= _jobRequested;
        }
        else if (id.ToString().StartsWith("~~", StringComparison.Ordinal))
        {
            // An older question's marker: the text before it was that question's late answer.
            if (id != _marker) _text = null;
            _markerEchoed = id;
        }
        else
        {
            if (_others.Count == MaxOtherEchoes) _others.RemoveAt(0);
            _others.Add(id);
        }
    }

    private ProcessId[] TakeOthers()
    {
        var others = _others.ToArray();
        _others.Clear();
        return others;
    }

    private StandstillWatch Watch(TimeSpan limit) => new(_time, _options, limit, renewed: false);

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private InUse Use()
    {
        if (Interlocked.Exchange(ref _inUse, 1) != 0) throw new InvalidOperationException("The printer is in use: one caller at a time.");
        // An echo that comes after its job was given up is told with the next job.
        (_job, _jobEchoed) = (null, false);
        return new InUse(this);
    }

    private readonly struct InUse(EscPosPrinter printer) : IDisposable
    {
        public void Dispose() => Volatile.Write(ref printer._inUse, 0);
    }
}
