using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Drivers.Interop;

internal static partial class Libc
{
    // sys/eventfd.h: the values of O_NONBLOCK and O_CLOEXEC.
    internal const int EFD_NONBLOCK = 0x800, EFD_CLOEXEC = 0x80000;

    /// <summary>A counter to poll on: writing 8 bytes adds to it, reading 8 bytes sets it to zero.</summary>
    /// <returns>An invalid handle on failure; read <see cref="Marshal.GetLastPInvokeError"/> at once. man 2 eventfd.</returns>
    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    internal static partial SafeFileHandle EventFd(uint initial, int flags);
}
