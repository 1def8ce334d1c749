using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Issuance;

// The pick-up, step by step.
public sealed partial class IssuanceDesk
{
    // Attempts for one ticket, strips apart. Each was proved NotPresented; a printer that fails this often needs a person.
    private const int MaxTriesPerTicket = 5;

    private async Task PickUpAsync(string code)
    {
        if (_codes.Extract(code) is not { } number)
        {
            _with.Logger.NotUnderstood(code.Length);
            Notice(Guidance.NotUnderstood);
            return;
        }
        _inHandName = number;
        Show(Guidance.Checking);
        var record = _with.Journal.Find(Journey.Bus, number);
        var answer = IssuanceRules.AnswerFromJournal(record);
        _with.Logger.AnsweredByJournal(number, answer);
        if (answer is JournalAnswer.AlreadyCollected or JournalAnswer.SeeStaff)
        {
            Notice(answer == JournalAnswer.AlreadyCollected ? Guidance.AlreadyCollected : Guidance.SeeStaff);
            return;
        }
        if (await LookUpAsync(number, record) is not { } order || _stopping) return;
        if (await _with.PassengerCheck.RefuseAsync(order, _hardStop.Token) is { } reason)
        {
            _with.Logger.NotCollected(number, reason);
            Notice(Guidance.Refused);
            return;
        }
        var open = answer == JournalAnswer.Resume ? await ResumeAsync(record!) : await TakeOnAsync(order);
        if (open is not null) await IssueAsync(open);
    }

    /// <summary>Readiness, the platform's answer, eligibility. Null when there is nothing to issue: the lights say why.</summary>
    private async Task<Order?> LookUpAsync(string number, IssuanceRecord? open)
    {
        if (!_lookUps.TryTake())
        {
            _with.Logger.TooManyLookUps(number);
            Notice(Guidance.Refused);
            return null;
        }
        await _with.Printer.RefreshAsync(_hardStop.Token);
        if (NotReadyReasons() is { Count: > 0 } reasons)
        {
            _with.Logger.NotReady(string.Join(", ", reasons));
            Notice(Guidance.OutOfService);
            return null;
        }
        var answer = await _with.Platform.QueryOrderAsync(number, _hardStop.Token);
        if (answer.Fault is { } fault)
        {
            _with.Logger.NotAsked(number, fault.ToString());
            Notice(fault.Remedy is TopRemedy.Park ? Guidance.Refused : Guidance.Offline);
            return null;
        }
        var verdict = Eligibility.Judge(answer.Value!, number, _orders, _with.Time.GetUtcNow());
        if (verdict.Order is { } order) return order;
        _with.Logger.Refused(number, verdict.Refusal!.Value, verdict.Detail);
        Notice(verdict.Refusal == Refusal.AlreadyIssued ? Guidance.AlreadyCollected : Guidance.Refused);
        if (open is { State: IssuanceState.Accepted, Accepted: { } accepted } && ClosesTheOrder(verdict.Refusal!.Value))
            Conclude(open, accepted, [.. open.Attempts], IssuanceRules.AfterWaiting(accepted.Tickets.Count, open.Attempts));
        return null;
    }

    // The platform has ended the order meanwhile: nothing more is printed for it.
    private static bool ClosesTheOrder(Refusal refusal) => refusal is Refusal.AlreadyIssued or Refusal.Closed or Refusal.BeingRefunded;

    private async Task<IssuanceRecord?> TakeOnAsync(Order order)
    {
        var number = order.OrderNumber;
        var id = _with.Journal.RecordIntent(order.Journey, number, _with.Time.GetUtcNow());
        var claim = await _with.Claims.ClaimAsync(order.Journey, number, _hardStop.Token);
        if (!claim.Granted)
        {
            _with.Journal.Release(id, $"claim refused: {claim.Reason}", _with.Time.GetUtcNow());
            _with.Logger.Released(number, claim.Reason);
            Notice(Guidance.Refused);
            return null;
        }
        var tickets = await _with.Allocation.AllocateAsync(order, _hardStop.Token);
        _with.Journal.Accept(id, new(order, tickets, _with.Template.Version, claim.Token), _with.Time.GetUtcNow());
        _with.Logger.Accepted(number, tickets.Count);
        return _with.Journal.Find(order.Journey, number);
    }

    private async Task<IssuanceRecord?> ResumeAsync(IssuanceRecord record)
    {
        if (record.Accepted is not { } accepted || accepted.TemplateVersion != _with.Template.Version)
        {
            _with.Logger.CannotContinue(record.OrderNumber, record.Accepted is null ? "its tickets cannot be read" : "its ticket template is another");
            Notice(Guidance.SeeStaff);
            return null;
        }
        var claim = await _with.Claims.RevalidateAsync(record.Journey, record.OrderNumber, accepted.ClaimToken, _hardStop.Token);
        if (claim.Granted) return record;
        _with.Logger.CannotContinue(record.OrderNumber, claim.Reason);
        Notice(Guidance.SeeStaff);
        return null;
    }

    private async Task IssueAsync(IssuanceRecord record)
    {
        var accepted = record.Accepted!;
        var attempts = record.Attempts.ToList();
        var begun = attempts.Count;
        var lastBegun = _with.Time.GetTimestamp();
        while (true)
        {
            var step = IssuanceRules.Next(accepted.Tickets.Count, attempts);
            var paused = _with.Time.GetElapsedTime(lastBegun) > _options.PauseLimit;
            if (step.Kind is not (StepKind.PrintTicket or StepKind.PrintVoidStrip))
            {
                Finish(record, accepted, attempts, step);
                return;
            }
            if (_stopping || paused)
            {
                Conclude(record, accepted, attempts, step);
                Notice(_stopping ? Guidance.OutOfService : Guidance.SeeStaff);
                return;
            }
            Show(Guidance.Printing);
            lastBegun = _with.Time.GetTimestamp();
            var tried = attempts.Skip(begun).Count(a => a.TicketIndex == step.TicketIndex && a.Kind == AttemptKind.Ticket) >= MaxTriesPerTicket;
            var kind = step.Kind == StepKind.PrintTicket ? AttemptKind.Ticket : AttemptKind.VoidStrip;
            var attempt = tried || !_with.Printer.Status.CanPrint ? null : await _attempts.MakeAsync(record, accepted, kind, step.TicketIndex, _hardStop.Token);
            if (attempt is null)
            {
                GiveBackOrWait(record, accepted, attempts, step);
                return;
            }
            attempts.Add(attempt);
        }
    }

    /// <summary>The printer cannot go on: with nothing given the order goes back at once, otherwise it waits for the refill and the passenger.</summary>
    private void GiveBackOrWait(IssuanceRecord record, AcceptedOrder accepted, List<AttemptRecord> attempts, NextStep step)
    {
        // A half-printed ticket still needs its strip, so that the next one does not hang on it.
        var waits = IssuanceRules.PresentedTickets(attempts) > 0 || step.Kind == StepKind.PrintVoidStrip;
        Conclude(record, accepted, attempts, waits ? step : step with { Kind = StepKind.Release, Reason = "the printer failed before any ticket was presented" });
        CountUnsettled();
        Notice(waits ? Guidance.SeeStaff : Guidance.OutOfService);
    }

    private void Finish(IssuanceRecord record, AcceptedOrder accepted, List<AttemptRecord> attempts, NextStep step)
    {
        Conclude(record, accepted, attempts, step);
        if (step.Kind == StepKind.Complete) Notice(Guidance.TakeTicket, _options.TakeTicketTime);
        else Notice(Guidance.SeeStaff, _options.PauseLimit);
    }
}
