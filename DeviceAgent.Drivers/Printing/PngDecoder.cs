using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace DeviceAgent.Drivers.Printing;

/// <summary>PNG as a picture in grey: all colour types and bit depths; transparency stands on white.</summary>
/// <remarks>
/// Source: W3C, Portable Network Graphics (Third Edition), sections 5 (chunks), 9 (filters), 11 (IHDR, PLTE, tRNS).
/// Checks every chunk's CRC, and zlib's own checksum. Interlaced files and critical chunks that it does not know are refused by name.
/// Decodes line by line: two lines and the result are all that is allocated, whatever the file claims.
/// </remarks>
internal sealed class PngDecoder
{
    private const byte Grey = 0, Colour = 2, Palette = 3, GreyAlpha = 4, ColourAlpha = 6;

    private static readonly uint[] CrcTable = MakeCrcTable();

    private int _width, _height, _depth;
    private byte _colourType;
    private byte[] _palette = [];
    private byte[] _paletteAlpha = [];
    // The colour that is transparent, as the samples are written; null: none.
    private int[]? _transparent;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    private int Samples => _colourType switch { Colour => 3, GreyAlpha => 2, ColourAlpha => 4, _ => 1 };

    private int BitsPerPixel => Samples * _depth;

    public static bool IsPng(ReadOnlySpan<byte> file) => file.StartsWith(Signature);

    public static GreyImage Decode(ReadOnlySpan<byte> file) => new PngDecoder().Read(file[Signature.Length..]);

    private GreyImage Read(ReadOnlySpan<byte> rest)
    {
        using var data = new MemoryStream();
        var (first, ended, dataOver) = (true, false, false);
        while (!ended)
        {
            var (type, body) = NextChunk(ref rest);
            if (first != (type == "IHDR")) throw Broken(first ? "the first chunk is not IHDR" : "there are two IHDR chunks");
            first = false;
            dataOver |= data.Length > 0 && type != "IDAT";
            switch (type)
            {
                case "IHDR": ReadHeader(body); break;
                case "PLTE": ReadPalette(body); break;
                case "tRNS": ReadTransparency(body); break;
                case "IDAT" when dataOver: throw Broken("its IDAT chunks do not follow one another");
                case "IDAT": data.Write(body); break;
                case "IEND": ended = true; break;
                // Bit 5 of the first letter tells what may be left out.
                case var other when char.IsAsciiLetterUpper(other[0]): throw Broken($"the chunk {other} is not known");
            }
        }
        if (data.Length == 0) throw Broken("it has no IDAT chunk");
        if (_colourType == Palette && _palette.Length == 0) throw Broken("it has no PLTE chunk");
        data.Position = 0;
        return ReadPixels(data);
    }

    private static (string Type, byte[] Body) NextChunk(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < 12) throw Broken("it ends inside a chunk");
        var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
        if (length > rest.Length - 12) throw Broken("it ends inside a chunk");
        var named = rest.Slice(4, (int)length + 4);
        foreach (var letter in named[..4])
            if (!char.IsAsciiLetter((char)letter)) throw Broken("a chunk's name is none");
        var type = Encoding.ASCII.GetString(named[..4]);
        if (Crc(named) != BinaryPrimitives.ReadUInt32BigEndian(rest[((int)length + 8)..])) throw Broken($"the CRC of the chunk {type} is wrong");
        rest = rest[((int)length + 12)..];
        return (type, named[4..].ToArray());
    }

    private void ReadHeader(ReadOnlySpan<byte> body)
    {
        if (body.Length != 13) throw Broken("IHDR has not 13 bytes");
        var (width, height) = (BinaryPrimitives.ReadUInt32BigEndian(body), BinaryPrimitives.ReadUInt32BigEndian(body[4..]));
        GreyImage.CheckSize("PNG", width, height);
        (_width, _height, _depth, _colourType) = ((int)width, (int)height, body[8], body[9]);
        var allowed = _colourType switch
        {
            Grey => _depth is 1 or 2 or 4 or 8 or 16,
            Palette => _depth is 1 or 2 or 4 or 8,
            Colour or GreyAlpha or ColourAlpha => _depth is 8 or 16,
            _ => false,
        };
        if (!allowed) throw Broken($"there is no colour type {_colourType} of {_depth} bits");
        if (body[10] != 0 || body[11] != 0) throw Broken("its compression or filter method is not known");
        if (body[12] == 1) throw Broken("it is interlaced (Adam7); save it without interlacing");
        if (body[12] != 0) throw Broken("its interlace method is not known");
    }

    private void ReadPalette(byte[] body)
    {
        if (body.Length is 0 or > 768 || body.Length % 3 != 0) throw Broken("PLTE has not 1 to 256 colours");
        _palette = body;
    }

    private void ReadTransparency(byte[] body)
    {
        if (_colourType == Palette)
        {
            if (body.Length > 256) throw Broken("tRNS is too long");
            _paletteAlpha = body;
            return;
        }
        if (_colourType is not (Grey or Colour) || body.Length != 2 * Samples) throw Broken("tRNS does not fit the colour type");
        _transparent = new int[Samples];
        for (var i = 0; i < Samples; i++) _transparent[i] = BinaryPrimitives.ReadUInt16BigEndian(body.AsSpan(2 * i));
    }

    private GreyImage ReadPixels(MemoryStream data)
    {
        var lineBytes = (_width * BitsPerPixel + 7) / 8;
        var step = Math.Max(1, BitsPerPixel / 8);
        var (line, before) = (new byte[lineBytes + 1], new byte[lineBytes + 1]);
        var pixels = new byte[_width * _height];
        try
        {
            using var inflated = new ZLibStream(data, CompressionMode.Decompress);
            for (var y = 0; y < _height; y++)
            {
                inflated.ReadExactly(line);
                Unfilter(line, before, step);
                for (var x = 0; x < _width; x++) pixels[y * _width + x] = Pixel(line.AsSpan(1), x);
                (line, before) = (before, line);
            }
            // Reading on is what makes zlib compare its checksum.
            if (inflated.ReadByte() >= 0) throw Broken("it has more data than pixels");
        }
        catch (EndOfStreamException)
        {
            throw Broken("its data ends before its last line");
        }
        return new(_width, _height, pixels);
    }

    private static void Unfilter(byte[] line, byte[] before, int step)
    {
        if (line[0] > 4) throw Broken($"there is no filter {line[0]}");
        for (var i = 1; i < line.Length; i++)
        {
            int left = i > step ? line[i - step] : 0, up = before[i];
            line[i] += line[0] switch
            {
                1 => (byte)left,
                2 => (byte)up,
                3 => (byte)((left + up) / 2),
                4 => Paeth(left, up, i > step ? before[i - step] : 0),
                _ => (byte)0,
            };
        }
    }

    private static byte Paeth(int left, int up, int upLeft)
    {
        var estimate = left + up - upLeft;
        int toLeft = Math.Abs(estimate - left), toUp = Math.Abs(estimate - up), toUpLeft = Math.Abs(estimate - upLeft);
        return (byte)(toLeft <= toUp && toLeft <= toUpLeft ? left : toUp <= toUpLeft ? up : upLeft);
    }

    private byte Pixel(ReadOnlySpan<byte> line, int x)
    {
        if (_colourType == Palette)
        {
            var index = Sample(line, x);
            if (index >= _palette.Length / 3) throw Broken("a pixel has a colour that its palette lacks");
            return OnWhite(Luminance(_palette[3 * index], _palette[3 * index + 1], _palette[3 * index + 2]), index < _paletteAlpha.Length ? _paletteAlpha[index] : 255);
        }
        var at = x * Samples;
        var isColour = _colourType is Colour or ColourAlpha;
        var first = Sample(line, at);
        var (second, third) = isColour ? (Sample(line, at + 1), Sample(line, at + 2)) : (first, first);
        if (_transparent is [var one, .. var others] && first == one && (others is not [var two, var three] || (second == two && third == three))) return 255;
        var light = isColour ? Luminance(InByte(first), InByte(second), InByte(third)) : InByte(first);
        return _colourType is GreyAlpha or ColourAlpha ? OnWhite(light, InByte(Sample(line, at + Samples - 1))) : (byte)light;
    }

    private int Sample(ReadOnlySpan<byte> line, int number) => _depth switch
    {
        16 => line[2 * number] << 8 | line[2 * number + 1],
        8 => line[number],
        _ => line[number * _depth / 8] >> 8 - _depth - number * _depth % 8 & (1 << _depth) - 1,
    };

    private int InByte(int sample) => _depth == 16 ? sample >> 8 : sample * 255 / ((1 << _depth) - 1);

    /// <summary>ITU-R BT.601: how bright a colour looks.</summary>
    private static int Luminance(int red, int green, int blue) => (299 * red + 587 * green + 114 * blue) / 1000;

    private static byte OnWhite(int light, int alpha) => (byte)(255 - (255 - light) * alpha / 255);

    /// <summary>CRC-32 of ISO 3309, as in the standard's annex D.</summary>
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes) crc = CrcTable[(byte)(crc ^ b)] ^ crc >> 8;
        return ~crc;
    }

    private static uint[] MakeCrcTable()
    {
        var table = new uint[256];
        for (var n = 0u; n < 256; n++)
        {
            var c = n;
            for (var k = 0; k < 8; k++) c = (c & 1) != 0 ? 0xEDB88320 ^ c >> 1 : c >> 1;
            table[n] = c;
        }
        return table;
    }

    private static InvalidDataException Broken(string what) => new($"PNG: {what}.");
}
