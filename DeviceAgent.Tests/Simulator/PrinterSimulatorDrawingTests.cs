using static DeviceAgent.Tests.Simulator.PrinterBench;

namespace DeviceAgent.Tests.Simulator;

public sealed class PrinterSimulatorDrawingTests
{
    [Fact]
    public void A_ticket_is_not_drawn_otherwise_than_it_was_printed()
    {
        var bench = new PrinterBench(new() { Columns = 16 }).Send(
            ChineseOn, [0x1B, 0x61, 1, 0x1D, 0x21, 0x11], Gb18030("车票"), LineFeed, [0x1D, 0x21, 0, 0x1B, 0x61, 2], Ascii("right"), LineFeed,
            [0x1B, 0x61, 0], Gb18030("座位 7A"), LineFeed, CutByFeeding);
        const string expected = """
            ┌────────────────┐
            │    车  票      │
            │                │
            │           right│
            │座位 7A         │
            └────────────────┘
            ✂ - - - - - - - -

            """;
        Assert.Equal(expected, bench.OnlyPiece().Render(80));
    }

    [Fact]
    public void A_qr_code_is_drawn_module_by_module()
    {
        var piece = new PrinterBench().Send([0x1B, 0x61, 1], Qr("1234567890"), CutByFeeding).OnlyPiece();
        var symbol = piece.Lines[0].Qr!;
        var rows = piece.Render(80).Split('\n')[1..^3];
        Assert.Equal(11, rows.Length);
        for (var row = 0; row < symbol.Modules; row++)
        {
            for (var column = 0; column < symbol.Modules; column++)
            {
                var character = rows[row / 2][1 + 13 + column];
                Assert.Equal(symbol.IsDark(row, column), character == '█' || character == (row % 2 == 0 ? '▀' : '▄'));
            }
        }
        // The finder pattern at the upper left.
        Assert.StartsWith("│" + new string(' ', 13) + "█▀▀▀▀▀█", rows[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Bold_is_not_marked_where_the_terminal_cannot_show_it()
    {
        var piece = new PrinterBench().Send([0x1B, 0x45, 1], Ascii("price"), [0x1B, 0x45, 0], Ascii(" 35"), LineFeed, CutByFeeding).OnlyPiece();
        Assert.DoesNotContain("\e", piece.Render(80), StringComparison.Ordinal);
        Assert.Contains("│\e[1mprice\e[22m 35 ", piece.Render(80, ansi: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Uncut_paper_is_not_drawn_with_a_clean_edge()
    {
        var bench = new PrinterBench(new() { Columns = 8 }).Send(Ascii("half"), LineFeed);
        Assert.EndsWith("│half    │\n╲╱╲╱╲╱╲╱\n", bench.Printer.InMouth!.Render(80), StringComparison.Ordinal);
    }

    [Fact]
    public void A_narrow_terminal_clips_the_paper_and_does_not_break_the_frame()
    {
        var drawing = new PrinterBench().Send(Ticket("T-1")).OnlyPiece().Render(20);
        Assert.All(drawing.Split('\n')[1..^3], row => Assert.Matches("^│.*│$", row));
        Assert.Contains("[QR T-1]", drawing, StringComparison.Ordinal);
    }
}
