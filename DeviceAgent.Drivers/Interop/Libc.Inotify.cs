using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Drivers.Interop;

internal static partial class Libc
{
    // sys/inotify.h: the values of O_NONBLOCK and O_CLOEXEC.
    internal const int IN_NONBLOCK = 0x800, IN_CLOEXEC = 0x80000;

    // linux/inotify.h: what a folder tells.
    internal const uint IN_ATTRIB = 0x004, IN_MOVED_TO = 0x080, IN_CREATE = 0x100, IN_DELETE_SELF = 0x400, IN_MOVE_SELF = 0x800, IN_ONLYDIR = 0x0100_0000;

    /// <returns>An invalid handle on failure; read <see cref="Marshal.GetLastPInvokeError"/> at once. man 2 inotify_init1.</returns>
    [LibraryImport(Library, EntryPoint = "inotify_init1", SetLastError = true)]
    internal static partial SafeFileHandle InotifyInit(int flags);

    /// <returns>The watch, the same one for a folder that is watched already; -1 on failure. man 2 inotify_add_watch.</returns>
    [LibraryImport(Library, EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int InotifyAddWatch(SafeFileHandle fd, string path, uint mask);
}
