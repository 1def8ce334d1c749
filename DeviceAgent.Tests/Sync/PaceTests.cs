using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Sync;

public sealed class PaceTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private static readonly PaceRules Rules = new(TimeSpan.FromSeconds(2), Longest);

    private static Pace After(int bans) => Enumerable.Range(0, bans).Aggregate(default(Pace), (pace, _) => Rules.AfterBan(pace));

    [Fact]
    public void No_ban_leaves_the_pace_as_it_was_and_none_stops_the_kiosk_for_good()
    {
        Assert.Equal(new Pace(PaceRules.FirstInterval, 1), After(1));
        for (var bans = 1; bans < 50; bans++)
        {
            var (before, after) = (After(bans), After(bans + 1));
            Assert.Equal(before.Interval * 2 < Longest ? before.Interval * 2 : Longest, after.Interval);
            Assert.Equal(bans + 1, after.Bans);
        }
        Assert.Equal(1_000, After(2_000).Bans);
    }

    [Fact]
    public void Who_meets_no_ban_is_never_slowed()
    {
        Assert.Equal(default, Rules.AfterAnswer(default));
        Assert.Equal(TimeSpan.Zero, default(Pace).Gap(new Random(1)));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(30, 0)]
    [InlineData(60, 83)]
    [InlineData(3_600, 5_000)]
    [InlineData(7_200, 10_000)]
    [InlineData(1_000_000, 10_000)]
    public void A_short_silence_never_slows_a_kiosk_and_a_long_one_never_lets_the_fleet_burst(int seconds, int milliseconds)
    {
        Assert.Equal(milliseconds, Math.Floor(Rules.AfterSilence(default, TimeSpan.FromSeconds(seconds)).Interval.TotalMilliseconds));
        Assert.Equal(new Pace(Longest, 3), Rules.AfterSilence(new Pace(Longest, 3), TimeSpan.FromSeconds(seconds)));
    }

    [Fact]
    public void No_answer_leaves_the_pace_as_slow_as_it_was_and_no_pace_stays_for_good()
    {
        for (var bans = 1; bans <= 12; bans++)
        {
            var pace = After(bans);
            var answers = 0;
            for (; pace.Interval > TimeSpan.Zero; answers++)
            {
                var next = Rules.AfterAnswer(pace);
                Assert.True(next.Interval < pace.Interval);
                Assert.Equal(0, next.Bans);
                pace = next;
            }
            Assert.InRange(answers, 1, 250);
        }
    }

    [Fact]
    public void A_kiosk_far_behind_never_stays_far_behind()
    {
        var (behind, ahead) = (new Pace(Longest, 0), new Pace(TimeSpan.FromSeconds(20), 0));
        for (var i = 0; i < 5; i++) (behind, ahead) = (Rules.AfterAnswer(behind), Rules.AfterAnswer(ahead));
        // Thirty times as slow before.
        Assert.InRange(behind.Interval / ahead.Interval, 1, 5);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(3, 8)]
    [InlineData(20, 600)]
    public void Kiosks_that_were_banned_together_never_come_back_together(int bans, int boundSeconds)
    {
        var random = new Random(4);
        var pace = new Pace(TimeSpan.FromSeconds(1), bans);
        var pauses = Enumerable.Range(0, 2_000).Select(_ => Rules.Pause(pace, TimeSpan.FromSeconds(3), random)).ToList();
        Assert.All(pauses, pause => Assert.Equal(TimeSpan.FromSeconds(3), pause.Named));
        Assert.All(pauses, pause => Assert.InRange(pause.Jitter.TotalSeconds, 0.05, boundSeconds));
        Assert.InRange(pauses.Average(pause => pause.Jitter.TotalSeconds), boundSeconds * 0.45, boundSeconds * 0.55);
        Assert.All(Enumerable.Range(0, 2_000), _ => Assert.InRange(pace.Gap(random).TotalSeconds, 0.5, 1.5));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(900)]
    public void No_pause_is_shorter_than_a_second(int? milliseconds) =>
        Assert.Equal(TimeSpan.FromSeconds(1), Rules.Pause(default, milliseconds is { } ms ? TimeSpan.FromMilliseconds(ms) : null, new Random(1)).Named);

    [Fact]
    public void What_may_be_under_way_never_jumps_and_never_passes_the_limit()
    {
        Assert.Equal(1, Rules.FirstWindow(4));
        Assert.Equal([2, 3, 4, 4], new[] { 1, 2, 3, 4 }.Select(before => Rules.Window(before, 4)));
    }
}
