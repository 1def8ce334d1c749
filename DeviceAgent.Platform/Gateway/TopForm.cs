using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace DeviceAgent.Platform.Gateway;

/// <summary>The parameters of one request as UTF-8, in the order in which they were added. Empty values are left out, as the signature wants it.</summary>
/// <remarks>Deliberately without a ToString that shows its content: it holds the session, the signature and personal data.</remarks>
internal sealed class TopForm
{
    /// <summary>Each octet as it is encoded: its bytes from the lowest on, and in the highest how many they are. A look-up without branches: the encoding was most of what a report costs.</summary>
    private static readonly uint[] Encoded = EncodeOctets();

    private readonly List<Entry> _entries = new(20);
    private byte[] _text = new byte[1024];

    /// <summary>Bytes of all names and values together.</summary>
    public int Length { get; private set; }

    public int Count => _entries.Count;

    public void Add(ReadOnlySpan<byte> name, string? value)
    {
        if (string.IsNullOrEmpty(value)) return;
        var start = Reserve(name, Encoding.UTF8.GetByteCount(value));
        Encoding.UTF8.GetBytes(value, _text.AsSpan(start));
    }

    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return;
        var start = Reserve(name, utf8.Length);
        utf8.CopyTo(_text.AsSpan(start));
    }

    public void Add(ReadOnlySpan<byte> name, bool? value)
    {
        if (value is { } told) Add(name, told ? "true"u8 : "false"u8);
    }

    /// <summary>As the platform writes times: GMT+8, to the second.</summary>
    public void Add(ReadOnlySpan<byte> name, DateTimeOffset value)
    {
        Span<byte> text = stackalloc byte[TvmTimes.FormattedLength];
        TvmTimes.Format(value, text);
        Add(name, text);
    }

    /// <summary>Takes back what was added since <see cref="Count"/> had this value.</summary>
    public void Rewind(int count)
    {
        if (count >= _entries.Count) return;
        Length = _entries[count].Start;
        _entries.RemoveRange(count, _entries.Count - count);
    }

    /// <summary>Names and values concatenated, sorted by name (ordinal).</summary>
    public void CopySorted(Span<byte> destination)
    {
        // Twenty entries at most in practice: insertion sort, no comparer to allocate.
        Span<int> order = _entries.Count <= 64 ? stackalloc int[_entries.Count] : new int[_entries.Count];
        for (var i = 0; i < order.Length; i++)
        {
            var at = i;
            while (at > 0 && Name(_entries[order[at - 1]]).SequenceCompareTo(Name(_entries[i])) > 0)
            {
                order[at] = order[at - 1];
                at--;
            }
            order[at] = i;
        }
        foreach (var index in order)
        {
            var entry = _entries[index];
            var pair = _text.AsSpan(entry.Start, entry.NameLength + entry.ValueLength);
            pair.CopyTo(destination);
            destination = destination[pair.Length..];
        }
    }

    /// <summary>application/x-www-form-urlencoded, RFC 3986 unreserved characters bare, a space as '+'.</summary>
    public byte[] Encode()
    {
        // Three bytes for each octet at most, '=' and '&'; and a whole look-up is written where one byte counts.
        var rented = ArrayPool<byte>.Shared.Rent((3 * Length) + (2 * _entries.Count) + sizeof(uint));
        var at = 0;
        foreach (var entry in _entries)
        {
            if (at > 0) rented[at++] = (byte)'&';
            at = Encode(Name(entry), rented, at);
            rented[at++] = (byte)'=';
            at = Encode(Value(entry), rented, at);
        }
        byte[] body = [.. rented.AsSpan(0, at)];
        ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        return body;
    }

    private static int Encode(ReadOnlySpan<byte> text, Span<byte> body, int at)
    {
        var encoded = Encoded;
        foreach (var octet in text)
        {
            var bytes = encoded[octet];
            BinaryPrimitives.WriteUInt32LittleEndian(body[at..], bytes);
            at += (int)(bytes >> 24);
        }
        return at;
    }

    private static uint[] EncodeOctets()
    {
        var encoded = new uint[256];
        for (var octet = 0; octet < encoded.Length; octet++)
        {
            if (octet == ' ') encoded[octet] = '+' | (1u << 24);
            else if (IsBare((byte)octet)) encoded[octet] = (uint)octet | (1u << 24);
            else encoded[octet] = '%' | ((uint)"0123456789ABCDEF"[octet >> 4] << 8) | ((uint)"0123456789ABCDEF"[octet & 15] << 16) | (3u << 24);
        }
        return encoded;
    }

    private static bool IsBare(byte octet) => char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'-' or (byte)'.' or (byte)'_';

    private ReadOnlySpan<byte> Name(Entry entry) => _text.AsSpan(entry.Start, entry.NameLength);

    private ReadOnlySpan<byte> Value(Entry entry) => _text.AsSpan(entry.Start + entry.NameLength, entry.ValueLength);

    private int Reserve(ReadOnlySpan<byte> name, int valueLength)
    {
        var needed = Length + name.Length + valueLength;
        if (needed > _text.Length) Array.Resize(ref _text, Math.Max(needed, _text.Length * 2));
        name.CopyTo(_text.AsSpan(Length));
        _entries.Add(new Entry(Length, name.Length, valueLength));
        var valueStart = Length + name.Length;
        Length = needed;
        return valueStart;
    }

    /// <summary>The value follows the name.</summary>
    private readonly struct Entry(int start, int nameLength, int valueLength)
    {
        public int Start { get; } = start;
        public int NameLength { get; } = nameLength;
        public int ValueLength { get; } = valueLength;
    }
}
