using System.Text;
using System.Text.Unicode;

namespace DeviceAgent.Drivers.Contactless;

/// <summary>What a message says that could be an order code: its first text or URI. Pure.</summary>
/// <remarks>
/// Source: NFC Forum RTD Text 1.0, 3.2; RTD URI 1.0, 3.2; RTD Smart Poster 1.0, 3.3 (a message within a record; one level deep here).
/// Text with control characters or bytes that are no text is none: a code is typed, scanned and logged as one line.
/// </remarks>
public static class NdefText
{
    // RTD URI 1.0, table 3. A reserved number stands for no prefix.
    private static readonly string[] UriPrefixes =
    [
        "", "http://www.", "https://www.", "http://", "https://", "tel:", "mailto:", "ftp://anonymous:anonymous@", "ftp://ftp.", "ftps://", "sftp://", "smb://",
        "nfs://", "ftp://", "dav://", "news:", "telnet://", "imap:", "rtsp://", "urn:", "pop:", "sip:", "sips:", "tftp:", "btspp://", "btl2cap://", "btgoep://",
        "tcpobex://", "irdaobex://", "file://", "urn:epc:id:", "urn:epc:tag:", "urn:epc:pat:", "urn:epc:raw:", "urn:epc:", "urn:nfc:",
    ];

    /// <summary>Reads the whole message, then gives its first text or URI.</summary>
    /// <param name="message">The bytes of the message.</param>
    /// <param name="text">Null when it is well-formed and has neither.</param>
    /// <returns>False: the message is malformed, or what should be text in it is none.</returns>
    public static bool TryRead(ReadOnlySpan<byte> message, out string? text) => TryRead(message, isWithinPoster: false, out text);

    private static bool TryRead(ReadOnlySpan<byte> bytes, bool isWithinPoster, out string? text)
    {
        text = null;
        var message = new NdefMessage(bytes);
        while (message.TryRead(out var record))
        {
            if (text is not null) continue;
            if (!TryReadRecord(record, isWithinPoster, out text)) return false;
            if (text is "") text = null;
        }
        if (message.IsMalformed) text = null;
        return !message.IsMalformed;
    }

    private static bool TryReadRecord(NdefRecord record, bool isWithinPoster, out string? text)
    {
        text = null;
        switch (record.TypeName)
        {
            case NdefTypeName.WellKnown when record.Type.SequenceEqual("T"u8):
                // The title of a poster is for people; its URI is what it stands for.
                return isWithinPoster || TryReadText(record.Payload, out text);
            case NdefTypeName.WellKnown when record.Type.SequenceEqual("U"u8):
                return TryReadUri(record.Payload, out text);
            case NdefTypeName.WellKnown when record.Type.SequenceEqual("Sp"u8) && !isWithinPoster:
                return TryRead(record.Payload, isWithinPoster: true, out text);
            case NdefTypeName.AbsoluteUri:
                return TryDecode(record.Type, out text);
            default:
                return true;
        }
    }

    private static bool TryReadText(ReadOnlySpan<byte> payload, out string? text)
    {
        text = null;
        if (payload.IsEmpty) return false;
        var isUtf16 = (payload[0] & 0x80) != 0;
        var languageLength = payload[0] & 0x3F;
        if (1 + languageLength > payload.Length) return false;
        var bytes = payload[(1 + languageLength)..];
        return isUtf16 ? TryDecodeUtf16(bytes, out text) : TryDecode(bytes, out text);
    }

    private static bool TryReadUri(ReadOnlySpan<byte> payload, out string? text)
    {
        text = null;
        if (payload.IsEmpty || !TryDecode(payload[1..], out var rest)) return false;
        text = payload[0] < UriPrefixes.Length ? UriPrefixes[payload[0]] + rest : rest;
        return true;
    }

    private static bool TryDecode(ReadOnlySpan<byte> utf8, out string? text)
    {
        text = Utf8.IsValid(utf8) ? Encoding.UTF8.GetString(utf8) : null;
        return IsOneLine(ref text);
    }

    // RTD Text: big-endian unless a byte order mark says otherwise.
    private static bool TryDecodeUtf16(ReadOnlySpan<byte> bytes, out string? text)
    {
        text = null;
        if (bytes.Length % 2 != 0) return false;
        var encoding = bytes is [0xFF, 0xFE, ..] ? Encoding.Unicode : Encoding.BigEndianUnicode;
        if (bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]) bytes = bytes[2..];
        text = encoding.GetString(bytes);
        // Half a surrogate pair becomes this; no code has it.
        if (text.Contains('\uFFFD')) text = null;
        return IsOneLine(ref text);
    }

    private static bool IsOneLine(ref string? text)
    {
        if (text.AsSpan().ContainsAnyInRange('\u0000', '\u001F') || text.AsSpan().ContainsAnyInRange('\u007F', '\u009F')) text = null;
        return text is not null;
    }
}
