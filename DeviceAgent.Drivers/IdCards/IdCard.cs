using System.Security.Cryptography;

namespace DeviceAgent.Drivers.IdCards;

/// <summary>What was read from one card, until it is disposed: then its bytes are cleared. Photo and fingerprints are never kept.</summary>
/// <remarks>Owned by whoever was given it. Not thread-safe. Never tells personal data by itself.</remarks>
public sealed class IdCard : IDisposable
{
    // Pinned: the collector leaves no copies behind.
    private readonly byte[] _text = GC.AllocateUninitializedArray<byte>(IdCardText.Bytes, pinned: true);
    private bool _isCleared;

    /// <param name="text">256 bytes; copied.</param>
    /// <exception cref="ArgumentException">It is not 256 bytes.</exception>
    public IdCard(ReadOnlySpan<byte> text)
    {
        Kind = new IdCardText(text).Kind;
        text.CopyTo(_text);
    }

    /// <summary>Which document it is; stays when the rest is cleared.</summary>
    public IdCardKind Kind { get; }

    /// <summary>The fields. Not to be used after the card was disposed: the memory that it shows is cleared then.</summary>
    /// <exception cref="ObjectDisposedException">The card was cleared.</exception>
    public IdCardText Text
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isCleared, this);
            return new(_text);
        }
    }

    /// <summary>Whether <see cref="Dispose"/> was called.</summary>
    public bool IsCleared => _isCleared;

    /// <summary>Clears what was read.</summary>
    public void Dispose()
    {
        _isCleared = true;
        CryptographicOperations.ZeroMemory(_text);
    }

    /// <summary>The kind of document, nothing else.</summary>
    public override string ToString() => $"ID card ({Kind}{(_isCleared ? ", cleared" : "")})";
}

/// <summary>Text that was read from a card, until it is disposed: then it is cleared.</summary>
/// <remarks>Owned by whoever was given it. Never tells itself.</remarks>
public sealed class PersonalText : IDisposable
{
    private readonly char[] _text;
    private bool _isCleared;

    internal PersonalText(ReadOnlySpan<char> text)
    {
        _text = GC.AllocateUninitializedArray<char>(text.Length, pinned: true);
        text.CopyTo(_text);
    }

    /// <summary>The text, padding taken off.</summary>
    /// <exception cref="ObjectDisposedException">It was cleared.</exception>
    public ReadOnlySpan<char> Text
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isCleared, this);
            return _text;
        }
    }

    /// <summary>Clears it.</summary>
    public void Dispose()
    {
        _isCleared = true;
        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(_text.AsSpan()));
    }

    /// <summary>Its length, nothing else.</summary>
    public override string ToString() => $"text of {_text.Length} characters";
}

/// <summary>The number of the security module in a reader (SAM): who the reader is. No personal data.</summary>
/// <remarks>Source: GA 450, answer to the request for the module's number: two numbers of 16 bits and three of 32, low byte first.</remarks>
/// <param name="Kind">Kind of module; 05 in most.</param>
/// <param name="Place">Who made it.</param>
/// <param name="MadeOn">yyyyMMdd, as a number.</param>
/// <param name="Serial">Running number.</param>
/// <param name="Last">The number's last part.</param>
public readonly record struct SamId(ushort Kind, ushort Place, uint MadeOn, uint Serial, uint Last)
{
    /// <summary>Bytes of the number.</summary>
    public const int Bytes = 16;

    /// <summary>As on the reader's label: 05.03-20240928-123456789-987654321.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Kind:00}.{Place:00}-{MadeOn}-{Serial:000000000}-{Last:000000000}");
}
