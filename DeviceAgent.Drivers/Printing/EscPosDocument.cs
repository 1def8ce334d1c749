using System.Text;

namespace DeviceAgent.Drivers.Printing;

/// <summary>ESC a: where lines stand.</summary>
public enum TextAlignment { Left, Centre, Right }

/// <summary>QR error correction, GS ( k fn 169: about 7, 15, 25, 30 % of the code may be lost.</summary>
public enum QrErrorCorrection { L, M, Q, H }

/// <summary>How far the cutter goes. A partial cut leaves one point, so that the ticket does not fall to the floor.</summary>
public enum PaperCut { Partial, Full }

/// <summary>Builds the bytes of one ESC/POS document in a buffer that is used again for the next one.</summary>
/// <remarks>
/// Source: Epson ESC/POS reference: ESC @, FS &amp;, GS !, ESC E, ESC a, LF, ESC d, GS ( k fn 165/167/169/180/181, GS v 0, GS V.
/// Text is GB18030 in Chinese mode; what cannot or must not be printed is replaced visibly (<see cref="EscPosText"/>), so a document
/// never holds a command that a caller did not ask for. Commands allocate nothing until the buffer must grow.
/// Not thread-safe. Wrong arguments throw <see cref="ArgumentException"/>, a document over <see cref="MaxBytes"/>
/// <see cref="InvalidOperationException"/>; no character of a text ever throws.
/// </remarks>
public sealed partial class EscPosDocument
{
    /// <summary>Bytes of QR data, far below what version 40 holds at level H (1,273): a longer code cannot be read from 80 mm paper.</summary>
    public const int MaxQrBytes = 512;

    /// <summary>
    /// Bytes of the longest command that a document can hold, its parameters included (GS ( k, store; a band of GS v 0 is no longer).
    /// As many NUL bytes complete whatever a dead sender has left half sent.
    /// </summary>
    public const int LongestCommandBytes = 8 + MaxQrBytes;

    /// <summary>Bytes of a document: some ten metres of text.</summary>
    public const int MaxBytes = 64 * 1024;

    private byte[] _buffer;
    private int _length;
    private int _widthFactor = 1;

    /// <param name="columns">Characters of normal width on a line: 48 on 80 mm paper, 32 on 58 mm. 16 to 96.</param>
    /// <param name="capacity">Bytes to start with; the buffer grows as needed.</param>
    public EscPosDocument(int columns = 48, int capacity = 2048)
        : this(PaperFormat.OfColumns(columns), capacity)
    {
    }

    /// <param name="format">The paper. One that is not valid is an <see cref="ArgumentException"/>.</param>
    /// <param name="capacity">Bytes to start with; the buffer grows as needed.</param>
    public EscPosDocument(PaperFormat format, int capacity = 2048)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentOutOfRangeException.ThrowIfLessThan(format.Columns, 16);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(format.Columns, 96);
        foreach (var mistake in format.Validate(nameof(format))) throw new ArgumentException(mistake, nameof(format));
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 64);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, MaxBytes);
        Format = format;
        _buffer = new byte[capacity];
    }

    /// <summary>The paper that it is made for.</summary>
    public PaperFormat Format { get; }

    /// <summary>Characters of normal width on a line.</summary>
    public int Columns => Format.Columns;

    /// <summary>The document so far. Valid until the next change.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>Columns that are left per line at the size now set.</summary>
    public int ColumnsAtSize => Math.Max(2, Columns / _widthFactor);

    /// <summary>Starts again with an empty document in the same buffer.</summary>
    public EscPosDocument Clear()
    {
        _length = 0;
        _widthFactor = 1;
        return this;
    }

    /// <summary>ESC @, then FS &amp;: some boards leave Chinese mode at ESC @.</summary>
    public EscPosDocument Initialise()
    {
        _widthFactor = 1;
        return Append([0x1B, 0x40, 0x1C, 0x26]);
    }

    /// <summary>Text at the current position, without a line feed.</summary>
    public EscPosDocument Text(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
            _length += Gb18030.Encode(EscPosText.Printable(rune), Room(Gb18030.MaxBytes));
        return this;
    }

    /// <summary>Text and a line feed. What is too long for the line is the printer's to wrap; see <see cref="Wrapped"/>.</summary>
    public EscPosDocument Line(ReadOnlySpan<char> text) => Text(text).LineFeed();

    /// <summary>Text over as many lines as it needs at the size now set. Empty text is an empty line.</summary>
    public EscPosDocument Wrapped(ReadOnlySpan<char> text)
    {
        do
        {
            var length = EscPosText.NextLine(text, ColumnsAtSize, out var consumed);
            Line(text[..length]);
            text = text[consumed..];
        }
        while (text.Length > 0);
        return this;
    }

    /// <summary>One line with text at both edges; two lines or more where both do not fit with a blank between them. Needs alignment left.</summary>
    public EscPosDocument TwoColumns(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var columns = ColumnsAtSize;
        var rightWidth = EscPosText.DisplayWidth(right);
        var gap = columns - EscPosText.DisplayWidth(left) - rightWidth;
        if (gap >= 1) return Text(left).Spaces(gap).Line(right);
        Wrapped(left);
        return rightWidth > columns ? Wrapped(right) : Spaces(columns - rightWidth).Line(right);
    }

    /// <summary>A line of one character from edge to edge.</summary>
    public EscPosDocument Rule(char character = '-')
    {
        Span<char> one = [character];
        var width = EscPosText.DisplayWidth(one);
        for (var i = ColumnsAtSize / width; i > 0; i--) Text(one);
        return LineFeed();
    }

    /// <summary>LF: prints the line.</summary>
    public EscPosDocument LineFeed() => Append([0x0A]);

    /// <summary>ESC d: prints the line and feeds.</summary>
    /// <param name="lines">0 to 255.</param>
    public EscPosDocument Feed(int lines) => Append([0x1B, 0x64, Ranged(lines, 0, 255)]);

    /// <summary>GS !: character size, as multiples of the normal one.</summary>
    /// <param name="width">1 to 8.</param>
    /// <param name="height">1 to 8.</param>
    public EscPosDocument Size(int width, int height)
    {
        var n = (byte)((Ranged(width, 1, 8) - 1) << 4 | (Ranged(height, 1, 8) - 1));
        _widthFactor = width;
        return Append([0x1D, 0x21, n]);
    }

    /// <summary>ESC E: bold on or off.</summary>
    public EscPosDocument Bold(bool on) => Append([0x1B, 0x45, on ? (byte)1 : (byte)0]);

    /// <summary>ESC a. Takes effect at the beginning of a line only.</summary>
    public EscPosDocument Align(TextAlignment alignment) => Append([0x1B, 0x61, Ranged((int)alignment, 0, 2)]);

    /// <summary>Whether <see cref="QrCode"/> takes this data: 1 to <see cref="MaxQrBytes"/> characters 20h-7Eh.</summary>
    /// <remarks>Nothing below 20h: a printer obeys DLE commands also inside another command's data.</remarks>
    public static bool CanBeQrCode(ReadOnlySpan<char> data)
    {
        foreach (var character in data)
            if (character is < ' ' or > '~') return false;
        return data.Length is >= 1 and <= MaxQrBytes;
    }

    /// <summary>GS ( k: a QR code, model 2. Ask <see cref="CanBeQrCode"/> first where the data is not one's own.</summary>
    /// <param name="data">1 to <see cref="MaxQrBytes"/> characters 20h-7Eh.</param>
    /// <param name="moduleDots">Width of one module, 1 to 16 dots.</param>
    /// <param name="level">Error correction.</param>
    public EscPosDocument QrCode(ReadOnlySpan<char> data, int moduleDots = 6, QrErrorCorrection level = QrErrorCorrection.M)
    {
        if (!CanBeQrCode(data)) throw new ArgumentException($"QR data holds 1 to {MaxQrBytes} characters 20h-7Eh.", nameof(data));
        Append([0x1D, 0x28, 0x6B, 4, 0, 0x31, 0x41, 0x32, 0]);
        QrFunction(3, 0x43).Append([Ranged(moduleDots, 1, 16)]);
        QrFunction(3, 0x45).Append([(byte)(0x30 + Ranged((int)level, 0, 3))]);
        QrFunction(3 + data.Length, 0x50).Append([0x30]);
        _length += Encoding.ASCII.GetBytes(data, Room(data.Length));
        return QrFunction(3, 0x51).Append([0x30]);
    }

    /// <summary>GS V 66 or 65: feeds to the cutter, and on by <paramref name="feed"/>, then cuts.</summary>
    /// <param name="cut">Partial where nobody must pick up paper from the floor.</param>
    /// <param name="feed">0 to 255 vertical motion units.</param>
    public EscPosDocument Cut(PaperCut cut = PaperCut.Partial, int feed = 0) =>
        Append([0x1D, 0x56, cut == PaperCut.Full ? (byte)65 : (byte)66, Ranged(feed, 0, 255)]);

    /// <summary>GS V 1 or 0: cuts where the paper stands.</summary>
    public EscPosDocument CutHere(PaperCut cut = PaperCut.Partial) => Append([0x1D, 0x56, cut == PaperCut.Full ? (byte)0 : (byte)1]);

    /// <summary>Ends a document as its paper wants it (<see cref="PaperFormat.CutBytes"/>): fed to the cutter or the next mark, and cut.</summary>
    public EscPosDocument End() => Append(Format.CutBytes.Span);

    private EscPosDocument QrFunction(int parameterBytes, byte function) =>
        Append([0x1D, 0x28, 0x6B]).Append([(byte)parameterBytes, (byte)(parameterBytes >> 8), 0x31, function]);

    private EscPosDocument Spaces(int count)
    {
        Room(count)[..count].Fill(0x20);
        _length += count;
        return this;
    }

    private EscPosDocument Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _length += bytes.Length;
        return this;
    }

    private Span<byte> Room(int count)
    {
        if (_length + count > _buffer.Length)
        {
            if (_length + count > MaxBytes) throw new InvalidOperationException($"A document holds at most {MaxBytes} bytes.");
            Array.Resize(ref _buffer, Math.Min(MaxBytes, Math.Max(_buffer.Length * 2, _length + count)));
        }
        return _buffer.AsSpan(_length);
    }

    private static byte Ranged(int value, int min, int max, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(value))] string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, min, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, max, name);
        return (byte)value;
    }
}
