using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Drivers.Interop;

internal static partial class Libc
{
    /// <returns>Bytes taken, -1 on failure; read <see cref="Marshal.GetLastPInvokeError"/> at once. man 2 write.</returns>
    internal static int Write(SafeFileHandle fd, ReadOnlySpan<byte> bytes) =>
        (int)Write(fd, ref MemoryMarshal.GetReference(bytes), (nuint)bytes.Length);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle fd, ref readonly byte bytes, nuint count);
}
