using DeviceAgent.Drivers.Interop;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Drivers.Serial;

/// <summary>An open serial port (UART, USB-serial, CDC-ACM, pseudo-terminal) in raw mode, held exclusively.</summary>
/// <remarks>
/// Source: man 2 ioctl_tty, man 3 termios, asm-generic/termbits.h (termios2).
/// What holds for every <see cref="PolledLine"/> holds here; disposing also drops what the kernel has not yet sent (TCIOFLUSH).
/// </remarks>
public sealed partial class SerialLine : PolledLine
{
    // Start bit, eight data bits, stop bit: close enough for how long a queue takes.
    private const double BitsPerByte = 10;
    private readonly TimeProvider _time;
    private readonly TimeSpan _stallTimeout;
    private readonly int _baudRate;

    private SerialLine(string path, SafeFileHandle port, SafeFileHandle wake, SerialLineOptions options, TimeProvider time)
        : base(path, port, wake, new(options.ReceiveBufferBytes, options.StallTimeout, "serial"), time)
    {
        _time = time;
        _stallTimeout = options.StallTimeout;
        _baudRate = options.BaudRate;
        Start();
    }

    /// <summary>Bytes that the kernel has taken and not yet put on the wire (TIOCOUTQ). 0 on a pseudo-terminal and where a driver does not count.</summary>
    /// <exception cref="DeviceLostException">The device is gone.</exception>
    public int OutputQueueBytes
    {
        get
        {
            var result = Call(0, static (port, _) =>
            {
                var bytes = 0;
                return Libc.Ioctl(port, Libc.TIOCOUTQ, ref bytes) < 0 ? -1 : bytes;
            });
            return result >= 0 ? result : throw LoseBy(-result);
        }
    }

    /// <summary>Waits until the kernel has put everything on the wire, for as long as that takes at this baud rate; at most the stall time-out.</summary>
    /// <remarks>No driver tells when its queue is empty but by blocking a thread (tcdrain); the queue's length and the rate tell when to look again.</remarks>
    /// <exception cref="DeviceLostException">The device is gone, or its queue does not empty (<see cref="DeviceLoss.Stalled"/>).</exception>
    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        var begun = _time.GetTimestamp();
        while (OutputQueueBytes is > 0 and var waiting)
        {
            if (_time.GetElapsedTime(begun) > _stallTimeout) throw new DeviceLostException(Path, DeviceLoss.Stalled, 0);
            await Task.Delay(TimeSpan.FromSeconds(Math.Max(waiting * BitsPerByte / _baudRate, 0.001)), _time, cancellationToken);
        }
    }

    private protected override void BeforeClose(SafeFileHandle port)
    {
        // The exclusive mark ends with the last close, and somebody else (root, a simulator) may hold the port open.
        _ = Libc.Ioctl(port, Libc.TIOCNXCL, 0);
        // Otherwise the close waits for a device that takes nothing, up to 30 s (closing_wait, man 8 setserial).
        _ = Libc.Ioctl(port, Libc.TCFLSH, Libc.TCIOFLUSH);
    }
}
