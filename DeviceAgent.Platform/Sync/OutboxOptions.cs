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

    /// <summary>What requests under way are given to end when the agent stops; 0 to 20 s.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Answers to the query that settle nothing, after which a person is asked; 1 to 1,000. Network faults are no answers.</summary>
    public int MaxUselessAnswers { get; init; } = 10;

    /// <returns>One sentence for each mistake, with its key and what is allowed.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (MaxReports is < 100 or > 100_000) yield return $"{section}:MaxReports must be between 100 and 100000.";
        if (Concurrency is < 1 or > 32) yield return $"{section}:Concurrency must be between 1 and 32.";
        if (FirstRetryDelay < TimeSpan.FromMilliseconds(100) || FirstRetryDelay > TimeSpan.FromMinutes(1))
            yield return $"{section}:FirstRetryDelay must be between 00:00:00.100 and 00:01:00.";
        if (MaxRetryDelay < TimeSpan.FromSeconds(1) || MaxRetryDelay > TimeSpan.FromHours(1) || MaxRetryDelay < FirstRetryDelay)
            yield return $"{section}:MaxRetryDelay must be between 00:00:01 and 01:00:00, and not less than FirstRetryDelay.";
        if (HoldRetryInterval < TimeSpan.FromSeconds(10) || HoldRetryInterval > TimeSpan.FromHours(1))
            yield return $"{section}:HoldRetryInterval must be between 00:00:10 and 01:00:00.";
        if (StopGrace < TimeSpan.Zero || StopGrace > TimeSpan.FromSeconds(20)) yield return $"{section}:StopGrace must be between 00:00:00 and 00:00:20.";
        if (MaxUselessAnswers is < 1 or > 1000) yield return $"{section}:MaxUselessAnswers must be between 1 and 1000.";
    }
}
