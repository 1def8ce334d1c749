namespace DeviceAgent.Platform.Sync;

/// <summary>How long to wait after a failure: exponential, bounded, with full jitter, so that a fleet does not come back as one.</summary>
/// <remarks>Source: M. Brooker, "Exponential Backoff and Jitter" (full jitter).</remarks>
public sealed class RetrySchedule(TimeSpan first, TimeSpan longest)
{
    /// <summary>Jitter may draw nothing; a loop may not.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);

    /// <param name="failures">Failures so far; 1 after the first. Less counts as 1.</param>
    public TimeSpan Delay(int failures, Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        // 2^31 times any allowed first delay lies far beyond any allowed bound, and within a double.
        var bound = Math.Min(first.TotalMilliseconds * Math.Pow(2, Math.Clamp(failures - 1, 0, 31)), longest.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(Math.Max(Shortest.TotalMilliseconds, Math.Round(random.NextDouble() * bound)));
    }
}
