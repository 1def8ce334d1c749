namespace DeviceAgent.Drivers;

/// <summary>A port that can tell exactly how many bytes it has taken, also after a write that failed or was cancelled half way.</summary>
public interface ICountsBytesWritten
{
    /// <summary>Bytes taken since the port was opened. Never falls. Bytes that the kernel took count, whether or not they reached the device.</summary>
    long BytesWritten { get; }
}
