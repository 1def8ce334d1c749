using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Issuance;

// After a restart, and after a pause: one source, the journal.
public sealed partial class IssuanceDesk
{
    // The newest ones; the webhook keeps about as many.
    private const int MaxAlarmsOfReports = 100;

    private int _unsettled;

    private void Recover()
    {
        var now = _with.Time.GetUtcNow();
        int intents = 0, open = 0, inDoubt = 0;
        foreach (var record in _with.Journal.Unfinished(MaxUnfinishedOrders))
        {
            switch (record.State)
            {
                case IssuanceState.Intent when record.Journey == Journey.BusReturn:
                    // The station may have made the ticket invalid: it is asked until it answers.
                    OweAnswer(new(record.Journey, record.OrderNumber), record.ChangedAt);
                    intents++;
                    break;
                case IssuanceState.Intent:
                    const string reason = "the agent stopped before the order was accepted";
                    _with.Journal.Release(record.Id, reason, GivenBack(record, reason), now);
                    intents++;
                    break;
                case IssuanceState.Accepted:
                    _waitingSince[new(record.Journey, record.OrderNumber)] = _with.Time.GetTimestamp();
                    open++;
                    break;
                case IssuanceState.InDoubt:
                    RaiseDoubt(new(record.Journey, record.OrderNumber), record.Reason ?? "", record.ChangedAt);
                    inDoubt++;
                    break;
            }
        }
        foreach (var order in _with.Journal.OrdersOwedASlip(MaxUnfinishedOrders)) _slips.Owe(order);
        foreach (var parked in _with.Journal.Reports(ReportFilter.Parked, MaxAlarmsOfReports))
            _with.Alarms.Raise(ParkedReports.AlarmOf(parked.Id, parked.OrderNumber, parked.Kind, JournalWords.ToParkReason(parked.ParkReason), parked.ChangedAt));
        _paperChanges.Recover();
        CountUnsettled();
        _recovered = true;
        _with.Logger.Recovered(intents, open, inDoubt);
    }

    private List<OpenOrder> UnsettledOrders() =>
        [.. _waitingSince.Keys.Select(FindOpen).OfType<OpenOrder>().Where(NeedsNoPassenger)];

    // Null when it has an outcome by now, or its content cannot be read.
    private OpenOrder? FindOpen(OrderKey order) =>
        _with.Journal.Find(order.Journey, order.Number) is { State: IssuanceState.Accepted, Accepted: not null } record ? new(record) : null;

    private void CountUnsettled() => _unsettled = UnsettledOrders().Count;

    // Everything but printing: that waits for the passenger.
    private static bool NeedsNoPassenger(OpenOrder order) => order.Next.Kind is not StepKind.PrintTicket;

    private async Task SettleAsync(IReadOnlyList<OpenOrder> orders)
    {
        foreach (var order in orders)
        {
            await SettleAsync(order);
            Conclude(order, order.Next);
        }
        CountUnsettled();
    }

    // A strip is printed without the passenger: what comes next out of the printer must not hang on a half-printed ticket.
    private async Task SettleAsync(OpenOrder order)
    {
        for (var strips = 0; strips < MaxTriesPerTicket;)
        {
            var step = order.Next;
            if (step is { Kind: StepKind.Settle, Open: { } open })
            {
                order.Settled(open, await _attempts.SettleAsync(open, _hardStop.Token));
                continue;
            }
            if (step.Kind != StepKind.PrintVoidStrip || !_with.Printer.Status.CanPrint || _with.PowerIsFailing()) return;
            if (await _attempts.MakeAsync(order, step, _hardStop.Token) is not { } strip) return;
            order.Attempts.Add(strip);
            strips++;
        }
    }

    /// <summary>Ends an order as the step says, or lets it wait for its passenger.</summary>
    /// <param name="mayReportFailure">Whether the configured policy for orders that cannot be printed applies.</param>
    private void Conclude(OpenOrder order, NextStep step, bool mayReportFailure = true)
    {
        var now = _with.Time.GetUtcNow();
        switch (step.Kind)
        {
            case StepKind.Complete:
                var bookTime = IssuanceRules.BookTime(order.Record.ChangedAt, order.Attempts, now, _with.ClockIsTrusted());
                _with.Journal.Complete(order.Record.Id, WhenIssued(order.Record, order.Accepted, bookTime), now);
                _waitingSince.Remove(order.Key);
                _with.Logger.Issued(order.Number);
                _with.WakeSender();
                break;
            case StepKind.Release when mayReportFailure && order.Key.Journey == Journey.Bus && _options.WhenImpossible == ImpossibleOrders.ReportFailure:
                _with.Journal.Fail(order.Record.Id, [BusReports.Failed(order.Accepted, now), .. GivenBack(order.Record, step.Reason)], step.Reason, now);
                _waitingSince.Remove(order.Key);
                _with.Logger.Failed(order.Number, step.Reason);
                _with.WakeSender();
                break;
            case StepKind.Release:
                _with.Journal.Release(order.Record.Id, step.Reason, GivenBack(order.Record, step.Reason), now);
                _waitingSince.Remove(order.Key);
                _with.Logger.Released(order.Number, step.Reason);
                _with.WakeSender();
                break;
            case StepKind.StandInDoubt:
                _with.Journal.StandInDoubt(order.Record.Id, step.Reason, now);
                _waitingSince.Remove(order.Key);
                _with.Logger.InDoubt(order.Number, step.Reason);
                _slips.Owe(order.Key);
                RaiseDoubt(order.Key, step.Reason, now);
                break;
            case StepKind.Settle:
                // Found open at its deadline: nobody can say any more what became of it.
                order.Settled(step.Open!, _attempts.GiveUp(step.Open!, $"not settled in time: {step.Reason}"));
                Conclude(order, order.Next, mayReportFailure);
                break;
            default:
                _waitingSince[order.Key] = _with.Time.GetTimestamp();
                CountUnsettled();
                _with.Logger.Waiting(order.Number, step.Reason);
                break;
        }
    }

    /// <summary>What is reported, and what the station is told, with the order's completion: ship, train and returns were reported when they were accepted.</summary>
    private List<NewReport> WhenIssued(IssuanceRecord record, AcceptedOrder accepted, DateTimeOffset bookTime, bool askFirst = false)
    {
        if (record.Journey != Journey.Bus) return [];
        var issued = BusReports.Issued(accepted, bookTime) with { AskFirst = askFirst };
        return _with.Allocation.Given(record.OrderNumber, record.Intents) is { } notice ? [issued, notice] : [issued];
    }

    private List<NewReport> GivenBack(IssuanceRecord record, string reason) =>
        record.Journey == Journey.Bus && _with.Allocation.GivenBack(record.OrderNumber, record.Intents, reason) is { } notice ? [notice] : [];

    private void RaiseDoubt(OrderKey order, string reason, DateTimeOffset since) => _with.Alarms.Raise(new(AlarmKind.OrderInDoubt, order.ToString(), reason, since));

    // A deadline gives back what was not begun and escalates the rest; it never decides what happened.
    private void EscalateWaiting()
    {
        foreach (var (key, since) in _waitingSince.ToList())
        {
            if (_with.Time.GetElapsedTime(since) < _options.ResumeTimeout) continue;
            if (FindOpen(key) is not { } order)
            {
                _waitingSince.Remove(key);
                continue;
            }
            var step = order.AfterWaiting;
            if (step.Kind == StepKind.PrintVoidStrip) continue;
            Conclude(order, step);
            CountUnsettled();
        }
    }
}
