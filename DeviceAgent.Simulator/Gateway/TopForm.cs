using System.Text;

namespace DeviceAgent.Simulator.Gateway;

/// <summary>The parameters of one request, as its form body carries them.</summary>
/// <remarks>Source: WHATWG URL, application/x-www-form-urlencoded; stricter than its parser: nothing is repaired.</remarks>
internal sealed class TopForm
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
    private readonly SortedDictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>Sorted by name, ordinal.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>Null when it was not sent, or sent empty: the gateway drops empty values.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <returns>What is wrong with the body; null when nothing is.</returns>
    public static string? TryParse(ReadOnlySpan<byte> body, out TopForm form)
    {
        form = new TopForm();
        foreach (var range in body.Split((byte)'&'))
        {
            var pair = body[range];
            if (pair.IsEmpty) continue;
            var equals = pair.IndexOf((byte)'=');
            if (equals < 0) return "a parameter without a value";
            if (Decode(pair[..equals]) is not { } name || Decode(pair[(equals + 1)..]) is not { } value) return "a parameter that is not form-encoded UTF-8";
            if (form._values.ContainsKey(name)) return $"{name} twice";
            if (name.Length > 0 && value.Length > 0) form._values.Add(name, value);
        }
        return null;
    }

    private static string? Decode(ReadOnlySpan<byte> text)
    {
        var bytes = new byte[text.Length];
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var b = text[i];
            if (b == '+') b = (byte)' ';
            else if (b is < 0x21 or > 0x7E) return null;
            else if (b == '%')
            {
                if (i + 2 >= text.Length || !char.IsAsciiHexDigit((char)text[i + 1]) || !char.IsAsciiHexDigit((char)text[i + 2])) return null;
                b = Convert.FromHexString(Encoding.ASCII.GetString(text.Slice(i + 1, 2)))[0];
                i += 2;
            }
            bytes[length++] = b;
        }
        try
        {
            return StrictUtf8.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
