namespace DeviceAgent.Drivers.Contactless;

/// <summary>How patient the driver is with a PN532.</summary>
public sealed record Pn532Options
{
    /// <summary>Lowest <see cref="AckTimeout"/>: 20 ms.</summary>
    public static readonly TimeSpan MinAckTimeout = TimeSpan.FromMilliseconds(20);
    /// <summary>Highest <see cref="AckTimeout"/>: 5 s.</summary>
    public static readonly TimeSpan MaxAckTimeout = TimeSpan.FromSeconds(5);
    /// <summary>Lowest <see cref="AnswerTimeout"/>: 100 ms.</summary>
    public static readonly TimeSpan MinAnswerTimeout = TimeSpan.FromMilliseconds(100);
    /// <summary>Highest <see cref="AnswerTimeout"/>: 1 min.</summary>
    public static readonly TimeSpan MaxAnswerTimeout = TimeSpan.FromMinutes(1);
    /// <summary>Lowest <see cref="CheckInterval"/>: 1 s.</summary>
    public static readonly TimeSpan MinCheckInterval = TimeSpan.FromSeconds(1);
    /// <summary>Highest <see cref="CheckInterval"/>: 1 h.</summary>
    public static readonly TimeSpan MaxCheckInterval = TimeSpan.FromHours(1);
    /// <summary>Lowest <see cref="PresenceInterval"/>: 50 ms.</summary>
    public static readonly TimeSpan MinPresenceInterval = TimeSpan.FromMilliseconds(50);
    /// <summary>Highest <see cref="PresenceInterval"/>: 5 s.</summary>
    public static readonly TimeSpan MaxPresenceInterval = TimeSpan.FromSeconds(5);

    /// <summary>The chip acknowledges a command within 15 ms; this covers the serial adapter, too. 20 ms..5 s. After three tries it is given up as <see cref="DeviceLoss.Stalled"/>.</summary>
    public TimeSpan AckTimeout { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>A command that waits for no card is answered within this; 100 ms..1 min, longer than a card's own longest pause (5 s).</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>The chip waits for a card by itself; so often it is asked whether it still lives, because one that lost its power would be waited for for ever. 1 s..1 h.</summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The chip does not tell when a card leaves: while one lies there it is looked for so often, and eight times more slowly once it has lain there for half a minute. 50 ms..5 s.</summary>
    public TimeSpan PresenceInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (AckTimeout < MinAckTimeout || AckTimeout > MaxAckTimeout) yield return $"{section}:{nameof(AckTimeout)} must be a time from {MinAckTimeout:c} to {MaxAckTimeout:c}";
        if (AnswerTimeout < MinAnswerTimeout || AnswerTimeout > MaxAnswerTimeout)
            yield return $"{section}:{nameof(AnswerTimeout)} must be a time from {MinAnswerTimeout:c} to {MaxAnswerTimeout:c}";
        if (CheckInterval < MinCheckInterval || CheckInterval > MaxCheckInterval)
            yield return $"{section}:{nameof(CheckInterval)} must be a time from {MinCheckInterval:c} to {MaxCheckInterval:c}";
        if (PresenceInterval < MinPresenceInterval || PresenceInterval > MaxPresenceInterval)
            yield return $"{section}:{nameof(PresenceInterval)} must be a time from {MinPresenceInterval:c} to {MaxPresenceInterval:c}";
    }
}
