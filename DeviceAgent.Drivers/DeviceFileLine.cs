using DeviceAgent.Drivers.Interop;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Drivers;

/// <summary>How a device file is opened.</summary>
public sealed record DeviceFileOptions
{
    /// <summary>Highest <see cref="ReceiveBufferBytes"/>.</summary>
    public const int MaxReceiveBufferBytes = 1 << 20;

    /// <summary>Read, Write or ReadWrite.</summary>
    public FileAccess Access { get; init; } = FileAccess.ReadWrite;

    /// <summary>0 (the default): bytes are a stream. Otherwise each read(2) gives one record, filled up with NUL to this size; at most <see cref="ReceiveBufferBytes"/>.</summary>
    public int RecordBytes { get; init; }

    /// <summary>Bytes kept for a reader that is late, 64..1,048,576. When full, the rest waits in the kernel.</summary>
    public int ReceiveBufferBytes { get; init; } = 4096;

    /// <summary>A write of which the device takes no byte for so long is given up as <see cref="DeviceLoss.Stalled"/>; 100 ms..10 min.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        if (Access is < FileAccess.Read or > FileAccess.ReadWrite) yield return $"{section}:{nameof(Access)} must be one of {string.Join(", ", Enum.GetNames<FileAccess>())}";
        if (ReceiveBufferBytes is < 64 or > MaxReceiveBufferBytes) yield return $"{section}:{nameof(ReceiveBufferBytes)} must be a whole number from 64 to {MaxReceiveBufferBytes}";
        if (RecordBytes < 0 || RecordBytes > ReceiveBufferBytes) yield return $"{section}:{nameof(RecordBytes)} must be a whole number from 0 to {ReceiveBufferBytes}";
        if (StallTimeout < TimeSpan.FromMilliseconds(100) || StallTimeout > TimeSpan.FromMinutes(10)) yield return $"{section}:{nameof(StallTimeout)} must be a time from 00:00:00.1000000 to 00:10:00";
    }
}

/// <summary>An open device file that is no serial line: a USB printer (/dev/usb/lp*), a HID device (/dev/hidraw*), an input device (/dev/input/event*), a pipe.</summary>
/// <remarks>Source: man 2 open, man 2 poll, man 2 ioctl. What holds for every <see cref="PolledLine"/> holds here.</remarks>
public sealed class DeviceFileLine : PolledLine
{
    private DeviceFileLine(string path, SafeFileHandle port, SafeFileHandle wake, DeviceFileOptions options, TimeProvider time)
        : base(path, port, wake,
            new(options.ReceiveBufferBytes, options.StallTimeout, "device", options.RecordBytes, options.Access != FileAccess.Read), time) => Start();

    /// <summary>Opens a device file. What it sends from now on is kept for the reader.</summary>
    /// <param name="path">A name that does not change with the plug, such as one below /dev/input/by-id/.</param>
    /// <param name="options">Validated here.</param>
    /// <param name="time">For <see cref="DeviceFileOptions.StallTimeout"/>; null: the system's.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="DeviceLostException">Unplugged: no such device. Busy: another program has it. Denied: no permission.</exception>
    /// <exception cref="IOException">Anything else that the kernel has against it.</exception>
    public static DeviceFileLine Open(string path, DeviceFileOptions options, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        string[] mistakes = [.. options.Validate(nameof(options))];
        if (mistakes.Length > 0) throw new ArgumentException(string.Join("; ", mistakes), nameof(options));
        var mode = options.Access switch { FileAccess.Read => Libc.O_RDONLY, FileAccess.Write => Libc.O_WRONLY, _ => Libc.O_RDWR };
        var port = Libc.Open(path, mode | Libc.O_NOCTTY | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
        SafeFileHandle? wake = null;
        try
        {
            if (port.IsInvalid) throw CannotOpen(path, "open");
            wake = Libc.EventFd(0, Libc.EFD_NONBLOCK | Libc.EFD_CLOEXEC);
            if (wake.IsInvalid) throw CannotOpen(path, "eventfd");
            return new DeviceFileLine(path, port, wake, options, time ?? TimeProvider.System);
        }
        catch
        {
            wake?.Dispose();
            port.Dispose();
            throw;
        }
    }

    /// <summary>One ioctl with a buffer that the kernel reads or fills.</summary>
    /// <param name="request">Its number carries the size of the buffer; the buffer must be as large.</param>
    /// <param name="data">At least one byte.</param>
    /// <returns>What the call gave, or -errno.</returns>
    /// <exception cref="DeviceLostException">The device is gone.</exception>
    internal unsafe int Control(uint request, Span<byte> data)
    {
        fixed (byte* start = data)
        {
            return Call((request, (nint)start), static (port, call) => Libc.Ioctl(port, call.request, call.Item2));
        }
    }

    /// <summary>One ioctl that takes a number, such as EVIOCGRAB.</summary>
    /// <inheritdoc cref="Control(uint, Span{byte})"/>
    internal int Control(uint request, int argument) => Call((request, argument), static (port, call) => Libc.Ioctl(port, call.request, call.argument));
}
