using DeviceAgent.Drivers;

namespace DeviceAgent.Hosting;

/// <summary>The kiosk's time: never before what is known to have been, and trusted once somebody vouches for it.</summary>
/// <remarks>
/// Until then it shows the machine's wall clock, but starts no earlier than this release and the journal's last row: a board without a battery boots in 1970.
/// A voucher goes before both: a journal that once saw a wrong year must not hold the kiosk there.
/// Once trusted, trusted for the run: from then on the time moves with the clock that nobody sets, and follows a step of the wall clock only while the
/// kernel is synchronized (or the operator vouches). Setting a clock by hand makes the kernel say that it is not. A suspended machine falls behind
/// until then; kiosks are not suspended.
/// Timestamps and timers are the machine's. May be asked from any thread; <see cref="Consider"/> and <see cref="Believe"/> belong to the agent's loop.
/// </remarks>
internal sealed class KioskClock : TimeProvider
{
    // The wall clock and the timestamp are not read at one instant, and an HTTP Date has no fractions.
    private static readonly TimeSpan Noise = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _machine;
    private readonly ClockTrust _trust;
    private readonly Func<KernelClockState> _kernel;
    private readonly DateTimeOffset _released;
    // Ticks: the floor, and what is added to the time since the machine's start.
    private long _floor;
    private long _base;
    private int _voucher;

    public KioskClock(TimeProvider machine, ClockTrust trust, Func<KernelClockState> kernel, DateTimeOffset released)
    {
        (_machine, _trust, _kernel, _released) = (machine, trust, kernel, released);
        _floor = released.UtcTicks;
        Set(Later(machine.GetUtcNow(), released));
        Consider();
    }

    public static KioskClock OfThisMachine(ClockOptions options) => new(TimeProvider.System, options.Trust, KernelClock.Read, AgentVersion.ReleasedAt);

    public ClockVoucher Voucher => (ClockVoucher)Volatile.Read(ref _voucher);

    public bool IsTrusted => Voucher != ClockVoucher.None;

    public KernelClockState Kernel => _kernel();

    /// <summary>Somebody vouches now. On the caller's thread of what made it so.</summary>
    public event Action? Trusted;

    /// <summary>GMT+8, whatever the machine is set to: the platform's, the tickets' and the passengers' time.</summary>
    public override TimeZoneInfo LocalTimeZone { get; } = TimeZoneInfo.CreateCustomTimeZone("GMT+8", TimeSpan.FromHours(8), "GMT+8", "GMT+8");

    public override long TimestampFrequency => _machine.TimestampFrequency;

    public override long GetTimestamp() => _machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _machine.CreateTimer(callback, state, dueTime, period);

    public override DateTimeOffset GetUtcNow()
    {
        var wall = _machine.GetUtcNow();
        var own = new DateTimeOffset(Volatile.Read(ref _base) + Uptime.Ticks, TimeSpan.Zero);
        if (!IsTrusted) return wall.UtcTicks >= Volatile.Read(ref _floor) ? wall : own;
        if ((wall - own).Duration() <= Noise) return wall;
        var voucher = ClockRules.WhoVouches(_trust, wall, _released, _kernel);
        if (voucher == ClockVoucher.None) return own;
        Set(wall);
        Volatile.Write(ref _voucher, (int)voucher);
        return wall;
    }

    /// <summary>It was this late already. Until somebody vouches, the clock shows no earlier time.</summary>
    public void NotBefore(DateTimeOffset time)
    {
        if (IsTrusted || time.UtcTicks <= _floor) return;
        var own = GetUtcNow();
        Volatile.Write(ref _floor, time.UtcTicks);
        Set(Later(own, time));
    }

    /// <summary>Looks whether the wall clock is vouched for.</summary>
    /// <returns>Whether the clock is trusted now, by whomever.</returns>
    public bool Consider()
    {
        if (IsTrusted) return true;
        var wall = _machine.GetUtcNow();
        var voucher = ClockRules.WhoVouches(_trust, wall, _released, _kernel);
        return voucher != ClockVoucher.None && Trust(voucher, wall);
    }

    /// <summary>The gateway has vouched for this time, just now.</summary>
    /// <returns>Whether it could be believed.</returns>
    public bool Believe(DateTimeOffset gatewayDate)
    {
        if (IsTrusted) return true;
        return gatewayDate >= _released && Trust(ClockVoucher.Gateway, gatewayDate);
    }

    private TimeSpan Uptime => _machine.GetElapsedTime(0);

    private bool Trust(ClockVoucher voucher, DateTimeOffset now)
    {
        Set(now);
        Volatile.Write(ref _voucher, (int)voucher);
        Trusted?.Invoke();
        return true;
    }

    private void Set(DateTimeOffset now) => Volatile.Write(ref _base, now.UtcTicks - Uptime.Ticks);

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
