namespace DeviceAgent.Drivers.Printing;

/// <summary>One ESC/POS ticket printer on a byte stream.</summary>
/// <remarks>
/// Source: Epson ESC/POS reference: DLE EOT n, DLE ENQ 2, ESC @, FS &amp;, GS ( H fn 48, GS I 65-69, GS g 2.
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
public sealed class EscPosPrinter : ITicketPrinter
{
    private const int MaxOtherEchoes = 64;
    private const int OwnIds = 95 * 95;
    private const int CumulativeCuts = 178, ResettableCuts = 50;

    private static readonly byte[][] StatusQuestions = [[0x10, 0x04, 1], [0x10, 0x04, 2], [0x10, 0x04, 3], [0x10, 0x04, 4]];
    private static readonly byte[] Padding = new byte[EscPosDocument.LongestCommandBytes];
    private static readonly byte[] ClearBuffers = [0x10, 0x05, 2];
    private static readonly byte[] Initialise = [0x1B, 0x40, 0x1C, 0x26];

    private readonly PrinterLine _line;
    private readonly EscPosPrinterOptions _options;
    private readonly TimeProvider _time;
    private readonly List<ProcessId> _others = [];
    private int _inUse;
    private int _nextOwnId;

    // What the replies taken so far say; see Take.
    private byte? _answer;
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
    private PrinterStatus? _status;
    private long _jobBytes;

    private EscPosPrinter(Stream port, EscPosPrinterOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        // Differs from one run to the next, so that a dead run's late echo is not taken for one of this run.
        _nextOwnId = (int)(time.GetUtcNow().ToUnixTimeMilliseconds() % OwnIds);
        _line = new PrinterLine(port, options, time);
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
            _identified = EchoesProcessId = false;
            _line.ForgetStop();
        }
        else if (!_identified && status.Device == DeviceState.Online && !PrinterStatusRules.StandsStill(status))
        {
            await IdentifyAsync(cancellationToken);
        }
        return status;
    }

    /// <inheritdoc/>
    /// <remarks>GS g 2: the cumulative count of autocutter drives (178), else the resettable one (50). Which one is settled by the first answer.</remarks>
    public async ValueTask<long?> ReadCutCounterAsync(CancellationToken cancellationToken)
    {
        using var use = Use();
        // A counter is evidence only together with the unit that told it.
        if (!_identified) return null;
        foreach (var number in _cutCounter is { } known ? [known] : new[] { CumulativeCuts, ResettableCuts })
        {
            var (settled, text) = await AskTextAsync([0x1D, 0x67, 0x32, 0, (byte)number, 0], cancellationToken);
            if (text is { Length: <= 10 } && long.TryParse(text, System.Globalization.NumberStyles.None, null, out var count))
            {
                _cutCounter = number;
                return count;
            }
            if (!settled) return null;
        }
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
        await SendAsync(Initialise, watch, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<PrintResult> PrintAsync(ReadOnlyMemory<byte> document, ProcessId id, CancellationToken cancellationToken)
    {
        using var use = Use();
        BeginJob(id);
        PrintEnd end;
        try
        {
            end = await RunAsync(document, id, cancellationToken);
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
        return new PrintResult(_jobEchoed ? PrintEnd.Completed : end, _jobBytes, TakeOthers(), _status);
    }

    public ValueTask DisposeAsync() => _line.DisposeAsync();

    private async Task<PrintEnd> RunAsync(ReadOnlyMemory<byte> document, ProcessId id, CancellationToken cancellationToken)
    {
        var watch = new StandstillWatch(_time, _options, _options.JobTimeout, renewed: true);
        if (_mayStandInsideCommand && !await PadAsync(watch, cancellationToken)) return GivenUp();
        var end = await SendAsync(document, watch, cancellationToken) ?? await SendAsync(EchoRequest(id), watch, cancellationToken);
        if (end is { } early) return early;
        _jobRequested = true;
        return await AwaitEchoAsync(watch, settlesWithoutEcho: true, cancellationToken);
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

    /// <summary>DLE EOT 1-4, one after the other: the answers do not tell which question they answer.</summary>
    /// <returns>Null when the job's echo came meanwhile.</returns>
    private async Task<PrinterStatus?> AskStatusAsync(CancellationToken cancellationToken)
    {
        var answers = new byte?[4];
        for (int n = 0, silent = 0; n < answers.Length && silent < 2;)
        {
            TakeWaiting();
            _answer = null;
            if (await _line.WriteAsync(StatusQuestions[n], _options.ReplyTimeout, cancellationToken))
                await TakeUntilAsync(() => _answer is not null || _jobEchoed, _options.ReplyTimeout, cancellationToken);
            if (_jobEchoed) return null;
            answers[n] = _answer;
            // The first question is asked twice before the printer counts as off; a unit may well not know one of the others.
            silent = _answer is null ? silent + 1 : 0;
            if (_answer is not null || n > 0) n++;
        }
        return _status = PrinterStatusRules.Judge(answers[0], answers[1], answers[2], answers[3]);
    }

    private async Task IdentifyAsync(CancellationToken cancellationToken)
    {
        if (_mayStandInsideCommand && !await PadAsync(Watch(_options.ProbeTimeout), cancellationToken)) return;
        EchoesProcessId = await MarkAsync([], _options.ProbeTimeout, cancellationToken) || EchoesProcessId;
        var texts = new string?[5];
        var silent = false;
        for (var i = 0; i < texts.Length; i++)
        {
            _answersAreOwed = false;
            (var settled, texts[i]) = await AskTextAsync([0x1D, 0x49, (byte)(65 + i)], cancellationToken);
            silent |= !settled;
        }
        _answersAreOwed = false;
        _cutCounter = null;
        // Without an echo a late answer may have been taken for the next one: only when no more come is the identity believed.
        if (silent && await AwaitStragglerAsync(cancellationToken)) return;
        Identity = new(Maker: texts[1], Model: texts[2], Firmware: texts[0], SerialNumber: texts[3], Languages: texts[4]);
        _identified = true;
    }

    private async Task<bool> AwaitStragglerAsync(CancellationToken cancellationToken)
    {
        _text = null;
        await TakeUntilAsync(() => _text is not null, _options.ReplyTimeout, cancellationToken);
        return _text is not null;
    }

    /// <summary>Sends a question that is answered in buffer order.</summary>
    /// <returns>Whether it is certain that no answer is still to come, and the answer.</returns>
    private async Task<(bool Settled, string? Text)> AskTextAsync(byte[] question, CancellationToken cancellationToken)
    {
        TakeWaiting();
        _text = null;
        if (EchoesProcessId)
        {
            var settled = await MarkAsync(question, _options.ReplyTimeout, cancellationToken);
            return (settled, settled && _text is { Length: > 0 } text ? text : null);
        }
        if (_answersAreOwed || _line.IsStopped) return (false, null);
        _answersAreOwed = true;
        if (!await _line.WriteAsync(question, _options.ReplyTimeout, cancellationToken)) return (false, null);
        await TakeUntilAsync(() => _text is not null, _options.ReplyTimeout, cancellationToken);
        if (_text is null) return (false, null);
        _answersAreOwed = false;
        return (true, _text.Length > 0 ? _text : null);
    }

    /// <summary>Sends a question and an id of the driver's own; true when that id came back.</summary>
    private async Task<bool> MarkAsync(byte[] question, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (_line.IsStopped) return false;
        var marker = ProcessId.FromNumber(-1 - _nextOwnId);
        _nextOwnId = (_nextOwnId + 1) % OwnIds;
        _marker = marker;
        if (!await _line.WriteAsync((byte[])[.. question, .. EchoRequest(marker)], timeout, cancellationToken)) return false;
        await TakeUntilAsync(() => _markerEchoed == marker, timeout, cancellationToken);
        return _markerEchoed == marker;
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
