namespace DeviceAgent.Drivers.Scanning;

/// <summary>What one packet of decoded data came to.</summary>
internal enum SsiStep
{
    /// <summary>Sent again, or a part of a code that goes on.</summary>
    Nothing,
    /// <summary>A code is complete.</summary>
    Code,
    /// <summary>A code is complete that was too long to be kept.</summary>
    TooLong,
}

/// <summary>DECODE_DATA packets in, whole codes out: no clock, no I/O, no allocation after the constructor.</summary>
/// <remarks>
/// Source: Zebra Simple Serial Interface Programmer's Guide, DECODE_DATA: one byte of bar code type, then the data; each packet of a long code has the type.
/// A packet that was sent again (status bit 0) is the last one once more when it holds the same bytes; when it does not, the first one never arrived.
/// </remarks>
internal sealed class SsiCodeAssembler(int maxCodeBytes)
{
    private readonly byte[] _code = new byte[maxCodeBytes];
    private int _length;
    private bool _isTooLong, _isSkipping, _hasLast;
    private ulong _last;

    /// <summary>A code has begun and not ended.</summary>
    public bool IsInCode { get; private set; }

    /// <summary>Stands until the next call.</summary>
    public ReadOnlySpan<byte> Code => _code.AsSpan(0, _length);

    /// <summary>The guide's bar code type of <see cref="Code"/>.</summary>
    public byte Type { get; private set; }

    public SsiStep Take(SsiPacket packet)
    {
        var mark = Mark(packet.Data, packet.IsContinued);
        var isRepeated = packet.IsRetransmission && _hasLast && mark == _last;
        (_last, _hasLast) = (mark, true);
        if (isRepeated || packet.Data.IsEmpty) return SsiStep.Nothing;
        if (!IsInCode) Begin(packet.Data[0]);
        Append(packet.Data[0] == Type ? packet.Data[1..] : packet.Data);
        if (packet.IsContinued) return SsiStep.Nothing;
        IsInCode = false;
        if (_isSkipping) return SsiStep.Nothing;
        return _isTooLong ? SsiStep.TooLong : SsiStep.Code;
    }

    /// <summary>Drops the code in hand, the packets of it included that are still to come.</summary>
    public void Skip() => _isSkipping = IsInCode;

    /// <summary>Drops the code in hand: the rest of it never came.</summary>
    /// <returns>False: there was none, or it was being skipped.</returns>
    public bool TryAbandon()
    {
        var was = IsInCode && !_isSkipping;
        (IsInCode, _isSkipping) = (false, false);
        return was;
    }

    /// <summary>ISO/IEC 15424 for the guide's bar code type; null where several are possible, or none is known.</summary>
    public static string? AimOf(byte type) => type switch
    {
        0x01 => "]A0",
        0x03 => "]C0",
        0x06 => "]I0",
        0x08 or 0x0B => "]E0",
        0x0A => "]E4",
        0x0F => "]C1",
        0x11 => "]L0",
        0x1B => "]d1",
        0x1C => "]Q1",
        0x2D => "]z0",
        0xB7 => "]h0",
        _ => null,
    };

    private void Begin(byte type)
    {
        (Type, IsInCode) = (type, true);
        _length = 0;
        _isTooLong = _isSkipping = false;
    }

    private void Append(ReadOnlySpan<byte> data)
    {
        if (_isTooLong || data.Length > _code.Length - _length)
        {
            _isTooLong = true;
            _length = 0;
            return;
        }
        data.CopyTo(_code.AsSpan(_length));
        _length += data.Length;
    }

    // FNV-1a: the bytes themselves may be personal data and are not kept for this.
    private static ulong Mark(ReadOnlySpan<byte> data, bool isContinued)
    {
        var hash = 14695981039346656037UL ^ (isContinued ? 1UL : 0UL);
        foreach (var b in data) hash = (hash ^ b) * 1099511628211UL;
        return hash;
    }
}
