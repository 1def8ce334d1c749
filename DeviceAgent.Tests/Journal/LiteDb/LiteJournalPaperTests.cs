using DeviceAgent.Journal;
using DeviceAgent.Journal.LiteDb;
using DeviceAgent.Orders;
using DeviceAgent.Tests.Simulation;
using LiteDB;
using static DeviceAgent.Tests.Journal.JournalSamples;
using static DeviceAgent.Tests.Journal.LiteDb.OtherHands;

namespace DeviceAgent.Tests.Journal.LiteDb;

/// <summary>Paper and printers in the LiteDB engine: files of other releases, adoption, retention.</summary>
public sealed class LiteJournalPaperTests : IDisposable
{
    private static readonly BoardIdentity Ours = new("10000000a1b2c3d4", "", "3d1219c7"), Another = Ours with { DeviceTreeSerial = "10000000ffff0001" };
    private readonly VirtualTime _time = new();
    private readonly JournalFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private DateTimeOffset Now => _time.GetUtcNow();

    private string Database => Path.Combine(_folder.Path, LiteJournal.FileName);

    private static NewAttempt Strip(string? form = null) => new(AttemptKind.TestStrip, 0, Before, Millimetres: 40, StockNumber: form);

    private static NewAttempt OnForm(string? form, string unit = "TM-1") => new(AttemptKind.Ticket, 0, Before with { Unit = unit }, Millimetres: 120, StockNumber: form);

    private LiteJournal Create(BoardIdentity? board = null) => (LiteJournal)LiteJournal.Engine.Create(Database, new(), _folder.Keys, _time, board);

    private LiteJournal Open(BoardIdentity? board = null) => LiteJournal.OpenFile(Database, new(), _folder.Keys, _time, board, anyones: false);

    private static void Change(LiteFile database, string collection, BsonValue id, Action<BsonDocument> to)
    {
        var row = database.Find(collection, id)!;
        to(row);
        database.Update(collection, row);
    }

    [Fact]
    public void A_journal_of_the_release_before_is_never_refused_and_its_lengths_never_counted()
    {
        using (var journal = Create())
        {
            journal.SavePrinter(new("TM-1", "TM-T88VI", true, true, 1042, Now, 7, "echo"));
            journal.EndAttempt(journal.StartAttempt(journal.TakeOn("1", Now), OnForm("A0007"), Now).Id, Presented, Now);
        }
        Doctor(Database, d =>
        {
            Change(d, LiteSchema.Meta, JournalSchema.SchemaVersion, r => r["value"] = "1");
            Change(d, LiteSchema.Attempt, 1L, r => r.Remove("stock"));
            Change(d, LiteSchema.DeviceCounter, "TM-1", r => r.Remove("capabilities"));
            d.Delete(LiteSchema.Meta, [JournalSchema.PrinterUseTo]);
        });
        using (var journal = Open())
        {
            Assert.Equal(2, journal.Identity.SchemaVersion);
            Assert.Null(journal.Find(Journey.Bus, "1")!.Attempts[0].StockNumber);
            Assert.Null(journal.FindPrinter("TM-1")!.Capabilities);
            Assert.Null(journal.Stock);
            Assert.Null(journal.OpenTestStrip);
            Assert.Empty(journal.PrinterUses());
            journal.EndAttempt(journal.StartAttempt(1, OnForm(null) with { TicketIndex = 1 }, Now).Id, Presented, Now);
        }
        using var again = Open();
        Assert.Equal(120, Assert.Single(again.PrinterUses()).Millimetres);
    }

    /// <summary>Each release writes whole documents: what it does not know must come through.</summary>
    [Fact]
    public void What_a_newer_release_added_is_never_lost_with_a_paper_change()
    {
        long strip;
        using (var journal = Create())
        {
            journal.SavePrinter(new("TM-1", null, true, true, 1042, Now, 5));
            strip = journal.StartTestStrip(Strip("7"), "button", Now).Id;
        }
        Doctor(Database, d =>
        {
            Change(d, LiteSchema.Attempt, strip, r => r["colour"] = "blue");
            Change(d, LiteSchema.DeviceCounter, "TM-1", r => r["colour"] = "blue");
        });
        using (var journal = Open())
        {
            journal.EndPaperChange(strip, Presented, "TM-1", Now);
            journal.SavePrinter(new("TM-1", null, true, true, 1042, Now, null, "echo"));
        }
        Doctor(Database, d =>
        {
            Assert.Equal("blue", d.Find(LiteSchema.Attempt, strip)!["colour"].AsString);
            Assert.Equal("blue", d.Find(LiteSchema.DeviceCounter, "TM-1")!["colour"].AsString);
        });
    }

    [Fact]
    public void What_a_printer_did_is_never_summed_up_from_years_of_attempts()
    {
        using (var journal = Create()) journal.TakeOn("1", Now);
        Doctor(Database, d =>
        {
            for (var i = 1L; i <= 2500; i++)
            {
                d.Insert(LiteSchema.Attempt, new()
                {
                    ["_id"] = i,
                    [LiteSchema.Of] = 1L,
                    ["kind"] = "ticket",
                    ["ticket_index"] = 0L,
                    ["process_id"] = "abcd",
                    ["started_at"] = 1000 + i,
                    ["before"] = new BsonDocument { ["unit"] = "TM-1", ["exact"] = false, ["idle"] = true, ["disturbances"] = 0L, ["run"] = new byte[16] },
                    ["copy"] = 0L,
                    ["millimetres"] = 130L,
                    ["ended_at"] = 2000 + i,
                    ["outcome"] = "presented",
                    ["bytes_sent"] = 100L,
                    ["judgement"] = "j",
                });
            }
        });
        var use = new PrinterUse("TM-1", DateTimeOffset.FromUnixTimeMilliseconds(1001), 2500, 2500 * 130, 2500, 0);
        using (var journal = Open())
        {
            Assert.Equal(use, Assert.Single(journal.PrinterUses()));
            Assert.Equal(0, journal.Retire(DateTimeOffset.UnixEpoch, 1000, 20, Now));
            Assert.Equal("printers counted", journal.ReadAudit(1)[0].What);
            Assert.Equal(use, Assert.Single(journal.PrinterUses()));
            // Once is enough.
            Assert.Equal(0, journal.Retire(DateTimeOffset.UnixEpoch, 1000, 20, Now));
            Assert.Single(journal.ReadAudit(100), a => a.What == "printers counted");
        }
        Doctor(Database, d => Change(d, LiteSchema.Meta, LiteSchema.PrinterUse + "TM-1", r => r["colour"] = "blue"));
        using (var journal = Open())
        {
            Assert.Equal(use, Assert.Single(journal.PrinterUses()));
            Finish(journal, "2");
            _time.Advance(TimeSpan.FromDays(800));
            Finish(journal, "3");
            Assert.True(journal.Retire(Now, 0, 10, Now) > 0);
            Assert.Equal(use with { Tickets = 2502, Millimetres = (2500 * 130) + 240, Cuts = use.Cuts + 2 }, Assert.Single(journal.PrinterUses()));
        }
        Doctor(Database, d => Assert.Equal("blue", d.Find(LiteSchema.Meta, LiteSchema.PrinterUse + "TM-1")!["colour"].AsString));
    }

    [Fact]
    public void Test_strips_never_stay_for_ever_and_an_open_one_is_never_deleted()
    {
        using (var journal = Create())
        {
            for (var i = 0; i < 3; i++) journal.EndPaperChange(journal.StartTestStrip(Strip(), "root", Now).Id, Presented, "TM-1", Now);
            Finish(journal, "1");
            var open = journal.StartTestStrip(Strip(), "root", Now).Id;
            _time.Advance(TimeSpan.FromDays(800));
            Finish(journal, "2");
            while (journal.Retire(Now, 0, 10, Now) > 0) { }
            Assert.Equal(open, journal.OpenTestStrip!.Id);
            Assert.Equal(2 * 120 + 3 * 40, Assert.Single(journal.PrinterUses()).Millimetres);
        }
        Doctor(Database, d => Assert.Equal([5L], d.Where(LiteSchema.Attempt, LiteSchema.Of, JournalSchema.NoIssuance).Select(r => r["_id"].AsInt64)));
    }

    [Fact]
    public void Another_machines_forms_are_never_numbered_on()
    {
        using (var journal = Create(Ours)) journal.SetStock("A0007", "root", "new box", Now);
        using (var journal = Open(Ours)) Assert.Equal(new("A0007", false), journal.Stock);
        LiteJournal.Engine.Adopt(Database, new(), () => _folder.Keys, _time, Another, "reason: card swapped; by uid 0", _ => { });
        using var adopted = Open(Another);
        Assert.Null(adopted.Stock);
    }

    private void Finish(LiteJournal journal, string order)
    {
        var id = journal.TakeOn(order, Now, passengers: 1);
        journal.EndAttempt(journal.StartAttempt(id, OnForm(null), Now).Id, Presented with { After = null }, Now);
        var report = Assert.NotNull(journal.Complete(id, [Report], Now));
        journal.MarkSending(report, Now);
        journal.Confirm(report, Now, "applied");
    }
}
