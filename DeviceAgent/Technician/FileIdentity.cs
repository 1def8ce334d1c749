using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Technician;

/// <summary>Who owns a file and whether it is still the same one: what the framework does not tell.</summary>
/// <remarks>Source: man 2 statx, man 2 open; linux/stat.h (the structure is the same on x64 and arm64).</remarks>
internal static partial class FileIdentity
{
    private const int ReadOnly = 0, NonBlocking = 0x800, CloseOnExec = 0x80000;
    private const int CurrentDirectory = -100, SymlinkNoFollow = 0x100, EmptyPath = 0x1000;
    private const uint BasicStats = 0x7FF;
    private const int StatxBytes = 256;
    private const int TooManyLinks = 40; // ELOOP: what O_NOFOLLOW gives for a symbolic link

    // O_NOFOLLOW differs by architecture: asm-generic/fcntl.h and asm/fcntl.h of arm64.
    private static int NoFollow => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    public static uint EffectiveUser => GetEffectiveUser();

    /// <summary>Opens for reading; a symbolic link is refused with ELOOP (<see cref="IsLink"/>), a pipe without a writer does not block.</summary>
    /// <returns>0, or errno.</returns>
    public static int Open(string path, out SafeFileHandle file)
    {
        var fd = OpenFile(path, ReadOnly | NonBlocking | CloseOnExec | NoFollow);
        var errno = fd < 0 ? Marshal.GetLastPInvokeError() : 0;
        file = new SafeFileHandle(fd, ownsHandle: true);
        return errno;
    }

    public static bool IsLink(int errno) => errno == TooManyLinks;

    /// <returns>Null when the file cannot be looked at.</returns>
    public static FileStamp? Of(SafeFileHandle file)
    {
        Span<byte> buffer = stackalloc byte[StatxBytes];
        return Statx(file, "", EmptyPath, BasicStats, ref MemoryMarshal.GetReference(buffer)) == 0 ? Stamp(buffer) : null;
    }

    /// <summary>One system call; a symbolic link is looked at itself.</summary>
    public static FileStamp? Of(string path)
    {
        Span<byte> buffer = stackalloc byte[StatxBytes];
        return Statx(CurrentDirectory, path, SymlinkNoFollow, BasicStats, ref MemoryMarshal.GetReference(buffer)) == 0 ? Stamp(buffer) : null;
    }

    private static FileStamp Stamp(ReadOnlySpan<byte> statx) => new(
        Owner: BinaryPrimitives.ReadUInt32LittleEndian(statx[20..]),
        Mode: BinaryPrimitives.ReadUInt16LittleEndian(statx[28..]),
        Inode: BinaryPrimitives.ReadUInt64LittleEndian(statx[32..]),
        Length: BinaryPrimitives.ReadInt64LittleEndian(statx[40..]),
        ChangedSeconds: BinaryPrimitives.ReadInt64LittleEndian(statx[96..]),
        ChangedNanoseconds: BinaryPrimitives.ReadUInt32LittleEndian(statx[104..]));

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte buffer);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(SafeFileHandle file, string path, int flags, uint mask, ref byte buffer);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();
}

/// <param name="Mode">st_mode: type and permissions.</param>
/// <param name="ChangedSeconds">The inode's change time: it moves with content, mode and owner, and nobody sets it.</param>
internal readonly record struct FileStamp(uint Owner, ushort Mode, ulong Inode, long Length, long ChangedSeconds, uint ChangedNanoseconds)
{
    public bool IsRegular => (Mode & 0xF000) == 0x8000;

    public bool IsSocket => (Mode & 0xF000) == 0xC000;

    public int Permissions => Mode & 0x1FF;
}
