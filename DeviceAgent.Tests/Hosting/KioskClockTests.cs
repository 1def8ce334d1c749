using System.Buffers.Binary;
using System.Runtime.InteropServices;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Interop;
using DeviceAgent.Hosting;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Hosting;

public sealed class KioskClockTests
{
    private static readonly DateTimeOffset Released = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset In1970 = new(1970, 1, 1, 0, 0, 7, TimeSpan.Zero);
    private static readonly DateTimeOffset Today = new(2026, 3, 1, 1, 0, 0, TimeSpan.Zero);

    private KernelClockState _kernel = KernelClockState.NotSynchronized;
    private int _kernelAsked;

    private KioskClock Clock(VirtualTime machine, ClockTrust trust = ClockTrust.NtpOrGateway) => new(machine, trust, () =>
    {
        _kernelAsked++;
        return _kernel;
    }, Released);

    [Fact]
    public void A_board_without_a_battery_is_never_in_1970()
    {
        var machine = new VirtualTime(In1970);
        var clock = Clock(machine);
        Assert.Equal(Released, clock.GetUtcNow());
        clock.NotBefore(Today);
        machine.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(Today.AddMinutes(5), clock.GetUtcNow());
        Assert.False(clock.IsTrusted);
    }

    [Fact]
    public void What_the_journal_remembers_never_sets_a_later_clock_back()
    {
        var machine = new VirtualTime(Today);
        var clock = Clock(machine);
        clock.NotBefore(Today.AddDays(-1));
        Assert.Equal(Today, clock.GetUtcNow());
        machine.JumpWallClock(Today.AddDays(-2));
        Assert.InRange(clock.GetUtcNow(), Today.AddDays(-1), Today);
    }

    [Fact]
    public void An_untrusted_clock_follows_the_machine_but_never_below_its_floor()
    {
        var machine = new VirtualTime(Today);
        var clock = Clock(machine);
        machine.JumpWallClock(Today.AddYears(1));
        Assert.Equal(Today.AddYears(1), clock.GetUtcNow());
        machine.JumpWallClock(In1970);
        Assert.True(clock.GetUtcNow() >= Released);
    }

    [Theory]
    [InlineData(KernelClockState.Synchronized, ClockVoucher.Kernel)]
    [InlineData(KernelClockState.NotSynchronized, ClockVoucher.None)]
    [InlineData(KernelClockState.Unreadable, ClockVoucher.None)]
    public void Only_a_synchronized_kernel_is_trusted(KernelClockState kernel, object voucher)
    {
        _kernel = kernel;
        Assert.Equal(voucher, Clock(new VirtualTime(Today)).Voucher);
    }

    [Theory]
    [InlineData(ClockTrust.NtpOrGateway)]
    [InlineData(ClockTrust.Always)]
    public void A_time_before_this_release_is_trusted_on_nobodys_word(ClockTrust trust)
    {
        _kernel = KernelClockState.Synchronized;
        var machine = new VirtualTime(In1970);
        var clock = Clock(machine, trust);
        Assert.False(clock.Consider());
        Assert.False(clock.Believe(In1970));
        Assert.True(clock.GetUtcNow() >= Released);
        machine.JumpWallClock(Today);
        Assert.True(clock.Consider());
        Assert.Equal(Today, clock.GetUtcNow());
    }

    [Fact]
    public void An_operators_word_needs_no_kernel()
    {
        var machine = new VirtualTime(Today);
        var clock = Clock(machine, ClockTrust.Always);
        machine.JumpWallClock(Today.AddHours(3));
        Assert.Equal((ClockVoucher.Configuration, Today.AddHours(3), 0), (clock.Voucher, clock.GetUtcNow(), _kernelAsked));
        machine.JumpWallClock(In1970);
        Assert.Equal(Today.AddHours(3), clock.GetUtcNow());
    }

    [Fact]
    public void A_gateways_time_goes_on_whatever_the_wall_clock_shows_until_the_kernel_is_synchronized()
    {
        var machine = new VirtualTime(In1970);
        var clock = Clock(machine);
        var told = 0;
        clock.Trusted += () => told++;
        Assert.True(clock.Believe(Today));
        machine.Advance(TimeSpan.FromHours(2));
        Assert.Equal((ClockVoucher.Gateway, Today.AddHours(2)), (clock.Voucher, clock.GetUtcNow()));
        machine.JumpWallClock(Today.AddYears(3));
        Assert.Equal(Today.AddHours(2), clock.GetUtcNow());
        machine.JumpWallClock(Today.AddHours(2).AddSeconds(40));
        _kernel = KernelClockState.Synchronized;
        Assert.Equal(Today.AddHours(2).AddSeconds(40), clock.GetUtcNow());
        Assert.Equal((ClockVoucher.Kernel, 1), (clock.Voucher, told));
    }

    [Fact]
    public void A_jump_that_the_kernel_does_not_vouch_for_moves_no_trusted_clock()
    {
        _kernel = KernelClockState.Synchronized;
        var machine = new VirtualTime(Today);
        var clock = Clock(machine);
        // A hand that sets the clock makes the kernel say so.
        _kernel = KernelClockState.NotSynchronized;
        foreach (var jump in new[] { Today.AddYears(-1), Today.AddYears(5), In1970 })
        {
            machine.JumpWallClock(jump);
            machine.Advance(TimeSpan.FromMinutes(1));
        }
        Assert.Equal((true, Today.AddMinutes(3)), (clock.IsTrusted, clock.GetUtcNow()));
        machine.JumpWallClock(Today.AddHours(1));
        _kernel = KernelClockState.Synchronized;
        Assert.Equal(Today.AddHours(1), clock.GetUtcNow());
    }

    [Fact]
    public void A_wrong_year_in_the_journal_never_holds_a_trusted_clock()
    {
        var machine = new VirtualTime(In1970);
        var clock = Clock(machine);
        clock.NotBefore(new(2099, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal(2099, clock.GetUtcNow().Year);
        Assert.True(clock.Believe(Today));
        clock.NotBefore(new(2099, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal(Today, clock.GetUtcNow());
    }

    [Fact]
    public void The_wall_clock_is_not_asked_about_for_a_moments_noise()
    {
        _kernel = KernelClockState.Synchronized;
        var machine = new VirtualTime(Today);
        var clock = Clock(machine);
        _kernelAsked = 0;
        machine.JumpWallClock(Today.AddSeconds(1));
        Assert.Equal((Today.AddSeconds(1), 0), (clock.GetUtcNow(), _kernelAsked));
    }

    [Fact]
    public void Timestamps_timers_and_the_zone_are_no_walls_business()
    {
        var machine = new VirtualTime(In1970);
        var clock = Clock(machine);
        var fired = 0;
        using var timer = clock.CreateTimer(_ => fired++, null, TimeSpan.FromMinutes(1), Timeout.InfiniteTimeSpan);
        var start = clock.GetTimestamp();
        machine.JumpWallClock(Today.AddYears(9));
        machine.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((1, TimeSpan.FromMinutes(1)), (fired, clock.GetElapsedTime(start)));
        Assert.Equal(TimeSpan.FromHours(8), clock.GetLocalNow().Offset);
    }

    [Fact]
    public void The_release_was_not_made_in_the_future() =>
        Assert.InRange(AgentVersion.ReleasedAt, Released, TimeProvider.System.GetUtcNow());

    // Where a container's filter forbids the call, the driver must say so, and nothing else.
    [Fact]
    public void The_kernels_answer_is_read_where_it_stands()
    {
        var buffer = default(Libc.Timex);
        var state = Libc.Adjtimex(ref buffer);
        var errno = Marshal.GetLastPInvokeError();
        var told = KernelClock.Read();
        if (state < 0)
        {
            Assert.Equal((Errno.EPERM, KernelClockState.Unreadable), (errno, told));
            return;
        }
        var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<Libc.Timex>(ref buffer));
        Assert.Equal(208, bytes.Length);
        // time.tv_sec and tick, which stand behind the status: the layout is the kernel's.
        var shown = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64LittleEndian(bytes[72..]));
        Assert.InRange(shown, TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow().AddMinutes(5));
        Assert.InRange(BinaryPrimitives.ReadInt64LittleEndian(bytes[88..]), 9_000, 11_000);
        Assert.Equal((buffer.Status & Libc.STA_UNSYNC) == 0 && state != Libc.TIME_ERROR, told == KernelClockState.Synchronized);
    }
}
