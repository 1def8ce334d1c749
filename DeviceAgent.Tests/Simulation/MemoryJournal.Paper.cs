using DeviceAgent.Journal;

namespace DeviceAgent.Tests.Simulation;

/// <content>Paper, and what printers did.</content>
internal sealed partial class MemoryJournalDisk
{
    /// <summary>Attempts of no order.</summary>
    internal List<AttemptRecord> Strips { get; } = [];

    /// <summary>What the attempts did that are deleted.</summary>
    internal Dictionary<string, PrinterUse> UseRetired { get; } = [];

    /// <summary>The number that a person told, and the newest attempt then.</summary>
    internal (long Attempt, string Number)? Stock { get; set; }
}

/// <content>Paper, and what printers did.</content>
internal sealed partial class MemoryJournal
{
    public StockPosition? Stock => Read(() => _disk.Stock is not { } set ? null : LastForm is { } last
        ? new StockPosition(last.StockNumber!, last.End?.Outcome != AttemptOutcome.NotPresented) : new(set.Number, false));

    public AttemptRecord? OpenTestStrip => Read(() => _disk.Strips.Find(s => s.End is null));

    private IEnumerable<AttemptRecord> AllAttempts => _disk.Issuances.SelectMany(i => i.Attempts).Concat(_disk.Strips);

    private AttemptRecord? LastForm => AllAttempts.Where(a => a.Id > _disk.Stock?.Attempt && a.StockNumber is not null).MaxBy(a => a.Id);

    private long KeptAttempts => Math.Min(_disk.Attempts, LastForm?.Id ?? _disk.Attempts);

    public IReadOnlyList<PrinterUse> PrinterUses() => Read(() => AllAttempts.Where(a => a.End is not null).Select(UseOf).Concat(_disk.UseRetired.Values)
        .GroupBy(u => u.Unit).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => g.Aggregate(Sum)).ToList());

    public void SetStock(string next, string by, string reason, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(next);
        JournalRequests.CheckStock(next);
        JournalRequests.CheckByHand(by, reason);
        Change(() => Commit(at, JournalAudit.Stock, $"next is {next}, by {by}: {reason}", () => _disk.Stock = (_disk.Attempts, next)));
    }

    public AttemptRecord StartTestStrip(NewAttempt attempt, string by, DateTimeOffset at)
    {
        JournalRequests.Check(attempt);
        ArgumentException.ThrowIfNullOrWhiteSpace(by);
        return Change(() =>
        {
            Require("A test strip", JournalTransitions.WhyNoTestStrip(attempt.Kind, _disk.Strips.Exists(s => s.End is null)));
            var id = _disk.Attempts + 1;
            var started = new AttemptRecord
            {
                Id = id,
                Kind = attempt.Kind,
                TicketIndex = attempt.TicketIndex,
                ProcessId = AttemptProcessIds.OfAttempt(_disk.ProcessIdStart, id).ToString(),
                StartedAt = Written(at),
                Before = attempt.Before,
                StockNumber = attempt.StockNumber,
            };
            Commit(at, JournalAudit.TestStrip, $"attempt {id}, by {by}", () =>
            {
                if (attempt.StockNumber is { } first) _disk.Stock = (_disk.Attempts, first);
                _disk.Attempts = id;
                _disk.Millimetres[id] = attempt.Millimetres;
                _disk.Strips.Add(started);
            });
            return started;
        });
    }

    public void EndPaperChange(long strip, AttemptEnd end, string unit, DateTimeOffset at) => Change(() =>
    {
        var present = AllAttempts.FirstOrDefault(s => s.Id == strip);
        Require($"A paper change with attempt {strip}", JournalTransitions.WhyNoPaperChange(present is null ? null : Facts(present), end.Outcome));
        return Commit(at, JournalAudit.PaperChanged, $"printer {unit}, attempt {strip}", () =>
        {
            _disk.Strips[_disk.Strips.IndexOf(present!)] = Ended(present!, end, at);
            if (_disk.Printers.TryGetValue(unit, out var printer)) _disk.Printers[unit] = printer with { LowSinceAttempt = null };
        });
    });

    private static AttemptRecord Ended(AttemptRecord attempt, AttemptEnd end, DateTimeOffset at) =>
        attempt with { End = end, EndedAt = Written(at), StockNumber = end.BytesSent == 0 ? null : attempt.StockNumber };

    private void RetireUse(AttemptRecord attempt)
    {
        var use = UseOf(attempt);
        _disk.UseRetired[use.Unit] = _disk.UseRetired.TryGetValue(use.Unit, out var known) ? Sum(known, use) : use;
        _disk.Millimetres.Remove(attempt.Id);
    }

    private PrinterUse UseOf(AttemptRecord a)
    {
        var presented = a.End!.Outcome == AttemptOutcome.Presented;
        var counted = a is { Before: { CutCounterIsExact: true, CutCounter: not null, SerialNumber: not null }, End.After: { CutCounterIsExact: true, CutCounter: not null } after }
            && after.SerialNumber == a.Before.SerialNumber && after.CutCounter >= a.Before.CutCounter ? after.CutCounter - a.Before.CutCounter : null;
        return new(a.Before.Unit, a.StartedAt, a.Kind == AttemptKind.Ticket && presented ? 1 : 0, a.End.BytesSent == 0 ? 0 : _disk.Millimetres.GetValueOrDefault(a.Id),
            counted ?? (presented ? 1 : 0), presented || a.End.BytesSent == 0 ? 0 : 1);
    }

    private static PrinterUse Sum(PrinterUse one, PrinterUse more) => new(one.Unit, one.Since < more.Since ? one.Since : more.Since,
        one.Tickets + more.Tickets, one.Millimetres + more.Millimetres, one.Cuts + more.Cuts, one.Faults + more.Faults);
}
