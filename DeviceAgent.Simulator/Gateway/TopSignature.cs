using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace DeviceAgent.Simulator.Gateway;

/// <summary>The signature that the gateway expects of a request.</summary>
/// <remarks>Source: TOP, "API 签名算法": parameters without "sign" sorted by name, name and value concatenated, UTF-8, upper-case hex.</remarks>
internal static class TopSignature
{
    /// <returns>Null for a sign_method that the gateway does not know.</returns>
    [SuppressMessage("Security", "CA5351", Justification = "Two of the platform's three methods are built on MD5.")]
    public static string? Expect(string signMethod, string secret, IReadOnlyDictionary<string, string> parameters)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in parameters.OrderBy(p => p.Key, StringComparer.Ordinal))
            if (name != "sign" && name.Length > 0 && value.Length > 0) text.Append(name).Append(value);
        var key = Encoding.UTF8.GetBytes(secret);
        var query = Encoding.UTF8.GetBytes(text.ToString());
        var digest = signMethod switch
        {
            "md5" => MD5.HashData([.. key, .. query, .. key]),
            "hmac" => HMACMD5.HashData(key, query),
            "hmac-sha256" => HMACSHA256.HashData(key, query),
            _ => null,
        };
        return digest is null ? null : Convert.ToHexString(digest);
    }
}
