using System.Text;
using System.Text.RegularExpressions;

namespace DeviceAgent.Simulator.Gateway;

internal enum CipherTextForm { Hex, Base64 }

/// <summary>How the train partner's passengers are encrypted. The API's document says "SM4" and no more; the rest is agreed with the partner.</summary>
internal sealed record PassengerCipher
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>32 hex digits, or a text of 16 bytes in UTF-8.</summary>
    public string Key { get; init; } = "0123456789abcdeffedcba9876543210";

    /// <summary>Null: ECB. 32 hex digits, or a text of 16 bytes: CBC with this initialization vector.</summary>
    public string? Iv { get; init; }

    public CipherTextForm Form { get; init; }

    public string Encrypt(string plain)
    {
        var bytes = new Sm4(Block(Key)).Encrypt(Encoding.UTF8.GetBytes(plain), Iv is null ? null : Block(Iv));
        return Form == CipherTextForm.Hex ? Convert.ToHexStringLower(bytes) : Convert.ToBase64String(bytes);
    }

    /// <returns>Null when the text is no cipher text of this key.</returns>
    public string? Decrypt(string cipher)
    {
        if (!IsCipherText(cipher)) return null;
        var bytes = Form == CipherTextForm.Hex ? Convert.FromHexString(cipher) : Convert.FromBase64String(cipher);
        try
        {
            return new Sm4(Block(Key)).Decrypt(bytes, Iv is null ? null : Block(Iv)) is { } plain ? StrictUtf8.GetString(plain) : null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>It has the form of cipher text: whole blocks in the agreed encoding.</summary>
    public bool IsCipherText(string text)
    {
        if (Form == CipherTextForm.Hex) return text.Length > 0 && text.Length % 32 == 0 && text.All(char.IsAsciiHexDigit);
        if (text.Any(char.IsWhiteSpace)) return false; // Lines, as for a mail: nobody agreed on them.
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length > 0 && length % Sm4.BlockBytes == 0;
    }

    /// <summary>One block as hex digits; otherwise it is a text.</summary>
    public static bool IsHexBlock(string text) => Regex.IsMatch(text, "^[0-9A-Fa-f]{32}$");

    private static byte[] Block(string text)
    {
        var bytes = IsHexBlock(text) ? Convert.FromHexString(text) : Encoding.UTF8.GetBytes(text);
        return bytes.Length == Sm4.BlockBytes ? bytes : throw new FormatException("an SM4 key or vector is 32 hex digits or a text of 16 bytes");
    }
}
