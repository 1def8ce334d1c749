using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace DeviceAgent.Drivers.IdCards;

/// <summary>One reader of second-generation ID cards, over a serial line or anything else that is a stream.</summary>
/// <remarks>
/// Source: GA 450 ("SDT" readers), 115,200 8N1.
/// Owns the port: disposing the reader closes it and ends a pending read. One caller at a time.
/// What a request came to is an <see cref="SdtReason"/>, a pulled cable the port's <see cref="DeviceLostException"/>.
/// An answer does not say which request it is to. So only one that can be the answer to what was asked is taken for it; and after a request
/// whose answer did not come, or was cancelled, the next one first asks for something whose answer cannot be mixed up (the module's number),
/// and waits for it: the reader answers in order, so nothing older can come behind. A reader that does not answer that either is lost
/// (<see cref="DeviceLoss.Stalled"/>).
/// Personal data: buffers are cleared before a call returns; photo and fingerprints are dropped unread.
/// </remarks>
public sealed class SdtReader : IAsyncDisposable
{
    private const int IdentifyTries = 3;

    private readonly Stream _port;
    private readonly SdtReaderOptions _options;
    private readonly TimeProvider _time;
    private readonly SdtReplyParser _parser = new();
    // Pinned: the collector moves no copies of them about.
    private readonly byte[] _buffer = GC.AllocateArray<byte>(1024, pinned: true);
    private readonly byte[] _content = GC.AllocateArray<byte>(SdtFrame.MaxBytes, pinned: true);
    private readonly byte[] _request = new byte[SdtFrame.RequestOverheadBytes + 1];
    private Task<int>? _reading;
    // What was asked last, while its answer has not come.
    private SdtCommand? _unanswered;
    private SamId? _sam;
    private int _received, _contentBytes;

    private SdtReader(Stream port, SdtReaderOptions options, TimeProvider time) => (_port, _options, _time) = (port, options, time);

    /// <summary>The number of the reader's security module; null where it does not tell it.</summary>
    public SamId? Sam => _sam;

    /// <summary>Answers that were taken for none: late, unasked for, or garbled.</summary>
    public long Strays { get; private set; }

    /// <summary>Asks the reader who it is. What it still says from before is dropped.</summary>
    /// <param name="port">Owned from now on; closed when this throws.</param>
    /// <param name="options">Validated here.</param>
    /// <param name="time">For the time-outs; null: the system's.</param>
    /// <returns>A reader whose <see cref="Sam"/> is null answers, but its security module is not well: <see cref="ReadStatusAsync"/> may say more.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="DeviceLostException">The port is gone, or nothing there answers as such a reader does (<see cref="DeviceLoss.Stalled"/>).</exception>
    public static async ValueTask<SdtReader> OpenAsync(Stream port, SdtReaderOptions options, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(port);
        ArgumentNullException.ThrowIfNull(options);
        var reader = new SdtReader(port, options, time ?? TimeProvider.System);
        try
        {
            string[] mistakes = [.. options.Validate(nameof(options))];
            if (mistakes.Length > 0) throw new ArgumentException(string.Join("; ", mistakes), nameof(options));
            await reader.IdentifyAsync(cancellationToken);
            return reader;
        }
        catch
        {
            await reader.DisposeAsync();
            throw;
        }
    }

    /// <summary>Resets the security module.</summary>
    public ValueTask<SdtReason> ResetAsync(CancellationToken cancellationToken) => AskAsync(SdtCommand.Reset, default, cancellationToken);

    /// <summary>Asks the security module how it is: Ok, or SelfTestFailed for one.</summary>
    public ValueTask<SdtReason> ReadStatusAsync(CancellationToken cancellationToken) => AskAsync(SdtCommand.Status, default, cancellationToken);

    /// <summary>Asks the security module for its number, for <see cref="Sam"/>.</summary>
    public async ValueTask<SdtReason> ReadSamIdAsync(CancellationToken cancellationToken)
    {
        var reason = await AskAsync(SdtCommand.SamId, default, cancellationToken);
        _sam = reason == SdtReason.Ok ? ParseSam(_content) : null;
        return reason;
    }

    /// <summary>Looks for a card: Found, or NotFound. Each card is found once each time it is presented.</summary>
    public ValueTask<SdtReason> FindAsync(CancellationToken cancellationToken) => AskAsync(SdtCommand.Find, default, cancellationToken);

    /// <summary>Turns to the card that was found: Ok, or SelectFailed.</summary>
    public ValueTask<SdtReason> SelectAsync(CancellationToken cancellationToken) => AskAsync(SdtCommand.Select, default, cancellationToken);

    /// <summary>Reads the card that was selected; it may be asked again, if an answer was garbled.</summary>
    /// <returns>Ok with the card, which is the caller's to dispose; otherwise null.</returns>
    public ValueTask<(SdtReason Reason, IdCard? Card)> ReadBaseAsync(CancellationToken cancellationToken) => ReadAsync(SdtCommand.ReadBase, lengths: 2, cancellationToken);

    /// <summary>As <see cref="ReadBaseAsync"/>, for readers that give text only together with the fingerprints. These are dropped as well.</summary>
    /// <returns>Ok with the card, which is the caller's to dispose; otherwise null.</returns>
    public ValueTask<(SdtReason Reason, IdCard? Card)> ReadBaseAndFingerprintAsync(CancellationToken cancellationToken) => ReadAsync(SdtCommand.ReadBaseAndFingerprint, lengths: 3, cancellationToken);

    /// <summary>Reads the address that was written to the selected card after it was made.</summary>
    /// <returns>Ok with the address, which is the caller's to dispose; NoSuchContent where there is none.</returns>
    public async ValueTask<(SdtReason Reason, PersonalText? Address)> ReadNewestAddressAsync(CancellationToken cancellationToken)
    {
        try
        {
            var reason = await AskAsync(SdtCommand.ReadNewestAddress, default, cancellationToken);
            return (reason, reason == SdtReason.Ok ? new PersonalText(MemoryMarshal.Cast<byte, char>(_content.AsSpan(0, _contentBytes)).Trim(" \0")) : null);
        }
        finally
        {
            ClearContent();
        }
    }

    /// <summary>Whether the card that was selected still lies there. Null: no answer that could be believed.</summary>
    /// <remarks>Asks for the newest address, which a card has or has not as long as it is the same one; what it says is dropped.</remarks>
    public async ValueTask<bool?> IsCardStillThereAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync(SdtCommand.ReadNewestAddress, default, cancellationToken) switch
            {
                SdtReason.Ok or SdtReason.NoSuchContent => true,
                SdtReason.NoAnswer or SdtReason.Garbled or SdtReason.RequestChecksum or SdtReason.RequestLength => null,
                _ => false,
            };
        }
        finally
        {
            ClearContent();
        }
    }

    /// <summary>Tells the reader to speak at another rate. After Ok the line has to be closed and opened again at that rate, with a new reader.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such rate.</exception>
    public ValueTask<SdtReason> SetBaudRateAsync(SdtBaudRate rate, CancellationToken cancellationToken)
    {
        if (!Enum.IsDefined(rate)) throw new ArgumentOutOfRangeException(nameof(rate), rate, "No such rate.");
        return AskAsync(SdtCommand.BaudRate(rate), default, cancellationToken);
    }

    /// <summary>Sets the longest frame between the reader and the card.</summary>
    /// <param name="bytes">1..255; 80 (50h) in most.</param>
    /// <exception cref="ArgumentOutOfRangeException">0.</exception>
    public ValueTask<SdtReason> SetMaxRfFrameAsync(byte bytes, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfZero(bytes);
        return AskAsync(SdtCommand.MaxRfFrame, bytes, cancellationToken);
    }

    /// <summary>Waits without a tick until <paramref name="wake"/> completes, and drops what the reader says meanwhile: nobody has asked.</summary>
    /// <exception cref="DeviceLostException">The port is gone.</exception>
    public async ValueTask SleepUntilAsync(Task wake)
    {
        ArgumentNullException.ThrowIfNull(wake);
        while (!wake.IsCompleted)
        {
            _reading ??= ReadPortAsync();
            await Task.WhenAny(wake, _reading);
            if (_reading.IsCompleted) DropRead(await _reading);
        }
    }

    /// <summary>Closes the port and clears the buffers.</summary>
    public async ValueTask DisposeAsync()
    {
        await _port.DisposeAsync();
        // A line ends its read when it is closed, other streams may not: its error is looked at whenever it comes, and not waited for.
        _ = _reading?.ContinueWith(static read => _ = read.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        _parser.Clear();
        ClearContent();
        CryptographicOperations.ZeroMemory(_buffer);
    }

    private async ValueTask IdentifyAsync(CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var reason = await ExchangeAsync(SdtCommand.SamId, default, cancellationToken);
            if (reason == SdtReason.Ok) _sam = ParseSam(_content);
            // A refusal may be a late one, to what an agent asked that is gone.
            if (reason == SdtReason.Ok || (tries == IdentifyTries && reason is not (SdtReason.NoAnswer or SdtReason.Garbled))) return;
            if (tries == IdentifyTries) throw Stalled();
        }
    }

    private async ValueTask<(SdtReason Reason, IdCard? Card)> ReadAsync(SdtCommand command, int lengths, CancellationToken cancellationToken)
    {
        try
        {
            var reason = await AskAsync(command, default, cancellationToken);
            return (reason, reason == SdtReason.Ok ? new IdCard(_content.AsSpan(lengths * 2, IdCardText.Bytes)) : null);
        }
        finally
        {
            ClearContent();
        }
    }

    private async ValueTask<SdtReason> AskAsync(SdtCommand command, byte? data, CancellationToken cancellationToken)
    {
        if (_unanswered is { } before)
        {
            // Neither answer can be taken for the other: 16 bytes, and none.
            var fence = before == SdtCommand.SamId ? SdtCommand.Status : SdtCommand.SamId;
            if (await ExchangeAsync(fence, default, cancellationToken, isFence: true) != fence.Success) throw Stalled();
        }
        return await ExchangeAsync(command, data, cancellationToken);
    }

    private DeviceLostException Stalled() => new(_options.Path, DeviceLoss.Stalled, 0);

    /// <summary>Sends one request and waits for what can be its answer; the content then stands in <see cref="_content"/>.</summary>
    /// <param name="isFence">Only the success counts: a refusal may be the answer to what was asked before.</param>
    private async ValueTask<SdtReason> ExchangeAsync(SdtCommand command, byte? data, CancellationToken cancellationToken, bool isFence = false)
    {
        cancellationToken.ThrowIfCancellationRequested();
        DropWhatCame();
        _unanswered = command;
        var length = data is { } b ? SdtFrame.Write(_request, command.Command, command.Parameter, [b]) : SdtFrame.Write(_request, command.Command, command.Parameter, []);
        await _port.WriteAsync(_request.AsMemory(0, length), cancellationToken);
        var began = _time.GetTimestamp();
        var limit = command.IsRead ? _options.ReadTimeout : _options.HeaderTimeout;
        var isBegun = false;
        var garbledBefore = _parser.Garbled;
        while (true)
        {
            var left = limit - _time.GetElapsedTime(began);
            var hasCome = left > TimeSpan.Zero && await ReceiveAsync(left, cancellationToken);
            if (Take(command, isFence, isSilence: !hasCome) is { } reason)
            {
                _unanswered = null;
                return reason;
            }
            if (!hasCome) return isBegun || _parser.Garbled != garbledBefore ? SdtReason.Garbled : SdtReason.NoAnswer;
            // What is behind a garbled answer to a fence may still be the fence's.
            if (_parser.Garbled != garbledBefore && !isFence) return SdtReason.Garbled;
            if (isBegun || !_parser.IsInFrame) continue;
            isBegun = true;
            limit = _time.GetElapsedTime(began) + _options.BodyTimeout;
        }
    }

    /// <summary>Goes through what has come.</summary>
    /// <returns>Null: no answer to the request is among it.</returns>
    private SdtReason? Take(SdtCommand command, bool isFence, bool isSilence)
    {
        ReadOnlySpan<byte> input = _buffer.AsSpan(0, _received);
        try
        {
            while (_parser.TryRead(ref input, out var reply) || (isSilence && _parser.TryReadAfterSilence(out reply)))
            {
                if (command.Judge(reply) is { } reason && (!isFence || reason == command.Success))
                {
                    // What is behind it was not asked for; the next request drops it.
                    reply.Data.CopyTo(_content);
                    _contentBytes = reply.Data.Length;
                    _parser.Clear();
                    return reason;
                }
                Strays++;
            }
            return null;
        }
        finally
        {
            ClearReceived();
        }
    }

    /// <returns>False: nothing came for so long.</returns>
    private async ValueTask<bool> ReceiveAsync(TimeSpan silence, CancellationToken cancellationToken)
    {
        _reading ??= ReadPortAsync();
        // The wait is cancelled, not the read: not every stream keeps what a cancelled read had taken.
        Task wait = _reading.WaitAsync(silence, _time, cancellationToken);
        await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        cancellationToken.ThrowIfCancellationRequested();
        if (!_reading.IsCompleted) return false;
        _received = await _reading;
        _reading = null;
        if (_received == 0) throw new EndOfStreamException($"{_options.Path} has ended.");
        return true;
    }

    /// <summary>Late answers, and noise: nobody waits for them any more.</summary>
    private void DropWhatCame()
    {
        _parser.Clear();
        // Bounded: a port that never runs dry must not hold the caller.
        for (var reads = 0; reads < 64; reads++)
        {
            _reading ??= ReadPortAsync();
            if (!_reading.IsCompletedSuccessfully || _reading.Result == 0) return;
            DropRead(_reading.Result);
        }
    }

    private void DropRead(int count)
    {
        if (count == 0) throw new EndOfStreamException($"{_options.Path} has ended.");
        _reading = null;
        _received = count;
        Strays++;
        ClearReceived();
    }

    private async Task<int> ReadPortAsync() => await _port.ReadAsync(_buffer);

    private void ClearReceived()
    {
        CryptographicOperations.ZeroMemory(_buffer.AsSpan(0, _received));
        _received = 0;
    }

    private void ClearContent()
    {
        CryptographicOperations.ZeroMemory(_content.AsSpan(0, _contentBytes));
        _contentBytes = 0;
    }

    private static SamId ParseSam(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]));
}
