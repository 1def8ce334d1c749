namespace DeviceAgent.Tests.Simulation;

/// <summary>A small fleet after an outage; `fleet` plays a large one. Figures: docs/benchmarks.md.</summary>
public sealed class FleetTests
{
    private static readonly FleetPlan Plan = new(500, 20, TimeSpan.FromHours(2), 10, 1);

    [Fact]
    public void A_fleet_after_an_outage_never_loses_repeats_or_reorders_a_report_and_never_stays_over_the_limit()
    {
        var result = Fleet.Play(Plan);
        Assert.Empty(result.Violations);
        Assert.Equal(Plan.Kiosks, result.DrainTimes.Count);
        Assert.True(result.BannedShare < 0.30, result.ToString());
        Assert.True(result.SecondsOverLimit < 0.10, result.ToString());
        Assert.True(result.OverMinimum < 4, result.ToString());
        Assert.True(result.Quantile(0.5) < result.Minimum * 2, result.ToString());
        Assert.True(result.Fairness > 0.85, result.ToString());
    }

    [Fact]
    public void A_fleet_that_the_limit_does_not_touch_never_meets_a_ban()
    {
        var result = Fleet.Play(Plan with { Kiosks = 100, Limit = 1_000 });
        Assert.Empty(result.Violations);
        Assert.Equal((0, 0), (result.Banned, result.Bans));
        Assert.InRange(result.Drain, result.Minimum, TimeSpan.FromMinutes(10));
    }

    [Fact]
    public void A_fleet_that_was_told_its_share_never_stays_over_the_limit()
    {
        var result = Fleet.Play(Plan with { Outbox = Plan.Outbox with { RequestInterval = TimeSpan.FromSeconds(100) } });
        Assert.Empty(result.Violations);
        Assert.True(result.BannedShare < 0.10, result.ToString());
        Assert.True(result.SecondsOverLimit < 0.02, result.ToString());
    }

    [Fact]
    public void A_fleet_without_a_pace_is_told_from_one_that_has_it()
    {
        // Without reports of unknown fate: the same questions would be answered after each ban, the sends after them be banned again, and the fleet never be done.
        var plan = Plan with { Kiosks = 100, Limit = 5, Outage = TimeSpan.FromMinutes(30), UnknownPercent = 0 };
        var (paced, unpaced) = (Fleet.Play(plan), Fleet.Play(plan with { Pacing = options => new NoPace(options) }));
        Assert.Empty(unpaced.Violations);
        Assert.True(unpaced.Banned > 5 * paced.Banned, $"{paced}\n{unpaced}");
        Assert.True(unpaced.PerSecond.Max() > 3 * paced.PerSecond.Max(), $"{paced}\n{unpaced}");
    }

    [Fact]
    public void The_same_seed_never_plays_another_story()
    {
        var plan = Plan with { Kiosks = 40, Limit = 4, Outage = TimeSpan.FromMinutes(10) };
        Assert.Equal(Fleet.Play(plan).ToString(), Fleet.Play(plan).ToString());
        Assert.NotEqual(Fleet.Play(plan).DrainTimes, Fleet.Play(plan with { Seed = 2 }).DrainTimes);
    }

    [Theory]
    [InlineData("--kiosks")]
    [InlineData("--kiosks", "0")]
    [InlineData("--reports", "1001")]
    [InlineData("--outage", "2")]
    [InlineData("--outage", "25h")]
    [InlineData("--ban", "61s")]
    [InlineData("--limit", "-1")]
    [InlineData("--pace", "some")]
    [InlineData("--speed", "1")]
    public void Arguments_that_are_none_are_never_taken_for_some(params string[] args) => Assert.Null(FleetCommand.Parse(args));

    [Fact]
    public void What_is_asked_for_is_never_something_else()
    {
        var plan = FleetCommand.Parse(["--kiosks", "500", "--reports", "10", "--outage", "90m", "--limit", "50", "--unknown", "0", "--ban", "5s", "--seed", "7"]);
        Assert.Equal(new FleetPlan(500, 10, TimeSpan.FromMinutes(90), 50, 7) { Ban = TimeSpan.FromSeconds(5), UnknownPercent = 0 }, plan);
        Assert.NotNull(FleetCommand.Parse(["--pace", "none"])?.Pacing);
    }
}
