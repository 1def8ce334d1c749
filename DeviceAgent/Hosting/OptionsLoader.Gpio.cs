using DeviceAgent.Devices;
using DeviceAgent.Drivers.Gpio;

namespace DeviceAgent.Hosting;

public static partial class OptionsLoader
{
    private static InputsOptions Inputs(SectionReader section)
    {
        var defaults = new InputsOptions();
        var lines = section.Section("Lines");
        var wired = new Dictionary<KioskInput, InputLineOptions>();
        foreach (var input in Enum.GetValues<KioskInput>())
        {
            var line = lines.Section(input.ToString());
            if (line.Exists) wired[input] = InputLine(line);
        }
        var inputs = new InputsOptions
        {
            Backend = section.OneOf("Backend", defaults.Backend),
            Chip = section.FreeText("Chip", defaults.Chip),
            Path = section.FreeText("Path", defaults.Path),
            Lines = wired,
            PowerBackTime = section.Time("PowerBackTime", defaults.PowerBackTime),
        };
        section.Check(inputs.Validate);
        return inputs;
    }

    private static InputLineOptions InputLine(SectionReader section)
    {
        var defaults = new InputLineOptions();
        return new()
        {
            Line = section.FreeText("Line", defaults.Line),
            ActiveLow = section.Flag("ActiveLow", defaults.ActiveLow),
            Bias = section.OneOf("Bias", defaults.Bias),
            Debounce = section.Time("Debounce", defaults.Debounce),
        };
    }

    private static BuzzerOptions Buzzer(SectionReader section)
    {
        var defaults = new BuzzerOptions();
        var buzzer = new BuzzerOptions
        {
            Chip = section.FreeText("Chip", defaults.Chip),
            Line = section.FreeText("Line", defaults.Line),
            ActiveLow = section.Flag("ActiveLow", defaults.ActiveLow),
            Accepted = section.FreeText("Accepted", defaults.Accepted)!,
            Refused = section.FreeText("Refused", defaults.Refused)!,
            TakeTicket = section.FreeText("TakeTicket", defaults.TakeTicket)!,
            Alarm = section.FreeText("Alarm", defaults.Alarm)!,
            QuietFrom = DayTime(section, "QuietFrom"),
            QuietUntil = DayTime(section, "QuietUntil"),
        };
        section.Check(buzzer.Validate);
        return buzzer;
    }

    // Zero would be midnight: what is not there is another value, and what is no time is out of every range.
    private static TimeSpan? DayTime(SectionReader section, string key) => section.Time(key, TimeSpan.MaxValue) is var time && time == TimeSpan.MaxValue ? null : time;

    private static PowerOptions Power(SectionReader section)
    {
        var printer = section.Section("Printer");
        var power = new PowerOptions { Printer = printer.Exists ? Relay(printer) : null };
        section.Check(power.Validate);
        return power;
    }

    private static RelayOptions Relay(SectionReader section)
    {
        var defaults = new RelayOptions();
        return new()
        {
            Chip = section.FreeText("Chip", defaults.Chip),
            Line = section.FreeText("Line", defaults.Line),
            ActiveLow = section.Flag("ActiveLow", defaults.ActiveLow),
            NormallyOn = section.Flag("NormallyOn", defaults.NormallyOn),
            OffTime = section.Time("OffTime", defaults.OffTime),
        };
    }

    /// <summary>One line of one chip is wired to one thing.</summary>
    private static IEnumerable<(string Key, string Expected)> GpioConflicts(AgentOptions options)
    {
        var seen = new Dictionary<(string Chip, GpioLine Line), string>();
        foreach (var (key, chip, text) in GpioUses(options))
        {
            if (chip is null || !GpioLine.TryParse(text, out var line)) continue;
            // Within one section its own check has told.
            if (!seen.TryAdd((chip, line), key) && seen[(chip, line)].Split(':')[0] != key.Split(':')[0]) yield return (key.Split(':')[0], $"must not use the line of {seen[(chip, line)]} ({chip} {line})");
        }
    }

    private static IEnumerable<(string Key, string? Chip, string? Line)> GpioUses(AgentOptions options)
    {
        if (options.Lights.Backend == LightsBackend.Gpio)
        {
            foreach (var light in Enum.GetValues<LightLine>()) yield return ($"Lights:Lines:{light}", options.Lights.Chip, options.Lights.Lines.Of(light));
        }
        if (options.Inputs.Backend == InputsBackend.Gpio)
        {
            foreach (var (input, line) in options.Inputs.Lines) yield return ($"Inputs:Lines:{input}", options.Inputs.Chip, line.Line);
        }
        yield return ("Buzzer:Line", options.Buzzer.Chip, options.Buzzer.Line);
        yield return ("Power:Printer:Line", options.Power.Printer?.Chip, options.Power.Printer?.Line);
    }
}
