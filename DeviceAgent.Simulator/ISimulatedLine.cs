namespace DeviceAgent.Simulator;

/// <summary>The device's side of a line.</summary>
public interface ISimulatedLine
{
    /// <summary>Reads what the other side wrote; blocks until there is something. 0 when the line is gone.</summary>
    int Read(Span<byte> buffer);

    /// <summary>Blocks until everything is on its way.</summary>
    void Write(ReadOnlySpan<byte> bytes);
}
