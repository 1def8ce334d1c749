using DeviceAgent.Issuance;

namespace DeviceAgent.Hosting;

/// <summary>agent.json as a whole, checked. Precedence: defaults, agent.json, environment; secrets stand apart (<see cref="Credentials"/>).</summary>
public sealed record AgentOptions
{
    /// <summary>"Kiosk": who this kiosk is.</summary>
    public required KioskOptions Kiosk { get; init; }

    /// <summary>"State": where it keeps what must last.</summary>
    public required StateOptions State { get; init; }

    /// <summary>"Gateway": how the platform is reached.</summary>
    public required GatewaySection Gateway { get; init; }

    /// <summary>"Orders": which orders are taken.</summary>
    public required OrderOptions Orders { get; init; }

    /// <summary>"Claims": what keeps a second kiosk from printing the same order.</summary>
    public required ClaimsOptions Claims { get; init; }

    /// <summary>"Scanner": the barcode scanner on a serial line.</summary>
    public required ScannerOptions Scanner { get; init; }

    /// <summary>"Printer": the ESC/POS ticket printer on a serial line.</summary>
    public required PrinterOptions Printer { get; init; }

    /// <summary>"Lights": the guidance lights.</summary>
    public required LightsSection Lights { get; init; }

    /// <summary>"Issuance": how long the pick-up waits for what.</summary>
    public required IssuanceOptions Issuance { get; init; }

    /// <summary>"Outbox": bounds of the durable queue of reports.</summary>
    public required OutboxSection Outbox { get; init; }

    /// <summary>"Journal": tuning of the database.</summary>
    public required JournalSection Journal { get; init; }
}

/// <summary>Who this kiosk is ("Kiosk" in agent.json).</summary>
public sealed record KioskOptions
{
    /// <summary>Required; 1 to 32 letters, digits, '.', '_' or '-'. Stands on incident slips and in the status.</summary>
    public required string Id { get; init; }

    /// <summary>What a passenger may call; up to 32 printable characters. Empty (the default): the slip names no number.</summary>
    public string Hotline { get; init; } = "";
}

/// <summary>Where the kiosk keeps what must last ("State" in agent.json).</summary>
public sealed record StateOptions
{
    /// <summary>Absolute path, default /var/lib/device-agent. Holds journal.db and, where no systemd credential gives them, secrets/.</summary>
    public string Folder { get; init; } = "/var/lib/device-agent";
}

/// <summary>How a claim on an order is made.</summary>
public enum ClaimsMode
{
    /// <summary>No other kiosk gives tickets for these stations: nobody is asked.</summary>
    SoleIssuer,
}

/// <summary>What keeps a second kiosk from printing the same order ("Claims" in agent.json).</summary>
public sealed record ClaimsOptions
{
    /// <summary>Required, no default: a sister kiosk may have printed the order and not yet reported it. "Relay" is not in this release.</summary>
    public required ClaimsMode Mode { get; init; }
}

/// <summary>What a scanner sends after each code.</summary>
public enum ScannerSuffix
{
    /// <summary>0Dh.</summary>
    CR,
    /// <summary>0Ah.</summary>
    LF,
    /// <summary>0Dh 0Ah.</summary>
    CRLF,
    /// <summary>09h.</summary>
    TAB,
    /// <summary>Nothing: a pause of <see cref="ScannerOptions.IdleGap"/> ends the code.</summary>
    Idle,
}

/// <summary>The barcode scanner on a serial line ("Scanner" in agent.json).</summary>
public sealed record ScannerOptions
{
    /// <summary>Required; absolute path, best below /dev/serial/by-id/: numbers change with the plug.</summary>
    public required string Path { get; init; }

    /// <summary>Bits per second, 300 to 4,000,000; default 115,200. USB-CDC scanners ignore it.</summary>
    public int BaudRate { get; init; } = 115_200;

    /// <summary>What ends a code. Default: CR.</summary>
    public ScannerSuffix Suffix { get; init; } = ScannerSuffix.CR;

    /// <summary>The pause that ends a code with <see cref="ScannerSuffix.Idle"/>; 5 ms to 2 s, default 50 ms.</summary>
    public TimeSpan IdleGap { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>What precedes each code and is taken off; up to 16 ASCII characters 01h-7Eh. Default: none.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Whether each code starts with an AIM symbology identifier ("]Q1", ISO/IEC 15424), which is taken off. Default: no.</summary>
    public bool AimIdentifier { get; init; }

    /// <summary>Bytes of one code; longer ones are dropped as a whole. 8 to 4,096, default 256.</summary>
    public int MaxLength { get; init; } = 256;
}

/// <summary>How the printer stops the sender.</summary>
public enum PrinterFlowControl
{
    /// <summary>Not at all (USB), or by hardware lines.</summary>
    None,
    /// <summary>XON 11h and XOFF 13h, taken out of the answers in user space.</summary>
    XonXoff,
}

/// <summary>The ESC/POS ticket printer on a serial line ("Printer" in agent.json).</summary>
public sealed record PrinterOptions
{
    /// <summary>Required; absolute path, best below /dev/serial/by-id/. Not the scanner's.</summary>
    public required string Path { get; init; }

    /// <summary>Bits per second, 1,200 to 4,000,000; default 115,200.</summary>
    public int BaudRate { get; init; } = 115_200;

    /// <summary>Default: None.</summary>
    public PrinterFlowControl FlowControl { get; init; } = PrinterFlowControl.None;

    /// <summary>Half-width characters of one line in font A; 32 (58 mm paper) to 64, default 48 (80 mm paper).</summary>
    public int Columns { get; init; } = 48;

    /// <summary>How long a status request (DLE EOT) waits for its byte; 50 ms to 10 s, default 500 ms.</summary>
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long one ticket may take without progress; 1 s to 5 min, default 30 s.</summary>
    public TimeSpan JobTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a new unit is asked to cut one blank strip, to learn whether its cut counter is exact. Default: yes.</summary>
    public bool ProbeStrip { get; init; } = true;
}
