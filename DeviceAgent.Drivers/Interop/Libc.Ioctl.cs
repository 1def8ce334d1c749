using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Drivers.Interop;

internal static partial class Libc
{
    // asm-generic/ioctls.h, the same on x64 and arm64. man 2 ioctl_tty.

    /// <summary>Drops queued bytes; the argument is <see cref="TCIOFLUSH"/>.</summary>
    internal const uint TCFLSH = 0x540B;
    internal const int TCIOFLUSH = 2;

    /// <summary>Refuse further opens of this tty with EBUSY. Does not bind CAP_SYS_ADMIN.</summary>
    internal const uint TIOCEXCL = 0x540C;

    /// <summary>Takes <see cref="TIOCEXCL"/> back.</summary>
    internal const uint TIOCNXCL = 0x540D;

    /// <summary>Bytes in the output queue, as an int.</summary>
    internal const uint TIOCOUTQ = 0x5411;

    /// <summary>Read and set a <see cref="Termios2"/>.</summary>
    internal const uint TCGETS2 = 0x802C542A, TCSETS2 = 0x402C542B;

    /// <returns>-1 on failure; read <see cref="Marshal.GetLastPInvokeError"/> at once. man 2 ioctl.</returns>
    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int Ioctl(SafeFileHandle fd, nuint request, nint argument);

    /// <inheritdoc cref="Ioctl(SafeFileHandle, nuint, nint)"/>
    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int Ioctl(SafeFileHandle fd, nuint request, ref int argument);

    /// <inheritdoc cref="Ioctl(SafeFileHandle, nuint, nint)"/>
    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    internal static partial int Ioctl(SafeFileHandle fd, nuint request, ref Termios2 argument);
}
