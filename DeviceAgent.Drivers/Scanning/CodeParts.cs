namespace DeviceAgent.Drivers.Scanning;

/// <summary>A code that comes in parts: kept up to a bound, until the next one begins. No allocation after the constructor.</summary>
internal sealed class CodeParts(int maxBytes)
{
    private readonly byte[] _bytes = new byte[maxBytes];
    private int _length;

    /// <summary>A code has begun and not ended.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>It has outgrown the bound: nothing of it is kept.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Stands until the next code begins.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    public void Begin() => (_length, IsOpen, IsTooLong) = (0, true, false);

    public void Append(ReadOnlySpan<byte> data)
    {
        if (IsTooLong || data.Length > _bytes.Length - _length)
        {
            IsTooLong = true;
            _length = 0;
            return;
        }
        data.CopyTo(_bytes.AsSpan(_length));
        _length += data.Length;
    }

    public void End() => IsOpen = false;

    /// <summary>Drops the code in hand: the rest of it never came.</summary>
    /// <returns>False: there was none.</returns>
    public bool TryAbandon()
    {
        var was = IsOpen;
        IsOpen = false;
        return was;
    }
}
