using System.Text;

namespace DeviceAgent.Simulator.Scanning;

/// <summary>A bar code scanner with a serial interface: plain data and a suffix. It listens to nothing.</summary>
/// <remarks>Owns the line no more than a scanner owns its cable. Safe for more than one caller: two scans never mix.</remarks>
public sealed class SimulatedScanner
{
    private readonly Lock _gate = new();
    private PseudoTerminal _line;

    public SimulatedScanner(PseudoTerminal line)
    {
        ArgumentNullException.ThrowIfNull(line);
        _line = line;
    }

    /// <summary>Reads a code: sends it in UTF-8 with the suffix behind it.</summary>
    public void Scan(string code, string suffix = "\r")
    {
        ArgumentNullException.ThrowIfNull(code);
        ArgumentNullException.ThrowIfNull(suffix);
        ScanBytes(Encoding.UTF8.GetBytes(code + suffix));
    }

    /// <summary>Sends any bytes at all: what a damaged code, a wrong set-up or a stray modem command brings.</summary>
    public void ScanBytes(ReadOnlySpan<byte> bytes)
    {
        lock (_gate) _line.Write(bytes);
    }

    /// <summary>The same scanner on another line: a cable that was pulled is plugged in again.</summary>
    public void Attach(PseudoTerminal line)
    {
        ArgumentNullException.ThrowIfNull(line);
        lock (_gate) _line = line;
    }
}
