using DeviceAgent.Journal;

namespace DeviceAgent.Tests.Journal;

/// <summary>A folder of its own with a key, for one journal; gone with the test.</summary>
internal sealed class JournalFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("journal-").FullName;

    public string Database => System.IO.Path.Combine(Path, SqliteJournal.FileName);

    public JournalKeys Keys { get; } = JournalKeys.FromKey([.. Enumerable.Range(1, JournalKeys.KeyBytes).Select(i => (byte)i)]);

    public SqliteJournal Create(TimeProvider time) => SqliteJournal.Create(Database, new(), Keys, time);

    public SqliteJournal Open(TimeProvider time, JournalKeys? keys = null) => SqliteJournal.Open(Database, new(), keys ?? Keys, time);

    public void Dispose()
    {
        Keys.Dispose();
        Directory.Delete(Path, recursive: true);
    }
}
