using DeviceAgent.Journal;

namespace DeviceAgent.Tests.PowerLoss;

/// <summary>The real journal, recorded in a process of its own and cut off from power in replay. More of it: the command journal-replay.</summary>
public sealed class PowerLossTests
{
    private const int Seed = 1, Orders = 60, Cases = 400;

    public static TheoryData<string> Plans(bool controls) => [.. PowerLossPlan.Of(Seed, Orders, Cases).Where(p => p.IsControl == controls).Select(p => p.Name)];

    [Theory, MemberData(nameof(Plans), false)]
    public async Task An_acknowledged_step_is_never_lost_with_the_power(string plan)
    {
        var counts = await RunAsync(plan);
        Assert.True(counts.Failures.Count == 0, $"{counts}\n{string.Join('\n', counts.Failures)}");
        Assert.Equal((0, 0), (counts.Lost, counts.Unreadable));
    }

    [Theory, MemberData(nameof(Plans), true)]
    public async Task A_journal_that_does_not_wait_for_the_disk_is_never_taken_for_a_safe_one(string plan)
    {
        var counts = await RunAsync(plan);
        Assert.InRange(counts.Lost, counts.Cases / 20, counts.Cases);
        // NORMAL loses the newest steps and is sound; OFF is torn apart.
        if (plan.EndsWith("NORMAL", StringComparison.Ordinal)) Assert.Equal(0, counts.Unreadable);
        else Assert.InRange(counts.Unreadable, counts.Cases / 20, counts.Cases);
    }

    [Fact]
    public async Task Storage_that_stays_full_never_takes_what_was_acknowledged()
    {
        Strace.Require();
        using var run = await RecordedWorkload.RunAsync(new(Seed, Orders, "FULL", "pwrite64:error=ENOSPC:when=900+"), TestContext.Current.CancellationToken);
        Assert.Equal(JournalWorkload.Unopenable, run.ExitCode);
        Assert.InRange(run.Acknowledged, 50, run.Steps.Count - 50);
        var finding = JournalInspection.Inspect(run.State, JournalEngine.Sqlite, run.Steps, run.Acknowledged);
        Assert.Equal((JournalFate.Kept, ""), (finding.Fate, finding.Details));
    }

    [Fact]
    public void A_script_is_never_another_one_for_the_same_seed()
    {
        Assert.Equal(new JournalScript(7, 100).Steps, new JournalScript(7, 100).Steps);
        Assert.NotEqual(new JournalScript(8, 100).Steps, new JournalScript(7, 100).Steps);
        Assert.All(Enum.GetValues<ScriptAct>(), act => Assert.Contains(new JournalScript(7, 100).Steps, s => s.Act == act));
    }

    [Fact]
    public void A_difference_from_the_script_is_never_overlooked()
    {
        var steps = new JournalScript(7, 20).Steps;
        using var folder = new Journal.JournalFolder();
        using var journal = folder.Create(new Simulation.VirtualTime());
        for (var done = 0; done < steps.Count; done++)
        {
            Assert.Null(new ScriptedState(steps.Take(done)).Difference(journal));
            steps[done].On(journal, journal.Identity.CreatedAt);
            Assert.Equal(done + 1, JournalInspection.StepsIn(journal));
            // What no order or report shows is seen in the number of audit rows alone.
            if (steps[done].Act is not (ScriptAct.Printer or ScriptAct.Note)) Assert.NotNull(new ScriptedState(steps.Take(done)).Difference(journal));
        }
    }

    private static async Task<ReplayCounts> RunAsync(string name)
    {
        Strace.Require();
        var plan = PowerLossPlan.Of(Seed, Orders, Cases).Single(p => p.Name == name);
        var counts = await plan.RunAsync(TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {Seed}, {name}: {counts}");
        return counts;
    }
}
