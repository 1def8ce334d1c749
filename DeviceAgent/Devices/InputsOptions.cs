using System.Text;
using DeviceAgent.Drivers.Gpio;

namespace DeviceAgent.Devices;

/// <summary>What the switches hang on.</summary>
public enum InputsBackend
{
    /// <summary>The machine has no switches.</summary>
    None,
    /// <summary>Lines of a GPIO chip.</summary>
    Gpio,
    /// <summary>Datagrams at a Unix socket, for machines without a chip.</summary>
    Simulated,
}

/// <summary>The kiosk's switches and buttons ("Inputs" in agent.json).</summary>
public sealed record InputsOptions
{
    /// <summary>Default None.</summary>
    public InputsBackend Backend { get; init; }

    /// <summary>Gpio: the label of the chip, 1-31 bytes ("pinctrl-bcm2711", "pinctrl-rp1", "cp2112_gpio"); gpiodetect prints it in brackets.</summary>
    public string? Chip { get; init; }

    /// <summary>Simulated: the absolute path of the socket of whoever plays the switches, at most 101 bytes of UTF-8.</summary>
    public string? Path { get; init; }

    /// <summary>Gpio: the inputs that are wired. Simulated: those that are played, all where none is named.</summary>
    public IReadOnlyDictionary<KioskInput, InputLineOptions> Lines { get; init; } = new Dictionary<KioskInput, InputLineOptions>();

    /// <summary>How long the power must be back before the kiosk goes on, 0 s to 5 min. Default 2 s: a battery that is charged again, a mains that stands.</summary>
    public TimeSpan PowerBackTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (PowerBackTime < TimeSpan.Zero || PowerBackTime > TimeSpan.FromMinutes(5)) yield return $"{section}:{nameof(PowerBackTime)} must be a time from 00:00:00 to 00:05:00";
        switch (Backend)
        {
            case InputsBackend.Simulated:
                if (string.IsNullOrEmpty(Path) || Path[0] != '/' || Path.Contains('\0') || Encoding.UTF8.GetByteCount(Path) > SimulatedInputs.MaxPathBytes)
                    yield return $"{section}:{nameof(Path)} must be an absolute path of at most {SimulatedInputs.MaxPathBytes} bytes: {nameof(Backend)} is {InputsBackend.Simulated}";
                break;
            case InputsBackend.Gpio:
                foreach (var mistake in ValidateGpio(section)) yield return mistake;
                break;
            case InputsBackend.None when Lines.Count > 0:
                yield return $"{section}:{nameof(Backend)} must be {InputsBackend.Gpio} or {InputsBackend.Simulated} where lines are configured";
                break;
        }
    }

    internal static bool IsLabel(string? label) => !string.IsNullOrEmpty(label) && !label.Any(char.IsControl) && Encoding.UTF8.GetByteCount(label) <= GpioLine.MaxNameBytes;

    private IEnumerable<string> ValidateGpio(string section)
    {
        if (!IsLabel(Chip)) yield return $"{section}:{nameof(Chip)} must be the label of a GPIO chip, 1 to {GpioLine.MaxNameBytes} bytes: {nameof(Backend)} is {InputsBackend.Gpio}";
        if (Lines.Count == 0) yield return $"{section}:{nameof(Lines)} must name at least one of {string.Join(", ", Enum.GetNames<KioskInput>())}: {nameof(Backend)} is {InputsBackend.Gpio}";
        var seen = new Dictionary<GpioLine, KioskInput>();
        foreach (var (input, options) in Lines.OrderBy(l => l.Key))
        {
            var below = $"{section}:{nameof(Lines)}:{input}";
            foreach (var mistake in options.Validate(below)) yield return mistake;
            if (GpioLine.TryParse(options.Line, out var line) && !seen.TryAdd(line, input))
                yield return $"{below}:{nameof(options.Line)} must not be the line of {section}:{nameof(Lines)}:{seen[line]}";
        }
    }
}

/// <summary>One switch ("Inputs:Lines:Door" in agent.json, for one).</summary>
public sealed record InputLineOptions
{
    /// <summary>Required: its number on the chip ("5") or its name ("GPIO5").</summary>
    public string? Line { get; init; }

    /// <summary>A low level is active. Default true: a contact to ground that closes, with a pull-up.</summary>
    public bool ActiveLow { get; init; } = true;

    /// <summary>The chip's own resistor. Default PullUp; AsIs where the board has its own, or the chip has none (cp2112).</summary>
    public GpioBias Bias { get; init; } = GpioBias.PullUp;

    /// <summary>How long a level must stand before the kernel tells it, 0 s to 10 s. Default 20 ms; 0: each edge.</summary>
    public TimeSpan Debounce { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (!GpioLine.TryParse(Line, out _))
            yield return $"{section}:{nameof(Line)} must be a line number from 0 to {GpioLine.MaxNumber} or a line name of 1 to {GpioLine.MaxNameBytes} bytes";
        if (!Enum.IsDefined(Bias)) yield return $"{section}:{nameof(Bias)} must be one of {string.Join(", ", Enum.GetNames<GpioBias>())}";
        if (Debounce < TimeSpan.Zero || Debounce > TimeSpan.FromSeconds(10)) yield return $"{section}:{nameof(Debounce)} must be a time from 00:00:00 to 00:00:10";
    }
}
