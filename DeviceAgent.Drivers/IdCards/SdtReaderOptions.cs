namespace DeviceAgent.Drivers.IdCards;

/// <summary>Time-outs of an ID-card reader, and its name in errors.</summary>
public sealed record SdtReaderOptions
{
    /// <summary>Names the reader in a <see cref="DeviceLostException"/>.</summary>
    public string Path { get; init; } = "ID-card reader";

    /// <summary>For the first bytes of an answer to anything but a read; 100 ms..10 s.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>For the rest of an answer that has begun: 1.3 KiB take 112 ms at 115,200 bit/s, 1.4 s at 9,600; 100 ms..10 s.</summary>
    public TimeSpan BodyTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>For the first bytes of the answer to a read: the reader talks with the card before; 1 s..10 s.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        (string Key, TimeSpan Value, TimeSpan Min)[] times =
        [
            (nameof(HeaderTimeout), HeaderTimeout, TimeSpan.FromMilliseconds(100)),
            (nameof(BodyTimeout), BodyTimeout, TimeSpan.FromMilliseconds(100)),
            (nameof(ReadTimeout), ReadTimeout, TimeSpan.FromSeconds(1)),
        ];
        var max = TimeSpan.FromSeconds(10);
        foreach (var (key, value, min) in times)
        {
            if (value < min || value > max) yield return $"{section}:{key} must be a time from {min:c} to {max:c}";
        }
    }
}
