namespace DeviceAgent.Simulator.Gateway;

internal enum GatewayFaultKind
{
    /// <summary>The request is worked off at once, its answer comes late.</summary>
    Slow,
    /// <summary>The connection closes before anything is applied.</summary>
    LoseRequest,
    /// <summary>The request is applied, then the connection closes without an answer.</summary>
    LoseAnswer,
    /// <summary>A proxy's HTTP 502 page; nothing is applied.</summary>
    BadGateway,
    /// <summary>isp.remote-service-error; nothing is applied.</summary>
    ServiceUnavailable,
    /// <summary>Code 27.</summary>
    ExpiredSession,
    /// <summary>Code 31, as for a clock that is off.</summary>
    WrongClock,
    /// <summary>An isv.* error_response.</summary>
    Refuse,
    /// <summary>An answer with is_success=false.</summary>
    SayNo,
    /// <summary>The whole gateway goes down when this answer is out.</summary>
    DownAfterAnswer,
}

/// <param name="Method">Null: any method.</param>
/// <param name="Times">Requests that it still meets.</param>
/// <param name="Length">Of <see cref="GatewayFaultKind.Slow"/>.</param>
internal sealed record GatewayFault(GatewayFaultKind Kind, string? Method, int Times, TimeSpan Length);

/// <summary>What goes wrong at the gateway, switched while it runs. Safe from any thread.</summary>
internal sealed class GatewayFaults(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<GatewayFault> _faults = [];
    private long _bannedFrom;
    private TimeSpan _banned;

    /// <summary>How far the gateway's clock is ahead of ours.</summary>
    public TimeSpan ClockOffset
    {
        get { lock (_lock) return field; }
        set { lock (_lock) field = value; }
    }

    /// <summary>For the next <paramref name="times"/> requests of a method (null: of any).</summary>
    public void Script(GatewayFaultKind kind, string? method = null, int times = 1, TimeSpan length = default)
    {
        lock (_lock) _faults.Add(new GatewayFault(kind, method, times, length));
    }

    /// <summary>Until <see cref="SwitchOff"/>.</summary>
    public void SwitchOn(GatewayFaultKind kind, string? method = null, TimeSpan length = default) => Script(kind, method, int.MaxValue, length);

    public void SwitchOff(GatewayFaultKind kind)
    {
        lock (_lock) _faults.RemoveAll(f => f.Kind == kind);
    }

    /// <summary>Answers code 7 to everything for this long.</summary>
    public void Ban(TimeSpan length)
    {
        lock (_lock) (_bannedFrom, _banned) = (time.GetTimestamp(), length);
    }

    public void Clear()
    {
        lock (_lock)
        {
            _faults.Clear();
            _banned = TimeSpan.Zero;
            ClockOffset = TimeSpan.Zero;
        }
    }

    /// <summary>How long the ban still lasts; null when there is none.</summary>
    public TimeSpan? BanLeft
    {
        get
        {
            lock (_lock)
            {
                var left = _banned - time.GetElapsedTime(_bannedFrom);
                return _banned > TimeSpan.Zero && left > TimeSpan.Zero ? left : null;
            }
        }
    }

    /// <summary>The faults that meet this request; each one is used up by it.</summary>
    public IReadOnlyList<GatewayFault> Take(string? method)
    {
        lock (_lock)
        {
            List<GatewayFault> met = [];
            for (var i = _faults.Count - 1; i >= 0; i--)
            {
                var fault = _faults[i];
                if (fault.Method is not null && fault.Method != method) continue;
                met.Add(fault);
                if (fault.Times == int.MaxValue) continue;
                if (fault.Times <= 1) _faults.RemoveAt(i);
                else _faults[i] = fault with { Times = fault.Times - 1 };
            }
            return met;
        }
    }
}
