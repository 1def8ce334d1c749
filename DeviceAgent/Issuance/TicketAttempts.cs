using DeviceAgent.Drivers.Printing;
using DeviceAgent.Journal;
using DeviceAgent.Tickets;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Issuance;

/// <summary>Makes one attempt at a time: durable before the first byte, judged by evidence afterwards.</summary>
internal sealed class TicketAttempts(
    IIssuanceJournal journal, IPrinterStation printer, ITicketTemplate template, IPassengerGuidance guidance, IssuanceOptions options, TimeProvider time, ILogger logger)
{
    private PrinterRecord? _unit;

    /// <summary>See <see cref="JournalOptions.UnseenCutsAllowed"/>.</summary>
    public required int UnseenCutsAllowed { get; init; }

    /// <summary>Prints a ticket or a strip and finds out what became of it.</summary>
    /// <returns>The ended attempt; null when nothing was begun because the printer cannot be read.</returns>
    /// <exception cref="OperationCanceledException">The agent stops: the attempt stays open and is settled at the next start.</exception>
    public async Task<AttemptRecord?> MakeAsync(IssuanceRecord issuance, AcceptedOrder accepted, AttemptKind kind, int ticketIndex, CancellationToken hardStop)
    {
        if (await printer.ReadEvidenceAsync(CutCounterIsExact, hardStop) is not { } before) return null;
        var document = kind == AttemptKind.Ticket
            ? template.Ticket(accepted.Order, accepted.Tickets[ticketIndex], accepted.Tickets.Count, time.GetUtcNow())
            : template.VoidStrip(accepted.Order.OrderNumber, ticketIndex);
        var attempt = journal.StartAttempt(issuance.Id, new(kind, ticketIndex, before), time.GetUtcNow());
        var id = ProcessId.Parse(attempt.ProcessId);
        var result = await printer.PrintAsync(document, id, hardStop);
        logger.PrintEnded(issuance.OrderNumber, ticketIndex + 1, kind, result.End, result.BytesSent);
        if (result.End == PrintEnd.Cancelled && result.BytesSent > 0) throw new OperationCanceledException(hardStop);
        return await JudgeAsync(attempt, result.BytesSent, result.End == PrintEnd.Completed, hardStop);
    }

    /// <summary>Ends an attempt that a dead agent left open. Waits for nothing but the fence: the caller saw a printer that can print.</summary>
    public Task<AttemptRecord> SettleAsync(AttemptRecord open, CancellationToken hardStop) => JudgeAsync(open, bytesSent: null, echoed: false, hardStop);

    /// <summary>Ends an attempt about which nothing more can be found out.</summary>
    public AttemptRecord GiveUp(AttemptRecord open, string reason) => End(open, new(AttemptOutcome.Unknown, reason), null, null);

    /// <summary>
    /// Learns once for a printer whether its cut counter is exact: one strip, one cut, one more on the counter. Of a printer that it knows
    /// it asks how far the counter is: nobody but this journal's kiosk should have moved it.
    /// </summary>
    /// <returns>False when the printer could not be read now.</returns>
    /// <exception cref="JournalException">Mismatch: the printer has printed what this journal does not know of.</exception>
    public async Task<bool> LearnUnitAsync(CancellationToken hardStop)
    {
        if (printer.Unit is not { } unit || !printer.Status.CanPrint) return false;
        _unit = journal.FindPrinter(unit);
        var known = _unit?.CutCounterIsExact is not null && _unit.EchoesProcessId == printer.EchoesProcessId;
        if (known) return await CompareCounterAsync(hardStop);
        var (exact, cuts) = await ProbeCounterAsync(hardStop);
        if (exact is null && printer.Unit != unit) return false;
        _unit = new(unit, printer.Identity?.Model, printer.EchoesProcessId, exact, exact == true ? cuts : null, time.GetUtcNow());
        journal.SavePrinter(_unit);
        logger.PrinterLearned(unit, printer.EchoesProcessId, exact);
        return true;
    }

    private async Task<bool> CompareCounterAsync(CancellationToken hardStop)
    {
        if (!CutCounterIsExact) return true;
        if (await printer.ReadEvidenceAsync(true, hardStop) is not { Idle: true } now) return false;
        if (now is not { SerialNumber: { } serial, CutCounter: { } cuts }) return true;
        var last = journal.LastCuts(serial);
        if (IssuanceRules.WhyNotThisPrintersJournal(last, cuts, UnseenCutsAllowed) is { } why)
        {
            journal.Distrust($"printer {serial}: {why}", time.GetUtcNow());
            throw new JournalException(JournalFailure.Mismatch, $"Printer {serial}: {why}.");
        }
        if (last is null)
        {
            // Once for a printer and an adoption; from then on its attempts tell.
            _unit = _unit! with { CutCounter = cuts, SeenAt = time.GetUtcNow() };
            journal.SavePrinter(_unit);
        }
        return true;
    }

    private bool CutCounterIsExact
    {
        get
        {
            if (printer.Unit is { } unit && _unit?.Unit != unit) _unit = journal.FindPrinter(unit);
            return _unit?.CutCounterIsExact == true && _unit.Unit == printer.Unit;
        }
    }

    // Null: this unit tells no counter or echoes nothing, so that there is nothing to learn, or it went away meanwhile.
    private async Task<(bool? Exact, long? Cuts)> ProbeCounterAsync(CancellationToken hardStop)
    {
        if (!printer.EchoesProcessId || printer.Identity?.SerialNumber is null) return (false, null);
        if (await printer.ReadEvidenceAsync(false, hardStop) is not { } before) return (null, null);
        if (before.CutCounter is null) return (false, null);
        if (!options.ProbeStrip) return (null, null);
        var result = await printer.PrintAsync(template.ProbeStrip(), PrinterProbeId, hardStop);
        if (result.End != PrintEnd.Completed || await printer.ReadEvidenceAsync(false, hardStop) is not { } after) return (null, null);
        return (after.CutCounter - before.CutCounter == 1, after.CutCounter);
    }

    // '~' first: never an attempt's. The strip is no ticket, so that its echo proves nothing about any order.
    private static ProcessId PrinterProbeId { get; } = ProcessId.Parse("~PRB");

    private async Task<AttemptRecord> JudgeAsync(AttemptRecord attempt, long? bytesSent, bool echoed, CancellationToken hardStop)
    {
        var evidence = new AttemptEvidence(echoed, bytesSent, BufferProvedEmpty: false, default);
        PrinterEvidence? after = null;
        if (!echoed && bytesSent != 0)
        {
            if (await WaitUntilItCanPrintAsync(hardStop) && await printer.FenceAsync(options.EvidenceTimeout, hardStop) is { } fence)
            {
                after = fence.Echoed ? await printer.ReadEvidenceAsync(CutCounterIsExact, hardStop) : null;
                evidence = new(fence.OtherEchoes.Contains(ProcessId.Parse(attempt.ProcessId)), bytesSent, fence.Echoed, IssuanceRules.Compare(attempt.Before, after));
            }
        }
        return End(attempt, IssuanceRules.Judge(evidence), bytesSent, after);
    }

    private AttemptRecord End(AttemptRecord attempt, AttemptVerdict verdict, long? bytesSent, PrinterEvidence? after)
    {
        var at = time.GetUtcNow();
        var end = new AttemptEnd(verdict.Outcome, bytesSent, after, verdict.Judgement);
        journal.EndAttempt(attempt.Id, end, at);
        logger.AttemptJudged(attempt.Id, attempt.TicketIndex + 1, attempt.Kind, verdict.Outcome, verdict.Judgement);
        return attempt with { End = end, EndedAt = at };
    }

    // The printer stands still in the middle of a ticket. What it holds is printed after the refill, so wait for that.
    private async Task<bool> WaitUntilItCanPrintAsync(CancellationToken hardStop)
    {
        if ((await printer.RefreshAsync(hardStop)).CanPrint) return true;
        guidance.Show(Guidance.SeeStaff);
        var changed = new TaskCompletionSource();
        void OnChange()
        {
            if (printer.Status.CanPrint) changed.TrySetResult();
        }
        printer.Changed += OnChange;
        try
        {
            OnChange();
            await changed.Task.WaitAsync(options.BlockedTimeout, time, hardStop);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
        finally
        {
            printer.Changed -= OnChange;
        }
    }
}
