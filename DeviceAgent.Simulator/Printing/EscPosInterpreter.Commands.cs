using System.Globalization;
using System.Text;

namespace DeviceAgent.Simulator.Printing;

/// <summary>What is printed, and how: the commands that run in the order of the buffer.</summary>
internal sealed partial class EscPosInterpreter
{
    private const double DotMillimetres = 0.125, DefaultSpacing = 25.4 / 6;
    private const int MaxQrData = 7_089;
    private static readonly string[] BarcodeKinds = ["UPC-A", "UPC-E", "EAN-13", "EAN-8", "CODE39", "ITF", "CODABAR", "CODE93", "CODE128"];
    private TextAlignment _alignment;
    private bool _bold, _fedToCutter, _cutterJams;
    private int _width = 1, _height = 1, _qrModuleDots = 3, _barcodeHeightDots = 162;
    private byte _codePage;
    private char _qrLevel = 'L';
    private byte[] _qrData = [];
    private PaperImage? _storedImage;
    private double _lineSpacing = DefaultSpacing;
    private long _cuts, _linesFed;

    private bool ExecuteCommand(ReadOnlySpan<byte> command)
    {
        switch (command[0])
        {
            case 0x09:
                _line.Tab();
                return true;
            case 0x0A:
                PrintComposedLine();
                return true;
            case 0x0D: // Without automatic line feed a carriage return does nothing.
                return true;
            case 0x1B:
                ExecuteEscape(command);
                return true;
            case 0x1C:
                if (command[1] is (byte)'!' or (byte)'W' or (byte)'-') ComplainIfUsed(command);
                return true; // FS & and FS . are followed by the framer.
            default:
                return (char)command[1] switch
                {
                    'V' => Cut(command),
                    '\f' => FeedToMark(),
                    'e' => Present(command),
                    _ => ExecuteGroupSeparator(command),
                };
        }
    }

    private void ExecuteEscape(ReadOnlySpan<byte> command)
    {
        switch ((char)command[1])
        {
            case '@': Initialise(); break;
            case '2': _lineSpacing = DefaultSpacing; break;
            case '3': _lineSpacing = command[2] * DotMillimetres; break;
            case 'E' or 'G': _bold = (command[2] & 1) != 0; break;
            case '!':
                _bold = (command[2] & 0x08) != 0;
                _height = (command[2] & 0x10) != 0 ? 2 : 1;
                _width = (command[2] & 0x20) != 0 ? 2 : 1;
                break;
            case 'a': Align(command[2]); break;
            case 'd': FeedLines(command[2]); break;
            case 'J': FeedDots(command[2]); break;
            case 't': _codePage = command[2]; break;
            case '$': Position(_line.MoveTo(command[2] + 256 * command[3]), command); break;
            case '\\': Position(_line.MoveBy((short)(command[2] | command[3] << 8)), command); break;
            case '*': Ignore("a bit image (ESC *) is not drawn"); break;
            case '-' or '{' or 'M' or 'V' or ' ': ComplainIfUsed(command); break;
            default: break; // A cash drawer that is not there, panel keys, character sets of countries.
        }
    }

    private bool ExecuteGroupSeparator(ReadOnlySpan<byte> command)
    {
        switch ((char)command[1])
        {
            case '!': Enlarge(command[2]); break;
            case '(': ExecuteExtended(command); break;
            case '8': GraphicsData(command, 7); break;
            case 'v': Raster(command); break;
            case 'k': Barcode(command); break;
            case 'h': _barcodeHeightDots = Math.Max((int)command[2], 1); break;
            case 'I': TellIdentity(command[2]); break;
            case 'r': TellStatus(command[2]); break;
            case 'a' when _options.HasAutomaticStatus: _automaticStatus = command[2]; TellAutomaticStatus(); break;
            case 'g': MaintenanceCounter(command); break;
            case 'L': _line.SetLeftMargin(command[2] + 256 * command[3]); break;
            case 'W': _line.SetWidth(command[2] + 256 * command[3]); break;
            case 'B' or 'P': ComplainIfUsed(command); break;
            default: break; // Smoothing, bar code widths and captions: nothing that the drawing shows.
        }
        return true;
    }

    private void Initialise()
    {
        ResetModes();
        if (_options.InitialiseEndsAutomaticStatus) _automaticStatus = 0;
        _log.InStep();
    }

    private void ResetModes()
    {
        _line.Initialise();
        _alignment = TextAlignment.Left;
        _bold = false;
        _width = _height = 1;
        _codePage = 0;
        _lineSpacing = DefaultSpacing;
        _qrData = [];
        _qrLevel = 'L';
        _qrModuleDots = 3;
        _barcodeHeightDots = 162;
        _storedImage = null;
    }

    private void Align(byte how)
    {
        if (!_line.AtBeginning)
        {
            Ignore("ESC a inside a line");
            return;
        }
        if (how is <= 2 or >= 48 and <= 50) _alignment = (TextAlignment)(how & 3);
        else Ignore($"ESC a {how}");
    }

    private void Enlarge(byte size)
    {
        if ((size & 0x88) != 0)
        {
            Ignore($"GS ! {size:X2}");
            return;
        }
        _width = (size >> 4) + 1;
        _height = (size & 0x0F) + 1;
    }

    private void FeedLines(byte lines)
    {
        if (!_line.IsEmpty)
        {
            PrintComposedLine();
            lines = (byte)Math.Max(lines - 1, 0);
        }
        for (var i = 0; i < lines; i++) PrintComposedLine();
    }

    private void FeedDots(byte dots)
    {
        var millimetres = dots * DotMillimetres;
        if (!_line.IsEmpty)
        {
            _paper.Print(_line.Take(_alignment), millimetres);
            return;
        }
        for (; millimetres >= DefaultSpacing; millimetres -= DefaultSpacing) _paper.Print(new PaperLine(), DefaultSpacing);
        _paper.Feed(millimetres);
    }

    private void Position(bool moved, ReadOnlySpan<byte> command)
    {
        if (!moved) Ignore($"position outside the line: {Convert.ToHexString(command)}");
    }

    /// <summary>GS V. A cutter that jams leaves the command waiting; it is tried again after the recovery.</summary>
    private bool Cut(ReadOnlySpan<byte> command)
    {
        if (!_line.AtBeginning)
        {
            // Function B prints nothing either: the command works only at the beginning of a line.
            Ignore("GS V inside a line");
            return true;
        }
        if (command[2] is 65 or 66 && !_fedToCutter)
        {
            _fedToCutter = true;
            _paper.Feed(_options.HeadToCutterMillimetres + command[3] * DotMillimetres);
            return false;
        }
        if (_cutterJams)
        {
            _cutterJams = false;
            SetFault(PrinterFaults.Cutter, true);
            return false;
        }
        _fedToCutter = false;
        _cuts++;
        Deliver(_paper.Cut());
        return true;
    }

    /// <summary>GS FF: the stock moves until the next black mark is under its sensor.</summary>
    private bool FeedToMark()
    {
        if (_options.BlackMarkMillimetres <= 0) Ignore("GS FF on a plain roll");
        else if (!_line.AtBeginning) Ignore("GS FF inside a line");
        else _paper.FeedToMultipleOf(_options.BlackMarkMillimetres);
        return true;
    }

    private void ExecuteExtended(ReadOnlySpan<byte> command)
    {
        var parameters = command[5..];
        switch ((char)command[2])
        {
            case 'H': ProcessId(parameters); break;
            case 'k': TwoDimensional(parameters); break;
            case 'L': Graphics(command); break;
            case 'A' or 'D' or 'E' or 'K': break; // Self test, real-time switches, set-up, print control: no paper here.
            default: _log.Unknown(command[..Math.Min(command.Length, 16)]); break;
        }
    }

    private void TwoDimensional(ReadOnlySpan<byte> parameters)
    {
        if (parameters.Length < 2 || parameters[0] != 49)
        {
            Ignore("GS ( k for a symbol that is not a QR code");
            return;
        }
        var value = parameters.Length > 2 ? parameters[2] : (byte)0;
        switch (parameters[1])
        {
            case 65 when value is 49 or 50 or 51: break;
            case 67 when value is >= 1 and <= 16: _qrModuleDots = value; break;
            case 69 when value is >= 48 and <= 51: _qrLevel = "LMQH"[value - 48]; break;
            case 80 when value == 48 && _printSide.Length - 8 <= MaxQrData: _qrData = parameters[3..].ToArray(); break;
            case 81 when value == 48: PrintQr(); break;
            default: Ignore($"GS ( k {Convert.ToHexString(parameters[..Math.Min(parameters.Length, 8)])}"); break;
        }
    }

    private void PrintQr()
    {
        if (!_line.AtBeginning) Ignore("QR code inside a line");
        else if (_qrData.Length == 0) Ignore("QR code without data");
        else if (QrSymbol.Encode(_qrData, _qrLevel, _qrModuleDots) is not { } symbol) Ignore("QR code: too much data");
        else if (symbol.Modules * _qrModuleDots > _options.Columns * PrintLine.DotsPerColumn) Ignore("QR code wider than the paper");
        else _paper.Print(new PaperLine { Alignment = _alignment, Qr = symbol }, symbol.Modules * _qrModuleDots * DotMillimetres);
    }

    private void Barcode(ReadOnlySpan<byte> command)
    {
        var counted = command[2] >= 65;
        var data = counted ? command[4..] : command[3..^1];
        var kind = BarcodeKinds[counted ? command[2] - 65 : command[2]];
        if (!_line.AtBeginning) Ignore("bar code inside a line");
        else if (data.IsEmpty) Ignore("bar code without data");
        else if (kind != "CODE128") PrintBarcode(kind, Encoding.Latin1.GetString(data));
        else if (data.Length < 3 || data[0] != '{' || data[1] is < (byte)'A' or > (byte)'C') Ignore("CODE128 without a code set ({A, {B or {C)");
        else PrintBarcode(kind, CodeSetText(data));
    }

    private void PrintBarcode(string kind, string text) =>
        _paper.Print(new PaperLine { Alignment = _alignment, Barcode = new(kind, text) }, _barcodeHeightDots * DotMillimetres);

    // Code set C stands for two digits a byte; "{{" is a brace; other functions after a brace have no text.
    private static string CodeSetText(ReadOnlySpan<byte> data)
    {
        var text = new StringBuilder();
        var set = 'B';
        for (var i = 0; i < data.Length; i++)
        {
            if (data[i] == '{' && i + 1 < data.Length)
            {
                var next = (char)data[++i];
                if (next is 'A' or 'B' or 'C') set = next;
                else if (next == '{') text.Append('{');
            }
            else if (set == 'C') text.Append(CultureInfo.InvariantCulture, $"{data[i]:D2}");
            else text.Append((char)data[i]);
        }
        return text.ToString();
    }

    private void Raster(ReadOnlySpan<byte> command)
    {
        var image = new PaperImage(8 * (command[4] + 256 * command[5]), command[6] + 256 * command[7]);
        if (image.WidthDots == 0 || image.HeightDots == 0) Ignore("empty raster image");
        else if (!_line.IsEmpty) Ignore("raster image inside a line");
        else PrintImage(image);
    }

    private void Graphics(ReadOnlySpan<byte> command)
    {
        if (command.Length > 6 && command[5] == 48 && command[6] is 2 or 50)
        {
            if (_storedImage is { } image) PrintImage(image);
            else Ignore("GS ( L: no graphics stored");
        }
        else GraphicsData(command, 5);
    }

    // fn 112: 30h 70h a bx by c xL xH yL yH, then the dots.
    private void GraphicsData(ReadOnlySpan<byte> command, int header)
    {
        var p = command[header..];
        if (p.Length >= 10 && p[0] == 48 && p[1] == 112) _storedImage = new PaperImage(p[6] + 256 * p[7], p[8] + 256 * p[9]);
        else Ignore("graphics function not known");
    }

    private void PrintImage(PaperImage image) => _paper.Print(new PaperLine { Alignment = _alignment, Image = image }, image.HeightDots * DotMillimetres);

    /// <summary>Looks that this paper does not show (fonts, underline, reverse, rotation, spacing): switching them off is no oddity.</summary>
    private void ComplainIfUsed(ReadOnlySpan<byte> command)
    {
        if (command[2] is not (0 or 48)) Ignore($"not drawn: {Convert.ToHexString(command)}");
    }

    private void Ignore(string what) => _log.Add($"ignored: {what}");
}
