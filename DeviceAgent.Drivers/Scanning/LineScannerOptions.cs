namespace DeviceAgent.Drivers.Scanning;

/// <summary>What a scanner puts after each code.</summary>
public enum ScanSuffix
{
    /// <summary>0Dh. A 0Ah right after it is passed over.</summary>
    CarriageReturn,
    /// <summary>0Ah. A 0Dh right before it is passed over.</summary>
    LineFeed,
    /// <summary>0Dh 0Ah.</summary>
    CarriageReturnLineFeed,
    /// <summary>09h.</summary>
    Tab,
    /// <summary>Nothing: a code ends when no byte comes for <see cref="LineScannerOptions.IdleGap"/>.</summary>
    IdleGap,
}

/// <summary>How a scanner frames what it reads; must be what the scanner itself is set to.</summary>
public sealed record LineScannerOptions
{
    /// <summary>Highest <see cref="MaxLengthBytes"/>.</summary>
    public const int MaxMaxLengthBytes = 4096;
    /// <summary>Highest length of <see cref="Prefix"/>.</summary>
    public const int MaxPrefixLength = 16;
    /// <summary>Lowest <see cref="IdleGap"/>: 5 ms.</summary>
    public static readonly TimeSpan MinIdleGap = TimeSpan.FromMilliseconds(5);
    /// <summary>Highest <see cref="IdleGap"/>: 2 s.</summary>
    public static readonly TimeSpan MaxIdleGap = TimeSpan.FromSeconds(2);
    /// <summary>Lowest <see cref="MaxPause"/>: 100 ms.</summary>
    public static readonly TimeSpan MinMaxPause = TimeSpan.FromMilliseconds(100);
    /// <summary>Highest <see cref="MaxPause"/>: 1 min.</summary>
    public static readonly TimeSpan MaxMaxPause = TimeSpan.FromMinutes(1);

    /// <summary>What ends a code.</summary>
    public ScanSuffix Suffix { get; init; }

    /// <summary>Silence that ends a code where <see cref="Suffix"/> is IdleGap; 5 ms..2 s, longer than any pause within a code.</summary>
    public TimeSpan IdleGap { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>A code that was broken off for longer than this (a scanner pulled in the middle) is not continued by later bytes; 100 ms..1 min.</summary>
    public TimeSpan MaxPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What stands before each code and is taken off: 0..16 characters 01h-7Eh (STX 02h for one) without TAB, LF and CR.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The scanner sends an AIM symbology identifier (]Q1, ]C0, …; ISO/IEC 15424) between the prefix and the code.</summary>
    public bool AimIdentifier { get; init; }

    /// <summary>Longest code in bytes of UTF-8, prefix and identifier not counted; 1..4096.</summary>
    public int MaxLengthBytes { get; init; } = 512;

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (!Enum.IsDefined(Suffix)) yield return $"{section}:{nameof(Suffix)} must be one of {string.Join(", ", Enum.GetNames<ScanSuffix>())}";
        if (IdleGap < MinIdleGap || IdleGap > MaxIdleGap) yield return $"{section}:{nameof(IdleGap)} must be a time from {MinIdleGap:c} to {MaxIdleGap:c}";
        if (MaxPause < MinMaxPause || MaxPause > MaxMaxPause) yield return $"{section}:{nameof(MaxPause)} must be a time from {MinMaxPause:c} to {MaxMaxPause:c}";
        if (Prefix.Length > MaxPrefixLength || !Prefix.All(c => c is >= '\u0001' and <= '~' and not ('\t' or '\n' or '\r')))
            yield return $"{section}:{nameof(Prefix)} must be 0 to {MaxPrefixLength} characters 01h-7Eh without TAB, LF and CR";
        if (MaxLengthBytes is < 1 or > MaxMaxLengthBytes) yield return $"{section}:{nameof(MaxLengthBytes)} must be a whole number from 1 to {MaxMaxLengthBytes}";
    }
}
