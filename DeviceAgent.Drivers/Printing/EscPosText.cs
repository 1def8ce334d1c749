using System.Globalization;
using System.Text;

namespace DeviceAgent.Drivers.Printing;

/// <summary>What a text becomes on paper: which characters go through, how many columns they take, where a line breaks.</summary>
/// <remarks>
/// Source: GB18030-2022; Epson ESC/POS reference, FS &amp; (select Kanji character mode).
/// Text is hostile: it comes from orders. Controls, bidirectional overrides, joiners, combining marks, private use, lone surrogates
/// and pictographs become the visible <see cref="Replacement"/>; nothing that leaves here encodes to a byte below 20h.
/// In Chinese mode a printer draws every character of two or four bytes full width, so a column count follows the encoding:
/// one for 20h-7Eh, two for everything else.
/// </remarks>
public static class EscPosText
{
    /// <summary>U+25A1 WHITE SQUARE, A1F5h in GB18030: what stands for a character that is not printed.</summary>
    public const char Replacement = '\u25A1';

    /// <summary>The character that is printed for this one.</summary>
    public static Rune Printable(Rune rune)
    {
        var value = rune.Value;
        if (value is >= 0x20 and <= 0x7E) return rune;
        if (value < 0xA0) return new Rune(Replacement);
        if (value is 0xFFFC or 0xFFFD) return new Rune(Replacement);
        if (value >= 0x10000) return value is >= 0x20000 and <= 0x3FFFD && Rune.GetUnicodeCategory(rune) == UnicodeCategory.OtherLetter ? rune : new Rune(Replacement);
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.SpaceSeparator => value == 0x3000 ? rune : new Rune(' '),
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark => new Rune(Replacement),
            _ => rune,
        };
    }

    /// <summary>Columns that the text takes at normal width, as printed (after replacement).</summary>
    public static int DisplayWidth(ReadOnlySpan<char> text)
    {
        var width = 0;
        foreach (var rune in text.EnumerateRunes()) width += WidthOf(rune);
        return width;
    }

    /// <summary>The part of the text that stands on the next line.</summary>
    /// <param name="text">What is still to be printed.</param>
    /// <param name="columns">At least 2, so that any character fits.</param>
    /// <param name="consumed">How much of the text the line uses up, the blanks at which it breaks included. At least 1 unless the text is empty.</param>
    /// <returns>How many chars of the text stand on the line.</returns>
    /// <remarks>Breaks at the last blank that fits, else between any two characters, as Chinese is set.</remarks>
    public static int NextLine(ReadOnlySpan<char> text, int columns, out int consumed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 2);
        int width = 0, end = 0, blank = -1, afterLastWide = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var wide = WidthOf(rune);
            if (width + wide > columns)
            {
                var inWord = wide == 1 && rune.Value != ' ';
                var opportunity = Math.Max(blank, afterLastWide);
                return BreakAt(text, inWord && opportunity > 0 ? opportunity : end, out consumed);
            }
            if (rune.Value == ' ') blank = end;
            width += wide;
            end += rune.Utf16SequenceLength;
            if (wide == 2) afterLastWide = end;
        }
        consumed = text.Length;
        return text.Length;
    }

    internal static int WidthOf(Rune rune) => Printable(rune).Value <= 0x7E ? 1 : 2;

    private static int BreakAt(ReadOnlySpan<char> text, int end, out int consumed)
    {
        consumed = end;
        while (consumed < text.Length && text[consumed] == ' ') consumed++;
        return text[..end].TrimEnd(' ').Length;
    }
}
