using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace DeviceAgent.Platform.Gateway;

/// <summary>How requests are signed; the platform's sign_method.</summary>
public enum TopSignMethod
{
    /// <summary>"md5": MD5(secret + q + secret).</summary>
    Md5,
    /// <summary>"hmac": HMAC-MD5.</summary>
    Hmac,
    /// <summary>"hmac-sha256".</summary>
    HmacSha256,
}

/// <summary>The gateway's signature: upper-case hex over the parameters sorted by name, names and values concatenated, not encoded.</summary>
/// <remarks>Source: TOP, "API call method", section "Signature algorithm".</remarks>
internal static class TopSignature
{
    public const int MaxHexLength = 64;

    /// <summary>The hash that was keyed last: keying it costs as much as hashing a report. Of this thread alone, so that nobody waits and nobody shares it.</summary>
    [ThreadStatic]
    private static Keyed? _kept;

    public static ReadOnlySpan<byte> NameOf(TopSignMethod method) => method switch
    {
        TopSignMethod.Md5 => "md5"u8,
        TopSignMethod.Hmac => "hmac"u8,
        _ => "hmac-sha256"u8,
    };

    /// <param name="hex">At least <see cref="MaxHexLength"/> bytes.</param>
    /// <returns>Bytes written to <paramref name="hex"/>.</returns>
    public static int Sign(TopSignMethod method, string secret, TopForm form, Span<byte> hex)
    {
        var secretLength = Encoding.UTF8.GetByteCount(secret);
        var needed = secretLength + form.Length + secretLength;
        var rented = ArrayPool<byte>.Shared.Rent(needed);
        try
        {
            var framed = rented.AsSpan(0, needed);
            Encoding.UTF8.GetBytes(secret, framed);
            form.CopySorted(framed.Slice(secretLength, form.Length));
            framed[..secretLength].CopyTo(framed[^secretLength..]);
            return Hash(method, framed, secret, secretLength, hex);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented, clearArray: true);
        }
    }

    private static int Hash(TopSignMethod method, ReadOnlySpan<byte> framed, string secret, int secretLength, Span<byte> hex)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
#pragma warning disable CA5351 // MD5 and HMAC-MD5 are what the gateway's older sign methods are; the default is hmac-sha256.
        var length = method == TopSignMethod.Md5
            ? MD5.HashData(framed, hash)
            : KeyedHash(method, secret, framed[..secretLength], framed[secretLength..^secretLength], hash);
#pragma warning restore CA5351
        Convert.TryToHexString(hash[..length], hex, out var written);
        return written;
    }

    private static int KeyedHash(TopSignMethod method, string secret, ReadOnlySpan<byte> key, ReadOnlySpan<byte> query, Span<byte> hash)
    {
        // Taken out while it is used: one that threw half-way is not used again.
        var keyed = _kept;
        _kept = null;
        if (keyed is null || keyed.Method != method || keyed.Secret != secret)
        {
            keyed?.Hash.Dispose();
            var name = method == TopSignMethod.Hmac ? HashAlgorithmName.MD5 : HashAlgorithmName.SHA256;
            keyed = new Keyed(method, secret, IncrementalHash.CreateHMAC(name, key));
        }
        keyed.Hash.AppendData(query);
        var length = keyed.Hash.GetHashAndReset(hash);
        _kept = keyed;
        return length;
    }

    /// <remarks>No record: its ToString would tell the secret.</remarks>
    private sealed class Keyed(TopSignMethod method, string secret, IncrementalHash hash)
    {
        public TopSignMethod Method => method;

        public string Secret => secret;

        public IncrementalHash Hash => hash;
    }
}
