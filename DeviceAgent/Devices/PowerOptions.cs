using DeviceAgent.Drivers.Gpio;

namespace DeviceAgent.Devices;

/// <summary>Relays in the supply of devices ("Power" in agent.json).</summary>
public sealed record PowerOptions
{
    /// <summary>"Power:Printer". Null (the default): nothing switches the printer's supply.</summary>
    public RelayOptions? Printer { get; init; }

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section) => Printer?.Validate($"{section}:{nameof(Printer)}") ?? [];
}

/// <summary>One relay ("Power:Printer" in agent.json).</summary>
public sealed record RelayOptions
{
    /// <summary>Required: the label of its chip, 1-31 bytes.</summary>
    public string? Chip { get; init; }

    /// <summary>Required: its number on the chip ("26") or its name ("GPIO26").</summary>
    public string? Line { get; init; }

    /// <summary>A low level pulls the relay.</summary>
    public bool ActiveLow { get; init; }

    /// <summary>
    /// Default true: the supply goes over the contact that is closed while the relay is not pulled, so that a board without an agent, or without
    /// power on the relay, leaves the device on. False: the relay must be pulled for the device to have power.
    /// </summary>
    public bool NormallyOn { get; init; } = true;

    /// <summary>How long the power is taken away, 1 s to 60 s. Default 5 s: what a power supply's capacitors hold must drain.</summary>
    public TimeSpan OffTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (!InputsOptions.IsLabel(Chip)) yield return $"{section}:{nameof(Chip)} must be the label of a GPIO chip, 1 to {GpioLine.MaxNameBytes} bytes";
        if (!GpioLine.TryParse(Line, out _))
            yield return $"{section}:{nameof(Line)} must be a line number from 0 to {GpioLine.MaxNumber} or a line name of 1 to {GpioLine.MaxNameBytes} bytes";
        if (OffTime < TimeSpan.FromSeconds(1) || OffTime > TimeSpan.FromSeconds(60)) yield return $"{section}:{nameof(OffTime)} must be a time from 00:00:01 to 00:01:00";
    }
}
