#pragma warning disable CA1416 // The agent runs on Linux alone.
using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Journal;

/// <summary>Files that are whole or not there after a power cut: written under another name, synced, renamed, the folder synced.</summary>
internal static class DurableFiles
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerOnly | UnixFileMode.UserExecute;

    // asm-generic/fcntl.h (x64, arm64). O_DIRECTORY differs between them and is not needed.
    private const int ReadOnlyCloseOnExec = 0x80000;

    // asm-generic/errno-base.h: EINTR.
    private const int Interrupted = 4;

    /// <summary>A folder that is there is left as it is; one that is made, with those above it, has a durable name.</summary>
    public static void MakeFolder(string folder)
    {
        List<string> parents = [];
        for (var missing = Path.GetFullPath(folder); !Directory.Exists(missing); missing = parents[^1]) parents.Add(Path.GetDirectoryName(missing)!);
        if (parents.Count == 0) return;
        Directory.CreateDirectory(folder, OwnerFolder);
        foreach (var parent in parents) SyncFolder(parent);
    }

    /// <summary>An empty file with mode 0600, whatever the umask is.</summary>
    public static void MakeEmpty(string path) => Write(path, []);

    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            UnixCreateMode = OwnerOnly,
        };
        using var file = new FileStream(path, options);
        File.SetUnixFileMode(file.SafeFileHandle, OwnerOnly);
        file.Write(content);
        file.Flush();
        Sync(file.SafeFileHandle, path);
    }

    /// <summary>Gives a synced file its name, and makes the name durable. Never replaces a file.</summary>
    /// <exception cref="IOException">The name is taken.</exception>
    public static void Publish(string temporary, string path)
    {
        using (var handle = File.OpenHandle(temporary, FileMode.Open, FileAccess.ReadWrite)) Sync(handle, temporary);
        File.Move(temporary, path, overwrite: false);
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Puts new content in the place of a file: the old or the new one is there after a power cut, never half of one.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> content)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.new";
        try
        {
            Write(temporary, content);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Gives a file another name in its folder, durably. Never replaces a file; reads nothing of it.</summary>
    /// <exception cref="IOException">The name is taken.</exception>
    public static void Rename(string path, string newPath)
    {
        File.Move(path, newPath, overwrite: false);
        SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Makes durable what the page cache shows of a file, if it is there.</summary>
    /// <remarks>
    /// After a failed sync Linux holds the pages for clean although the disk lacks them (man 2 fsync; lwn.net/Articles/752063): no later sync
    /// covers them unless they are written again, and whoever reads the file is shown what a power cut takes away.
    /// </remarks>
    public static void WriteAgain(string path)
    {
        if (!File.Exists(path)) return;
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        var block = new byte[64 * 1024];
        long at = 0;
        while (RandomAccess.Read(file, block, at) is > 0 and var read)
        {
            RandomAccess.Write(file, block.AsSpan(0, read), at);
            at += read;
        }
        if (at > 0) Sync(file, path);
    }

    /// <summary>
    /// A file or folder as it stands is on the disk when it returns. Not .NET's own flush to disk: 10.0.12 says nothing of an fsync that failed
    /// (github.com/dotnet/corefx/pull/10104; strace -e inject=fsync:error=EIO shows it).
    /// </summary>
    /// <exception cref="IOException">It is not, and no later sync tells (man 2 fsync, lwn.net/Articles/752063).</exception>
    public static void Sync(SafeFileHandle file, string path) => Sync(FSync, file, path);

    /// <summary>As <see cref="Sync(SafeFileHandle, string)"/>, without the times of a file, which nobody needs to read it again.</summary>
    public static void SyncData(SafeFileHandle file, string path) => Sync(FDataSync, file, path);

    private static void Sync(Func<SafeFileHandle, int> call, SafeFileHandle file, string path)
    {
        int result, error;
        do (result, error) = (call(file), Marshal.GetLastPInvokeError());
        while (result < 0 && error == Interrupted);
        if (result < 0) throw new IOException($"{path} cannot be synced.", new Win32Exception(error));
    }

    private static void SyncFolder(string folder)
    {
        using var handle = new SafeFileHandle(Open(Encoding.UTF8.GetBytes(folder + "\0"), ReadOnlyCloseOnExec), ownsHandle: true);
        if (handle.IsInvalid) throw new IOException($"{folder} cannot be synced.", new Win32Exception(Marshal.GetLastPInvokeError()));
        Sync(handle, folder);
    }

    /// <summary>man 2 open. .NET opens no folders.</summary>
    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    /// <summary>man 2 fsync.</summary>
    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int FSync(SafeFileHandle file);

    /// <summary>man 2 fdatasync.</summary>
    [DllImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int FDataSync(SafeFileHandle file);
}
