using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Journal;

/// <summary>How many reports stand where: counted once from the file, then carried along with each change that is durable.</summary>
internal sealed class ReportTotals(long confirmed, int parked, int unreadable, IEnumerable<(long CreatedAt, long Id)> waiting)
{
    private readonly SortedSet<(long CreatedAt, long Id)> _waiting = [.. waiting];
    private long _confirmed = confirmed;
    private int _parked = parked;

    public OutboxCounts Counts => new(_waiting.Count, _parked, _confirmed, unreadable,
        _waiting.Count > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(_waiting.Min.CreatedAt) : null);

    public void Add(long createdAt, long id) => _waiting.Add((createdAt, id));

    public void Confirm(long createdAt, long id)
    {
        _waiting.Remove((createdAt, id));
        _confirmed++;
    }

    public void Park(long createdAt, long id)
    {
        _waiting.Remove((createdAt, id));
        _parked++;
    }

    public void RetryByHand(bool wasParked, long createdAt, long id)
    {
        if (wasParked) _parked--;
        _waiting.Add((createdAt, id));
    }

    public void Settle()
    {
        _parked--;
        _confirmed++;
    }
}

/// <summary>How many issuances stand where; as <see cref="ReportTotals"/>.</summary>
internal sealed class IssuanceTotals(JournalCounts counted)
{
    public JournalCounts Counts { get; private set; } = counted;

    /// <param name="from">Null and released count nowhere.</param>
    public void Move(IssuanceState? from, IssuanceState to)
    {
        Add(from, -1);
        Add(to, 1);
    }

    private void Add(IssuanceState? state, int n) => Counts = state switch
    {
        IssuanceState.Intent or IssuanceState.Accepted => Counts with { Open = Counts.Open + n },
        IssuanceState.InDoubt => Counts with { InDoubt = Counts.InDoubt + n },
        IssuanceState.Issued => Counts with { Issued = Counts.Issued + n },
        _ => Counts,
    };
}
