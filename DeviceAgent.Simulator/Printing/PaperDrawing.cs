using System.Globalization;
using System.Text;

namespace DeviceAgent.Simulator.Printing;

/// <summary>Draws a piece of paper with characters, as a person would see it.</summary>
internal sealed class PaperDrawing(PaperPiece piece, int width, bool ansi)
{
    private readonly int _inner = Math.Clamp(width - 2, 1, piece.PaperColumns);
    private readonly StringBuilder _drawing = new();

    public string Draw()
    {
        _drawing.Append('┌').Append('─', _inner).Append("┐\n");
        foreach (var line in piece.Lines)
        {
            if (line.Qr is { } symbol) DrawQr(symbol, line.Alignment);
            else if (line.Barcode is { } code) DrawFramed($"{code.Kind} {code.Text}", line.Alignment);
            else if (line.Image is { } image) DrawFramed(string.Create(CultureInfo.InvariantCulture, $"image {image.WidthDots}×{image.HeightDots}"), line.Alignment);
            else DrawText(line);
        }
        if (piece.Cut) _drawing.Append('└').Append('─', _inner).Append("┘\n✂");
        for (var i = 0; i < (_inner + 1) / 2; i++) _drawing.Append(piece.Cut ? " -" : "╲╱");
        return _drawing.Append('\n').ToString();
    }

    private void DrawText(PaperLine line)
    {
        var row = new Row(_inner);
        row.Skip(Indent(line.Alignment, line.Columns));
        var column = 0;
        foreach (var run in line.Runs)
        {
            row.Skip(run.Column - column);
            if (run.Bold && ansi) row.Mark("\e[1m");
            foreach (var character in run.Text.EnumerateRunes()) row.Add(character, run.CharacterColumns, run.Width);
            if (run.Bold && ansi) row.Mark("\e[22m");
            column = run.Column + run.Columns;
        }
        AddRow(row);
        for (var i = 1; i < line.Height; i++) AddRow(new Row(_inner));
    }

    private void DrawQr(QrSymbol symbol, TextAlignment alignment)
    {
        if (symbol.Modules > _inner)
        {
            DrawFramed($"QR {symbol.Text}", alignment);
            return;
        }
        for (var top = 0; top < symbol.Modules; top += 2)
        {
            var row = new Row(_inner);
            row.Skip(Indent(alignment, symbol.Modules));
            for (var column = 0; column < symbol.Modules; column++)
            {
                var lower = top + 1 < symbol.Modules && symbol.IsDark(top + 1, column);
                row.Add(new Rune(symbol.IsDark(top, column) ? lower ? '█' : '▀' : lower ? '▄' : ' '), 1, 1);
            }
            AddRow(row);
        }
    }

    private void DrawFramed(string text, TextAlignment alignment)
    {
        var content = $"[{text}]";
        var row = new Row(_inner);
        row.Skip(Indent(alignment, content.EnumerateRunes().Sum(TerminalColumns)));
        foreach (var character in content.EnumerateRunes()) row.Add(character, TerminalColumns(character), 1);
        AddRow(row);
    }

    private int Indent(TextAlignment alignment, int columns) => alignment switch
    {
        TextAlignment.Centre => Math.Max(0, (_inner - columns) / 2),
        TextAlignment.Right => Math.Max(0, _inner - columns),
        _ => 0,
    };

    private void AddRow(Row row) => _drawing.Append('│').Append(row.Finish()).Append("│\n");

    /// <summary>Columns that a terminal gives a character. Source: Unicode UAX #11 (wide and fullwidth), in coarse ranges.</summary>
    private static int TerminalColumns(Rune character) => character.Value switch
    {
        >= 0x1100 and <= 0x115F or >= 0x2E80 and <= 0x303E or >= 0x3041 and <= 0xA4CF or >= 0xAC00 and <= 0xD7A3 => 2,
        >= 0xF900 and <= 0xFAFF or >= 0xFE30 and <= 0xFE6F or >= 0xFF01 and <= 0xFF60 or >= 0xFFE0 and <= 0xFFE6 => 2,
        >= 0x1F300 and <= 0x1FAFF or >= 0x20000 and <= 0x3FFFD => 2,
        _ => 1,
    };

    /// <summary>One row of the terminal; what goes past its end is clipped, as at the paper's edge.</summary>
    private sealed class Row(int columns)
    {
        private readonly StringBuilder _text = new();
        private int _used;

        public void Skip(int count)
        {
            count = Math.Clamp(count, 0, columns - _used);
            _text.Append(' ', count);
            _used += count;
        }

        public void Mark(string sequence) => _text.Append(sequence);

        public void Add(Rune character, int characterColumns, int width)
        {
            var room = characterColumns * width;
            if (_used + room > columns)
            {
                Skip(columns - _used);
                return;
            }
            // Terminals have double-width forms of the ASCII characters (U+FF01-FF5E, U+3000).
            if (room == 2 && width == 2 && character.Value is >= 0x21 and <= 0x7E) character = new Rune(character.Value + 0xFEE0);
            if (!IsDrawable(character) || TerminalColumns(character) > room) character = new Rune('?');
            _text.Append(character.ToString()).Append(' ', room - TerminalColumns(character));
            _used += room;
        }

        public string Finish()
        {
            Skip(columns - _used);
            return _text.ToString();
        }

        // Controls, combining and format characters would move everything behind them.
        private static bool IsDrawable(Rune character) => Rune.GetUnicodeCategory(character) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
    }
}
