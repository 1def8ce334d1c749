namespace DeviceAgent.Issuance;

/// <summary>How long the pick-up waits for what ("Issuance" in agent.json).</summary>
public sealed record IssuanceOptions
{
    /// <summary>For evidence of an attempt (fence, counters) before it is judged Unknown; 1 s to 2 min, default 10 s.</summary>
    public TimeSpan EvidenceTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For paper or a shut cover in the middle of an order; 0 to 1 h, default 5 min. Then the order stands in doubt.</summary>
    public TimeSpan BlockedTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long "take your ticket" is shown; 500 ms to 2 min, default 8 s.</summary>
    public TimeSpan TakeTicketTime { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How long a notice (not understood, refused, …) is shown; 500 ms to 30 s, default 4 s.</summary>
    public TimeSpan NoticeTime { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>A pause after which the next ticket is printed only for a passenger who presents the code again; 10 s to 10 min, default 60 s.</summary>
    public TimeSpan PauseLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>"Printer:ProbeStrip": print a strip when a printer is seen for the first time, to learn whether its cut counter is exact.</summary>
    public bool ProbeStrip { get; init; } = true;

    /// <summary>How long an interrupted order waits for its passenger to present the code again; 10 s to 24 h, default 10 min. Then it is released or stands in doubt.</summary>
    public TimeSpan ResumeTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Orders in doubt at which the kiosk takes no more: something is wrong with it that each further order would meet too; 1 to 100, default 3.</summary>
    public int MaxInDoubt { get; init; } = 3;

    /// <summary>How long the platform may be silent, although it was called, before the lights say so; 10 s to 1 h, default 1 min.</summary>
    public TimeSpan GatewaySilenceLimit { get; init; } = TimeSpan.FromMinutes(1);

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        (string Key, TimeSpan Value, TimeSpan Min, TimeSpan Max)[] times =
        [
            (nameof(EvidenceTimeout), EvidenceTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2)),
            (nameof(BlockedTimeout), BlockedTimeout, TimeSpan.Zero, TimeSpan.FromHours(1)),
            (nameof(TakeTicketTime), TakeTicketTime, TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(2)),
            (nameof(NoticeTime), NoticeTime, TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30)),
            (nameof(PauseLimit), PauseLimit, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(10)),
            (nameof(ResumeTimeout), ResumeTimeout, TimeSpan.FromSeconds(10), TimeSpan.FromHours(24)),
            (nameof(GatewaySilenceLimit), GatewaySilenceLimit, TimeSpan.FromSeconds(10), TimeSpan.FromHours(1)),
        ];
        foreach (var (key, value, min, max) in times)
        {
            if (value < min || value > max) yield return $"{section}:{key} must be a time from {min:c} to {max:c}";
        }
        if (MaxInDoubt is < 1 or > 100) yield return $"{section}:{nameof(MaxInDoubt)} must be a whole number from 1 to 100";
    }
}
