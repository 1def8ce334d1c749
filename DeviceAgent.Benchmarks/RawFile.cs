using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Benchmarks;

/// <summary>The physical limit of a durable step: 1 KiB overwritten in a preallocated file, then fdatasync.</summary>
/// <remarks>fdatasync(2) itself: RandomAccess.FlushToDisk is fsync(2), which writes the file's times too.</remarks>
internal sealed partial class RawFile : IDisposable
{
    public const int RecordBytes = 1024;
    private const int Records = 4096;
    private readonly SafeFileHandle _file;
    private readonly byte[] _record = RandomNumberGenerator.GetBytes(RecordBytes);
    private int _next;

    public RawFile(string path)
    {
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite);
        // Written, not only allocated: the first write to an allocated extent changes the file system's own books.
        var filling = new byte[RecordBytes * Records];
        RandomNumberGenerator.Fill(filling);
        RandomAccess.Write(_file, filling, 0);
        RandomAccess.FlushToDisk(_file);
    }

    public void AppendDurably()
    {
        RandomAccess.Write(_file, _record, (long)RecordBytes * _next);
        _next = (_next + 1) % Records;
        if (FDataSync(_file) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError(), "fdatasync");
    }

    public void Dispose() => _file.Dispose();

    /// <summary>man 2 fdatasync.</summary>
    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeFileHandle fd);
}
