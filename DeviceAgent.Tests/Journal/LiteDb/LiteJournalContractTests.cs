using DeviceAgent.Journal;
using DeviceAgent.Journal.LiteDb;

namespace DeviceAgent.Tests.Journal.LiteDb;

public sealed class LiteJournalContractTests : JournalContract
{
    private readonly JournalFolder _folder = new();
    private IJournalFile _journal;

    public LiteJournalContractTests() => _journal = LiteJournal.Engine.Create(Database, new(), _folder.Keys, Time, null);

    protected override IIssuanceJournal Journal => _journal;

    private string Database => Path.Combine(_folder.Path, LiteJournal.FileName);

    protected override void Reopen()
    {
        _journal.Dispose();
        _journal = LiteJournal.Engine.Open(Database, new(), _folder.Keys, Time, null, anyones: false);
        Assert.True(_journal.QuickCheckUntil(CancellationToken.None, out var findings), findings);
    }

    protected override void Dispose(bool disposing)
    {
        _journal.Dispose();
        _folder.Dispose();
    }
}
