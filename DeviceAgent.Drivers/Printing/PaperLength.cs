namespace DeviceAgent.Drivers.Printing;

/// <summary>How much paper a document takes.</summary>
/// <remarks>
/// Source: Epson ESC/POS reference: line spacing after ESC @ (1/6 inch), font A (12 × 24 dots), GS !, ESC d, GS ( k fn 167 and 181, GS v 0,
/// GS V 65/66; <see cref="QrSize"/> for the size of a QR code. Calculated for 8 dots/mm (203 dpi), the print head that nearly all ticket printers have.
/// Knows the commands that <see cref="EscPosDocument"/> emits; what a printer wraps by itself is not seen. Pure, allocates nothing.
/// </remarks>
public static class PaperLength
{
    private const double DotsPerMillimetre = 8, LineMillimetres = 25.4 / 6, CharacterDots = 24;

    /// <summary>From the print head to the cutter: what GS V 65 and 66 feed before they cut. 12 to 18 mm on common mechanisms.</summary>
    private const double HeadToCutterMillimetres = 15;

    /// <summary>Of a document that ends as its paper wants it: the feed to the cutter is the paper's, and on paper with marks whole forms are taken.</summary>
    /// <returns>Millimetres, rounded up; 0 for an empty document.</returns>
    public static int Millimetres(ReadOnlySpan<byte> document, PaperFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        if (!document.EndsWith(format.CutBytes.Span)) return Millimetres(document);
        var length = Millimetres(document[..^format.CutBytes.Length]) + format.CutFeedMillimetres;
        var pitch = format.MarkPitchMillimetres;
        return pitch == 0 ? length : (length + pitch - 1) / pitch * pitch;
    }

    /// <returns>Millimetres, rounded up; 0 for an empty document.</returns>
    public static int Millimetres(ReadOnlySpan<byte> document)
    {
        double total = 0;
        int height = 1, tallest = 1, module = 3, qrBytes = 0;
        while (document.Length > 0)
        {
            var command = document[..EscPosBoundaries.Length(document)];
            document = document[command.Length..];
            switch (command)
            {
                case [0x0A, ..]:
                    total += Line(tallest);
                    tallest = height;
                    break;
                case [0x1B, 0x40, ..]:
                    height = tallest = 1;
                    break;
                case [0x1B, 0x64, var lines, ..]:
                    total += lines * LineMillimetres;
                    tallest = height;
                    break;
                case [0x1D, 0x21, var size, ..]:
                    height = (size & 0x0F) + 1;
                    tallest = Math.Max(tallest, height);
                    break;
                case [0x1D, 0x28, 0x6B, _, _, 0x31, 0x43, var dots, ..]:
                    module = dots;
                    break;
                case [0x1D, 0x28, 0x6B, _, _, 0x31, 0x50, ..]:
                    qrBytes = command.Length - 8;
                    break;
                case [0x1D, 0x28, 0x6B, _, _, 0x31, 0x51, ..]:
                    total += QrSize.Modules(qrBytes) * module / DotsPerMillimetre;
                    break;
                case [0x1D, 0x76, 0x30, var mode, _, _, var low, var high, ..]:
                    total += (low | high << 8) * ((mode & 2) != 0 ? 2 : 1) / DotsPerMillimetre;
                    break;
                case [0x1D, 0x56, >= 65, var feed, ..]:
                    total += HeadToCutterMillimetres + feed / DotsPerMillimetre;
                    break;
            }
        }
        return (int)Math.Ceiling(total);
    }

    private static double Line(int height) => Math.Max(LineMillimetres, height * CharacterDots / DotsPerMillimetre);
}
