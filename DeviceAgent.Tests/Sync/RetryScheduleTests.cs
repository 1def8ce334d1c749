using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Sync;

public sealed class RetryScheduleTests
{
    private static readonly RetrySchedule Schedule = new(TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(10));

    [Theory]
    [InlineData(-3, 2_000)]
    [InlineData(0, 2_000)]
    [InlineData(1, 2_000)]
    [InlineData(2, 4_000)]
    [InlineData(5, 32_000)]
    [InlineData(9, 512_000)]
    [InlineData(10, 600_000)]
    [InlineData(int.MaxValue, 600_000)]
    public void No_delay_is_longer_than_its_bound_or_nothing_at_all(int failures, int boundMilliseconds)
    {
        var random = new Random(5);
        var delays = Enumerable.Range(0, 2_000).Select(_ => Schedule.Delay(failures, random).TotalMilliseconds).ToList();
        Assert.All(delays, delay => Assert.InRange(delay, 50, boundMilliseconds));
        // Full jitter: spread over the whole range, not huddled at its end.
        Assert.InRange(delays.Average(), boundMilliseconds * 0.45, boundMilliseconds * 0.55);
        Assert.All(delays, delay => Assert.Equal(Math.Round(delay), delay));
    }
}
