using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Platform.Sync;

/// <summary>What the sender knows of the platform: for readiness, lights and alarms.</summary>
public sealed record SenderState
{
    /// <summary>Null until the platform was called for the first time.</summary>
    public bool? Online { get; init; }

    /// <summary>Since when <see cref="Online"/> is what it is.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Null when nothing holds the queue.</summary>
    public SenderHold? Hold { get; init; }

    /// <summary>The gateway asked for silence until then; null when it did not.</summary>
    public DateTimeOffset? BannedUntil { get; init; }

    /// <summary>When a report was last confirmed.</summary>
    public DateTimeOffset? LastSuccess { get; init; }

    public TopFault? LastFault { get; init; }
}

/// <summary>The queue waits for a person; nothing is lost.</summary>
/// <param name="Reason">RenewSession, FixClock or Configuration.</param>
public sealed record SenderHold(TopRemedy Reason, TopFault Fault, DateTimeOffset Since);
