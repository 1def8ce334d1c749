using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Sync;

/// <summary>A queue that holds the sender to the contract: what a real one may refuse throws here.</summary>
internal sealed class MemoryOutbox : IOutbox
{
    private readonly List<Row> _rows = [];

    /// <summary>Called before and after each change; throws where the power fails.</summary>
    public Action<string>? AtEffect { get; set; }

    public List<string> Changes { get; } = [];

    /// <summary>Orders behind a row that this release does not know.</summary>
    public HashSet<string> HeldBack { get; } = [];

    public int Takes { get; private set; }

    public IReadOnlyList<Row> Rows => _rows;

    public DateTimeOffset? NextDue => _rows.Where(row => row.State == ReportState.Retry).Select(row => (DateTimeOffset?)row.NotBefore).Min();

    public OutboxCounts Counts => new(
        _rows.Count(row => row.IsOpen), _rows.Count(row => row.State == ReportState.Parked), _rows.Count(row => row.State == ReportState.Confirmed), 0,
        _rows.Where(row => row.IsOpen).Select(row => (DateTimeOffset?)row.Report.CreatedAt).FirstOrDefault());

    public long Add(string order, NewReport report, DateTimeOffset at)
    {
        var id = _rows.Count + 1;
        _rows.Add(new Row(new OutboxReport
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
        })
        {
            State = report.AskFirst ? ReportState.Retry : ReportState.Due,
        });
        return id;
    }

    public Row this[long id] => _rows[(int)id - 1];

    public int RecoverInterrupted(DateTimeOffset now)
    {
        var interrupted = _rows.Where(row => row.State == ReportState.Sending).ToList();
        Change("recover", () =>
        {
            foreach (var row in interrupted) row.Retry(now, fateUnknown: true, "interrupted");
        });
        return interrupted.Count;
    }

    public IReadOnlyList<OutboxReport> Take(DateTimeOffset now, int limit, IReadOnlySet<string> ordersInHand)
    {
        Takes++;
        Assert.True(limit > 0);
        return
        [
            .. _rows.Where(row => row.IsOpen).GroupBy(row => row.Report.OrderNumber).Where(order => !ordersInHand.Contains(order.Key) && !HeldBack.Contains(order.Key)).Select(order => order.First())
                .Where(row => row.State == ReportState.Due || (row.State == ReportState.Retry && row.NotBefore <= now)).Take(limit).Select(row => row.Report),
        ];
    }

    public void MarkSending(long id, DateTimeOffset at)
    {
        var row = this[id];
        Assert.True(row.State is ReportState.Due or ReportState.Retry);
        Assert.Same(row, _rows.First(other => other.IsOpen && other.Report.OrderNumber == row.Report.OrderNumber));
        Change($"send {id}", () =>
        {
            row.State = ReportState.Sending;
            row.Report = row.Report with { Sends = row.Report.Sends + 1 };
        });
    }

    public void Confirm(long id, DateTimeOffset at, string evidence) => End(id, ReportState.Confirmed, evidence, $"confirm {id}");

    public void Park(long id, DateTimeOffset at, ParkReason reason, string evidence)
    {
        this[id].ParkReason = reason;
        End(id, ReportState.Parked, evidence, $"park {id} {reason}");
    }

    public void RetryAt(long id, DateTimeOffset notBefore, bool fateUnknown, string reason)
    {
        Assert.True(this[id].IsOpen);
        Assert.True(fateUnknown || !this[id].Report.FateUnknown, "a doubt is forgotten");
        Change($"retry {id}", () => this[id].Retry(notBefore, fateUnknown, reason));
    }

    public void WakeRetries(DateTimeOffset now) => Change("wake", () =>
    {
        foreach (var row in _rows.Where(row => row.State == ReportState.Retry)) row.NotBefore = now;
    });

    private void End(long id, ReportState state, string evidence, string change)
    {
        Assert.True(this[id].IsOpen);
        Assert.NotEqual("", evidence);
        Change(change, () => (this[id].State, this[id].Evidence) = (state, evidence));
    }

    private void Change(string what, Action change)
    {
        AtEffect?.Invoke("before " + what);
        change();
        Changes.Add(what);
        AtEffect?.Invoke("after " + what);
    }

    internal sealed class Row(OutboxReport report)
    {
        public OutboxReport Report { get; set; } = report;
        public ReportState State { get; set; } = ReportState.Due;
        public DateTimeOffset NotBefore { get; set; }
        public string? Evidence { get; set; }
        public ParkReason? ParkReason { get; set; }
        public bool IsOpen => State is ReportState.Due or ReportState.Sending or ReportState.Retry;

        public void Retry(DateTimeOffset notBefore, bool fateUnknown, string reason)
        {
            (State, NotBefore, Evidence) = (ReportState.Retry, notBefore, reason);
            Report = Report with { FateUnknown = fateUnknown };
        }
    }
}
