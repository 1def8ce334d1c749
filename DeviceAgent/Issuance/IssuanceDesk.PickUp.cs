using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Issuance;

// The pick-up, step by step.
public sealed partial class IssuanceDesk
{
    // Attempts for one ticket, strips apart. Each was proved NotPresented; a printer that fails this often needs a person.
    private const int MaxTriesPerTicket = 5;

    // Pauses for paper or a cable within one pick-up; then the order waits for its passenger.
    private const int MaxPauses = 3;

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
        if (await CheckPassengerAsync(order, record) is not { } checkedOrder) return;
        var open = answer == JournalAnswer.Resume ? await ResumeAsync(record!) : await TakeOnAsync(checkedOrder);
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
        if (IsRefusedForNow()) return null;
        var answer = await _with.Platform.QueryOrderAsync(number, _hardStop.Token);
        if (answer.Fault is { } fault)
        {
            _with.Logger.NotAsked(number, fault.ToString());
            Notice(fault.Remedy is TopRemedy.Park ? Guidance.Refused : Guidance.Offline);
            return null;
        }
        _with.WakeSender();
        var verdict = Eligibility.Judge(answer.Value!, number, _orders, _with.Time.GetUtcNow());
        // Much may have happened while the platform was asked.
        if (verdict.Order is { } order) return IsRefusedForNow() ? null : order;
        _with.Logger.Refused(number, verdict.Refusal!.Value, verdict.Detail);
        Notice(verdict.Refusal == Refusal.AlreadyIssued ? Guidance.AlreadyCollected : Guidance.Refused);
        if (open is { State: IssuanceState.Accepted, Accepted: not null } && ClosesTheOrder(verdict.Refusal!.Value)) GiveUp(new(open));
        return null;
    }

    private bool IsRefusedForNow()
    {
        // A silent platform is found out by asking it.
        if (NotReadyReasons().Where(r => r != NotReadyReason.GatewayUnreachable).ToList() is not { Count: > 0 } reasons) return false;
        _with.Logger.NotReady(string.Join(", ", reasons));
        Notice(Guidance.OutOfService);
        return true;
    }

    // The platform has ended the order meanwhile: nothing more is printed for it.
    private static bool ClosesTheOrder(Refusal refusal) => refusal is Refusal.AlreadyIssued or Refusal.Closed or Refusal.BeingRefunded;

    // Nothing is told to a platform that has already decided.
    private void GiveUp(OpenOrder order) => Conclude(order, order.AfterWaiting, mayReportFailure: false);

    private async Task<OpenOrder?> TakeOnAsync(Order order)
    {
        var number = order.OrderNumber;
        if (!_paper.IsEnoughFor(order.Passengers.Count))
        {
            _with.Logger.RollTooShort(number, order.Passengers.Count, _paper.TicketsLeft ?? 0);
            Notice(Guidance.Refused);
            return null;
        }
        if (await ClaimAsync(new(order.Journey, number)) is not var (intent, claim)) return null;
        var allocation = await _with.Allocation.AllocateAsync(order, intent.Intents, _hardStop.Token);
        if (allocation.Tickets is not { } tickets)
        {
            _with.Journal.Release(intent.Id, allocation.Reason, GivenBack(intent, allocation.Reason), _with.Time.GetUtcNow());
            _with.Logger.Released(number, allocation.Reason);
            _with.WakeSender();
            Notice(allocation.IsSilence ? Guidance.Offline : Guidance.Refused);
            return null;
        }
        _with.Journal.Accept(intent.Id, new(order, tickets, _with.Templates.For(order.Journey).Version, claim), [], _with.Time.GetUtcNow());
        _with.Logger.Accepted(number, tickets.Count);
        return new(_with.Journal.Find(order.Journey, number)!);
    }

    /// <summary>● intent, then the claim. Null when the order is not ours: the intent is released, and the lights say so.</summary>
    private async Task<(IssuanceRecord Intent, string? Claim)?> ClaimAsync(OrderKey order)
    {
        var id = _with.Journal.RecordIntent(order.Journey, order.Number, _with.Time.GetUtcNow());
        var claim = await _with.Claims.ClaimAsync(order.Journey, order.Number, _hardStop.Token);
        if (claim.Granted) return (_with.Journal.Find(order.Journey, order.Number)!, claim.Token);
        _with.Journal.Release(id, $"claim refused: {claim.Reason}", [], _with.Time.GetUtcNow());
        _with.Logger.Released(order.ToString(), claim.Reason);
        Notice(Guidance.Refused);
        return null;
    }

    private async Task<OpenOrder?> ResumeAsync(IssuanceRecord record)
    {
        if (record.Accepted is not { } accepted || accepted.TemplateVersion != _with.Templates.For(record.Journey).Version)
        {
            _with.Logger.CannotContinue(record.OrderNumber, record.Accepted is null ? "its tickets cannot be read" : "its ticket template is another");
            Notice(Guidance.SeeStaff);
            return null;
        }
        var claim = await _with.Claims.RevalidateAsync(record.Journey, record.OrderNumber, accepted.ClaimToken, _hardStop.Token);
        if (claim.Granted) return new(record);
        _with.Logger.CannotContinue(record.OrderNumber, claim.Reason);
        Notice(Guidance.SeeStaff);
        return null;
    }

    private async Task IssueAsync(OpenOrder order)
    {
        var begun = order.Attempts.Count;
        var lastBegun = _with.Time.GetTimestamp();
        for (var pauses = 0; ;)
        {
            var step = order.Next;
            if (step.Kind is not (StepKind.PrintTicket or StepKind.PrintVoidStrip))
            {
                Finish(order, step);
                return;
            }
            var left = _options.PauseLimit - _with.Time.GetElapsedTime(lastBegun);
            if (_stopping || left < TimeSpan.Zero)
            {
                Conclude(order, step);
                Notice(_stopping ? Guidance.OutOfService : Guidance.SeeStaff);
                return;
            }
            if (_with.PowerIsFailing())
            {
                await WaitForPowerAsync(order, left);
                continue;
            }
            Show(Guidance.Printing);
            var beginning = _with.Time.GetTimestamp();
            var tries = order.Attempts.Skip(begun).Count(a => a.TicketIndex == step.TicketIndex && a.Kind == AttemptKind.Ticket);
            var attempt = tries >= MaxTriesPerTicket || !_with.Printer.Status.CanPrint ? null : await _attempts.MakeAsync(order, step, _hardStop.Token);
            if (attempt is not null)
            {
                lastBegun = beginning;
                order.Attempts.Add(attempt);
                continue;
            }
            if (_with.PowerIsFailing()) continue;
            // The passenger is still there: a new roll within the pause goes on by itself. With nothing given the order goes back at once.
            var waits = order.HasTicketThatMayBeOut || step.Kind == StepKind.PrintVoidStrip;
            if (waits && tries < MaxTriesPerTicket && pauses++ < MaxPauses && await _attempts.WaitUntilItCanPrintAsync(left, _hardStop.Token)) continue;
            GiveBackOrWait(order, step, waits);
            return;
        }
    }

    /// <summary>The printer cannot go on: with nothing given the order goes back at once, otherwise it waits for the refill and the passenger.</summary>
    private void GiveBackOrWait(OpenOrder order, NextStep step, bool waits)
    {
        Conclude(order, waits ? step : step with { Kind = StepKind.Release, Reason = "the printer failed before any ticket was presented" });
        Notice(waits ? Guidance.SeeStaff : Guidance.OutOfService);
    }

    private void Finish(OpenOrder order, NextStep step)
    {
        Conclude(order, step);
        if (step.Kind == StepKind.Complete) Notice(Guidance.TakeTicket, _options.TakeTicketTime);
        else Notice(Guidance.SeeStaff, _options.PauseLimit);
    }
}
