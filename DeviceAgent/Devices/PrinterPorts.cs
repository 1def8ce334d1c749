using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Drivers.Serial;

namespace DeviceAgent.Devices;

/// <summary>The ESC/POS printer on a serial line, at a USB printer node or on the network: the form of the path tells which.</summary>
/// <remarks>
/// "/dev/usb/lp0", or a link to such a node: bulk transfers of the kernel's usblp; the status that its LPGETSTATUS (060Bh) gives is the port's, often
/// made up, and not asked for: the printer's own answers are read. "tcp:192.0.2.7:9100": a network connection. Any other absolute path: a serial line.
/// XON/XOFF is for serial lines alone: the other two hold the sender back by themselves.
/// </remarks>
public sealed class EscPosPort : IPrinterPort
{
    private const string UsbPrinters = "/dev/usb/lp";

    private readonly string _path;
    private readonly SerialLineOptions _line;
    private readonly EscPosPrinterOptions _options;
    private readonly TimeProvider _time;
    private string? _connection;

    /// <param name="path">See above.</param>
    /// <param name="line">For a serial line.</param>
    /// <param name="options">The protocol's; its path and its flow control are set here.</param>
    /// <param name="time">For all time-outs.</param>
    public EscPosPort(string path, SerialLineOptions line, EscPosPrinterOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(options);
        (_path, _line, _time) = (path, line, time);
        _options = options with { Path = path };
    }

    public string Path => _path;

    public string? Connection => _connection;

    public bool RetractsTickets => _options.Presenter?.WhenNotTaken == NotTakenAction.Retract;

    private bool IsNetwork => _path.StartsWith(TcpLine.Prefix, StringComparison.Ordinal);

    /// <summary>Longer than any job stands: a printer without paper takes nothing, and is not gone.</summary>
    private TimeSpan StallTimeout => _options.JobTimeout + TimeSpan.FromMinutes(1) is var limit && limit < TimeSpan.FromMinutes(10) ? limit : TimeSpan.FromMinutes(10);

    public async ValueTask<ITicketPrinter> OpenAsync(CancellationToken cancellationToken)
    {
        var port = await OpenPortAsync(cancellationToken);
        // Nothing is known of what happened to a printer on the network between two connections.
        _connection = IsNetwork ? $"tcp/{Guid.NewGuid():N}" : DeviceNode.Identity(_path);
        try
        {
            return await EscPosPrinter.OpenAsync(port, port is TcpLine or DeviceFileLine ? _options with { FlowControl = PrinterFlowControl.None } : _options, _time, cancellationToken);
        }
        catch
        {
            await port.DisposeAsync();
            throw;
        }
    }

    private async ValueTask<Stream> OpenPortAsync(CancellationToken cancellationToken)
    {
        if (IsNetwork) return await TcpLine.ConnectAsync(_path, new() { StallTimeout = StallTimeout }, _time, cancellationToken);
        if (IsUsbPrinter(_path)) return DeviceFileLine.Open(_path, new() { StallTimeout = StallTimeout }, _time);
        return DriverBackends.OpenSerial(_path, _line, _time);
    }

    private static bool IsUsbPrinter(string path) =>
        path.StartsWith(UsbPrinters, StringComparison.Ordinal)
        || (File.Exists(path) && File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName.StartsWith(UsbPrinters, StringComparison.Ordinal) == true);
}
