using System.Text;
using DeviceAgent.Drivers.Gpio;

namespace DeviceAgent.Devices;

public enum LightsBackend
{
    /// <summary>The machine has no lights.</summary>
    None,
    /// <summary>Lines of a GPIO chip.</summary>
    Gpio,
    /// <summary>Datagrams to a Unix socket, for machines without a chip.</summary>
    Simulated,
}

/// <summary>The outputs that the passenger lights are made of.</summary>
public enum LightLine
{
    /// <summary>Lit together with <see cref="StatusGreen"/>, the status light is yellow.</summary>
    StatusRed,
    StatusGreen,
    Scanner,
    Tickets,
}

/// <summary>The passenger lights ("Lights" in agent.json).</summary>
public sealed record LightsOptions
{
    /// <summary>Default None: no lights, no mistake.</summary>
    public LightsBackend Backend { get; init; }

    /// <summary>Simulated: the absolute path of the listener's datagram socket, at most 107 bytes of UTF-8.</summary>
    public string? Path { get; init; }

    /// <summary>Gpio: the label of the chip, 1-31 bytes without control characters ("pinctrl-bcm2711", "pinctrl-rp1"); gpiodetect prints it in brackets.</summary>
    public string? Chip { get; init; }

    /// <summary>Gpio: which line drives which light. Simulated: not used, all four are told.</summary>
    public LightLinesOptions Lines { get; init => field = value ?? new(); } = new();

    /// <summary>Gpio: the lights that a low level lights, each once. Default: none.</summary>
    public IReadOnlyList<LightLine> ActiveLow { get; init => field = value ?? []; } = [];

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section) => Backend switch
    {
        LightsBackend.None => [],
        LightsBackend.Gpio => ValidateGpio(section),
        LightsBackend.Simulated => ValidateSimulated(section),
        _ => [$"{section}:{nameof(Backend)} must be one of {string.Join(", ", Enum.GetNames<LightsBackend>())}"],
    };

    private IEnumerable<string> ValidateSimulated(string section)
    {
        if (string.IsNullOrEmpty(Path) || Path[0] != '/' || Path.Contains('\0') || Encoding.UTF8.GetByteCount(Path) > SimulatedGpio.MaxPathBytes)
            yield return $"{section}:{nameof(Path)} must be an absolute path of at most {SimulatedGpio.MaxPathBytes} bytes: {nameof(Backend)} is {LightsBackend.Simulated}";
    }

    private IEnumerable<string> ValidateGpio(string section)
    {
        if (string.IsNullOrEmpty(Chip) || Chip.Any(char.IsControl) || Encoding.UTF8.GetByteCount(Chip) > GpioLine.MaxNameBytes)
            yield return $"{section}:{nameof(Chip)} must be the label of a GPIO chip, 1 to {GpioLine.MaxNameBytes} bytes: {nameof(Backend)} is {LightsBackend.Gpio}";
        var seen = new Dictionary<GpioLine, LightLine>();
        foreach (var light in Enum.GetValues<LightLine>())
        {
            var text = Lines.Of(light);
            if (string.IsNullOrEmpty(text) && light is not (LightLine.StatusRed or LightLine.StatusGreen)) continue;
            if (!GpioLine.TryParse(text, out var line))
                yield return $"{section}:{nameof(Lines)}:{light} must be a line number from 0 to {GpioLine.MaxNumber} or a line name of 1 to {GpioLine.MaxNameBytes} bytes";
            else if (!seen.TryAdd(line, light))
                yield return $"{section}:{nameof(Lines)}:{light} must not be the line of {section}:{nameof(Lines)}:{seen[line]}";
        }
        if (!ActiveLow.All(Enum.IsDefined) || ActiveLow.Distinct().Count() != ActiveLow.Count)
            yield return $"{section}:{nameof(ActiveLow)} must be a list of {string.Join(", ", Enum.GetNames<LightLine>())}, each at most once";
    }
}

/// <summary>The line of each light ("Lights:Lines" in agent.json): its number on the chip ("17") or its name ("GPIO17").</summary>
public sealed record LightLinesOptions
{
    /// <summary>Required: a kiosk out of service must be able to say so.</summary>
    public string? StatusRed { get; init; }

    /// <summary>Required.</summary>
    public string? StatusGreen { get; init; }

    /// <summary>Null where the machine has no light at the scanner.</summary>
    public string? Scanner { get; init; }

    /// <summary>Null where the machine has no light at the ticket slot.</summary>
    public string? Tickets { get; init; }

    public string? Of(LightLine light) => light switch
    {
        LightLine.StatusRed => StatusRed,
        LightLine.StatusGreen => StatusGreen,
        LightLine.Scanner => Scanner,
        LightLine.Tickets => Tickets,
        _ => throw new ArgumentOutOfRangeException(nameof(light), light, "No such light."),
    };
}
