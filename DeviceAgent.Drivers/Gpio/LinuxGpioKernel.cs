using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Drivers.Gpio;

/// <summary>The real system calls: man 2 open, ioctl, read, poll, eventfd; man 7 inotify. Interrupted calls are made again.</summary>
internal sealed partial class LinuxGpioKernel(string deviceFolder) : IGpioKernel
{
    private const int ReadWrite = 2, CloseOnExec = 0x80000;
    private const short PollIn = 1;

    // sys/inotify.h. A node that is unlinked while another program has it open changes its link count (ATTRIB) and is deleted later.
    private const uint InAttrib = 0x4, InDeleteSelf = 0x400, InUnmount = 0x2000, InIgnored = 0x8000;
    private const int InNonBlock = 0x800, InotifyEventBytes = 16;

    public IReadOnlyList<string> ChipPaths() =>
        Directory.Exists(deviceFolder)
            ? [.. Directory.EnumerateFileSystemEntries(deviceFolder, "gpiochip*").OrderBy(p => p.Length).ThenBy(p => p, StringComparer.Ordinal)]
            : [];

    public int Open(string path)
    {
        while (true)
        {
            var fd = OpenFile(path, ReadWrite | CloseOnExec);
            if (fd >= 0) return fd;
            if (LastErrno() is var errno && errno != Errno.EINTR) return -errno;
        }
    }

    public SafeFileHandle Adopt(int fd) => new(fd, ownsHandle: true);

    public int Ioctl(SafeFileHandle file, uint request, Span<byte> argument)
    {
        while (true)
        {
            var result = IoctlFile(file, request, ref MemoryMarshal.GetReference(argument));
            if (result >= 0) return result;
            if (LastErrno() is var errno && errno != Errno.EINTR) return -errno;
        }
    }

    public int Read(SafeFileHandle file, Span<byte> buffer)
    {
        while (true)
        {
            var read = ReadFile(file, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
            if (read >= 0) return (int)read;
            if (LastErrno() is var errno && errno != Errno.EINTR) return -errno;
        }
    }

    public int CreateWake()
    {
        var fd = EventFd(0, CloseOnExec);
        return fd >= 0 ? fd : -LastErrno();
    }

    public void Wake(SafeFileHandle wake)
    {
        var one = 1UL;
        if (WriteFile(wake, ref one, sizeof(ulong)) < 0) throw new Win32Exception(LastErrno(), "write to eventfd");
    }

    public int WatchNode(string path)
    {
        var fd = InotifyInit(InNonBlock | CloseOnExec);
        if (fd < 0) return -LastErrno();
        if (InotifyAddWatch(fd, path, InAttrib | InDeleteSelf) >= 0) return fd;
        var errno = LastErrno();
        using var unused = Adopt(fd);
        return -errno;
    }

    public bool NodeIsGone(SafeFileHandle watch, string path)
    {
        // struct inotify_event without a name: wd, mask, cookie, len.
        Span<byte> events = stackalloc byte[InotifyEventBytes * 16];
        var seen = 0U;
        while (Read(watch, events) is > 0 and var read)
        {
            for (var at = 0; at + InotifyEventBytes <= read; at += InotifyEventBytes) seen |= BitConverter.ToUInt32(events[(at + 4)..]);
        }
        return (seen & (InDeleteSelf | InUnmount | InIgnored)) != 0 || !File.Exists(path);
    }

    public int WaitReadable(SafeFileHandle file, SafeFileHandle wake, SafeFileHandle? watch)
    {
        bool fileHeld = false, wakeHeld = false, watchHeld = false;
        try
        {
            file.DangerousAddRef(ref fileHeld);
            wake.DangerousAddRef(ref wakeHeld);
            watch?.DangerousAddRef(ref watchHeld);
            Span<PollFd> waits =
            [
                new() { Fd = (int)file.DangerousGetHandle(), Events = PollIn },
                new() { Fd = (int)wake.DangerousGetHandle(), Events = PollIn },
                // man 2 poll: a negative descriptor is ignored.
                new() { Fd = watch is null ? -1 : (int)watch.DangerousGetHandle(), Events = PollIn },
            ];
            while (true)
            {
                if (Poll(ref MemoryMarshal.GetReference(waits), (nuint)waits.Length, -1) >= 0)
                    return waits[1].ReturnedEvents != 0 ? 0 : waits[0].ReturnedEvents != 0 ? 1 : 2;
                if (LastErrno() is var errno && errno != Errno.EINTR) return -errno;
            }
        }
        finally
        {
            if (fileHeld) file.DangerousRelease();
            if (wakeHeld) wake.DangerousRelease();
            if (watchHeld) watch!.DangerousRelease();
        }
    }

    private static int LastErrno() => Marshal.GetLastPInvokeError();

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        internal int Fd;
        internal short Events;
        internal short ReturnedEvents;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoctlFile(SafeFileHandle fd, nuint request, ref byte argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadFile(SafeFileHandle fd, ref byte buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteFile(SafeFileHandle fd, ref ulong buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    private static partial int InotifyInit(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int InotifyAddWatch(int fd, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollFd fds, nuint count, int timeoutMilliseconds);
}

/// <summary>asm-generic/errno-base.h and errno.h (x64, arm64); ENOTSUPP is the kernel's own, and drivers leak it.</summary>
internal static class Errno
{
    internal const int EPERM = 1, ENOENT = 2, EINTR = 4, EIO = 5, ENXIO = 6, EACCES = 13, EBUSY = 16, ENODEV = 19, EINVAL = 22, ENOTTY = 25,
        ENOSYS = 38, EOPNOTSUPP = 95, ENOTSUPP = 524;
}
