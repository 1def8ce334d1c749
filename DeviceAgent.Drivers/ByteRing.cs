namespace DeviceAgent.Drivers;

/// <summary>A first-in-first-out buffer of fixed size. Not thread-safe.</summary>
internal sealed class ByteRing(int capacity)
{
    private readonly byte[] _bytes = new byte[capacity];
    private int _start;

    public int Count { get; private set; }

    public int Free => _bytes.Length - Count;

    public bool IsHalfFree => Free >= _bytes.Length - _bytes.Length / 2;

    /// <summary>Room for new bytes, in one piece: not always all of it. <see cref="Added"/> tells how many were put there.</summary>
    public Span<byte> Room()
    {
        var end = _start + Count;
        return end < _bytes.Length ? _bytes.AsSpan(end) : _bytes.AsSpan(end - _bytes.Length, Free);
    }

    public void Added(int count) => Count += count;

    /// <summary>Puts all of <paramref name="bytes"/> in; there must be room for them.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var room = Room();
            var count = Math.Min(room.Length, bytes.Length);
            bytes[..count].CopyTo(room);
            Added(count);
            bytes = bytes[count..];
        }
    }

    /// <summary>Takes as many of the oldest bytes as fit.</summary>
    public int Take(Span<byte> destination)
    {
        var count = Math.Min(Count, destination.Length);
        var first = Math.Min(count, _bytes.Length - _start);
        _bytes.AsSpan(_start, first).CopyTo(destination);
        _bytes.AsSpan(0, count - first).CopyTo(destination[first..]);
        Count -= count;
        _start = Count == 0 ? 0 : (_start + count) % _bytes.Length;
        return count;
    }
}
