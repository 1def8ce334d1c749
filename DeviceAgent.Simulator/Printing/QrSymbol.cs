using System.Collections;
using System.Text;
using QRCoder;
using QRCoder.Exceptions;

namespace DeviceAgent.Simulator.Printing;

/// <summary>A QR code as the printer drew it. Source: Epson ESC/POS command reference, GS ( k; ISO/IEC 18004.</summary>
public sealed class QrSymbol
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
    private readonly bool[][] _modules;

    private QrSymbol(string text, int moduleDots, bool[][] modules) => (Text, ModuleDots, _modules) = (text, moduleDots, modules);

    /// <summary>What a reader reads: the stored bytes as UTF-8, or as Latin-1 where they are none.</summary>
    public string Text { get; }

    /// <summary>Dots of one module's side, 1-16.</summary>
    public int ModuleDots { get; }

    /// <summary>Modules of one side, without a quiet zone: 21-177.</summary>
    public int Modules => _modules.Length;

    public bool IsDark(int row, int column) => _modules[row][column];

    /// <returns>Null when the data does not fit into a QR code.</returns>
    internal static QrSymbol? Encode(ReadOnlySpan<byte> data, char level, int moduleDots)
    {
        var correction = level switch { 'M' => QRCodeGenerator.ECCLevel.M, 'Q' => QRCodeGenerator.ECCLevel.Q, 'H' => QRCodeGenerator.ECCLevel.H, _ => QRCodeGenerator.ECCLevel.L };
        try
        {
            using var code = Ascii.IsValid(data)
                ? QRCodeGenerator.GenerateQrCode(Encoding.ASCII.GetString(data), correction)
                : QRCodeGenerator.GenerateQrCode(data.ToArray(), correction);
            return new QrSymbol(TextOf(data), moduleDots, WithoutQuietZone(code.ModuleMatrix));
        }
        catch (DataTooLongException)
        {
            return null;
        }
    }

    private static bool[][] WithoutQuietZone(List<BitArray> matrix)
    {
        const int quiet = 4;
        var side = matrix.Count - 2 * quiet;
        return [.. Enumerable.Range(quiet, side).Select(row => Enumerable.Range(quiet, side).Select(column => matrix[row][column]).ToArray())];
    }

    private static string TextOf(ReadOnlySpan<byte> data)
    {
        try
        {
            return StrictUtf8.GetString(data);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(data);
        }
    }
}
