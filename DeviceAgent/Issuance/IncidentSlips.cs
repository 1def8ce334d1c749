using DeviceAgent.Drivers.Printing;
using DeviceAgent.Journal;
using DeviceAgent.Orders;

namespace DeviceAgent.Issuance;

/// <summary>Slips for orders in doubt: they tell the passenger whom to ask, and part what follows from what may hang in the printer.</summary>
/// <remarks>No attempts: a slip is no ticket, and two of them harm nobody. The journal knows which are owed, so that a crash forgets none.</remarks>
internal sealed class IncidentSlips(DeskSurroundings with, IssuanceOptions options, TicketStock stock)
{
    private const int MaxTries = 5;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMinutes(1);

    private readonly Queue<OrderKey> _owed = new();
    private int _tries;
    private long _notBefore;
    private long _failedAt;

    // '~' first: never an attempt's.
    private static ProcessId Id { get; } = ProcessId.Parse("~SLP");

    /// <summary>The monotonic moment before which none is to be tried; null when none is owed.</summary>
    public long? NextTry => _owed.Count > 0 ? _notBefore : null;

    /// <summary>A printer that was opened anew, or that a hand was at, is tried at once.</summary>
    public bool IsDue => _owed.Count > 0 && (with.Time.GetTimestamp() >= _notBefore || with.Printer.Disturbances != _failedAt);

    public void Owe(OrderKey order)
    {
        if (!_owed.Contains(order)) _owed.Enqueue(order);
    }

    /// <summary>Prints what is owed, until the printer does not take one.</summary>
    public async Task PrintAsync(CancellationToken hardStop)
    {
        while (_owed.TryPeek(out var order))
        {
            if (with.Journal.Find(order.Journey, order.Number) is not { SlipOwed: true, State: not IssuanceState.Unknown } record)
            {
                Forget();
                continue;
            }
            var end = await TryAsync(record, hardStop);
            if (end is null && ++_tries < MaxTries)
            {
                _failedAt = with.Printer.Disturbances;
                _notBefore = with.Time.GetTimestamp() + (long)(RetryAfter.TotalSeconds * with.Time.TimestampFrequency);
                return;
            }
            with.Journal.EndSlip(record.Id, end ?? $"given up after {MaxTries} tries", with.Time.GetUtcNow());
            Forget();
        }
    }

    private void Forget()
    {
        _owed.Dequeue();
        (_tries, _notBefore) = (0, 0);
    }

    /// <returns>How it ended; null when it is to be tried again.</returns>
    private async Task<string?> TryAsync(IssuanceRecord record, CancellationToken hardStop)
    {
        // What the printer still holds may be a ticket that is on its way out: it is dropped only once the buffer has proved empty.
        if (with.Printer.EchoesProcessId)
        {
            if (await with.Printer.FenceAsync(options.EvidenceTimeout, hardStop) is not { Echoed: true }) return null;
            await with.Printer.ClearAsync(hardStop);
        }
        // Once a person has decided there is nobody to send to the staff; half a ticket is still parted from what follows.
        var slip = record.State == IssuanceState.InDoubt
            ? with.Templates.IncidentSlip(record.OrderNumber, with.Time.GetUtcNow())
            : with.Templates.VoidStrip(record.OrderNumber, record.Attempts.Count == 0 ? 0 : record.Attempts[^1].TicketIndex);
        stock.Spoil($"slip of order {record.OrderNumber}");
        var result = await with.Printer.PrintAsync(slip, Id, hardStop);
        return result.End is PrintEnd.Completed or PrintEnd.SentWithoutEcho ? result.End.ToString() : null;
    }
}
