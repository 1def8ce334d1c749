using System.Text;
using System.Text.Unicode;

namespace DeviceAgent.Drivers.Scanning;

/// <summary>One line as the parser found it. The bytes stand until the parser's next call.</summary>
/// <param name="fault">None: a code.</param>
/// <param name="text">UTF-8, not empty; empty with a fault.</param>
/// <param name="aimIdentifier">Three bytes, or empty.</param>
internal readonly ref struct ScanLine(ScanFault fault, ReadOnlySpan<byte> text, ReadOnlySpan<byte> aimIdentifier)
{
    public ScanFault Fault { get; } = fault;

    public ReadOnlySpan<byte> Text { get; } = text;

    public ReadOnlySpan<byte> AimIdentifier { get; } = aimIdentifier;
}

/// <summary>Bytes in, lines out: no clock, no I/O, no allocation after the constructor. Whatever came before, the next good line is read.</summary>
/// <remarks>Source: ISO/IEC 15424 (AIM symbology identifiers: ']', a letter, a modifier).</remarks>
internal sealed class ScanLineParser
{
    private const byte CarriageReturn = 0x0D, LineFeed = 0x0A, Tab = 0x09;
    private const int AimLength = 3;

    private readonly ScanSuffix _suffix;
    private readonly byte _end;
    private readonly byte[] _prefix;
    private readonly int _aimLength;
    private readonly int _maxLine;
    private readonly CodeParts _line;
    private byte _last;
    private bool _isAfterEnd = true;

    /// <param name="options">Valid ones.</param>
    public ScanLineParser(LineScannerOptions options)
    {
        _suffix = options.Suffix;
        _end = _suffix switch
        {
            ScanSuffix.CarriageReturn => CarriageReturn,
            ScanSuffix.Tab => Tab,
            _ => LineFeed,
        };
        _prefix = Encoding.ASCII.GetBytes(options.Prefix);
        _aimLength = options.AimIdentifier ? AimLength : 0;
        _maxLine = _prefix.Length + _aimLength + options.MaxLengthBytes;
        _line = new(_maxLine + 1); // one more for the CR of a CR LF
    }

    /// <summary>A line has begun and not ended.</summary>
    public bool IsInLine => _line.IsOpen;

    /// <summary>Takes bytes from the front of <paramref name="input"/> up to the end of the next line that says something.</summary>
    /// <returns>False: all input is taken, and there is no such line yet.</returns>
    public bool TryRead(ref ReadOnlySpan<byte> input, out ScanLine line)
    {
        while (!input.IsEmpty)
        {
            if (_isAfterEnd && _suffix == ScanSuffix.CarriageReturn && input[0] == LineFeed)
            {
                input = input[1..];
                _isAfterEnd = false;
                continue;
            }
            _isAfterEnd = false;
            var at = _suffix == ScanSuffix.IdleGap ? -1 : input.IndexOf(_end);
            if (at < 0)
            {
                Append(input);
                input = default;
                break;
            }
            Append(input[..at]);
            input = input[(at + 1)..];
            if (_suffix == ScanSuffix.CarriageReturnLineFeed && _last != CarriageReturn)
            {
                Append([LineFeed]); // alone it ends nothing
                continue;
            }
            if (TryEndLine(out line)) return true;
        }
        line = default;
        return false;
    }

    /// <summary>The line ends here: silence is the suffix.</summary>
    /// <returns>False: there is no line that says something.</returns>
    public bool TryEndLine(out ScanLine line)
    {
        line = default;
        var isInLine = _line.IsOpen;
        EndLine();
        if (!isInLine) return false;
        var bytes = _line.Bytes;
        if (_suffix is ScanSuffix.LineFeed or ScanSuffix.CarriageReturnLineFeed && bytes is [.., CarriageReturn]) bytes = bytes[..^1];
        line = _line.IsTooLong || bytes.Length > _maxLine ? new(ScanFault.TooLong, default, default) : Judge(bytes);
        return line.Fault != ScanFault.None || !line.Text.IsEmpty;
    }

    /// <summary>Drops what there is of the current line; the next byte begins a new one.</summary>
    /// <returns>False: there was none.</returns>
    public bool TryAbandonLine()
    {
        var wasInLine = _line.IsOpen;
        EndLine();
        return wasInLine;
    }

    private void EndLine()
    {
        _line.End();
        (_last, _isAfterEnd) = (0, true);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        _last = bytes[^1];
        if (!_line.IsOpen) _line.Begin();
        _line.Append(bytes);
    }

    private ScanLine Judge(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return default;
        if (!bytes.StartsWith(_prefix)) return new(ScanFault.WrongPrefix, default, default);
        bytes = bytes[_prefix.Length..];
        var aim = bytes[..Math.Min(_aimLength, bytes.Length)];
        if (_aimLength > 0 && !IsAimIdentifier(aim)) return new(ScanFault.NoAimIdentifier, default, default);
        var text = bytes[aim.Length..];
        return IsText(text) ? new(ScanFault.None, text, aim) : new(ScanFault.NotText, default, default);
    }

    private static bool IsAimIdentifier(ReadOnlySpan<byte> bytes) =>
        bytes is [(byte)']', var symbology, var modifier] && char.IsAsciiLetter((char)symbology) && char.IsAsciiLetterOrDigit((char)modifier);

    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IndexOfAnyInRange((byte)0x00, (byte)0x1F) >= 0 || bytes.Contains((byte)0x7F) || !Utf8.IsValid(bytes)) return false;
        // U+0080-U+009F, the other control characters.
        for (var rest = bytes; rest.IndexOf((byte)0xC2) is >= 0 and var at; rest = rest[(at + 1)..])
        {
            if (rest[at + 1] < 0xA0) return false;
        }
        return true;
    }
}
