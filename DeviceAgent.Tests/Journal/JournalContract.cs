using DeviceAgent.Drivers.Printing;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;
using DeviceAgent.Tests.Simulation;
using static DeviceAgent.Tests.Journal.JournalSamples;

namespace DeviceAgent.Tests.Journal;

/// <summary>What every engine of the journal must do. An engine's own test class says how it is made and opened again.</summary>
public abstract partial class JournalContract : IDisposable
{
    protected VirtualTime Time { get; } = new();

    protected abstract IIssuanceJournal Journal { get; }

    /// <summary>Closes the journal and opens what it left.</summary>
    protected abstract void Reopen();

    protected abstract void Dispose(bool disposing);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    private DateTimeOffset Now => Time.GetUtcNow();

    private IssuanceRecord Found(string order) => Assert.IsType<IssuanceRecord>(Journal.Find(Journey.Bus, order));

    private void Tick() => Time.Advance(TimeSpan.FromSeconds(1));

    [Fact]
    public void A_new_journal_never_has_a_time_or_an_order()
    {
        Assert.Null(Journal.LastTime);
        Assert.Null(Journal.Find(Journey.Bus, "1"));
        Assert.Empty(Journal.Unfinished(10));
        Assert.Equal(new(0, 0, 0, 0), Journal.CountIssuances());
        Assert.Equal(new(0, 0, 0, 0, null), Journal.Counts);
        Assert.Null(Journal.NextDue);
        Assert.Empty(Journal.ReadAudit(10));
        Assert.Equal(1, Journal.Identity.Epoch);
        Assert.NotEqual(Guid.Empty, Journal.Identity.JournalId);
        Assert.Equal(Now, Journal.Identity.CreatedAt);
    }

    [Fact]
    public void An_identity_never_changes_when_the_journal_is_opened_again()
    {
        var identity = Journal.Identity;
        Tick();
        Reopen();
        Assert.Equal(identity, Journal.Identity);
    }

    [Fact]
    public void Nothing_of_an_issuance_is_lost_when_the_journal_is_opened_again()
    {
        var start = Now;
        var id = Journal.TakeOn("123", Now);
        Tick();
        var started = Now;
        var attempt = Journal.StartAttempt(id, Ticket(0), Now);
        Assert.Null(attempt.End);
        Reopen();
        Tick();
        Journal.EndAttempt(attempt.Id, Presented, Now);
        Reopen();

        var found = Found("123");
        Assert.Equal((id, IssuanceState.Accepted, "accepted", 2), (found.Id, found.State, found.StateText, found.TicketCount));
        Assert.Equal((start, start), (found.CreatedAt, found.ChangedAt));
        Assert.Null(found.Reason);
        Assert.Null(found.ReportState);
        Assert.Equivalent(Accepted("123"), found.Accepted, strict: true);
        Assert.Same(found.Accepted!.Order.Passengers[1], found.Accepted.Tickets[1].Passenger);
        var one = Assert.Single(found.Attempts);
        Assert.Equal(attempt with { End = Presented, EndedAt = Now }, one);
        Assert.Equal(started, one.StartedAt);
        Assert.Equal(Before, one.Before);
        Assert.Equal(Now, Journal.LastTime);
    }

    [Fact]
    public void An_accepted_order_never_comes_back_with_another_passenger_on_a_ticket()
    {
        var accepted = Accepted("9");
        var other = accepted.Tickets[0].Passenger with { Name = "another" };
        accepted = accepted with { Tickets = [accepted.Tickets[0] with { Passenger = other }, accepted.Tickets[1]], ClaimToken = null };
        Journal.Accept(Journal.RecordIntent(Journey.Bus, "9", Now), accepted, [], Now);
        Reopen();
        Assert.Equivalent(accepted, Found("9").Accepted, strict: true);
    }

    [Fact]
    public void An_outcome_never_stands_without_its_report()
    {
        var id = Journal.TakeOn("123", Now);
        Journal.Print(id, 0, Presented, Now);
        Journal.Print(id, 1, Presented, Now);
        Tick();
        var report = Assert.NotNull(Journal.Complete(id, [Report], Now));
        Reopen();
        Assert.Equal((IssuanceState.Issued, "due"), (Found("123").State, Found("123").ReportState));
        var taken = Assert.Single(Journal.Take(Now, 10, new HashSet<string>()));
        Assert.Equal((report, "123", Report.Kind, 1, true, 0, false, Now),
            (taken.Id, taken.OrderNumber, taken.Kind, taken.PayloadVersion, taken.Success, taken.Sends, taken.FateUnknown, taken.CreatedAt));
        Assert.Equal(Report.Payload, taken.Payload);
        Assert.Equal(Report.Personal, taken.Personal);
    }

    [Fact]
    public void A_report_without_personal_data_never_gets_some()
    {
        var id = Journal.TakeOn("123", Now);
        Journal.Fail(id, [Report with { Personal = null, Success = false }], "why", Now);
        var taken = Assert.Single(Journal.Take(Now, 10, new HashSet<string>()));
        Assert.Null(taken.Personal);
        Assert.False(taken.Success);
    }

    [Fact]
    public void A_released_order_never_becomes_a_second_row_or_loses_its_attempts()
    {
        var id = Journal.TakeOn("123", Now);
        Journal.Print(id, 0, NotPresented, Now);
        Tick();
        Journal.Release(id, "paper out", [], Now);
        Assert.Equal((IssuanceState.Released, "paper out", Now), (Found("123").State, Found("123").Reason, Found("123").ChangedAt));
        Assert.Equal(new(0, 0, 0, 0), Journal.CountIssuances());
        Tick();
        Assert.Equal(id, Journal.RecordIntent(Journey.Bus, "123", Now));
        var again = Found("123");
        Assert.Equal((IssuanceState.Intent, 0, Now), (again.State, again.TicketCount, again.ChangedAt));
        Assert.Null(again.Reason);
        Assert.Null(again.Accepted);
        Assert.Single(again.Attempts);
        Journal.Accept(id, Accepted("123"), [], Now);
        Journal.StartAttempt(id, Ticket(0), Now);
        Assert.Equal(2, Found("123").Attempts.Count);
    }

    [Fact]
    public void A_released_order_never_keeps_personal_data()
    {
        var id = Journal.TakeOn("123", Now);
        Journal.Release(id, "nobody came back", [], Now);
        Assert.Null(Found("123").Accepted);
    }

    [Fact]
    public void Orders_of_two_journeys_never_share_a_row()
    {
        var outward = Journal.RecordIntent(Journey.Bus, "5", Now);
        Assert.NotEqual(outward, Journal.RecordIntent(Journey.BusReturn, "5", Now));
        Assert.Equal(Journey.BusReturn, Journal.Find(Journey.BusReturn, "5")!.Journey);
        Assert.Null(Journal.Find(Journey.Ship, "5"));
        Assert.Null(Journal.Find(Journey.Train, "5"));
    }

    [Fact]
    public void An_order_in_doubt_is_never_forgotten()
    {
        var id = Journal.TakeOn("123", Now);
        Journal.Print(id, 0, Unclear, Now);
        Tick();
        Journal.StandInDoubt(id, "ticket 1 unknown", Now);
        Reopen();
        var found = Assert.Single(Journal.Unfinished(10));
        Assert.Equal((IssuanceState.InDoubt, "in_doubt", "ticket 1 unknown"), (found.State, found.StateText, found.Reason));
        Assert.Equal(Unclear, found.Attempts[0].End);
        Assert.Equal(new(0, 0, 1, 0), Journal.CountIssuances());
        Journal.Complete(id, [Report], Now);
        Assert.Equal(IssuanceState.Issued, Found("123").State);
        Assert.Null(Found("123").Reason);
        Assert.Equal(new(1, 0, 0, 0), Journal.CountIssuances());
    }

    [Fact]
    public void An_open_attempt_of_a_doubtful_order_can_still_be_judged()
    {
        var id = Journal.TakeOn("123", Now);
        var attempt = Journal.StartAttempt(id, Ticket(0), Now);
        Journal.StandInDoubt(id, "waited too long", Now);
        Journal.EndAttempt(attempt.Id, Presented, Now);
        Assert.Equal(Presented, Found("123").Attempts[0].End);
    }

    [Fact]
    public void Unfinished_orders_never_come_out_of_order_or_with_finished_ones()
    {
        var intent = Journal.RecordIntent(Journey.Bus, "1", Now);
        var accepted = Journal.TakeOn("2", Now);
        Journal.Issue("3", Now);
        Journal.Release(Journal.TakeOn("4", Now), "why", [], Now);
        var doubtful = Journal.TakeOn("5", Now);
        Journal.StandInDoubt(doubtful, "why", Now);
        Assert.Equal([intent, accepted, doubtful], Journal.Unfinished(10).Select(i => i.Id));
        Assert.Equal([intent, accepted], Journal.Unfinished(2).Select(i => i.Id));
        Assert.Equal(new(1, 2, 1, 0), Journal.CountIssuances());
        Assert.Throws<ArgumentOutOfRangeException>(() => Journal.Unfinished(0));
    }

    [Fact]
    public void A_process_id_is_never_given_twice_or_taken_from_the_fences()
    {
        var ids = new HashSet<string>();
        var id = Journal.TakeOn("1", Now);
        for (var i = 0; i < 300; i++)
        {
            if (i == 150) Reopen();
            var attempt = Journal.StartAttempt(id, Ticket(0), Now);
            Journal.EndAttempt(attempt.Id, NotPresented, Now);
            Assert.True(ids.Add(attempt.ProcessId));
            Assert.NotEqual('~', attempt.ProcessId[0]);
            Assert.Equal(attempt.ProcessId, ProcessId.Parse(attempt.ProcessId).ToString());
        }
    }

    [Fact]
    public void A_void_strip_is_never_taken_for_a_ticket()
    {
        var id = Journal.TakeOn("1", Now);
        Journal.Print(id, 0, NotPresented with { BytesSent = 40 }, Now);
        var strip = Journal.StartAttempt(id, new(AttemptKind.VoidStrip, 0, Before), Now);
        Journal.EndAttempt(strip.Id, Presented, Now);
        Journal.Print(id, 0, NotPresented, Now);
        Assert.Equal([AttemptKind.Ticket, AttemptKind.VoidStrip, AttemptKind.Ticket], Found("1").Attempts.Select(a => a.Kind));
        Journal.Release(id, "a strip is no ticket", [], Now);
    }

    [Fact]
    public void Evidence_that_was_not_told_never_comes_back_as_a_number()
    {
        var bare = new PrinterEvidence("/dev/ttyUSB0", null, null, false, false, 0, Guid.Empty, null);
        var id = Journal.TakeOn("1", Now);
        var attempt = Journal.StartAttempt(id, new(AttemptKind.Ticket, 1, bare), Now);
        Journal.EndAttempt(attempt.Id, new(AttemptOutcome.NotPresented, null, bare, ""), Now);
        Reopen();
        var read = Assert.Single(Found("1").Attempts);
        Assert.Equal(bare, read.Before);
        Assert.Equal(new(AttemptOutcome.NotPresented, null, bare, ""), read.End);
    }

    [Fact]
    public void What_is_known_of_a_printer_is_never_lost_or_mixed_up()
    {
        Assert.Null(Journal.FindPrinter("TM-1"));
        var first = new PrinterRecord("TM-1", "TM-T88VI", true, null, null, Now);
        Journal.SavePrinter(first);
        Journal.SavePrinter(first with { Unit = "/dev/ttyUSB0", Model = null, EchoesProcessId = false, CutCounterIsExact = false });
        Assert.Equal(first, Journal.FindPrinter("TM-1"));
        Tick();
        Journal.SavePrinter(first with { CutCounterIsExact = true, CutCounter = 7, SeenAt = Now });
        Reopen();
        Assert.Equal(first with { CutCounterIsExact = true, CutCounter = 7, SeenAt = Now }, Journal.FindPrinter("TM-1"));
        Assert.False(Journal.FindPrinter("/dev/ttyUSB0")!.CutCounterIsExact);
    }

    [Fact]
    public void The_last_counter_of_a_printer_is_never_an_older_one_or_another_printers()
    {
        Assert.Null(Journal.LastCuts("TM-1"));
        var id = Journal.TakeOn("1", Now);
        var open = Journal.StartAttempt(id, Ticket(0), Now);
        Assert.Equal(1041, Journal.LastCuts("TM-1"));
        Journal.EndAttempt(open.Id, Unclear with { After = After with { CutCounter = 1043 } }, Now);
        Assert.Equal(1043, Journal.LastCuts("TM-1"));
        Reopen();
        Assert.Equal(1043, Journal.LastCuts("TM-1"));
        Assert.Null(Journal.LastCuts("TM-2"));
        var other = Journal.TakeOn("2", Now);
        Journal.EndAttempt(Journal.StartAttempt(other, Ticket(0) with { Before = Before with { CutCounter = 1050 } }, Now).Id,
            Unclear with { After = After with { Unit = "TM-2", SerialNumber = "TM-2", CutCounter = 7 } }, Now);
        Assert.Equal(1050, Journal.LastCuts("TM-1"));
        Journal.SavePrinter(new("TM-1", null, true, true, 1060, Now));
        Assert.Equal(1060, Journal.LastCuts("TM-1"));
        Journal.SavePrinter(new("TM-1", null, true, true, 3, Now));
        Assert.Equal(1050, Journal.LastCuts("TM-1"));
    }

    [Fact]
    public void No_change_is_ever_without_its_audit_row()
    {
        var steps = new List<Action>();
        long id = 0, attempt = 0, report = 0;
        steps.Add(() => id = Journal.RecordIntent(Journey.Bus, "1", Now));
        steps.Add(() => Journal.Accept(id, Accepted("1"), [], Now));
        steps.Add(() => attempt = Journal.StartAttempt(id, Ticket(0), Now).Id);
        steps.Add(() => Journal.EndAttempt(attempt, NotPresented, Now));
        steps.Add(() => Journal.Release(id, "why", [], Now));
        steps.Add(() => Journal.RecordIntent(Journey.Bus, "1", Now));
        steps.Add(() => Journal.Accept(id, Accepted("1"), [], Now));
        steps.Add(() => Journal.StandInDoubt(id, "why", Now));
        steps.Add(() => report = Assert.NotNull(Journal.Complete(id, [Report], Now)));
        steps.Add(() => Journal.MarkSending(report, Now));
        steps.Add(() => Journal.RecoverInterrupted(Now));
        steps.Add(() => Journal.RetryAt(report, Now.AddHours(1), false, "offline"));
        steps.Add(() => Journal.WakeRetries(Now));
        steps.Add(() => Journal.MarkSending(report, Now));
        steps.Add(() => Journal.Confirm(report, Now, "ok"));
        steps.Add(() => id = Journal.RecordIntent(Journey.Bus, "2", Now));
        steps.Add(() => Journal.Accept(id, Accepted("2"), [], Now));
        steps.Add(() => Journal.StandInDoubt(id, "why", Now));
        steps.Add(() => Journal.EndSlip(id, "Completed", Now));
        steps.Add(() => Journal.Decide(id, Decided(DecisionKind.Reissue), [], Now));
        steps.Add(() => Journal.Fail(id, [Failure], "why", Now));
        steps.Add(() => Journal.Park(2, Now, ParkReason.Refused, "no"));
        steps.Add(() => Journal.RetryReport(2, "root", "why", true, Now));
        steps.Add(() => Journal.Park(2, Now, ParkReason.Refused, "no"));
        steps.Add(() => Journal.SettleReport(2, "root", "why", Now));
        steps.Add(() => Journal.PurgePersonal(Now, 1, Now));
        steps.Add(() => Journal.SetMaintenance(true, "root", "why", Now));
        steps.Add(() => Journal.SavePrinter(new("TM-1", null, true, null, null, Now)));
        steps.Add(() => Journal.SetStock("7", "root", "why", Now));
        steps.Add(() => attempt = Journal.StartTestStrip(Strip("7"), "root", Now).Id);
        steps.Add(() => Journal.EndPaperChange(attempt, Presented, "TM-1", Now));
        steps.Add(() => Journal.Distrust("why", Now));
        steps.Add(() => Journal.Audit(Now, "started", "version 0.1.0"));
        for (var i = 0; i < steps.Count; i++)
        {
            Tick();
            steps[i]();
            var rows = Journal.ReadAudit(1000);
            Assert.Equal(i + 1, rows.Count);
            Assert.Equal(Now, rows[0].At);
            Assert.NotEmpty(rows[0].What);
            Assert.Equal(Now, Journal.LastTime);
        }
        Assert.Equal(["started", "journal distrusted"], Journal.ReadAudit(2).Select(r => r.What));
        Assert.Equal("version 0.1.0", Journal.ReadAudit(1)[0].Details);
        Assert.Throws<ArgumentOutOfRangeException>(() => Journal.ReadAudit(0));
    }

    [Fact]
    public void The_last_time_never_goes_back_with_the_clock()
    {
        Tick();
        Journal.Audit(Now, "a", "");
        var latest = Now;
        Journal.Audit(Now.AddDays(-3), "clock was set back", "");
        Assert.Equal(latest, Journal.LastTime);
        Reopen();
        Assert.Equal(latest, Journal.LastTime);
        Journal.Audit(Now.AddDays(-2), "still back", "");
        Assert.Equal(latest, Journal.LastTime);
        Reopen();
        Assert.Equal(latest, Journal.LastTime);
        Assert.Equal(latest.AddDays(-2), Journal.ReadAudit(1)[0].At);
    }

    [Fact]
    public void A_retry_in_the_future_never_moves_the_last_time()
    {
        var report = Journal.Issue("1", Now);
        Journal.RetryAt(report, Now.AddYears(1), false, "later");
        Assert.Equal(Now, Journal.LastTime);
    }

    [Fact]
    public void Times_never_keep_an_offset_or_less_than_a_millisecond()
    {
        var at = new DateTimeOffset(2026, 3, 1, 9, 0, 0, TimeSpan.FromHours(8)).AddTicks(12_345);
        Journal.RecordIntent(Journey.Bus, "1", at);
        var expected = new DateTimeOffset(2026, 3, 1, 1, 0, 0, 1, TimeSpan.Zero);
        Assert.Equal(expected, Found("1").CreatedAt);
        Assert.Equal(TimeSpan.Zero, Found("1").CreatedAt.Offset);
        Assert.Equal(expected, Journal.LastTime);
    }

    [Fact]
    public void A_fault_of_the_program_never_changes_a_row()
    {
        Assert.ThrowsAny<ArgumentException>(() => Journal.RecordIntent(Journey.Bus, "", Now));
        var id = Journal.RecordIntent(Journey.Bus, "1", Now);
        var audits = Journal.ReadAudit(100).Count;
        Assert.Throws<ArgumentException>(() => Journal.Accept(id, Accepted("2"), [], Now));
        Assert.Throws<ArgumentException>(() => Journal.Accept(id, Accepted("1", Journey.Ship), [], Now));
        Assert.Throws<ArgumentException>(() => Journal.Accept(id, Accepted("1", passengers: 0), [], Now));
        var swapped = Accepted("1");
        Assert.Throws<ArgumentException>(() => Journal.Accept(id, swapped with { Tickets = [.. swapped.Tickets.Reverse()] }, [], Now));
        Assert.Equal(IssuanceState.Intent, Found("1").State);
        Journal.Accept(id, Accepted("1"), [], Now);
        Assert.Throws<ArgumentException>(() => Journal.Complete(id, [Report with { Kind = "hovercraft.book" }], Now));
        Assert.Throws<ArgumentException>(() => Journal.Complete(id, [Report with { PayloadVersion = 2 }], Now));
        Assert.Equal(IssuanceState.Accepted, Found("1").State);
        Assert.Equal(audits + 1, Journal.ReadAudit(100).Count);
    }

    [Fact]
    public void A_disposed_journal_never_answers()
    {
        Journal.Dispose();
        Journal.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Journal.Find(Journey.Bus, "1"));
        Assert.Throws<ObjectDisposedException>(() => Journal.RecordIntent(Journey.Bus, "1", Now));
        Assert.Throws<ObjectDisposedException>(() => Journal.CountIssuances());
    }
}
