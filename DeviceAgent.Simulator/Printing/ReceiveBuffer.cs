namespace DeviceAgent.Simulator.Printing;

/// <summary>A ring of bytes. Source: printer manuals; busy when 16 bytes remain, released at 26.</summary>
internal sealed class ReceiveBuffer(int capacity)
{
    public const int BusyAtFree = 16, ReleasedAtFree = 26;
    private readonly byte[] _bytes = new byte[capacity];
    private int _first;

    public int Count { get; private set; }

    public int Free => _bytes.Length - Count;

    /// <returns>False when the byte is lost.</returns>
    public bool Add(byte value)
    {
        if (Count == _bytes.Length) return false;
        _bytes[(_first + Count++) % _bytes.Length] = value;
        return true;
    }

    public byte Take()
    {
        var value = _bytes[_first];
        _first = (_first + 1) % _bytes.Length;
        Count--;
        return value;
    }

    public void Clear() => Count = _first = 0;
}
