using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Input;
using DeviceAgent.Drivers.Scanning;
using DeviceAgent.Drivers.Serial;

namespace DeviceAgent.Devices;

/// <summary>How the scanner is reached. The seeded world replaces it.</summary>
public interface IScannerPort
{
    string Path { get; }

    /// <exception cref="DeviceLostException">It cannot be had now.</exception>
    /// <exception cref="IOException">What is there is no such scanner.</exception>
    ValueTask<ICodeReader> OpenAsync(CancellationToken cancellationToken);
}

/// <summary>A scanner on a serial line, with a trigger or without.</summary>
public sealed class SerialScannerPort(string path, SerialLineOptions line, LineScannerOptions framing, ScannerProfile? profile, TimeProvider time) : IScannerPort
{
    public string Path => path;

    public ValueTask<ICodeReader> OpenAsync(CancellationToken cancellationToken)
    {
        var port = DriverBackends.OpenSerial(path, line, time);
        return new(profile switch
        {
            null => new LineScanner(port, framing, time),
            { Framing: ScannerFraming.Ssi } => new SsiScanner(port, profile, framing, time),
            _ => new LineScanner(new ScannerTrigger(port, profile, framing.Prefix, time), framing, time),
        });
    }
}

/// <summary>A scanner that types.</summary>
public sealed class KeyboardScannerPort(string path, KeyboardScannerOptions options, KeyboardLayout layout, TimeProvider time) : IScannerPort
{
    public string Path => path;

    public async ValueTask<ICodeReader> OpenAsync(CancellationToken cancellationToken) => await EvdevScanner.OpenAsync(path, options, layout, time, cancellationToken);
}

/// <summary>A scanner of the HID point-of-sale class.</summary>
public sealed class HidPosScannerPort(string path, LineScannerOptions framing, TimeProvider time) : IScannerPort
{
    public string Path => path;

    public ValueTask<ICodeReader> OpenAsync(CancellationToken cancellationToken) => new(HidPosScanner.Open(path, framing, time));
}
