using DeviceAgent.Devices;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Devices;

public sealed class BeatTimerTests
{
    private readonly VirtualTime _time = new();

    [Fact]
    public void Two_beats_at_about_the_same_moment_never_wake_twice()
    {
        var clock = new LightClock(_time);
        using var timer = new BeatTimer(clock);
        var beats = new List<string>();
        BeatTimer.Beat first = null!, second = null!;
        first = timer.Add(() =>
        {
            beats.Add("first");
            first.Next(TimeSpan.FromMilliseconds(500));
        });
        second = timer.Add(() => beats.Add("second"));
        first.Next(TimeSpan.FromMilliseconds(500));
        second.Next(TimeSpan.FromMilliseconds(515));
        _time.Advance(TimeSpan.FromMilliseconds(1999));
        Assert.Equal(["first", "second", "first", "first"], beats);
        Assert.Equal((3, 1), (clock.Callbacks, clock.Timers));
        first.Next(null);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(3, clock.Callbacks);
        Assert.Null(_time.UntilNextTimer);
    }

    [Fact]
    public void A_beat_that_is_put_off_never_fires_at_its_old_time()
    {
        using var timer = new BeatTimer(_time);
        var at = new List<TimeSpan>();
        var start = _time.GetTimestamp();
        var beat = timer.Add(() => at.Add(_time.GetElapsedTime(start)));
        beat.Next(TimeSpan.FromSeconds(1));
        beat.Next(TimeSpan.FromSeconds(3));
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal([TimeSpan.FromSeconds(3)], at);
    }

    [Fact]
    public async Task A_timer_with_a_thread_of_its_own_never_fires_early_or_after_its_end()
    {
        var fired = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        var time = new ThreadTime(TimeProvider.System);
        var began = TimeProvider.System.GetTimestamp();
        var thread = Environment.CurrentManagedThreadId;
        int on = 0, count = 0;
        var timer = time.CreateTimer(_ =>
        {
            on = Environment.CurrentManagedThreadId;
            count++;
            fired.TrySetResult(TimeProvider.System.GetElapsedTime(began));
        }, null, TimeSpan.FromMinutes(10), Timeout.InfiniteTimeSpan);
        timer.Change(TimeSpan.FromMilliseconds(50), Timeout.InfiniteTimeSpan); // sooner than the thread sleeps
        Assert.True(await fired.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken) >= TimeSpan.FromMilliseconds(50));
        Assert.NotEqual(thread, on);
        await timer.DisposeAsync();
        Assert.False(timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
        Assert.Equal(1, count);
        Assert.InRange((time.GetUtcNow() - TimeProvider.System.GetUtcNow()).TotalSeconds, -1, 1);
    }

    /// <summary>A thread-pool timer wakes three threads, and the pool's gate for a while after: eight wake-ups a second for one beat a second.</summary>
    [Fact]
    public async Task A_beat_never_wakes_more_than_the_thread_that_sleeps_for_it()
    {
        const int beats = 20;
        var done = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var count = 0;
        var before = 0L;
        await using var timer = new ThreadTime(TimeProvider.System).CreateTimer(_ =>
        {
            if (count++ == 0) before = OwnWakeUps();
            else if (count == beats + 1) done.TrySetResult(OwnWakeUps() - before);
        }, null, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20));
        var wakeUps = await done.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        // A beat that comes late is made up for without a sleep; a wait that ends a little early costs one more.
        Assert.InRange(wakeUps, 1, 2 * beats);
    }

    /// <summary>Times that this thread went to sleep by itself; man 5 proc.</summary>
    private static long OwnWakeUps() =>
        long.Parse(File.ReadLines("/proc/thread-self/status").First(l => l.StartsWith("voluntary_ctxt_switches:", StringComparison.Ordinal)).Split('\t')[1], System.Globalization.CultureInfo.InvariantCulture);
}
