namespace DeviceAgent.Drivers.Printing;

/// <summary>Watches one job's time: when to ask for the status, when the printer stands still for good, when to give up.</summary>
/// <param name="limit">How long the job may stand.</param>
/// <param name="renewed">Whether progress begins the limit anew; else it holds for the whole.</param>
internal sealed class StandstillWatch(TimeProvider time, EscPosPrinterOptions options, TimeSpan limit, bool renewed)
{
    private long _progress = time.GetTimestamp();
    private long _asked = time.GetTimestamp();
    private long _stillSince;
    private int _stillSeen;

    public TimeSpan SinceProgress => time.GetElapsedTime(_progress);

    public TimeSpan Left => limit - SinceProgress;

    public bool IsExpired => Left <= TimeSpan.Zero;

    public TimeSpan UntilQuestion => options.StatusInterval - time.GetElapsedTime(_asked);

    /// <summary>Seen standing still at least twice and for as long as the linger.</summary>
    public bool IsBlocked => _stillSeen >= 2 && time.GetElapsedTime(_stillSince) >= options.BlockedLinger;

    public void Progressed()
    {
        if (renewed) _progress = time.GetTimestamp();
    }

    public void Observe(PrinterStatus status)
    {
        _asked = time.GetTimestamp();
        if (!PrinterStatusRules.StandsStill(status)) _stillSeen = 0;
        else if (_stillSeen++ == 0) _stillSince = _asked;
    }
}
