using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Platform.Station;

/// <summary>The station's own ticketing system ("Station" in agent.json). Its bearer token is the credential station-token.</summary>
public sealed record StationOptions
{
    /// <summary>Base address of the contract in docs/station-api.md; null (the default): there is none, tickets carry what the order holds, and nothing is returned here.
    /// https; plain http to a loopback address only. No user, query or fragment; up to 512 characters.</summary>
    public Uri? Url { get; init; }

    /// <summary>Whether numbers, seats and gates of bus orders come from there; default true. False: from the order's own fields.</summary>
    public bool Allocates { get; init; } = true;

    /// <summary>For one request; 1 s to 1 min, default 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an answer that did not come is asked for again while the passenger waits; 1 s to 2 min, default 30 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (Url is { } url && !HttpAddress.IsAllowed(url))
            yield return $"{section}:{nameof(Url)} {HttpAddress.Rule}";
        if (Timeout < TimeSpan.FromSeconds(1) || Timeout > TimeSpan.FromMinutes(1)) yield return $"{section}:{nameof(Timeout)} must be a time from 00:00:01 to 00:01:00";
        if (Patience < TimeSpan.FromSeconds(1) || Patience > TimeSpan.FromMinutes(2)) yield return $"{section}:{nameof(Patience)} must be a time from 00:00:01 to 00:02:00";
    }
}
