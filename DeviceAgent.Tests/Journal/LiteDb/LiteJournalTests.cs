#pragma warning disable CA1416 // The agent runs on Linux alone.
using System.Text;
using DeviceAgent.Journal;
using DeviceAgent.Journal.LiteDb;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;
using DeviceAgent.Tests.PowerLoss;
using DeviceAgent.Tests.Simulation;
using LiteDB;
using static DeviceAgent.Tests.Journal.JournalSamples;
using static DeviceAgent.Tests.Journal.LiteDb.OtherHands;

namespace DeviceAgent.Tests.Journal.LiteDb;

/// <summary>What is particular to the LiteDB engine: files, locks, damage, other releases, adoption.</summary>
public sealed class LiteJournalTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly BoardIdentity Ours = new("10000000a1b2c3d4", "", "3d1219c7"), Another = Ours with { DeviceTreeSerial = "10000000ffff0001" };
    private readonly VirtualTime _time = new();
    private readonly JournalFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private DateTimeOffset Now => _time.GetUtcNow();

    private string Database => Path.Combine(_folder.Path, LiteJournal.FileName);

    private string Log => Database + "-log";

    private IEnumerable<string> Files => Directory.GetFiles(_folder.Path).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);

    private static JournalFailure Refusal(Action action) => Assert.Throws<JournalException>(action).Reason;

    private LiteJournal Create(BoardIdentity? board = null) => (LiteJournal)LiteJournal.Engine.Create(Database, new(), _folder.Keys, _time, board);

    private LiteJournal Open(BoardIdentity? board = null, JournalKeys? keys = null) => LiteJournal.OpenFile(Database, new(), keys ?? _folder.Keys, _time, board, anyones: false);

    private Adoption Adopt(BoardIdentity board) =>
        LiteJournal.Engine.Adopt(Database, new(), () => JournalKeys.FromKey([.. Enumerable.Range(1, JournalKeys.KeyBytes).Select(i => (byte)i)]), _time, board, "reason: card swapped; by uid 0", _ => { });

    [Fact]
    public void A_start_never_makes_a_journal()
    {
        Assert.Equal(JournalFailure.Missing, Refusal(() => Open()));
        Assert.Empty(Files);
    }

    [Fact]
    public void A_second_process_never_gets_in()
    {
        using var journal = Create();
        Assert.Equal(JournalFailure.Locked, Refusal(() => Open()));
        journal.Audit(Now, "still here", "");
    }

    [Fact]
    public void Nobody_else_can_ever_read_the_files()
    {
        using var journal = Create();
        journal.Audit(Now, "a", "b");
        Assert.Equal(["journal.litedb", "journal.litedb-log", "journal.marker"], Files);
        Assert.All(Directory.GetFiles(_folder.Path), f => Assert.Equal(OwnerOnly, File.GetUnixFileMode(f)));
    }

    [Fact]
    public void Personal_data_never_stands_in_the_files()
    {
        using (var journal = Create())
        {
            journal.Issue("1", Now);
            journal.TakeOn("2", Now);
            // The other file is locked.
            Absent(Log);
        }
        Absent(Log, Database);

        static void Absent(params ReadOnlySpan<string> files)
        {
            foreach (var file in files)
            {
                using var reading = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                var bytes = new byte[reading.Length];
                reading.ReadExactly(bytes);
                Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Name)) < 0 && bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Certificate)) < 0, file);
            }
        }
    }

    [Fact]
    public void A_report_never_waits_for_a_key_that_is_gone()
    {
        using (var journal = Create()) journal.Issue("1", Now);
        using var keyless = Open(keys: JournalKeys.None);
        Assert.False(keyless.CanKeepPersonalData);
        Assert.Null(keyless.Find(Journey.Bus, "1")!.Accepted);
        var taken = Assert.Single(keyless.Take(Now, 10, new HashSet<string>()));
        Assert.Equal(Report.Payload, taken.Payload);
        Assert.Null(taken.Personal);
        Assert.Equal(JournalFailure.KeyMissing, Refusal(() => keyless.TakeOn("2", Now)));
    }

    [Theory]
    [InlineData("not a database at all, but long enough to look like one to somebody who reads only its name")]
    [InlineData("")]
    public void A_file_that_is_no_journal_is_never_opened_or_changed(string content)
    {
        File.WriteAllText(Database, content);
        File.WriteAllText(Log, "");
        Assert.Equal(JournalFailure.Corrupt, Refusal(() => Open()));
        Assert.Equal(content, File.ReadAllText(Database));
    }

    [Fact]
    public void A_journal_without_its_log_is_never_taken_for_a_whole_one()
    {
        Create().Dispose();
        File.Delete(Log);
        Assert.Equal(JournalFailure.Corrupt, Refusal(() => Open()));
        Assert.Equal(["journal.litedb", "journal.marker"], Files);
    }

    [Theory]
    [InlineData(JournalSchema.MinimumReader, "99", JournalFailure.NewerThanReadable)]
    [InlineData(JournalSchema.MinimumReader, "x", JournalFailure.Corrupt)]
    [InlineData(JournalSchema.JournalId, "x", JournalFailure.Corrupt)]
    [InlineData(JournalSchema.SchemaVersion, "0", JournalFailure.Corrupt)]
    public void A_journal_that_must_not_be_read_is_never_opened_or_changed(string key, string value, JournalFailure expected)
    {
        Create().Dispose();
        Doctor(Database, d => d.Upsert(LiteSchema.Meta, new() { ["_id"] = key, ["value"] = value }));
        var before = File.ReadAllBytes(Database);
        Assert.Equal(expected, Refusal(() => Open()));
        Assert.Equal(before, File.ReadAllBytes(Database));
    }

    [Fact]
    public void What_a_newer_release_wrote_is_never_touched()
    {
        using (var journal = Create())
        {
            for (var i = 1; i <= 4; i++) journal.Issue($"{i}", Now);
            journal.TakeOn("5", Now);
        }
        Doctor(Database, d =>
        {
            var issuance = d.Find(LiteSchema.Issuance, 5)!;
            issuance["state"] = "teleported";
            issuance["colour"] = "blue";
            d.Update(LiteSchema.Issuance, issuance);
            Report(d, 1, "state", "pondered");
            Report(d, 2, "kind", "ferry.book");
            Report(d, 3, "payload_version", 2);
        });
        using (var journal = Open())
        {
            var found = journal.Find(Journey.Bus, "5")!;
            Assert.Equal((IssuanceState.Unknown, "teleported"), (found.State, found.StateText));
            Assert.Throws<JournalTransitionException>(() => journal.RecordIntent(Journey.Bus, "5", Now));
            Assert.Throws<JournalTransitionException>(() => journal.StartAttempt(5, Ticket(0), Now));
            Assert.Throws<JournalTransitionException>(() => journal.Release(5, "", [], Now));
            Assert.Equal(new(4, 0, 0, 1), journal.CountIssuances());
            Assert.Equal([4L], journal.TakeIds(Now));
            Assert.Equal(new(1, 0, 0, 3, Now), journal.Counts);
            Assert.Equal(0, journal.RecoverInterrupted(Now));
            foreach (var id in new long[] { 1, 2, 3 })
            {
                Assert.Throws<JournalTransitionException>(() => journal.MarkSending(id, Now));
                Assert.Throws<JournalTransitionException>(() => journal.Park(id, Now, ParkReason.Unsendable, ""));
            }
            Assert.Equal("pondered", journal.FindReport(1)!.StateText);
        }
        Doctor(Database, d => Assert.Equal("blue", d.Find(LiteSchema.Issuance, 5)!["colour"].AsString));

        static void Report(LiteFile database, long id, string field, BsonValue value)
        {
            var report = database.Find(LiteSchema.Outbox, id)!;
            report[field] = value;
            database.Update(LiteSchema.Outbox, report);
        }
    }

    [Fact]
    public void A_field_that_a_newer_release_added_is_never_lost_with_a_change()
    {
        using (var journal = Create()) journal.TakeOn("1", Now);
        Doctor(Database, d =>
        {
            var issuance = d.Find(LiteSchema.Issuance, 1)!;
            issuance["colour"] = "blue";
            d.Update(LiteSchema.Issuance, issuance);
        });
        using (var journal = Open()) journal.StandInDoubt(1, "why", Now);
        Doctor(Database, d => Assert.Equal("blue", d.Find(LiteSchema.Issuance, 1)!["colour"].AsString));
    }

    [Fact]
    public void Another_boards_journal_is_never_used_before_a_person_adopts_it()
    {
        using (var journal = Create(Ours))
        {
            journal.Complete(journal.TakeOn("1", Now), [Report, Confirmation], Now);
            journal.StartAttempt(journal.TakeOn("2", Now), Ticket(0), Now);
        }
        Assert.Equal(JournalFailure.Mismatch, Refusal(() => Open(Another)));
        Assert.Equal(AdoptionKind.NothingToDo, Adopt(Ours).Kind);
        var adoption = Adopt(Another);
        Assert.Equal((AdoptionKind.TakenOver, 2, 1, 1), (adoption.Kind, adoption.Identity.Epoch, adoption.ReportsToAsk, adoption.OrdersInDoubt));
        Assert.Equal(JournalFailure.Mismatch, Refusal(() => Open(Ours)));
        using var adopted = Open(Another);
        Assert.Equal(IssuanceState.InDoubt, adopted.Find(Journey.Bus, "2")!.State);
        Assert.Equal(AttemptOutcome.Unknown, adopted.Find(Journey.Bus, "2")!.Attempts[0].End!.Outcome);
        Assert.True(adopted.FindReport(1)!.FateUnknown);
        Assert.False(adopted.FindReport(2)!.FateUnknown);
    }

    [Fact]
    public void A_damaged_journal_is_never_overwritten()
    {
        Create(Ours).Dispose();
        var bytes = File.ReadAllBytes(Database);
        bytes.AsSpan(0, 512).Clear();
        File.WriteAllBytes(Database, bytes);
        Assert.Equal(JournalFailure.Corrupt, Refusal(() => Open(Ours)));
        var adoption = Adopt(Ours);
        Assert.Equal((AdoptionKind.Replaced, 2), (adoption.Kind, adoption.Identity.Epoch));
        Assert.Equal(2, adoption.SetAside.Count);
        Assert.Equal(bytes, File.ReadAllBytes(adoption.SetAside[0]));
        Open(Ours).Dispose();
    }

    [Fact]
    public void A_kiosk_never_begins_a_second_journal_with_another_engine()
    {
        _folder.Create(_time).Dispose();
        File.Delete(Path.Combine(_folder.Path, "journal.marker"));
        Assert.Equal(JournalFailure.Missing, Refusal(() => Create()));
        Assert.Equal(_folder.Database, LiteJournal.Engine.TraceOfEarlier(Database));
    }

    [Fact]
    public void A_page_that_decayed_is_never_called_sound()
    {
        using (var journal = Create())
        {
            for (var i = 0; i < 30; i++) journal.Issue($"{i}", Now);
        }
        var damaged = 0;
        var whole = File.ReadAllBytes(Database);
        for (var page = 1; page < whole.Length / FramedLog.PageBytes; page++)
        {
            var bytes = whole.ToArray();
            bytes.AsSpan(page * FramedLog.PageBytes, FramedLog.PageBytes).Clear();
            File.WriteAllBytes(Database, bytes);
            try
            {
                using var journal = Open();
                if (!journal.QuickCheckUntil(CancellationToken.None, out _)) damaged++;
            }
            catch (JournalException e) when (e.Reason == JournalFailure.Corrupt)
            {
                damaged++;
            }
        }
        Assert.InRange(damaged, 10, whole.Length / FramedLog.PageBytes);
    }

    [Fact]
    public void What_a_journal_counts_never_differs_from_what_it_holds()
    {
        var steps = new JournalScript(11, 80).Steps;
        var journal = Create();
        _ = (journal.CountIssuances(), journal.Counts);
        for (var done = 0; done < steps.Count; done++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            steps[done].On(journal, Now);
            if (done % 50 != 0 && done != steps.Count - 1) continue;
            Assert.Null(new ScriptedState(steps.Take(done + 1)).Difference(journal));
            journal.Dispose();
            journal = Open();
            Assert.Null(new ScriptedState(steps.Take(done + 1)).Difference(journal));
        }
        journal.Dispose();
    }
}
