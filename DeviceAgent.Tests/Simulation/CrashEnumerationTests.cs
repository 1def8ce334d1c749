namespace DeviceAgent.Tests.Simulation;

[Collection(nameof(TheSeededWorld))]
public sealed class CrashEnumerationTests
{
    [Theory]
    [InlineData("one-passenger")]
    [InlineData("three-passengers")]
    [InlineData("twenty-passengers")]
    [InlineData("paper-out")]
    [InlineData("offline")]
    [InlineData("network-returns")]
    [InlineData("refused")]
    [InlineData("retracted", 1)]
    [InlineData("in-doubt", 2)]
    [InlineData("ship")]
    [InlineData("ship-offline")]
    [InlineData("train")]
    [InlineData("train-unknown")]
    [InlineData("job-failed")]
    [InlineData("seats")]
    [InlineData("seats-refused")]
    [InlineData("seats-lost")]
    [InlineData("seats-left")]
    [InlineData("seats-offline")]
    [InlineData("return")]
    [InlineData("return-lost")]
    [InlineData("return-order")]
    [InlineData("return-refused")]
    [InlineData("two-returns")]
    [InlineData("paper-change")]
    [InlineData("power-fails")]
    [InlineData("power-flickers")]
    public void No_law_is_broken_wherever_the_power_is_cut(string scenario, int inDoubtUndisturbed = 0)
    {
        var story = Scenario.Of(scenario);
        var undisturbed = story.Play([]);
        Assert.True(undisturbed.Violations.Count == 0, string.Join('\n', undisturbed.Violations));
        Assert.Equal(inDoubtUndisturbed, undisturbed.InDoubt);
        var totals = CrashEnumeration.Run(story, CrashEnumeration.Single(story));
        TestContext.Current.TestOutputHelper?.WriteLine($"{scenario}: {undisturbed.Effects} effects; {totals}");
        Assert.Equal(undisturbed.Effects * 6, totals.Runs);
        Assert.True(totals.Failures == 0, totals.ToString());
    }

    [Theory]
    [InlineData("one-passenger")]
    [InlineData("three-passengers")]
    [InlineData("twenty-passengers")]
    [InlineData("network-returns")]
    public void A_process_that_dies_beside_a_printer_that_can_prove_never_leaves_a_doubt(string scenario)
    {
        var story = Scenario.Of(scenario);
        var totals = CrashEnumeration.Run(story, CrashEnumeration.Single(story).Where(cuts => cuts[0].Kind == CutKind.Process));
        Assert.InRange(totals.Runs, 80, 2_000);
        Assert.Equal(0, totals.InDoubt);
        Assert.True(totals.Failures == 0, totals.ToString());
    }

    [Fact]
    public void No_law_is_broken_when_the_power_is_cut_again_during_the_recovery()
    {
        var totals = new[] { ("one-passenger", 3), ("three-passengers", 12), ("paper-out", 30) }.Select(s => CrashEnumeration.Run(Scenario.Of(s.Item1), CrashEnumeration.Double(Scenario.Of(s.Item1), s.Item2))).ToList();
        foreach (var total in totals)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(total.ToString());
            Assert.True(total.Failures == 0, total.ToString());
            Assert.InRange(total.Cuts, total.Runs * 3 / 2, total.Runs * 2);
        }
    }
}
