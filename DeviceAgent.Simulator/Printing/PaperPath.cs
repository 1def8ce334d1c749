namespace DeviceAgent.Simulator.Printing;

/// <summary>The roll, the paper between head and mouth, and the pieces that fell out. Millimetres.</summary>
internal sealed class PaperPath(SimulatedPrinterOptions options)
{
    /// <summary>So much is kept of one piece and of all pieces: a sender gone mad must not fill the memory.</summary>
    public const int MaxLines = 20_000, MaxPieces = 10_000, MaxLinesOfAllPieces = 200_000;

    private readonly List<PaperLine> _lines = [];
    private readonly List<PaperPiece> _pieces = [];
    private double _remaining = options.PaperMillimetres, _feedLeft;
    private int _lastNumber, _linesOfPieces;

    public bool IsOut => _remaining <= 0;

    public bool IsNearEnd => _remaining <= options.NearEndMillimetres;

    /// <summary>The motor still has to move the paper.</summary>
    public bool MustFeed => _feedLeft > 0;

    public IReadOnlyList<PaperPiece> Pieces => _pieces;

    /// <summary>Lines that hang in the mouth, uncut; null when nothing is printed on that paper.</summary>
    public PaperPiece? InMouth => _lines.Count == 0 ? null : new PaperPiece(_lastNumber + 1, [.. _lines], Cut: false, options.Columns);

    public void Print(PaperLine line, double millimetres)
    {
        if (_lines.Count < MaxLines) _lines.Add(line);
        _feedLeft += millimetres;
    }

    public void Feed(double millimetres) => _feedLeft += millimetres;

    /// <summary>Feeds so far that all paper that ever moved is a whole number of <paramref name="millimetres"/>.</summary>
    public void FeedToMultipleOf(double millimetres)
    {
        var beyond = (options.PaperMillimetres - _remaining + _feedLeft) % millimetres;
        if (beyond > 1e-6) _feedLeft += millimetres - beyond;
    }

    /// <summary>Moves the paper as far as asked, or to its end.</summary>
    /// <returns>Millimetres moved.</returns>
    public double Move()
    {
        var moved = Math.Min(_feedLeft, _remaining);
        _remaining -= moved;
        // What a motor cannot resolve is not left over: a rest of rounding would stop the printer for ever.
        _feedLeft = _feedLeft - moved < 1e-6 ? 0 : _feedLeft - moved;
        return moved;
    }

    public PaperPiece Cut() => Finish(cut: true);

    /// <returns>The piece that was torn off, if anything was printed on it.</returns>
    public PaperPiece? LoadRoll()
    {
        var torn = _lines.Count == 0 ? null : Finish(cut: false);
        _remaining = options.PaperMillimetres;
        return torn;
    }

    public void ShortenTo(double millimetres) => _remaining = Math.Min(_remaining, millimetres);

    public void ForgetFeed() => _feedLeft = 0;

    private PaperPiece Finish(bool cut)
    {
        var piece = new PaperPiece(++_lastNumber, [.. _lines], cut, options.Columns);
        _lines.Clear();
        _pieces.Add(piece);
        _linesOfPieces += piece.Lines.Count;
        while (_pieces.Count > MaxPieces || _linesOfPieces > MaxLinesOfAllPieces)
        {
            _linesOfPieces -= _pieces[0].Lines.Count;
            _pieces.RemoveAt(0);
        }
        return piece;
    }
}
