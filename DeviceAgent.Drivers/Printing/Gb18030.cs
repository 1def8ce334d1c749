using System.Text;

namespace DeviceAgent.Drivers.Printing;

/// <summary>GB18030 one character at a time and without allocation; the framework's encoding allocates at each call.</summary>
/// <remarks>Source: GB18030-2022. The two-byte and BMP four-byte areas come from the framework's table, a page of 256 characters at its first use.</remarks>
internal static class Gb18030
{
    /// <summary>Bytes of the longest character.</summary>
    public const int MaxBytes = 4;

    private static readonly Encoding Framework = CodePagesEncodingProvider.Instance.GetEncoding(54936)!;

    // The encoded bytes, the last one lowest; two threads that fill the same page at once fill it alike.
    private static readonly uint[]?[] Pages = new uint[]?[256];

    /// <summary>Encodes one character; says how many bytes it took.</summary>
    public static int Encode(Rune rune, Span<byte> destination)
    {
        if (rune.IsAscii)
        {
            destination[0] = (byte)rune.Value;
            return 1;
        }
        if (!rune.IsBmp) return EncodeSupplementary(rune.Value - 0x10000, destination);
        var packed = (Pages[rune.Value >> 8] ??= Page(rune.Value >> 8))[rune.Value & 0xFF];
        var length = packed <= 0xFFFF ? 2 : 4;
        for (var i = length - 1; i >= 0; i--, packed >>= 8) destination[i] = (byte)packed;
        return length;
    }

    // The supplementary planes stand in order from 90308130h: digits of base 126, 10, 126, 10.
    private static int EncodeSupplementary(int index, Span<byte> destination)
    {
        destination[3] = (byte)(0x30 + index % 10);
        destination[2] = (byte)(0x81 + index / 10 % 126);
        destination[1] = (byte)(0x30 + index / 1260 % 10);
        destination[0] = (byte)(0x90 + index / 12600);
        return 4;
    }

    private static uint[] Page(int number)
    {
        var page = new uint[256];
        Span<byte> bytes = stackalloc byte[MaxBytes];
        for (var i = 0; i < page.Length; i++)
        {
            var length = Framework.GetBytes([(char)(number << 8 | i)], bytes);
            foreach (var b in bytes[..length]) page[i] = page[i] << 8 | b;
        }
        return page;
    }
}
