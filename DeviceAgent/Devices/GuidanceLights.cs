using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Gpio;
using DeviceAgent.Issuance;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Devices;

/// <summary>The passenger lights of the kiosk.</summary>
/// <remarks>
/// Source of the words: CEN XFS4IoT, Lights. They show OutOfService from the moment they are opened, and again once disposed:
/// a kiosk whose agent stops takes no order. What lines show after they were given back is up to the chip's driver.
/// Any thread. Lights that fail stop nothing: that is logged once, <see cref="Device"/> tells it, and the next change tries again,
/// which also finds a chip that is plugged in late; <see cref="Renew"/> tries at once. One timer for all that blinks, which runs only while something does.
/// </remarks>
public sealed class GuidanceLights : IPassengerGuidance, IKioskDevice, IDisposable
{
    private readonly BeatTimer _beats;
    private readonly bool _ownsBeats;
    private readonly Lock _lock = new();
    private readonly Func<ulong, IGpioOutputs> _open;
    private readonly LightLine[] _fitted;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly BeatTimer.Beat _beat;
    private IGpioOutputs? _outputs;
    private GpioFault? _fault;
    private ulong? _written;
    private Guidance _guidance = Guidance.OutOfService;
    private PassengerLights _lights = GuidancePatterns.For(Guidance.OutOfService);
    private TimeSpan? _edgeEvery;
    private long _shownAt;
    private string _why = "";
    private DateTimeOffset _since;
    private bool _failureLogged;
    private bool _disposed;

    /// <param name="open">Takes the outputs with their initial values; bit n is the n-th of <paramref name="fitted"/>.</param>
    /// <param name="fitted">The lights that the machine has; none is a machine without lights.</param>
    /// <param name="beats">The timer that the buzzer shares; null: one of its own.</param>
    internal GuidanceLights(Func<ulong, IGpioOutputs> open, IReadOnlyList<LightLine> fitted, TimeProvider time, ILogger logger, BeatTimer? beats = null)
    {
        (_ownsBeats, _beats) = (beats is null, beats ?? new(time));
        _beat = _beats.Add(OnEdge);
        _since = time.GetUtcNow();
        _open = open;
        _fitted = [.. fitted];
        _time = time;
        _logger = logger;
        lock (_lock) Apply();
    }

    /// <summary>Opens the lights that the options name. Never fails on account of the chip: see <see cref="Device"/>.</summary>
    /// <exception cref="ArgumentException">The options hold mistakes that <see cref="LightsOptions.Validate"/> tells.</exception>
    public static GuidanceLights Open(LightsOptions options, TimeProvider time, ILogger logger) => Open(options, time, logger, null);

    internal static GuidanceLights Open(LightsOptions options, TimeProvider time, ILogger logger, BeatTimer? beats)
    {
        ArgumentNullException.ThrowIfNull(options);
        string[] mistakes = [.. options.Validate("Lights")];
        if (mistakes.Length > 0) throw new ArgumentException(string.Join("; ", mistakes), nameof(options));
        return Open(options, new GpioLines(), time, logger, beats);
    }

    internal static GuidanceLights Open(LightsOptions options, GpioLines gpio, TimeProvider time, ILogger logger, BeatTimer? beats = null)
    {
        var all = Enum.GetValues<LightLine>();
        switch (options.Backend)
        {
            case LightsBackend.Gpio:
                LightLine[] fitted = [.. all.Where(light => !string.IsNullOrEmpty(options.Lines.Of(light)))];
                return new(initial => gpio.RequestOutputs(options.Chip!, Outputs(options, fitted, initial), "device-agent"), fitted, time, logger, beats) { Path = options.Chip! };
            case LightsBackend.Simulated:
                string[] names = [.. all.Select(light => light.ToString())];
                return new(initial => new SimulatedGpio(options.Path!, names, initial), all, time, logger, beats) { Path = options.Path! };
            default:
                return new(_ => throw new InvalidOperationException("A machine without lights opens none."), [], time, logger, beats);
        }
    }

    /// <summary>NoDevice where the machine has no lights or no such chip; UserError where the lines cannot be had as configured.</summary>
    public DeviceState Device
    {
        get
        {
            lock (_lock) return _fitted.Length == 0 ? DeviceState.NoDevice : GpioFaults.StateOf(_fault);
        }
    }

    /// <summary>What a technician is told of the lights.</summary>
    public DeviceHealth Health
    {
        get
        {
            lock (_lock) return new("lights", Path, Device, GpioFaults.HintOf(_fault), _why, _since, 0, false);
        }
    }

    /// <summary>How the lights are reached: the chip's label, for one.</summary>
    internal string Path { get; init; } = "";

    /// <summary>Gives what completes when a chip may have come; null: nobody can tell.</summary>
    internal Func<Task?> ChipMayHaveCome { get; set; } = () => null;

    /// <summary>Waits for chips that come, and shows on them what is shown.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource();
        await using var end = stop.Register(() => stopped.TrySetResult());
        while (!stop.IsCancellationRequested && _fitted.Length > 0 && ChipMayHaveCome() is { } change)
        {
            Renew();
            await Task.WhenAny(change, stopped.Task);
        }
        await stopped.Task;
    }

    /// <summary>A chip may have come, or come back: what is shown is written to it, without waiting for the next guidance.</summary>
    public void Renew()
    {
        lock (_lock)
        {
            if (_disposed || _fitted.Length == 0) return;
            _written = null;
            Write();
            // The chip that was held is gone, and another may bear its label already.
            if (_outputs is null) Write();
            NoteRecovery();
            ArmBeat();
        }
    }

    /// <summary>What the lights show, or try to show.</summary>
    public Guidance Shown
    {
        get
        {
            lock (_lock) return _guidance;
        }
    }

    /// <remarks>After Dispose it does nothing: the lights stay out of service.</remarks>
    public void Show(Guidance guidance)
    {
        lock (_lock)
        {
            if (_disposed || (guidance == _guidance && _fault is null)) return;
            _lights = GuidancePatterns.For(guidance);
            _guidance = guidance;
            Apply();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
            _beat.Next(null);
            if (_ownsBeats) _beats.Dispose();
            _guidance = Guidance.OutOfService;
            _lights = GuidancePatterns.For(_guidance);
            _edgeEvery = null;
            if (_outputs is not null) Write();
            _outputs?.Dispose();
            _outputs = null;
        }
    }

    private static GpioOutput[] Outputs(LightsOptions options, LightLine[] fitted, ulong initial) =>
        [.. fitted.Select((light, i) => new GpioOutput(GpioLine.Parse(options.Lines.Of(light)!), (initial >> i & 1) != 0, options.ActiveLow.Contains(light)))];

    /// <summary>Starts the patterns from their lit half, now.</summary>
    private void Apply()
    {
        _shownAt = _time.GetTimestamp();
        _edgeEvery = _fitted.Min(light => GuidancePatterns.HalfPeriod(StateOf(light).Pattern));
        Write();
        NoteRecovery();
        ArmBeat();
    }

    private void NoteRecovery()
    {
        if (!_failureLogged || _fault is not null) return;
        _logger.LightsWorkAgain();
        _failureLogged = false;
    }

    /// <summary>Wakes at the next edge that shows. Lights that cannot be had need no wake-ups.</summary>
    private void ArmBeat()
    {
        if (_outputs is null || _edgeEvery is not { } every)
        {
            _beat.Next(null);
            return;
        }
        var elapsed = _time.GetElapsedTime(_shownAt);
        _beat.Next(every * (Math.Round(elapsed / every) + 1) - elapsed);
    }

    private void OnEdge()
    {
        lock (_lock)
        {
            if (_edgeEvery is null || _outputs is null) return;
            Write();
            ArmBeat();
        }
    }

    private void Write()
    {
        if (_fitted.Length == 0) return;
        var values = LevelsNow();
        if (values == _written) return;
        try
        {
            if (_outputs is null) _outputs = _open(values);
            else _outputs.Set((1UL << _fitted.Length) - 1, values);
            _written = values;
            Note(null, "");
        }
        catch (GpioException e)
        {
            _written = null;
            Note(e.Fault, e.Message);
            if (!_failureLogged) _logger.LightsFailed(e.Message);
            _failureLogged = true;
            if (e.Fault != GpioFault.NoSuchChip) return;
            _outputs?.Dispose();
            _outputs = null;
        }
    }

    private void Note(GpioFault? fault, string why)
    {
        if (fault != _fault) _since = _time.GetUtcNow();
        (_fault, _why) = (fault, why);
    }

    private ulong LevelsNow()
    {
        // A timer may fire a little early or late: the nearest edge is the one that is meant.
        var elapsed = _edgeEvery is { } every ? every * Math.Round(_time.GetElapsedTime(_shownAt) / every) : TimeSpan.Zero;
        var values = 0UL;
        for (var i = 0; i < _fitted.Length; i++) if (IsLit(_fitted[i], elapsed)) values |= 1UL << i;
        return values;
    }

    private bool IsLit(LightLine line, TimeSpan elapsed)
    {
        var state = StateOf(line);
        var lit = line switch
        {
            LightLine.StatusRed => state.Colour is LightColour.Red or LightColour.Yellow,
            LightLine.StatusGreen => state.Colour is LightColour.Green or LightColour.Yellow,
            _ => true,
        };
        if (!lit || state.Pattern == LightPattern.Off) return false;
        return GuidancePatterns.HalfPeriod(state.Pattern) is not { } half || elapsed.Ticks / half.Ticks % 2 == 0;
    }

    private LightState StateOf(LightLine line) => line switch
    {
        LightLine.StatusRed or LightLine.StatusGreen => _lights.Status,
        LightLine.Scanner => _lights.Scanner,
        _ => _lights.Tickets,
    };
}
