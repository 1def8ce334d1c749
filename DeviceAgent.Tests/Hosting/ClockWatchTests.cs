using DeviceAgent.Drivers;
using DeviceAgent.Hosting;
using DeviceAgent.Issuance;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Tests.Gateway;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Hosting;

public sealed class ClockWatchTests
{
    private static readonly DateTimeOffset Released = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TopClientOptions PlainHttp = new() { Url = new("http://127.0.0.1:9/router/rest") };
    private readonly VirtualTime _machine = new(new(1970, 1, 1, 0, 0, 5, TimeSpan.Zero));
    private readonly LogLines<KioskClock> _log = new();
    private readonly AlarmList _alarms = new();
    private KernelClockState _kernel = KernelClockState.NotSynchronized;

    private KioskClock Clock() => new(_machine, ClockTrust.NtpOrGateway, () => _kernel, Released);

    private int Told(int id) => _log.Lines.Count(l => l.Id.Id == id);

    [Fact]
    public void A_kernel_that_is_synchronized_late_is_not_missed_and_then_not_asked_again()
    {
        var loop = new VirtualLoop(_machine);
        var clock = Clock();
        using var stop = new CancellationTokenSource();
        var watch = loop.Start(() => new ClockWatch(clock, new GatewayDate(PlainHttp, clock), _alarms, new Random(1), _log).RunAsync(stop.Token));
        loop.Pass(TimeSpan.FromMinutes(10));
        Assert.False(clock.IsTrusted);
        var alarm = Assert.Single(_alarms.Standing);
        Assert.Equal((AlarmKind.ClockNotTrusted, Released), (alarm.Kind, alarm.Since));
        _machine.JumpWallClock(new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero));
        _kernel = KernelClockState.Synchronized;
        loop.Pass(ClockWatch.KernelInterval);
        Assert.Equal(ClockVoucher.Kernel, clock.Voucher);
        Assert.Null(_machine.UntilNextTimer);
        Assert.Empty(_alarms.Standing);
        Assert.Equal((1, 0, 1), (Told(1020), Told(1021), Told(1023)));
        loop.Do(stop.Cancel);
        Assert.True(watch.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_forbidden_look_at_the_kernel_is_told_once()
    {
        _kernel = KernelClockState.Unreadable;
        var loop = new VirtualLoop(_machine);
        var clock = Clock();
        using var stop = new CancellationTokenSource();
        var watch = loop.Start(() => new ClockWatch(clock, new GatewayDate(PlainHttp, clock), _alarms, new Random(1), _log).RunAsync(stop.Token));
        loop.Pass(TimeSpan.FromMinutes(10));
        Assert.Equal((1, false), (Told(1021), clock.IsTrusted));
        loop.Do(stop.Cancel);
        Assert.True(watch.IsCompletedSuccessfully);
        Assert.Equal(0, Told(1023));
    }

    [Fact]
    public async Task A_kiosk_without_ntp_does_not_wait_for_a_pick_up_to_learn_the_time()
    {
        var day = new DateTimeOffset(2031, 6, 15, 8, 30, 0, TimeSpan.Zero);
        using var authority = new TestAuthority(day.AddYears(-5), day.AddYears(5));
        await using var server = await TlsGateway.StartAsync(authority.Sign("localhost", day.AddDays(-30), day.AddDays(30)), day);
        var clock = Clock();
        var trusted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        clock.Trusted += trusted.SetResult;
        using var stop = new CancellationTokenSource();
        var watch = new AgentLoop().Start(() => new ClockWatch(clock, new GatewayDate(server.Options, clock, authority.Roots), _alarms, new Random(1), _log).RunAsync(stop.Token));
        await trusted.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        _machine.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal((ClockVoucher.Gateway, day.AddMinutes(3)), (clock.Voucher, clock.GetUtcNow()));
        await stop.CancelAsync();
        await watch.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Equal(["HEAD"], server.Methods);
    }
}

/// <summary>Keeps what stands.</summary>
internal sealed class AlarmList : IAlarms
{
    public List<Alarm> Standing { get; } = [];

    public void Raise(Alarm alarm)
    {
        if (!Standing.Exists(a => a.Kind == alarm.Kind && a.OrderNumber == alarm.OrderNumber)) Standing.Add(alarm);
    }

    public void Clear(AlarmKind kind, string? orderNumber) => Standing.RemoveAll(a => a.Kind == kind && a.OrderNumber == orderNumber);
}
