namespace DeviceAgent.Issuance;

/// <summary>What becomes of an accepted order of which no ticket could be presented.</summary>
public enum ImpossibleOrders
{
    /// <summary>It is given back: the passenger goes to another kiosk or to the window with the order intact.</summary>
    Release,
    /// <summary>It is reported as failed, and the platform refunds: for stations where nobody else could issue it.</summary>
    ReportFailure,
}

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

    /// <summary>
    /// How long nobody may have watched the printer around a restart of the agent so that its cut counter still proves something; 0 to 5 min,
    /// default 15 s. Less than a hand needs to open the printer, load a roll and have it cut; more than a ticket and a start of the agent take.
    /// </summary>
    public TimeSpan BlindLimit { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Release or ReportFailure; default Release.</summary>
    public ImpossibleOrders WhenImpossible { get; init; }

    /// <summary>How often a person may decide to have tickets of one order printed again; 0 to 5, default 1.</summary>
    public int MaxReissues { get; init; } = 1;

    /// <summary>"Printer:NearEndMillimetres": paper that is left when the near-end sensor trips; 0 to 20,000 mm. 0, the default: not known, nothing is counted.</summary>
    public int NearEndMillimetres { get; init; }

    /// <summary>The keys that stand in the section "Printer".</summary>
    /// <returns>As <see cref="Validate"/>.</returns>
    public IEnumerable<string> ValidatePrinter(string section)
    {
        if (NearEndMillimetres is < 0 or > 20_000) yield return $"{section}:{nameof(NearEndMillimetres)} must be a whole number from 0 to 20000";
    }

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
            (nameof(BlindLimit), BlindLimit, TimeSpan.Zero, TimeSpan.FromMinutes(5)),
            (nameof(GatewaySilenceLimit), GatewaySilenceLimit, TimeSpan.FromSeconds(10), TimeSpan.FromHours(1)),
        ];
        foreach (var (key, value, min, max) in times)
        {
            if (value < min || value > max) yield return $"{section}:{key} must be a time from {min:c} to {max:c}";
        }
        if (MaxReissues is < 0 or > 5) yield return $"{section}:{nameof(MaxReissues)} must be a whole number from 0 to 5";
        if (MaxInDoubt is < 1 or > 100) yield return $"{section}:{nameof(MaxInDoubt)} must be a whole number from 1 to 100";
    }
}
