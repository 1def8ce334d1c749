using System.Runtime.InteropServices;

namespace DeviceAgent.Drivers.Interop;

/// <summary>struct pollfd. man 2 poll; asm-generic/poll.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollFd
{
    internal int Fd;
    internal PollEvents Events;
    internal PollEvents Returned;
}

/// <summary>asm-generic/poll.h. Error, HangUp and Invalid are told without being asked for.</summary>
[Flags]
internal enum PollEvents : short
{
    None = 0,
    In = 0x01,
    Out = 0x04,
    Error = 0x08,
    HangUp = 0x10,
    Invalid = 0x20,
}

internal static partial class Libc
{
    /// <summary>Blocks until one of the descriptors is ready, without limit when <paramref name="timeoutMilliseconds"/> is -1.</summary>
    /// <remarks>The caller keeps the descriptors open meanwhile: raw numbers hold no reference.</remarks>
    /// <returns>-1 on failure; read <see cref="Marshal.GetLastPInvokeError"/> at once. man 2 poll.</returns>
    internal static int Poll(Span<PollFd> fds, int timeoutMilliseconds) =>
        Poll(ref MemoryMarshal.GetReference(fds), (nuint)fds.Length, timeoutMilliseconds);

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollFd fds, nuint count, int timeoutMilliseconds);
}
