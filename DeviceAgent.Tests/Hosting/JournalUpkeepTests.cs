using DeviceAgent.Hosting;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Tests.Journal;
using DeviceAgent.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Hosting;

public sealed class JournalUpkeepTests : IDisposable
{
    private readonly VirtualTime _time = new();
    private readonly MemoryJournal _journal;
    private bool _mayWork = true;

    public JournalUpkeepTests() => _journal = new(new(_time.GetUtcNow(), 3), _time);

    public void Dispose() => _journal.Dispose();

    private void Run(TimeSpan limit, JournalOptions? options = null)
    {
        using var stop = new CancellationTokenSource();
        var loop = new VirtualLoop(_time);
        var running = loop.Start(() => new JournalUpkeep(_journal, options ?? new(), () => _mayWork, _time, NullLogger.Instance).RunAsync(stop.Token));
        loop.Pass(limit);
        loop.Do(stop.Cancel);
        loop.Drain();
        Assert.True(running.IsCompletedSuccessfully);
    }

    private void Issue(int orders)
    {
        for (var i = 0; i < orders; i++)
        {
            _journal.Issue($"1{i:000000}", _time.GetUtcNow());
        }
        while (_journal.Take(_time.GetUtcNow(), 100, new HashSet<string>()) is { Count: > 0 } due)
        {
            foreach (var report in due)
            {
                _journal.MarkSending(report.Id, _time.GetUtcNow());
                _journal.Confirm(report.Id, _time.GetUtcNow(), "done");
            }
        }
    }

    private bool IsSealed(string number) => _journal.Find(Journey.Bus, number) is { Accepted: not null };

    [Fact]
    public void Personal_data_is_erased_in_its_time_and_not_before()
    {
        Issue(120);
        Run(TimeSpan.FromDays(89));
        Assert.True(IsSealed("1000000"));
        Run(TimeSpan.FromDays(2));
        Assert.All(Enumerable.Range(0, 120), i => Assert.False(IsSealed($"1{i:000000}")));
        Assert.Equal(120, _journal.CountIssuances().Issued);
        Assert.Equal(120, _journal.Counts.Confirmed);
    }

    [Fact]
    public void A_desk_at_work_is_not_disturbed()
    {
        Issue(10);
        _mayWork = false;
        Run(TimeSpan.FromDays(100));
        Assert.True(IsSealed("1000000"));
    }

    [Fact]
    public void Old_orders_go_and_their_number_stays_counted()
    {
        Issue(60);
        Run(TimeSpan.FromDays(401));
        Assert.Null(_journal.Find(Journey.Bus, "1000000"));
        Assert.Equal(60, _journal.CountIssuances().Issued);
    }
}
