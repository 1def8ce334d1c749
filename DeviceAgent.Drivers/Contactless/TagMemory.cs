using System.Buffers.Binary;

namespace DeviceAgent.Drivers.Contactless;

/// <summary>What a Type 4 tag says of itself. Pure.</summary>
/// <remarks>Source: NFC Forum, Type 4 Tag Operation 2.0, 5.1 (capability container, NDEF file control TLV).</remarks>
public readonly record struct CapabilityContainer
{
    /// <summary>Bytes of the container that matter: version, limits, the first TLV.</summary>
    public const int Bytes = 15;

    private CapabilityContainer(int maxRead, ushort file, int maxFileBytes, bool isReadable)
    {
        MaxReadBytes = maxRead;
        File = file;
        MaxFileBytes = maxFileBytes;
        IsReadable = isReadable;
    }

    /// <summary>MLe: what one READ BINARY may ask for; 15..65,535.</summary>
    public int MaxReadBytes { get; }

    /// <summary>Identifier of the file with the message.</summary>
    public ushort File { get; }

    /// <summary>Its size, the two bytes of the length included; 5..65,534.</summary>
    public int MaxFileBytes { get; }

    /// <summary>It can be read without a key.</summary>
    public bool IsReadable { get; }

    /// <returns>False: no container of a version 1 to 3 with an NDEF file control TLV in front.</returns>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out CapabilityContainer container)
    {
        container = default;
        if (bytes.Length < Bytes || BinaryPrimitives.ReadUInt16BigEndian(bytes) < Bytes || bytes[2] >> 4 is < 1 or > 3) return false;
        var maxRead = BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]);
        var maxFile = BinaryPrimitives.ReadUInt16BigEndian(bytes[11..]);
        if (maxRead < 15 || bytes[7] != 0x04 || bytes[8] != 0x06 || maxFile is < 5 or 0xFFFF) return false;
        container = new(maxRead, BinaryPrimitives.ReadUInt16BigEndian(bytes[9..]), maxFile, bytes[13] == 0x00);
        return true;
    }
}

/// <summary>What the memory of a Type 2 tag holds, as far as it was read.</summary>
public enum TagMemoryKind
{
    /// <summary>More pages are needed to tell.</summary>
    NeedsMore,
    /// <summary>There is a message; <see cref="TagMemory.Start"/> and <see cref="TagMemory.Length"/> tell where.</summary>
    Message,
    /// <summary>The tag is made for messages and holds none.</summary>
    NoMessage,
    /// <summary>No tag of this kind: no capability container.</summary>
    NoTag,
    /// <summary>It wants a key to be read.</summary>
    Locked,
    /// <summary>A length points past the end of the memory.</summary>
    Malformed,
}

/// <summary>Finds the message in the pages of a Type 2 tag. Pure: bytes from page 0 in, the place of the message out.</summary>
/// <remarks>
/// Source: NFC Forum, Type 2 Tag 1.1, 2.3 (TLV blocks) and 6.1 (capability container, page 3). Dynamic lock bytes that lie within the data area are
/// not skipped: on NTAG21x and MIFARE Ultralight they stand behind it.
/// </remarks>
/// <param name="Kind">What was found.</param>
/// <param name="Start">Message: where it begins, counted from page 0. NeedsMore: how many bytes are needed from page 0 on.</param>
/// <param name="Length">Message: its bytes.</param>
public readonly record struct TagMemory(TagMemoryKind Kind, int Start, int Length)
{
    /// <summary>Where the data area begins: page 4.</summary>
    public const int DataStart = 16;

    /// <summary>Bytes that a page number of one byte reaches: sector 0.</summary>
    public const int MaxBytes = 256 * 4;

    private const byte Null = 0x00, Ndef = 0x03, Terminator = 0xFE;

    /// <param name="memory">The bytes from page 0 on that were read so far.</param>
    public static TagMemory Find(ReadOnlySpan<byte> memory)
    {
        if (memory.Length < DataStart) return new(TagMemoryKind.NeedsMore, DataStart, 0);
        if (memory[12] != 0xE1 || memory[13] >> 4 != 1) return new(TagMemoryKind.NoTag, 0, 0);
        if (memory[15] >> 4 != 0) return new(TagMemoryKind.Locked, 0, 0);
        var end = Math.Min(DataStart + memory[14] * 8, MaxBytes);
        for (var at = DataStart; at < end;)
        {
            if (at >= memory.Length) return new(TagMemoryKind.NeedsMore, at + 1, 0);
            var tag = memory[at];
            if (tag == Terminator) break;
            if (tag == Null)
            {
                at++;
                continue;
            }
            // A length of one byte, or FFh and two.
            if (at + 2 > memory.Length) return end < at + 2 ? new(TagMemoryKind.Malformed, 0, 0) : new(TagMemoryKind.NeedsMore, at + 2, 0);
            var isLong = memory[at + 1] == 0xFF;
            var start = at + (isLong ? 4 : 2);
            if (start > end) return new(TagMemoryKind.Malformed, 0, 0);
            if (start > memory.Length) return new(TagMemoryKind.NeedsMore, start, 0);
            var length = isLong ? BinaryPrimitives.ReadUInt16BigEndian(memory[(at + 2)..]) : memory[at + 1];
            if (length > end - start) return new(TagMemoryKind.Malformed, 0, 0);
            if (tag == Ndef) return length == 0 ? new(TagMemoryKind.NoMessage, 0, 0) : new(TagMemoryKind.Message, start, length);
            at = start + length;
        }
        return new(TagMemoryKind.NoMessage, 0, 0);
    }
}
