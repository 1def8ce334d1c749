using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Journal;
using DeviceAgent.Tickets;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Issuance;

/// <summary>How far an attached printer is known.</summary>
internal enum UnitKnowledge
{
    Learned,
    /// <summary>The probe strip's echo got lost: another strip may tell.</summary>
    ProbeAgain,
    /// <summary>The printer could not be read now.</summary>
    NotRead,
}

/// <summary>Makes one attempt at a time: durable before the first byte, judged by evidence afterwards.</summary>
internal sealed class TicketAttempts(
    IIssuanceJournal journal, IPrinterStation printer, IKioskTemplates templates, IPassengerGuidance guidance, PaperStock paper, TicketStock stock, IssuanceOptions options,
    TimeProvider time, ILogger logger)
{
    private PrinterRecord? _unit;

    /// <summary>See <see cref="JournalOptions.UnseenCutsAllowed"/>.</summary>
    public required int UnseenCutsAllowed { get; init; }

    /// <summary>Asked last before an attempt is begun.</summary>
    public Func<bool> MayBegin { get; init; } = () => true;

    /// <summary>Prints a ticket or a strip and finds out what became of it.</summary>
    /// <returns>The ended attempt; null when nothing was begun because the printer cannot be read, or none may be begun now.</returns>
    /// <exception cref="OperationCanceledException">The agent stops: the attempt stays open and is settled at the next start.</exception>
    public async Task<AttemptRecord?> MakeAsync(OpenOrder order, NextStep step, CancellationToken hardStop)
    {
        if (await printer.ReadEvidenceAsync(CutCounterIsExact, hardStop) is not { } before || !MayBegin()) return null;
        var accepted = order.Accepted;
        var kind = step.Kind == StepKind.PrintTicket ? AttemptKind.Ticket : AttemptKind.VoidStrip;
        var document = kind == AttemptKind.Ticket
            ? templates.For(order.Key.Journey).Ticket(accepted.Order, accepted.Tickets[step.TicketIndex], accepted.Tickets.Count, time.GetUtcNow(), step.Copy)
            : templates.VoidStrip(order.Number, step.TicketIndex);
        var length = PaperLength.Millimetres(document.Span, templates.Format);
        if (kind == AttemptKind.Ticket) paper.Measured(length);
        var attempt = journal.StartAttempt(order.Record.Id, new(kind, step.TicketIndex, before, step.Copy, length, stock.Next), time.GetUtcNow());
        var id = ProcessId.Parse(attempt.ProcessId);
        var result = await printer.PrintAsync(document, id, hardStop);
        logger.PrintEnded(order.Number, step.TicketIndex + 1, kind, result.End, result.BytesSent);
        if (result.End == PrintEnd.Cancelled && result.BytesSent > 0) throw new OperationCanceledException(hardStop);
        return await JudgeAsync(attempt, result.BytesSent, result.End == PrintEnd.Completed, IsRetracted(result.Status), mayBeRetracted: false, hardStop);
    }

    /// <summary>Ends an attempt that a dead agent left open. Waits for nothing but the fence: the caller saw a printer that can print.</summary>
    public Task<AttemptRecord> SettleAsync(AttemptRecord open, CancellationToken hardStop) =>
        JudgeAsync(open, bytesSent: null, echoed: false, retracted: false, mayBeRetracted: printer.RetractsTickets, hardStop);

    /// <summary>Ends an attempt about which nothing more can be found out.</summary>
    public AttemptRecord GiveUp(AttemptRecord open, string reason) => End(open, new(AttemptOutcome.Unknown, null, null, reason));

    public PrinterRecord? Unit => _unit;

    /// <summary>The journal knows more of the unit, or less, than a moment ago.</summary>
    public void ReadUnitAgain() => _unit = printer.Unit is { } unit ? journal.FindPrinter(unit) : null;

    /// <summary>
    /// Learns once for a printer whether its cut counter is exact: one strip, one cut, one more on the counter. Of a printer that it knows
    /// it asks how far the counter is: nobody but this journal's kiosk should have moved it.
    /// </summary>
    /// <exception cref="JournalException">Mismatch: the printer has printed what this journal does not know of.</exception>
    public async Task<UnitKnowledge> LearnUnitAsync(CancellationToken hardStop)
    {
        if (printer.Unit is not { } unit || !printer.Status.CanPrint) return UnitKnowledge.NotRead;
        _unit = journal.FindPrinter(unit);
        // One echo that got lost at the opening unlearns nothing: the unit has shown before that it can.
        if (_unit?.CutCounterIsExact is not null && (_unit.EchoesProcessId || !printer.EchoesProcessId)) return await CompareCounterAsync(hardStop);
        var (exact, cuts) = await ProbeCounterAsync(hardStop);
        if (exact is null && printer.Unit != unit) return UnitKnowledge.NotRead;
        if (exact is null && !options.ProbeStrip) return UnitKnowledge.Learned;
        if (exact is null && _unit is not null) return UnitKnowledge.ProbeAgain;
        _unit = new(unit, printer.Identity?.Model, printer.EchoesProcessId, exact, exact == true ? cuts : null, time.GetUtcNow(), _unit?.LowSinceAttempt, printer.Capabilities?.ToJson() ?? _unit?.Capabilities);
        journal.SavePrinter(_unit);
        logger.PrinterLearned(unit, printer.EchoesProcessId, exact);
        return exact is null ? UnitKnowledge.ProbeAgain : UnitKnowledge.Learned;
    }

    private async Task<UnitKnowledge> CompareCounterAsync(CancellationToken hardStop)
    {
        if (!CutCounterIsExact) return UnitKnowledge.Learned;
        if (await printer.ReadEvidenceAsync(true, hardStop) is not { Idle: true } now) return UnitKnowledge.NotRead;
        if (now is not { SerialNumber: { } serial, CutCounter: { } cuts }) return UnitKnowledge.Learned;
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
        return UnitKnowledge.Learned;
    }

    public bool CutCounterIsExact
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
        // A strip would wait in a printer that stands still, and the desk for it, while the lights still invite.
        if (await printer.ReadEvidenceAsync(false, hardStop) is not { Idle: true } before) return (null, null);
        if (before.CutCounter is null) return (false, null);
        if (!options.ProbeStrip) return (null, null);
        stock.Spoil("probe strip of the printer");
        var result = await printer.PrintAsync(templates.ProbeStrip(), PrinterProbeId, hardStop);
        if (result.End != PrintEnd.Completed || await printer.ReadEvidenceAsync(false, hardStop) is not { } after) return (null, null);
        return (after.CutCounter - before.CutCounter == 1, after.CutCounter);
    }

    // '~' first: never an attempt's. The strip is no ticket, so that its echo proves nothing about any order.
    private static ProcessId PrinterProbeId { get; } = ProcessId.Parse("~PRB");

    private static bool IsRetracted(PrinterStatus? status) => status?.Media == MediaState.Retracted;

    private async Task<AttemptRecord> JudgeAsync(AttemptRecord attempt, long? bytesSent, bool echoed, bool retracted, bool mayBeRetracted, CancellationToken hardStop) =>
        End(attempt, await FindOutAsync(attempt, bytesSent, echoed, retracted, mayBeRetracted, hardStop));

    /// <summary>What became of an attempt, by all evidence that there is; where need be, after the paper was loaded.</summary>
    public async Task<AttemptEnd> FindOutAsync(AttemptRecord attempt, long? bytesSent, bool echoed, bool retracted, bool mayBeRetracted, CancellationToken hardStop)
    {
        var evidence = new AttemptEvidence(echoed, bytesSent, BufferProvedEmpty: false, default, retracted);
        PrinterEvidence? after = null;
        if (!echoed && bytesSent != 0)
        {
            if (await WaitUntilItCanPrintAsync(options.BlockedTimeout, hardStop) && await printer.FenceAsync(options.EvidenceTimeout, hardStop) is { } fence)
            {
                after = fence.Echoed ? await printer.ReadEvidenceAsync(CutCounterIsExact, hardStop) : null;
                // A fence that is echoed at once has asked for no status; the reading of the counter has.
                evidence = new(fence.OtherEchoes.Contains(ProcessId.Parse(attempt.ProcessId)), bytesSent, fence.Echoed,
                    IssuanceRules.Compare(attempt.Before, after, options.BlindLimit), retracted || IsRetracted(fence.Status) || IsRetracted(printer.Status),
                    mayBeRetracted && fence.Status?.Media != MediaState.Present);
            }
        }
        var verdict = IssuanceRules.Judge(evidence);
        return new(verdict.Outcome, bytesSent, after, verdict.Judgement);
    }

    private AttemptRecord End(AttemptRecord attempt, AttemptEnd end)
    {
        var at = time.GetUtcNow();
        journal.EndAttempt(attempt.Id, end, at);
        logger.AttemptJudged(attempt.Id, attempt.TicketIndex + 1, attempt.Kind, end.Outcome, end.Judgement);
        return attempt with { End = end, EndedAt = at };
    }

    /// <summary>The printer stands still in the middle of an order. What it holds is printed after the refill, so wait for that.</summary>
    public async Task<bool> WaitUntilItCanPrintAsync(TimeSpan limit, CancellationToken hardStop)
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
            await changed.Task.WaitAsync(limit, time, hardStop);
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
