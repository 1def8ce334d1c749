using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Drivers.Scanning;
using DeviceAgent.Drivers.Serial;

namespace DeviceAgent.Devices;

/// <summary>The ESC/POS printer on a serial line.</summary>
public sealed class SerialPrinterPort(string path, SerialLineOptions line, EscPosPrinterOptions options, TimeProvider time) : IPrinterPort
{
    private readonly EscPosPrinterOptions _options = options with { Path = path };

    public string Path => path;

    public string? Connection => DeviceNode.Identity(path);

    public async ValueTask<ITicketPrinter> OpenAsync(CancellationToken cancellationToken)
    {
        var port = DriverBackends.OpenSerial(path, line, time);
        try
        {
            return await EscPosPrinter.OpenAsync(port, _options, time, cancellationToken);
        }
        catch
        {
            await port.DisposeAsync();
            throw;
        }
    }
}

/// <summary>The line scanner on a serial line.</summary>
public sealed class SerialScannerPort(string path, SerialLineOptions line, LineScannerOptions options, TimeProvider time) : IScannerPort
{
    public string Path => path;

    public LineScanner Open() => new(DriverBackends.OpenSerial(path, line, time), options, time);
}
