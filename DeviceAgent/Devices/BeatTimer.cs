namespace DeviceAgent.Devices;

/// <summary>One timer for everything that blinks or beeps: it fires when a level is to change and at no other time.</summary>
/// <remarks>
/// Beats that are due within <see cref="Together"/> of each other are served by one wake-up. No beat, no wake-up. Any thread; a beat's
/// callback runs on the timer's thread, without the lock.
/// </remarks>
internal sealed class BeatTimer : IDisposable
{
    /// <summary>A difference that no eye and no ear notices; timers fire that early or late anyway.</summary>
    internal static readonly TimeSpan Together = TimeSpan.FromMilliseconds(20);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly List<Beat> _beats = [];
    private bool _disposed;

    public BeatTimer(TimeProvider time)
    {
        _time = time;
        _timer = time.CreateTimer(static timer => ((BeatTimer)timer!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <param name="onDue">Called when the beat is due; sets the next one.</param>
    public Beat Add(Action onDue)
    {
        var beat = new Beat(this, onDue);
        lock (_lock) _beats.Add(beat);
        return beat;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _timer.Dispose();
        }
    }

    private void Fire()
    {
        Beat[] due;
        lock (_lock)
        {
            var limit = _time.GetElapsedTime(0) + Together;
            due = [.. _beats.Where(b => b.Due is { } at && at <= limit)];
            foreach (var beat in due) beat.Due = null;
        }
        foreach (var beat in due) beat.OnDue();
        lock (_lock) Arm();
    }

    private void Arm()
    {
        if (_disposed) return;
        var now = _time.GetElapsedTime(0);
        TimeSpan? next = null;
        foreach (var beat in _beats) if (beat.Due is { } at && !(next <= at)) next = at;
        // Rounded up: timers count whole milliseconds, and one that fires early would fire twice.
        var wait = next is { } due ? TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max((due - now).TotalMilliseconds, 0))) : Timeout.InfiniteTimeSpan;
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    /// <summary>One thing that beats.</summary>
    internal sealed class Beat(BeatTimer timer, Action onDue)
    {
        internal TimeSpan? Due { get; set; }

        internal Action OnDue { get; } = onDue;

        /// <summary>The next beat, so long from now; null: none.</summary>
        public void Next(TimeSpan? wait)
        {
            lock (timer._lock)
            {
                var due = wait is { } span ? timer._time.GetElapsedTime(0) + span : (TimeSpan?)null;
                if (due is null && Due is null) return;
                Due = due;
                timer.Arm();
            }
        }
    }
}
