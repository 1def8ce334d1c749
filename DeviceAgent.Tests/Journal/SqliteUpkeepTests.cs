using System.Globalization;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Journal;

/// <summary>What purge and retention do to the file.</summary>
public sealed class SqliteUpkeepTests : IDisposable
{
    private readonly VirtualTime _time = new();
    private readonly JournalFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private DateTimeOffset Now => _time.GetUtcNow();

    private static long Number(SqliteJournal journal, string sql) => long.Parse(journal.Database.Ask(sql)!, CultureInfo.InvariantCulture);

    private void Report(SqliteJournal journal, string order)
    {
        var report = journal.Issue(order, Now);
        journal.MarkSending(report, Now);
        journal.Confirm(report, Now, "applied");
    }

    private void RetireAll(SqliteJournal journal)
    {
        while (journal.Retire(Now, 0, 20, Now) > 0) { }
    }

    [Fact]
    public void What_was_erased_never_stays_behind_in_the_file()
    {
        using var journal = _folder.Create(_time);
        for (var i = 0; i < 20; i++) Report(journal, $"{i}");
        string[] boxes = [journal.Database.Ask("SELECT hex(accepted) FROM issuance WHERE id = 7")!, journal.Database.Ask("SELECT hex(personal) FROM outbox WHERE id = 7")!];
        bool Holds(string box)
        {
            journal.Database.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
            // The end: the head of a free block is overwritten by SQLite itself.
            return File.ReadAllBytes(_folder.Database).AsSpan().IndexOf(Convert.FromHexString(box[^64..])) >= 0;
        }
        Assert.All(boxes, b => Assert.True(Holds(b)));
        _time.Advance(TimeSpan.FromDays(91));
        Assert.Equal(20, journal.PurgePersonal(Now, 100, Now));
        Assert.All(boxes, b => Assert.False(Holds(b)));
    }

    [Fact]
    public void What_a_printer_did_is_never_summed_up_from_years_of_attempts()
    {
        using (var journal = _folder.Create(_time))
        {
            journal.TakeOn("1", Now);
            journal.Database.Execute("""
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
                INSERT INTO attempt (id, issuance, kind, ticket_index, process_id, started_at, before_unit, before_exact, before_idle, before_disturbances, before_run,
                    ended_at, outcome, bytes_sent, judgement, millimetres)
                SELECT i, 1, 'ticket', 0, 'abcd', 1000 + i, 'TM-1', 0, 1, 0, x'00', 2000 + i, 'presented', 100, 'j', 130 FROM n
                """);
        }
        using var opened = _folder.Open(_time);
        var use = new PrinterUse("TM-1", DateTimeOffset.FromUnixTimeMilliseconds(1001), 2500, 2500 * 130, 2500, 0);
        Assert.Equal(use, Assert.Single(opened.PrinterUses()));
        Assert.Equal(0, Number(opened, "SELECT count(*) FROM printer_use"));
        Assert.Equal(0, opened.Retire(DateTimeOffset.UnixEpoch, 1000, 20, Now));
        Assert.Equal("2500", opened.Database.Ask("SELECT value FROM meta WHERE key = 'printer_use_to'"));
        Assert.Equal(use, Assert.Single(opened.PrinterUses()));
        Assert.Equal("printers counted", opened.ReadAudit(1)[0].What);
        // Once is enough.
        Assert.Equal(0, opened.Retire(DateTimeOffset.UnixEpoch, 1000, 20, Now));
        Assert.Single(opened.ReadAudit(100), a => a.What == "printers counted");
    }

    [Fact]
    public void A_file_never_keeps_all_the_space_of_what_was_deleted()
    {
        using var journal = _folder.Create(_time);
        for (var i = 0; i < 300; i++) Report(journal, $"{i}");
        _time.Advance(TimeSpan.FromDays(401));
        var pages = Number(journal, "PRAGMA page_count");
        Assert.Equal(2, Number(journal, "PRAGMA auto_vacuum"));
        RetireAll(journal);
        for (var i = 0; i < 20; i++) journal.Retire(Now, 0, 20, Now);
        Assert.InRange(Number(journal, "PRAGMA page_count"), 1, pages / 2);
        Assert.InRange(Number(journal, "PRAGMA freelist_count"), 0, Number(journal, "PRAGMA page_count") / 10);
        Assert.True(journal.QuickCheck(out _));
    }

    [Fact]
    public void A_journal_that_cannot_give_pages_back_never_grows_for_that()
    {
        // As an older release made it.
        _folder.Create(_time).Dispose();
        using (var database = SqliteDatabase.Open(_folder.Database)) database.Execute("PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = NONE; VACUUM");
        using var journal = _folder.Open(_time);
        Assert.Equal(0, Number(journal, "PRAGMA auto_vacuum"));
        for (var i = 0; i < 200; i++) Report(journal, $"{i}");
        _time.Advance(TimeSpan.FromDays(401));
        var pages = Number(journal, "PRAGMA page_count");
        RetireAll(journal);
        for (var i = 200; i < 350; i++) Report(journal, $"{i}");
        Assert.InRange(Number(journal, "PRAGMA page_count"), 1, pages);
        Assert.True(journal.QuickCheck(out _));
    }

    [Fact]
    public void What_a_newer_release_wrote_is_never_erased_or_deleted()
    {
        using var journal = _folder.Create(_time);
        for (var i = 0; i < 9; i++) Report(journal, $"{i}");
        journal.Database.Execute("""
            UPDATE issuance SET state = 'archived' WHERE id = 1;
            UPDATE issuance SET journey = 'ferry' WHERE id = 2;
            UPDATE attempt SET kind = 'receipt' WHERE issuance = 3;
            INSERT INTO decision (issuance, at, decided, by_whom, reason, platform, last_attempt) VALUES (4, 1, 'postponed', 'root', 'why', '30', 0), (8, 1, 'reissue', 'root', 'why', '30', 0);
            UPDATE outbox SET state = 'pondered' WHERE id = 5;
            UPDATE outbox SET kind = 'bus.sing' WHERE id = 6;
            """);
        _time.Advance(TimeSpan.FromDays(1000));
        RetireAll(journal);
        Assert.Equal("1 2 3 4 5 6 8 9", journal.Database.Ask("SELECT group_concat(id, ' ') FROM (SELECT id FROM issuance ORDER BY id)"));
        Assert.Equal("1 2 3 4 5 6 8 9", journal.Database.Ask("SELECT group_concat(id, ' ') FROM (SELECT id FROM outbox ORDER BY id)"));
        while (journal.PurgePersonal(Now, 2, Now) > 0) { }
        Assert.Equal("1 2 5 6", journal.Database.Ask("SELECT group_concat(id, ' ') FROM (SELECT id FROM outbox WHERE personal IS NOT NULL ORDER BY id)"));
        Assert.Equal("1 2 5 6", journal.Database.Ask("SELECT group_concat(id, ' ') FROM (SELECT id FROM issuance WHERE accepted IS NOT NULL ORDER BY id)"));
    }

    [Fact]
    public void Rows_of_an_older_release_never_keep_personal_data_or_stay_for_ever()
    {
        using var journal = _folder.Create(_time);
        for (var i = 0; i < 4; i++) Report(journal, $"{i}");
        journal.Database.Execute("UPDATE outbox SET issuance = NULL");
        _time.Advance(TimeSpan.FromDays(1000));
        Assert.Equal(4, journal.PurgePersonal(Now, 10, Now));
        Assert.Null(journal.Find(Journey.Bus, "2")!.Accepted);
        RetireAll(journal);
        Assert.Equal("4", journal.Database.Ask("SELECT group_concat(id) FROM issuance"));
        Assert.Equal("4", journal.Database.Ask("SELECT group_concat(id) FROM outbox"));
        Assert.Equal((4L, 4L), (journal.CountIssuances().Issued, journal.Counts.Confirmed));
    }

    [Fact]
    public void Rows_that_must_stay_never_keep_retention_from_the_younger_ones()
    {
        using var journal = _folder.Create(_time);
        // Many more than one call looks at.
        for (var i = 0; i < 45; i++) journal.Issue($"waits {i}", Now);
        for (var i = 0; i < 5; i++) Report(journal, $"{i}");
        _time.Advance(TimeSpan.FromDays(401));
        for (var i = 0; i < 30; i++) journal.Retire(Now, 1000, 2, Now);
        Assert.Equal("46", journal.Database.Ask("SELECT count(*) FROM issuance"));
        Assert.Equal(45, journal.Counts.Waiting);
    }
}
