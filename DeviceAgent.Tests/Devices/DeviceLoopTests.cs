using DeviceAgent.Devices;
using DeviceAgent.Drivers;
using DeviceAgent.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Devices;

public sealed class DeviceLoopTests : IDisposable
{
    private readonly VirtualTime _time = new(new DateTimeOffset(2026, 11, 26, 8, 0, 0, TimeSpan.Zero));
    private readonly VirtualLoop _loop;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Plug> _plugs = [];
    private DeviceLoss? _absent;
    private DeviceLoop? _device;

    public DeviceLoopTests() => _loop = new(_time);

    public void Dispose() => _stop.Dispose();

    [Fact]
    public void A_device_that_comes_late_or_goes_is_never_given_up()
    {
        _absent = DeviceLoss.Unplugged;
        var run = Run();
        _loop.Pass(TimeSpan.FromMinutes(10));
        Assert.Empty(_plugs);
        Assert.Equal((DeviceState.NoDevice, RecoveryHint.Maintenance), (_device!.Health.State, _device.Health.Hint));
        _absent = null;
        _loop.Pass(TimeSpan.FromSeconds(6));
        Assert.Equal(DeviceState.Online, _device.Health.State);
        _loop.Pass(TimeSpan.FromMinutes(1));
        _plugs[^1].Pull();
        _loop.Drain();
        Assert.Equal(DeviceState.NoDevice, _device.Health.State);
        _loop.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(DeviceState.Online, _device.Health.State);
        Assert.Equal((2, 1), (_plugs.Count, _device.Health.LossesInLastHour));
        Stop(run);
        Assert.All(_plugs, p => Assert.True(p.IsDisposed));
    }

    [Fact]
    public void A_flapping_device_is_never_opened_in_a_storm_and_says_that_it_flaps()
    {
        var run = Run();
        var end = _time.GetTimestamp() + TimeSpan.FromMinutes(10).Ticks;
        while (_time.GetTimestamp() < end)
        {
            if (_plugs is [.., { IsDisposed: false } open]) open.Pull();
            _loop.Pass(TimeSpan.FromMilliseconds(100));
        }
        // Six quick ones, then one each quarter of a minute.
        Assert.InRange(_plugs.Count, 30, 60);
        Assert.True(_device!.Health.IsFlapping);
        Assert.Contains("goes and comes", _device.Health.Detail, StringComparison.Ordinal);
        Stop(run);
    }

    [Fact]
    public void A_device_that_answers_nothing_has_its_power_cycled_and_never_too_often()
    {
        var relay = new Relay();
        var run = Run(relay);
        _loop.Drain();
        _loop.Do(() => _device!.Tell(DeviceState.PowerOff));
        _loop.Pass(TimeSpan.FromSeconds(44));
        Assert.Equal(0, relay.Cycles);
        _loop.Pass(TimeSpan.FromMinutes(40));
        Assert.Equal(3, relay.Cycles);
        _loop.Do(() => _device!.Tell(DeviceState.Online));
        _loop.Pass(TimeSpan.FromHours(3));
        Assert.Equal(3, relay.Cycles);
        Stop(run);
    }

    [Fact]
    public void Power_is_never_taken_away_while_the_device_is_in_use()
    {
        var relay = new Relay();
        var inUse = true;
        var run = Run(relay, () => !inUse);
        _loop.Drain();
        _loop.Do(() => _device!.Tell(DeviceState.PowerOff));
        _loop.Pass(TimeSpan.FromMinutes(30));
        Assert.Equal(0, relay.Cycles);
        inUse = false;
        _loop.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(1, relay.Cycles);
        Stop(run);
    }

    [Fact]
    public void A_device_that_takes_no_bytes_is_never_left_so_where_a_relay_is()
    {
        var relay = new Relay();
        var run = Run(relay);
        _loop.Drain();
        _plugs[^1].Pull(DeviceLoss.Stalled);
        _loop.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal((1, 2), (relay.Cycles, _plugs.Count));
        Stop(run);
    }

    [Fact]
    public void A_refusal_is_never_told_as_a_missing_device()
    {
        _absent = DeviceLoss.Denied;
        var run = Run();
        _loop.Drain();
        Assert.Equal((DeviceState.UserError, RecoveryHint.Configuration), (_device!.Health.State, _device.Health.Hint));
        _absent = null;
        _loop.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(DeviceState.Online, _device.Health.State);
        Stop(run);
    }

    private Task Run(IPowerSwitch? power = null, Func<bool>? mayCycle = null)
    {
        _device = new("thing", "/dev/thing", new() { Time = _time, Logger = NullLogger.Instance, Power = power, MayPowerCycle = mayCycle });
        return _loop.Start(() => _device.RunAsync(_ => Open(), static (plug, stop) => plug.UseAsync(stop), _stop.Token));
    }

    private ValueTask<Plug> Open()
    {
        if (_absent is { } loss) throw new DeviceLostException("/dev/thing", loss, 2);
        _plugs.Add(new());
        return new(_plugs[^1]);
    }

    private void Stop(Task run)
    {
        _loop.Do(_stop.Cancel);
        _loop.Drain();
        Assert.True(run.IsCompletedSuccessfully);
    }

    private sealed class Plug : IAsyncDisposable
    {
        private readonly TaskCompletionSource _pulled = new();

        public bool IsDisposed { get; private set; }

        public void Pull(DeviceLoss loss = DeviceLoss.Unplugged) => _pulled.TrySetException(new DeviceLostException("/dev/thing", loss, 0));

        public async Task UseAsync(CancellationToken stop)
        {
            using var end = stop.Register(() => _pulled.TrySetResult());
            await _pulled.Task;
        }

        public ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return default;
        }
    }

    private sealed class Relay : IPowerSwitch
    {
        public int Cycles { get; private set; }

        public ValueTask CycleAsync(CancellationToken cancellationToken)
        {
            Cycles++;
            return default;
        }
    }
}
