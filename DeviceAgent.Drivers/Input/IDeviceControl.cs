namespace DeviceAgent.Drivers.Input;

/// <summary>The ioctls of an open device file; tests put a recorded device in its place.</summary>
internal interface IDeviceControl
{
    /// <returns>What the call gave, or -errno. man 2 ioctl.</returns>
    /// <exception cref="DeviceLostException">The device is gone.</exception>
    int Control(uint request, Span<byte> data);

    /// <inheritdoc cref="Control(uint, Span{byte})"/>
    int Control(uint request, int argument);
}

/// <summary>The kernel's.</summary>
internal sealed class DeviceFileControl(DeviceFileLine line) : IDeviceControl
{
    public int Control(uint request, Span<byte> data) => line.Control(request, data);

    public int Control(uint request, int argument) => line.Control(request, argument);
}
