using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace DeviceAgent.Tests.Printing;

/// <summary>Makes PNG files, good ones and bad ones, from the standard. Shares nothing with the decoder.</summary>
internal static class TestPictures
{
    public static readonly byte[] Signature = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <param name="lines">Each with its filter's byte before it.</param>
    public static byte[] Png(int width, int height, byte depth, byte colourType, byte[] lines, byte[]? palette = null, byte[]? transparency = null, byte interlace = 0)
    {
        List<byte> file = [.. Signature, .. Chunk("IHDR", Header(width, height, depth, colourType, interlace))];
        if (palette is not null) file.AddRange(Chunk("PLTE", palette));
        if (transparency is not null) file.AddRange(Chunk("tRNS", transparency));
        file.AddRange(Chunk("tEXt", "Title\0a picture"u8.ToArray()));
        var data = Deflate(lines);
        // In two chunks, as large files are.
        file.AddRange(Chunk("IDAT", data[..(data.Length / 2)]));
        file.AddRange(Chunk("IDAT", data[(data.Length / 2)..]));
        file.AddRange(Chunk("IEND", []));
        return [.. file];
    }

    public static byte[] Header(int width, int height, byte depth, byte colourType, byte interlace = 0)
    {
        var body = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(body, width);
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(4), height);
        (body[8], body[9], body[12]) = (depth, colourType, interlace);
        return body;
    }

    public static byte[] Chunk(string type, byte[] body)
    {
        var chunk = new byte[body.Length + 12];
        BinaryPrimitives.WriteInt32BigEndian(chunk, body.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        body.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(body.Length + 8), Crc(chunk.AsSpan(4, body.Length + 4)));
        return chunk;
    }

    public static byte[] Deflate(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal)) zlib.Write(bytes);
        return packed.ToArray();
    }

    /// <summary>A kiosk's sign: a frame, a bar of growing darkness, a diagonal. 8 bits of grey.</summary>
    public static byte[] Sign(int width, int height)
    {
        var lines = new byte[(width + 1) * height];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var edge = x < 4 || y < 4 || x >= width - 4 || y >= height - 4;
                var diagonal = Math.Abs(x * height / width - y) < 3;
                lines[y * (width + 1) + 1 + x] = edge || diagonal ? (byte)0 : y > height / 2 ? (byte)(255 - x * 255 / width) : (byte)255;
            }
        }
        return Png(width, height, 8, 0, lines);
    }

    // Bit by bit, as the standard's formula says; the decoder has a table.
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++) crc = crc >> 1 ^ ((crc & 1) * 0xEDB88320);
        }
        return ~crc;
    }
}
