using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Sync;

/// <summary>A queue that holds the sender to the contract: what a real one may refuse throws here. Its own work does not grow with what waits.</summary>
internal sealed class MemoryOutbox : IOutbox
{
    private readonly List<Row> _rows = [];
    private readonly Dictionary<string, Queue<Row>> _orders = [];
    /// <summary>The first open row of each order.</summary>
    private readonly SortedDictionary<long, Row> _firsts = [];
    private readonly SortedSet<(DateTimeOffset NotBefore, long Id)> _retries = [];

    /// <summary>Called before and after each change; throws where the power fails.</summary>
    public Action<string>? AtEffect { get; set; }

    public List<string> Changes { get; } = [];

    /// <summary>False where nobody reads <see cref="Changes"/>, and they would only grow.</summary>
    public bool WritesDown { get; init; } = true;

    /// <summary>Orders behind a row that this release does not know.</summary>
    public HashSet<string> HeldBack { get; } = [];

    public int Takes { get; private set; }

    /// <summary>Calls of <see cref="WakeRetries"/>: each may touch every row that waits.</summary>
    public int Wakes { get; private set; }

    public int Waiting { get; private set; }

    public DateTimeOffset? NextDue => _retries.Count == 0 ? null : _retries.Min.NotBefore;

    public OutboxCounts Counts => new(
        _rows.Count(row => row.IsOpen), _rows.Count(row => row.State == ReportState.Parked), _rows.Count(row => row.State == ReportState.Confirmed), 0,
        _rows.Where(row => row.IsOpen).Select(row => (DateTimeOffset?)row.Report.CreatedAt).FirstOrDefault());

    public long Add(string order, NewReport report, DateTimeOffset at)
    {
        var id = _rows.Count + 1;
        var row = new Row(new OutboxReport
        {
            Id = id,
            OrderNumber = order,
            Kind = report.Kind,
            PayloadVersion = report.PayloadVersion,
            Success = report.Success,
            Payload = report.Payload,
            Personal = report.Personal,
            Sends = 0,
            FateUnknown = report.AskFirst,
            CreatedAt = at,
        });
        _rows.Add(row);
        if (!_orders.TryGetValue(order, out var ofOrder)) _orders[order] = ofOrder = new();
        ofOrder.Enqueue(row);
        if (ofOrder.Count == 1) _firsts[id] = row;
        Waiting++;
        if (report.AskFirst) Retry(row, at, fateUnknown: true, "asked first");
        return id;
    }

    public Row this[long id] => _rows[(int)id - 1];

    public int RecoverInterrupted(DateTimeOffset now)
    {
        var interrupted = _rows.Where(row => row.State == ReportState.Sending).ToList();
        Change("recover", 0, () =>
        {
            foreach (var row in interrupted) Retry(row, now, fateUnknown: true, "interrupted");
        });
        return interrupted.Count;
    }

    public IReadOnlyList<OutboxReport> Take(DateTimeOffset now, int limit, IReadOnlySet<string> ordersInHand)
    {
        Takes++;
        Assert.True(limit > 0);
        List<OutboxReport> taken = [];
        foreach (var row in _firsts.Values)
        {
            if (taken.Count == limit) break;
            if (ordersInHand.Contains(row.Report.OrderNumber) || HeldBack.Contains(row.Report.OrderNumber)) continue;
            if (row.State == ReportState.Due || (row.State == ReportState.Retry && row.NotBefore <= now)) taken.Add(row.Report);
        }
        return taken;
    }

    public void MarkSending(long id, DateTimeOffset at)
    {
        var row = this[id];
        Assert.True(row.State is ReportState.Due or ReportState.Retry);
        Assert.Same(row, _firsts.GetValueOrDefault(id));
        Change("send", id, () =>
        {
            _retries.Remove((row.NotBefore, id));
            row.State = ReportState.Sending;
            row.Report = row.Report with { Sends = row.Report.Sends + 1 };
        });
    }

    public void Confirm(long id, DateTimeOffset at, string evidence) => End(id, ReportState.Confirmed, evidence, "confirm");

    public void Park(long id, DateTimeOffset at, ParkReason reason, string evidence)
    {
        this[id].ParkReason = reason;
        End(id, ReportState.Parked, evidence, "park", $" {reason}");
    }

    public void RetryAt(long id, DateTimeOffset notBefore, bool fateUnknown, string reason)
    {
        Assert.True(this[id].IsOpen);
        // What is asked first was never in doubt before its first send.
        var wasAskedFirst = this[id].Report is { Kind: ReportKinds.BusReturn, Sends: 1 };
        Assert.True(fateUnknown || !this[id].Report.FateUnknown || wasAskedFirst, "a doubt is forgotten");
        Change("retry", id, () => Retry(this[id], notBefore, fateUnknown, reason));
    }

    public void WakeRetries(DateTimeOffset now)
    {
        Wakes++;
        Change("wake", 0, () =>
        {
            foreach (var (notBefore, id) in _retries.ToList())
            {
                _retries.Remove((notBefore, id));
                this[id].NotBefore = now;
                _retries.Add((now, id));
            }
        });
    }

    private void Retry(Row row, DateTimeOffset notBefore, bool fateUnknown, string reason)
    {
        _retries.Remove((row.NotBefore, row.Report.Id));
        (row.State, row.NotBefore, row.Evidence) = (ReportState.Retry, notBefore, reason);
        row.Report = row.Report with { FateUnknown = fateUnknown };
        _retries.Add((notBefore, row.Report.Id));
    }

    private void End(long id, ReportState state, string evidence, string change, string why = "")
    {
        var row = this[id];
        Assert.True(row.IsOpen);
        Assert.NotEqual("", evidence);
        Change(change, id, () =>
        {
            _retries.Remove((row.NotBefore, id));
            (row.State, row.Evidence) = (state, evidence);
            Waiting--;
            _firsts.Remove(id);
            var ofOrder = _orders[row.Report.OrderNumber];
            while (ofOrder.TryPeek(out var first) && !first.IsOpen) ofOrder.Dequeue();
            if (ofOrder.TryPeek(out var next)) _firsts[next.Report.Id] = next;
        }, why);
    }

    private void Change(string what, long id, Action change, string why = "")
    {
        if (!WritesDown)
        {
            change();
            return;
        }
        var told = id == 0 ? what : $"{what} {id}{why}";
        AtEffect?.Invoke("before " + told);
        change();
        Changes.Add(told);
        AtEffect?.Invoke("after " + told);
    }

    internal sealed class Row(OutboxReport report)
    {
        public OutboxReport Report { get; set; } = report;
        public ReportState State { get; set; } = ReportState.Due;
        public DateTimeOffset NotBefore { get; set; }
        public string? Evidence { get; set; }
        public ParkReason? ParkReason { get; set; }
        public bool IsOpen => State is ReportState.Due or ReportState.Sending or ReportState.Retry;
    }
}
