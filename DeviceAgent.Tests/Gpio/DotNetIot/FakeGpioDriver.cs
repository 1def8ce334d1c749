using System.Device.Gpio;

namespace DeviceAgent.Tests.Gpio.DotNetIot;

/// <summary>A driver of System.Device.Gpio without a chip, as its own documentation describes one.</summary>
internal sealed class FakeGpioDriver : GpioDriver
{
    private readonly Dictionary<int, PinChangeEventHandler> _callbacks = [];

    public Dictionary<int, PinMode> Modes { get; } = [];

    public Dictionary<int, bool> Levels { get; } = [];

    public List<string> Calls { get; } = [];

    public bool IsDisposed { get; private set; }

    /// <summary>What opening a pin or touching its level throws.</summary>
    public Exception? Failure { get; set; }

    protected override int PinCount => 54;

    /// <summary>The pin changes as the world outside has it.</summary>
    public void Change(int pin, bool level)
    {
        Levels[pin] = level;
        var type = level ? PinEventTypes.Rising : PinEventTypes.Falling;
        if (_callbacks.TryGetValue(pin, out var callback)) callback(this, new(type, pin));
    }

    protected override void OpenPin(int pinNumber)
    {
        if (Failure is not null) throw Failure;
        Levels.TryAdd(pinNumber, false);
    }

    protected override void ClosePin(int pinNumber) => Modes.Remove(pinNumber);

    protected override void SetPinMode(int pinNumber, PinMode mode) => Modes[pinNumber] = mode;

    protected override void SetPinMode(int pinNumber, PinMode mode, PinValue initialValue)
    {
        Levels[pinNumber] = initialValue == PinValue.High;
        Calls.Add($"{pinNumber} {mode} {(Levels[pinNumber] ? 1 : 0)}");
        Modes[pinNumber] = mode;
    }

    protected override PinMode GetPinMode(int pinNumber) => Modes[pinNumber];

    protected override bool IsPinModeSupported(int pinNumber, PinMode mode) => true;

    protected override PinValue Read(int pinNumber) => Failure is null ? (Levels[pinNumber] ? PinValue.High : PinValue.Low) : throw Failure;

    protected override void Write(int pinNumber, PinValue value)
    {
        if (Failure is not null) throw Failure;
        Levels[pinNumber] = value == PinValue.High;
        Calls.Add($"{pinNumber} = {(Levels[pinNumber] ? 1 : 0)}");
    }

    protected override WaitForEventResult WaitForEvent(int pinNumber, PinEventTypes eventTypes, CancellationToken cancellationToken) => default;

    protected override void AddCallbackForPinValueChangedEvent(int pinNumber, PinEventTypes eventTypes, PinChangeEventHandler callback) => _callbacks[pinNumber] = callback;

    protected override void RemoveCallbackForPinValueChangedEvent(int pinNumber, PinChangeEventHandler callback) => _callbacks.Remove(pinNumber);

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
