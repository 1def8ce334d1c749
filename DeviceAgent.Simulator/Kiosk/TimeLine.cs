using System.Globalization;

namespace DeviceAgent.Simulator.Kiosk;

/// <param name="At">Since the kiosk was made.</param>
internal sealed record TimeLineEntry(TimeSpan At, string What)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At.TotalSeconds,8:F3} s  {What}");
}

/// <summary>What happened, in order. Safe from any thread; the first <see cref="Most"/> entries are kept.</summary>
internal sealed class TimeLine(TimeProvider time)
{
    private const int Most = 10_000;
    private readonly Lock _lock = new();
    private readonly List<TimeLineEntry> _entries = [];
    private readonly long _start = time.GetTimestamp();

    public event Action<TimeLineEntry>? Added;

    public TimeSpan Now => time.GetElapsedTime(_start);

    public IReadOnlyList<TimeLineEntry> Entries
    {
        get { lock (_lock) return [.. _entries]; }
    }

    public void Add(string what)
    {
        var entry = new TimeLineEntry(Now, what);
        lock (_lock)
        {
            if (_entries.Count < Most) _entries.Add(entry);
        }
        Added?.Invoke(entry);
    }
}
