using DeviceAgent.Journal;

namespace DeviceAgent.Tests.Journal;

public sealed class SqliteJournalContractTests : JournalContract
{
    private readonly JournalFolder _folder = new();
    private SqliteJournal _journal;

    public SqliteJournalContractTests() => _journal = _folder.Create(Time);

    protected override IIssuanceJournal Journal => _journal;

    protected override void Reopen()
    {
        _journal.Dispose();
        _journal = _folder.Open(Time);
    }

    protected override void Dispose(bool disposing)
    {
        _journal.Dispose();
        _folder.Dispose();
    }
}
