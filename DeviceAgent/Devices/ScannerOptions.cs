using DeviceAgent.Drivers.Input;
using DeviceAgent.Drivers.Scanning;
using DeviceAgent.Drivers.Serial;

namespace DeviceAgent.Devices;

/// <summary>How a scanner reaches the kiosk.</summary>
public enum ScannerKind
{
    /// <summary>A serial line: UART, USB-CDC (ttyACM), USB-serial (ttyUSB).</summary>
    Serial,
    /// <summary>It types: /dev/input/event….</summary>
    Keyboard,
    /// <summary>USB HID point-of-sale class: /dev/hidraw….</summary>
    HidPos,
}

/// <summary>The barcode scanner ("Scanner" in agent.json): its own keys, and those of its line and its framing side by side.</summary>
public sealed record ScannerOptions
{
    /// <summary>Value of <see cref="Trigger"/> for a scanner that reads all the time, or by its own button: nothing is ever sent to it.</summary>
    public const string NoTrigger = "none";

    /// <summary>Required; absolute path, best below /dev/serial/by-id/ or /dev/input/by-id/: numbers change with the plug.</summary>
    public required string Path { get; init; }

    /// <summary>Serial (the default), Keyboard or HidPos.</summary>
    public ScannerKind Kind { get; init; }

    /// <summary>"none" (the default), "honeywell", "newland", "gm65", "ssi", a profile NAME.json in /etc/device-agent/scanners/ by its name, or an absolute path. Serial alone.</summary>
    public string Trigger { get; init; } = NoTrigger;

    /// <summary>"us" (the default), "gb", "de", "fr", a layout NAME.json in /etc/device-agent/layouts/ by its name, or an absolute path. Keyboard alone.</summary>
    public string Layout { get; init; } = "us";

    /// <summary>"Suffix" of a keyboard: "Any" (Enter, the keypad's Enter or Tab; the default), "Enter", "KeypadEnter", "Tab" or "Idle".</summary>
    public KeySuffix KeySuffix { get; init; }

    /// <summary>BaudRate (default here: 115,200), DataBits, Parity and StopBits. USB-CDC scanners ignore them. Serial alone.</summary>
    public SerialLineOptions Line { get; init; } = new() { BaudRate = 115_200 };

    /// <summary>Suffix of a serial line is "CR", "LF", "CRLF", "TAB" or "Idle".</summary>
    public LineScannerOptions Framing { get; init; } = new();

    /// <summary>The way to this scanner.</summary>
    /// <exception cref="InvalidDataException">The profile or the layout is none; <see cref="Validate"/> tells it before.</exception>
    /// <exception cref="IOException">Its file cannot be read.</exception>
    public IScannerPort Port(TimeProvider time) => Kind switch
    {
        ScannerKind.Keyboard => new KeyboardScannerPort(Path, new() { Suffix = KeySuffix, Framing = Framing }, KeyboardLayout.Find(Layout), time),
        ScannerKind.HidPos => new HidPosScannerPort(Path, Framing, time),
        _ => new SerialScannerPort(Path, Line, Framing, Trigger == NoTrigger ? null : ScannerProfile.Find(Trigger), time),
    };

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        foreach (var mistake in Line.Validate(section).Concat(Framing.Validate(section))) yield return mistake;
        if (Kind != ScannerKind.Serial && Trigger != NoTrigger) yield return $"{section}:{nameof(Trigger)} must be {NoTrigger} while Kind is {Kind}";
        else if (WhyNot(Trigger, NoTrigger, name => ScannerProfile.Find(name)) is { } whyNoProfile)
            yield return $"{section}:{nameof(Trigger)} must be {NoTrigger}, {string.Join(", ", ScannerProfile.BuiltIn)}, the name of a file NAME.json in {ScannerProfile.UserFolder}, or an absolute path ({whyNoProfile})";
        if (Kind == ScannerKind.Keyboard && WhyNot(Layout, "", name => KeyboardLayout.Find(name)) is { } whyNoLayout)
            yield return $"{section}:{nameof(Layout)} must be {string.Join(", ", KeyboardLayout.BuiltIn)}, the name of a file NAME.json in {KeyboardLayout.UserFolder}, or an absolute path ({whyNoLayout})";
    }

    private static string? WhyNot(string name, string nothing, Action<string> find)
    {
        if (name == nothing && nothing.Length > 0) return null;
        if (name.Length is 0 or > 1024 || name.Any(char.IsControl) || (name[0] != '/' && name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')))) return "a name is letters, digits, '-' and '_'";
        try
        {
            find(name);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return e.Message;
        }
    }
}
