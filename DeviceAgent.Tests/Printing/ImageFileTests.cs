using System.Text;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Tests.Oracles;
using static DeviceAgent.Tests.Printing.TestPictures;

namespace DeviceAgent.Tests.Printing;

/// <summary>Pictures from files of strangers.</summary>
public sealed class ImageFileTests
{
    private static byte[] Pixels(GreyImage image) => [.. Enumerable.Range(0, image.Width * image.Height).Select(i => image[i % image.Width, i / image.Width])];

    private static string Refusal(byte[] file) => Assert.Throws<InvalidDataException>(() => ImageFile.Read(file)).Message;

    /// <summary>Written by hand from the standard.</summary>
    public static TheoryData<string, byte[], byte[]> KnownPictures() => new()
    {
        { "grey, 1 bit", Png(3, 2, 1, 0, [0, 0b1010_0000, 0, 0b0100_0000]), [255, 0, 255, 0, 255, 0] },
        { "grey, 2 bits", Png(5, 1, 2, 0, [0, 0b00_01_10_11, 0b01_000000]), [0, 85, 170, 255, 85] },
        { "grey, 4 bits, from the left", Png(2, 1, 4, 0, [1, 0xF3]), [255, 51] },
        { "grey, 8 bits, from the left and above", Png(2, 2, 8, 0, [1, 10, 5, 2, 1, 2]), [10, 15, 11, 17] },
        { "grey, 8 bits, average", Png(2, 2, 8, 0, [0, 10, 20, 3, 5, 1]), [10, 20, 10, 16] },
        { "grey, 8 bits, Paeth", Png(2, 2, 8, 0, [0, 10, 20, 4, 5, 1]), [10, 20, 15, 21] },
        { "grey, 16 bits", Png(1, 1, 16, 0, [0, 0x7F, 0xFF]), [127] },
        { "grey, one shade transparent", Png(2, 1, 8, 0, [0, 7, 8], transparency: [0, 7]), [255, 8] },
        { "colour: green looks brighter than blue", Png(3, 1, 8, 2, [0, 255, 0, 0, 0, 255, 0, 0, 0, 255]), [76, 149, 29] },
        { "colour, one transparent", Png(2, 1, 8, 2, [0, 1, 2, 3, 0, 0, 0], transparency: [0, 1, 0, 2, 0, 3]), [255, 0] },
        { "palette, 1 bit", Png(2, 1, 1, 3, [0, 0b1000_0000], palette: [0, 0, 0, 255, 255, 255]), [255, 0] },
        { "palette, half transparent", Png(2, 1, 8, 3, [0, 0, 1], palette: [0, 0, 0, 0, 0, 0], transparency: [128]), [127, 0] },
        { "grey and alpha", Png(3, 1, 8, 4, [0, 0, 255, 0, 0, 100, 255]), [0, 255, 100] },
        { "colour and alpha, 16 bits", Png(1, 1, 16, 6, [0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]), [0] },
        { "PBM, text", "P1 # a frame\n3 2\n1 0 1\n01 0"u8.ToArray(), [0, 255, 0, 255, 0, 255] },
        { "PBM, bits", [.. "P4\n#x\n10 1\n"u8, 0b1000_0000, 0b0100_0000], [0, 255, 255, 255, 255, 255, 255, 255, 255, 0] },
    };

    [Theory, MemberData(nameof(KnownPictures))]
    public void A_pixel_is_never_another(string kind, byte[] file, byte[] pixels)
    {
        Assert.Equal(pixels, Pixels(ImageFile.Read(file)));
        Assert.NotEmpty(kind);
    }

    [Fact]
    public async Task A_png_is_never_read_otherwise_than_by_another_decoder()
    {
        var random = new Random(3);
        List<byte[]> files = [];
        foreach (var (type, depths) in new (byte, byte[])[] { (0, [1, 2, 4, 8, 16]), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16]) })
        {
            foreach (var depth in depths) files.AddRange(Enumerable.Range(0, 8).Select(_ => RandomPng(random, type, depth)));
        }
        var theirs = (await NpmOracle.RunTextAsync("png.mjs", string.Join('\n', files.Select(Convert.ToBase64String)))).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(files.Count, theirs.Length);
        for (var i = 0; i < files.Count; i++)
        {
            var (ours, rgba) = (Pixels(ImageFile.Read(files[i])), Convert.FromHexString(theirs[i]));
            Assert.Equal(ours.Length * 4, rgba.Length);
            // They round samples of 16 bits, we cut them: one step apart, and the blending with white another.
            for (var p = 0; p < ours.Length; p++) Assert.InRange(ours[p] - OnWhite(rgba.AsSpan(4 * p)), -2, 2);
        }
    }

    private static byte[] RandomPng(Random random, byte type, byte depth)
    {
        var (width, height) = (random.Next(1, 40), random.Next(1, 20));
        var samples = type switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        var lineBytes = (width * samples * depth + 7) / 8;
        var lines = new byte[(lineBytes + 1) * height];
        random.NextBytes(lines);
        for (var y = 0; y < height; y++) lines[y * (lineBytes + 1)] = (byte)random.Next(5);
        var palette = type == 3 ? new byte[3 << depth] : null;
        if (palette is not null) random.NextBytes(palette);
        return Png(width, height, depth, type, lines, palette);
    }

    private static int OnWhite(ReadOnlySpan<byte> rgba) => (int)Math.Round(255 - (255 - (0.299 * rgba[0] + 0.587 * rgba[1] + 0.114 * rgba[2])) * rgba[3] / 255);

    [Fact]
    public void A_bad_file_is_refused_by_what_is_wrong_with_it()
    {
        var good = Png(2, 2, 8, 0, [0, 1, 2, 0, 3, 4]);
        Assert.Contains("neither a PNG nor a PBM", Refusal("GIF89a"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("neither", Refusal([]), StringComparison.Ordinal);
        Assert.Contains("at most", Refusal(new byte[ImageFile.MaxBytes + 1]), StringComparison.Ordinal);
        Assert.Contains("interlaced (Adam7)", Refusal(Png(2, 2, 8, 0, [0, 1, 2, 0, 3, 4], interlace: 1)), StringComparison.Ordinal);
        Assert.Contains("the CRC of the chunk IHDR is wrong", Refusal([.. good[..20], 9, .. good[21..]]), StringComparison.Ordinal);
        Assert.Contains("5000 × 1 pixels", Refusal(Png(5000, 1, 8, 0, new byte[5001])), StringComparison.Ordinal);
        Assert.Contains("4096 × 4096 pixels", Refusal(Png(4096, 4096, 8, 0, [0])), StringComparison.Ordinal);
        Assert.Contains("0 × 2 pixels", Refusal(Png(0, 2, 8, 0, [0, 0])), StringComparison.Ordinal);
        Assert.Contains("no colour type 2 of 4 bits", Refusal(Png(1, 1, 4, 2, [0, 0, 0])), StringComparison.Ordinal);
        Assert.Contains("no PLTE", Refusal(Png(1, 1, 8, 3, [0, 0])), StringComparison.Ordinal);
        Assert.Contains("a colour that its palette lacks", Refusal(Png(1, 1, 8, 3, [0, 2], palette: [0, 0, 0])), StringComparison.Ordinal);
        Assert.Contains("there is no filter 5", Refusal(Png(1, 1, 8, 0, [5, 0])), StringComparison.Ordinal);
        Assert.Contains("ends before its last line", Refusal(Png(2, 2, 8, 0, [0, 1, 2])), StringComparison.Ordinal);
        Assert.Contains("more data than pixels", Refusal(Png(1, 1, 8, 0, new byte[1000])), StringComparison.Ordinal);
        Assert.Contains("the chunk CgBI is not known", Refusal([.. Signature, .. Chunk("IHDR", Header(1, 1, 8, 0)), .. Chunk("CgBI", [1])]), StringComparison.Ordinal);
        Assert.Contains("no IDAT", Refusal([.. Signature, .. Chunk("IHDR", Header(1, 1, 8, 0)), .. Chunk("IEND", [])]), StringComparison.Ordinal);
        Assert.Contains("the first chunk is not IHDR", Refusal([.. Signature, .. Chunk("IEND", [])]), StringComparison.Ordinal);
        Assert.Contains("width or height is missing", Refusal("P4 12"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("too long", Refusal("P4 1234567 1"u8.ToArray()), StringComparison.Ordinal);
        Assert.Contains("neither 0 nor 1", Refusal("P1 1 1 7"u8.ToArray()), StringComparison.Ordinal);
        for (var length = 0; length < good.Length; length++) Assert.NotEmpty(Refusal(good[..length]));
    }

    [Fact]
    public void Zlibs_checksum_is_never_left_unread()
    {
        var packed = Deflate([0, 1, 2, 0, 3, 4]);
        packed[^1] ^= 1;
        byte[] file = [.. Signature, .. Chunk("IHDR", Header(2, 2, 8, 0)), .. Chunk("IDAT", packed), .. Chunk("IEND", [])];
        Assert.NotEmpty(Refusal(file));
    }

    [Fact]
    public void A_picture_is_never_wider_than_asked_for_and_keeps_its_shades()
    {
        var wide = ImageFile.Read(Sign(1000, 200));
        var narrow = wide.NotWiderThan(384);
        Assert.Equal((384, 76), (narrow.Width, narrow.Height));
        Assert.Equal(0, narrow[0, 0]);
        Assert.Equal(Pixels(wide).Average(p => p), Pixels(narrow).Average(p => p), 5.0);
        Assert.Same(wide, wide.NotWiderThan(1000));
        Assert.Equal(1, ImageFile.Read(Png(20, 1, 8, 0, new byte[21])).NotWiderThan(8).Height);
    }

    [Fact]
    public void Diffused_shades_never_change_how_dark_the_whole_is()
    {
        var lines = new byte[65 * 64];
        for (var i = 0; i < lines.Length; i++) lines[i] = i % 65 == 0 ? (byte)0 : (byte)100;
        var image = ImageFile.Read(Png(64, 64, 8, 0, lines));
        var diffused = DotImage.For(image, 64, Shading.Diffused);
        var black = Enumerable.Range(0, 64 * 64).Count(i => diffused.IsBlack(i % 64, i / 64));
        Assert.InRange(black / 4096.0, 0.58, 0.64);
        var divided = DotImage.For(image, 64, Shading.Threshold);
        Assert.Equal(4096, Enumerable.Range(0, 64 * 64).Count(i => divided.IsBlack(i % 64, i / 64)));
    }

    [Fact]
    public void A_picture_too_high_for_a_ticket_is_refused_with_the_limit()
    {
        var high = ImageFile.Read(Encoding.ASCII.GetBytes("P1 1 401 " + new string('1', 401)));
        Assert.Contains("401 dots high", Assert.Throws<InvalidDataException>(() => DotImage.For(high, 384, Shading.Threshold)).Message, StringComparison.Ordinal);
    }
}
