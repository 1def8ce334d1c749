using System.Buffers.Binary;
using System.Numerics;

namespace DeviceAgent.Simulator.Gateway;

/// <summary>The block cipher SM4: 16-byte blocks, a 16-byte key.</summary>
/// <remarks>Source: GB/T 32907-2016. Written from the standard and slow, so that it shares no mistake with the library that the kiosk uses.</remarks>
internal sealed class Sm4
{
    public const int BlockBytes = 16;
    private const int Rounds = 32;

    // GB/T 32907-2016, 6.2 a): the table of the nonlinear transformation.
    private static ReadOnlySpan<byte> Substitution =>
    [
        0xd6, 0x90, 0xe9, 0xfe, 0xcc, 0xe1, 0x3d, 0xb7, 0x16, 0xb6, 0x14, 0xc2, 0x28, 0xfb, 0x2c, 0x05,
        0x2b, 0x67, 0x9a, 0x76, 0x2a, 0xbe, 0x04, 0xc3, 0xaa, 0x44, 0x13, 0x26, 0x49, 0x86, 0x06, 0x99,
        0x9c, 0x42, 0x50, 0xf4, 0x91, 0xef, 0x98, 0x7a, 0x33, 0x54, 0x0b, 0x43, 0xed, 0xcf, 0xac, 0x62,
        0xe4, 0xb3, 0x1c, 0xa9, 0xc9, 0x08, 0xe8, 0x95, 0x80, 0xdf, 0x94, 0xfa, 0x75, 0x8f, 0x3f, 0xa6,
        0x47, 0x07, 0xa7, 0xfc, 0xf3, 0x73, 0x17, 0xba, 0x83, 0x59, 0x3c, 0x19, 0xe6, 0x85, 0x4f, 0xa8,
        0x68, 0x6b, 0x81, 0xb2, 0x71, 0x64, 0xda, 0x8b, 0xf8, 0xeb, 0x0f, 0x4b, 0x70, 0x56, 0x9d, 0x35,
        0x1e, 0x24, 0x0e, 0x5e, 0x63, 0x58, 0xd1, 0xa2, 0x25, 0x22, 0x7c, 0x3b, 0x01, 0x21, 0x78, 0x87,
        0xd4, 0x00, 0x46, 0x57, 0x9f, 0xd3, 0x27, 0x52, 0x4c, 0x36, 0x02, 0xe7, 0xa0, 0xc4, 0xc8, 0x9e,
        0xea, 0xbf, 0x8a, 0xd2, 0x40, 0xc7, 0x38, 0xb5, 0xa3, 0xf7, 0xf2, 0xce, 0xf9, 0x61, 0x15, 0xa1,
        0xe0, 0xae, 0x5d, 0xa4, 0x9b, 0x34, 0x1a, 0x55, 0xad, 0x93, 0x32, 0x30, 0xf5, 0x8c, 0xb1, 0xe3,
        0x1d, 0xf6, 0xe2, 0x2e, 0x82, 0x66, 0xca, 0x60, 0xc0, 0x29, 0x23, 0xab, 0x0d, 0x53, 0x4e, 0x6f,
        0xd5, 0xdb, 0x37, 0x45, 0xde, 0xfd, 0x8e, 0x2f, 0x03, 0xff, 0x6a, 0x72, 0x6d, 0x6c, 0x5b, 0x51,
        0x8d, 0x1b, 0xaf, 0x92, 0xbb, 0xdd, 0xbc, 0x7f, 0x11, 0xd9, 0x5c, 0x41, 0x1f, 0x10, 0x5a, 0xd8,
        0x0a, 0xc1, 0x31, 0x88, 0xa5, 0xcd, 0x7b, 0xbd, 0x2d, 0x74, 0xd0, 0x12, 0xb8, 0xe5, 0xb4, 0xb0,
        0x89, 0x69, 0x97, 0x4a, 0x0c, 0x96, 0x77, 0x7e, 0x65, 0xb9, 0xf1, 0x09, 0xc5, 0x6e, 0xc6, 0x84,
        0x18, 0xf0, 0x7d, 0xec, 0x3a, 0xdc, 0x4d, 0x20, 0x79, 0xee, 0x5f, 0x3e, 0xd7, 0xcb, 0x39, 0x48,
    ];

    // 7.3: the system parameter FK.
    private static ReadOnlySpan<uint> System => [0xA3B1BAC6, 0x56AA3350, 0x677D9197, 0xB27022DC];

    private readonly uint[] _roundKeys = new uint[Rounds];

    /// <param name="key">16 bytes.</param>
    public Sm4(ReadOnlySpan<byte> key)
    {
        if (key.Length != BlockBytes) throw new ArgumentException($"An SM4 key has 16 bytes, not {key.Length}.", nameof(key));
        Span<uint> k = stackalloc uint[4];
        for (var i = 0; i < 4; i++) k[i] = BinaryPrimitives.ReadUInt32BigEndian(key[(4 * i)..]) ^ System[i];
        for (var i = 0; i < Rounds; i++)
        {
            var b = Substitute(k[1] ^ k[2] ^ k[3] ^ Constant(i));
            var next = k[0] ^ b ^ BitOperations.RotateLeft(b, 13) ^ BitOperations.RotateLeft(b, 23);
            (k[0], k[1], k[2], k[3]) = (k[1], k[2], k[3], next);
            _roundKeys[i] = next;
        }
    }

    /// <summary>One block, in place allowed.</summary>
    public void EncryptBlock(ReadOnlySpan<byte> from, Span<byte> to) => Transform(from, to, backwards: false);

    /// <summary>One block, in place allowed.</summary>
    public void DecryptBlock(ReadOnlySpan<byte> from, Span<byte> to) => Transform(from, to, backwards: true);

    /// <param name="iv">16 bytes: CBC; null: ECB.</param>
    public byte[] Encrypt(ReadOnlySpan<byte> plain, byte[]? iv)
    {
        var padding = BlockBytes - (plain.Length % BlockBytes);
        var text = new byte[plain.Length + padding];
        plain.CopyTo(text);
        text.AsSpan(plain.Length).Fill((byte)padding);
        var before = iv.AsSpan();
        for (var at = 0; at < text.Length; at += BlockBytes)
        {
            var block = text.AsSpan(at, BlockBytes);
            for (var i = 0; i < before.Length; i++) block[i] ^= before[i];
            EncryptBlock(block, block);
            if (iv is not null) before = block;
        }
        return text;
    }

    /// <param name="iv">16 bytes: CBC; null: ECB.</param>
    /// <returns>Null when it is not whole blocks or its PKCS #7 padding is wrong.</returns>
    public byte[]? Decrypt(ReadOnlySpan<byte> cipher, byte[]? iv)
    {
        if (cipher.Length == 0 || cipher.Length % BlockBytes != 0) return null;
        var text = new byte[cipher.Length];
        ReadOnlySpan<byte> before = iv;
        for (var at = 0; at < text.Length; at += BlockBytes)
        {
            var block = text.AsSpan(at, BlockBytes);
            DecryptBlock(cipher.Slice(at, BlockBytes), block);
            for (var i = 0; i < before.Length; i++) block[i] ^= before[i];
            if (iv is not null) before = cipher.Slice(at, BlockBytes);
        }
        var padding = text[^1];
        if (padding is < 1 or > BlockBytes || text.AsSpan(text.Length - padding).ContainsAnyExcept(padding)) return null;
        return text[..^padding];
    }

    private void Transform(ReadOnlySpan<byte> from, Span<byte> to, bool backwards)
    {
        Span<uint> x = stackalloc uint[4];
        for (var i = 0; i < 4; i++) x[i] = BinaryPrimitives.ReadUInt32BigEndian(from[(4 * i)..]);
        for (var i = 0; i < Rounds; i++)
        {
            var b = Substitute(x[1] ^ x[2] ^ x[3] ^ _roundKeys[backwards ? Rounds - 1 - i : i]);
            var next = x[0] ^ b ^ BitOperations.RotateLeft(b, 2) ^ BitOperations.RotateLeft(b, 10) ^ BitOperations.RotateLeft(b, 18) ^ BitOperations.RotateLeft(b, 24);
            (x[0], x[1], x[2], x[3]) = (x[1], x[2], x[3], next);
        }
        for (var i = 0; i < 4; i++) BinaryPrimitives.WriteUInt32BigEndian(to[(4 * i)..], x[3 - i]);
    }

    private static uint Substitute(uint a) =>
        ((uint)Substitution[(int)(a >> 24)] << 24) | ((uint)Substitution[(byte)(a >> 16)] << 16) | ((uint)Substitution[(byte)(a >> 8)] << 8) | Substitution[(byte)a];

    // 7.3: the fixed parameter CK, whose bytes are (4i + j) x 7 mod 256.
    private static uint Constant(int i)
    {
        var constant = 0u;
        for (var j = 0; j < 4; j++) constant = (constant << 8) | (byte)(((4 * i) + j) * 7);
        return constant;
    }
}
