namespace DeviceAgent.Issuance;

/// <summary>Which pick-ups need an ID card besides the code.</summary>
public enum IdCardRequirement
{
    /// <summary>None: the code is enough.</summary>
    Never,
    /// <summary>Those of orders that carry a certificate of a kind that the reader reads.</summary>
    WhenCertificate,
    /// <summary>All.</summary>
    Always,
}

/// <summary>What becomes of a pick-up that needs a card which cannot be had: no passenger has one that the reader reads, it cannot be read, or there is no reader.</summary>
public enum IdCardFallback
{
    /// <summary>The order is not given here; it stays as it is, for the window.</summary>
    Refuse,
    /// <summary>The code is enough then.</summary>
    CodeIsEnough,
}

/// <summary>The pick-up's ID step ("IdCards" in agent.json, beside the reader's keys).</summary>
public sealed record IdCardOptions
{
    /// <summary>Highest <see cref="Timeout"/>: after a longer pause the platform's answer is too old to issue by.</summary>
    public static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(1);

    /// <summary>Never, WhenCertificate or Always. Default: Never without a reader, WhenCertificate with one.</summary>
    public IdCardRequirement Require { get; init; }

    /// <summary>Cards that may be presented in one pick-up, readable or not; 1 to 10, default 3.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>How long one pick-up waits for cards, all in all; 5 s to 1 min, default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Refuse (the default) or CodeIsEnough. A card that is read and matches nobody is refused in any case, and so is none at all.</summary>
    public IdCardFallback Fallback { get; init; }

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        var min = TimeSpan.FromSeconds(5);
        if (Attempts is < 1 or > 10) yield return $"{section}:{nameof(Attempts)} must be a whole number from 1 to 10";
        if (Timeout < min || Timeout > MaxTimeout) yield return $"{section}:{nameof(Timeout)} must be a time from {min:c} to {MaxTimeout:c}";
    }
}
