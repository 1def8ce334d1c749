using DeviceAgent.Drivers.Gpio;
using DeviceAgent.Tests.Simulation;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Tests.Devices;

/// <summary>Outputs that remember what they were set to, and when, in milliseconds since <see cref="Restart"/>.</summary>
internal sealed class LightBoard(VirtualTime time)
{
    private long _start = time.GetTimestamp();
    private int _inside;

    public List<(int At, ulong Values)> Changes { get; } = [];
    public List<ulong> Masks { get; } = [];
    public int Sets { get; private set; }
    public int Opens { get; private set; }
    public bool Disposed { get; private set; }
    public bool Overlapped { get; private set; }
    public GpioException? Failure { get; set; }
    public GpioException? OpenFailure { get; set; }
    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    public IGpioOutputs Open(ulong initial)
    {
        if (OpenFailure is not null) throw OpenFailure;
        Opens++;
        Disposed = false;
        Changes.Add(((int)Elapsed.TotalMilliseconds, initial));
        return new Held(this);
    }

    public void Restart()
    {
        _start = time.GetTimestamp();
        Changes.Clear();
        Masks.Clear();
        Sets = 0;
    }

    private void Set(ulong mask, ulong values)
    {
        if (Interlocked.Exchange(ref _inside, 1) != 0) Overlapped = true;
        try
        {
            if (Failure is not null) throw Failure;
            Sets++;
            Masks.Add(mask);
            Changes.Add(((int)Elapsed.TotalMilliseconds, values));
        }
        finally
        {
            Interlocked.Exchange(ref _inside, 0);
        }
    }

    private sealed class Held(LightBoard board) : IGpioOutputs
    {
        public void Set(ulong mask, ulong values)
        {
            ObjectDisposedException.ThrowIf(board.Disposed, board);
            board.Set(mask, values);
        }

        public void Dispose() => board.Disposed = true;
    }
}

/// <summary>Counts what a timer wakes; or fires it only by hand, as a tired machine does.</summary>
internal sealed class LightClock(VirtualTime time) : TimeProvider
{
    private Action? _fire;

    public int Callbacks { get; private set; }
    public int Timers { get; private set; }
    public bool FiresByHand { get; init; }

    public override long TimestampFrequency => time.TimestampFrequency;

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Timers++;
        _fire = () => callback(state);
        return time.CreateTimer(s =>
        {
            if (FiresByHand) return;
            Callbacks++;
            callback(s);
        }, state, dueTime, period);
    }

    public void Fire() => _fire!();
}

internal sealed class LightLog : ILogger
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Add($"{eventId.Id} {formatter(state, exception)}");
}
