// Written from the public signatures of System.IO.Ports 10.0 (MIT): only the members in use. Nothing here runs.
namespace System.IO.Ports;

public enum Parity
{
    None,
    Odd,
    Even,
}

public enum StopBits
{
    One = 1,
    Two = 2,
}

public class SerialPort : IDisposable
{
    public SerialPort(string portName, int baudRate, Parity parity, int dataBits, StopBits stopBits) => throw null;

    public Stream BaseStream => throw null;

    public void Open() => throw null;

    public void Dispose() => throw null;
}
