using DeviceAgent.Drivers.IdCards;
using DeviceAgent.Drivers.Serial;
using DeviceAgent.Issuance;

namespace DeviceAgent.Devices;

/// <summary>The ID-card reader on a serial line ("IdCards" in agent.json): its own keys, and those of the pick-up's ID step beside them.</summary>
public sealed record IdCardReaderOptions
{
    /// <summary>Lowest and highest <see cref="PollInterval"/>: 300 ms, 1 s.</summary>
    public static readonly TimeSpan MinPollInterval = TimeSpan.FromMilliseconds(300), MaxPollInterval = TimeSpan.FromSeconds(1);

    /// <summary>Absolute path, best below /dev/serial/by-id/; not the scanner's nor the printer's. Null, the default: the kiosk has no such reader.</summary>
    public string? Path { get; init; }

    /// <summary>BaudRate (default here: 115,200, as GA 450 has it). USB readers ignore it.</summary>
    public SerialLineOptions Line { get; init; } = new() { BaudRate = 115_200 };

    /// <summary>HeaderTimeout, BodyTimeout and ReadTimeout: how long an answer may take.</summary>
    public SdtReaderOptions Reader { get; init; } = new();

    /// <summary>Pause between two looks for a card while a pick-up waits for one; 300 ms to 1 s, default 400 ms. Nothing is asked otherwise.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>Require, Attempts, Timeout and Fallback.</summary>
    public IdCardOptions Step { get; init; } = new();

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        foreach (var mistake in Line.Validate(section).Concat(Reader.Validate(section)).Concat(Step.Validate(section))) yield return mistake;
        if (PollInterval < MinPollInterval || PollInterval > MaxPollInterval) yield return $"{section}:{nameof(PollInterval)} must be a time from {MinPollInterval:c} to {MaxPollInterval:c}";
        if (Path is null && Step.Require != IdCardRequirement.Never) yield return $"{section}:{nameof(Step.Require)} must be Never while there is no {section}:{nameof(Path)}";
    }
}
