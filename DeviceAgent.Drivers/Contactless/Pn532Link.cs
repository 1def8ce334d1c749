namespace DeviceAgent.Drivers.Contactless;

/// <summary>How a command ended.</summary>
internal enum Pn532End
{
    /// <summary>Answered.</summary>
    Answered,
    /// <summary>The chip does not take it as it stands.</summary>
    Refused,
    /// <summary>No answer in the time given; it was aborted.</summary>
    TimedOut,
    /// <summary>Neither acknowledged nor answered, and not to be sent twice: nobody knows whether it was carried out.</summary>
    Lost,
}

/// <param name="End">How it ended.</param>
/// <param name="Data">Answered: what follows the code. Stands until the next command.</param>
internal readonly record struct Pn532Answer(Pn532End End, ReadOnlyMemory<byte> Data);

/// <summary>Command, acknowledgement, answer: one at a time over a serial line.</summary>
/// <remarks>
/// Source: UM0701-02, 6.2.2 (dialogue) and 6.2.1.3-6.2.1.5. Owns the port. A damaged answer is asked for again, a command that is not acknowledged sent
/// again where that is harmless, each three times in all. Answers carry no number: one that comes late could be taken for the answer to the next command of
/// its kind. So after everything that can leave an answer under way, GetFirmwareVersion is asked, which nothing else answers: what comes before its answer
/// is dropped.
/// </remarks>
internal sealed class Pn532Link(Stream port, string path, Pn532Options options, TimeProvider time) : IAsyncDisposable
{
    private const byte GetFirmwareVersion = 0x02;
    private const int MaxTries = 3;

    private readonly byte[] _input = new byte[512];
    private readonly byte[] _command = new byte[300];
    private readonly byte[] _data = new byte[Pn532Frame.MaxDataBytes];
    private readonly Pn532FrameParser _parser = new();
    private ReadOnlyMemory<byte> _unread;
    private Task<int>? _reading;
    private long _damagedSeen;
    private bool _isInStep;

    // The frame that came last.
    private Pn532FrameKind _kind;
    private byte _code;
    private int _count;

    private enum Came { Nothing, Frame, Damaged }

    private static byte[] Abort { get; } = Pn532Frame.Abort.ToArray();

    private static byte[] Again { get; } = Pn532Frame.Again.ToArray();

    /// <summary>What GetFirmwareVersion answered last: chip, version, revision, what it supports.</summary>
    public (byte Chip, byte Version, byte Revision) Firmware { get; private set; }

    /// <param name="code">The command.</param>
    /// <param name="data">Its parameters, at most <see cref="Pn532Frame.MaxDataBytes"/>.</param>
    /// <param name="timeout">From the acknowledgement to the answer.</param>
    /// <param name="mayRepeat">Carrying it out twice does no harm.</param>
    /// <param name="cancellationToken">Aborts the command; the chip is free for the next one.</param>
    /// <exception cref="DeviceLostException">The port is gone; Stalled: no acknowledgement, or damaged answers only.</exception>
    public async ValueTask<Pn532Answer> CommandAsync(byte code, ReadOnlyMemory<byte> data, TimeSpan timeout, bool mayRepeat, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MaxTries; tries++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!_isInStep) await FallInStepAsync();
            var heard = await SendAsync(code, data);
            if (heard == Pn532FrameKind.Answer) return Answered();
            if (heard == Pn532FrameKind.Error) return new(Pn532End.Refused, default);
            if (heard == Pn532FrameKind.Ack) return await HearAsync(code, timeout, cancellationToken);
            _isInStep = false;
            if (!mayRepeat) return new(Pn532End.Lost, default);
        }
        throw Stalled();
    }

    /// <summary>Makes sure that nothing of an earlier command is under way any more, and that the chip lives.</summary>
    /// <exception cref="DeviceLostException">The port is gone; Stalled: no answer.</exception>
    public async ValueTask FallInStepAsync()
    {
        for (var tries = 0; tries < MaxTries; tries++)
        {
            await WriteAsync(GetFirmwareVersion, default);
            var begun = time.GetTimestamp();
            while (await NextAsync(begun, options.AckTimeout, CancellationToken.None) is var came && came != Came.Nothing)
            {
                if (came != Came.Frame || _kind != Pn532FrameKind.Answer || _code != GetFirmwareVersion + 1 || _count < 4) continue;
                Firmware = (_data[0], _data[1], _data[2]);
                _isInStep = true;
                return;
            }
        }
        throw Stalled();
    }

    /// <summary>Wakes the chip and gives up what it may still be doing for an earlier caller.</summary>
    public ValueTask WakeAsync() => port.WriteAsync((byte[])[.. Pn532Frame.WakeUp, .. Pn532Frame.Abort], CancellationToken.None);

    /// <summary>Closes the port.</summary>
    public async ValueTask DisposeAsync()
    {
        await port.DisposeAsync();
        // A line ends its read when it is closed; its error is nobody's.
        _ = _reading?.ContinueWith(static read => _ = read.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    public DeviceLostException Stalled() => new(path, DeviceLoss.Stalled, 0);

    private Pn532Answer Answered() => new(Pn532End.Answered, _data.AsMemory(0, _count));

    private async ValueTask WriteAsync(byte code, ReadOnlyMemory<byte> data)
    {
        var length = Pn532Frame.Write(_command, code, data.Span);
        await port.WriteAsync(_command.AsMemory(0, length), CancellationToken.None);
    }

    /// <returns>Ack, Error, or Answer where its acknowledgement got lost; Nack: none of them came in time.</returns>
    private async ValueTask<Pn532FrameKind> SendAsync(byte code, ReadOnlyMemory<byte> data)
    {
        await WriteAsync(code, data);
        var begun = time.GetTimestamp();
        // Not cancelled: it is short.
        while (await NextAsync(begun, options.AckTimeout, CancellationToken.None) is var came && came != Came.Nothing)
        {
            if (came == Came.Damaged) continue;
            if (_kind != Pn532FrameKind.Answer || _code == (byte)(code + 1)) return _kind;
        }
        return Pn532FrameKind.Nack;
    }

    private async ValueTask<Pn532Answer> HearAsync(byte code, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var tries = 1;
        try
        {
            while (await NextAsync(begun, timeout, cancellationToken) is var came && came != Came.Nothing)
            {
                if (came == Came.Damaged)
                {
                    if (++tries > MaxTries) throw Stalled();
                    _isInStep = false;
                    await port.WriteAsync(Again, CancellationToken.None);
                }
                else if (_kind == Pn532FrameKind.Error)
                {
                    return new(Pn532End.Refused, default);
                }
                else if (_kind == Pn532FrameKind.Answer && _code == (byte)(code + 1))
                {
                    return Answered();
                }
            }
        }
        catch (OperationCanceledException)
        {
            await AbortAsync();
            throw;
        }
        await AbortAsync();
        return new(Pn532End.TimedOut, default);
    }

    private ValueTask AbortAsync()
    {
        _isInStep = false;
        return port.WriteAsync(Abort, CancellationToken.None);
    }

    /// <summary>Waits for the next frame; a frame that was begun and goes silent is looked through for one that it hides.</summary>
    private async ValueTask<Came> NextAsync(long begun, TimeSpan timeout, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake()) return Came.Frame;
            if (IsNewlyDamaged()) return Came.Damaged;
            var left = timeout - time.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero) return Came.Nothing;
            var isInside = _parser.IsInsideFrame;
            if (await ReceiveAsync(isInside && options.AckTimeout < left ? options.AckTimeout : left, cancellationToken) || !isInside) continue;
            if (TryEndByPause()) return Came.Frame;
        }
    }

    private bool TryTake()
    {
        var rest = _unread.Span;
        var isFrame = _parser.TryRead(ref rest, out var frame);
        _unread = _unread[^rest.Length..];
        return isFrame && Keep(frame);
    }

    private bool TryEndByPause() => _parser.EndByPause(out var frame) && Keep(frame);

    private bool Keep(Pn532Frame frame)
    {
        (_kind, _code, _count) = (frame.Kind, frame.Code, frame.Data.Length);
        frame.Data.CopyTo(_data);
        return true;
    }

    private bool IsNewlyDamaged()
    {
        var before = _damagedSeen;
        _damagedSeen = _parser.DamagedFrames;
        return _damagedSeen != before;
    }

    /// <returns>False: nothing came in the time.</returns>
    private async ValueTask<bool> ReceiveAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        _reading ??= port.ReadAsync(_input, CancellationToken.None).AsTask();
        // The wait is cancelled, not the read: not every stream keeps what a cancelled read had taken.
        Task wait = _reading.WaitAsync(timeout, time, cancellationToken);
        await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        cancellationToken.ThrowIfCancellationRequested();
        if (!_reading.IsCompleted) return false;
        var count = await _reading;
        if (count == 0) throw new DeviceLostException(path, DeviceLoss.Unplugged, 0);
        _reading = null;
        _unread = _input.AsMemory(0, count);
        return true;
    }
}
