using System.Runtime.InteropServices;

namespace DeviceAgent.Drivers.Interop;

internal static partial class Libc
{
    /// <summary>struct timex: 208 bytes, the same on x64 and arm64. linux/timex.h.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 208)]
    internal struct Timex
    {
        /// <summary>What is to be set; 0 only reads, which needs no capability.</summary>
        [FieldOffset(0)] internal uint Modes;

        /// <summary>STA_*.</summary>
        [FieldOffset(40)] internal int Status;
    }

    /// <summary>linux/timex.h: what the call returns while the clock is not synchronized, and the bit of the status that says the same.</summary>
    internal const int TIME_ERROR = 5, STA_UNSYNC = 0x40;

    /// <returns>The clock's state (TIME_*), -1 on failure; read <see cref="Marshal.GetLastPInvokeError"/> at once. man 2 adjtimex.</returns>
    [LibraryImport(Library, EntryPoint = "adjtimex", SetLastError = true)]
    internal static partial int Adjtimex(ref Timex buffer);
}
