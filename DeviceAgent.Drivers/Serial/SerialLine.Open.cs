using DeviceAgent.Drivers.Interop;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Drivers.Serial;

public sealed partial class SerialLine
{
    /// <summary>Opens and sets up a port. What it sends from now on is kept for the reader.</summary>
    /// <param name="path">A name that does not change with the plug: /dev/serial/by-id/….</param>
    /// <param name="options">Validated here.</param>
    /// <param name="time">For <see cref="SerialLineOptions.StallTimeout"/>; null: the system's.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="DeviceLostException">Unplugged: no such device. Busy: another program has it. Denied: no permission.</exception>
    /// <exception cref="IOException">Not a serial port, or it refuses the rate.</exception>
    public static SerialLine Open(string path, SerialLineOptions options, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        string[] mistakes = [.. options.Validate(nameof(options))];
        if (mistakes.Length > 0) throw new ArgumentException(string.Join("; ", mistakes), nameof(options));

        var port = Libc.Open(path, Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
        SafeFileHandle? wake = null;
        var isExclusive = false;
        try
        {
            if (port.IsInvalid) throw CannotOpen(path, "open");
            if (Libc.Ioctl(port, Libc.TIOCEXCL, 0) < 0) throw CannotOpen(path, "TIOCEXCL");
            isExclusive = true;
            SetUp(port, path, options);
            wake = Libc.EventFd(0, Libc.EFD_NONBLOCK | Libc.EFD_CLOEXEC);
            if (wake.IsInvalid) throw CannotOpen(path, "eventfd");
            return new SerialLine(path, port, wake, options, time ?? TimeProvider.System);
        }
        catch
        {
            wake?.Dispose();
            if (isExclusive) _ = Libc.Ioctl(port, Libc.TIOCNXCL, 0);
            port.Dispose();
            throw;
        }
    }

    private static void SetUp(SafeFileHandle port, string path, SerialLineOptions options)
    {
        var settings = default(Termios2);
        if (Libc.Ioctl(port, Libc.TCGETS2, ref settings) < 0) throw CannotOpen(path, "TCGETS2");
        Configure(ref settings, options);
        if (Libc.Ioctl(port, Libc.TCSETS2, ref settings) < 0) throw CannotOpen(path, "TCSETS2");
        // A driver puts the rate here that its clock really makes.
        if (Libc.Ioctl(port, Libc.TCGETS2, ref settings) < 0) throw CannotOpen(path, "TCGETS2");
        if (Math.Abs(settings.OutputSpeed - (long)options.BaudRate) * 100 > 3L * options.BaudRate)
        {
            throw new IOException($"{path}: asked for {options.BaudRate} baud, the port makes {settings.OutputSpeed}.");
        }
    }

    /// <summary>Raw, no flow control, CLOCAL|CREAD, VMIN 1 (a read of 0 bytes then means that the line hung up). man 3 termios.</summary>
    internal static void Configure(ref Termios2 settings, SerialLineOptions options)
    {
        settings.InputFlags = Termios2.IGNBRK | (options.Parity == Parity.None ? 0 : Termios2.INPCK);
        settings.OutputFlags = 0;
        settings.LocalFlags = 0;
        settings.ControlFlags = Termios2.CLOCAL | Termios2.CREAD | Termios2.BOTHER | (Termios2.BOTHER << Termios2.IBSHIFT)
            | ((uint)(options.DataBits - 5) << Termios2.CSIZEShift)
            | (options.StopBits == 2 ? Termios2.CSTOPB : 0)
            | (options.Parity switch { Parity.Even => Termios2.PARENB, Parity.Odd => Termios2.PARENB | Termios2.PARODD, _ => 0 })
            | (options.HangUpOnClose ? Termios2.HUPCL : 0);
        settings.ControlCharacters[Termios2.VTIME] = 0;
        settings.ControlCharacters[Termios2.VMIN] = 1;
        settings.InputSpeed = settings.OutputSpeed = (uint)options.BaudRate;
    }
}
