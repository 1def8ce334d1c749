using System.Text;
using System.Text.RegularExpressions;
using DeviceAgent.Drivers.Scanning;

namespace DeviceAgent.Tests.Scanning;

/// <summary>What the parser must find, written the slow and obvious way: the whole input at once, as Latin-1 text.</summary>
internal static class ScanLineModel
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static IEnumerable<string> Parse(LineScannerOptions options, byte[] sent)
    {
        var text = Encoding.Latin1.GetString(sent);
        var lines = options.Suffix switch
        {
            // A LF counts as part of the suffix only right after a CR, or at the very beginning.
            ScanSuffix.CarriageReturn => Regex.Replace(text, "(?<=^|\r)\n", "").Split('\r'),
            ScanSuffix.LineFeed => text.Split('\n').Select(l => l.EndsWith('\r') ? l[..^1] : l).ToArray(),
            ScanSuffix.CarriageReturnLineFeed => text.Split("\r\n"),
            _ => text.Split('\t'),
        };
        return lines[..^1].Select(l => Judge(options, l)).OfType<string>();
    }

    private static string? Judge(LineScannerOptions options, string line)
    {
        var aimLength = options.AimIdentifier ? 3 : 0;
        if (line.Length > options.Prefix.Length + aimLength + options.MaxLengthBytes) return "TooLong";
        if (line.Length == 0) return null;
        if (!line.StartsWith(options.Prefix, StringComparison.Ordinal)) return "WrongPrefix";
        line = line[options.Prefix.Length..];
        var aim = "";
        if (options.AimIdentifier)
        {
            if (!Regex.IsMatch(line, "^\\][A-Za-z][A-Za-z0-9]")) return "NoAimIdentifier";
            (aim, line) = (line[..3] + "|", line[3..]);
        }
        if (line.Length == 0) return null;
        try
        {
            var decoded = Strict.GetString(Encoding.Latin1.GetBytes(line));
            return decoded.Any(char.IsControl) ? "NotText" : aim + decoded;
        }
        catch (DecoderFallbackException)
        {
            return "NotText";
        }
    }
}
