namespace DeviceAgent.Tests.Printing;

/// <summary>Cuts a byte stream into ESC/POS commands and characters. Written from the command reference; shares nothing with the driver.</summary>
internal static class EscPosTokens
{
    /// <summary>All tokens; the last one may be cut short.</summary>
    public static List<byte[]> Split(ReadOnlySpan<byte> bytes)
    {
        var tokens = new List<byte[]>();
        while (bytes.Length > 0)
        {
            var length = Math.Min(bytes.Length, LengthOfFirst(bytes) is > 0 and var known ? known : bytes.Length);
            tokens.Add(bytes[..length].ToArray());
            bytes = bytes[length..];
        }
        return tokens;
    }

    /// <returns>Bytes of the first token; 0 when more bytes are needed to tell. May exceed what there is.</returns>
    public static int LengthOfFirst(ReadOnlySpan<byte> bytes)
    {
        var first = bytes[0];
        if (first is 0x10 or 0x1B or 0x1C or 0x1D && bytes.Length < 2) return 0;
        switch (first)
        {
            case 0x10:
                return 3;
            case 0x1B:
                return bytes[1] switch
                {
                    0x40 or 0x32 => 2,
                    0x24 or 0x5C => 4,
                    0x45 or 0x61 or 0x64 or 0x2D or 0x7B or 0x4D or 0x74 or 0x52 or 0x20 or 0x33 => 3,
                    0 => 2,
                    _ => throw new FormatException($"ESC {bytes[1]:X2}"),
                };
            case 0x1C:
                return bytes[1] switch
                {
                    0x26 or 0x2E or 0 => 2,
                    0x2D or 0x43 => 3,
                    0x53 => 4,
                    0x28 => bytes.Length < 5 ? 0 : 5 + bytes[3] + 256 * bytes[4],
                    _ => throw new FormatException($"FS {bytes[1]:X2}"),
                };
            case 0x1D:
                return Group(bytes);
            case < 0x80:
                return 1;
            default:
                if (bytes.Length < 2) return 0;
                return bytes[1] is >= 0x30 and <= 0x39 ? 4 : 2;
        }
    }

    private static int Group(ReadOnlySpan<byte> bytes) => bytes[1] switch
    {
        0 => 2,
        0x0C => 2,
        0x65 => bytes.Length < 3 ? 0 : bytes[2] == 3 ? 4 : 3,
        0x21 or 0x42 or 0x61 or 0x72 or 0x49 => 3,
        0x4C or 0x57 => 4,
        0x56 => bytes.Length < 3 ? 0 : bytes[2] is 65 or 66 ? 4 : 3,
        0x67 => 6,
        0x76 => bytes.Length < 8 ? 0 : 8 + (bytes[4] + 256 * bytes[5]) * (bytes[6] + 256 * bytes[7]),
        0x28 => bytes.Length < 5 ? 0 : 5 + bytes[3] + 256 * bytes[4],
        0x38 => bytes.Length < 7 ? 0 : 7 + bytes[3] + 256 * bytes[4] + 65536 * bytes[5],
        _ => throw new FormatException($"GS {bytes[1]:X2}"),
    };
}
