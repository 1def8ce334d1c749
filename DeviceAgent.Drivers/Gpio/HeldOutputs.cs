using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Drivers.Gpio;

/// <summary>Outputs of a chip. Owns the request's file.</summary>
internal sealed class HeldOutputs(IGpioKernel kernel, SafeFileHandle file, string chip, GpioLine[] lines) : IGpioOutputs
{
    private readonly ulong _all = LineRequests.AllOf(lines.Length);

    public void Set(ulong mask, ulong values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(mask & ~_all, 0UL, nameof(mask));
        if (mask == 0) return; // the kernel answers EINVAL
        var request = new LineValues { Bits = values & mask, Mask = mask };
        var result = kernel.Ioctl(file, GpioUapi.SetValues, GpioUapi.Bytes(ref request));
        if (result < 0) throw new GpioException(GpioException.FaultOf(-result), chip, string.Join(", ", lines), -result);
    }

    public void Dispose() => file.Dispose();
}
