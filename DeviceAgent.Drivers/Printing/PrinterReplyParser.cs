using System.Buffers.Binary;

namespace DeviceAgent.Drivers.Printing;

/// <summary>What kind of reply a printer sent.</summary>
public enum PrinterReplyKind
{
    /// <summary>One byte 0xx1xx10b, the answer to DLE EOT n. It does not tell n.</summary>
    RealTimeStatus,
    /// <summary>Four bytes that nobody asked for: automatic status back.</summary>
    AutomaticStatus,
    /// <summary>Six bytes 10h 0Fh p u r e, the answer of a kiosk printer to DLE EOT 20.</summary>
    FullStatus,
    /// <summary>One byte 0xx0xxxxb: GS r, GS I 1-3; of a kiosk printer also xxx0xxxxb: GS e 6.</summary>
    PlainStatus,
    /// <summary>5Fh, text, NUL: GS I 65-69, GS g 2. See <see cref="PrinterReplyParser.Text"/>.</summary>
    Text,
    /// <summary>37h 22h, four characters, NUL: everything before this process id is printed.</summary>
    ProcessIdEcho,
    Xon,
    Xoff,
}

/// <param name="Kind">What it is.</param>
/// <param name="Status">The status byte; of an automatic status its four bytes, of a full one p u r e, the first one highest; else 0.</param>
/// <param name="ProcessId">The echoed id; meaningless for other kinds.</param>
public readonly record struct PrinterReply(PrinterReplyKind Kind, uint Status, ProcessId ProcessId);

/// <summary>Tells a printer's reply bytes apart, one byte at a time, without allocation, and finds its way back after garbage.</summary>
/// <remarks>
/// Source: Epson ESC/POS reference, "Transmission status identification" and GS ( H fn 48, GS I, GS a; Custom and Pyramid, DLE EOT 20 and GS e 6.
/// XON and XOFF are told wherever they stand. Whatever does not fit is dropped and counted; the byte that broke a reply is looked
/// at again, so garbage costs the reply that it hit and at most the one behind it, which a text cut short takes for its own.
/// Pure: no clock and no I/O; a reader that sees silence inside a reply calls <see cref="Reset"/>.
/// </remarks>
/// <param name="kioskForms">The replies that kiosk printers have besides. 10h 0Fh would otherwise begin an automatic status.</param>
public sealed class PrinterReplyParser(bool kioskForms = false)
{
    /// <summary>Bytes between 5Fh and NUL; Epson's longest (GS I 69) stay far below.</summary>
    public const int MaxTextBytes = 80;

    private const byte TextHeader = 0x5F, EchoHeader = 0x37, EchoIdentifier = 0x22;
    private const int EchoBytes = 7, AutomaticBytes = 4, FullBytes = 6;
    private const byte FullHeader = 0x10, FullIdentifier = 0x0F;

    private readonly byte[] _text = new byte[MaxTextBytes];
    private State _state;
    private int _count;
    private uint _packed;

    private enum State { Idle, Automatic, Full, Text, Echo }

    private enum Step { More, Complete, Misfit }

    /// <summary>The text of the last reply of kind <see cref="PrinterReplyKind.Text"/>, without header and NUL. Valid until the next byte.</summary>
    public ReadOnlySpan<byte> Text => _text.AsSpan(0, _count);

    /// <summary>Bytes that belonged to no reply.</summary>
    public long JunkBytes { get; private set; }

    /// <summary>A reply has begun and is not complete.</summary>
    public bool IsInsideReply => _state != State.Idle;

    /// <summary>Takes one byte.</summary>
    /// <returns>True when it completed a reply.</returns>
    public bool Push(byte value, out PrinterReply reply)
    {
        if (value is 0x11 or 0x13)
        {
            reply = new(value == 0x11 ? PrinterReplyKind.Xon : PrinterReplyKind.Xoff, 0, default);
            return true;
        }
        var step = Continue(value, out reply);
        if (step != Step.Misfit) return step == Step.Complete;
        Reset();
        return Begin(value, out reply);
    }

    /// <summary>Drops a reply that was cut short.</summary>
    public void Reset()
    {
        // The header of a text is not in its count.
        if (_state != State.Idle) JunkBytes += _state == State.Text ? _count + 1 : _count;
        _state = State.Idle;
        _count = 0;
    }

    private Step Continue(byte value, out PrinterReply reply)
    {
        reply = default;
        return _state switch
        {
            State.Automatic => ContinueAutomatic(value, out reply),
            State.Full => ContinueFull(value, out reply),
            State.Text => ContinueText(value, out reply),
            State.Echo => ContinueEcho(value, out reply),
            _ => Step.Misfit,
        };
    }

    private bool Begin(byte value, out PrinterReply reply)
    {
        reply = default;
        if ((value & 0x93) == 0x12) reply = new(PrinterReplyKind.RealTimeStatus, value, default);
        else if (IsPlain(value)) reply = new(PrinterReplyKind.PlainStatus, value, default);
        else if ((value & 0x93) == 0x10) Enter(State.Automatic, 1, value);
        else if (value == TextHeader) Enter(State.Text, 0, 0);
        else if (value == EchoHeader) Enter(State.Echo, 1, 0);
        else JunkBytes++;
        return (value & 0x93) == 0x12 || IsPlain(value);
    }

    private bool IsPlain(byte value) => (value & (kioskForms ? 0x10 : 0x90)) == 0;

    private void Enter(State state, int count, uint packed) => (_state, _count, _packed) = (state, count, packed);

    private Step ContinueAutomatic(byte value, out PrinterReply reply)
    {
        reply = default;
        if ((value & 0x90) != 0) return Step.Misfit;
        if (kioskForms && _count == 1 && _packed == FullHeader && value == FullIdentifier)
        {
            Enter(State.Full, 2, 0);
            return Step.More;
        }
        _packed = _packed << 8 | value;
        if (++_count < AutomaticBytes) return Step.More;
        _state = State.Idle;
        reply = new(PrinterReplyKind.AutomaticStatus, _packed, default);
        return Step.Complete;
    }

    private Step ContinueFull(byte value, out PrinterReply reply)
    {
        reply = default;
        if ((value & 0x90) != 0) return Step.Misfit;
        _packed = _packed << 8 | value;
        if (++_count < FullBytes) return Step.More;
        _state = State.Idle;
        reply = new(PrinterReplyKind.FullStatus, _packed, default);
        return Step.Complete;
    }

    private Step ContinueText(byte value, out PrinterReply reply)
    {
        reply = default;
        if (value == 0)
        {
            _state = State.Idle;
            reply = new(PrinterReplyKind.Text, 0, default);
            return Step.Complete;
        }
        if (value < 0x20 || _count == MaxTextBytes) return Step.Misfit;
        _text[_count++] = value;
        return Step.More;
    }

    private Step ContinueEcho(byte value, out PrinterReply reply)
    {
        reply = default;
        var fits = _count switch
        {
            1 => value == EchoIdentifier,
            EchoBytes - 1 => value == 0,
            _ => value is >= 0x20 and <= 0x7E,
        };
        if (!fits) return Step.Misfit;
        if (_count is > 1 and < EchoBytes - 1) _packed = _packed << 8 | value;
        if (++_count < EchoBytes) return Step.More;
        _state = State.Idle;
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(four, _packed);
        reply = new(PrinterReplyKind.ProcessIdEcho, 0, ProcessId.FromBytes(four));
        return Step.Complete;
    }
}
