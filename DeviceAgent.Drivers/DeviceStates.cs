namespace DeviceAgent.Drivers;

/// <summary>Whether a device can be talked to. CEN XFS4IoT, Common.Status "device".</summary>
public enum DeviceState { Online, Offline, PowerOff, NoDevice, HardwareError, UserError, Busy }

/// <summary>CEN XFS4IoT, Printer.Status "paper".</summary>
public enum PaperSupply { Full, Low, Out, Jammed, Unknown, NotSupported }

/// <summary>Where the printed paper is. CEN XFS4IoT, Printer.Status "media".</summary>
public enum MediaState
{
    /// <summary>The printer does not tell.</summary>
    Unknown,
    /// <summary>At the mouth, not yet taken.</summary>
    Present,
    NotPresent,
    Jammed,
    Entering,
    /// <summary>It was at the mouth and was pulled back: nobody can say whether a passenger had seen or copied it.</summary>
    Retracted,
}

/// <summary>A device that went away, or could not be had. Expected on a kiosk: cables get pulled.</summary>
public enum DeviceLoss
{
    /// <summary>The node is gone, or the line hung up.</summary>
    Unplugged,
    /// <summary>Another program holds the device exclusively.</summary>
    Busy,
    /// <summary>The kernel refused access (permissions).</summary>
    Denied,
    /// <summary>The device accepts no bytes any more.</summary>
    Stalled,
}

/// <summary>The device is gone until it is opened again.</summary>
public sealed class DeviceLostException(string path, DeviceLoss loss, int errno)
    : IOException($"{path}: {loss} (errno {errno}).")
{
    public string Path { get; } = path;

    public DeviceLoss Loss { get; } = loss;

    /// <summary>Linux errno; 0 when no system call failed.</summary>
    public int Errno { get; } = errno;
}
