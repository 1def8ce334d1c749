namespace DeviceAgent.Platform.Sync;

/// <summary>Bounds of the durable queue and of its sender ("Outbox" in agent.json).</summary>
public sealed record OutboxOptions
{
    /// <summary>Reports that may wait; 100 to 100,000. 10,000 x 1 KiB = 10 MiB; a busy kiosk issues 500 a day, and takes no order while offline.</summary>
    public int MaxReports { get; init; } = 10_000;

    /// <summary>Reports of different orders that may be under way at once; 1 to 32. One while the platform is not reached.</summary>
    public int Concurrency { get; init; } = 4;

    /// <summary>Upper bound of the first delay; 100 ms to 1 min. Doubles with each failure.</summary>
    public TimeSpan FirstRetryDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>No delay is longer; 1 s to 1 h, and not less than <see cref="FirstRetryDelay"/>.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often one report is tried while the session or the configuration holds the queue; 10 s to 1 h.</summary>
    public TimeSpan HoldRetryInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>What requests under way are given to end when the agent stops; 0 to 20 s. The host sets it, from what systemd gives the whole stop.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Answers to the query that settle nothing, after which a person is asked; 1 to 1,000. Network faults are no answers.</summary>
    public int MaxUselessAnswers { get; init; } = 10;

    /// <summary>
    /// Between the starts of two requests to the platform, on average; 0 (the default: as fast as the answers come) to 10 min. Where many kiosks share an app
    /// key: twice their number divided by the requests a second that the key has, so that few bans are met (docs/benchmarks.md). Look-ups of passengers are not held up by it.
    /// </summary>
    public TimeSpan RequestInterval { get; init; }

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (MaxReports is < 100 or > 100_000) yield return $"{section}:{nameof(MaxReports)} must be a whole number from 100 to 100000";
        if (Concurrency is < 1 or > 32) yield return $"{section}:{nameof(Concurrency)} must be a whole number from 1 to 32";
        var isFirstAllowed = FirstRetryDelay >= TimeSpan.FromMilliseconds(100) && FirstRetryDelay <= TimeSpan.FromMinutes(1);
        if (!isFirstAllowed) yield return $"{section}:{nameof(FirstRetryDelay)} must be a time from 00:00:00.1000000 to 00:01:00";
        if (MaxRetryDelay < TimeSpan.FromSeconds(1) || MaxRetryDelay > TimeSpan.FromHours(1) || (isFirstAllowed && MaxRetryDelay < FirstRetryDelay))
            yield return $"{section}:{nameof(MaxRetryDelay)} must be a time from 00:00:01 to 01:00:00, and not less than {nameof(FirstRetryDelay)}";
        if (HoldRetryInterval < TimeSpan.FromSeconds(10) || HoldRetryInterval > TimeSpan.FromHours(1))
            yield return $"{section}:{nameof(HoldRetryInterval)} must be a time from 00:00:10 to 01:00:00";
        if (StopGrace < TimeSpan.Zero || StopGrace > TimeSpan.FromSeconds(20)) yield return $"{section}:{nameof(StopGrace)} must be a time from 00:00:00 to 00:00:20";
        if (RequestInterval < TimeSpan.Zero || RequestInterval > TimeSpan.FromMinutes(10)) yield return $"{section}:{nameof(RequestInterval)} must be a time from 00:00:00 to 00:10:00";
        if (MaxUselessAnswers is < 1 or > 1000) yield return $"{section}:{nameof(MaxUselessAnswers)} must be a whole number from 1 to 1000";
    }
}
