namespace DeviceAgent.Simulator.Contactless;

/// <summary>What a host sent to a PN532.</summary>
internal enum HostFrameKind { Command, Ack, Nack }

/// <summary>Takes the host's bytes apart: wake-up, frames, acknowledgements.</summary>
/// <remarks>Source: NXP, PN532 User Manual (UM0701-02), 6.2.1. Whatever is no good frame is passed over without a word, as the chip does.</remarks>
internal sealed class HostFrames
{
    private readonly List<byte> _bytes = [];

    /// <summary>Whether the two bytes that wake the chip have come.</summary>
    public bool IsAwake { get; set; }

    public void Add(ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

    public void Clear() => _bytes.Clear();

    /// <returns>Null: nothing whole has come yet.</returns>
    public (HostFrameKind Kind, byte[] Body)? Next()
    {
        while (true)
        {
            if (!IsAwake)
            {
                var wake = IndexOf(0x55, 0x55);
                if (wake < 0) return null;
                _bytes.RemoveRange(0, wake + 2);
                IsAwake = true;
            }
            var start = IndexOf(0x00, 0xFF);
            if (start < 0 || _bytes.Count < start + 4) return null;
            _bytes.RemoveRange(0, start + 2);
            if (_bytes is [0x00, 0xFF, ..] or [0xFF, 0x00, ..])
            {
                var kind = _bytes[0] == 0x00 ? HostFrameKind.Ack : HostFrameKind.Nack;
                _bytes.RemoveRange(0, 2);
                return (kind, []);
            }
            if (Body(out var isWhole) is { } body) return (HostFrameKind.Command, body);
            if (isWhole) continue;
            // Looked at again when more has come.
            _bytes.InsertRange(0, [0x00, 0xFF]);
            return null;
        }
    }

    /// <returns>Without direction byte; null: not whole, or damaged.</returns>
    private byte[]? Body(out bool isWhole)
    {
        var isExtended = _bytes is [0xFF, 0xFF, ..];
        var header = isExtended ? 5 : 2;
        isWhole = false;
        if (_bytes.Count < header) return null;
        var length = isExtended ? _bytes[2] << 8 | _bytes[3] : _bytes[0];
        var sum = isExtended ? _bytes[2] + _bytes[3] + _bytes[4] : _bytes[0] + _bytes[1];
        isWhole = (byte)sum != 0 || length is < 2 or > 265;
        if (isWhole || _bytes.Count < header + length + 1) return null;
        isWhole = true;
        var body = _bytes.GetRange(header, length + 1);
        if ((byte)body.Sum(b => b) != 0 || body[0] != 0xD4) return null;
        _bytes.RemoveRange(0, header + length + 1);
        return [.. body[1..^1]];
    }

    private int IndexOf(byte first, byte second)
    {
        for (var i = 0; i + 1 < _bytes.Count; i++)
        {
            if (_bytes[i] == first && _bytes[i + 1] == second) return i;
        }
        return -1;
    }
}
