namespace DeviceAgent.Tests.Simulation;

/// <summary>The world can see: each deliberate bug is caught, and the sound kiosk passes where it was.</summary>
[Collection(nameof(TheSeededWorld))]
public sealed class MutantTests
{
    public static TheoryData<string> Names => [.. Mutant.All.Select(m => m.Name)];

    [Theory, MemberData(nameof(Names))]
    public void A_deliberate_bug_never_goes_unseen(string name)
    {
        var (runs, caught) = Mutant.All.Single(m => m.Name == name).Hunt();
        Assert.NotNull(caught);
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: run {runs}, {caught.Replay}: {caught.Violations[0]}");
        var sound = SoundRun(caught.Replay);
        Assert.True(sound.Violations.Count == 0, string.Join('\n', sound.Violations));
    }

    // The same seed or cut, without the bug.
    private static RunResult SoundRun(string replay) => replay.Split(' ') switch
    {
        ["--seed", var seed] => RandomRun.Play(int.Parse(seed, System.Globalization.CultureInfo.InvariantCulture)),
        ["--scenario", var story, "--cut", var cuts] => Scenario.Of(story).Play(SimulateCommand.Cuts(cuts)!),
        _ => throw new InvalidOperationException(replay),
    };
}
