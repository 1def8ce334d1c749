namespace DeviceAgent.Tests.Simulation;

/// <summary>A clock that moves only when it is told to. Timers fire inside <see cref="Advance"/>, on the caller's thread, in order.</summary>
public sealed class VirtualTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<VirtualTimer> _timers = [];
    private DateTimeOffset _now = start;
    private TimeSpan _uptime;

    public VirtualTime() : this(new DateTimeOffset(2026, 3, 1, 1, 0, 0, TimeSpan.Zero)) { }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _now;
    }

    public override long GetTimestamp()
    {
        lock (_lock) return _uptime.Ticks;
    }

    /// <summary>How long until the next timer fires; null when none waits.</summary>
    public TimeSpan? UntilNextTimer
    {
        get
        {
            lock (_lock) return _timers.Count == 0 ? null : _timers.Min(t => t.Due) - _uptime;
        }
    }

    /// <summary>Moves time on; fires every timer whose moment lies on the way, each at its own moment.</summary>
    public void Advance(TimeSpan by)
    {
        TimeSpan target;
        lock (_lock) target = _uptime + by;
        while (true)
        {
            VirtualTimer? next;
            lock (_lock)
            {
                next = _timers.Where(t => t.Due <= target).MinBy(t => t.Due);
                var to = next?.Due ?? target;
                if (to > _uptime)
                {
                    _now += to - _uptime;
                    _uptime = to;
                }
                if (next is null) return;
                if (next.Period == Timeout.InfiniteTimeSpan) _timers.Remove(next);
                else next.Due += next.Period > TimeSpan.Zero ? next.Period : TimeSpan.FromTicks(1);
            }
            next.Fire();
        }
    }

    /// <summary>The wall clock is set, as NTP or a person does; timers run on.</summary>
    public void JumpWallClock(DateTimeOffset to)
    {
        lock (_lock) _now = to;
    }

    /// <summary>The process that had set them is gone.</summary>
    public void DropTimers()
    {
        lock (_lock) _timers.Clear();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan Due { get; set; }

        public TimeSpan Period { get; private set; } = Timeout.InfiniteTimeSpan;

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = time._uptime + dueTime;
                Period = period == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : period;
                time._timers.Add(this);
            }
            return true;
        }

        public void Dispose()
        {
            lock (time._lock) time._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
