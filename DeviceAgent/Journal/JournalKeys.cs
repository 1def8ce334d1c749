#pragma warning disable CA1416 // The agent runs on Linux alone.
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace DeviceAgent.Journal;

/// <summary>The key that personal data in the journal is encrypted with: AES-256-GCM, NIST SP 800-38D.</summary>
/// <remarks>
/// A sealed value is: version (1), key id (4: the first bytes of the key's SHA-256), nonce (12, random), ciphertext, tag (16).
/// Table, row and column are authenticated with it: moved elsewhere it does not open. What does not open is treated as missing.
/// The caller owns the keys and disposes them after the journal. One caller at a time.
/// </remarks>
public sealed class JournalKeys : IDisposable
{
    /// <summary>Length of a key in bytes.</summary>
    public const int KeyBytes = 32;
    public const string FileName = "journal-key";

    private const byte SealVersion = 1;
    private const int KeyIdBytes = 4;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int HeaderBytes = 1 + KeyIdBytes + NonceBytes;
    private const int MaximumPlaceBytes = 64;

    private readonly AesGcm? _aes;
    private readonly byte[] _keyId = [];
    // Drawn 64 at a time: going to the random generator for each is a good part of what sealing costs.
    private readonly byte[] _nonces = new byte[64 * NonceBytes];
    private int _noncesUsed = 64 * NonceBytes;

    private JournalKeys() { }

    private JournalKeys(ReadOnlySpan<byte> key)
    {
        _aes = new AesGcm(key, TagBytes);
        _keyId = SHA256.HashData(key)[..KeyIdBytes];
    }

    /// <summary>No key: reports can be taken and sent, personal data can be neither read nor kept.</summary>
    public static JournalKeys None { get; } = new();

    /// <summary>Eight hexadecimal digits that name the key; empty when there is none.</summary>
    public string KeyId => Convert.ToHexStringLower(_keyId);

    /// <exception cref="JournalException">KeyUnusable: not 32 bytes.</exception>
    public static JournalKeys FromKey(ReadOnlySpan<byte> key) => key.Length == KeyBytes
        ? new(key)
        : throw new JournalException(JournalFailure.KeyUnusable, $"A journal key has {KeyBytes} bytes, this one has {key.Length}.");

    /// <summary>The credential, else the file in the state folder's secrets, else <see cref="None"/>.</summary>
    /// <param name="credentialsFolder">$CREDENTIALS_DIRECTORY (man 5 systemd.exec); null when the agent runs without one.</param>
    /// <exception cref="JournalException">KeyUnusable: it cannot be read, has the wrong length, or group or others may use the file.</exception>
    public static JournalKeys Load(string stateFolder, string? credentialsFolder)
    {
        if (credentialsFolder is not null)
        {
            var credential = Path.Combine(credentialsFolder, FileName);
            if (File.Exists(credential)) return ReadKey(credential);
        }
        var path = SecretPath(stateFolder);
        if (!File.Exists(path)) return None;
        var tooWide = File.GetUnixFileMode(path) & ~DurableFiles.OwnerOnly;
        if (tooWide != 0) throw new JournalException(JournalFailure.KeyUnusable, $"{path} must have mode 0600; it also has {tooWide}.");
        return ReadKey(path);
    }

    /// <summary>As <see cref="Load"/>; makes the key file where there is no key and no journal that would need the one that was lost.</summary>
    public static JournalKeys LoadOrMake(string stateFolder, string? credentialsFolder, string journalPath)
    {
        var keys = Load(stateFolder, credentialsFolder);
        if (keys._aes is not null || File.Exists(journalPath)) return keys;
        var path = SecretPath(stateFolder);
        DurableFiles.MakeFolder(Path.GetDirectoryName(path)!);
        var key = RandomNumberGenerator.GetBytes(KeyBytes);
        try
        {
            var temporary = $"{path}.{Guid.NewGuid():N}.new";
            DurableFiles.Write(temporary, key);
            DurableFiles.Publish(temporary, path);
            return new(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    public void Dispose() => _aes?.Dispose();

    /// <exception cref="JournalException">KeyMissing.</exception>
    internal byte[] Seal(ReadOnlySpan<byte> plain, string table, long row, string column)
    {
        if (_aes is null) throw new JournalException(JournalFailure.KeyMissing, "There is no key to keep personal data with.");
        var box = new byte[HeaderBytes + plain.Length + TagBytes];
        box[0] = SealVersion;
        _keyId.CopyTo(box, 1);
        var nonce = box.AsSpan(1 + KeyIdBytes, NonceBytes);
        DrawNonce(nonce);
        Span<byte> place = stackalloc byte[MaximumPlaceBytes];
        _aes.Encrypt(nonce, plain, box.AsSpan(HeaderBytes, plain.Length), box.AsSpan(HeaderBytes + plain.Length), Place(place, table, row, column));
        return box;
    }

    /// <returns>Null when it was sealed with another key, for another place, by a newer release, or was changed.</returns>
    internal byte[]? Open(ReadOnlySpan<byte> box, string table, long row, string column)
    {
        if (_aes is null || box.Length < HeaderBytes + TagBytes || box[0] != SealVersion || !box.Slice(1, KeyIdBytes).SequenceEqual(_keyId)) return null;
        var plain = new byte[box.Length - HeaderBytes - TagBytes];
        Span<byte> place = stackalloc byte[MaximumPlaceBytes];
        try
        {
            _aes.Decrypt(box.Slice(1 + KeyIdBytes, NonceBytes), box[HeaderBytes..^TagBytes], box[^TagBytes..], plain, Place(place, table, row, column));
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private void DrawNonce(Span<byte> nonce)
    {
        if (_noncesUsed == _nonces.Length)
        {
            RandomNumberGenerator.Fill(_nonces);
            _noncesUsed = 0;
        }
        _nonces.AsSpan(_noncesUsed, NonceBytes).CopyTo(nonce);
        _noncesUsed += NonceBytes;
    }

    /// <summary>"table/column/" and the row, big-endian.</summary>
    private static ReadOnlySpan<byte> Place(Span<byte> place, string table, long row, string column)
    {
        var length = Encoding.UTF8.GetBytes(table, place);
        place[length++] = (byte)'/';
        length += Encoding.UTF8.GetBytes(column, place[length..]);
        place[length++] = (byte)'/';
        BinaryPrimitives.WriteInt64BigEndian(place[length..], row);
        return place[..(length + sizeof(long))];
    }

    internal static string SecretPath(string stateFolder) => Path.Combine(stateFolder, "secrets", FileName);

    private static JournalKeys ReadKey(string path)
    {
        var key = new byte[KeyBytes + 1];
        try
        {
            using var file = File.OpenHandle(path);
            return FromKey(key.AsSpan(0, RandomAccess.Read(file, key, 0)));
        }
        catch (Exception e) when (e is UnauthorizedAccessException or (IOException and not JournalException))
        {
            throw new JournalException(JournalFailure.KeyUnusable, $"{path} cannot be read: {e.Message}", inner: e);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }
}
