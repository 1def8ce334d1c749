namespace DeviceAgent.Platform.Gateway;

/// <summary>How passenger_info of a train report is encrypted ("Train" in agent.json). The document says "SM4" and no more: all of it is the partner's word.</summary>
public sealed record TrainCipherOptions
{
    private const int BlockBytes = 16;

    /// <summary>Ecb or Cbc; both pad by PKCS #7. Source: GB/T 32907 (SM4), GB/T 17964 (modes).</summary>
    public TrainCipherMode Mode { get; init; } = TrainCipherMode.Ecb;

    /// <summary>How the key is written: Hex (32 digits) or Text (16 bytes of UTF-8).</summary>
    public TrainKeyForm KeyForm { get; init; } = TrainKeyForm.Hex;

    /// <summary>The initialisation vector of Cbc, 32 hex digits; left out with Ecb.</summary>
    public string? Iv { get; init; }

    /// <summary>Hex (lower case) or Base64. There is no default: while it is not set, no train report is sent.</summary>
    public TrainCipherOutput? Output { get; init; }

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (!Enum.IsDefined(Mode)) yield return $"{section}:{nameof(Mode)} must be one of {string.Join(", ", Enum.GetNames<TrainCipherMode>())}";
        if (!Enum.IsDefined(KeyForm)) yield return $"{section}:{nameof(KeyForm)} must be one of {string.Join(", ", Enum.GetNames<TrainKeyForm>())}";
        if (Mode == TrainCipherMode.Cbc && !IsBlock(Iv)) yield return $"{section}:{nameof(Iv)} must be 32 hex digits with {nameof(Mode)} Cbc";
        if (Mode == TrainCipherMode.Ecb && Iv is not null) yield return $"{section}:{nameof(Iv)} must be left out with {nameof(Mode)} Ecb";
        if (Output is { } output && !Enum.IsDefined(output))
            yield return $"{section}:{nameof(Output)} must be one of {string.Join(", ", Enum.GetNames<TrainCipherOutput>())}, or left out: then no train report is sent";
    }

    /// <summary>One block as hex.</summary>
    internal static bool IsBlock(string? hex) => hex is { Length: 2 * BlockBytes } && hex.All(char.IsAsciiHexDigit);
}

public enum TrainCipherMode { Ecb, Cbc }

public enum TrainKeyForm { Hex, Text }

public enum TrainCipherOutput { Hex, Base64 }
