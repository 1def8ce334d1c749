#pragma warning disable CA1416 // The agent runs on Linux alone.
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Journal.LiteDb;

/// <summary>LiteDB's data file: written in place from the log, and synced when LiteDB says so, before it empties the log.</summary>
/// <remarks>Owns the file and its lock (man 2 flock): a second opener is refused. One caller at a time.</remarks>
internal sealed class DataFile(string path, SafeFileHandle file) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => RandomAccess.GetLength(file);

    public override long Position { get; set; }

    /// <exception cref="IOException">With the errno EAGAIN as HResult when another has it open.</exception>
    public static DataFile Open(string path) => new(path, File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None));

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = RandomAccess.Read(file, buffer, Position);
        Position += read;
        return read;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        RandomAccess.Write(file, buffer, Position);
        Position += buffer.Length;
    }

    /// <summary>For a control of the power-loss tests, which must lose something.</summary>
    internal bool NeverSyncs { get; set; }

    public override void Flush()
    {
        if (!NeverSyncs) DurableFiles.SyncData(file, path);
    }

    public override void SetLength(long value) => RandomAccess.SetLength(file, value);

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    protected override void Dispose(bool disposing)
    {
        if (disposing) file.Dispose();
        base.Dispose(disposing);
    }
}
