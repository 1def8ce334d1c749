using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Sync;

public sealed class OutboxOptionsTests
{
    [Fact]
    public void The_defaults_are_not_refused() => Assert.Empty(new OutboxOptions().Validate("Outbox"));

    [Fact]
    public void Every_mistake_is_named_at_once()
    {
        var small = new OutboxOptions
        {
            MaxReports = 99,
            Concurrency = 0,
            FirstRetryDelay = TimeSpan.Zero,
            MaxRetryDelay = TimeSpan.Zero,
            HoldRetryInterval = TimeSpan.Zero,
            StopGrace = TimeSpan.FromSeconds(-1),
            MaxUselessAnswers = 0,
            RequestInterval = TimeSpan.FromSeconds(-1),
        };
        var large = new OutboxOptions
        {
            MaxReports = 100_001,
            Concurrency = 33,
            FirstRetryDelay = TimeSpan.FromHours(1),
            MaxRetryDelay = TimeSpan.FromHours(2),
            HoldRetryInterval = TimeSpan.FromDays(1),
            StopGrace = TimeSpan.FromMinutes(1),
            MaxUselessAnswers = 1001,
            RequestInterval = TimeSpan.FromHours(1),
        };
        string[] keys = ["MaxReports", "Concurrency", "FirstRetryDelay", "MaxRetryDelay", "HoldRetryInterval", "StopGrace", "RequestInterval", "MaxUselessAnswers"];
        Assert.Equal(keys, small.Validate("Outbox").Select(sentence => sentence.Split(' ')[0].Split(':')[1]));
        Assert.Equal(keys, large.Validate("Outbox").Select(sentence => sentence.Split(' ')[0].Split(':')[1]));
        Assert.StartsWith("Outbox:FirstRetryDelay ", Assert.Single(new OutboxOptions { FirstRetryDelay = TimeSpan.FromHours(1) }.Validate("Outbox")), StringComparison.Ordinal);
        Assert.Single(new OutboxOptions { FirstRetryDelay = TimeSpan.FromSeconds(30), MaxRetryDelay = TimeSpan.FromSeconds(20) }.Validate("Outbox"));
    }
}
