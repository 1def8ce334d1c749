namespace DeviceAgent.Platform.Gateway;

/// <summary>How the platform is reached ("Gateway" in agent.json).</summary>
public sealed record TopClientOptions
{
    /// <summary>The router's address. https; plain http to a loopback address only, since the session travels in the body.</summary>
    public Uri Url { get; init; } = new("https://gw.api.taobao.com/router/rest");

    /// <summary>Md5, Hmac or HmacSha256. Source: TOP, "Signature algorithm".</summary>
    public TopSignMethod SignMethod { get; init; } = TopSignMethod.HmacSha256;

    /// <summary>From the first byte of the connection to the last of the answer; 1 s to 2 min. The official SDKs use 20 to 60 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>For the connection alone; 100 ms to 1 min, and not more than <see cref="Timeout"/>.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>An answer that is longer, unpacked, is refused; 16 KiB to 16 MiB. An order with 20 passengers takes about 12 KiB.</summary>
    public int MaxAnswerBytes { get; init; } = 1024 * 1024;

    /// <summary>partner_id, up to 64 characters; null is left out.</summary>
    public string? PartnerId { get; init; }

    /// <returns>One sentence for each mistake, with its key and what is allowed.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (!IsAllowed(Url)) yield return $"{section}:Url must be an https address (http only to a loopback address) without user, query or fragment.";
        if (!Enum.IsDefined(SignMethod)) yield return $"{section}:SignMethod must be Md5, Hmac or HmacSha256.";
        if (Timeout < TimeSpan.FromSeconds(1) || Timeout > TimeSpan.FromMinutes(2)) yield return $"{section}:Timeout must be between 00:00:01 and 00:02:00.";
        if (ConnectTimeout < TimeSpan.FromMilliseconds(100) || ConnectTimeout > TimeSpan.FromMinutes(1) || ConnectTimeout > Timeout)
            yield return $"{section}:ConnectTimeout must be between 00:00:00.100 and 00:01:00, and not more than Timeout.";
        if (MaxAnswerBytes is < 16 * 1024 or > 16 * 1024 * 1024) yield return $"{section}:MaxAnswerBytes must be between 16384 and 16777216.";
        if (PartnerId is { Length: 0 or > 64 }) yield return $"{section}:PartnerId must have 1 to 64 characters, or be left out.";
    }

    private static bool IsAllowed(Uri url) =>
        url is { IsAbsoluteUri: true, UserInfo: "", Query: "", Fragment: "" }
        && (url.Scheme == Uri.UriSchemeHttps || (url.Scheme == Uri.UriSchemeHttp && url.IsLoopback));
}
