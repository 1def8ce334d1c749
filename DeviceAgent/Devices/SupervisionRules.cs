using DeviceAgent.Drivers;

namespace DeviceAgent.Devices;

/// <summary>How devices that go and come are treated ("Devices" in agent.json).</summary>
public sealed record SupervisionOptions
{
    /// <summary>Pause before the first try to open a device again, 50 ms to 10 s. Doubled with each try that fails.</summary>
    public TimeSpan FirstRetryDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Longest pause between two tries, 50 ms to 1 min.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Losses within <see cref="FlapWindow"/> after which a device counts as flapping, 2 to 50.</summary>
    public int FlapLosses { get; init; } = 6;

    /// <summary>10 s to 1 h.</summary>
    public TimeSpan FlapWindow { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Rest before a flapping device is opened again, 1 s to 10 min.</summary>
    public TimeSpan FlapRest { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a device must have answered nothing before its power is taken away and given back, 5 s to 1 h. Only where a relay is configured.</summary>
    public TimeSpan SilenceBeforePowerCycle { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>0 to 12. Zero: never.</summary>
    public int PowerCyclesPerHour { get; init; } = 3;

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        (string Key, TimeSpan Value, TimeSpan Min, TimeSpan Max)[] times =
        [
            (nameof(FirstRetryDelay), FirstRetryDelay, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(10)),
            (nameof(MaxRetryDelay), MaxRetryDelay, TimeSpan.FromMilliseconds(50), TimeSpan.FromMinutes(1)),
            (nameof(FlapWindow), FlapWindow, TimeSpan.FromSeconds(10), TimeSpan.FromHours(1)),
            (nameof(FlapRest), FlapRest, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
            (nameof(SilenceBeforePowerCycle), SilenceBeforePowerCycle, TimeSpan.FromSeconds(5), TimeSpan.FromHours(1)),
        ];
        foreach (var (key, value, min, max) in times)
        {
            if (value < min || value > max) yield return $"{section}:{key} must be a time from {min:c} to {max:c}";
        }
        if (FlapLosses is < 2 or > SupervisionRules.MaxKept) yield return $"{section}:{nameof(FlapLosses)} must be a whole number from 2 to {SupervisionRules.MaxKept}";
        if (PowerCyclesPerHour is < 0 or > 12) yield return $"{section}:{nameof(PowerCyclesPerHour)} must be a whole number from 0 to 12";
    }
}

/// <summary>When to open a lost device again, and when to take its power away. No I/O, no clock: times are those of one steady clock.</summary>
internal sealed class SupervisionRules(SupervisionOptions options)
{
    /// <summary>Losses that are remembered.</summary>
    internal const int MaxKept = 50;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly Queue<TimeSpan> _losses = new(), _cycles = new();
    private TimeSpan _delay = options.FirstRetryDelay;

    /// <summary>The device was open and went away.</summary>
    public void Lost(TimeSpan now)
    {
        if (_losses.Count == MaxKept) _losses.Dequeue();
        _losses.Enqueue(now);
    }

    /// <summary>The device could be opened: the next try, after a loss, is an early one again. That it may not go on like this is what flapping is for.</summary>
    public void Opened() => _delay = options.FirstRetryDelay;

    /// <summary>As far as they are remembered: at most <see cref="MaxKept"/>.</summary>
    public int LossesInLastHour(TimeSpan now) => _losses.Count(l => now - l < Hour);

    public bool IsFlapping(TimeSpan now) => _losses.Count(l => now - l < options.FlapWindow) >= options.FlapLosses;

    /// <summary>The pause before the next try; longer each time.</summary>
    public TimeSpan NextDelay(TimeSpan now)
    {
        var delay = _delay;
        _delay = delay * 2 < options.MaxRetryDelay ? delay * 2 : options.MaxRetryDelay;
        return IsFlapping(now) && delay < options.FlapRest ? options.FlapRest : delay;
    }

    /// <summary>Whether its power may be taken away now; counts it if so.</summary>
    public bool TryPowerCycle(TimeSpan now)
    {
        while (_cycles.TryPeek(out var first) && now - first >= Hour) _cycles.Dequeue();
        if (_cycles.Count >= options.PowerCyclesPerHour) return false;
        _cycles.Enqueue(now);
        return true;
    }

    /// <summary>What a device is that cannot be had.</summary>
    public static (DeviceState State, RecoveryHint Hint, string Detail) Of(DeviceLoss loss) => loss switch
    {
        DeviceLoss.Busy => (DeviceState.Busy, RecoveryHint.Configuration, "another program holds it"),
        DeviceLoss.Denied => (DeviceState.UserError, RecoveryHint.Configuration, "no permission: see the udev rules"),
        DeviceLoss.Stalled => (DeviceState.HardwareError, RecoveryHint.Reset, "takes no bytes"),
        _ => (DeviceState.NoDevice, RecoveryHint.Maintenance, "not plugged in, or without power"),
    };
}
