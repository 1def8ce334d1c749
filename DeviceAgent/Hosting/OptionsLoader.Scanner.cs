using DeviceAgent.Devices;
using DeviceAgent.Drivers.Input;
using DeviceAgent.Drivers.Scanning;

namespace DeviceAgent.Hosting;

public static partial class OptionsLoader
{
    private static ScannerOptions Scanner(SectionReader section)
    {
        var scanner = new ScannerOptions { Path = section.AbsolutePath("Path", null), Kind = section.OneOf("Kind", new ScannerOptions { Path = "" }.Kind) };
        scanner = scanner.Kind switch
        {
            ScannerKind.Keyboard => Keyboard(section, scanner),
            ScannerKind.HidPos => HidPos(section, scanner),
            _ => Serial(section, scanner),
        };
        scanner = scanner with
        {
            Trigger = section.Text("Trigger", scanner.Trigger, TextRule.Printable(1, 1024)),
            Framing = scanner.Framing with
            {
                MaxPause = section.Time("MaxPause", scanner.Framing.MaxPause),
                Prefix = section.FreeText("Prefix", scanner.Framing.Prefix) ?? "",
                MaxLengthBytes = section.Whole("MaxLengthBytes", scanner.Framing.MaxLengthBytes),
            },
        };
        section.Check(scanner.Validate);
        return scanner;
    }

    private static ScannerOptions Serial(SectionReader section, ScannerOptions scanner)
    {
        Refuse(section, scanner.Kind, "Layout");
        return scanner with
        {
            Line = Line(section, scanner.Line),
            Framing = WithGapAndAim(section, scanner.Framing) with
            {
                Suffix = section.OneOf("Suffix", scanner.Framing.Suffix,
                    ("CR", ScanSuffix.CarriageReturn), ("LF", ScanSuffix.LineFeed), ("CRLF", ScanSuffix.CarriageReturnLineFeed), ("TAB", ScanSuffix.Tab), ("Idle", ScanSuffix.IdleGap)),
            },
        };
    }

    private static ScannerOptions Keyboard(SectionReader section, ScannerOptions scanner)
    {
        Refuse(section, scanner.Kind, "BaudRate", "DataBits", "Parity", "StopBits");
        return scanner with
        {
            Layout = section.Text("Layout", scanner.Layout, TextRule.Printable(1, 1024)),
            KeySuffix = section.OneOf("Suffix", scanner.KeySuffix,
                ("Any", KeySuffix.Any), ("Enter", KeySuffix.Enter), ("KeypadEnter", KeySuffix.KeypadEnter), ("Tab", KeySuffix.Tab), ("Idle", KeySuffix.IdleGap)),
            Framing = WithGapAndAim(section, scanner.Framing),
        };
    }

    private static ScannerOptions HidPos(SectionReader section, ScannerOptions scanner)
    {
        Refuse(section, scanner.Kind, "BaudRate", "DataBits", "Parity", "StopBits", "Suffix", "IdleGap", "AimIdentifier", "Layout");
        return scanner;
    }

    private static LineScannerOptions WithGapAndAim(SectionReader section, LineScannerOptions framing) => framing with
    {
        IdleGap = section.Time("IdleGap", framing.IdleGap),
        AimIdentifier = section.Flag("AimIdentifier", framing.AimIdentifier),
    };

    private static void Refuse(SectionReader section, ScannerKind kind, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys) section.RefuseIfSet(key, $"must be left out: it means nothing while Kind is {kind}");
    }
}
