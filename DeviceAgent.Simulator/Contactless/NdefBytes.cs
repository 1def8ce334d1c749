using System.Text;

namespace DeviceAgent.Simulator.Contactless;

/// <summary>Writes NDEF messages as a tag's programmer does.</summary>
/// <remarks>Source: NFC Forum, NDEF 1.0, 3.2; RTD Text 1.0, 3.2; RTD URI 1.0, 3.2.</remarks>
public static class NdefBytes
{
    /// <summary>A message of one text record in UTF-8, or UTF-16 with its high byte first.</summary>
    public static byte[] Text(string text, string language = "zh", bool utf16 = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(language);
        byte[] payload = [(byte)((utf16 ? 0x80 : 0) | language.Length), .. Encoding.ASCII.GetBytes(language), .. (utf16 ? Encoding.BigEndianUnicode : Encoding.UTF8).GetBytes(text)];
        return Message(Record(1, "T"u8, payload));
    }

    /// <summary>A message of one URI record.</summary>
    /// <param name="prefix">The number of the prefix in the table; 4 is "https://".</param>
    /// <param name="rest">What follows it.</param>
    public static byte[] Uri(byte prefix, string rest) => Message(Record(1, "U"u8, [prefix, .. Encoding.UTF8.GetBytes(rest)]));

    /// <summary>A record by itself; begin and end marks come with <see cref="Message"/>.</summary>
    public static byte[] Record(int typeName, ReadOnlySpan<byte> type, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> id = default)
    {
        var isShort = payload.Length < 256;
        var header = (byte)(typeName | (isShort ? 0x10 : 0) | (id.IsEmpty ? 0 : 0x08));
        var record = new List<byte> { header, (byte)type.Length };
        if (!isShort) record.AddRange([0, 0, (byte)(payload.Length >> 8)]);
        record.Add((byte)payload.Length);
        if (!id.IsEmpty) record.Add((byte)id.Length);
        record.AddRange(type);
        record.AddRange(id);
        record.AddRange(payload);
        return [.. record];
    }

    /// <summary>Records in a row, the first and the last marked.</summary>
    public static byte[] Message(params IReadOnlyList<byte[]> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        var message = records.Select(r => r.ToArray()).ToArray();
        message[0][0] |= 0x80;
        message[^1][0] |= 0x40;
        return [.. message.SelectMany(r => r)];
    }
}
