using System.Text;

namespace DeviceAgent.Drivers.Gpio;

/// <summary>Why lines cannot be had, or are had no longer.</summary>
public enum GpioFault
{
    /// <summary>No chip bears the label, or the chip was unplugged.</summary>
    NoSuchChip,
    /// <summary>More than one chip bears the label; none is driven by guess.</summary>
    SeveralChips,
    /// <summary>The chip has no line of that number or name.</summary>
    NoSuchLine,
    /// <summary>Another program, or a kernel driver, holds the line: <see cref="GpioException.Consumer"/>.</summary>
    LineInUse,
    /// <summary>The kernel refused access: the user lacks the group that owns /dev/gpiochip*.</summary>
    Denied,
    /// <summary>The chip or the kernel cannot do what was asked (bias, debounce, edges, uAPI v2).</summary>
    NotSupported,
    /// <summary>The chip failed; errno tells how (a bus expander's EIO, for one).</summary>
    Failed,
}

/// <summary>GPIO lines that cannot be had. One chip, its lines, one reason, the kernel's own number.</summary>
public sealed class GpioException : IOException
{
    internal GpioException(GpioFault fault, string chip, string? line = null, int errno = 0, string? consumer = null, string? detail = null)
        : base(Describe(fault, chip, line, errno, consumer, detail))
    {
        Fault = fault;
        Chip = chip;
        Line = line;
        Errno = errno;
        Consumer = consumer;
    }

    /// <summary>The reason.</summary>
    public GpioFault Fault { get; }

    /// <summary>The label that was asked for.</summary>
    public string Chip { get; }

    /// <summary>The line as it was asked for, by number or name; several are separated by commas; null when the chip is meant.</summary>
    public string? Line { get; }

    /// <summary>Linux errno; 0 when no system call failed.</summary>
    public int Errno { get; }

    /// <summary>Who holds a line in use; null when the kernel does not tell.</summary>
    public string? Consumer { get; }

    /// <summary>What an errno of an open, an ioctl or a read on a GPIO file means.</summary>
    internal static GpioFault FaultOf(int errno) => errno switch
    {
        Gpio.Errno.EPERM or Gpio.Errno.EACCES => GpioFault.Denied,
        Gpio.Errno.EBUSY => GpioFault.LineInUse,
        Gpio.Errno.ENOENT or Gpio.Errno.ENXIO or Gpio.Errno.ENODEV => GpioFault.NoSuchChip,
        Gpio.Errno.EINVAL or Gpio.Errno.ENOTTY or Gpio.Errno.ENOSYS or Gpio.Errno.EOPNOTSUPP or Gpio.Errno.ENOTSUPP => GpioFault.NotSupported,
        _ => GpioFault.Failed,
    };

    private static string Describe(GpioFault fault, string chip, string? line, int errno, string? consumer, string? detail)
    {
        var text = new StringBuilder($"GPIO chip '{chip}'");
        if (line is not null) text.Append($", line {line}");
        text.Append($": {fault}");
        if (consumer is not null) text.Append($" by '{consumer}'");
        if (detail is not null) text.Append($", {detail}");
        return text.Append($" (errno {errno}).").ToString();
    }
}
