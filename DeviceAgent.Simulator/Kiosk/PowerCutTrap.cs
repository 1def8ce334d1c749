using DeviceAgent.Simulator.Printing;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>Cuts the board's power in the middle of a ticket: when the printer has taken part of its bytes.</summary>
internal sealed class PowerCutTrap : IDisposable
{
    // Status requests and counters between tickets are a few dozen bytes; a ticket has several hundred.
    private const int BytesIntoTicket = 200;
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(10);
    private readonly VirtualKiosk _kiosk;
    private readonly Task? _held;
    private readonly TaskCompletionSource _sprung = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _ticketsBefore;
    private long _taken, _start = -1;

    /// <param name="ticket">1-based.</param>
    /// <param name="held">The printer takes nothing more until this is done, at most 10 s, and the cut comes then; null: it comes at once.</param>
    public PowerCutTrap(VirtualKiosk kiosk, int ticket, Task? held = null)
    {
        (_kiosk, _ticketsBefore, _held) = (kiosk, ticket - 1, held);
        kiosk.Printer.BytesTaken += Count;
        kiosk.Printer.PieceCut += Follow;
    }

    /// <summary>Completed when the power is gone.</summary>
    public Task Sprung => _sprung.Task;

    public void Dispose()
    {
        _kiosk.Printer.BytesTaken -= Count;
        _kiosk.Printer.PieceCut -= Follow;
    }

    // Both run on the printer's thread.
    private void Count(long taken)
    {
        if (_start < 0) _start = _taken == 0 ? taken : _taken;
        _taken = taken;
        if (_ticketsBefore > 0 || _sprung.Task.IsCompleted || taken - _start < BytesIntoTicket) return;
        if (_held is not null) Task.WaitAny([_held], LongestHold);
        _kiosk.CutPower();
        _sprung.SetResult();
    }

    private void Follow(PaperPiece piece)
    {
        if (piece.QrTexts.Count == 0) return;
        _ticketsBefore--;
        _start = _taken;
    }
}
