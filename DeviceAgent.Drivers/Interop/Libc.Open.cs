using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Drivers.Interop;

internal static partial class Libc
{
    // asm-generic/fcntl.h, the same on x64 and arm64.
    internal const int O_RDONLY = 0, O_WRONLY = 1, O_RDWR = 2, O_NOCTTY = 0x100, O_NONBLOCK = 0x800, O_CLOEXEC = 0x80000;

    /// <returns>An invalid handle on failure; read <see cref="Marshal.GetLastPInvokeError"/> at once. man 2 open.</returns>
    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial SafeFileHandle Open(string path, int flags);
}
