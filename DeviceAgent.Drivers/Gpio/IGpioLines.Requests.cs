namespace DeviceAgent.Drivers.Gpio;

/// <summary>Where lines of GPIO chips are had from: the kernel (<see cref="GpioLines"/>), or another backend of the same promises.</summary>
public interface IGpioLines
{
    /// <inheritdoc cref="GpioLines.RequestOutputs"/>
    IGpioOutputs RequestOutputs(string chipLabel, IReadOnlyList<GpioOutput> outputs, string consumer);

    /// <inheritdoc cref="GpioLines.RequestInputs"/>
    IGpioInputs RequestInputs(string chipLabel, IReadOnlyList<GpioInput> inputs, string consumer);
}
