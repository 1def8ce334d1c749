namespace DeviceAgent.Drivers.Printing;

/// <summary>The paper that is in a printer, and how a document on it ends. A printer profile fills it.</summary>
/// <remarks>Source: Epson ESC/POS reference, font A (12 dots wide at 203 dpi), GS V, GS FF. Checked by <see cref="Validate"/>.</remarks>
public sealed record PaperFormat
{
    /// <summary>Dots of one character of normal width: font A.</summary>
    public const int ColumnDots = 12;

    /// <summary>Characters of normal width on a line, 16 to 96: 48 on 80 mm paper, 32 on 58 mm.</summary>
    public int Columns { get; init; } = 48;

    /// <summary>Dots across the paper, 128 to 1,152: 576 on 80 mm paper, 384 on 58 mm (8 dots/mm).</summary>
    public int WidthDots { get; init; } = 576;

    /// <summary>
    /// What ends each document, 1 to 64 bytes: feeds to the cutter and cuts (default GS V 66 0). On paper with black marks the feed to the next
    /// mark first (GS FF, 1D 0C). Whole commands, sent at the beginning of a line.
    /// </summary>
    public ReadOnlyMemory<byte> CutBytes { get; init; } = new byte[] { 0x1D, 0x56, 66, 0 };

    /// <summary>Paper that <see cref="CutBytes"/> feed before they cut, 0 to 200 mm: the way from the print head to the cutter. 12 to 18 on common mechanisms.</summary>
    public int CutFeedMillimetres { get; init; } = 15;

    /// <summary>From one black mark to the next, 20 to 500 mm; 0, the default: paper without marks. What a document takes is then counted in whole forms.</summary>
    public int MarkPitchMillimetres { get; init; }

    /// <summary>Paper of so many columns, of the width that they need.</summary>
    public static PaperFormat OfColumns(int columns) => new() { Columns = columns, WidthDots = columns * ColumnDots };

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (Columns is < 16 or > 96) yield return $"{section}:{nameof(Columns)} must be a whole number from 16 to 96";
        if (WidthDots is < 128 or > 1152) yield return $"{section}:{nameof(WidthDots)} must be a whole number from 128 to 1152";
        else if (WidthDots < Columns * ColumnDots) yield return $"{section}:{nameof(WidthDots)} must be at least {ColumnDots} for each of the {Columns} columns";
        if (CutBytes.Length is < 1 or > 64) yield return $"{section}:{nameof(CutBytes)} must be 1 to 64 bytes";
        if (CutFeedMillimetres is < 0 or > 200) yield return $"{section}:{nameof(CutFeedMillimetres)} must be a whole number from 0 to 200";
        if (MarkPitchMillimetres is not 0 and (< 20 or > 500)) yield return $"{section}:{nameof(MarkPitchMillimetres)} must be 0 or a whole number from 20 to 500";
    }
}
