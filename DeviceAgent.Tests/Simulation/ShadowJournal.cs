using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Simulation;

/// <summary>An attempt as the world saw it.</summary>
internal sealed class ShadowAttempt
{
    public required long Id { get; init; }
    public required OrderKey Key { get; init; }
    public string Order => Key.ToString();
    public required NewAttempt Begun { get; init; }
    public required PrinterUnit Unit { get; init; }
    public required TimeSpan StartedAt { get; init; }
    /// <summary>When the process that began it was started, and the one that ended it.</summary>
    public required TimeSpan BegunByRunOf { get; init; }
    public TimeSpan EndedByRunOf { get; set; }
    public AttemptEnd? End { get; set; }
    public TimeSpan? EndedAt { get; set; }
}

internal sealed class ShadowOrder
{
    public required long Id { get; init; }
    public required OrderKey Key { get; init; }
    public string Number => Key.ToString();
    /// <summary>It was accepted once, or failed at once: its report is due by then, but for a bus order.</summary>
    public bool WasTaken { get; private set; }
    public IssuanceState State
    {
        get;
        set
        {
            field = value;
            WasTaken |= value is not (IssuanceState.Intent or IssuanceState.Released);
        }
    }
    public TimeSpan ChangedAt { get; set; }
    public long? Report { get; set; }
}

/// <summary>What the journal has acknowledged, kept where no fault reaches.</summary>
internal sealed class ShadowJournal(World world)
{
    public const string Retirement = "retirement";

    // Begun and not acknowledged: the file may hold it or not.
    private string? _pending;
    private TimeSpan _pendingSince;
    private PrinterUnit? _pendingUnit;

    public Dictionary<long, ShadowOrder> Orders { get; } = [];

    public Dictionary<long, ShadowAttempt> Attempts { get; } = [];

    public Dictionary<long, ReportState> Reports { get; } = [];

    /// <summary>When each report or notice was written, or the one before it in its line was over.</summary>
    public Dictionary<long, TimeSpan> FreeSince { get; } = [];

    // After a failed commit the journal takes no other: the first stays the one that is open.
    public void Begin(string key)
    {
        if (_pending is null) (_pending, _pendingSince, _pendingUnit) = (key, world.Now, world.Printer.Unit);
    }

    public void Acknowledge() => _pending = null;

    /// <param name="ticket">As its code says.</param>
    public bool IsPresented(string ticket) => Attempts.Values.Any(a =>
        a is { Key.Journey: not Journey.BusReturn, Begun.Kind: AttemptKind.Ticket, End.Outcome: AttemptOutcome.Presented } && ticket.StartsWith($"{a.Key.Number}/T{a.Begun.TicketIndex + 1:00}", StringComparison.Ordinal));

    /// <summary>Every fact that was acknowledged must be there. What was under way may be.</summary>
    public void Compare()
    {
        var disk = world.Disk;
        if (_pending == Retirement) ForgetRetired();
        foreach (var order in Orders.Values)
        {
            var found = disk.Issuances.Find(i => i.Id == order.Id);
            if (found?.State == order.State) continue;
            if (found is not null && _pending == $"issuance {order.Id}") Adopt(order, found);
            else world.Violate("no acknowledged fact is lost", $"order {order.Number} was {order.State}, the journal says {found?.State.ToString() ?? "nothing"}");
        }
        foreach (var attempt in Attempts.Values)
        {
            var found = disk.Issuances.SelectMany(i => i.Attempts).FirstOrDefault(a => a.Id == attempt.Id);
            if (found is not null && found.End?.Outcome == attempt.End?.Outcome) continue;
            if (found is not null && _pending == $"attempt {attempt.Id}") (attempt.End, attempt.EndedAt, attempt.EndedByRunOf) = (found.End, world.Now, _pendingSince);
            else world.Violate("no acknowledged fact is lost", $"attempt {attempt.Id} ended {attempt.End?.Outcome}, the journal says {(found is null ? "nothing" : $"{found.End?.Outcome}")}");
        }
        foreach (var (id, state) in Reports.ToList())
        {
            var found = disk.Reports.Find(r => r.Report.Id == id);
            if (found?.State == state) continue;
            if (found is not null && _pending is "reports" || _pending == $"report {id}") Reports[id] = found!.State;
            else world.Violate("no acknowledged fact is lost", $"report {id} was {state}, the journal says {found?.State.ToString() ?? "nothing"}");
        }
        AdoptNew();
        _pending = null;
    }

    /// <summary>What is closed and confirmed may be deleted; anything else that is gone is lost.</summary>
    public void ForgetRetired()
    {
        var disk = world.Disk;
        foreach (var order in Orders.Values.Where(o => !disk.Issuances.Exists(i => i.Id == o.Id)).ToList())
        {
            if (order.State is not (IssuanceState.Issued or IssuanceState.Released or IssuanceState.Failed or IssuanceState.Void)) continue;
            Orders.Remove(order.Id);
            foreach (var attempt in Attempts.Values.Where(a => a.Key == order.Key && !disk.Issuances.Exists(i => i.Attempts.Any(d => d.Id == a.Id))).ToList())
                Attempts.Remove(attempt.Id);
        }
        foreach (var (id, state) in Reports.ToList())
        {
            if (state == ReportState.Confirmed && !disk.Reports.Exists(r => r.Report.Id == id)) Reports.Remove(id);
        }
    }

    /// <summary>A report has come to its end: the next one of its order and line may go.</summary>
    public void Ended(long id)
    {
        if (world.Disk.Reports.Find(r => r.Report.Id == id) is not { } ended) return;
        foreach (var next in world.Disk.Reports.Where(r => r.Report.Id > id && r.IsForStation == ended.IsForStation && r.Report.OrderNumber == ended.Report.OrderNumber))
            FreeSince[next.Report.Id] = world.Now;
    }

    /// <summary>What was made and not acknowledged is a fact from now on.</summary>
    private void AdoptNew()
    {
        foreach (var record in world.Disk.Issuances)
        {
            Orders.TryAdd(record.Id, new() { Id = record.Id, Key = new(record.Journey, record.OrderNumber), State = record.State, ChangedAt = _pendingSince });
            foreach (var attempt in record.Attempts)
            {
                if (Attempts.ContainsKey(attempt.Id)) continue;
                var unit = _pendingUnit ?? world.Printer.Unit;
                NewAttempt begun = new(attempt.Kind, attempt.TicketIndex, attempt.Before);
                Attempts[attempt.Id] = new() { Id = attempt.Id, Key = new(record.Journey, record.OrderNumber), Begun = begun, Unit = unit, StartedAt = _pendingSince, BegunByRunOf = _pendingSince };
            }
        }
    }

    private void Adopt(ShadowOrder order, IssuanceRecord found)
    {
        (order.State, order.ChangedAt) = (found.State, _pendingSince);
        foreach (var report in world.Disk.Reports.Where(r => r.Issuance == found.Id)) Reports.TryAdd(report.Report.Id, report.State);
    }
}
