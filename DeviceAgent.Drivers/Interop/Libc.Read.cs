using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Drivers.Interop;

internal static partial class Libc
{
    /// <returns>Bytes read, -1 on failure; read <see cref="Marshal.GetLastPInvokeError"/> at once. man 2 read.</returns>
    internal static int Read(SafeFileHandle fd, Span<byte> buffer) =>
        (int)Read(fd, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle fd, ref byte buffer, nuint count);
}
