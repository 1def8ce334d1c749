using DeviceAgent.Drivers.Printing;
using DeviceAgent.Drivers.Scanning;
using DeviceAgent.Drivers.Serial;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Hosting;

/// <summary>From agent.json's words to the options of the parts.</summary>
internal static class Mapping
{
    public static JournalOptions Journal(AgentOptions o) => new() { WalAutoCheckpointPages = o.Journal.WalAutoCheckpointPages };

    public static TopClientOptions Gateway(AgentOptions o) => new()
    {
        Url = o.Gateway.Url,
        SignMethod = o.Gateway.SignMethod switch { SignMethod.Md5 => TopSignMethod.Md5, SignMethod.HmacMd5 => TopSignMethod.Hmac, _ => TopSignMethod.HmacSha256 },
        Timeout = o.Gateway.Timeout,
        ConnectTimeout = o.Gateway.Timeout < TimeSpan.FromSeconds(5) ? o.Gateway.Timeout : TimeSpan.FromSeconds(5),
    };

    public static OutboxOptions Outbox(AgentOptions o) => new()
    {
        MaxReports = o.Outbox.MaxReports,
        FirstRetryDelay = o.Outbox.FirstRetryDelay,
        MaxRetryDelay = o.Outbox.MaxRetryDelay,
        Concurrency = o.Outbox.Concurrency,
        StopGrace = TimeSpan.FromSeconds(3),
    };

    public static IssuanceOptions Issuance(AgentOptions o) => o.Issuance with { ProbeStrip = o.Printer.ProbeStrip };

    public static SerialLineOptions ScannerLine(AgentOptions o) => new() { BaudRate = o.Scanner.BaudRate };

    public static SerialLineOptions PrinterLine(AgentOptions o) => new() { BaudRate = o.Printer.BaudRate };

    public static LineScannerOptions Scanner(AgentOptions o) => new()
    {
        Suffix = o.Scanner.Suffix switch
        {
            ScannerSuffix.LF => ScanSuffix.LineFeed,
            ScannerSuffix.CRLF => ScanSuffix.CarriageReturnLineFeed,
            ScannerSuffix.TAB => ScanSuffix.Tab,
            ScannerSuffix.Idle => ScanSuffix.IdleGap,
            _ => ScanSuffix.CarriageReturn,
        },
        IdleGap = o.Scanner.IdleGap,
        Prefix = o.Scanner.Prefix,
        AimIdentifier = o.Scanner.AimIdentifier,
        MaxLengthBytes = o.Scanner.MaxLength,
    };

    public static EscPosPrinterOptions Printer(AgentOptions o) => new()
    {
        Path = o.Printer.Path,
        ReplyTimeout = o.Printer.ReplyTimeout,
        JobTimeout = o.Printer.JobTimeout,
        FlowControl = o.Printer.FlowControl == PrinterFlowControl.XonXoff ? Drivers.Printing.PrinterFlowControl.XonXoff : Drivers.Printing.PrinterFlowControl.None,
    };

    public static Devices.LightsOptions Lights(AgentOptions o) => new()
    {
        Backend = o.Lights.Backend switch
        {
            LightsBackend.Gpio => Devices.LightsBackend.Gpio,
            LightsBackend.Simulated => Devices.LightsBackend.Simulated,
            _ => Devices.LightsBackend.None,
        },
        Path = o.Lights.Path,
        Chip = o.Lights.Chip,
        Lines = new() { StatusRed = o.Lights.Lines.StatusRed, StatusGreen = o.Lights.Lines.StatusGreen, Scanner = o.Lights.Lines.Scanner, Tickets = o.Lights.Lines.Tickets },
    };
}
