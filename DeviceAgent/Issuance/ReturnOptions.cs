namespace DeviceAgent.Issuance;

/// <summary>How a return is asked for.</summary>
public enum ReturnMode
{
    /// <summary>Nothing is returned here.</summary>
    Off,
    /// <summary>Through the local API only (a screen, a clerk).</summary>
    LocalApi,
    /// <summary>By presenting the printed ticket twice, too: the second time within <see cref="ReturnOptions.ConfirmTime"/> confirms.</summary>
    Scanner,
}

/// <summary>What the station's amounts are reported in; the platform's document leaves it open.</summary>
public enum RefundUnit
{
    /// <summary>Nobody has told: refund_amount is left out.</summary>
    Unset,
    Fen,
    Yuan,
}

/// <summary>Returns of bus tickets ("Returns" in agent.json). They need the station's system (Station:Url), which decides.</summary>
public sealed record ReturnOptions
{
    /// <summary>Off (the default), LocalApi or Scanner.</summary>
    public ReturnMode Mode { get; init; }

    /// <summary>Within what the ticket must be presented a second time; 3 s to 1 min, default 15 s.</summary>
    public TimeSpan ConfirmTime { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Unset (the default: refund_amount is left out), Fen or Yuan.</summary>
    public RefundUnit RefundAmountUnit { get; init; }

    /// <summary>come_from of the report, 1 to 32 letters, digits, '.', '_' or '-'; null (the default) is left out.</summary>
    public string? ComeFrom { get; init; }

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (ConfirmTime < TimeSpan.FromSeconds(3) || ConfirmTime > TimeSpan.FromMinutes(1)) yield return $"{section}:{nameof(ConfirmTime)} must be a time from 00:00:03 to 00:01:00";
    }
}
