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
    private readonly CodeParts _code = new(maxCodeBytes);
    private bool _hasLast;
    private ulong _last;

    /// <summary>A code has begun and not ended.</summary>
    public bool IsInCode => _code.IsOpen;

    /// <summary>Stands until the next call.</summary>
    public ReadOnlySpan<byte> Code => _code.Bytes;

    /// <summary>The guide's bar code type of <see cref="Code"/>.</summary>
    public byte Type { get; private set; }

    public SsiStep Take(SsiPacket packet)
    {
        var mark = Mark(packet.Data, packet.IsContinued);
        var isRepeated = packet.IsRetransmission && _hasLast && mark == _last;
        (_last, _hasLast) = (mark, true);
        if (isRepeated || packet.Data.IsEmpty) return SsiStep.Nothing;
        if (!IsInCode)
        {
            Type = packet.Data[0];
            _code.Begin();
        }
        _code.Append(packet.Data[0] == Type ? packet.Data[1..] : packet.Data);
        if (packet.IsContinued) return SsiStep.Nothing;
        _code.End();
        return _code.IsTooLong ? SsiStep.TooLong : SsiStep.Code;
    }

    /// <inheritdoc cref="CodeParts.TryAbandon"/>
    public bool TryAbandon() => _code.TryAbandon();

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

    // FNV-1a: the bytes themselves may be personal data and are not kept for this.
    private static ulong Mark(ReadOnlySpan<byte> data, bool isContinued)
    {
        var hash = 14695981039346656037UL ^ (isContinued ? 1UL : 0UL);
        foreach (var b in data) hash = (hash ^ b) * 1099511628211UL;
        return hash;
    }
}
