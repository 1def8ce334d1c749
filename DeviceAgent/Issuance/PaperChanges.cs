using DeviceAgent.Drivers.Printing;
using DeviceAgent.Journal;

namespace DeviceAgent.Issuance;

/// <summary>Somebody has loaded paper.</summary>
/// <param name="By">Who says so, as the kernel or the kiosk names it.</param>
/// <param name="FirstForm">The number of the first form; null where there is none, or the numbers go on.</param>
public sealed record PaperChangeRequest(string By, string? FirstForm = null);

/// <summary>New paper is fed, cut and found right by a test strip, which is a journaled attempt; then the counters of the old roll are reset.</summary>
/// <remarks>
/// One change at a time, while the desk has nothing else in hand. While its strip is open in the journal it is not done: after a crash it is
/// found out what became of the strip, and another is printed if need be. A strip is no ticket: two of them harm nobody.
/// </remarks>
internal sealed class PaperChanges(DeskSurroundings with, TicketAttempts attempts, PaperStock paper, TicketStock stock)
{
    private const int MaxStrips = 3;

    private PaperChangeRequest? _request;

    /// <summary>Paper is being changed: the kiosk takes no order.</summary>
    public bool IsUnderWay => _request is not null;

    public void Begin(PaperChangeRequest request) => _request = request;

    /// <summary>After a start: a strip that is still open was a dead agent's.</summary>
    public void Recover()
    {
        if (with.Journal.OpenTestStrip is not null) Begin(new("the run before"));
    }

    /// <returns>Null when the paper is changed, else why not; either way the change is over.</returns>
    public async Task<string?> RunAsync(CancellationToken hardStop)
    {
        var request = _request ?? throw new InvalidOperationException("No paper change was asked for.");
        try
        {
            if (with.Journal.OpenTestStrip is { } open && Close(open, await attempts.FindOutAsync(open, null, false, false, with.Printer.RetractsTickets, hardStop), PrintEnd.TimedOut)) return null;
            var reason = "no test strip came out";
            for (var strips = 0; strips < MaxStrips; strips++)
            {
                if (!(await with.Printer.RefreshAsync(hardStop)).CanPrint) return "the printer cannot print";
                reason = await TryAsync(request, strips == 0 ? request.FirstForm : null, hardStop);
                if (reason is null) return null;
            }
            with.Logger.PaperNotChanged(request.By, reason);
            return reason;
        }
        finally
        {
            // A stop in the middle leaves the strip open: the next start goes on.
            if (!hardStop.IsCancellationRequested) _request = null;
        }
    }

    /// <returns>Null when it came out.</returns>
    private async Task<string?> TryAsync(PaperChangeRequest request, string? firstForm, CancellationToken hardStop)
    {
        if (await with.Printer.ReadEvidenceAsync(attempts.CutCounterIsExact, hardStop) is not { } before) return "the printer cannot be read";
        var form = firstForm ?? stock.Next;
        var document = with.Templates.PaperStrip(form, with.Time.GetUtcNow());
        var strip = with.Journal.StartTestStrip(
            new(AttemptKind.TestStrip, 0, before, Millimetres: PaperLength.Millimetres(document.Span, with.Templates.Format), StockNumber: form), request.By, with.Time.GetUtcNow());
        var result = await with.Printer.PrintAsync(document, ProcessId.Parse(strip.ProcessId), hardStop);
        if (result.End == PrintEnd.Cancelled && result.BytesSent > 0) throw new OperationCanceledException(hardStop);
        var end = await attempts.FindOutAsync(strip, result.BytesSent, result.End == PrintEnd.Completed, false, false, hardStop);
        return Close(strip, end, result.End) ? null : end.Judgement;
    }

    private bool Close(AttemptRecord strip, AttemptEnd end, PrintEnd printed)
    {
        var at = with.Time.GetUtcNow();
        // A printer that echoes nothing tells no more than that it took all and stands without fault.
        var isOut = end.Outcome == AttemptOutcome.Presented || (printed == PrintEnd.SentWithoutEcho && end.Outcome == AttemptOutcome.Unknown);
        if (!isOut)
        {
            with.Journal.EndAttempt(strip.Id, end, at);
            return false;
        }
        var unit = with.Printer.Unit ?? strip.Before.Unit;
        with.Journal.EndPaperChange(strip.Id, end, unit, at);
        attempts.ReadUnitAgain();
        paper.Renew(attempts.Unit);
        with.Logger.PaperChanged(unit, strip.StockNumber ?? "without numbers");
        return true;
    }
}
