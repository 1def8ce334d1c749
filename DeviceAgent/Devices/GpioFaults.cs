using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Gpio;

namespace DeviceAgent.Devices;

/// <summary>What a fault of GPIO lines means for a device that hangs on them. No I/O.</summary>
internal static class GpioFaults
{
    public static DeviceState StateOf(GpioFault? fault) => fault switch
    {
        null => DeviceState.Online,
        GpioFault.NoSuchChip => DeviceState.NoDevice,
        GpioFault.LineInUse => DeviceState.Busy,
        GpioFault.Failed => DeviceState.HardwareError,
        _ => DeviceState.UserError,
    };

    public static RecoveryHint HintOf(GpioFault? fault) => fault switch
    {
        null => RecoveryHint.None,
        GpioFault.NoSuchChip or GpioFault.Failed => RecoveryHint.Maintenance,
        _ => RecoveryHint.Configuration,
    };

    /// <summary>For <see cref="DeviceLoop"/>: what to wait for before the next try.</summary>
    public static DeviceLoss LossOf(GpioFault fault) => fault switch
    {
        GpioFault.NoSuchChip => DeviceLoss.Unplugged,
        GpioFault.LineInUse => DeviceLoss.Busy,
        GpioFault.Failed => DeviceLoss.Stalled,
        _ => DeviceLoss.Denied,
    };
}
