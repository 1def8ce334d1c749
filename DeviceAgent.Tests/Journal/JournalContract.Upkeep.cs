using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;
using static DeviceAgent.Tests.Journal.JournalSamples;

namespace DeviceAgent.Tests.Journal;

// What is over, and how long it is kept.
public abstract partial class JournalContract
{
    private long Reported(string order)
    {
        var report = Journal.Issue(order, Now);
        Applied(report);
        return report;
    }

    private void Applied(long report)
    {
        Journal.MarkSending(report, Now);
        Journal.Confirm(report, Now, "applied");
    }

    /// <summary>Everything that is old and may not be deleted, and one order that may: "1".</summary>
    private void OldJournal()
    {
        Reported("1");
        var slip = Doubtful("2");
        Journal.Decide(slip, Decided(DecisionKind.Void), [Failure], Now);
        Applied(Journal.Reports(ReportFilter.Waiting, 10)[^1].Id);
        Doubtful("3");
        Journal.TakeOn("4", Now);
        Journal.RecordIntent(Journey.Bus, "5", Now);
        Journal.Issue("6", Now);
        Parked("7");
        Journal.Complete(Journal.TakeOn("8", Now), [Report, Confirmation], Now);
        Applied(Journal.Reports(ReportFilter.Waiting, 10)[^2].Id);
        Journal.Complete(Journal.TakeOn("9", Now), [Report, Confirmation], Now);
        var last = Journal.Reports(ReportFilter.Waiting, 10)[^1].Id;
        Applied(last - 1);
        Journal.StationNotices.Park(last, Now, ParkReason.Refused, "409");
    }

    private void EndOfTime() => Time.Advance(TimeSpan.FromDays(1000));

    [Fact]
    public void Personal_data_never_outlives_its_time_or_takes_numbers_and_counts_with_it()
    {
        var first = Reported("1");
        Tick();
        var cut = Now;
        Reported("2");
        Tick();
        var (counts, issuances, found) = (Journal.Counts, Journal.CountIssuances(), Found("1"));
        Assert.Equal(0, Journal.PurgePersonal(cut.AddSeconds(-1), 10, Now));
        Assert.Equal(1, Journal.PurgePersonal(cut, 10, Now));
        Assert.Equal(0, Journal.PurgePersonal(cut, 10, Now));
        Reopen();
        Assert.Null(Found("1").Accepted);
        Assert.Equivalent(found with { Accepted = null }, Found("1"), strict: true);
        Assert.NotNull(Found("2").Accepted);
        Assert.Equal((counts, issuances), (Journal.Counts, Journal.CountIssuances()));
        Assert.Equal(("1", ReportKinds.BusBook, "applied"), (Journal.FindReport(first)!.OrderNumber, Journal.FindReport(first)!.Kind, Journal.FindReport(first)!.Evidence));
        Assert.Equal(("personal data erased", "of 1 reports"), (Journal.ReadAudit(1)[0].What, Journal.ReadAudit(1)[0].Details));
    }

    [Fact]
    public void Personal_data_that_is_still_needed_is_never_erased()
    {
        OldJournal();
        var ship = Journal.RecordIntent(Journey.Ship, "5", Now);
        Journal.Accept(ship, Accepted("5", Journey.Ship), [ReportOf(Journey.Ship)], Now);
        var shipReport = Journal.Reports(ReportFilter.Waiting, 100)[^1].Id;
        Applied(shipReport);
        Time.Advance(TimeSpan.FromDays(100));
        while (Journal.PurgePersonal(Now.AddDays(-1), 10, Now) > 0) { }
        Reopen();
        foreach (var order in new[] { "3", "4", "6", "7" }) Assert.NotNull(Found(order).Accepted);
        foreach (var order in new[] { "1", "2", "8", "9" }) Assert.Null(Found(order).Accepted);
        Assert.All(Journal.Take(Now, 100, new HashSet<string>()), r => Assert.NotNull(r.Personal));
        Assert.NotNull(Found(Journey.Ship, "5").Accepted);
        // Its paper was given today: the days count from then.
        Journal.Complete(ship, [], Now);
        Assert.Equal(0, Journal.PurgePersonal(Now, 10, Now));
        Tick();
        Assert.Equal(1, Journal.PurgePersonal(Now, 10, Now));
        Assert.Null(Found(Journey.Ship, "5").Accepted);
    }

    [Fact]
    public void A_job_that_was_taken_up_again_after_the_purge_never_keeps_personal_data_for_ever()
    {
        var id = Journal.RecordIntent(Journey.Train, "5", Now);
        Journal.Accept(id, Accepted("5", Journey.Train), [ReportOf(Journey.Train)], Now);
        Applied(Assert.Single(Journal.TakeIds(Now)));
        Journal.Release(id, "no paper", [], Now);
        Tick();
        Assert.Equal(1, Journal.PurgePersonal(Now, 10, Now));
        Assert.Null(Found(Journey.Train, "5").Accepted);
        Journal.RecordIntent(Journey.Train, "5", Now);
        Journal.Accept(id, Accepted("5", Journey.Train), [], Now);
        Journal.Complete(id, [], Now);
        Tick();
        Assert.Equal(1, Journal.PurgePersonal(Now, 10, Now));
        Assert.Null(Found(Journey.Train, "5").Accepted);
    }

    [Fact]
    public void A_purge_never_does_more_at_once_than_it_may()
    {
        for (var i = 0; i < 5; i++) Reported($"{i}");
        Tick();
        var audits = Journal.ReadAudit(1000).Count;
        Assert.Equal([2, 2, 1, 0], Enumerable.Range(0, 4).Select(_ => Journal.PurgePersonal(Now, 2, Now)));
        Assert.Equal(audits + 3, Journal.ReadAudit(1000).Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => Journal.PurgePersonal(Now, 0, Now));
    }

    [Fact]
    public void What_somebody_may_still_ask_for_is_never_deleted()
    {
        OldJournal();
        Reported("newest");
        var before = (Journal.Counts, Journal.StationNotices.Counts, Journal.CountIssuances());
        var kept = Enumerable.Range(2, 8).Select(i => Found($"{i}")).Append(Found("newest")).ToList();
        EndOfTime();
        while (Journal.Retire(Now, 0, 10, Now) > 0) { }
        Reopen();
        while (Journal.Retire(Now, 0, 10, Now) > 0) { }
        Assert.Null(Journal.Find(Journey.Bus, "1"));
        Assert.Null(Journal.FindReport(1));
        foreach (var record in kept) Assert.Equivalent(record, Found(record.OrderNumber), strict: true);
        Assert.Equal(before, (Journal.Counts, Journal.StationNotices.Counts, Journal.CountIssuances()));
        Assert.All(Journal.ReadAudit(1000), a => Assert.Equal(Now, a.At));
    }

    [Fact]
    public void Numbers_never_begin_anew_when_everything_was_deleted()
    {
        var ids = new HashSet<string>();
        void Print(string order)
        {
            var id = Journal.TakeOn(order, Now, 1);
            var attempt = Journal.StartAttempt(id, Ticket(0), Now);
            Assert.True(ids.Add(attempt.ProcessId));
            Journal.EndAttempt(attempt.Id, Presented, Now);
            Applied(Assert.NotNull(Journal.Complete(id, [Report], Now)));
        }
        for (var i = 0; i < 5; i++) Print($"{i}");
        // The newest issuance is not that of the newest attempt and report.
        Journal.Release(Journal.TakeOn("released", Now), "why", [], Now);
        var (issuance, attempts, time) = (Found("released").Id, Journal.LastAttempt, Journal.LastTime);
        EndOfTime();
        while (Journal.Retire(Now, 0, 10, Now) > 0) { }
        Assert.Equal((5L, 5L), (Journal.CountIssuances().Issued, Journal.Counts.Confirmed));
        Reopen();
        Assert.Equal((5L, 5L), (Journal.CountIssuances().Issued, Journal.Counts.Confirmed));
        Assert.Null(Journal.Find(Journey.Bus, "3"));
        Assert.Equal(attempts, Journal.LastAttempt);
        Assert.True(Journal.LastTime > time);
        Print("again");
        Assert.Equal((issuance + 1, 6L, 6L), (Found("again").Id, Journal.CountIssuances().Issued, Journal.Counts.Confirmed));
        Assert.NotNull(Journal.FindReport(6));
    }

    [Fact]
    public void Orders_that_are_too_many_never_stay_for_their_age()
    {
        for (var i = 0; i < 8; i++)
        {
            Reported($"{i}");
            Tick();
        }
        Assert.Equal(0, Journal.Retire(Now.AddDays(-1), 8, 10, Now));
        Assert.True(Journal.Retire(Now.AddDays(-1), 5, 10, Now) > 3);
        Assert.Equal([false, false, false, true, true, true, true, true], Enumerable.Range(0, 8).Select(i => Journal.Find(Journey.Bus, $"{i}") is not null));
        Assert.Equal((8L, 8L), (Journal.CountIssuances().Issued, Journal.Counts.Confirmed));
        Assert.Equal(0, Journal.Retire(Now.AddDays(-1), 5, 10, Now));
        Assert.Throws<ArgumentOutOfRangeException>(() => Journal.Retire(Now, -1, 10, Now));
        Assert.Throws<ArgumentOutOfRangeException>(() => Journal.Retire(Now, 1, 0, Now));
    }

    [Fact]
    public void Retention_never_deletes_more_at_once_than_it_may()
    {
        for (var i = 0; i < 6; i++) Reported($"{i}");
        EndOfTime();
        foreach (var left in new[] { 4, 2, 1, 1 })
        {
            Journal.Retire(Now, 100, 2, Now);
            Assert.Equal(left, Enumerable.Range(0, 6).Count(i => Journal.Find(Journey.Bus, $"{i}") is not null));
        }
    }

    [Fact]
    public void Paper_that_is_counted_never_goes_with_its_orders()
    {
        void Print(string order)
        {
            var id = Journal.TakeOn(order, Now, 1);
            Journal.EndAttempt(Journal.StartAttempt(id, Ticket(0) with { Millimetres = 120 }, Now).Id, Presented, Now);
            Applied(Assert.NotNull(Journal.Complete(id, [Report], Now)));
        }
        Print("1");
        var low = Journal.LastAttempt;
        Print("2");
        Print("3");
        EndOfTime();
        Journal.SavePrinter(new("TM-1", null, true, true, 3, Now, low));
        while (Journal.Retire(Now, 100, 10, Now) > 0) { }
        Assert.Null(Journal.Find(Journey.Bus, "1"));
        Assert.Equal(240, Journal.PaperUsedSince(low));
        // Long gone: it holds back nothing.
        EndOfTime();
        Journal.SavePrinter(new("TM-2", null, true, true, 3, Now, null));
        while (Journal.Retire(Now, 100, 10, Now) > 0) { }
        Assert.Null(Journal.Find(Journey.Bus, "2"));
    }
}
