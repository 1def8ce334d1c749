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

    /// <summary>Printable ASCII before each code, 0..16 characters.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The scanner sends an AIM symbology identifier (]Q1, ]C0, …; ISO/IEC 15424) between the prefix and the code.</summary>
    public bool AimIdentifier { get; init; }

    /// <summary>Longest code in bytes of UTF-8, prefix and identifier not counted; 1..4096.</summary>
    public int MaxLengthBytes { get; init; } = 512;

    /// <summary>Every value that is out of its range, by name and with the range; empty when all is well.</summary>
    public IReadOnlyList<string> FindMistakes()
    {
        var mistakes = new List<string>();
        Check(Enum.IsDefined(Suffix), $"{nameof(Suffix)} must be one of {string.Join(", ", Enum.GetNames<ScanSuffix>())}, is {Suffix}.");
        Check(IdleGap >= MinIdleGap && IdleGap <= MaxIdleGap, $"{nameof(IdleGap)} must be {MinIdleGap}..{MaxIdleGap}, is {IdleGap}.");
        Check(MaxPause >= MinMaxPause && MaxPause <= MaxMaxPause, $"{nameof(MaxPause)} must be {MinMaxPause}..{MaxMaxPause}, is {MaxPause}.");
        Check(Prefix.Length <= MaxPrefixLength && Prefix.All(c => c is >= ' ' and <= '~'),
            $"{nameof(Prefix)} must be 0..{MaxPrefixLength} characters 20h-7Eh.");
        Check(MaxLengthBytes is >= 1 and <= MaxMaxLengthBytes, $"{nameof(MaxLengthBytes)} must be 1..{MaxMaxLengthBytes}, is {MaxLengthBytes}.");
        return mistakes;

        void Check(bool isRight, string mistake)
        {
            if (!isRight) mistakes.Add(mistake);
        }
    }
}
