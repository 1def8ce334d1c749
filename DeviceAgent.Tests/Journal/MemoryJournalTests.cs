using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Journal;

public sealed class MemoryJournalContractTests : JournalContract
{
    private readonly MemoryJournalDisk _disk;
    private MemoryJournal _journal;

    public MemoryJournalContractTests()
    {
        _disk = new(Time.GetUtcNow());
        _journal = new(_disk, Time);
    }

    protected override IIssuanceJournal Journal => _journal;

    protected override void Reopen()
    {
        _journal.Dispose();
        _journal = new(_disk, Time);
    }

    protected override void Dispose(bool disposing) => _journal.Dispose();
}

/// <summary>How the simulated disk fails.</summary>
public sealed class MemoryJournalTests
{
    private readonly VirtualTime _time = new();
    private readonly MemoryJournalDisk _disk;

    public MemoryJournalTests() => _disk = new(_time.GetUtcNow());

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_power_cut_never_leaves_half_a_step(bool before, bool found)
    {
        var cut = new IOException("power cut");
        if (before) _disk.BeforeCommit = n => throw cut;
        else _disk.AfterCommit = n => throw cut;
        Assert.Same(cut, Assert.Throws<IOException>(() => new MemoryJournal(_disk, _time).RecordIntent(Journey.Bus, "1", _time.GetUtcNow())));
        var after = new MemoryJournal(_disk, _time);
        Assert.Equal(found, after.Find(Journey.Bus, "1") is not null);
        Assert.Equal(found ? 1 : 0, after.ReadAudit(10).Count);
        Assert.Equal(found, after.LastTime is not null);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_journal_on_a_failed_disk_never_takes_anything_before_it_is_opened_again(bool applied)
    {
        var journal = new MemoryJournal(_disk, _time);
        _disk.Fault = n => n > 1 ? MemoryJournalFault.None : applied ? MemoryJournalFault.AppliedButNotAcknowledged : MemoryJournalFault.Lost;
        for (var i = 0; i < 2; i++)
        {
            var failure = Assert.Throws<JournalException>(() => journal.RecordIntent(Journey.Bus, $"{i}", _time.GetUtcNow()));
            Assert.Equal(JournalFailure.Unwritable, failure.Reason);
        }
        Assert.Equal(1, _disk.Commits);
        journal = new MemoryJournal(_disk, _time);
        Assert.Equal(applied, journal.Find(Journey.Bus, "0") is not null);
        journal.RecordIntent(Journey.Bus, "2", _time.GetUtcNow());
    }
}
