namespace DeviceAgent.Tests.Simulation;

/// <summary>The board: what the process takes for the time, and how often it was started.</summary>
internal sealed class WorldBoard(World world)
{
    private TimeSpan _error;

    public int Boots { get; private set; } = 1;

    /// <summary>When it was started, in the world's time.</summary>
    public long BootedAt { get; private set; }

    /// <summary>Whether a battery keeps the time while the power is off.</summary>
    public bool HasClock { get; set; } = true;

    /// <summary>Whether the kernel says that somebody keeps the clock.</summary>
    public bool IsSynchronised { get; private set; } = true;

    public DateTimeOffset WallClock => world.Time.GetUtcNow() + _error;

    public void LosePower()
    {
        Boots++;
        BootedAt = world.Time.GetTimestamp();
        if (HasClock) return;
        SetClock(DateTimeOffset.UnixEpoch, isSynchronised: false);
        world.Script(TimeSpan.FromSeconds(50), Synchronise);
    }

    /// <summary>The clock is set, by whomever.</summary>
    public void SetClock(DateTimeOffset to, bool isSynchronised)
    {
        _error = to - world.Time.GetUtcNow();
        IsSynchronised = isSynchronised;
        world.Note($"clock {to:u}, synchronised {isSynchronised}");
    }

    public void Synchronise() => SetClock(world.Time.GetUtcNow(), isSynchronised: true);
}

/// <summary>The clocks of one process: they stop with it, and so do its timers.</summary>
internal sealed class AgentClock(World world, Func<bool> isAlive) : TimeProvider
{
    private readonly long _bootedAt = world.Board.BootedAt;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => world.Board.WallClock;

    public override long GetTimestamp() => world.Time.GetTimestamp() - _bootedAt;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer? timer = null;
        timer = world.Time.CreateTimer(s =>
        {
            if (isAlive()) callback(s);
            else timer?.Dispose();
        }, state, dueTime, period);
        return timer;
    }
}
