using DeviceAgent.Drivers.Gpio;
using DeviceAgent.Issuance;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Devices;

/// <summary>The kiosk's buzzer: follows the guidance, plays each sound once, and is silent otherwise.</summary>
/// <remarks>
/// Any thread. Never keeps beeping: a chip that refuses is given back and taken again, silent, with the next sound. A buzzer that fails
/// stops nothing; that is logged once. Shares the lights' timer, and arms it only while a sound is played.
/// </remarks>
internal sealed class Buzzer : IPassengerGuidance, IKioskDevice, IDisposable
{
    private readonly Lock _lock = new();
    private readonly Func<IGpioOutputs> _open;
    private readonly BuzzerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly BeatTimer.Beat _beat;
    private IGpioOutputs? _outputs;
    private IReadOnlyList<TimeSpan> _sound = [];
    private int _next;
    private bool _isOn;
    private Guidance? _guidance;
    private GpioFault? _fault;
    private string _why = "";
    private DateTimeOffset _since;
    private bool _disposed;

    /// <param name="open">Takes the line, silent from the first moment.</param>
    public Buzzer(Func<IGpioOutputs> open, BuzzerOptions options, BeatTimer beats, TimeProvider time, ILogger logger)
    {
        (_open, _options, _time, _logger, _since) = (open, options, time, logger, time.GetUtcNow());
        _beat = beats.Add(OnBeat);
        lock (_lock) TryWrite(on: false);
    }

    public static Buzzer Open(BuzzerOptions options, GpioLines gpio, BeatTimer beats, TimeProvider time, ILogger logger) =>
        new(() => gpio.RequestOutputs(options.Chip!, [new(GpioLine.Parse(options.Line!), false, options.ActiveLow)], "device-agent"), options, beats, time, logger);

    public DeviceHealth Health
    {
        get
        {
            lock (_lock) return new("buzzer", _options.Chip ?? "", GpioFaults.StateOf(_fault), GpioFaults.HintOf(_fault), _why, _since, 0, false);
        }
    }

    public void Show(Guidance guidance)
    {
        lock (_lock)
        {
            if (_disposed || guidance == _guidance) return;
            _guidance = guidance;
            var sound = BuzzerSounds.For(guidance, _options);
            if (sound is null || BuzzerSounds.IsQuiet(_time.GetLocalNow().TimeOfDay, _options.QuietFrom, _options.QuietUntil))
            {
                // "Take your ticket" is heard to its end, though the kiosk is ready again meanwhile.
                if (guidance is not (Guidance.Ready or Guidance.OutOfService)) Silence();
                return;
            }
            (_sound, _next) = (BuzzerSounds.TryParse(sound) ?? [], 0);
            Step();
        }
    }

    /// <summary>A buzzer is told what to do: it runs only so that its health is shown.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        var stopped = new TaskCompletionSource();
        await using var end = stop.Register(() => stopped.TrySetResult());
        await stopped.Task;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
            Silence();
            _outputs?.Dispose();
            _outputs = null;
        }
    }

    private void OnBeat()
    {
        lock (_lock)
        {
            if (!_disposed) Step();
        }
    }

    // Even parts beep, odd ones do not; after the last one it is silent.
    private void Step()
    {
        if (_next == _sound.Count)
        {
            Silence();
            return;
        }
        if (!TryWrite(on: _next % 2 == 0))
        {
            Silence();
            return;
        }
        _beat.Next(_sound[_next++]);
    }

    private void Silence()
    {
        _beat.Next(null);
        (_sound, _next) = ([], 0);
        if (_isOn) TryWrite(on: false);
    }

    private bool TryWrite(bool on)
    {
        try
        {
            _outputs ??= _open();
            _outputs.Set(1, on ? 1UL : 0);
            _isOn = on;
            if (_fault is not null) _logger.BuzzerWorksAgain();
            Note(null, "");
            return true;
        }
        catch (GpioException e)
        {
            if (_fault is null) _logger.BuzzerFailed(e.Message);
            Note(e.Fault, e.Message);
            // The next request begins with silence.
            _outputs?.Dispose();
            (_outputs, _isOn) = (null, false);
            return false;
        }
    }

    private void Note(GpioFault? fault, string why)
    {
        if (fault != _fault) _since = _time.GetUtcNow();
        (_fault, _why) = (fault, why);
    }
}

/// <summary>Guidance for eyes and ears.</summary>
internal sealed class GuidanceForAll(params IReadOnlyList<IPassengerGuidance> all) : IPassengerGuidance
{
    public void Show(Guidance guidance)
    {
        foreach (var one in all) one.Show(guidance);
    }
}
