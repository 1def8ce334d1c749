namespace DeviceAgent.Simulator.Printing;

internal enum FrameKind
{
    /// <summary>One character: a byte, or two or four bytes of GB18030.</summary>
    Character,
    /// <summary>NUL and CAN outside a command: ignored, and used by senders to fill a command that was cut short.</summary>
    Padding,
    Command,
    /// <summary>Bytes that this printer has no meaning for.</summary>
    Unknown,
}

/// <summary>Cuts a byte stream into characters and commands by the lengths that the commands themselves declare.</summary>
/// <remarks>
/// Source: Epson ESC/POS command reference. Knows no resynchronisation, as a printer knows none: a command that was cut short takes
/// its parameters from whatever comes next. At most <see cref="KeptBytes"/> of one command are kept, the rest is counted.
/// </remarks>
internal sealed class EscPosFramer
{
    public const int KeptBytes = 8_192;
    private const long UntilNul = -2, NotYetKnown = -1;
    private readonly byte[] _kept = new byte[KeptBytes];
    private long _length, _total = NotYetKnown;
    private bool _complete, _unknown;

    /// <summary>FS &amp; was seen last: bytes 81h-FEh begin a character of GB18030.</summary>
    public bool ChineseMode { get; set; }

    /// <summary>No command and no character is half received.</summary>
    public bool AtBoundary => _complete || _length == 0;

    public FrameKind Kind { get; private set; }

    /// <summary>Bytes of the frame, kept or not.</summary>
    public long Length => _length;

    public ReadOnlySpan<byte> Bytes => _kept.AsSpan(0, (int)Math.Min(_length, KeptBytes));

    public void Reset()
    {
        _length = 0;
        _total = NotYetKnown;
        _complete = _unknown = false;
    }

    /// <returns>True when the byte completed a frame; it stays readable until the next byte.</returns>
    public bool Push(byte value)
    {
        if (_complete) Reset();
        if (_length < KeptBytes) _kept[_length] = value;
        _length++;
        if (_total == NotYetKnown) _total = TotalLength(Bytes);
        _complete = _total == UntilNul ? value == 0 && _length > NulSearchedFrom : _total == _length;
        if (!_complete) return false;
        Kind = KindOf(_kept[0]);
        FollowMode();
        return true;
    }

    private int NulSearchedFrom => _kept[0] == 0x1D ? 3 : 2;

    private FrameKind KindOf(byte first) => first switch
    {
        _ when _unknown => FrameKind.Unknown,
        0x00 or 0x18 => FrameKind.Padding,
        >= 0x20 => FrameKind.Character,
        _ => FrameKind.Command,
    };

    private void FollowMode()
    {
        if (_length != 2 || Kind != FrameKind.Command) return;
        if (_kept[0] == 0x1C) ChineseMode = _kept[1] == 0x26 || (_kept[1] != 0x2E && ChineseMode);
        else if (_kept is [0x1B, 0x40, ..]) ChineseMode = false;
    }

    private long Unknown(int length)
    {
        _unknown = true;
        return length;
    }

    private long TotalLength(ReadOnlySpan<byte> seen) => seen[0] switch
    {
        0x00 or 0x18 or 0x09 or 0x0A or 0x0D => 1,
        0x1B => seen.Length < 2 ? NotYetKnown : Escape(seen),
        0x1C => seen.Length < 2 ? NotYetKnown : FileSeparator(seen),
        0x1D => seen.Length < 2 ? NotYetKnown : GroupSeparator(seen),
        < 0x20 or 0x7F => Unknown(1),
        >= 0x80 when ChineseMode => Chinese(seen),
        _ => 1,
    };

    // GB 18030-2022: 81h-FEh, then 40h-7Eh or 80h-FEh; or 30h-39h, 81h-FEh, 30h-39h.
    private long Chinese(ReadOnlySpan<byte> seen)
    {
        if (seen[0] is 0x80 or 0xFF) return Unknown(1);
        return seen.Length < 2 ? NotYetKnown : seen[1] is >= 0x30 and <= 0x39 ? 4 : 2;
    }

    private long Escape(ReadOnlySpan<byte> seen)
    {
        switch ((char)seen[1])
        {
            case '@' or '2' or '<': return 2;
            case ' ' or '!' or '%' or '-' or '3' or '=' or '?' or 'E' or 'G' or 'J' or 'M' or 'R' or 'T' or 'U' or 'V' or 'a' or 'd' or 'r' or 't' or '{': return 3;
            case '$' or '\\': return 4;
            case 'c': return seen.Length < 3 ? NotYetKnown : seen[2] is >= 0x33 and <= 0x35 ? 4 : Unknown(3);
            case 'p': return 5;
            case 'D': return UntilNul;
            case '*':
                if (seen.Length < 5) return NotYetKnown;
                return 5 + (long)(seen[3] + 256 * seen[4]) * (seen[2] is 32 or 33 ? 3 : 1);
            default: return Unknown(2);
        }
    }

    private long FileSeparator(ReadOnlySpan<byte> seen) => (char)seen[1] switch
    {
        '&' or '.' => 2,
        '!' or '-' or 'C' or 'W' => 3,
        'S' => 4,
        '(' => seen.Length < 5 ? NotYetKnown : 5 + seen[3] + 256 * seen[4],
        _ => Unknown(2),
    };

    private long GroupSeparator(ReadOnlySpan<byte> seen)
    {
        var third = seen.Length > 2 ? seen[2] : -1;
        switch ((char)seen[1])
        {
            case '\f': return 2;
            // GS e: 2 and 5-6 alone, 3 with a length, 20h with length and time; 12h and 14h switch the continuous mode.
            case 'e': return third switch { < 0 => NotYetKnown, 2 or 5 or 6 or 0x12 or 0x14 => 3, 3 => 4, 0x20 => 5, _ => Unknown(3) };
            case '!' or 'B' or 'H' or 'I' or 'T' or 'a' or 'b' or 'f' or 'h' or 'j' or 'r' or 'w': return 3;
            case '$' or 'L' or 'P' or 'W' or '\\': return 4;
            case '(': return seen.Length < 5 ? NotYetKnown : 5 + seen[3] + 256 * seen[4];
            case '8':
                if (third < 0 || (third == 'L' && seen.Length < 7)) return NotYetKnown;
                return third == 'L' ? 7 + (long)(seen[3] | (uint)seen[4] << 8 | (uint)seen[5] << 16 | (uint)seen[6] << 24) : Unknown(3);
            case 'V':
                return third switch { < 0 => NotYetKnown, 0 or 1 or 48 or 49 => 3, 65 or 66 => 4, _ => Unknown(3) };
            case 'g':
                return third switch { < 0 => NotYetKnown, '0' or '2' => 6, _ => Unknown(3) };
            case 'k':
                if (third is >= 65 and <= 73) return seen.Length < 4 ? NotYetKnown : 4 + seen[3];
                return third switch { < 0 => NotYetKnown, <= 6 => UntilNul, _ => Unknown(3) };
            case 'v':
                if (third < 0 || (third == '0' && seen.Length < 8)) return NotYetKnown;
                return third == '0' ? 8 + (long)(seen[4] + 256 * seen[5]) * (seen[6] + 256 * seen[7]) : Unknown(3);
            default: return Unknown(2);
        }
    }
}
