using System.Runtime.InteropServices;

namespace DeviceAgent.Drivers.Interop;

internal static partial class Libc
{
    /// <summary>linux/stat.h, struct statx: 256 bytes, the same layout on every architecture.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct StatxBuffer
    {
        [FieldOffset(32)] internal ulong Inode;
        [FieldOffset(96)] internal long ChangeSeconds;
        [FieldOffset(104)] internal uint ChangeNanoseconds;
        [FieldOffset(128)] internal uint DeviceMajor;
        [FieldOffset(132)] internal uint DeviceMinor;
    }

    internal const uint StatxBasicStats = 0x7FF;

    /// <summary>fcntl.h: paths are taken from the working directory.</summary>
    internal const int CurrentFolder = -100;

    /// <returns>-1 on failure; read <see cref="Marshal.GetLastPInvokeError"/> at once. man 2 statx.</returns>
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Statx(int folder, string path, int flags, uint mask, out StatxBuffer buffer);
}
