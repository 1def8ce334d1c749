using DeviceAgent.Devices;
using DeviceAgent.Drivers;

namespace DeviceAgent.Tests.Devices;

public sealed class SupervisionRulesTests
{
    private static readonly SupervisionOptions Options = new();

    [Fact]
    public void A_device_that_is_not_there_is_never_tried_without_a_growing_pause()
    {
        var rules = new SupervisionRules(Options);
        var pauses = Enumerable.Range(0, 8).Select(_ => rules.NextDelay(TimeSpan.Zero).TotalMilliseconds);
        Assert.Equal([250, 500, 1000, 2000, 4000, 5000, 5000, 5000], pauses);
    }

    [Fact]
    public void One_that_could_be_opened_is_never_made_to_wait_for_old_failures()
    {
        var rules = new SupervisionRules(Options);
        for (var i = 0; i < 5; i++) rules.NextDelay(TimeSpan.Zero);
        rules.Opened();
        Assert.Equal(Options.FirstRetryDelay, rules.NextDelay(TimeSpan.Zero));
    }

    [Fact]
    public void A_flapping_device_is_never_opened_again_without_a_rest_and_is_forgiven_when_the_window_has_passed()
    {
        var rules = new SupervisionRules(Options);
        for (var i = 0; i < Options.FlapLosses - 1; i++)
        {
            rules.Lost(TimeSpan.FromSeconds(i));
            rules.Opened();
        }
        Assert.False(rules.IsFlapping(TimeSpan.FromSeconds(5)));
        Assert.Equal(Options.FirstRetryDelay, rules.NextDelay(TimeSpan.FromSeconds(5)));
        rules.Lost(TimeSpan.FromSeconds(5));
        Assert.True(rules.IsFlapping(TimeSpan.FromSeconds(5)));
        Assert.Equal(Options.FlapRest, rules.NextDelay(TimeSpan.FromSeconds(5)));
        Assert.False(rules.IsFlapping(Options.FlapWindow));
        Assert.Equal(Options.FlapLosses, rules.LossesInLastHour(Options.FlapWindow));
        Assert.Equal(0, rules.LossesInLastHour(TimeSpan.FromHours(2)));
    }

    [Fact]
    public void Losses_without_end_never_fill_the_memory()
    {
        var rules = new SupervisionRules(Options);
        for (var i = 0; i < 10_000; i++) rules.Lost(TimeSpan.FromMilliseconds(i));
        Assert.Equal(SupervisionRules.MaxKept, rules.LossesInLastHour(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void Power_is_never_taken_away_more_often_than_allowed_within_an_hour()
    {
        var rules = new SupervisionRules(Options);
        var cycled = Enumerable.Range(0, 120).Where(minute => rules.TryPowerCycle(TimeSpan.FromMinutes(minute))).ToList();
        Assert.Equal([0, 1, 2, 60, 61, 62], cycled);
        Assert.False(new SupervisionRules(Options with { PowerCyclesPerHour = 0 }).TryPowerCycle(TimeSpan.Zero));
    }

    [Theory]
    [InlineData(DeviceLoss.Unplugged, DeviceState.NoDevice, RecoveryHint.Maintenance)]
    [InlineData(DeviceLoss.Busy, DeviceState.Busy, RecoveryHint.Configuration)]
    [InlineData(DeviceLoss.Denied, DeviceState.UserError, RecoveryHint.Configuration)]
    [InlineData(DeviceLoss.Stalled, DeviceState.HardwareError, RecoveryHint.Reset)]
    public void No_loss_is_told_without_what_may_mend_it(DeviceLoss loss, DeviceState state, RecoveryHint hint)
    {
        var told = SupervisionRules.Of(loss);
        Assert.Equal((state, hint), (told.State, told.Hint));
        Assert.NotEmpty(told.Detail);
    }

    [Fact]
    public void Options_out_of_range_are_never_taken_and_each_is_named()
    {
        var bad = new SupervisionOptions
        {
            FirstRetryDelay = TimeSpan.Zero,
            MaxRetryDelay = TimeSpan.FromHours(1),
            FlapLosses = 1,
            FlapWindow = TimeSpan.FromSeconds(1),
            FlapRest = TimeSpan.Zero,
            SilenceBeforePowerCycle = TimeSpan.FromSeconds(1),
            PowerCyclesPerHour = 13,
        };
        var mistakes = bad.Validate("Devices").ToList();
        foreach (var key in typeof(SupervisionOptions).GetProperties().Where(p => p.Name != "EqualityContract"))
            Assert.Contains(mistakes, m => m.StartsWith($"Devices:{key.Name} must be", StringComparison.Ordinal));
        Assert.Empty(Options.Validate("Devices"));
    }
}
