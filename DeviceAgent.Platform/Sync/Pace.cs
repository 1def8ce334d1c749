namespace DeviceAgent.Platform.Sync;

/// <summary>What one kiosk allows itself of a limit that it shares with kiosks that it cannot see. No clock.</summary>
/// <param name="Interval">Between the starts of two requests, on average; zero where no ban was met lately.</param>
/// <param name="Bans">Bans in a row, without an answer between them.</param>
internal readonly record struct Pace(TimeSpan Interval, int Bans)
{
    /// <summary>Spread by half of it to both sides, so that kiosks that were banned together do not stay together.</summary>
    public TimeSpan Gap(Random random) => Interval * (0.5 + random.NextDouble());
}

/// <summary>How the pace follows from bans and answers.</summary>
/// <remarks>
/// A ban doubles the interval. An answer adds to the rate what it would have at <see cref="Recovery"/> (additive increase: who fell far behind gains most, so that shares become equal),
/// and takes at least a twentieth off the interval, so that it ends. Source: D.-M. Chiu and R. Jain, "Analysis of the Increase and Decrease Algorithms for Congestion Avoidance"; figures: docs/benchmarks.md.
/// </remarks>
/// <param name="first">Bound of the jitter after one ban; doubles with each further one.</param>
/// <param name="longest">No interval and no jitter is longer.</param>
internal class PaceRules(TimeSpan first, TimeSpan longest)
{
    /// <summary>The interval after the first ban.</summary>
    public static readonly TimeSpan FirstInterval = TimeSpan.FromSeconds(2);

    /// <summary>The longest interval that a single answer leaves.</summary>
    public static readonly TimeSpan Recovery = TimeSpan.FromSeconds(200);

    /// <summary>A silence of two hours and more is followed by this interval, a shorter one by its part of it.</summary>
    public static readonly TimeSpan LongestAfterSilence = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ShortestBan = TimeSpan.FromSeconds(1), ShortestInterval = TimeSpan.FromMilliseconds(50), LongSilence = TimeSpan.FromHours(2);
    private const double Shrink = 0.95;

    private readonly RetrySchedule _jitter = new(first, longest);

    /// <summary>The platform is heard again. Who was cut off for long was not cut off alone: all come back at once, with much to tell.</summary>
    public virtual Pace AfterSilence(Pace pace, TimeSpan silence)
    {
        var interval = LongestAfterSilence * Math.Min(1, silence / LongSilence);
        return interval < ShortestInterval || interval <= pace.Interval ? pace : pace with { Interval = interval };
    }

    public virtual Pace AfterBan(Pace pace) => new(Shorter(pace.Interval == TimeSpan.Zero ? FirstInterval : pace.Interval * 2, longest), Math.Min(pace.Bans + 1, 1_000));

    public virtual Pace AfterAnswer(Pace pace)
    {
        var interval = Shorter(pace.Interval / (1 + pace.Interval / Recovery), pace.Interval * Shrink);
        return new(interval < ShortestInterval ? TimeSpan.Zero : interval, 0);
    }

    /// <summary>At least 1 s, and what lets the fleet's kiosks come back one after the other.</summary>
    /// <param name="named">What the gateway said; null where it named no time.</param>
    public virtual (TimeSpan Named, TimeSpan Jitter) Pause(Pace afterBan, TimeSpan? named, Random random) =>
        (named is { } told && told > ShortestBan ? told : ShortestBan, _jitter.Delay(afterBan.Bans, random));

    /// <summary>Requests that may be under way after one more answer.</summary>
    public virtual int Window(int before, int limit) => Math.Min(before + 1, limit);

    /// <summary>Requests that may be under way before the first answer after a start, a silence or a ban.</summary>
    public virtual int FirstWindow(int limit) => 1;

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
