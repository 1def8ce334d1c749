using System.Text;

namespace DeviceAgent.Simulator.Printing;

/// <summary>Character sets of the printer. Source: GB 18030-2022; Epson ESC/POS command reference, ESC t.</summary>
internal static class CodePages
{
    public static readonly Encoding Gb18030 = CodePagesEncodingProvider.Instance.GetEncoding("GB18030")!;

    private static readonly Encoding Cp437 = CodePagesEncodingProvider.Instance.GetEncoding(437)!, Cp1252 = CodePagesEncodingProvider.Instance.GetEncoding(1252)!;
    private const string KatakanaPageLines = "▁▂▃▄▅▆▇█▏▎▍▌▋▊▉┼┴┬┤├▔─│▕┌┐└┘╭╮╰╯";

    /// <summary>Pages 0 (PC437), 1 (Katakana) and 16 (WPC1252); a page that this printer lacks prints a box.</summary>
    public static string Decode(byte value, byte page) => page switch
    {
        0 => Cp437.GetString([value]),
        1 when value <= 0x9F => KatakanaPageLines[value - 0x80].ToString(),
        1 when value is >= 0xA1 and <= 0xDF => ((char)(0xFF61 + value - 0xA1)).ToString(),
        16 => Cp1252.GetString([value]),
        _ => "\u25A1",
    };
}
