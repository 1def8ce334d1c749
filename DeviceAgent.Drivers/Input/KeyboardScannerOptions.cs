using DeviceAgent.Drivers.Scanning;

namespace DeviceAgent.Drivers.Input;

/// <summary>Which key a scanner presses after each code.</summary>
public enum KeySuffix
{
    /// <summary>Enter, the keypad's Enter or Tab.</summary>
    Any,
    /// <summary>Enter alone.</summary>
    Enter,
    /// <summary>The keypad's Enter alone.</summary>
    KeypadEnter,
    /// <summary>Tab alone.</summary>
    Tab,
    /// <summary>None: a code ends when no key is pressed for <see cref="LineScannerOptions.IdleGap"/>.</summary>
    IdleGap,
}

/// <summary>How a scanner types.</summary>
public sealed record KeyboardScannerOptions
{
    /// <summary>Lowest <see cref="GrabPatience"/>: 0.</summary>
    public static readonly TimeSpan MinGrabPatience = TimeSpan.Zero;
    /// <summary>Highest <see cref="GrabPatience"/>: 1 min.</summary>
    public static readonly TimeSpan MaxGrabPatience = TimeSpan.FromMinutes(1);

    /// <summary>Any (the default), Enter, KeypadEnter, Tab or IdleGap.</summary>
    public KeySuffix Suffix { get; init; }

    /// <summary>IdleGap, MaxPause, Prefix, AimIdentifier and MaxLengthBytes; its own suffix means nothing here.</summary>
    public LineScannerOptions Framing { get; init; } = new();

    /// <summary>How long keys may be held at the beginning before the device is grabbed all the same; 0 to 1 min. Their releases would be missed by everybody else.</summary>
    public TimeSpan GrabPatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (!Enum.IsDefined(Suffix)) yield return $"{section}:{nameof(Suffix)} must be one of {string.Join(", ", Enum.GetNames<KeySuffix>())}";
        foreach (var mistake in Framing.Validate(section)) yield return mistake;
        if (GrabPatience < MinGrabPatience || GrabPatience > MaxGrabPatience)
            yield return $"{section}:{nameof(GrabPatience)} must be a time from {MinGrabPatience:c} to {MaxGrabPatience:c}";
    }
}
