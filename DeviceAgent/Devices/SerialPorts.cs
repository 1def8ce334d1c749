using DeviceAgent.Drivers.Scanning;
using DeviceAgent.Drivers.Serial;

namespace DeviceAgent.Devices;

/// <summary>The line scanner on a serial line.</summary>
public sealed class SerialScannerPort(string path, SerialLineOptions line, LineScannerOptions options, TimeProvider time) : IScannerPort
{
    public string Path => path;

    public LineScanner Open() => new(SerialLine.Open(path, line, time), options, time);
}
