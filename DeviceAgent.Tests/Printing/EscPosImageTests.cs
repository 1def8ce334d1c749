using System.Text.Json.Nodes;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Tests.Oracles;
using DeviceAgent.Tests.Simulator;
using static DeviceAgent.Tests.Printing.TestPictures;

namespace DeviceAgent.Tests.Printing;

/// <summary>Pictures on paper: GS v 0 in bands.</summary>
public sealed class EscPosImageTests
{
    private static DotImage Dots(byte[] png, int width = 576, Shading shading = Shading.Diffused) => DotImage.For(ImageFile.Read(png), width, shading);

    /// <summary>The commands of the reference, read by hand: 1D 76 30 m xL xH yL yH and the dots.</summary>
    private static List<byte[]> Bands(ReadOnlySpan<byte> document)
    {
        List<byte[]> bands = [];
        while (document.Length > 0)
        {
            Assert.Equal("1D763000", Convert.ToHexString(document[..4]));
            var length = 8 + (document[4] + 256 * document[5]) * (document[6] + 256 * document[7]);
            bands.Add(document[..length].ToArray());
            document = document[length..];
        }
        return bands;
    }

    [Theory]
    [InlineData(576, 200)]
    [InlineData(384, 76)]
    [InlineData(9, 3)]
    public void A_dot_is_never_moved_and_no_band_is_longer_than_the_padding_that_completes_it(int width, int height)
    {
        var image = Dots(Sign(width, height));
        var bands = Bands(new EscPosDocument().Image(image).Bytes.Span);
        Assert.All(bands, b => Assert.InRange(b.Length, 9, EscPosDocument.LongestCommandBytes));
        Assert.Equal(height, bands.Sum(b => b[6] + 256 * b[7]));
        var (sent, wanted) = (bands.SelectMany(b => b[8..]).ToArray(), image.Rows.ToArray());
        Assert.Equal(wanted.Length, sent.Length);
        for (var i = 0; i < sent.Length; i++) Assert.True(sent[i] == wanted[i] || (wanted[i], sent[i]) is (0x10, 0));
    }

    [Fact]
    public async Task A_picture_never_differs_from_another_encoders()
    {
        var random = new Random(9);
        var (pictures, wanted) = (new JsonArray(), new List<string>());
        foreach (var (width, height) in new[] { (8, 8), (64, 64), (128, 32), (256, 16), (512, 8), (576, 96), (384, 200) })
        {
            var lines = new byte[(width + 1) * height];
            random.NextBytes(lines);
            // In the middle they round a sum of fractions down to black.
            lines.AsSpan().Replace((byte)128, (byte)129);
            for (var y = 0; y < height; y++) lines[y * (width + 1)] = 0;
            pictures.Add((JsonNode)new JsonObject
            {
                ["width"] = width,
                ["height"] = height,
                ["pixels"] = new JsonArray([.. lines.Where((_, i) => i % (width + 1) != 0).Select(p => (JsonNode)(int)p)]),
            });
            wanted.Add(Convert.ToHexStringLower(new EscPosDocument().Image(Dots(Png(width, height, 8, 0, lines), shading: Shading.Threshold)).Bytes.Span));
        }
        var theirs = (await NpmOracle.RunTextAsync("raster.mjs", pictures.ToJsonString())).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(wanted.Count, theirs.Length);
        for (var i = 0; i < wanted.Count; i++)
        {
            // The other encoder ends its line after the picture, and sends it in one piece.
            var other = theirs[i].EndsWith("0a0d", StringComparison.Ordinal) ? theirs[i][..^4] : theirs[i];
            if (Bands(Convert.FromHexString(wanted[i])).Count == 1) Assert.Equal(wanted[i], other);
            else Assert.Equal(DotsOf(Convert.FromHexString(other)), DotsOf(Convert.FromHexString(wanted[i])));
        }
    }

    // A dot that is left out for DLE is no difference.
    private static string DotsOf(byte[] document) => Convert.ToHexString([.. Bands(document).SelectMany(b => b[8..])]).Replace("1004", "0004", StringComparison.Ordinal)
        .Replace("1005", "0005", StringComparison.Ordinal).Replace("1014", "0014", StringComparison.Ordinal);

    [Fact]
    public void Dots_never_spell_a_command_that_a_printer_obeys_at_once()
    {
        // Each row 10 04, 10 05, 10 14: DLE EOT, DLE ENQ, DLE DC4.
        byte[] lines = [0, 0x10, 0x04, 0x10, 0x05, 0, 0x10, 0x14, 0x10, 0x11];
        for (var i = 0; i < lines.Length; i++) lines[i] = i % 5 == 0 ? (byte)0 : (byte)~lines[i];
        var bytes = new EscPosDocument().Image(Dots(Png(32, 2, 1, 0, lines), shading: Shading.Threshold)).Bytes.ToArray();
        Assert.Equal("00040005" + "00141011", Convert.ToHexString(bytes[8..]));
    }

    [Fact]
    public void A_boundary_is_never_farther_than_one_band()
    {
        ReadOnlySpan<byte> bytes = new EscPosDocument().Initialise().Image(Dots(Sign(576, 200))).Line("x").Bytes.Span;
        while (bytes.Length > 0)
        {
            var length = EscPosBoundaries.Length(bytes);
            Assert.InRange(length, 1, EscPosDocument.LongestCommandBytes);
            bytes = bytes[length..];
        }
    }

    [Fact]
    public void A_picture_wider_than_the_paper_is_refused()
    {
        var image = Dots(Sign(576, 20));
        Assert.Contains("384", Assert.Throws<ArgumentException>(() => new EscPosDocument(32).Image(image)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_paper_of_a_picture_is_never_left_out()
    {
        Assert.Equal(25, PaperLength.Millimetres(new EscPosDocument().Image(Dots(Sign(576, 200))).Bytes.Span));
        // Twice as high: m bit 1.
        Assert.Equal(2, PaperLength.Millimetres([0x1D, 0x76, 0x30, 3, 1, 0, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8]));
    }

    [Fact]
    public void A_printer_never_takes_a_band_for_anything_else()
    {
        var bench = new PrinterBench();
        bench.Send(new EscPosDocument().Initialise().Image(Dots(Sign(576, 200))).Line("BELOW").End().Bytes.ToArray());
        var piece = bench.OnlyPiece();
        Assert.Equal(200, piece.Lines.Sum(l => l.Image?.HeightDots ?? 0));
        Assert.All(piece.Lines.Where(l => l.Image is not null), l => Assert.Equal(576, l.Image!.WidthDots));
        Assert.Equal("BELOW", piece.Lines[^1].Text);
        Assert.Empty(bench.Printer.Log.Anomalies);
    }

    [Fact]
    public void A_half_sent_band_never_swallows_the_next_ticket()
    {
        var bytes = new EscPosDocument().Initialise().Image(Dots(Sign(576, 200))).Bytes.ToArray();
        for (var cut = 5; cut < bytes.Length; cut += 97)
        {
            var bench = new PrinterBench();
            bench.Send(bytes[..cut], new byte[EscPosDocument.LongestCommandBytes], new EscPosDocument().Initialise().Line("NEXT").End().Bytes.ToArray());
            Assert.Equal("NEXT", bench.OnlyPiece().Lines[^1].Text);
        }
    }
}
