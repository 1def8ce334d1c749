using DeviceAgent.Drivers.Printing;

namespace DeviceAgent.Tests.Printing;

public sealed class EscPosBoundariesTests
{
    [Fact]
    public void A_boundary_never_lies_inside_a_command_or_a_character()
    {
        var random = new Random(11);
        string[] texts = ["G101", "北京", "㐀䶮", "\U00020087", " ", "￥ 99.00"];
        for (var round = 0; round < 3_000; round++)
        {
            var document = new EscPosDocument();
            for (var i = random.Next(1, 12); i > 0; i--)
            {
                switch (random.Next(12))
                {
                    case 0: document.Initialise(); break;
                    case 1: document.Size(random.Next(1, 9), random.Next(1, 9)); break;
                    case 2: document.Bold(random.Next(2) == 0); break;
                    case 3: document.Align((TextAlignment)random.Next(3)); break;
                    case 4: document.Feed(random.Next(256)); break;
                    case 5: document.LineFeed(); break;
                    case 6: document.QrCode(new string('q', random.Next(1, 500))); break;
                    case 7: document.Cut((PaperCut)random.Next(2), random.Next(256)); break;
                    case 8: document.CutHere((PaperCut)random.Next(2)); break;
                    case 9: document.Image(DotImage.For(ImageFile.Read(TestPictures.Sign(random.Next(8, 600), random.Next(1, 40))), 576, Shading.Diffused)); break;
                    default: document.Text(texts[random.Next(texts.Length)]); break;
                }
            }
            var bytes = document.Bytes.Span;
            foreach (var token in EscPosTokens.Split(bytes))
            {
                Assert.Equal(token.Length, EscPosBoundaries.Length(bytes));
                bytes = bytes[token.Length..];
            }
        }
    }

    [Theory]
    [InlineData("1B")]
    [InlineData("1B2A0102")]
    [InlineData("1C70")]
    [InlineData("1D")]
    [InlineData("1D56")]
    [InlineData("1D286B04")]
    [InlineData("1D7630")]
    [InlineData("1041")]
    [InlineData("1D286B050031")]
    [InlineData("B1")]
    public void What_is_unknown_or_cut_short_is_one_piece_to_the_end(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.Equal(bytes.Length, EscPosBoundaries.Length(bytes));
    }
}
