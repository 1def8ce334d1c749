using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Simulator;

/// <summary>A pseudo-terminal in raw mode: the simulated device holds the master, the agent opens <see cref="DevicePath"/>.</summary>
/// <remarks>
/// Source: man 7 pty, man 3 ptsname. The slave is held open here too, so that bytes in flight and the line itself survive the
/// agent's death, as a powered printer's do; <see cref="HangUp"/> gives that up and is what a pulled cable looks like (EIO, POLLHUP).
/// </remarks>
public sealed partial class PseudoTerminal : ISimulatedLine, IDisposable
{
    private const int ReadWrite = 2, NoControllingTerminal = 0x100, CloseOnExec = 0x80000, InputQueue = 0, InputAndOutputQueue = 2;
    private const short PollIn = 1;
    private const nuint NotExclusive = 0x540D; // TIOCNXCL, asm-generic/ioctls.h
    private readonly SafeFileHandle _master;
    // A reader that waits holds the master open: without being woken it would keep the line alive after Dispose.
    private readonly SafeFileHandle _closing;
    private SafeFileHandle? _keepAlive;

    public PseudoTerminal()
    {
        _master = OpenDevice("/dev/ptmx");
        var closing = EventFd(0, CloseOnExec);
        Check(closing, "eventfd");
        _closing = new SafeFileHandle(closing, ownsHandle: true);
        Check(UnlockPt(_master), "unlockpt");
        var name = new byte[128];
        Check(PtsName(_master, name, (nuint)name.Length), "ptsname_r");
        DevicePath = Encoding.ASCII.GetString(name, 0, Array.IndexOf(name, (byte)0));
        _keepAlive = OpenDevice(DevicePath);
        var attributes = new byte[60]; // struct termios of glibc (x64, arm64)
        Check(TcGetAttr(_keepAlive, attributes), "tcgetattr");
        CfMakeRaw(attributes);
        Check(TcSetAttr(_keepAlive, 0, attributes), "tcsetattr");
    }

    public string DevicePath { get; }

    /// <summary>The device's side of the line. Reads block; at a hang-up of the other side they fail with EIO.</summary>
    public SafeFileHandle Master => _master;

    /// <summary>Reads what the other side wrote; blocks until there is something. 0 when the line is gone.</summary>
    public int Read(Span<byte> buffer)
    {
        try
        {
            while (WaitForBytes())
            {
                var read = ReadFd(_master, ref MemoryMarshal.GetReference(buffer), (nuint)buffer.Length);
                if (read >= 0) return (int)read;
                if (Marshal.GetLastPInvokeError() is not 4) return 0; // EINTR
            }
        }
        catch (ObjectDisposedException)
        {
            // The line was closed between the waiting and the reading.
        }
        return 0;
    }

    private bool WaitForBytes()
    {
        bool master = false, closing = false;
        try
        {
            _master.DangerousAddRef(ref master);
            _closing.DangerousAddRef(ref closing);
            Span<PollFd> waits = [new((int)_master.DangerousGetHandle(), PollIn), new((int)_closing.DangerousGetHandle(), PollIn)];
            while (Poll(ref MemoryMarshal.GetReference(waits), 2, -1) < 0)
            {
                if (Marshal.GetLastPInvokeError() is not 4) return false; // EINTR
            }
            return waits[1].Answer == 0;
        }
        finally
        {
            if (master) _master.DangerousRelease();
            if (closing) _closing.DangerousRelease();
        }
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var written = WriteFd(_master, ref MemoryMarshal.GetReference(bytes), (nuint)bytes.Length);
            if (written < 0)
            {
                if (Marshal.GetLastPInvokeError() is 4) continue;
                throw new Win32Exception(Marshal.GetLastPInvokeError(), "write to pseudo-terminal");
            }
            bytes = bytes[(int)written..];
        }
    }

    /// <summary>Drops what is in flight in both directions: a UART whose board lost power.</summary>
    public void DropBytesInFlight()
    {
        // Each end's own queue holds what has arrived there and was not read; the other end cannot flush it.
        if (_keepAlive is not { } slave) return;
        Check(TcFlush(slave, InputAndOutputQueue), "tcflush");
        Check(TcFlush(_master, InputAndOutputQueue), "tcflush");
    }

    /// <summary>
    /// Drops what the device said and nobody has read. The kernel does so itself when a real port is closed for the last time;
    /// the descriptor held here never closes.
    /// </summary>
    public void DropUnread()
    {
        if (_keepAlive is { } slave) Check(TcFlush(slave, InputQueue), "tcflush");
    }

    /// <summary>
    /// After the other side was killed: takes its exclusive use back (TIOCNXCL). The kernel does so itself when the last descriptor closes,
    /// but the one held here never closes, and whoever is not root would find the line busy for ever.
    /// </summary>
    public void ReleaseExclusiveUse()
    {
        if (_keepAlive is { } slave) Check(Ioctl(slave, NotExclusive, 0), "TIOCNXCL");
    }

    /// <summary>Pulls the cable: the agent's side sees a hang-up, now and for good.</summary>
    public void HangUp() => Dispose();

    public void Dispose()
    {
        if (_closing.IsClosed) return;
        _ = WriteFd(_closing, in MemoryMarshal.GetReference<byte>([1, 0, 0, 0, 0, 0, 0, 0]), 8);
        _closing.Dispose();
        _keepAlive?.Dispose();
        _keepAlive = null;
        _master.Dispose();
    }

    private static SafeFileHandle OpenDevice(string path)
    {
        var fd = Open(path, ReadWrite | NoControllingTerminal | CloseOnExec);
        Check(fd, $"open {path}");
        return new SafeFileHandle(fd, ownsHandle: true);
    }

    private static void Check(int result, string what)
    {
        if (result < 0) throw new Win32Exception(Marshal.GetLastPInvokeError(), what);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    private static partial int UnlockPt(SafeFileHandle master);

    [LibraryImport("libc", EntryPoint = "ptsname_r", SetLastError = true)]
    private static partial int PtsName(SafeFileHandle master, byte[] name, nuint length);

    [LibraryImport("libc", EntryPoint = "tcgetattr", SetLastError = true)]
    private static partial int TcGetAttr(SafeFileHandle fd, byte[] termios);

    [LibraryImport("libc", EntryPoint = "tcsetattr", SetLastError = true)]
    private static partial int TcSetAttr(SafeFileHandle fd, int when, byte[] termios);

    [LibraryImport("libc", EntryPoint = "cfmakeraw")]
    private static partial void CfMakeRaw(byte[] termios);

    [LibraryImport("libc", EntryPoint = "tcflush", SetLastError = true)]
    private static partial int TcFlush(SafeFileHandle fd, int queue);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadFd(SafeFileHandle fd, ref byte buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteFd(SafeFileHandle fd, ref readonly byte buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFd(uint start, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(SafeFileHandle fd, nuint request, nint argument);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(ref PollFd waits, nuint count, int milliseconds);

    private struct PollFd(int fd, short events)
    {
        public readonly int Fd = fd;
        public readonly short Events = events;
        public short Answer;
    }
}
