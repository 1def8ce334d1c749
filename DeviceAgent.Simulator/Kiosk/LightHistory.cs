namespace DeviceAgent.Simulator.Kiosk;

/// <summary>CEN XFS4IoT, Lights "flashRate": what a person sees.</summary>
internal enum LightPattern { Off, Slow, Medium, Quick, Continuous }

/// <summary>A light showed one pattern for a while.</summary>
internal sealed record LightPhase(LightPattern Pattern, TimeSpan From, TimeSpan Until);

/// <summary>Turns the edges of the kiosk's lights back into the patterns that a person sees. Safe from any thread.</summary>
internal sealed class LightHistory(TimeLine timeLine)
{
    private const int MostEdges = 100_000, EdgesOfNow = 8;
    private static readonly (LightPattern Pattern, TimeSpan Half)[] Blinks =
        [(LightPattern.Quick, TimeSpan.FromMilliseconds(125)), (LightPattern.Medium, TimeSpan.FromMilliseconds(500)), (LightPattern.Slow, TimeSpan.FromSeconds(1))];

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, List<(TimeSpan At, bool On)>> _edges = new(StringComparer.Ordinal);

    /// <summary>Raised after each change of any light.</summary>
    public event Action? Changed;

    /// <summary>One datagram of the agent: "StatusRed=0 StatusGreen=1 …".</summary>
    /// <returns>False when it is not of that form; nothing is taken then.</returns>
    public bool Take(string datagram)
    {
        List<(string Light, bool On)> values = [];
        foreach (var word in datagram.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (word.Split('=') is not [{ Length: > 0 } light, "0" or "1"]) return false;
            values.Add((light, word[^1] == '1'));
        }
        lock (_lock)
        {
            foreach (var (light, on) in values) Edge(light, on);
        }
        Changed?.Invoke();
        return values.Count > 0;
    }

    public IReadOnlyDictionary<string, IReadOnlyList<LightPhase>> Phases
    {
        get { lock (_lock) return _edges.ToDictionary(e => e.Key, e => Read(e.Value, timeLine.Now), StringComparer.Ordinal); }
    }

    /// <summary>What each light shows now, as far as its last edges tell.</summary>
    public IReadOnlyDictionary<string, LightPattern> Now
    {
        get { lock (_lock) return _edges.ToDictionary(e => e.Key, e => Read(e.Value[Math.Max(0, e.Value.Count - EdgesOfNow)..], timeLine.Now)[^1].Pattern, StringComparer.Ordinal); }
    }

    /// <summary>The phases between the first edge and <paramref name="end"/>. A blink is three halves of a period in a row: fewer may be chance.</summary>
    internal static IReadOnlyList<LightPhase> Read(IReadOnlyList<(TimeSpan At, bool On)> edges, TimeSpan end)
    {
        List<LightPhase> phases = [];
        for (var i = 0; i < edges.Count;)
        {
            var blink = BlinkAt(edges, i, end, out var next);
            if (blink is null) next = i + 1;
            var phase = new LightPhase(blink ?? (edges[i].On ? LightPattern.Continuous : LightPattern.Off), edges[i].At, next < edges.Count ? edges[next].At : end);
            if (phases.Count > 0 && phases[^1].Pattern == phase.Pattern) phases[^1] = phases[^1] with { Until = phase.Until };
            else phases.Add(phase);
            i = next;
        }
        return phases;
    }

    // Intervals of half a period that follow each other; the last one may still be running.
    private static LightPattern? BlinkAt(IReadOnlyList<(TimeSpan At, bool On)> edges, int first, TimeSpan end, out int next)
    {
        foreach (var (pattern, half) in Blinks)
        {
            next = first;
            while (next + 1 < edges.Count && IsAbout(edges[next + 1].At - edges[next].At, half)) next++;
            if (next - first < 3) continue;
            if (next == edges.Count - 1 && end - edges[next].At <= half * 1.4) next++;
            return pattern;
        }
        next = first;
        return null;
    }

    private static bool IsAbout(TimeSpan interval, TimeSpan half) => interval >= half * 0.7 && interval <= half * 1.4;

    private void Edge(string light, bool on)
    {
        if (!_edges.TryGetValue(light, out var edges)) _edges[light] = edges = [];
        if (edges.Count > 0 && edges[^1].On == on) return;
        if (edges.Count == MostEdges) edges.RemoveRange(0, MostEdges / 2);
        edges.Add((timeLine.Now, on));
    }
}
