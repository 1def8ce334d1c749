namespace DeviceAgent.Tests.Simulation;

public sealed class CrashEnumerationTests
{
    [Theory]
    [InlineData("one-passenger")]
    [InlineData("three-passengers")]
    [InlineData("twenty-passengers")]
    [InlineData("paper-out")]
    [InlineData("offline")]
    [InlineData("network-returns")]
    public void No_law_is_broken_wherever_the_power_is_cut(string scenario)
    {
        var story = Scenario.Of(scenario);
        var undisturbed = story.Play([]);
        Assert.True(undisturbed.Violations.Count == 0, string.Join('\n', undisturbed.Violations));
        Assert.Equal(0, undisturbed.InDoubt);
        var totals = CrashEnumeration.Run(story, CrashEnumeration.Single(story));
        TestContext.Current.TestOutputHelper?.WriteLine($"{scenario}: {undisturbed.Effects} effects; {totals}");
        Assert.Equal(undisturbed.Effects * 6, totals.Runs);
        Assert.True(totals.Failures == 0, totals.ToString());
    }
}
