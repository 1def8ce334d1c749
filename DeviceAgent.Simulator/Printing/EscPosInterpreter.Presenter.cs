namespace DeviceAgent.Simulator.Printing;

/// <summary>The mouth of a kiosk printer: a cut ticket is held inside, presented, and taken, thrown out or pulled back in.</summary>
/// <remarks>Source: Custom and Pyramid kiosk printers, GS e (1Dh 65h).</remarks>
internal sealed partial class EscPosInterpreter
{
    private readonly Queue<PaperPiece> _inside = new();
    private readonly List<PaperPiece> _retracted = [];
    private TimeSpan _atMouthFrom;
    private bool _isPresented;

    /// <summary>Pieces that were pulled back in.</summary>
    public IReadOnlyList<PaperPiece> Retracted => _retracted;

    /// <summary>The ticket that a hand could take; null when there is none.</summary>
    public PaperPiece? AtMouth => _isPresented && _inside.TryPeek(out var piece) ? piece : null;

    /// <summary>A hand takes the ticket.</summary>
    public void Take(TimeSpan now) => Change(now, () =>
    {
        if (AtMouth is null || _clock < _atMouthFrom) return;
        _finished.Add(_inside.Dequeue());
        _isPresented = false;
    });

    private void Deliver(PaperPiece piece)
    {
        if (!_options.HasPresenter)
        {
            _finished.Add(piece);
            return;
        }
        // The next ticket pushes out what is still held.
        while (_inside.TryDequeue(out var before)) _finished.Add(before);
        _inside.Enqueue(piece);
        _isPresented = false;
    }

    private bool Present(ReadOnlySpan<byte> command)
    {
        if (!_options.HasPresenter)
        {
            Ignore("GS e without a presenter");
            return true;
        }
        switch (command[2])
        {
            case 2:
                if (_inside.TryDequeue(out var back)) _retracted.Add(back);
                _isPresented = false;
                break;
            case 3 or 0x20 when _inside.Count > 0 && !_isPresented:
                (_isPresented, _atMouthFrom) = (true, _clock + _options.PresentingTime);
                break;
            case 5:
                if (_inside.TryDequeue(out var ejected)) _finished.Add(ejected);
                _isPresented = false;
                break;
            case 6:
                Reply(Condition.Presenter);
                break;
        }
        return true;
    }
}
