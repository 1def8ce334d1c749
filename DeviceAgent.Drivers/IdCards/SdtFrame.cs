using System.Buffers.Binary;
using System.Security.Cryptography;

namespace DeviceAgent.Drivers.IdCards;

/// <summary>One answer of the reader: a whole frame with the right length and checksum. The bytes stand until the parser's next call.</summary>
/// <param name="status">SW1, SW2 and SW3, high byte first.</param>
/// <param name="data">What follows the status; may be personal data.</param>
internal readonly ref struct SdtReply(int status, ReadOnlySpan<byte> data)
{
    /// <summary>SW1 SW2 SW3; the first two are 0 in all that GA 450 names.</summary>
    public int Status { get; } = status;

    public ReadOnlySpan<byte> Data { get; } = data;
}

/// <summary>The frame of requests and answers.</summary>
/// <remarks>
/// Source: GA 450. AA AA AA 96 69, length (two bytes, high first, counts all that follows it), content, and the exclusive or of all
/// bytes from the length on. A request's content is command, parameter and data, an answer's SW1, SW2, SW3 and data.
/// </remarks>
internal static class SdtFrame
{
    /// <summary>Mark and length.</summary>
    public const int HeaderBytes = 7;

    /// <summary>Bytes that <see cref="Write"/> puts around the data.</summary>
    public const int RequestOverheadBytes = HeaderBytes + 3;

    /// <summary>SW1 SW2 SW3 and the checksum.</summary>
    public const int LeastLength = 4;

    /// <summary>Three lengths, text, photo and fingerprints.</summary>
    public const int MostLength = LeastLength + 6 + 256 + 1024 + 1024;

    public const int MaxBytes = HeaderBytes + MostLength;

    public static ReadOnlySpan<byte> Mark => [0xAA, 0xAA, 0xAA, 0x96, 0x69];

    /// <returns>How many bytes of <paramref name="frame"/> the request takes.</returns>
    public static int Write(Span<byte> frame, byte command, byte parameter, ReadOnlySpan<byte> data)
    {
        Mark.CopyTo(frame);
        BinaryPrimitives.WriteUInt16BigEndian(frame[Mark.Length..], (ushort)(3 + data.Length));
        frame[HeaderBytes] = command;
        frame[HeaderBytes + 1] = parameter;
        data.CopyTo(frame[(HeaderBytes + 2)..]);
        var end = HeaderBytes + 2 + data.Length;
        frame[end] = Checksum(frame[Mark.Length..end]);
        return end + 1;
    }

    public static byte Checksum(ReadOnlySpan<byte> bytes)
    {
        byte sum = 0;
        foreach (var b in bytes) sum ^= b;
        return sum;
    }
}

/// <summary>Bytes in, answers out: no clock, no I/O, no allocation after the constructor. Whatever came before, the next good frame is read.</summary>
/// <remarks>
/// A frame that is wrong gives up its mark only: a good frame that begins within it is found. One that broke off swallows what follows
/// until it is full or <see cref="TryReadAfterSilence"/> says that nothing more comes. Bytes that are done with are cleared.
/// </remarks>
internal sealed class SdtReplyParser
{
    // Pinned: the collector moves no copies of it about.
    private readonly byte[] _held = GC.AllocateArray<byte>(SdtFrame.MaxBytes, pinned: true);
    private int _count, _given;

    /// <summary>A mark has come, and its frame is not whole.</summary>
    public bool IsInFrame => _count - _given >= SdtFrame.Mark.Length;

    /// <summary>Frames so far whose length or checksum was wrong, or that broke off.</summary>
    public long Garbled { get; private set; }

    /// <summary>Takes bytes from the front of <paramref name="input"/> up to the end of the next whole frame.</summary>
    /// <returns>False: all input is taken, and there is no frame yet.</returns>
    public bool TryRead(ref ReadOnlySpan<byte> input, out SdtReply reply)
    {
        TakeBack();
        while (!TryFind(out reply))
        {
            if (input.IsEmpty) return false;
            // A frame that is not whole is never longer than the room.
            var count = Math.Min(input.Length, _held.Length - _count);
            input[..count].CopyTo(_held.AsSpan(_count));
            _count += count;
            input = input[count..];
        }
        return true;
    }

    /// <summary>Nothing more comes of the frame that began last: looks for another within it.</summary>
    public bool TryReadAfterSilence(out SdtReply reply)
    {
        TakeBack();
        while (!TryFind(out reply))
        {
            if (_count == 0) return false;
            GiveUp();
        }
        return true;
    }

    /// <summary>Forgets everything that has come.</summary>
    public void Clear()
    {
        _given = 0;
        Drop(_count);
    }

    private void TakeBack()
    {
        var given = _given;
        _given = 0;
        Drop(given);
    }

    private bool TryFind(out SdtReply reply)
    {
        reply = default;
        while (true)
        {
            Align();
            if (_count < SdtFrame.HeaderBytes) return false;
            var length = BinaryPrimitives.ReadUInt16BigEndian(_held.AsSpan(SdtFrame.Mark.Length));
            if (length is < SdtFrame.LeastLength or > SdtFrame.MostLength)
            {
                GiveUp();
                continue;
            }
            var whole = SdtFrame.HeaderBytes + length;
            if (_count < whole) return false;
            if (SdtFrame.Checksum(_held.AsSpan(SdtFrame.Mark.Length, whole - SdtFrame.Mark.Length)) != 0)
            {
                GiveUp();
                continue;
            }
            var content = _held.AsSpan(SdtFrame.HeaderBytes, length - 1);
            _given = whole;
            reply = new(content[0] << 16 | content[1] << 8 | content[2], content[3..]);
            return true;
        }
    }

    /// <summary>Drops all that stands before a mark, or before what may become one.</summary>
    private void Align()
    {
        var held = _held.AsSpan(0, _count);
        var at = held.IndexOf(SdtFrame.Mark);
        if (at < 0)
        {
            at = Math.Max(0, _count - (SdtFrame.Mark.Length - 1));
            while (at < _count && !SdtFrame.Mark.StartsWith(held[at..])) at++;
        }
        Drop(at);
    }

    /// <summary>What was taken for the beginning of a frame is none.</summary>
    private void GiveUp()
    {
        if (_count >= SdtFrame.Mark.Length) Garbled++;
        Drop(1);
    }

    private void Drop(int count)
    {
        if (count == 0) return;
        var rest = _held.AsSpan(count, _count - count);
        rest.CopyTo(_held);
        CryptographicOperations.ZeroMemory(_held.AsSpan(rest.Length, count));
        _count = rest.Length;
    }
}
