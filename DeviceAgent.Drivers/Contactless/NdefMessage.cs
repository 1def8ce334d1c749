using System.Buffers.Binary;

namespace DeviceAgent.Drivers.Contactless;

/// <summary>What the type of a record is a name in. NFC Forum, NDEF 1.0, 3.2.6.</summary>
public enum NdefTypeName
{
    /// <summary>No type, no payload.</summary>
    Empty = 0,
    /// <summary>One of the NFC Forum's own: "T" text, "U" URI, "Sp" smart poster.</summary>
    WellKnown = 1,
    /// <summary>A MIME type.</summary>
    Media = 2,
    /// <summary>The type is the URI itself.</summary>
    AbsoluteUri = 3,
    /// <summary>A domain's own type.</summary>
    External = 4,
    /// <summary>Bytes of which nothing is known.</summary>
    Unknown = 5,
}

/// <summary>One record of a message; a view into its bytes.</summary>
/// <param name="typeName">What the type is a name in.</param>
/// <param name="type">At most 255 bytes.</param>
/// <param name="payload">Not interpreted.</param>
public readonly ref struct NdefRecord(NdefTypeName typeName, ReadOnlySpan<byte> type, ReadOnlySpan<byte> payload)
{
    /// <summary>What <see cref="Type"/> is a name in.</summary>
    public NdefTypeName TypeName { get; } = typeName;

    /// <summary>The type.</summary>
    public ReadOnlySpan<byte> Type { get; } = type;

    /// <summary>The payload.</summary>
    public ReadOnlySpan<byte> Payload { get; } = payload;
}

/// <summary>Reads a message record by record: bytes in, views out, no allocation.</summary>
/// <remarks>
/// Source: NFC Forum, NFC Data Exchange Format (NDEF) 1.0, 3.2. A message begins with MB, ends with ME and fills its bytes to the last one;
/// records in chunks (CF), which no tag of this field uses, are refused. Bounded: <see cref="MaxRecords"/>.
/// </remarks>
public ref struct NdefMessage(ReadOnlySpan<byte> bytes)
{
    /// <summary>Records of one message; a tag for an order has one or two.</summary>
    public const int MaxRecords = 32;

    private const byte MessageBegin = 0x80, MessageEnd = 0x40, Chunk = 0x20, ShortRecord = 0x10, IdLengthPresent = 0x08;

    private ReadOnlySpan<byte> _rest = bytes;
    private int _records;

    /// <summary>The last record was read, and nothing stood behind it.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>A length, a flag or a type that the format does not allow: nothing of the message is to be used.</summary>
    public bool IsMalformed { get; private set; }

    /// <returns>False: there is no further record; <see cref="IsComplete"/> or <see cref="IsMalformed"/> tells why.</returns>
    public bool TryRead(out NdefRecord record)
    {
        record = default;
        if (IsComplete || IsMalformed) return false;
        if (TryReadOne(out record, out var isLast)) _records++;
        else IsMalformed = true;
        if (isLast && !_rest.IsEmpty) IsMalformed = true;
        if (_records == MaxRecords && !isLast) IsMalformed = true;
        IsComplete = isLast && !IsMalformed;
        return !IsMalformed;
    }

    private bool TryReadOne(out NdefRecord record, out bool isLast)
    {
        record = default;
        isLast = false;
        if (_rest.Length < 3) return false;
        var flags = _rest[0];
        var typeName = (NdefTypeName)(flags & 0x07);
        if ((flags & Chunk) != 0 || typeName > NdefTypeName.Unknown || ((flags & MessageBegin) != 0) != (_records == 0)) return false;
        int typeLength = _rest[1];
        var isShort = (flags & ShortRecord) != 0;
        var hasId = (flags & IdLengthPresent) != 0;
        var at = 2 + (isShort ? 1 : 4) + (hasId ? 1 : 0);
        if (_rest.Length < at) return false;
        var payloadLength = isShort ? _rest[2] : BinaryPrimitives.ReadUInt32BigEndian(_rest[2..]);
        var idLength = hasId ? _rest[at - 1] : 0;
        // In 64 bits: a payload of 4 GB - 1 must not wrap.
        if ((long)typeLength + idLength + payloadLength > _rest.Length - at) return false;
        if (typeName == NdefTypeName.Empty && (typeLength != 0 || idLength != 0 || payloadLength != 0)) return false;
        if (typeName == NdefTypeName.Unknown && typeLength != 0) return false;
        var type = _rest.Slice(at, typeLength);
        var payload = _rest.Slice(at + typeLength + idLength, (int)payloadLength);
        _rest = _rest[(at + typeLength + idLength + (int)payloadLength)..];
        record = new(typeName, type, payload);
        isLast = (flags & MessageEnd) != 0;
        return true;
    }
}
