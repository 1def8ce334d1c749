using System.Runtime.CompilerServices;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;
using DeviceAgent.Tests.Simulation;
using static DeviceAgent.Tests.Journal.JournalSamples;

namespace DeviceAgent.Tests.Journal;

/// <summary>Journals of other releases. Each release leaves its own in Fixtures, made once by <see cref="Leave_the_journal_of_this_release"/>.</summary>
public sealed class JournalFixtureTests : IDisposable
{
    private readonly VirtualTime _time = new();
    private readonly JournalFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private DateTimeOffset Now => _time.GetUtcNow();

    public static TheoryData<string> Releases() => [.. Directory.GetFiles(Fixtures(), "journal-*.db").Select(f => Path.GetFileNameWithoutExtension(f))];

    /// <summary>JOURNAL_FIXTURE=0.1.0 dotnet test DeviceAgent.Tests --filter FullyQualifiedName~Leave_the_journal_of_this_release</summary>
    [Fact]
    public void Leave_the_journal_of_this_release()
    {
        Fill();
        Assert.True(new FileInfo(_folder.Database).Length < 200_000);
        if (Environment.GetEnvironmentVariable("JOURNAL_FIXTURE") is { } release)
            File.Copy(_folder.Database, Path.Combine(Fixtures(), $"journal-{release}.db"), overwrite: false);
        using var journal = _folder.Open(_time);
        ReadKnownContents(journal);
    }

    [Theory, MemberData(nameof(Releases))]
    public void A_journal_of_an_earlier_release_is_never_unreadable(string release)
    {
        // Filled with the key of JournalFolder, which is no secret.
        File.Copy(Path.Combine(Fixtures(), release + ".db"), _folder.Database);
        using (var journal = _folder.Open(_time)) ReadKnownContents(journal);
        using var again = _folder.Open(_time);
        Assert.True(again.QuickCheck(out _));
        ReadKnownContents(again);
    }

    [Fact]
    public void What_a_newer_release_wrote_is_never_touched()
    {
        var start = Now;
        Fill();
        Doctor("""
            PRAGMA user_version = 99;
            UPDATE meta SET value = '99' WHERE key = 'schema_version';
            INSERT INTO meta (key, value) VALUES ('mood', 'good');
            CREATE TABLE weather (id INTEGER PRIMARY KEY, sun TEXT);
            INSERT INTO weather VALUES (1, 'much');
            ALTER TABLE issuance ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue';
            ALTER TABLE outbox ADD COLUMN urgency INTEGER NOT NULL DEFAULT 3;
            INSERT INTO issuance (id, journey, order_number, state, created_at, changed_at) VALUES
                (7, 'bus', '207', 'teleported', 1, 1), (8, 'ferry', '208', 'accepted', 1, 1), (9, 'bus', '209', 'accepted', 1, 1), (11, 'bus', '211', 'in_doubt', 1, 1);
            INSERT INTO issuance (id, journey, order_number, state, open, created_at, changed_at) VALUES (10, 'bus', '210', 'archived', 0, 1, 1);
            UPDATE issuance SET ticket_count = 1 WHERE id = 9;
            INSERT INTO attempt (id, issuance, kind, ticket_index, process_id, started_at, before_unit, before_exact, before_idle, before_disturbances, before_run)
                VALUES (90, 9, 'receipt', 0, 'abcd', 1, 'TM-1', 0, 1, 0, x'00');
            INSERT INTO decision (issuance, at, decided, by_whom, reason, platform, last_attempt) VALUES (11, 1, 'postponed', 'root', 'why', '30', 0);
            INSERT INTO outbox (id, order_number, kind, payload_version, success, state, created_at, changed_at, payload) VALUES
                (4, '301', 'bus.book', 1, 1, 'pondered', 1, 1, x'7b7d'), (5, '302', 'bus.book', 2, 1, 'due', 1, 1, x'7b7d'),
                (6, '303', 'ferry.book', 1, 1, 'retry', 1, 1, x'7b7d'), (7, '304', 'ferry.book', 1, 1, 'sending', 1, 1, x'7b7d'),
                (8, '301', 'bus.book', 1, 1, 'due', 1, 1, x'7b7d'), (9, '302', 'bus.book', 1, 1, 'retry', 1, 1, x'7b7d'),
                (10, '305', 'bus.book', 1, 1, 'handed_over', 1, 1, x'7b7d'), (11, '305', 'bus.book', 1, 1, 'due', 1, 1, x'7b7d');
            """);
        var rows = Rows();
        using (var journal = _folder.Open(_time))
        {
            Assert.Equal(99, journal.Identity.SchemaVersion);
            foreach (var (order, state) in new[] { ("207", "teleported"), ("209", "accepted"), ("210", "archived"), ("211", "in_doubt") })
            {
                var found = journal.Find(Journey.Bus, order)!;
                Assert.Equal((IssuanceState.Unknown, state), (found.State, found.StateText));
                Untouchable(journal, found.Id, order);
            }
            Assert.Equal(AttemptKind.Unknown, journal.Find(Journey.Bus, "209")!.Attempts[0].Kind);
            Assert.Throws<JournalTransitionException>(() => journal.EndAttempt(90, Presented, Now));
            var ferry = journal.Unfinished(100).Single(i => i.OrderNumber == "208");
            Assert.Equal((IssuanceState.Unknown, "accepted", JournalWords.UnknownJourney), (ferry.State, ferry.StateText, ferry.Journey));
            Untouchable(journal, ferry.Id, null);
            Assert.Equal(new(3, 2, 0, 5), journal.CountIssuances());

            // Rows 8, 9 and 11 are held back by 4, 5 and 10 of their orders.
            Assert.Equal([1L], journal.TakeIds(Now));
            Assert.Null(journal.NextDue);
            Assert.Equal(0, journal.RecoverInterrupted(Now));
            journal.WakeRetries(DateTimeOffset.UnixEpoch);
            foreach (var id in new long[] { 4, 5, 6, 7, 10 })
            {
                Assert.Throws<JournalTransitionException>(() => journal.MarkSending(id, Now));
                Assert.Throws<JournalTransitionException>(() => journal.Confirm(id, Now, ""));
                Assert.Throws<JournalTransitionException>(() => journal.RetryAt(id, Now, false, ""));
                Assert.Throws<JournalTransitionException>(() => journal.Park(id, Now, ParkReason.Unsendable, ""));
            }
            Assert.Equal(new(4, 1, 1, 4, DateTimeOffset.FromUnixTimeMilliseconds(1)), journal.Counts);
            journal.Issue("400", start);
        }
        var after = Rows();
        Assert.Equal(rows, after.Where(r => rows.Contains(r)));
        Assert.Contains(after, r => r.StartsWith("issuance 12 issued blue", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("UPDATE meta SET value = '99' WHERE key = 'minimum_reader'", JournalFailure.NewerThanReadable)]
    [InlineData("DELETE FROM meta WHERE key = 'minimum_reader'", JournalFailure.Corrupt)]
    [InlineData("UPDATE meta SET value = 'x' WHERE key = 'minimum_reader'", JournalFailure.Corrupt)]
    [InlineData("DELETE FROM meta WHERE key = 'epoch'", JournalFailure.Corrupt)]
    [InlineData("UPDATE meta SET value = 'x' WHERE key = 'journal_id'", JournalFailure.Corrupt)]
    [InlineData("UPDATE meta SET value = '99999999999999999' WHERE key = 'created_at'", JournalFailure.Corrupt)]
    [InlineData("PRAGMA application_id = 1", JournalFailure.Corrupt)]
    [InlineData("PRAGMA user_version = 0", JournalFailure.Corrupt)]
    [InlineData("DROP TABLE audit", JournalFailure.Corrupt)]
    public void A_journal_that_must_not_be_read_is_never_opened_or_changed(string doctor, JournalFailure expected)
    {
        Fill();
        Doctor(doctor);
        var before = File.ReadAllBytes(_folder.Database);
        Assert.Equal(expected, Assert.Throws<JournalException>(() => _folder.Open(_time)).Reason);
        Assert.Equal(before, File.ReadAllBytes(_folder.Database));
    }

    private void Untouchable(SqliteJournal journal, long id, string? order)
    {
        if (order is not null) Assert.Throws<JournalTransitionException>(() => journal.RecordIntent(Journey.Bus, order, Now));
        Assert.Throws<JournalTransitionException>(() => journal.Accept(id, Accepted(order ?? "1"), [], Now));
        Assert.Throws<JournalTransitionException>(() => journal.StartAttempt(id, Ticket(0), Now));
        Assert.Throws<JournalTransitionException>(() => journal.Complete(id, [Report], Now));
        Assert.Throws<JournalTransitionException>(() => journal.Release(id, "", [], Now));
        Assert.Throws<JournalTransitionException>(() => journal.StandInDoubt(id, "", Now));
        Assert.Throws<JournalTransitionException>(() => journal.Fail(id, [Report with { Success = false }], "", Now));
        Assert.Throws<JournalTransitionException>(() => journal.Decide(id, new(DecisionKind.Reissue, "root", "why", "30"), [], Now));
    }

    /// <summary>Orders 101 to 106, one in each state that this release writes; reports due, confirmed and parked.</summary>
    private void Fill()
    {
        using var journal = _folder.Create(_time);
        journal.Issue("101", Now, passengers: 2);
        var confirmed = journal.Issue("102", Now);
        journal.MarkSending(confirmed, Now);
        journal.Confirm(confirmed, Now, "applied");
        journal.RecordIntent(Journey.Bus, "103", Now);
        journal.Release(journal.TakeOn("104", Now), "paper out", [], Now);
        var doubtful = journal.TakeOn("105", Now);
        journal.Print(doubtful, 0, Unclear, Now);
        journal.StandInDoubt(doubtful, "ticket 1", Now);
        journal.Print(journal.TakeOn("106", Now), 0, NotPresented, Now);
        journal.Park(Assert.NotNull(journal.Complete(doubtful, [Report], Now)), Now, ParkReason.Refused, "ORDER_STATUS_ERROR");
        journal.SavePrinter(new("TM-1", "TM-T88VI", true, true, 1042, Now));
    }

    private static void ReadKnownContents(SqliteJournal journal)
    {
        var at = new DateTimeOffset(2026, 3, 1, 1, 0, 0, TimeSpan.Zero);
        Assert.Equal((1, at), (journal.Identity.Epoch, journal.Identity.CreatedAt));
        Assert.True(journal.CanKeepPersonalData);
        Assert.Equal(at, journal.LastTime);
        var states = Enumerable.Range(101, 6).Select(o => journal.Find(Journey.Bus, $"{o}")!).Select(i => $"{i.StateText}/{i.ReportState}");
        Assert.Equal("issued/due issued/confirmed intent/ released/ issued/parked accepted/", string.Join(' ', states));
        Assert.Equivalent(Accepted("106"), journal.Find(Journey.Bus, "106")!.Accepted, strict: true);
        var attempt = Assert.Single(journal.Find(Journey.Bus, "105")!.Attempts);
        Assert.Equal((Before, Unclear, at), (attempt.Before, attempt.End, attempt.StartedAt));
        var report = Assert.Single(journal.Take(at, 10, new HashSet<string>()));
        Assert.Equal(Report.Personal, report.Personal);
        Assert.Equal(new(1, 1, 1, 0, at), journal.Counts);
        Assert.Equal(new(3, 2, 0, 0), journal.CountIssuances());
        Assert.Equal(new("TM-1", "TM-T88VI", true, true, 1042, at), journal.FindPrinter("TM-1"));
        Assert.Equal("printer", journal.ReadAudit(1)[0].What);
        Assert.Null(journal.Stock);
        Assert.Null(journal.OpenTestStrip);
    }

    private void Doctor(string script)
    {
        using var database = SqliteDatabase.Open(_folder.Database);
        database.Execute(script);
    }

    private List<string> Rows()
    {
        using var database = SqliteDatabase.Open(_folder.Database);
        List<string> rows = [];
        foreach (var sql in new[]
        {
            "SELECT concat_ws(' ', 'issuance', id, state, colour, journey, order_number, open, changed_at, ticket_count, report) FROM issuance",
            "SELECT concat_ws(' ', 'outbox', id, state, urgency, kind, payload_version, open, not_before, sends, fate_unknown, changed_at) FROM outbox",
            "SELECT concat_ws(' ', 'attempt', id, kind, outcome, ended_at) FROM attempt",
            "SELECT concat_ws(' ', 'weather', id, sun) FROM weather",
            "SELECT concat_ws(' ', 'meta', key, value) FROM meta",
        })
        {
            using var query = database.Use(sql);
            while (query.Step()) rows.Add(query.Text(0));
        }
        return rows;
    }

    private static string Fixtures([CallerFilePath] string path = "")
    {
        var beside = Path.Combine(Path.GetDirectoryName(path)!, "Fixtures");
        if (Directory.Exists(beside)) return beside;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "DeviceAgent.Tests", "Journal", "Fixtures");
            if (Directory.Exists(candidate)) return candidate;
        }
        throw new DirectoryNotFoundException("DeviceAgent.Tests/Journal/Fixtures");
    }
}
