using DeviceAgent.Drivers.Printing;
using DeviceAgent.Journal;
using DeviceAgent.Orders;

namespace DeviceAgent.Issuance;

// After a restart, and after a pause: one source, the journal.
public sealed partial class IssuanceDesk
{
    private readonly Queue<string> _slipsOwed = new();
    private int _unsettled;

    private void Recover()
    {
        var now = _with.Time.GetUtcNow();
        int intents = 0, open = 0, inDoubt = 0;
        foreach (var record in _with.Journal.Unfinished(MaxUnfinishedOrders))
        {
            switch (record.State)
            {
                case IssuanceState.Intent:
                    _with.Journal.Release(record.Id, "the agent stopped before the order was accepted", now);
                    intents++;
                    break;
                case IssuanceState.Accepted when record.Journey == Journey.Bus:
                    _waitingSince[record.OrderNumber] = _with.Time.GetTimestamp();
                    open++;
                    break;
                case IssuanceState.InDoubt:
                    inDoubt++;
                    break;
            }
        }
        CountUnsettled();
        _recovered = true;
        _with.Logger.Recovered(intents, open, inDoubt);
    }

    private List<IssuanceRecord> UnsettledOrders() =>
        [.. _waitingSince.Keys.Select(number => _with.Journal.Find(Journey.Bus, number)).OfType<IssuanceRecord>().Where(NeedsNoPassenger)];

    private void CountUnsettled() => _unsettled = UnsettledOrders().Count;

    // Everything but printing: that waits for the passenger.
    private static bool NeedsNoPassenger(IssuanceRecord record) =>
        record.Accepted is { } accepted
        && IssuanceRules.Next(accepted.Tickets.Count, record.Attempts).Kind is not StepKind.PrintTicket;

    private async Task SettleAsync(IReadOnlyList<IssuanceRecord> orders)
    {
        foreach (var record in orders)
        {
            var accepted = record.Accepted!;
            var attempts = record.Attempts.ToList();
            await SettleAsync(record, accepted, attempts);
            Conclude(record, accepted, attempts, IssuanceRules.Next(accepted.Tickets.Count, attempts));
        }
        CountUnsettled();
    }

    // A strip is printed without the passenger: what comes next out of the printer must not hang on a half-printed ticket.
    private async Task SettleAsync(IssuanceRecord record, AcceptedOrder accepted, List<AttemptRecord> attempts)
    {
        for (var strips = 0; strips < MaxTriesPerTicket;)
        {
            var step = IssuanceRules.Next(accepted.Tickets.Count, attempts);
            if (step is { Kind: StepKind.Settle, Open: { } open })
            {
                attempts[attempts.IndexOf(open)] = await _attempts.SettleAsync(open, _hardStop.Token);
                continue;
            }
            if (step.Kind != StepKind.PrintVoidStrip || !_with.Printer.Status.CanPrint) return;
            if (await _attempts.MakeAsync(record, accepted, AttemptKind.VoidStrip, step.TicketIndex, _hardStop.Token) is not { } strip) return;
            attempts.Add(strip);
            strips++;
        }
    }

    /// <summary>Ends an order as the step says, or lets it wait for its passenger.</summary>
    private void Conclude(IssuanceRecord record, AcceptedOrder accepted, List<AttemptRecord> attempts, NextStep step)
    {
        var now = _with.Time.GetUtcNow();
        switch (step.Kind)
        {
            case StepKind.Complete:
                var bookTime = IssuanceRules.BookTime(record.ChangedAt, attempts, now, _with.ClockIsTrusted());
                _with.Journal.Complete(record.Id, BusReports.Issued(accepted, bookTime), now);
                _waitingSince.Remove(record.OrderNumber);
                _with.Logger.Issued(record.OrderNumber);
                _with.WakeSender();
                break;
            case StepKind.Release:
                _with.Journal.Release(record.Id, step.Reason, now);
                _waitingSince.Remove(record.OrderNumber);
                _with.Logger.Released(record.OrderNumber, step.Reason);
                break;
            case StepKind.StandInDoubt:
                _with.Journal.StandInDoubt(record.Id, step.Reason, now);
                _waitingSince.Remove(record.OrderNumber);
                _with.Logger.InDoubt(record.OrderNumber, step.Reason);
                _slipsOwed.Enqueue(record.OrderNumber);
                break;
            case StepKind.Settle:
                // Found open at its deadline: nobody can say any more what became of it.
                attempts[attempts.IndexOf(step.Open!)] = _attempts.GiveUp(step.Open!, $"not settled in time: {step.Reason}");
                Conclude(record, accepted, attempts, IssuanceRules.Next(accepted.Tickets.Count, attempts));
                break;
            default:
                _waitingSince[record.OrderNumber] = _with.Time.GetTimestamp();
                CountUnsettled();
                _with.Logger.Waiting(record.OrderNumber, step.Reason);
                break;
        }
    }

    // A deadline gives back what was not begun and escalates the rest; it never decides what happened.
    private void EscalateWaiting()
    {
        foreach (var (number, since) in _waitingSince.ToList())
        {
            if (_with.Time.GetElapsedTime(since) < _options.ResumeTimeout) continue;
            if (_with.Journal.Find(Journey.Bus, number) is not { Accepted: { } accepted, State: IssuanceState.Accepted } record)
            {
                _waitingSince.Remove(number);
                continue;
            }
            var attempts = record.Attempts.ToList();
            var step = IssuanceRules.AfterWaiting(accepted.Tickets.Count, attempts);
            if (step.Kind == StepKind.PrintVoidStrip) continue;
            Conclude(record, accepted, attempts, step);
            CountUnsettled();
        }
    }

    /// <summary>Parts what follows from what may hang in the printer, and tells the passenger whom to ask. No attempt: it is no ticket.</summary>
    private async Task PrintSlipsAsync()
    {
        while (_slipsOwed.TryDequeue(out var order))
        {
            var now = _with.Time.GetUtcNow();
            await _with.Printer.ClearAsync(_hardStop.Token);
            var result = await _with.Printer.PrintAsync(_with.Template.IncidentSlip(order, now), SlipId, _hardStop.Token);
            _with.Journal.Audit(now, "incident slip", $"{order}: {result.End}");
        }
    }

    // '~' first: never an attempt's.
    private static ProcessId SlipId { get; } = ProcessId.Parse("~SLP");
}
