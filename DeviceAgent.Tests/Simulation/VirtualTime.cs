namespace DeviceAgent.Tests.Simulation;

/// <summary>A clock that moves only when it is told to. Timers fire inside <see cref="Advance"/>, on the caller's thread, in order.</summary>
public sealed class VirtualTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    // A timer that is set anew leaves its old entry behind, which is passed over: cheaper than finding it.
    private readonly PriorityQueue<(VirtualTimer Timer, long Setting), (long Due, long Setting)> _timers = new();
    private long _settings;
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
            lock (_lock) return Peek() is { } next ? next.Due - _uptime : null;
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
                next = Peek() is { } first && first.Due <= target ? first : null;
                var to = next?.Due ?? target;
                if (to > _uptime)
                {
                    _now += to - _uptime;
                    _uptime = to;
                }
                if (next is null) return;
                _timers.Dequeue();
                if (next.Period == Timeout.InfiniteTimeSpan) next.Setting = 0;
                else Set(next, next.Due + (next.Period > TimeSpan.Zero ? next.Period : TimeSpan.FromTicks(1)));
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
        lock (_lock)
        {
            foreach (var ((timer, _), _) in _timers.UnorderedItems) timer.Setting = 0;
            _timers.Clear();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>The earliest timer that is set; of several, the one that was set first.</summary>
    private VirtualTimer? Peek()
    {
        while (_timers.TryPeek(out var next, out _))
        {
            if (next.Timer.Setting == next.Setting) return next.Timer;
            _timers.Dequeue();
        }
        return null;
    }

    private void Set(VirtualTimer timer, TimeSpan due)
    {
        timer.Due = due;
        timer.Setting = ++_settings;
        _timers.Enqueue((timer, timer.Setting), (due.Ticks, timer.Setting));
    }

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        public TimeSpan Due { get; set; }

        /// <summary>0 while it is not set.</summary>
        public long Setting { get; set; }

        public TimeSpan Period { get; private set; } = Timeout.InfiniteTimeSpan;

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                Setting = 0;
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Period = period == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : period;
                time.Set(this, time._uptime + dueTime);
            }
            return true;
        }

        public void Dispose()
        {
            lock (time._lock) Setting = 0;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
