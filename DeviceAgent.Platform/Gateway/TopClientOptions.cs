namespace DeviceAgent.Platform.Gateway;

/// <summary>How the platform is reached ("Gateway" in agent.json).</summary>
public sealed record TopClientOptions
{
    /// <summary>The router's address. https; plain http to a loopback address only, since the session travels in the body. No user, query or fragment; up to 512 characters.</summary>
    public Uri Url { get; init; } = new("https://gw.api.taobao.com/router/rest");

    /// <summary>Md5, Hmac or HmacSha256. Source: TOP, "Signature algorithm".</summary>
    public TopSignMethod SignMethod { get; init; } = TopSignMethod.HmacSha256;

    /// <summary>From the first byte of the connection to the last of the answer; 1 s to 2 min. The official SDKs use 20 to 60 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>For the connection alone; 100 ms to 1 min. <see cref="Timeout"/> ends it too.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>An answer that is longer, unpacked, is refused; 16 KiB to 16 MiB. An order with 20 passengers takes about 12 KiB.</summary>
    public int MaxAnswerBytes { get; init; } = 1024 * 1024;

    /// <summary>partner_id, 1 to 64 printable characters; null is left out.</summary>
    public string? PartnerId { get; init; }

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (!HttpAddress.IsAllowed(Url))
            yield return $"{section}:{nameof(Url)} {HttpAddress.Rule}";
        if (!Enum.IsDefined(SignMethod)) yield return $"{section}:{nameof(SignMethod)} must be one of {string.Join(", ", Enum.GetNames<TopSignMethod>())}";
        if (Timeout < TimeSpan.FromSeconds(1) || Timeout > TimeSpan.FromMinutes(2)) yield return $"{section}:{nameof(Timeout)} must be a time from 00:00:01 to 00:02:00";
        if (ConnectTimeout < TimeSpan.FromMilliseconds(100) || ConnectTimeout > TimeSpan.FromMinutes(1))
            yield return $"{section}:{nameof(ConnectTimeout)} must be a time from 00:00:00.1000000 to 00:01:00";
        if (MaxAnswerBytes is < 16 * 1024 or > 16 * 1024 * 1024) yield return $"{section}:{nameof(MaxAnswerBytes)} must be a whole number from 16384 to 16777216";
        if (PartnerId is { } partner && (partner.Length is 0 or > 64 || partner.Any(char.IsControl)))
            yield return $"{section}:{nameof(PartnerId)} must be 1 to 64 printable characters, or left out";
    }
}
