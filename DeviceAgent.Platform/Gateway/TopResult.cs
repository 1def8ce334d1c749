namespace DeviceAgent.Platform.Gateway;

/// <summary>A value, or the fault that stands in its place. Faults of the network and the gateway are ordinary here.</summary>
public sealed record TopResult<T> where T : class
{
    internal TopResult(T? value, TopFault? fault) => (Value, Fault) = (value, fault);

    /// <summary>Null exactly when <see cref="Fault"/> is not.</summary>
    public T? Value { get; }

    public TopFault? Fault { get; }
}

public static class TopResult
{
    public static TopResult<T> Of<T>(T value) where T : class => new(value, null);

    public static TopResult<T> Failed<T>(TopFault fault) where T : class => new(null, fault);
}

/// <summary>What to do about a fault.</summary>
public enum TopRemedy
{
    /// <summary>Later, by the retry schedule: network faults, isp.*-service-unavailable and their like.</summary>
    Retry,
    /// <summary>Not before <see cref="TopFault.WaitFor"/>, and nothing else with this app key meanwhile.</summary>
    WaitUntil,
    /// <summary>The session has expired: hold everything, ask for a new one.</summary>
    RenewSession,
    /// <summary>The clock is off: correct it from <see cref="TopFault.ServerDate"/>, then once more.</summary>
    FixClock,
    /// <summary>The business refused: a person must look.</summary>
    Park,
    /// <summary>App key, secret, permission, method: nothing will work until someone changes it.</summary>
    Configuration,
}

/// <param name="Code">The gateway's code, or "network", "timeout", "http-503", "answer" for what is no answer of the gateway's.</param>
/// <param name="MayHaveBeenApplied">The request may have reached the business although no answer came back.</param>
/// <param name="WaitFor">With <see cref="TopRemedy.WaitUntil"/>: how long, at least 1 s.</param>
/// <param name="ServerDate">The HTTP Date of the answer, where there was one.</param>
public sealed record TopFault(
    TopRemedy Remedy,
    string Code,
    string? SubCode,
    string? Message,
    string? SubMessage,
    string? RequestId,
    bool MayHaveBeenApplied,
    TimeSpan? WaitFor,
    DateTimeOffset? ServerDate)
{
    public override string ToString() => $"{Code}{(SubCode is null ? "" : $" {SubCode}")}: {SubMessage ?? Message ?? "no message"}";
}
