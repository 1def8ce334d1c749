namespace DeviceAgent.Drivers.Scanning;

/// <summary>One packet whose checksum is right. The bytes stand until the parser's next call.</summary>
/// <param name="bytes">Length, opcode, source, status, data, checksum.</param>
internal readonly ref struct SsiPacket(ReadOnlySpan<byte> bytes)
{
    public const byte CommandAck = 0xD0, CommandNak = 0xD1, DecodeData = 0xF3, Host = 0x04;

    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public byte Opcode => Bytes[1];

    public byte Source => Bytes[2];

    /// <summary>Status bit 0: sent before, and not acknowledged.</summary>
    public bool IsRetransmission => (Bytes[3] & 0x01) != 0;

    /// <summary>Status bit 1: another packet of the same message follows.</summary>
    public bool IsContinued => (Bytes[3] & 0x02) != 0;

    public ReadOnlySpan<byte> Data => Bytes[4..^2];
}

/// <summary>Bytes in, packets of Zebra's Simple Serial Interface out: no clock, no I/O, no allocation after the constructor.</summary>
/// <remarks>
/// Source: Zebra Simple Serial Interface Programmer's Guide, "SSI packet format": a length of 4 to 255 that counts all but the checksum, opcode, source
/// (0 decoder, 4 host), status, data; the two's complement of the sum of these bytes, high byte first.
/// After a wrong checksum every later byte may begin the next packet. A length that was garbage waits for bytes that never come, and may have
/// swallowed good packets: call <see cref="GiveUp"/> after silence.
/// </remarks>
internal sealed class SsiPacketParser
{
    private const int MinLength = 4, MaxLength = 255, ChecksumBytes = 2;

    private readonly byte[] _buffer = new byte[MaxLength + ChecksumBytes];
    private int _length, _returned;

    /// <summary>A packet has begun and not ended.</summary>
    public bool IsInPacket => _length > _returned;

    /// <summary>Packets with a wrong checksum, since the beginning.</summary>
    public long BadChecksums { get; private set; }

    /// <summary>Takes bytes from the front of <paramref name="input"/> up to the end of the next good packet.</summary>
    /// <returns>False: all input is taken, and there is no good packet yet.</returns>
    public bool TryRead(ref ReadOnlySpan<byte> input, out SsiPacket packet)
    {
        Drop(_returned);
        _returned = 0;
        while (true)
        {
            var need = Need();
            if (_length >= need)
            {
                if (ChecksumIsRight(_buffer.AsSpan(0, need)))
                {
                    _returned = need;
                    packet = new(_buffer.AsSpan(0, need));
                    return true;
                }
                BadChecksums++;
                Drop(1);
                continue;
            }
            if (input.IsEmpty)
            {
                packet = default;
                return false;
            }
            // Never more than the packet at hand needs: a byte that is dropped later may be followed by the beginning of a good one.
            var count = Math.Min(need - _length, input.Length);
            input[..count].CopyTo(_buffer.AsSpan(_length));
            _length += count;
            input = input[count..];
        }
    }

    /// <summary>Nothing came for a while: what there is begins no packet. Call <see cref="TryRead"/> then, without input, and this again while <see cref="IsInPacket"/>.</summary>
    public void GiveUp()
    {
        Drop(_returned);
        _returned = 0;
        if (_length > 0) Drop(1);
    }

    /// <summary>Two bytes, high byte first, that make the sum of all 0 modulo 65536 where each byte counts once.</summary>
    public static ushort Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = 0;
        foreach (var b in bytes) sum += b;
        return unchecked((ushort)-sum);
    }

    /// <summary>Drops what can begin no packet; how many bytes the packet at the front has, or how many tell that.</summary>
    private int Need()
    {
        while (_length > 0)
        {
            if (_buffer[0] < MinLength || (_length > 2 && _buffer[2] > SsiPacket.Host)) Drop(1);
            else return _length > 2 ? _buffer[0] + ChecksumBytes : 3;
        }
        return 1;
    }

    private static bool ChecksumIsRight(ReadOnlySpan<byte> packet) =>
        Checksum(packet[..^ChecksumBytes]) == (ushort)((packet[^2] << 8) | packet[^1]);

    private void Drop(int count)
    {
        _buffer.AsSpan(count, _length - count).CopyTo(_buffer);
        _length -= count;
    }
}
