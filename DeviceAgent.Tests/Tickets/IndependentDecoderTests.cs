using System.Text;
using DeviceAgent.Tests.Oracles;
using DeviceAgent.Tests.Printing;

namespace DeviceAgent.Tests.Tickets;

/// <summary>What an ESC/POS decoder that we did not write reads in everything that the kiosk prints.</summary>
public sealed class IndependentDecoderTests
{
    [Fact]
    public async Task An_independent_decoder_never_reads_other_text_codes_or_cuts()
    {
        foreach (var columns in new[] { 32, 48 })
        {
            foreach (var (name, document) in PaperWidthTests.Repertoire(columns))
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"{columns} columns, {name}: {document.Length} bytes");
                await CheckAsync(document);
            }
        }
    }

    private static async Task CheckAsync(byte[] document)
    {
        var tokens = await EscPosDecoderOracle.DecodeAsync(document);
        // Every byte is understood, and none stands twice or nowhere.
        Assert.DoesNotContain(tokens, t => t.Type.Contains("Unknown", StringComparison.Ordinal) || t.Type == "Controls");
        Assert.Equal(Convert.ToHexString(document), string.Concat(tokens.Select(t => Convert.ToHexString(t.Bytes))));
        var ours = TicketDecoder.Decode(document);
        Assert.Equal(Lines(ours), Lines(tokens));
        Assert.Equal(Codes(document), tokens.Where(t => t.Type == "GsQRCodeStoreData").Select(t => Encoding.ASCII.GetString(t.Bytes[8..])));
        Assert.Equal(ours.Count(i => i.Kind == "code"), tokens.Count(t => t.Type == "GsQRCodePrintSymbolData"));
        var cut = Assert.Single(tokens, t => t.Type.Contains("Cut", StringComparison.Ordinal));
        Assert.Same(tokens[^1], cut);
        Assert.Equal("GsPaperFeedAndPartialCut", cut.Type);
        foreach (var band in tokens.Where(t => t.Type == "GsObsoletePrintRasterBitimage"))
            Assert.StartsWith($"Mode:Normal, Width:{band.Bytes[4]} bytes, Height:{band.Bytes[6]} dots, Size:{band.Bytes.Length - 8} bytes", band.Detail, StringComparison.Ordinal);
    }

    private static List<string> Codes(byte[] document) =>
        [.. EscPosTokens.Split(document).Where(t => t is [0x1D, 0x28, 0x6B, _, _, 0x31, 0x50, ..]).Select(t => Encoding.ASCII.GetString(t[8..]))];

    private static List<string> Lines(IReadOnlyList<TicketDecoder.PaperItem> items) =>
        [.. items.Where(i => i.Kind == "line").Select(i => Squeeze(string.Concat(i.Runs.Select(r => r.Text)))).Where(l => l.Length > 0)];

    private static List<string> Lines(List<EscPosDecoderOracle.Token> tokens)
    {
        var (lines, line) = (new List<string>(), new StringBuilder());
        foreach (var token in tokens)
        {
            if (token.Type == "PrtPrintables") line.Append(token.Detail);
            if (token.Type is not ("PrintAndLineFeed" or "EscPrintAndFeedNLines")) continue;
            if (Squeeze(line.ToString()) is { Length: > 0 } text) lines.Add(text);
            line.Clear();
        }
        Assert.Equal(0, line.Length);
        return lines;
    }

    private static string Squeeze(string text) => text.Replace(" ", "", StringComparison.Ordinal);
}
