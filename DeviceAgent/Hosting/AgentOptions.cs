using DeviceAgent.Devices;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Drivers.Serial;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Station;
using DeviceAgent.Platform.Sync;
using DeviceAgent.Tickets;

namespace DeviceAgent.Hosting;

/// <summary>agent.json as a whole, checked. Precedence: defaults, agent.json, environment; secrets stand apart (<see cref="Credentials"/>).</summary>
public sealed record AgentOptions
{
    /// <summary>"Kiosk": who this kiosk is.</summary>
    public required KioskOptions Kiosk { get; init; }

    /// <summary>"State": where it keeps what must last.</summary>
    public required StateOptions State { get; init; }

    /// <summary>"Gateway": how the platform is reached, and as whom.</summary>
    public required GatewayOptions Gateway { get; init; }

    /// <summary>"Orders": which orders are taken.</summary>
    public required OrderOptions Orders { get; init; }

    /// <summary>"Claims": what keeps a second kiosk from printing the same order.</summary>
    public required ClaimsOptions Claims { get; init; }

    /// <summary>"Scanner": the barcode scanner.</summary>
    public required ScannerOptions Scanner { get; init; }

    /// <summary>"Printer": the ESC/POS ticket printer.</summary>
    public required PrinterOptions Printer { get; init; }

    /// <summary>"Lights": the guidance lights.</summary>
    public required LightsOptions Lights { get; init; }

    /// <summary>"Inputs": switches and buttons.</summary>
    public required InputsOptions Inputs { get; init; }

    /// <summary>"Buzzer": what a passenger hears.</summary>
    public required BuzzerOptions Buzzer { get; init; }

    /// <summary>"Power": relays in the supply of devices.</summary>
    public required PowerOptions Power { get; init; }

    /// <summary>"Gpio:Backend": what drives the lines of all lights and switches, "kernel" (default) or "dotnet".</summary>
    public DriverBackend GpioBackend { get; init; }

    /// <summary>"Issuance": how long the pick-up waits for what.</summary>
    public required IssuanceOptions Issuance { get; init; }

    /// <summary>"Outbox": bounds of the durable queue of reports.</summary>
    public required OutboxOptions Outbox { get; init; }

    /// <summary>"Journal": tuning of the database.</summary>
    public required JournalOptions Journal { get; init; }

    /// <summary>"Station": the station's own ticketing system, where there is one.</summary>
    public required StationOptions Station { get; init; }

    /// <summary>"Returns": whether and how bus tickets are returned here.</summary>
    public required ReturnOptions Returns { get; init; }

    /// <summary>"Train": how train orders are reported.</summary>
    public required TrainOptions Train { get; init; }

    /// <summary>"Clock": who vouches for the time.</summary>
    public required ClockOptions Clock { get; init; }

    /// <summary>"Alerts": where alarms are told.</summary>
    public required AlertOptions Alerts { get; init; }

    /// <summary>"IdCards": the ID-card reader, where there is one, and when a pick-up needs a card.</summary>
    public required IdCardReaderOptions IdCards { get; init; }

    /// <summary>"Tickets": how tickets look.</summary>
    public required TicketsOptions Tickets { get; init; }

    /// <summary>"Stock": pre-numbered paper.</summary>
    public required StockOptions Stock { get; init; }

    /// <summary>"Devices": how devices that go and come are treated.</summary>
    public required SupervisionOptions Devices { get; init; }

    /// <summary>"Contactless": the reader for contactless and IC cards, where there is one.</summary>
    public required ContactlessOptions Contactless { get; init; }
}

/// <summary>How train orders are reported ("Train" in agent.json): ResendIsSafe, and the keys of the cipher beside it. The key itself is the credential train-key.</summary>
public sealed record TrainOptions
{
    /// <summary>Mode, KeyForm, Iv and Output. While Output is not set, no train order is taken.</summary>
    public TrainCipherOptions Cipher { get; init; } = new();

    /// <summary>The partner has promised that the same result may be told twice; default false: a report whose fate is unknown waits for a person.</summary>
    public bool ResendIsSafe { get; init; }
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

/// <summary>Whose word the kiosk takes for the time.</summary>
public enum ClockTrust
{
    /// <summary>The kernel's, once it is synchronized, or the Date of a gateway whose certificates are valid at that very Date.</summary>
    NtpOrGateway,
    /// <summary>The operator's: the board has a clock with a battery that is right.</summary>
    Always,
}

/// <summary>Who vouches for the time ("Clock" in agent.json). Nothing is issued before somebody does.</summary>
public sealed record ClockOptions
{
    /// <summary>NtpOrGateway (the default) or Always. With Always too, a time before this release was made is not believed.</summary>
    public ClockTrust Trust { get; init; } = ClockTrust.NtpOrGateway;
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

/// <summary>How the platform is reached, and as whom ("Gateway" in agent.json).</summary>
public sealed record GatewayOptions
{
    /// <summary>Required; 1 to 64 letters and digits. Its secret is the credential top-app-secret.</summary>
    public required string AppKey { get; init; }

    /// <summary>The section's other keys. SignMethod is "hmac-sha256", "hmac" or "md5", as the platform writes it.</summary>
    public TopClientOptions Client { get; init; } = new();
}

/// <summary>The ESC/POS ticket printer ("Printer" in agent.json): its own keys, and those of its line and its protocol side by side.</summary>
/// <remarks>"Printer:ProbeStrip" is <see cref="IssuanceOptions.ProbeStrip"/>.</remarks>
public sealed record PrinterOptions
{
    /// <summary>
    /// Required. A serial line's absolute path, best below /dev/serial/by-id/; a USB printer's node, "/dev/usb/lp0" or a link to it; or "tcp:HOST:PORT",
    /// 9100 as a rule. Not the scanner's.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>What kind of printer it is: the name of a profile that comes with the product, or the absolute path of one. Default epson-tm.</summary>
    public PrinterProfile Profile { get; init; } = PrinterProfile.Default;

    /// <summary>Half-width characters of one line in font A; 32 (58 mm paper) to 64. Default: the profile's.</summary>
    public int Columns { get; init; } = 48;

    /// <summary>BaudRate (default here: 115,200), DataBits, Parity and StopBits. USB printers ignore them.</summary>
    public SerialLineOptions Line { get; init; } = new() { BaudRate = 115_200 };

    /// <summary>FlowControl and XoffReserveBytes (default: the profile's), ReplyTimeout, ProbeTimeout, JobTimeout (default here: 30 s), BlockedLinger and NoEchoSettle.</summary>
    public EscPosPrinterOptions EscPos { get; init; } = new() { JobTimeout = TimeSpan.FromSeconds(30) };

    /// <summary><see cref="EscPos"/> with what the profile says.</summary>
    public EscPosPrinterOptions Protocol => Profile.ApplyTo(EscPos);

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        foreach (var mistake in Line.Validate(section).Concat(EscPos.Validate(section))) yield return mistake;
        if (Columns is < 32 or > 64) yield return $"{section}:{nameof(Columns)} must be a whole number from 32 to 64";
    }
}
