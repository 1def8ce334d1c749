using System.Text;

namespace DeviceAgent.Simulator.Printing;

/// <summary>The line that is being composed in the print buffer. Positions in dots of 1/8 mm; a column has 12.</summary>
internal sealed class PrintLine
{
    public const int DotsPerColumn = 12;
    private readonly List<PaperRun> _runs = [];
    private readonly StringBuilder _text = new();
    private PaperRun _look = new("", 0, 1, 1, 1, false);
    private readonly int _paperDots;
    private int _cursor, _left, _right;

    public PrintLine(int paperDots) => _right = _paperDots = paperDots;

    /// <summary>Nothing is in the print buffer.</summary>
    public bool IsEmpty => _runs.Count == 0 && _text.Length == 0;

    /// <summary>The line has not been touched: no characters, no positions.</summary>
    public bool AtBeginning => IsEmpty && _cursor == _left;

    public int HeightTimes => Math.Max(_text.Length == 0 ? 1 : _look.Height, _runs.Count == 0 ? 1 : _runs.Max(r => r.Height));

    public bool Fits(int characterColumns, int width) => _cursor + characterColumns * width * DotsPerColumn <= _right;

    public void Add(string character, int characterColumns, int width, int height, bool bold)
    {
        if (_text.Length == 0 || _look.CharacterColumns != characterColumns || _look.Width != width || _look.Height != height || _look.Bold != bold)
        {
            EndRun();
            _look = new PaperRun("", _cursor / DotsPerColumn, characterColumns, width, height, bold);
        }
        _text.Append(character);
        _cursor += characterColumns * width * DotsPerColumn;
    }

    /// <returns>False when the position lies outside the line: a printer ignores it.</returns>
    public bool MoveTo(int dotsFromLeft)
    {
        var target = _left + dotsFromLeft;
        if (target < _left || target > _right) return false;
        if (target != _cursor) EndRun();
        _cursor = target;
        return true;
    }

    public bool MoveBy(int dots) => MoveTo(_cursor - _left + dots);

    public void Tab() => MoveTo(Math.Min((_cursor - _left) / (8 * DotsPerColumn) * 8 * DotsPerColumn + 8 * DotsPerColumn, _right - _left));

    public void SetLeftMargin(int dots)
    {
        if (!AtBeginning) return;
        _left = _cursor = Math.Min(dots, _paperDots - DotsPerColumn);
        _right = Math.Max(_right, _left + DotsPerColumn);
    }

    public void SetWidth(int dots)
    {
        if (AtBeginning) _right = Math.Clamp(_left + dots, _left + DotsPerColumn, _paperDots);
    }

    public PaperLine Take(TextAlignment alignment)
    {
        EndRun();
        var line = new PaperLine { Alignment = alignment, Runs = [.. _runs] };
        _runs.Clear();
        _cursor = _left;
        return line;
    }

    /// <summary>Drops what is composed; margins stay.</summary>
    public void Clear()
    {
        _runs.Clear();
        _text.Clear();
        _cursor = _left;
    }

    public void Initialise()
    {
        _left = 0;
        _right = _paperDots;
        Clear();
    }

    private void EndRun()
    {
        if (_text.Length > 0) _runs.Add(_look with { Text = _text.ToString() });
        _text.Clear();
    }
}
