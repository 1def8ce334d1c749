using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace DeviceAgent.Drivers.Input;

/// <summary>What a keyboard types, as the bytes that a line scanner would send: UTF-8, and 0Dh where a code ends.</summary>
/// <remarks>
/// What cannot be a part of a code (a key without a character, events that the kernel dropped) becomes 00h: no code with it in it is ever read.
/// Owns the port. One reader; a read is not to be cancelled once it waits.
/// </remarks>
[SuppressMessage("Naming", "CA1710", Justification = "That it is a stream is how a scanner reads through it.")]
internal sealed class KeyLine(Stream port, IDeviceControl control, KeyDecoder decoder, KeySuffix suffix, TimeProvider time) : SequentialStream
{
    private const int EventsAtOnce = 32, MaxBytesPerEvent = 7;
    private const byte CarriageReturn = 0x0D, NoCharacter = 0x00;

    private readonly byte[] _events = new byte[EventsAtOnce * KeyCodes.EventBytes];
    private readonly byte[] _typed = new byte[EventsAtOnce * MaxBytesPerEvent + 1];
    private readonly byte[] _state = new byte[KeyCodes.StateBytes];
    private int _eventBytes, _typedStart, _typedEnd;
    private Task<int>? _reading;

    /// <summary>Waits until no key is held, so that the grab parts no press from its release.</summary>
    /// <returns>False: keys are held still; they count as released until they are pressed again.</returns>
    public async ValueTask<bool> WaitUntilReleasedAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var isInCode = false;
        while (AnyKeyIsHeld())
        {
            // Somebody is typing: what comes now is the rest of something.
            isInCode = true;
            var left = patience - time.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero) break;
            _reading ??= port.ReadAsync(_events.AsMemory(_eventBytes), CancellationToken.None).AsTask();
            Task wait = _reading.WaitAsync(left, time, cancellationToken);
            await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            cancellationToken.ThrowIfCancellationRequested();
            if (!_reading.IsCompleted) break;
            isInCode = await DropEventsAsync();
        }
        var isHeld = AnyKeyIsHeld();
        decoder.SetKeys(isHeld ? default : _state);
        if (isInCode) Put(NoCharacter);
        return !isHeld;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        while (_typedStart == _typedEnd)
        {
            _reading ??= port.ReadAsync(_events.AsMemory(_eventBytes), CancellationToken.None).AsTask();
            // Not on the caller's scheduler: who reads through this stamps the time.
            var count = await _reading.ConfigureAwait(false);
            _reading = null;
            if (count == 0) return 0;
            _eventBytes += count;
            Decode();
        }
        var taken = Math.Min(buffer.Length, _typedEnd - _typedStart);
        _typed.AsMemory(_typedStart, taken).CopyTo(buffer);
        _typedStart += taken;
        return taken;
    }

    public override bool CanWrite => false;

    public override async ValueTask DisposeAsync()
    {
        await port.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) port.Dispose();
        base.Dispose(disposing);
    }

    private bool AnyKeyIsHeld()
    {
        _state.AsSpan().Clear();
        return control.Control(InputRequests.HeldKeys, _state) >= 0 && _state.AsSpan(0, KeyCodes.FirstButton / 8).ContainsAnyExcept((byte)0);
    }

    /// <returns>False: they ended a code.</returns>
    private async ValueTask<bool> DropEventsAsync()
    {
        var count = await _reading!;
        _reading = null;
        if (count == 0) throw new EndOfStreamException("The keyboard's stream has ended.");
        _eventBytes += count;
        Decode();
        var isInCode = _typedEnd == 0 || _typed[_typedEnd - 1] != CarriageReturn;
        _typedEnd = 0;
        return isInCode;
    }

    private void Decode()
    {
        _typedStart = _typedEnd = 0;
        var rest = _events.AsSpan(0, _eventBytes);
        for (; rest.Length >= KeyCodes.EventBytes; rest = rest[KeyCodes.EventBytes..]) Put(decoder.Take(rest[..KeyCodes.EventBytes]));
        rest.CopyTo(_events);
        _eventBytes = rest.Length;
    }

    private void Put(KeyStep step)
    {
        switch (step)
        {
            case KeyStep.Text:
                _typedEnd += Encoding.UTF8.GetBytes(decoder.Text, _typed.AsSpan(_typedEnd));
                break;
            case KeyStep.Enter or KeyStep.KeypadEnter or KeyStep.Tab:
                if (decoder.EndedDead) Put(NoCharacter);
                Put(Ends(step) ? CarriageReturn : NoCharacter);
                break;
            case KeyStep.Unknown:
                Put(NoCharacter);
                break;
            case KeyStep.Lost:
                Put(NoCharacter);
                AnyKeyIsHeld();
                decoder.SetKeys(_state);
                break;
        }
    }

    private bool Ends(KeyStep key) => suffix switch
    {
        KeySuffix.Enter => key == KeyStep.Enter,
        KeySuffix.KeypadEnter => key == KeyStep.KeypadEnter,
        KeySuffix.Tab => key == KeyStep.Tab,
        _ => true,
    };

    private void Put(byte b) => _typed[_typedEnd++] = b;
}
