using System.Text;

namespace DeviceAgent.Simulator.Printing;

public enum TextAlignment { Left, Centre, Right }

/// <summary>Characters of one look that stand side by side.</summary>
/// <param name="Column">Where it begins, in columns of 12 dots, before the line is aligned.</param>
/// <param name="CharacterColumns">Columns of one character before enlarging: 1 for a narrow one, 2 for a Chinese one.</param>
/// <param name="Width">1-8 times.</param>
/// <param name="Height">1-8 times.</param>
public sealed record PaperRun(string Text, int Column, int CharacterColumns, int Width, int Height, bool Bold)
{
    public int Columns => Text.EnumerateRunes().Count() * CharacterColumns * Width;
}

/// <summary>A picture of dots; what it shows is not kept.</summary>
public sealed record PaperImage(int WidthDots, int HeightDots);

/// <summary>A bar code with bars (GS k).</summary>
public sealed record PaperBarcode(string Kind, string Text);

/// <summary>One printed line: text, or one symbol or picture. A line with neither is blank paper.</summary>
public sealed record PaperLine
{
    public TextAlignment Alignment { get; init; }

    public IReadOnlyList<PaperRun> Runs { get; init; } = [];

    public QrSymbol? Qr { get; init; }

    public PaperBarcode? Barcode { get; init; }

    public PaperImage? Image { get; init; }

    /// <summary>The tallest character, 1-8 times.</summary>
    public int Height => Runs.Count == 0 ? 1 : Runs.Max(r => r.Height);

    /// <summary>Columns up to the end of the last run.</summary>
    public int Columns => Runs.Count == 0 ? 0 : Runs.Max(r => r.Column + r.Columns);

    /// <summary>The characters alone, gaps as spaces; sizes and alignment are in <see cref="Runs"/> and <see cref="Alignment"/>.</summary>
    public string Text
    {
        get
        {
            var text = new StringBuilder();
            var column = 0;
            foreach (var run in Runs)
            {
                if (run.Column > column) text.Append(' ', run.Column - column);
                text.Append(run.Text);
                column = run.Column + run.Columns;
            }
            return text.ToString();
        }
    }
}

/// <summary>A piece of paper that left the printer, or still hangs in its mouth.</summary>
/// <param name="Number">1 for the first since the simulation began.</param>
/// <param name="Cut">False for a piece that was torn off when the paper ran out, or that still hangs in the mouth.</param>
/// <param name="PaperColumns">Columns of 12 dots across the paper.</param>
public sealed record PaperPiece(int Number, IReadOnlyList<PaperLine> Lines, bool Cut, int PaperColumns)
{
    public IReadOnlyList<string> QrTexts { get; } = [.. Lines.Where(l => l.Qr is not null).Select(l => l.Qr!.Text)];

    /// <summary>All text, one line each.</summary>
    public string Text => string.Join('\n', Lines.Select(l => l.Text));

    /// <summary>Draws the piece for a terminal.</summary>
    /// <param name="width">Columns that the drawing may take, borders included; narrower than the paper clips the lines.</param>
    /// <param name="ansi">Bold through ANSI escape sequences.</param>
    public string Render(int width, bool ansi = false) => new PaperDrawing(this, width, ansi).Draw();
}
