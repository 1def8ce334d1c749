using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Printing;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>Waits for the moment of one kill, on the events of the kiosk, and kills then and there: on the thread that brings the event.</summary>
internal sealed class KillTrap : IDisposable
{
    private readonly VirtualKiosk _kiosk;
    private readonly KillMoment _moment;
    private readonly Action _kill;
    private readonly ITimer _fuse;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _sprung = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _started, _counts, _isSprung;
    private int _met;
    private long _bytesFrom;

    /// <param name="kill">Called once; the printer takes nothing more, and the platform does nothing more about its request, until it returns.</param>
    public KillTrap(VirtualKiosk kiosk, KillMoment moment, Action kill, TimeProvider time)
    {
        (_kiosk, _moment, _kill) = (kiosk, moment, kill);
        _fuse = time.CreateTimer(_ => Spring(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        kiosk.Printer.BytesTaken += CountBytes;
        kiosk.Printer.PieceCut += SeePiece;
        kiosk.Gateway.Received += SeeRequest;
        kiosk.Gateway.Finished += SeeAnswer;
    }

    /// <summary>Completed when the agent is dead.</summary>
    public Task Sprung => _sprung.Task;

    /// <summary>The process is there: what came before belongs to the one before it.</summary>
    public void Started()
    {
        lock (_lock) _started = true;
        Meet(KillOccasion.Started);
        Meet(KillOccasion.FirstBytes);
    }

    public void Ready() => Meet(KillOccasion.Ready);

    public void Scanned()
    {
        Meet(KillOccasion.Scanned);
        Meet(KillOccasion.TicketBytes);
    }

    public void Dispose()
    {
        _kiosk.Printer.BytesTaken -= CountBytes;
        _kiosk.Printer.PieceCut -= SeePiece;
        _kiosk.Gateway.Received -= SeeRequest;
        _kiosk.Gateway.Finished -= SeeAnswer;
        _fuse.Dispose();
    }

    private void SeePiece(PaperPiece piece)
    {
        Meet(KillOccasion.PieceCut);
        Meet(KillOccasion.AfterPiece);
    }

    private void SeeRequest(string? method, string? orderNumber) => Meet(IsReport(method) ? KillOccasion.ReportReceived : KillOccasion.QueryReceived);

    private void SeeAnswer(GatewayRequest request) => Meet(IsReport(request.Method) ? KillOccasion.ReportAnswered : KillOccasion.QueryAnswered);

    private static bool IsReport(string? method) => TopApi.Find(method) is { } api && api != TopApi.QueryOrder;

    private void Meet(KillOccasion occasion)
    {
        lock (_lock)
        {
            if (!_started || occasion != _moment.Occasion || ++_met != _moment.Nth) return;
            _bytesFrom = _kiosk.Printer.BytesTakenSoFar;
            _counts = _moment.Occasion is KillOccasion.FirstBytes or KillOccasion.TicketBytes or KillOccasion.PieceCut;
        }
        if (_moment.Amount == 0) Spring();
        else if (!_counts) _fuse.Change(TimeSpan.FromMilliseconds(_moment.Amount), Timeout.InfiniteTimeSpan);
    }

    private void CountBytes(long taken)
    {
        lock (_lock)
        {
            if (!_counts || taken - _bytesFrom < _moment.Amount) return;
        }
        Spring();
    }

    private void Spring()
    {
        lock (_lock)
        {
            if (_isSprung) return;
            _isSprung = true;
        }
        _kill();
        _sprung.SetResult();
    }
}
