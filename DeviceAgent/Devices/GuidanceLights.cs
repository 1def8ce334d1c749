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
/// which also finds a chip that is plugged in late. One timer, which runs only while a light blinks.
/// </remarks>
public sealed class GuidanceLights : IPassengerGuidance, IDisposable
{
    private readonly Lock _lock = new();
    private readonly Func<ulong, IGpioOutputs> _open;
    private readonly LightLine[] _fitted;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private IGpioOutputs? _outputs;
    private GpioFault? _fault;
    private ulong? _written;
    private Guidance _guidance = Guidance.OutOfService;
    private PassengerLights _lights = GuidancePatterns.For(Guidance.OutOfService);
    private TimeSpan? _edgeEvery;
    private long _shownAt;
    private bool _failureLogged;
    private bool _disposed;

    /// <param name="open">Takes the outputs with their initial values; bit n is the n-th of <paramref name="fitted"/>.</param>
    /// <param name="fitted">The lights that the machine has; none is a machine without lights.</param>
    internal GuidanceLights(Func<ulong, IGpioOutputs> open, IReadOnlyList<LightLine> fitted, TimeProvider time, ILogger logger)
    {
        _open = open;
        _fitted = [.. fitted];
        _time = time;
        _logger = logger;
        _timer = time.CreateTimer(static lights => ((GuidanceLights)lights!).OnEdge(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (_lock) Apply();
    }

    /// <summary>Opens the lights that the options name. Never fails on account of the chip: see <see cref="Device"/>.</summary>
    /// <exception cref="ArgumentException">The options hold mistakes that <see cref="LightsOptions.Validate"/> tells.</exception>
    public static GuidanceLights Open(LightsOptions options, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        string[] mistakes = [.. options.Validate("Lights")];
        if (mistakes.Length > 0) throw new ArgumentException(string.Join("; ", mistakes), nameof(options));
        return Open(options, new GpioLines(), time, logger);
    }

    internal static GuidanceLights Open(LightsOptions options, GpioLines gpio, TimeProvider time, ILogger logger)
    {
        var all = Enum.GetValues<LightLine>();
        switch (options.Backend)
        {
            case LightsBackend.Gpio:
                LightLine[] fitted = [.. all.Where(light => !string.IsNullOrEmpty(options.Lines.Of(light)))];
                return new(initial => gpio.RequestOutputs(options.Chip!, Outputs(options, fitted, initial), "device-agent"), fitted, time, logger);
            case LightsBackend.Simulated:
                string[] names = [.. all.Select(light => light.ToString())];
                return new(initial => new SimulatedGpio(options.Path!, names, initial), all, time, logger);
            default:
                return new(_ => throw new InvalidOperationException("A machine without lights opens none."), [], time, logger);
        }
    }

    /// <summary>NoDevice where the machine has no lights or no such chip; UserError where the lines cannot be had as configured.</summary>
    public DeviceState Device
    {
        get
        {
            lock (_lock)
            {
                return (_fitted.Length, _fault) switch
                {
                    (0, _) or (_, GpioFault.NoSuchChip) => DeviceState.NoDevice,
                    (_, null) => DeviceState.Online,
                    (_, GpioFault.LineInUse) => DeviceState.Busy,
                    (_, GpioFault.Failed) => DeviceState.HardwareError,
                    _ => DeviceState.UserError,
                };
            }
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
            _timer.Dispose();
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
        if (_failureLogged && _fault is null)
        {
            _logger.LightsWorkAgain();
            _failureLogged = false;
        }
        // Lights that cannot be had need no wake-ups.
        var period = _outputs is null || _edgeEvery is null ? Timeout.InfiniteTimeSpan : _edgeEvery.Value;
        _timer.Change(period, period);
    }

    private void OnEdge()
    {
        lock (_lock)
        {
            if (_edgeEvery is null || _outputs is null) return;
            Write();
            if (_outputs is null) _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
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
            _fault = null;
        }
        catch (GpioException e)
        {
            _written = null;
            _fault = e.Fault;
            if (!_failureLogged) _logger.LightsFailed(e.Message);
            _failureLogged = true;
            if (e.Fault != GpioFault.NoSuchChip) return;
            _outputs?.Dispose();
            _outputs = null;
        }
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
