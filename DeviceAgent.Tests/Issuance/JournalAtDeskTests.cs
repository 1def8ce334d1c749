using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Issuance;

/// <summary>A journal that is being checked, cannot be had, or is not the one that this printer worked with; and a disk without space.</summary>
public sealed class JournalAtDeskTests
{
    [Theory]
    [InlineData(null, 7, true)]
    [InlineData(1000L, 1000, true)]
    [InlineData(1000L, 1050, true)]
    [InlineData(1000L, 1051, false)]
    [InlineData(1000L, 999, false)]
    [InlineData(0L, long.MaxValue, false)]
    public void A_printer_that_went_back_or_cut_far_more_than_the_journal_knows_speaks_against_it(long? last, long now, bool isOurs) =>
        Assert.Equal(isOurs, IssuanceRules.WhyNotThisPrintersJournal(last, now, 50) is null);

    [Theory]
    [InlineData(+51)]
    [InlineData(-2)]
    public void A_restored_journal_never_issues_before_a_person_adopts_it(int cuts)
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.PickUp();
        bench.UntilReady();
        bench.Kill();
        bench.Printer.Cuts += cuts;
        bench.Boot();
        bench.Loop.RunUntil(() => bench.Desk.State is { InHand: null, NotReady: [NotReadyReason.JournalMismatch] }, TimeSpan.FromMinutes(1));
        Assert.Equal(PickupOffer.NotReady, bench.Scan());
        Assert.Equal(2, bench.Tickets.Count);
        Assert.Equal(1, bench.JournalFailures);
        Assert.Contains("journal adopt", Assert.Single(bench.Alarms).Reason, StringComparison.Ordinal);
        Assert.Equal("journal distrusted", bench.Journal.ReadAudit(1)[0].What);
    }

    [Fact]
    public void A_technicians_test_strips_never_stop_the_kiosk()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.PickUp();
        bench.Kill();
        bench.Printer.Cuts += 49;
        bench.Boot();
        bench.UntilReady();
        Assert.Empty(bench.Alarms);
    }

    [Fact]
    public void Another_printer_is_never_held_against_the_first_ones_counter()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.PickUp();
        bench.Kill();
        (bench.Printer.SerialNumber, bench.Printer.Cuts) = ("SN-2", 3);
        bench.Boot();
        bench.UntilReady();
        Assert.Equal(4, bench.Journal.LastCuts("SN-2"));
        Assert.NotNull(bench.Journal.LastCuts("SN-1"));
    }

    [Fact]
    public void Comparing_the_counter_never_costs_a_durable_write()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.PickUp();
        bench.UntilReady();
        bench.Kill();
        using var before = bench.OpenJournal();
        var newest = before.ReadAudit(1)[0];
        bench.Boot();
        bench.UntilReady();
        Assert.Equal(newest, bench.Journal.ReadAudit(1)[0]);
    }

    [Fact]
    public void A_journal_that_is_being_checked_is_entered_by_nobody_and_the_desk_answers_meanwhile()
    {
        var check = new TaskCompletionSource<JournalException?>();
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Kill();
        bench.CheckJournal = _ => check.Task;
        bench.Shown.Clear();
        bench.Boot();
        bench.Loop.Pass(TimeSpan.FromMinutes(1));
        Assert.Contains(NotReadyReason.JournalBeingChecked, bench.Desk.State.NotReady);
        Assert.False(bench.Desk.JournalChecked.IsCompleted);
        Assert.Equal(PickupOffer.NotReady, bench.Scan());
        Assert.Equal([Guidance.OutOfService], bench.Shown);
        var answered = false;
        _ = bench.Loop.Start(async () => answered = await bench.Desk.AnswerProbeAsync(TestContext.Current.CancellationToken));
        bench.Loop.Drain();
        Assert.True(answered);
        bench.Loop.Do(() => check.SetResult(null));
        bench.UntilReady();
        Assert.True(bench.Desk.JournalChecked.IsCompleted);
        bench.PickUp();
    }

    [Theory]
    [InlineData(JournalFailure.Missing, NotReadyReason.JournalMissing)]
    [InlineData(JournalFailure.Corrupt, NotReadyReason.JournalDamaged)]
    [InlineData(JournalFailure.Mismatch, NotReadyReason.JournalMismatch)]
    [InlineData(JournalFailure.NewerThanReadable, NotReadyReason.JournalOfNewerRelease)]
    [InlineData(JournalFailure.Unwritable, NotReadyReason.JournalUnwritable)]
    [InlineData(JournalFailure.KeyUnusable, NotReadyReason.JournalKeyMissing)]
    public void A_journal_that_cannot_be_had_never_ends_the_agent_and_is_told(JournalFailure failure, NotReadyReason reason)
    {
        using var bench = new DeskBench();
        bench.Kill();
        var why = new JournalException(failure, "why");
        bench.CheckJournal = _ => Task.FromResult<JournalException?>(why);
        bench.Boot(new ClosedJournal(why));
        bench.Loop.Pass(TimeSpan.FromMinutes(10));
        Assert.Equal([reason], bench.Desk.State.NotReady);
        Assert.Equal(PickupOffer.NotReady, bench.Scan());
        Assert.Empty(bench.Printer.Paper);
        Assert.Equal(Guidance.OutOfService, bench.Shown[^1]);
        Assert.Contains("why", Assert.Single(bench.Alarms).Reason, StringComparison.Ordinal);
        Assert.False(bench.Running.IsCompleted);
        bench.Loop.Do(bench.Desk.Stop);
        Assert.True(bench.Running.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_stop_never_waits_for_the_check()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.Kill();
        bench.CheckJournal = stop => new TaskCompletionSource<JournalException?>().Task.WaitAsync(stop);
        bench.Boot();
        bench.Loop.Pass(TimeSpan.FromSeconds(5));
        bench.Loop.Do(bench.Desk.Stop);
        bench.Loop.RunUntil(() => bench.Running.IsCompleted, TimeSpan.FromSeconds(5));
        Assert.True(bench.Running.IsCompletedSuccessfully);
        Assert.False(bench.Desk.JournalChecked.IsCompleted);
        Assert.Equal(0, bench.JournalFailures);
    }

    [Fact]
    public void No_order_is_taken_while_the_disk_has_no_reserve_and_space_made_is_seen_within_a_minute()
    {
        using var bench = new DeskBench();
        bench.UntilReady();
        bench.DiskReserveUsed = true;
        Assert.Equal(PickupOffer.NotReady, bench.Scan());
        Assert.Equal([NotReadyReason.DiskReserveUsed], bench.Desk.State.NotReady);
        Assert.Equal(0, bench.Platform.Queries);
        bench.Loop.Do(bench.Desk.Reconsider);
        Assert.Equal(AlarmKind.Journal, Assert.Single(bench.Alarms).Kind);
        bench.DiskReserveUsed = false;
        bench.Loop.RunUntil(() => bench.Shown[^1] == Guidance.Ready, TimeSpan.FromSeconds(61));
        Assert.Empty(bench.Alarms);
        bench.PickUp();
    }
}
