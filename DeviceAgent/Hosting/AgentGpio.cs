using DeviceAgent.Devices;
using DeviceAgent.Drivers.Gpio;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Issuance;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Hosting;

/// <summary>What hangs on GPIO lines: lights, buzzer, switches, relays. Put together from the options; run with the other devices.</summary>
internal sealed class AgentGpio : IDisposable
{
    private readonly BeatTimer _beats;
    private readonly GuidanceLights _lights;
    private readonly Buzzer? _buzzer;
    private readonly PowerWatch? _power;

    public AgentGpio(AgentOptions options, AgentDevices devices, TimeProvider time, ILoggerFactory loggers)
    {
        var gpio = new GpioLines();
        var chips = devices.Chips;
        _beats = new(new ThreadTime(time));
        _lights = GuidanceLights.Open(options.Lights, time, loggers.CreateLogger("lights"), _beats);
        if (options.Lights.Backend == LightsBackend.Gpio) _lights.ChipMayHaveCome = chips.Next;
        if (options.Lights.Backend != LightsBackend.None) devices.Add(_lights);
        if (options.Buzzer.Chip is not null) _buzzer = devices.Add(Buzzer.Open(options.Buzzer, gpio, _beats, time, loggers.CreateLogger("buzzer")));
        Guidance = _buzzer is null ? _lights : new GuidanceForAll(_lights, _buzzer);
        if (GpioInputs.From(options.Inputs, gpio, devices.Around("inputs") with { Nodes = chips }) is { } inputs)
        {
            Inputs = devices.Add(inputs);
            _power = new(inputs, options.Inputs.PowerBackTime, time, loggers.CreateLogger("power"));
            _power.Changed += () => Changed?.Invoke();
            inputs.Changed += (input, _) =>
            {
                // What power comes to is told by its watch.
                if (input != KioskInput.PowerFail) Changed?.Invoke();
            };
        }
        if (options.Power.Printer is { } relay)
            PrinterPower = devices.Add(PowerRelay.From("printer", relay, gpio, devices.Around("power") with { Nodes = chips }, chips.Next));
    }

    /// <summary>Lights, and the buzzer where there is one.</summary>
    public IPassengerGuidance Guidance { get; }

    /// <summary>Null where the machine has no switches.</summary>
    public IKioskInputs? Inputs { get; }

    /// <summary>Null where nothing switches the printer's supply.</summary>
    public IPowerSwitch? PrinterPower { get; }

    public bool DoorIsOpen => Inputs?.IsActive(KioskInput.Door) == true;

    public bool PowerIsFailing => _power?.IsFailing == true;

    /// <summary>Called on the agent's loop when a switch has changed, or the supply.</summary>
    public event Action? Changed;

    /// <summary>What the printer tells of its paper, and what the kiosk's own sensors show.</summary>
    public PrinterStatus WithPaperSwitches(PrinterStatus told) => Inputs is { } inputs ? PaperSwitches.Of(inputs).Complement(told) : told;

    public void Dispose()
    {
        _lights.Dispose();
        _buzzer?.Dispose();
        _beats.Dispose();
    }
}
