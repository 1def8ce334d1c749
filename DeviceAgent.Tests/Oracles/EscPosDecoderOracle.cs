using System.Diagnostics;
using System.Text.RegularExpressions;

namespace DeviceAgent.Tests.Oracles;

/// <summary>
/// Runs an independent ESC/POS decoder that is no package: EscPosDecode of kunif/EscPosUtils on GitHub (zlib licence). ESCPOS_DECODER names its assembly;
/// how it is built stands in docs/devices/tickets-and-paper.md. Skips where it is not there: nothing of it is kept here.
/// </summary>
internal static partial class EscPosDecoderOracle
{
    /// <summary>One command or run of characters, as the decoder calls it.</summary>
    /// <param name="Detail">What it says of the parameters, or the text; empty where it says nothing.</param>
    public sealed record Token(string Type, byte[] Bytes, string Detail);

    public static async Task<List<Token>> DecodeAsync(byte[] document)
    {
        if (Environment.GetEnvironmentVariable("ESCPOS_DECODER") is not { Length: > 0 } assembly)
        {
            Assert.Skip("ESCPOS_DECODER does not name EscPosDecode.dll of EscPosUtils: see docs/devices/tickets-and-paper.md");
            return [];
        }
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, document, TestContext.Current.CancellationToken);
            var start = new ProcessStartInfo("dotnet", [assembly, "-C", "54936", file]);
            var told = System.Text.Encoding.UTF8.GetString(await OracleProgram.RunAsync(start, "EscPosDecode", [])).TrimStart('\uFEFF');
            return [.. Tokens().Matches(told).Select(m => new Token(m.Groups[1].Value, Convert.FromHexString(m.Groups[2].Value.Replace("-", "", StringComparison.Ordinal)), m.Groups[3].Value))];
        }
        finally
        {
            File.Delete(file);
        }
    }

    [GeneratedRegex(@"^<! (\w+)\n  \| ([0-9A-F-]+)(?:\n  # (.*?))? !>$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Tokens();
}
