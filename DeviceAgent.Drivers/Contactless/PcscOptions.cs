namespace DeviceAgent.Drivers.Contactless;

/// <summary>Which PC/SC readers are listened to, and how patient the driver is.</summary>
public sealed record PcscOptions
{
    /// <summary>Lowest <see cref="CallTimeout"/>: 1 s.</summary>
    public static readonly TimeSpan MinCallTimeout = TimeSpan.FromSeconds(1);
    /// <summary>Highest <see cref="CallTimeout"/>: 2 min.</summary>
    public static readonly TimeSpan MaxCallTimeout = TimeSpan.FromMinutes(2);

    /// <summary>The reader's name or its beginning, 0..127 characters; every reader whose name begins so is listened to, 15 at most. Empty: all.</summary>
    public string Reader { get; init; } = "";

    /// <summary>pcscd answers each call within this, or counts as <see cref="DeviceLoss.Stalled"/>; 1 s..2 min, longer than the reader's own longest pause.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (Reader.Length > 127 || Reader.Any(char.IsControl)) yield return $"{section}:{nameof(Reader)} must be 0 to 127 characters without control characters, the beginning of a reader's name";
        if (CallTimeout < MinCallTimeout || CallTimeout > MaxCallTimeout) yield return $"{section}:{nameof(CallTimeout)} must be a time from {MinCallTimeout:c} to {MaxCallTimeout:c}";
    }
}

/// <summary>Why PC/SC readers cannot be had.</summary>
public enum PcscFault
{
    /// <summary>libpcsclite.so.1 is not on this machine: Debian package libpcsclite1.</summary>
    NotInstalled,
    /// <summary>pcscd does not run, and nothing starts it.</summary>
    NoService,
    /// <summary>pcscd refuses this program: polkit's action org.debian.pcsc-lite.access_pcsc or access_card.</summary>
    Denied,
    /// <summary>pcscd ended while readers were listened to; it is looked for again at once.</summary>
    ServiceStopped,
    /// <summary>pcscd, or the reader behind it, does not answer.</summary>
    Stalled,
}
