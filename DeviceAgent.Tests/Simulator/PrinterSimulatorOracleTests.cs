using DeviceAgent.Simulator.Printing;
using DeviceAgent.Tests.Oracles;

namespace DeviceAgent.Tests.Simulator;

/// <summary>Independent encoders print on the simulated printer: what they mean has to come out, and nothing may look odd to it.</summary>
public sealed class PrinterSimulatorOracleTests
{
    private const string Script = "../Simulator/receipt-oracle.cjs";

    [Fact]
    public async Task What_receiptline_prints_is_not_misunderstood()
    {
        var bench = new PrinterBench().Send(await NpmOracle.RunAsync(Script, [], null, "receiptline"));
        Assert.Empty(bench.Printer.Log.Anomalies);
        var lines = bench.Printer.Pieces[0].Lines;
        var title = Assert.Single(lines, l => l.Text.Trim() == "车票");
        Assert.All(title.Runs, r => Assert.Equal((1, 2, 2), (r.Width, r.Height, r.CharacterColumns)));
        Assert.Equal(new PaperRun("南京", 22, 2, 1, 1, false), Assert.Single(lines[1].Runs));
        Assert.Equal([("bold", true), (" ", false), ("右", false)], lines[2].Runs.Select(r => (r.Text, r.Bold)));
        Assert.Equal((20, 27), (lines[2].Runs[0].Column, lines[2].Columns));
        Assert.Equal(new string('─', 48), lines[3].Text);
        var image = Assert.Single(lines, l => l.Image is not null).Image!;
        Assert.Equal(image.WidthDots, image.HeightDots);
        Assert.Equal(new PaperBarcode("CODE128", "ABC123"), Assert.Single(lines, l => l.Barcode is not null).Barcode);
        Assert.Equal(2, bench.Printer.Pieces.Count);
        Assert.Equal("00", bench.Replies());
    }

    [Fact]
    public async Task What_receipt_printer_encoder_prints_is_not_misunderstood()
    {
        var bench = new PrinterBench().Send(await NpmOracle.RunAsync(Script, [], null, "encoder"));
        Assert.Empty(bench.Printer.Log.Anomalies);
        var piece = bench.OnlyPiece();
        Assert.Equal(new PaperRun("TICKET", 18, 1, 2, 2, false), piece.Lines[0].Runs[^1]);
        Assert.True(Assert.Single(piece.Lines[1].Runs).Bold);
        Assert.Equal(["https://example.org/1"], piece.QrTexts);
        Assert.Equal(6, Assert.Single(piece.Lines, l => l.Qr is not null).Qr!.ModuleDots);
        Assert.Equal("ABC123", Assert.Single(piece.Lines, l => l.Barcode is not null).Barcode!.Text);
    }
}
