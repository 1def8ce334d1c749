using DeviceAgent.Journal;
using DeviceAgent.Orders;
using static DeviceAgent.Tests.Journal.JournalSamples;

namespace DeviceAgent.Tests.Journal;

// Paper, numbered forms, and what printers did.
public abstract partial class JournalContract
{
    private static NewAttempt Strip(string? form = null) => new(AttemptKind.TestStrip, 0, Before, Millimetres: 40, StockNumber: form);

    private AttemptRecord Begin(long issuance, int ticket, string? form, int millimetres = 120, AttemptKind kind = AttemptKind.Ticket) =>
        Journal.StartAttempt(issuance, new(kind, ticket, Before, Millimetres: millimetres, StockNumber: form), Now);

    [Fact]
    public void A_form_is_never_told_of_another_attempt_than_its_own()
    {
        var id = Journal.TakeOn("1", Now);
        Journal.EndAttempt(Begin(id, 0, "A0007").Id, Presented, Now);
        Journal.EndAttempt(Begin(id, 1, "A0008").Id, Presented, Now);
        Reopen();
        Assert.Equal(["A0007", "A0008"], Journal.Find(Journey.Bus, "1")!.Attempts.Select(a => a.StockNumber));
        Assert.Throws<ArgumentException>(() => Begin(id, 1, "7 8"));
        Assert.Throws<ArgumentException>(() => Begin(id, 1, new string('7', StockPosition.MaxLength + 1)));
    }

    [Fact]
    public void A_number_is_never_used_up_by_what_took_no_paper()
    {
        var id = Journal.TakeOn("1", Now);
        Assert.Null(Journal.Stock);
        Journal.SetStock("A0007", "root", "new box", Now);
        Assert.Equal(new("A0007", false), Journal.Stock);
        var open = Begin(id, 0, "A0007");
        Assert.Equal(new("A0007", true), Journal.Stock);
        Journal.EndAttempt(open.Id, NotPresented, Now);
        Assert.Equal(new("A0007", false), Journal.Stock);
        Assert.Null(Journal.Find(Journey.Bus, "1")!.Attempts[0].StockNumber);
        Journal.EndAttempt(Begin(id, 0, "A0007").Id, Presented, Now);
        Reopen();
        Assert.Equal(new("A0007", true), Journal.Stock);
        Journal.EndAttempt(Begin(id, 1, "A0008").Id, NotPresented, Now);
        Assert.Equal(new("A0007", true), Journal.Stock);
    }

    [Fact]
    public void A_form_that_is_still_inside_is_never_skipped_and_one_that_may_be_out_never_given_twice()
    {
        var id = Journal.TakeOn("1", Now);
        Journal.SetStock("7", "root", "new box", Now);
        // By half, proved to be inside: the strip that feeds it out stands on the same form.
        Journal.EndAttempt(Begin(id, 0, "7").Id, new(AttemptOutcome.NotPresented, 200, After, "the counter stood still"), Now);
        Assert.Equal(new("7", false), Journal.Stock);
        Assert.Contains("form 7 SPOILED", Journal.ReadAudit(1)[0].Details, StringComparison.Ordinal);
        Journal.EndAttempt(Begin(id, 0, "7", kind: AttemptKind.VoidStrip).Id, Presented, Now);
        Assert.Equal(new("7", true), Journal.Stock);
        Assert.Contains("form 7 SPOILED", Journal.ReadAudit(1)[0].Details, StringComparison.Ordinal);
        Journal.EndAttempt(Begin(id, 0, "8").Id, Unclear, Now);
        Assert.Equal(new("8", true), Journal.Stock);
        Assert.Contains("form 8 in doubt", Journal.ReadAudit(1)[0].Details, StringComparison.Ordinal);
        Journal.SetStock("100", "root", "another box", Now);
        Assert.Equal(new("100", false), Journal.Stock);
        Reopen();
        Assert.Equal(new("100", false), Journal.Stock);
    }

    [Fact]
    public void A_paper_change_is_never_done_before_its_strip_came_out()
    {
        Journal.SavePrinter(new("TM-1", null, true, true, 1042, Now, 5));
        var strip = Journal.StartTestStrip(Strip("A0100"), "button", Now);
        Assert.Equal(strip.Id, Journal.LastAttempt);
        Assert.Equal(new("A0100", true), Journal.Stock);
        Reopen();
        Assert.Equivalent(strip, Journal.OpenTestStrip, strict: true);
        Assert.Equal(5, Journal.FindPrinter("TM-1")!.LowSinceAttempt);
        Assert.Throws<JournalTransitionException>(() => Journal.StartTestStrip(Strip(), "button", Now));
        Assert.Throws<JournalTransitionException>(() => Journal.EndPaperChange(strip.Id, NotPresented, "TM-1", Now));
        // It did not come out; another one.
        Journal.EndAttempt(strip.Id, NotPresented, Now);
        Assert.Null(Journal.OpenTestStrip);
        Assert.Equal(5, Journal.FindPrinter("TM-1")!.LowSinceAttempt);
        Assert.Equal(new("A0100", false), Journal.Stock);
        var second = Journal.StartTestStrip(Strip("A0100"), "button", Now);
        Journal.EndPaperChange(second.Id, Presented, "TM-1", Now);
        Assert.Equal("paper changed", Journal.ReadAudit(1)[0].What);
        Reopen();
        Assert.Null(Journal.OpenTestStrip);
        Assert.Null(Journal.FindPrinter("TM-1")!.LowSinceAttempt);
        Assert.Equal(new("A0100", true), Journal.Stock);
        Assert.Throws<JournalTransitionException>(() => Journal.EndPaperChange(second.Id, Presented, "TM-1", Now));
        Assert.Throws<JournalTransitionException>(() => Journal.EndPaperChange(99, Presented, "TM-1", Now));
    }

    [Fact]
    public void A_test_strip_is_never_an_attempt_of_an_order()
    {
        var id = Journal.TakeOn("1", Now);
        Assert.Throws<JournalTransitionException>(() => Journal.StartAttempt(id, new(AttemptKind.TestStrip, 0, Before), Now));
        Assert.Throws<JournalTransitionException>(() => Journal.StartTestStrip(Ticket(0), "root", Now));
        var ticket = Journal.StartAttempt(id, Ticket(0), Now);
        Assert.Throws<JournalTransitionException>(() => Journal.EndPaperChange(ticket.Id, Presented, "TM-1", Now));
        var strip = Journal.StartTestStrip(Strip(), "root", Now);
        Assert.NotEqual(ticket.ProcessId, strip.ProcessId);
        Assert.Single(Journal.Find(Journey.Bus, "1")!.Attempts);
        Assert.Equal(new(0, 1, 0, 0), Journal.CountIssuances());
    }

    [Fact]
    public void What_a_printer_did_is_never_counted_twice_or_forgotten_with_its_orders()
    {
        Assert.Empty(Journal.PrinterUses());
        var since = Now;
        for (var i = 0; i < 5; i++)
        {
            Tick();
            var id = Journal.TakeOn($"{i}", Now, passengers: 1);
            var report = Confirmed(id, $"{i}");
            Assert.True(report > 0);
        }
        Journal.EndPaperChange(Journal.StartTestStrip(Strip(), "root", Now).Id, Presented, "TM-1", Now);
        var other = Journal.TakeOn("other", Now);
        Journal.EndAttempt(Journal.StartAttempt(other, new(AttemptKind.Ticket, 0, Before with { Unit = "TM-2" }, Millimetres: 9), Now).Id, Unclear, Now);
        var open = Begin(other, 1, null);
        // Each order: a ticket that was begun without paper, one by half, a strip, one that came out.
        PrinterUse[] expected = [new("TM-1", since, 5, 5 * (120 + 20 + 120) + 40, 5 * 2 + 1, 5), new("TM-2", Now, 0, 9, 1, 1)];
        void Check() => Assert.Equal(expected, Journal.PrinterUses().Select(u => u.Unit == "TM-1" ? u with { Since = since } : u));
        Check();
        Reopen();
        Check();
        Time.Advance(TimeSpan.FromDays(800));
        while (Journal.Retire(Now, 0, 2, Now) > 0) { }
        Assert.Null(Journal.Find(Journey.Bus, "1"));
        Check();
        Reopen();
        Check();
        Journal.EndAttempt(open.Id, Presented with { After = null }, Now);
        Assert.Equal(expected[0] with { Tickets = 6, Millimetres = expected[0].Millimetres + 120, Cuts = 12 }, Journal.PrinterUses()[0] with { Since = since });
    }

    private long Confirmed(long issuance, string order)
    {
        Journal.EndAttempt(Begin(issuance, 0, null).Id, NotPresented, Now);
        Journal.EndAttempt(Begin(issuance, 0, null).Id, new(AttemptOutcome.NotPresented, 200, Before, "the counter stood still"), Now);
        Journal.EndAttempt(Begin(issuance, 0, null, 20, AttemptKind.VoidStrip).Id, Presented with { After = null }, Now);
        Journal.EndAttempt(Begin(issuance, 0, null).Id, Presented with { After = null }, Now);
        var report = Assert.NotNull(Journal.Complete(issuance, [Report], Now));
        Journal.MarkSending(report, Now);
        Journal.Confirm(report, Now, order);
        return report;
    }

    [Fact]
    public void The_last_form_is_never_deleted_with_old_orders()
    {
        Journal.SetStock("7", "root", "new box", Now);
        var id = Journal.TakeOn("1", Now, passengers: 1);
        Journal.EndAttempt(Begin(id, 0, "7").Id, Presented, Now);
        var report = Assert.NotNull(Journal.Complete(id, [Report], Now));
        Journal.MarkSending(report, Now);
        Journal.Confirm(report, Now, "applied");
        for (var i = 2; i < 5; i++) Confirmed(Journal.TakeOn($"{i}", Now, passengers: 1), $"{i}");
        Time.Advance(TimeSpan.FromDays(800));
        while (Journal.Retire(Now, 0, 10, Now) > 0) { }
        Assert.Equal(new("7", true), Journal.Stock);
    }

    [Fact]
    public void What_a_printer_can_do_is_never_lost_and_never_without_bounds()
    {
        var known = new PrinterRecord("TM-1", "TM-T88VI", true, true, 1042, Now, 7, "echo; cuts by 1; buffer 4096");
        Journal.SavePrinter(known);
        Reopen();
        Assert.Equal(known, Journal.FindPrinter("TM-1"));
        Assert.Throws<ArgumentException>(() => Journal.SavePrinter(known with { Capabilities = new string('x', PrinterRecord.MaxCapabilities + 1) }));
        Journal.SavePrinter(known with { Capabilities = null });
        Assert.Null(Journal.FindPrinter("TM-1")!.Capabilities);
    }
}
