using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Hosting;

/// <summary>Where alarms are told ("Alerts" in agent.json).</summary>
public sealed record AlertOptions
{
    /// <summary>
    /// A webhook: each alarm is POSTed there as JSON. https; plain http to a loopback address only. No user, query or fragment, up to 512 characters: what
    /// proves who is calling is the credential alert-token, sent as a bearer token. Null (the default): alarms stand in the log alone.
    /// </summary>
    public Uri? Url { get; init; }

    /// <summary>How often an alarm that still stands is told again; 1 min to 1 d, default 1 h.</summary>
    public TimeSpan RepeatEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>For one request, its answer's head included; 1 s to 30 s, default 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (Url is not null && !HttpAddress.IsAllowed(Url))
            yield return $"{section}:{nameof(Url)} {HttpAddress.Rule}";
        if (RepeatEvery < TimeSpan.FromMinutes(1) || RepeatEvery > TimeSpan.FromDays(1)) yield return $"{section}:{nameof(RepeatEvery)} must be a time from 00:01:00 to 1.00:00:00";
        if (Timeout < TimeSpan.FromSeconds(1) || Timeout > TimeSpan.FromSeconds(30)) yield return $"{section}:{nameof(Timeout)} must be a time from 00:00:01 to 00:00:30";
    }
}
