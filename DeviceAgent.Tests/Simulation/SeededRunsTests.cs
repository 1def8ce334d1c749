namespace DeviceAgent.Tests.Simulation;

/// <summary>These keep all cores busy for a minute, while tests of real processes wait for devices in real time.</summary>
[CollectionDefinition(nameof(TheSeededWorld), DisableParallelization = true)]
public sealed class TheSeededWorld;

[Collection(nameof(TheSeededWorld))]
public sealed class SeededRunsTests
{
    private const int Seeds = 2_500;

    [Fact]
    public void No_law_is_broken_in_any_seeded_run()
    {
        var totals = SimulateCommand.Many(1, Seeds);
        TestContext.Current.TestOutputHelper?.WriteLine(totals.ToString());
        Assert.Equal(Seeds, totals.Runs);
        // A world in which nothing goes wrong, or nothing comes out, would prove nothing.
        Assert.InRange(totals.Cuts, Seeds, Seeds * 20);
        Assert.InRange(totals.Presented, Seeds, Seeds * 100);
        Assert.InRange(totals.InDoubt, 1, totals.Presented / 2);
        Assert.True(totals.Failures == 0, totals.ToString());
    }

    [Fact]
    public void One_seed_is_never_two_runs()
    {
        var differ = new List<int>();
        Parallel.For(1, 301, seed =>
        {
            if (RandomRun.Play(seed).Hash == RandomRun.Play(seed).Hash) return;
            lock (differ) differ.Add(seed);
        });
        Assert.Empty(differ);
        Assert.Equal(300, Enumerable.Range(1, 300).Select(seed => RandomRun.Play(seed).Hash).Distinct().Count());
    }

    [Theory]
    [InlineData("--seed 1", 0, "--seed 1: ")]
    [InlineData("--seeds 20 --from 3", 0, "20 runs")]
    [InlineData("--scenario one-passenger --cut 5afterProcess,40beforeBoardAndPrinter", 0, "2 cuts")]
    [InlineData("--scenario one-passenger --cut 5sometimesProcess", 2, "one-passenger, three-passengers")]
    [InlineData("--scenario nowhere", 2, "simulate --seeds N")]
    public void A_run_is_played_again_as_the_summary_says(string arguments, int exit, string told)
    {
        var output = new StringWriter();
        Assert.Equal(exit, SimulateCommand.Run(arguments.Split(' '), output));
        Assert.Contains(told, output.ToString(), StringComparison.Ordinal);
    }
}
