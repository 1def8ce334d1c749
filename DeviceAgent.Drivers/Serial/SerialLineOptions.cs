namespace DeviceAgent.Drivers.Serial;

/// <summary>Parity bit of a character on a serial line.</summary>
public enum Parity
{
    /// <summary>No parity bit.</summary>
    None,
    /// <summary>Odd parity.</summary>
    Odd,
    /// <summary>Even parity.</summary>
    Even,
}

/// <summary>How a serial line is set up. Default: 9600 8N1, the modem lines left alone at close.</summary>
public sealed record SerialLineOptions
{
    /// <summary>Lowest <see cref="BaudRate"/>.</summary>
    public const int MinBaudRate = 50;
    /// <summary>Highest <see cref="BaudRate"/>.</summary>
    public const int MaxBaudRate = 4_000_000;
    /// <summary>Lowest <see cref="ReceiveBufferBytes"/>.</summary>
    public const int MinReceiveBufferBytes = 64;
    /// <summary>Highest <see cref="ReceiveBufferBytes"/>.</summary>
    public const int MaxReceiveBufferBytes = 1 << 20;
    /// <summary>Lowest <see cref="StallTimeout"/>: 100 ms.</summary>
    public static readonly TimeSpan MinStallTimeout = TimeSpan.FromMilliseconds(100);
    /// <summary>Highest <see cref="StallTimeout"/>: 10 min.</summary>
    public static readonly TimeSpan MaxStallTimeout = TimeSpan.FromMinutes(10);

    /// <summary>Bits per second, any number in 50..4,000,000 (termios2 BOTHER). A port that cannot come within 3 % of it is refused.</summary>
    public int BaudRate { get; init; } = 9600;

    /// <summary>5..8.</summary>
    public int DataBits { get; init; } = 8;

    /// <summary>With parity on, a byte received with an error reads as 0 (INPCK without IGNPAR; man 3 termios).</summary>
    public Parity Parity { get; init; }

    /// <summary>1 or 2.</summary>
    public int StopBits { get; init; } = 1;

    /// <summary>
    /// HUPCL: lower DTR and RTS when the line is closed. False leaves them as they are,
    /// so that a restart of the agent does not reset a device that listens to DTR.
    /// </summary>
    public bool HangUpOnClose { get; init; }

    /// <summary>Bytes kept for a reader that is late, 64..1,048,576. When full, the rest waits in the kernel; nothing is dropped here.</summary>
    public int ReceiveBufferBytes { get; init; } = 4096;

    /// <summary>A write of which the port takes no byte for so long is given up as <see cref="DeviceLoss.Stalled"/>; 100 ms..10 min.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What opens the line in <see cref="DriverBackends.OpenSerial"/>.</summary>
    public DriverBackend Backend { get; init; }

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (!DriverBackends.Has(Backend)) yield return $"{section}:{nameof(Backend)} {DriverBackends.WhyNotInThisBuild}";
        if (BaudRate is < MinBaudRate or > MaxBaudRate) yield return $"{section}:{nameof(BaudRate)} must be a whole number from {MinBaudRate} to {MaxBaudRate}";
        if (DataBits is < 5 or > 8) yield return $"{section}:{nameof(DataBits)} must be a whole number from 5 to 8";
        if (!Enum.IsDefined(Parity)) yield return $"{section}:{nameof(Parity)} must be one of {string.Join(", ", Enum.GetNames<Parity>())}";
        if (StopBits is < 1 or > 2) yield return $"{section}:{nameof(StopBits)} must be a whole number from 1 to 2";
        if (ReceiveBufferBytes is < MinReceiveBufferBytes or > MaxReceiveBufferBytes)
            yield return $"{section}:{nameof(ReceiveBufferBytes)} must be a whole number from {MinReceiveBufferBytes} to {MaxReceiveBufferBytes}";
        if (StallTimeout < MinStallTimeout || StallTimeout > MaxStallTimeout)
            yield return $"{section}:{nameof(StallTimeout)} must be a time from {MinStallTimeout:c} to {MaxStallTimeout:c}";
    }
}
