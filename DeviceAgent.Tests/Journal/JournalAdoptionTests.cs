#pragma warning disable CA1416 // The agent runs on Linux alone.
using System.Globalization;
using System.Text;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Tests.Serial;
using DeviceAgent.Tests.Simulation;
using static DeviceAgent.Tests.Journal.JournalSamples;

namespace DeviceAgent.Tests.Journal;

/// <summary>A journal that is missing, damaged or not this machine's, on real files.</summary>
public sealed class JournalAdoptionTests : IDisposable
{
    private static readonly BoardIdentity Ours = new("10000000a1b2c3d4", "", "3d1219c7"), Another = Ours with { DeviceTreeSerial = "10000000ffff0001" };
    private readonly VirtualTime _time = new();
    private readonly JournalFolder _folder = new();
    private int _unissuedPage;

    public void Dispose() => _folder.Dispose();

    private DateTimeOffset Now => _time.GetUtcNow();

    private string Marker => Path.Combine(_folder.Path, "journal.marker");

    private string[] Files => [.. Directory.EnumerateFiles(_folder.Path).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private SqliteJournal Create() => SqliteJournal.Create(_folder.Database, new(), _folder.Keys, _time, Ours);

    private SqliteJournal Open(BoardIdentity? board = null) => SqliteJournal.Open(_folder.Database, new(), _folder.Keys, _time, board ?? Ours);

    private static JournalKeys Keys() => JournalKeys.FromKey([.. Enumerable.Range(1, JournalKeys.KeyBytes).Select(i => (byte)i)]);

    private Adoption Adopt(BoardIdentity? board = null, Action<string>? afterStep = null) =>
        JournalEngine.Sqlite.Adopt(_folder.Database, new(), Keys, _time, board ?? Ours, "reason: card swapped; by uid 0", afterStep ?? (_ => { }));

    private static JournalFailure Refusal(Action action) => Assert.Throws<JournalException>(action).Reason;

    /// <summary>One order issued with its report waiting, one in hand with an open attempt, one intent.</summary>
    private void Fill(SqliteJournal journal)
    {
        var id = journal.TakeOn("1", Now);
        journal.Complete(id, [Report, Confirmation], Now);
        journal.StartAttempt(journal.TakeOn("2", Now), Ticket(0), Now);
        journal.RecordIntent(Journey.Bus, "3", Now);
    }

    [Fact]
    public void A_first_journal_is_never_made_where_one_was_before()
    {
        Create().Dispose();
        File.Delete(_folder.Database);
        Assert.Equal(Marker, SqliteJournal.TraceOfEarlier(_folder.Database));
        Assert.Equal(JournalFailure.Missing, Refusal(() => Create()));
        Assert.Equal(JournalFailure.Missing, Refusal(() => Open()));
        Assert.Equal(["journal.marker"], Files);
    }

    [Theory]
    [InlineData("journal.db-wal")]
    [InlineData("journal.db.set-aside-20260101T000000Z")]
    [InlineData("secrets/journal-key")]
    public void A_log_a_key_or_a_file_set_aside_shows_as_well_that_one_was_here(string trace)
    {
        var path = Path.Combine(_folder.Path, trace);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, [1]);
        Assert.Equal(path, SqliteJournal.TraceOfEarlier(_folder.Database));
    }

    [Fact]
    public void A_sound_journal_that_belongs_here_is_never_changed()
    {
        using (var journal = Create()) Fill(journal);
        var (database, marker) = (File.ReadAllBytes(_folder.Database), File.ReadAllText(Marker));
        var adoption = Adopt();
        Assert.Equal((AdoptionKind.NothingToDo, 1), (adoption.Kind, adoption.Identity.Epoch));
        Assert.Equal(database, File.ReadAllBytes(_folder.Database));
        Assert.Equal(marker, File.ReadAllText(Marker));
    }

    [Fact]
    public void A_card_in_another_board_is_never_opened_there_and_nothing_of_it_is_changed()
    {
        var copy = Path.Combine(_folder.Path, "copy");
        Directory.CreateDirectory(copy);
        using (var journal = Create())
        {
            Fill(journal);
            // As a power cut leaves it: with a log.
            foreach (var file in Files) File.Copy(Path.Combine(_folder.Path, file), Path.Combine(copy, file));
        }
        var database = Path.Combine(copy, "journal.db");
        var before = Directory.GetFiles(copy).Order().Select(f => (f, Convert.ToHexString(File.ReadAllBytes(f)))).ToList();
        Assert.Contains(before, f => f.f.EndsWith("-wal", StringComparison.Ordinal));
        Assert.Equal(JournalFailure.Mismatch, Refusal(() => SqliteJournal.Open(database, new(), _folder.Keys, _time, Another)));
        Assert.Equal(before, Directory.GetFiles(copy).Order().Select(f => (f, Convert.ToHexString(File.ReadAllBytes(f)))));
        SqliteJournal.Open(database, new(), _folder.Keys, _time, Ours).Dispose();
    }

    [Fact]
    public void What_a_copied_card_had_in_hand_is_never_printed_or_sent_without_being_asked_about()
    {
        long start;
        using (var journal = Create())
        {
            Fill(journal);
            start = long.Parse(journal.Database.Ask("SELECT value FROM meta WHERE key = 'process_id_start'")!, CultureInfo.InvariantCulture);
        }
        var adoption = Adopt(Another);
        Assert.Equal((AdoptionKind.TakenOver, 2, 1, 1), (adoption.Kind, adoption.Identity.Epoch, adoption.ReportsToAsk, adoption.OrdersInDoubt));
        Assert.Equal(JournalFailure.Mismatch, Refusal(() => Open(Ours)));
        using var taken = Open(Another);
        Assert.Equal(adoption.Identity with { CreatedAt = taken.Identity.CreatedAt }, taken.Identity);
        var report = Assert.Single(taken.Take(Now, 10, new HashSet<string>()));
        Assert.True(report.FateUnknown);
        // What the station is told says the same however often it arrives.
        Assert.False(Assert.Single(taken.StationNotices.Take(Now, 10, new HashSet<string>())).FateUnknown);
        var inHand = taken.Find(Journey.Bus, "2")!;
        Assert.Equal(IssuanceState.InDoubt, inHand.State);
        Assert.Contains("another machine may have printed it", inHand.Reason, StringComparison.Ordinal);
        Assert.Equal(AttemptOutcome.Unknown, Assert.Single(inHand.Attempts).End!.Outcome);
        Assert.Equal(IssuanceState.Intent, taken.Find(Journey.Bus, "3")!.State);
        var audit = taken.ReadAudit(1)[0];
        Assert.Equal("journal adopted", audit.What);
        foreach (var part in new[] { "epoch 2", "another board", "reason: card swapped", "by uid 0", "1 reports", "1 orders" }) Assert.Contains(part, audit.Details, StringComparison.Ordinal);
        // An echo that the copy's printer still owes to the first board is never taken for a new attempt's.
        var next = taken.StartAttempt(taken.TakeOn("4", Now), Ticket(0), Now);
        Assert.NotEqual(AttemptProcessIds.OfAttempt(start, next.Id).ToString(), next.ProcessId);
    }

    [Fact]
    public void An_older_copy_that_was_put_back_is_never_taken_for_the_journal()
    {
        using (var journal = Create()) Fill(journal);
        File.Copy(_folder.Database, _folder.Database + ".backup");
        Adopt(Another);
        File.Move(_folder.Database + ".backup", _folder.Database, overwrite: true);
        Assert.Contains("older copy", Assert.Throws<JournalException>(() => Open(Ours)).Message, StringComparison.Ordinal);
        var adoption = Adopt(Ours);
        Assert.Equal((AdoptionKind.TakenOver, 3), (adoption.Kind, adoption.Identity.Epoch));
        Open(Ours).Dispose();
    }

    [Fact]
    public void Another_journal_in_its_place_is_never_taken_for_it()
    {
        Create().Dispose();
        var marker = File.ReadAllText(Marker);
        using (var other = new JournalFolder())
        {
            SqliteJournal.Create(other.Database, new(), other.Keys, _time, Ours).Dispose();
            File.Move(other.Database, _folder.Database, overwrite: true);
        }
        Assert.Equal(JournalFailure.Mismatch, Refusal(() => Open()));
        File.WriteAllText(Marker, "nonsense");
        Assert.Equal(JournalFailure.Mismatch, Refusal(() => Open()));
        File.WriteAllText(Marker, marker);
        Assert.Equal(AdoptionKind.TakenOver, Adopt().Kind);
        Open().Dispose();
    }

    [Fact]
    public void A_journal_of_an_older_release_takes_on_its_board_once()
    {
        SqliteJournal.Create(_folder.Database, new(), _folder.Keys, _time).Dispose();
        File.Delete(Marker);
        Open(Ours).Dispose();
        Assert.True(File.Exists(Marker));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Marker));
        Assert.Equal(JournalFailure.Mismatch, Refusal(() => Open(Another)));
    }

    [Fact]
    public void A_distrusted_journal_is_never_opened_before_a_person_adopts_it()
    {
        using (var journal = Create())
        {
            Fill(journal);
            Assert.Equal(1042, journal.LastCuts("TM-1") + 1);
            journal.Distrust("printer TM-1: its cut counter went back", Now);
        }
        Assert.Contains("went back", Assert.Throws<JournalException>(() => Open()).Message, StringComparison.Ordinal);
        Assert.Equal(AdoptionKind.TakenOver, Adopt().Kind);
        using var adopted = Open();
        Assert.Null(adopted.LastCuts("TM-1"));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("not a journal")]
    [InlineData("empty")]
    [InlineData("damaged")]
    public void An_adoption_that_loses_power_at_any_step_never_loses_a_file_and_is_finished_by_the_next(string state)
    {
        for (var cut = 1; ; cut++)
        {
            foreach (var file in Directory.GetFiles(_folder.Path)) File.Delete(file);
            var (old, log) = Prepare(state);
            var steps = 0;
            try
            {
                Adopt(afterStep: _ =>
                {
                    if (++steps == cut) throw new PowerCut();
                });
            }
            catch (PowerCut)
            {
                // Whatever stands there now: nothing is issued from it, or it is the new one.
                try
                {
                    using var between = Open();
                    Assert.Equal(2, between.Identity.Epoch);
                }
                catch (JournalException e)
                {
                    Assert.Equal(JournalFailure.Missing, e.Reason);
                }
            }
            Adopt();
            using (var journal = Open())
            {
                Assert.Equal((2, 0), (journal.Identity.Epoch, journal.CountIssuances().Open));
                Assert.Contains("reason: card swapped", journal.ReadAudit(10)[^1].Details, StringComparison.Ordinal);
            }
            var kept = Files.Where(f => f.Contains("set-aside", StringComparison.Ordinal)).ToList();
            Assert.Equal((old is null ? 0 : 1) + (log is null ? 0 : 1), kept.Count);
            if (old is not null) Assert.Equal(old, File.ReadAllBytes(Path.Combine(_folder.Path, kept[0])));
            if (log is not null) Assert.Equal((kept[0] + "-wal", log), (kept[1], File.ReadAllText(Path.Combine(_folder.Path, kept[1]))));
            if (steps < cut) break;
        }
    }

    /// <returns>What must be kept.</returns>
    private (byte[]? Database, string? Log) Prepare(string state)
    {
        using (var journal = Create())
        {
            Fill(journal);
            _unissuedPage = int.Parse(journal.Database.Ask("SELECT rootpage FROM sqlite_schema WHERE name = 'issuance_unissued'")!, CultureInfo.InvariantCulture);
        }
        var whole = File.ReadAllBytes(_folder.Database);
        switch (state)
        {
            case "missing":
                File.Delete(_folder.Database);
                return (null, null);
            case "empty":
                File.WriteAllBytes(_folder.Database, []);
                return ([], null);
            case "not a journal":
                File.WriteAllText(_folder.Database, new string('x', 5000));
                File.WriteAllText(_folder.Database + "-wal", "its log");
                return (Encoding.ASCII.GetBytes(new string('x', 5000)), "its log");
            default:
                // A page that no start reads: it opens, and the check finds it.
                whole.AsSpan((_unissuedPage - 1) * 4096, 4096).Fill(0xA5);
                File.WriteAllBytes(_folder.Database, whole);
                using (var journal = Open()) Assert.False(journal.QuickCheck(out _));
                return (File.ReadAllBytes(_folder.Database), null);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_take_over_that_loses_power_is_whole_or_not_there(int cut)
    {
        using (var journal = Create()) Fill(journal);
        var steps = 0;
        Assert.Throws<PowerCut>(() => Adopt(Another, _ =>
        {
            if (++steps == cut) throw new PowerCut();
        }));
        Assert.Equal(AdoptionKind.NothingToDo, Adopt(Another).Kind);
        using var taken = Open(Another);
        Assert.Equal(2, taken.Identity.Epoch);
        Assert.Single(taken.ReadAudit(100), a => a.What == "journal adopted");
    }

    [Fact]
    public void A_journal_that_the_agent_has_open_or_that_a_newer_release_wrote_is_never_adopted()
    {
        using (var journal = Create())
        {
            Assert.Equal(JournalFailure.Locked, Refusal(() => Adopt()));
            journal.Database.Execute("UPDATE meta SET value = '99' WHERE key = 'minimum_reader'");
        }
        Assert.Equal(JournalFailure.NewerThanReadable, Refusal(() => Adopt()));
        Assert.Equal(["journal.db", "journal.marker"], Files.Where(f => !f.EndsWith("-wal", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_folder_that_may_not_be_entered_never_passes_for_one_without_a_journal()
    {
        Create().Dispose();
        JournalFailure? opened = null, adopted = null;
        var mode = File.GetUnixFileMode(_folder.Path);
        File.SetUnixFileMode(_folder.Path, UnixFileMode.None);
        var visitor = new Thread(() =>
        {
            Unprivileged.DropRightsOfThisThread();
            opened = Refusal(() => Open());
            adopted = Refusal(() => Adopt());
        });
        visitor.Start();
        visitor.Join();
        File.SetUnixFileMode(_folder.Path, mode);
        Assert.Equal((JournalFailure.Unwritable, JournalFailure.Unwritable), (opened, adopted));
        Open().Dispose();
        Assert.DoesNotContain(Files, f => f.Contains("set-aside", StringComparison.Ordinal));
    }

    [Fact]
    public void A_lost_key_is_made_anew_with_a_lost_journal()
    {
        var adoption = SqliteJournal.Adopt(_folder.Database, new(), () => JournalKeys.LoadOrMake(_folder.Path, null, _folder.Database), _time, Ours, "first", "uid 0");
        Assert.Equal((AdoptionKind.Made, 1), (adoption.Kind, adoption.Identity.Epoch));
        using var keys = JournalKeys.Load(_folder.Path, null);
        using var journal = SqliteJournal.Open(_folder.Database, new(), keys, _time, Ours);
        Assert.True(journal.CanKeepPersonalData);
    }

    private sealed class PowerCut : Exception;
}
