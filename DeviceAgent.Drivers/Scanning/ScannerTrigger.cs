using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace DeviceAgent.Drivers.Scanning;

/// <summary>The trigger of a line scanner: runs a profile's commands over the scanner's port, and gives on what the scanner sends without the replies.</summary>
/// <remarks>
/// Source: the profile's. Owns the port: disposing closes it. One reader; <see cref="StartAsync"/> and <see cref="StopAsync"/> at any time, one after the other.
/// Reads the port by itself, so that a reply is seen while nobody waits for a code; 4 KiB of codes that nobody takes stop it, and commands then have no answer.
/// A pulled cable is the port's <see cref="DeviceLostException"/>, for the reader and for the command.
/// </remarks>
[SuppressMessage("Naming", "CA1710", Justification = "That it is a stream is how a scanner reads through it.")]
public sealed class ScannerTrigger : SequentialStream
{
    private const int ChunkBytes = 1024, RingBytes = 4096, RoomBytes = ChunkBytes + ReplyPattern.MaxBytes + ReplyPattern.MaxRun + 1;

    private readonly Stream _port;
    private readonly ScannerProfile _profile;
    private readonly TimeProvider _time;
    private readonly TriggerExchange _exchange;
    private readonly ReplySplitter _splitter;
    private readonly byte[] _chunk = new byte[ChunkBytes];

    // Guards everything below.
    private readonly Lock _gate = new();
    private readonly ByteRing _codes = new(RingBytes);
    private TaskCompletionSource<int>? _waiting;
    private Memory<byte> _waitingInto;
    private TaskCompletionSource? _room;
    private Exception? _end;
    private bool _hasEnded;

    /// <param name="port">Owned from now on.</param>
    /// <param name="profile">One of line framing.</param>
    /// <param name="prefix">What the scanner puts before each code (<see cref="LineScannerOptions.Prefix"/>).</param>
    /// <param name="time">For time-outs; null: the system's.</param>
    /// <exception cref="ArgumentException">The profile is of another framing.</exception>
    public ScannerTrigger(Stream port, ScannerProfile profile, string prefix = "", TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(port);
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(prefix);
        if (profile.Framing != ScannerFraming.Line) throw new ArgumentException($"The profile {profile.Name} is of {profile.Framing} framing.", nameof(profile));
        _port = port;
        _profile = profile;
        _time = time ?? TimeProvider.System;
        _exchange = new(port, profile, _time);
        _splitter = new(profile.AcceptPatterns, profile.RefusePatterns, Encoding.ASCII.GetBytes(prefix));
        _ = PumpAsync();
    }

    /// <summary>How long the pulled trigger lasts by itself.</summary>
    public TimeSpan WindowLimit => _profile.Session;

    /// <summary>Enables and starts, as far as the profile has it.</summary>
    /// <exception cref="DeviceLostException">The port is gone.</exception>
    public ValueTask<TriggerFault> StartAsync(CancellationToken cancellationToken) => _exchange.RunAsync(_profile.Opening, endAtFault: true, cancellationToken);

    /// <summary>Stops and disables, as far as the profile has it.</summary>
    /// <exception cref="DeviceLostException">The port is gone.</exception>
    public ValueTask<TriggerFault> StopAsync(CancellationToken cancellationToken) => _exchange.RunAsync(_profile.Closing, endAtFault: false, cancellationToken);

    /// <summary>The bytes of codes, without the replies. Not to be cancelled once it waits.</summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<int>(cancellationToken);
        lock (_gate)
        {
            if (_waiting is not null) throw new InvalidOperationException("One reader at a time.");
            if (_codes.Count > 0) return new(Take(buffer.Span));
            if (_end is { } end) return ValueTask.FromException<int>(end);
            if (_hasEnded) return new(0);
            _waiting = new();
            _waitingInto = buffer;
            return new(_waiting.Task);
        }
    }

    /// <summary>False: the profile alone writes.</summary>
    public override bool CanWrite => false;

    /// <summary>Closes the port.</summary>
    public override async ValueTask DisposeAsync()
    {
        await _port.DisposeAsync();
        End(new ObjectDisposedException(nameof(ScannerTrigger)));
        await base.DisposeAsync();
    }

    /// <summary>Closes the port.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _port.Dispose();
            End(new ObjectDisposedException(nameof(ScannerTrigger)));
        }
        base.Dispose(disposing);
    }

    private async Task PumpAsync()
    {
        try
        {
            while (await RoomAsync().ConfigureAwait(false))
            {
                var read = _port.ReadAsync(_chunk).AsTask();
                if (_splitter.IsHolding)
                {
                    Task wait = read.WaitAsync(_profile.ReplyGap, _time);
                    await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    if (!read.IsCompleted) Give(_splitter.GiveUp());
                }
                var count = await read.ConfigureAwait(false);
                if (count == 0)
                {
                    End(null);
                    return;
                }
                Split(_chunk.AsSpan(0, count));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            End(e);
        }
    }

    private void Split(ReadOnlySpan<byte> input)
    {
        while (true)
        {
            switch (_splitter.Next(ref input, out var data))
            {
                case ReplyPart.Data:
                    Give(data);
                    break;
                case ReplyPart.Accepted:
                    _exchange.Answered(accepted: true);
                    break;
                case ReplyPart.Refused:
                    _exchange.Answered(accepted: false);
                    break;
                default:
                    return;
            }
        }
    }

    private void Give(ReadOnlySpan<byte> data)
    {
        TaskCompletionSource<int>? reader;
        var count = 0;
        lock (_gate)
        {
            // RoomAsync has made sure that everything of one chunk fits.
            _codes.Add(data);
            reader = _codes.Count > 0 ? _waiting : null;
            if (reader is null) return;
            _waiting = null;
            count = Take(_waitingInto.Span);
        }
        reader.SetResult(count);
    }

    private int Take(Span<byte> into)
    {
        var count = _codes.Take(into);
        if (_codes.Free >= RoomBytes) _room?.TrySetResult();
        return count;
    }

    /// <returns>False: closed.</returns>
    private async ValueTask<bool> RoomAsync()
    {
        TaskCompletionSource room;
        lock (_gate)
        {
            if (_end is not null) return false;
            if (_codes.Free >= RoomBytes) return true;
            room = _room = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        await room.Task.ConfigureAwait(false);
        lock (_gate) return _end is null;
    }

    private void End(Exception? end)
    {
        TaskCompletionSource<int>? reader;
        lock (_gate)
        {
            if (_hasEnded) return;
            (_hasEnded, _end) = (true, end);
            (reader, _waiting) = (_waiting, null);
            _room?.TrySetResult();
        }
        _exchange.Lose(end ?? new EndOfStreamException("The scanner's port has ended."));
        if (end is null) reader?.SetResult(0);
        else reader?.SetException(end);
    }
}
