#pragma warning disable CA1416 // The agent runs on Linux alone.
using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Journal.LiteDb;

/// <summary>LiteDB's write-ahead log in a file: a commit is in it as a whole once it is durable, or not at all.</summary>
/// <remarks>
/// LiteDB 5 neither syncs its log when it commits nor can it tell a torn page (its issues 2818 and 2935), so both are done here, as SQLite does it
/// (sqlite.org/fileformat2.html, section 4.2): each page stands in a frame with a checksum that goes on from the frame before it, pages are held back
/// until <see cref="MakeDurable"/> writes them with one call and syncs once, and the log ends before the first frame that does not fit.
/// A frame: salt (8, random, another one each time the log begins anew), number (4), flags (4; 1: the last of its commit), CRC-32C (4), zeros (12), page.
/// LiteDB appends whole pages and empties the log after it has synced the data file; nothing else is taken. Owns the file. One caller at a time.
/// </remarks>
internal sealed class FramedLog : Stream
{
    public const int PageBytes = 8192;
    private const int HeaderBytes = 32;
    private const int FrameBytes = HeaderBytes + PageBytes;
    private const int SaltAt = 0, NumberAt = 8, FlagsAt = 12, CrcAt = 16;
    private const uint EndsCommit = 1;

    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly MemoryStream _pending = new();
    private ulong _salt;
    private int _durablePages;
    // Of the last durable frame: the next one's goes on from it.
    private uint _crc;

    private FramedLog(string path, SafeFileHandle file) => (_path, _file) = (path, file);

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    /// <summary>As LiteDB sees it: pages without frames, those that are held back among them.</summary>
    public override long Length => ((long)_durablePages * PageBytes) + (_pending.Length / FrameBytes * PageBytes);

    public override long Position { get; set; }

    /// <summary>Opens a log that is there and finds its end.</summary>
    public static FramedLog Open(string path)
    {
        // After a failed sync the page cache shows what the disk lacks.
        DurableFiles.WriteAgain(path);
        var log = new FramedLog(path, File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite));
        try
        {
            log.FindEnd();
            return log;
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    /// <summary>Writes what was held back and syncs it: afterwards it is found again as a whole, and after a cut in here as a whole or not at all.</summary>
    public void MakeDurable()
    {
        if (_pending.Length == 0) return;
        var frames = _pending.GetBuffer().AsSpan(0, (int)_pending.Length);
        if (_durablePages == 0) BinaryPrimitives.TryReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)), out _salt);
        var crc = _durablePages == 0 ? 0 : _crc;
        var count = frames.Length / FrameBytes;
        for (var i = 0; i < count; i++)
        {
            var frame = frames.Slice(i * FrameBytes, FrameBytes);
            BinaryPrimitives.WriteUInt64LittleEndian(frame[SaltAt..], _salt);
            BinaryPrimitives.WriteInt32LittleEndian(frame[NumberAt..], _durablePages + i);
            BinaryPrimitives.WriteUInt32LittleEndian(frame[FlagsAt..], i == count - 1 ? EndsCommit : 0);
            crc = Checksum(frame, crc);
            BinaryPrimitives.WriteUInt32LittleEndian(frame[CrcAt..], crc);
        }
        RandomAccess.Write(_file, frames, (long)_durablePages * FrameBytes);
        if (!LeavesCommitsUnsynced) Sync();
        (_durablePages, _crc) = (_durablePages + count, crc);
        _pending.SetLength(0);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = 0;
        while (buffer.Length > 0 && Position < Length)
        {
            var (page, within) = ((int)(Position / PageBytes), (int)(Position % PageBytes));
            var part = buffer[..Math.Min(buffer.Length, PageBytes - within)];
            if (page < _durablePages)
            {
                if (RandomAccess.Read(_file, part, ((long)page * FrameBytes) + HeaderBytes + within) != part.Length) throw new EndOfStreamException("The log is shorter than it was.");
            }
            else
            {
                _pending.GetBuffer().AsSpan(((page - _durablePages) * FrameBytes) + HeaderBytes + within, part.Length).CopyTo(part);
            }
            Position += part.Length;
            read += part.Length;
            buffer = buffer[part.Length..];
        }
        return read;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (Position != Length || buffer.Length != PageBytes) throw new NotSupportedException("The log takes whole pages at its end.");
        _pending.Position = _pending.Length;
        Span<byte> header = stackalloc byte[HeaderBytes];
        header.Clear();
        _pending.Write(header);
        _pending.Write(buffer);
        Position += PageBytes;
    }

    /// <summary>Nothing: what makes it durable is <see cref="MakeDurable"/>, at the end of a commit.</summary>
    public override void Flush()
    {
    }

    /// <summary>For the controls of the power-loss tests, which must lose something.</summary>
    internal bool LeavesCommitsUnsynced { get; set; }

    internal bool NeverSyncs { get; set; }

    /// <summary>Empties it, durably. LiteDB has synced the data file before.</summary>
    public override void SetLength(long value)
    {
        if (value == Length) return;
        if (value != 0) throw new NotSupportedException("The log is emptied as a whole.");
        _pending.SetLength(0);
        if (_durablePages == 0) return;
        // The first frame ends it; the room is used again. To cut it off would leave any part of it after a power cut, an older one among them.
        RandomAccess.Write(_file, stackalloc byte[HeaderBytes], 0);
        Sync();
        (_durablePages, _crc) = (0, 0);
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => Length + offset,
    };

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
            _pending.Dispose();
        }
        base.Dispose(disposing);
    }

    private void Sync()
    {
        if (!NeverSyncs) DurableFiles.SyncData(_file, _path);
    }

    private void FindEnd()
    {
        var frame = new byte[FrameBytes];
        uint crc = 0;
        for (var number = 0; ; number++)
        {
            var read = RandomAccess.Read(_file, frame, (long)number * FrameBytes);
            if (read != FrameBytes) return;
            if (number == 0) _salt = BinaryPrimitives.ReadUInt64LittleEndian(frame.AsSpan(SaltAt));
            crc = Checksum(frame, crc);
            if (BinaryPrimitives.ReadUInt64LittleEndian(frame.AsSpan(SaltAt)) != _salt || BinaryPrimitives.ReadInt32LittleEndian(frame.AsSpan(NumberAt)) != number
                || BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(CrcAt)) != crc) return;
            if (BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(FlagsAt)) == EndsCommit) (_durablePages, _crc) = (number + 1, crc);
        }
    }

    /// <summary>Castagnoli's (RFC 3720, B.4), over the header before it and the page.</summary>
    private static uint Checksum(ReadOnlySpan<byte> frame, uint from)
    {
        var crc = ~from;
        foreach (var part in (ReadOnlySpan<int>)[SaltAt, NumberAt]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(frame[part..]));
        for (var at = HeaderBytes; at < FrameBytes; at += sizeof(ulong)) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(frame[at..]));
        return ~crc;
    }
}
