#pragma warning disable CA1416 // The agent runs on Linux alone.
using System.Reflection;
using System.Text;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Tests.Simulation;
using static DeviceAgent.Tests.Journal.JournalSamples;

namespace DeviceAgent.Tests.Journal;

/// <summary>What is particular to the SQLite engine: files, locks, settings, plans.</summary>
public sealed class SqliteJournalTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly VirtualTime _time = new();
    private readonly JournalFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private DateTimeOffset Now => _time.GetUtcNow();

    private static JournalFailure Refusal(Action action) => Assert.Throws<JournalException>(action).Reason;

    [Fact]
    public void A_start_never_makes_a_journal()
    {
        Assert.Equal(JournalFailure.Missing, Refusal(() => _folder.Open(_time)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_journal_is_never_overwritten()
    {
        File.WriteAllText(_folder.Database, "whatever it is");
        Assert.Equal(JournalFailure.Exists, Refusal(() => _folder.Create(_time)));
        Assert.Equal("whatever it is", File.ReadAllText(_folder.Database));
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_never_a_crash()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "file"), "");
        var path = Path.Combine(_folder.Path, "file", "journal.db");
        Assert.Equal(JournalFailure.Unwritable, Refusal(() => SqliteJournal.Create(path, new(), _folder.Keys, _time)));
    }

    [Fact]
    public void A_second_process_never_gets_in()
    {
        using var journal = _folder.Create(_time);
        Assert.Equal(JournalFailure.Locked, Refusal(() => _folder.Open(_time)));
        journal.Audit(Now, "still here", "");
    }

    [Fact]
    public void Nobody_else_can_ever_read_the_files()
    {
        using var journal = _folder.Create(_time);
        journal.Audit(Now, "a", "b");
        var files = Directory.GetFiles(_folder.Path);
        Assert.Equal(["journal.db", "journal.db-wal", "journal.marker"], files.Select(f => Path.GetFileName(f)).Order());
        Assert.All(files, f => Assert.Equal(OwnerOnly, File.GetUnixFileMode(f)));
    }

    [Theory]
    [InlineData("not a database at all, but long enough to look like one to somebody who reads only its name")]
    [InlineData("")]
    public void A_file_that_is_no_journal_is_never_opened_or_changed(string content)
    {
        File.WriteAllText(_folder.Database, content);
        Assert.Equal(JournalFailure.Corrupt, Refusal(() => _folder.Open(_time)));
        Assert.Equal(content, File.ReadAllText(_folder.Database));
    }

    [Fact]
    public void A_damaged_journal_is_never_a_crash()
    {
        using (var journal = _folder.Create(_time))
        {
            for (var i = 0; i < 30; i++) journal.Issue($"{i}", Now);
            Assert.True(journal.QuickCheck(out var findings));
            Assert.Equal("ok", findings);
        }
        var whole = File.ReadAllBytes(_folder.Database);
        var random = new Random(7);
        var rounds = new HashSet<int>();
        for (var round = 0; round < 60; round++)
        {
            var damaged = (byte[])whole.Clone();
            for (var i = 0; i < 40; i++) damaged[random.Next(damaged.Length)] ^= (byte)random.Next(1, 256);
            File.Delete(_folder.Database + "-wal");
            File.WriteAllBytes(_folder.Database, damaged);
            try
            {
                using var journal = _folder.Open(_time);
                if (!journal.QuickCheck(out _)) rounds.Add(round);
                journal.CountIssuances();
                journal.Unfinished(10);
                journal.Find(Journey.Bus, "3");
                journal.Take(Now, 10, new HashSet<string>());
                journal.Issue("new", Now);
            }
            catch (Exception e) when (e is JournalException or JournalTransitionException)
            {
                rounds.Add(round);
            }
        }
        Assert.InRange(rounds.Count, 40, 60);
    }

    [Fact]
    public void Storage_that_fails_is_never_written_to_again_before_the_journal_is_opened_again()
    {
        using var journal = _folder.Create(_time);
        journal.Audit(Now, "before", "");
        var database = journal.Database;
        database.Execute("PRAGMA max_page_count = 1");
        var huge = new string('x', 2_000_000);
        var failure = Assert.Throws<JournalException>(() => journal.Audit(Now, "huge", huge));
        Assert.Equal((JournalFailure.Unwritable, 13), (failure.Reason, failure.SqliteCode & 0xFF));
        database.Execute("PRAGMA max_page_count = 1000000");
        Assert.Equal(JournalFailure.Unwritable, Refusal(() => journal.Audit(Now, "after", "")));
        Assert.Equal("before", Assert.Single(journal.ReadAudit(10)).What);
        journal.Dispose();
        using var again = _folder.Open(_time);
        again.Audit(Now, "after", "");
        Assert.Equal(["after", "before"], again.ReadAudit(10).Select(a => a.What));
    }

    [Fact]
    public void A_check_that_is_called_off_never_lasts()
    {
        using var journal = _folder.Create(_time);
        journal.Issue("1", Now);
        Assert.Throws<OperationCanceledException>(() => journal.QuickCheckUntil(new CancellationToken(canceled: true), out _));
    }

    [Fact]
    public void A_disk_with_less_than_the_reserve_or_that_cannot_be_asked_never_counts_as_free()
    {
        Assert.False(new DiskReserve(_folder.Path, 1).IsUsed);
        Assert.True(new DiskReserve(_folder.Path, long.MaxValue).IsUsed);
        Assert.True(new DiskReserve(Path.Combine(_folder.Path, "gone"), 1).IsUsed);
    }

    [Fact]
    public void A_second_caller_is_never_let_in_beside_the_first()
    {
        using var journal = _folder.Create(_time);
        journal.Issue("1", Now);
        var set = new SetThatCalls(() => journal.Find(Journey.Bus, "1"));
        Assert.Throws<InvalidOperationException>(() => journal.Take(Now, 1, set));
        Assert.Single(journal.TakeIds(Now));
    }

    [Fact]
    public void The_settings_that_durability_rests_on_are_never_others()
    {
        using var journal = _folder.Create(_time);
        string? Ask(string pragma) => journal.Database.Ask($"PRAGMA {pragma}");
        Assert.Equal("exclusive wal 2 1000", string.Join(' ', new[] { "locking_mode", "journal_mode", "synchronous", "wal_autocheckpoint" }.Select(Ask)));
        Assert.Contains(Ask("mmap_size"), new[] { null, "0" });
    }

    [Fact]
    public void No_statement_ever_walks_a_whole_table()
    {
        using var journal = _folder.Create(_time);
        var statements = typeof(JournalSql).GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(f => (f.Name, Sql: (string)f.GetRawConstantValue()!))
            .Where(s => s.Sql.StartsWith("SELECT", StringComparison.Ordinal) || s.Sql.StartsWith("UPDATE", StringComparison.Ordinal) || s.Sql.StartsWith("DELETE", StringComparison.Ordinal)).ToList();
        Assert.True(statements.Count > 20);
        // Partial indexes hold open rows alone; the audit is read from its end.
        string[] bounded = ["issuance_open", "issuance_unissued", "outbox_open", "outbox_waiting", "outbox_retry", "outbox_unconfirmed", "issuance_slip", "outbox_unpurged", "outbox_notices_waiting", "outbox_notices_retry", "outbox_reports_retry"];
        foreach (var (name, sql) in statements)
        {
            if (name.EndsWith("Columns", StringComparison.Ordinal)) continue;
            using var plan = journal.Database.Use("EXPLAIN QUERY PLAN " + sql);
            while (plan.Step())
            {
                var step = plan.Text(3);
                var walks = step.StartsWith("SCAN", StringComparison.Ordinal) && !bounded.Any(b => step.EndsWith(b, StringComparison.Ordinal));
                Assert.False(walks && !(sql.Contains("LIMIT", StringComparison.Ordinal) && step == "SCAN audit") && step is not ("SCAN device_counter" or "SCAN printer_use"), $"{name}: {step}");
            }
        }
    }

    [Fact]
    public void Options_out_of_range_are_never_silent()
    {
        Assert.Empty(new JournalOptions().Validate("Journal"));
        Assert.Empty(new JournalOptions { WalAutoCheckpointPages = 10 }.Validate("Journal"));
        Assert.Contains("Journal:WalAutoCheckpointPages", Assert.Single(new JournalOptions { WalAutoCheckpointPages = 9 }.Validate("Journal")), StringComparison.Ordinal);
        Assert.Single(new JournalOptions { WalAutoCheckpointPages = 100_001 }.Validate("Journal"));
        Assert.Empty(new JournalOptions { DiskReserveBytes = 1 << 20, UnseenCutsAllowed = 10 }.Validate("Journal"));
        Assert.Empty(new JournalOptions { DiskReserveBytes = 10L << 30, UnseenCutsAllowed = 10_000 }.Validate("Journal"));
        Assert.Contains("Journal:DiskReserveBytes", Assert.Single(new JournalOptions { DiskReserveBytes = 0 }.Validate("Journal")), StringComparison.Ordinal);
        Assert.Single(new JournalOptions { DiskReserveBytes = (10L << 30) + 1 }.Validate("Journal"));
        Assert.Contains("Journal:UnseenCutsAllowed", Assert.Single(new JournalOptions { UnseenCutsAllowed = 9 }.Validate("Journal")), StringComparison.Ordinal);
        Assert.Single(new JournalOptions { UnseenCutsAllowed = 10_001 }.Validate("Journal"));
        Assert.Empty(new JournalOptions { PersonalDataDays = 1, KeepDays = 30, KeepIssuances = 1000 }.Validate("Journal"));
        Assert.Empty(new JournalOptions { PersonalDataDays = 3650, KeepDays = 3650, KeepIssuances = 5_000_000 }.Validate("Journal"));
        Assert.Contains("Journal:PersonalDataDays must be a whole number from 1 to 3650", new JournalOptions { PersonalDataDays = 0 }.Validate("Journal"));
        Assert.Single(new JournalOptions { PersonalDataDays = 3651 }.Validate("Journal"));
        Assert.Contains("Journal:KeepDays must be a whole number from 30 to 3650", new JournalOptions { KeepDays = 29 }.Validate("Journal"));
        Assert.Single(new JournalOptions { KeepDays = 3651 }.Validate("Journal"));
        Assert.Contains("Journal:KeepIssuances must be a whole number from 1000 to 5000000", new JournalOptions { KeepIssuances = 999 }.Validate("Journal"));
        Assert.Single(new JournalOptions { KeepIssuances = 5_000_001 }.Validate("Journal"));
    }

    [Fact]
    public void Personal_data_never_stands_in_the_files()
    {
        using (var journal = _folder.Create(_time))
        {
            journal.TakeOn("1", Now);
            journal.Issue("2", Now);
            journal.Database.Execute("PRAGMA wal_checkpoint(PASSIVE)");
            journal.Issue("3", Now);
            File.Copy(_folder.Database + "-wal", _folder.Database + ".wal-copy");
        }
        var files = Directory.GetFiles(_folder.Path).Where(f => !f.EndsWith(".marker", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, files.Count);
        foreach (var file in files)
        {
            ReadOnlySpan<byte> bytes = File.ReadAllBytes(file);
            Assert.True(bytes.IndexOf("book_time"u8) >= 0, $"{file} holds no payload: this test looks in the wrong place.");
            foreach (var secret in new[] { Name, Certificate, Name.Normalize(), "claim-7" })
            {
                Assert.True(bytes.IndexOf(Encoding.UTF8.GetBytes(secret)) < 0);
                Assert.True(bytes.IndexOf(Encoding.Unicode.GetBytes(secret)) < 0);
            }
        }
    }

    /// <summary>Calls back when it is asked.</summary>
    private sealed class SetThatCalls(Action call) : HashSet<string>, IReadOnlySet<string>
    {
        bool IReadOnlySet<string>.Contains(string item)
        {
            call();
            return false;
        }
    }
}
