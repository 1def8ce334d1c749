using System.Text;

namespace DeviceAgent.Tests.Printing;

/// <summary>What a person would see on the paper: lines with their size, codes, cuts. Written from the command reference; shares nothing with the driver.</summary>
internal sealed class TicketDecoder
{
    private static readonly Encoding Gb18030 = CodePagesEncodingProvider.Instance.GetEncoding("gb18030", EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;

    private readonly List<PaperItem> _items = [];
    private readonly List<(string Character, Style Style)> _line = [];
    private Style _style = new(1, 1, false);
    private bool _chinese;
    private bool _position;

    /// <summary>The paper, from top to bottom.</summary>
    public static IReadOnlyList<PaperItem> Decode(ReadOnlySpan<byte> bytes)
    {
        var decoder = new TicketDecoder();
        foreach (var token in EscPosTokens.Split(bytes)) decoder.Obey(token);
        Assert.Empty(decoder._line);
        return decoder._items;
    }

    private void Obey(byte[] token)
    {
        switch (token)
        {
            case [0x1B, 0x40]: (_style, _chinese) = (new(1, 1, false), false); break;
            case [0x1C, 0x26]: _chinese = true; break;
            case [0x1C, 0x2E]: _chinese = false; break;
            case [0x1D, 0x21, var n]: _style = _style with { Width = (n >> 4) + 1, Height = (n & 15) + 1 }; break;
            case [0x1B, 0x45, var n]: _style = _style with { Bold = (n & 1) == 1 }; break;
            case [0x1B, 0x24 or 0x5C, _, _]: _position = true; break;
            case [0x0A]: EndLine(); break;
            case [0x1B, 0x64, var n]:
                if (_line.Count > 0) EndLine();
                for (var i = _items.Count > 0 && _items[^1].Kind == "line" ? 1 : 0; i < n; i++) EndLine();
                break;
            case [0x1D, 0x56, var how, ..]: _items.Add(new(how is 0 or 65 ? "full cut" : "partial cut", [])); break;
            case [0x1D, 0x28, 0x6B, 3, 0, 0x31, 0x51, 0x30]: _items.Add(new("code", [])); break;
            case [0x1D, 0x28, 0x4C, 2, 0, 48, 50]: _items.Add(new("code", [])); break;
            case [0x1B or 0x1C or 0x1D or 0x10, ..]: break;
            default: Draw(token); break;
        }
    }

    private void Draw(byte[] character)
    {
        Assert.True(character.Length == 1 || _chinese, "Chinese text outside Chinese mode.");
        if (_position && _line.Count > 0) _line.Add((" ", _style));
        _position = false;
        _line.Add((Gb18030.GetString(character), _style));
    }

    private void EndLine()
    {
        var runs = new List<Run>();
        foreach (var (character, style) in _line)
        {
            if (runs.Count == 0 || runs[^1].Style != style) runs.Add(new("", style));
            runs[^1] = runs[^1] with { Text = runs[^1].Text + character };
        }
        var seen = runs.Select(r => r with { Text = string.Join(' ', r.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries)) }).Where(r => r.Text.Length > 0);
        _items.Add(new("line", [.. seen]));
        _line.Clear();
        _position = false;
    }

    internal sealed record Style(int Width, int Height, bool Bold);

    internal sealed record Run(string Text, Style Style);

    /// <param name="Kind">line, code, full cut, partial cut.</param>
    /// <param name="Runs">Of a line: its text by style, blanks run together.</param>
    internal sealed record PaperItem(string Kind, IReadOnlyList<Run> Runs)
    {
        public override string ToString() => Kind != "line" ? $"[{Kind}]"
            : string.Join(" + ", Runs.Select(r => $"{r.Style.Width}x{r.Style.Height}{(r.Style.Bold ? " bold" : "")}: {r.Text}"));
    }
}
