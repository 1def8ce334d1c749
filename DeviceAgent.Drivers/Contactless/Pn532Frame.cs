namespace DeviceAgent.Drivers.Contactless;

/// <summary>What kind of frame came from the chip.</summary>
internal enum Pn532FrameKind
{
    /// <summary>The command was received; its answer follows.</summary>
    Ack,
    /// <summary>The last frame was received with an error: to be sent again.</summary>
    Nack,
    /// <summary>The chip does not take the command as it stands.</summary>
    Error,
    /// <summary>The answer to a command.</summary>
    Answer,
}

/// <summary>One frame as the parser found it. The bytes stand until the parser's next call.</summary>
/// <param name="kind">What it is.</param>
/// <param name="code">With Answer: the command's code + 1.</param>
/// <param name="data">With Answer: what follows the code, at most <see cref="Pn532Frame.MaxDataBytes"/>.</param>
internal readonly ref struct Pn532Frame(Pn532FrameKind kind, byte code, ReadOnlySpan<byte> data)
{
    /// <summary>Bytes behind the code in the longest frame: NXP UM0701-02, 6.2.1.2 (265 with direction and code).</summary>
    public const int MaxDataBytes = 263;

    /// <summary>Data of a frame with a length of one byte.</summary>
    public const int MaxShortDataBytes = 253;

    private const byte ToChip = 0xD4;

    public Pn532FrameKind Kind { get; } = kind;

    public byte Code { get; } = code;

    public ReadOnlySpan<byte> Data { get; } = data;

    /// <summary>What wakes the chip on a serial line: two bytes that it notices, and zeros for the time until its oscillator runs. UM0701-02, 7.2.11.</summary>
    public static ReadOnlySpan<byte> WakeUp => [0x55, 0x55, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>From the host: gives up the command that is being carried out.</summary>
    public static ReadOnlySpan<byte> Abort => [0x00, 0x00, 0xFF, 0x00, 0xFF, 0x00];

    /// <summary>From the host: the last answer came damaged, once more please.</summary>
    public static ReadOnlySpan<byte> Again => [0x00, 0x00, 0xFF, 0xFF, 0x00, 0x00];

    /// <summary>Writes a command frame, with a length of one byte where that is enough.</summary>
    /// <returns>Its bytes.</returns>
    public static int Write(Span<byte> frame, byte code, ReadOnlySpan<byte> data)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data.Length, MaxDataBytes);
        var length = data.Length + 2;
        var at = 0;
        frame[at++] = 0x00;
        frame[at++] = 0x00;
        frame[at++] = 0xFF;
        if (length <= 255)
        {
            frame[at++] = (byte)length;
            frame[at++] = (byte)-length;
        }
        else
        {
            frame[at++] = 0xFF;
            frame[at++] = 0xFF;
            frame[at++] = (byte)(length >> 8);
            frame[at++] = (byte)length;
            frame[at++] = (byte)-((length >> 8) + length);
        }
        frame[at++] = ToChip;
        frame[at++] = code;
        data.CopyTo(frame[at..]);
        at += data.Length;
        var sum = ToChip + code;
        foreach (var value in data) sum += value;
        frame[at++] = (byte)-sum;
        frame[at++] = 0x00;
        return at;
    }
}

/// <summary>Bytes in, frames out: no clock, no I/O, no allocation after the constructor. Whatever came before, the next good frame is read.</summary>
/// <remarks>
/// Source: NXP, PN532 User Manual (UM0701-02), 6.2.1 (normal, extended, ACK, NACK and error frame; LCS, DCS).
/// What looked like a frame and fails a check is looked through again behind its start code: a good frame that garbage seemed to swallow is still found.
/// One that is cut short hides what follows until enough has come, or until a reader that sees silence calls <see cref="EndByPause"/>.
/// </remarks>
internal sealed class Pn532FrameParser
{
    private const byte FromChip = 0xD5, ApplicationError = 0x7F;

    /// <summary>Start code, both lengths, their sum, 265 bytes, sum.</summary>
    private const int MaxFrameBytes = 2 + 5 + 2 + Pn532Frame.MaxDataBytes + 1;

    private readonly byte[] _kept = new byte[MaxFrameBytes];
    private int _start, _end;

    private enum Step { More, Misfit, Frame }

    /// <summary>Frames whose sums did not fit, or that were cut short. Garbage without a start code is not counted.</summary>
    public long DamagedFrames { get; private set; }

    /// <summary>A start code has come, and not yet the whole of its frame.</summary>
    public bool IsInsideFrame => _end - _start >= 2;

    /// <summary>Takes bytes from the front of <paramref name="input"/> up to the end of the next frame.</summary>
    /// <returns>False: all input is taken, and there is no whole frame yet.</returns>
    public bool TryRead(ref ReadOnlySpan<byte> input, out Pn532Frame frame)
    {
        while (true)
        {
            if (TryFind(out frame)) return true;
            if (input.IsEmpty) return false;
            if (_start == _end) SkipToStartCode(ref input);
            Keep(ref input);
        }
    }

    /// <summary>A frame that was begun is not continued: what is kept is looked through for one that it hid.</summary>
    /// <returns>False: there is none, and nothing is kept any more.</returns>
    public bool EndByPause(out Pn532Frame frame)
    {
        if (IsInsideFrame) DamagedFrames++;
        while (_start < _end)
        {
            _start++;
            if (TryFind(out frame)) return true;
        }
        frame = default;
        return false;
    }

    /// <summary>Drops what is kept.</summary>
    public void Reset() => _start = _end = 0;

    // Most garbage has no start code: it is passed over without being copied.
    private static void SkipToStartCode(ref ReadOnlySpan<byte> input)
    {
        var at = input.IndexOf([(byte)0x00, (byte)0xFF]);
        if (at < 0) at = input[^1] == 0x00 ? input.Length - 1 : input.Length;
        input = input[at..];
    }

    private void Keep(ref ReadOnlySpan<byte> input)
    {
        if (_start > 0)
        {
            _kept.AsSpan(_start, _end - _start).CopyTo(_kept);
            (_start, _end) = (0, _end - _start);
        }
        // Only as much as the frame that has begun needs: what follows is not copied to and fro.
        var count = Math.Min(Math.Max(Missing(), 1), Math.Min(input.Length, _kept.Length - _end));
        input[..count].CopyTo(_kept.AsSpan(_end));
        _end += count;
        input = input[count..];
    }

    private int Missing()
    {
        var kept = _kept.AsSpan(_start, _end - _start);
        if (kept.Length < 4) return 4 - kept.Length;
        if (kept[2] == 0xFF && kept[3] == 0xFF) return kept.Length < 7 ? 7 - kept.Length : 7 + (kept[4] << 8 | kept[5]) + 1 - kept.Length;
        return 4 + kept[2] + 1 - kept.Length;
    }

    /// <summary>Looks for a frame in what is kept; drops what cannot be the beginning of one.</summary>
    private bool TryFind(out Pn532Frame frame)
    {
        while (true)
        {
            var kept = _kept.AsSpan(_start, _end - _start);
            var at = kept.IndexOf([(byte)0x00, (byte)0xFF]);
            if (at < 0) at = kept.IsEmpty || kept[^1] != 0x00 ? kept.Length : kept.Length - 1;
            _start += at;
            var step = Judge(kept[at..], out var length, out frame);
            if (step == Step.More) return false;
            if (step == Step.Frame)
            {
                _start += length;
                return true;
            }
            _start++;
        }
    }

    private Step Judge(ReadOnlySpan<byte> kept, out int length, out Pn532Frame frame)
    {
        frame = default;
        length = 4;
        if (kept.Length < 4) return Step.More;
        switch (kept[2], kept[3])
        {
            case (0x00, 0xFF):
                frame = new(Pn532FrameKind.Ack, 0, default);
                return Step.Frame;
            case (0xFF, 0x00):
                frame = new(Pn532FrameKind.Nack, 0, default);
                return Step.Frame;
            case (0xFF, 0xFF):
                if (kept.Length < 7) return Step.More;
                if ((byte)(kept[4] + kept[5] + kept[6]) != 0) return Damaged();
                return JudgeBody(kept, 7, kept[4] << 8 | kept[5], out length, out frame);
            default:
                if ((byte)(kept[2] + kept[3]) != 0) return Damaged();
                return JudgeBody(kept, 4, kept[2], out length, out frame);
        }
    }

    private Step JudgeBody(ReadOnlySpan<byte> kept, int start, int bytes, out int length, out Pn532Frame frame)
    {
        frame = default;
        length = start + bytes + 1;
        if (bytes is 0 or > 2 + Pn532Frame.MaxDataBytes) return Step.Misfit;
        if (kept.Length < length) return Step.More;
        var body = kept.Slice(start, bytes);
        byte sum = kept[start + bytes];
        foreach (var value in body) sum += value;
        if (sum != 0) return Damaged();
        if (body is [ApplicationError]) frame = new(Pn532FrameKind.Error, 0, default);
        else if (body is [FromChip, var code, ..]) frame = new(Pn532FrameKind.Answer, code, body[2..]);
        else return Step.Misfit;
        return Step.Frame;
    }

    private Step Damaged()
    {
        DamagedFrames++;
        return Step.Misfit;
    }
}
