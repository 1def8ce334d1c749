namespace DeviceAgent.Drivers.Printing;

/// <summary>Netpbm's bitmap. Source: netpbm.sourceforge.net/doc/pbm.html. The first picture of the file; 1 is black.</summary>
internal static class PbmDecoder
{
    public static GreyImage Decode(ReadOnlySpan<byte> file)
    {
        var binary = file[1] == '4';
        var rest = file[2..];
        var (width, height) = (Number(ref rest), Number(ref rest));
        GreyImage.CheckSize("PBM", width, height);
        var pixels = new byte[width * height];
        if (binary) DecodeBinary(rest, width, pixels);
        else DecodeText(rest, pixels);
        return new(width, height, pixels);
    }

    private static void DecodeBinary(ReadOnlySpan<byte> rest, int width, byte[] pixels)
    {
        // One white space, whatever it is, ends the header.
        if (rest.IsEmpty || !IsWhite(rest[0])) throw Broken("the header does not end");
        rest = rest[1..];
        var rowBytes = (width + 7) / 8;
        if (rest.Length < (long)rowBytes * (pixels.Length / width)) throw Broken("it ends before its last row");
        for (var i = 0; i < pixels.Length; i++)
        {
            var (y, x) = Math.DivRem(i, width);
            pixels[i] = (rest[y * rowBytes + x / 8] & 0x80 >> x % 8) != 0 ? (byte)0 : (byte)255;
        }
    }

    private static void DecodeText(ReadOnlySpan<byte> rest, byte[] pixels)
    {
        for (var i = 0; i < pixels.Length; i++)
        {
            SkipWhite(ref rest);
            if (rest.IsEmpty) throw Broken("it ends before its last row");
            pixels[i] = rest[0] switch { (byte)'0' => 255, (byte)'1' => 0, _ => throw Broken("a pixel is neither 0 nor 1") };
            rest = rest[1..];
        }
    }

    private static int Number(ref ReadOnlySpan<byte> rest)
    {
        SkipWhite(ref rest);
        var (value, digits) = (0, 0);
        while (digits < rest.Length && rest[digits] is >= (byte)'0' and <= (byte)'9' and var digit)
        {
            if (++digits > 6) throw Broken("a number in the header is too long");
            value = value * 10 + digit - '0';
        }
        if (digits == 0) throw Broken("width or height is missing");
        rest = rest[digits..];
        return value;
    }

    private static void SkipWhite(ref ReadOnlySpan<byte> rest)
    {
        while (!rest.IsEmpty && (IsWhite(rest[0]) || rest[0] == '#'))
        {
            var end = rest[0] == '#' ? rest.IndexOfAny((byte)'\n', (byte)'\r') : 0;
            rest = end < 0 ? [] : rest[(end + 1)..];
        }
    }

    private static bool IsWhite(byte b) => b is (byte)' ' or (>= 9 and <= 13);

    private static InvalidDataException Broken(string what) => new($"PBM: {what}.");
}
