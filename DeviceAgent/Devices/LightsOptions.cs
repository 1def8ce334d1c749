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

    /// <summary>Gpio: the label of the chip, 1-31 bytes ("pinctrl-bcm2711", "pinctrl-rp1"); gpiodetect prints it in brackets.</summary>
    public string? Chip { get; init; }

    /// <summary>Gpio: which line drives which light. Simulated: not used, all four are told.</summary>
    public LightLinesOptions Lines { get; init => field = value ?? new(); } = new();

    /// <summary>Gpio: the lights that a low level lights, of StatusRed, StatusGreen, Scanner and Tickets. Default: none.</summary>
    public IReadOnlyList<string> ActiveLow { get; init => field = value ?? []; } = [];

    /// <summary>Every mistake, each with its key and what is allowed; none when the lights can be opened with these options.</summary>
    public IEnumerable<string> Validate(string section) => Backend switch
    {
        LightsBackend.None => [],
        LightsBackend.Gpio => ValidateGpio(section),
        LightsBackend.Simulated => ValidateSimulated(section),
        _ => [$"{section}:Backend is {(int)Backend}; allowed: {string.Join(", ", Enum.GetNames<LightsBackend>())}."],
    };

    private IEnumerable<string> ValidateSimulated(string section)
    {
        if (string.IsNullOrEmpty(Path) || Path[0] != '/' || Path.Contains('\0') || Encoding.UTF8.GetByteCount(Path) > SimulatedGpio.MaxPathBytes)
            yield return $"{section}:Path is {Quoted(Path)}; the Simulated backend needs an absolute path of 2-{SimulatedGpio.MaxPathBytes} bytes.";
    }

    private IEnumerable<string> ValidateGpio(string section)
    {
        if (string.IsNullOrEmpty(Chip) || Encoding.UTF8.GetByteCount(Chip) > GpioLine.MaxNameBytes)
            yield return $"{section}:Chip is {Quoted(Chip)}; the Gpio backend needs the chip's label, 1-{GpioLine.MaxNameBytes} bytes.";
        var seen = new Dictionary<GpioLine, LightLine>();
        foreach (var light in Enum.GetValues<LightLine>())
        {
            var text = Lines.Of(light);
            if (string.IsNullOrEmpty(text))
            {
                if (light is LightLine.StatusRed or LightLine.StatusGreen)
                    yield return $"{section}:Lines:{light} is missing; the Gpio backend needs a line number 0-{GpioLine.MaxNumber} or a line name.";
            }
            else if (!GpioLine.TryParse(text, out var line))
            {
                yield return $"{section}:Lines:{light} is {Quoted(text)}; allowed: a line number 0-{GpioLine.MaxNumber} or a line name of 1-{GpioLine.MaxNameBytes} bytes.";
            }
            else if (!seen.TryAdd(line, light))
            {
                yield return $"{section}:Lines:{light} is {Quoted(text)}, and so is {section}:Lines:{seen[line]}; each light needs a line of its own.";
            }
        }
        for (var i = 0; i < ActiveLow.Count; i++)
        {
            if (!Enum.GetNames<LightLine>().Contains(ActiveLow[i]))
                yield return $"{section}:ActiveLow:{i} is {Quoted(ActiveLow[i])}; allowed: {string.Join(", ", Enum.GetNames<LightLine>())}.";
        }
    }

    private static string Quoted(string? text) => text is null ? "missing" : $"\"{text}\"";
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
