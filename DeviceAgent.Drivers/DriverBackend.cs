using DeviceAgent.Drivers.Gpio;
using DeviceAgent.Drivers.Serial;

namespace DeviceAgent.Drivers;

/// <summary>What stands between a driver and the kernel.</summary>
public enum DriverBackend
{
    /// <summary>Nothing: system calls of our own. The default, and in every build.</summary>
    Kernel,
    /// <summary>System.Device.Gpio and System.IO.Ports, in a build with -p:WithDotNetIot=true: docs/optional-builds.md.</summary>
    DotNet,
}

/// <summary>The backends of this build.</summary>
public static class DriverBackends
{
#if WITH_DOTNET_IOT
    private const bool HasDotNet = true;
#else
    private const bool HasDotNet = false;
#endif

    /// <summary>Why an option that asks for a backend is refused.</summary>
    public const string WhyNotInThisBuild = "must be kernel: dotnet is not in this build, which must be made with -p:WithDotNetIot=true";

    /// <summary>Whether this build has it.</summary>
    public static bool Has(DriverBackend backend) => backend == DriverBackend.Kernel || HasDotNet;

    /// <summary>Opens a serial line by the backend that its options name. The caller disposes it.</summary>
    /// <exception cref="DeviceLostException">It is not there, is in use, or may not be used.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or the backend is not in this build.</exception>
    public static Stream OpenSerial(string path, SerialLineOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
#if WITH_DOTNET_IOT
        if (options.Backend == DriverBackend.DotNet) return Serial.DotNetIot.PortsLine.Open(path, options, time);
#endif
        return SerialLine.Open(path, options, time);
    }

    /// <returns>Null: the kernel's.</returns>
    internal static IGpioLines? OpenGpio(DriverBackend backend) => backend == DriverBackend.DotNet
#if WITH_DOTNET_IOT
        ? new Gpio.DotNetIot.IotGpioLines()
#else
        ? throw new NotSupportedException(WhyNotInThisBuild)
#endif
        : null;
}
