namespace DeviceAgent.Devices;

/// <summary>Another provider's clock, whose timers fire on a thread of their own.</summary>
/// <remarks>
/// For what fires all day while the kiosk is idle: a timer of the thread pool wakes its own thread, a worker, and the pool's gate for a while
/// after each work, eight wake-ups for one blink of a light in our measurement; a thread that sleeps until the time comes wakes once.
/// A callback must be short: the timer's next one waits for it. The thread is made with the first time that is set, and ends with Dispose.
/// </remarks>
internal sealed class ThreadTime(TimeProvider clock) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => clock.LocalTimeZone;

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ThreadTimer(clock, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class ThreadTimer(TimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private const int StackBytes = 256 * 1024;
        private readonly object _gate = new(); // an object: the thread sleeps on its monitor
        private Thread? _thread;
        private TimeSpan? _due;
        private TimeSpan _period;
        private bool _disposed;

        private TimeSpan Now => clock.GetElapsedTime(0);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_gate)
            {
                if (_disposed) return false;
                var earlier = _due;
                _due = dueTime == Timeout.InfiniteTimeSpan ? null : Now + dueTime;
                _period = period;
                if (_due is not null && _thread is null)
                {
                    _thread = new(Run, StackBytes) { IsBackground = true, Name = "beat" };
                    _thread.Start();
                }
                // A thread that sleeps until an earlier time looks then; it need not be woken for a later one.
                else if (_due is { } due && (earlier is null || due < earlier)) Monitor.Pulse(_gate);
                return true;
            }
        }

        public void Dispose()
        {
            lock (_gate)
            {
                _disposed = true;
                Monitor.Pulse(_gate);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }

        private void Run()
        {
            while (SleepUntilDue()) callback(state);
        }

        private bool SleepUntilDue()
        {
            lock (_gate)
            {
                while (!_disposed)
                {
                    if (_due is not { } due)
                    {
                        Monitor.Wait(_gate);
                        continue;
                    }
                    var wait = due - Now;
                    if (wait <= TimeSpan.Zero)
                    {
                        _due = _period > TimeSpan.Zero ? due + _period : null;
                        return true;
                    }
                    Monitor.Wait(_gate, (int)Math.Min(Math.Ceiling(wait.TotalMilliseconds), int.MaxValue));
                }
                return false;
            }
        }
    }
}
