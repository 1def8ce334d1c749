using System.Text;
using DeviceAgent.Tests.Printing;

namespace DeviceAgent.Tests.Oracles;

/// <summary>Has npm's receiptline print the same ticket and compares the paper.</summary>
internal static class ReceiptLineOracle
{
    /// <summary>
    /// Takes a document that is to be printed, writes down what it shows in receiptline's own language, and has receiptline encode that.
    /// Lines, sizes, codes and cuts must be the same, and each run of Chinese characters must stand in its output to the byte.
    /// </summary>
    public static async Task AssertPrintsTheSameAsync(byte[] document, int columns)
    {
        var ours = TicketDecoder.Decode(document);
        var theirs = await NpmOracle.RunAsync("receiptline.mjs", Encoding.UTF8.GetBytes(Markup(ours)), null, columns.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(ours.Select(i => i.ToString()), TicketDecoder.Decode(theirs).Select(i => i.ToString()));
        var runs = ChineseRuns(document);
        Assert.NotEmpty(runs);
        foreach (var run in runs) Assert.True(theirs.AsSpan().IndexOf(run) >= 0, $"receiptline has no {Convert.ToHexString(run)}");
    }

    private static string Markup(IReadOnlyList<TicketDecoder.PaperItem> items)
    {
        var markup = new StringBuilder();
        for (var i = 0; i < items.Count; i++)
        {
            // receiptline cuts at the end by itself.
            if (items[i].Kind == "partial cut" && i == items.Count - 1) continue;
            markup.Append(items[i].Kind switch
            {
                "line" => Line(items[i].Runs),
                "code" => "{code:X;option:qrcode,4,m}",
                "partial cut" => "=",
                _ => throw new NotSupportedException($"receiptline has no {items[i].Kind}"),
            }).Append('\n');
        }
        Assert.Equal("partial cut", items[^1].Kind);
        // A line feed at the very end would be one more line.
        return markup.ToString().TrimEnd('\n');
    }

    private static string Line(IReadOnlyList<TicketDecoder.Run> runs)
    {
        var line = new StringBuilder();
        foreach (var (text, style) in runs)
        {
            line.Append((style.Width, style.Height) switch
            {
                (1, 1) => "",
                (2, 1) => "^",
                (1, 2) => "^^",
                var (w, h) when w == h && w <= 6 => new string('^', w + 1),
                _ => throw new NotSupportedException($"receiptline has no size {style}"),
            });
            if (style.Bold) line.Append('"');
            foreach (var c in text) line.Append(c is ' ' or (>= '0' and <= '9') or (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') or > '~' ? c.ToString() : $"\\x{(int)c:x2}");
            if (style.Bold) line.Append('"');
        }
        return line.ToString();
    }

    private static List<byte[]> ChineseRuns(byte[] document)
    {
        var runs = new List<byte[]>();
        var run = new List<byte>();
        foreach (var token in EscPosTokens.Split(document).Append([0x0A]))
        {
            if (token[0] >= 0x80)
            {
                run.AddRange(token);
                continue;
            }
            if (run.Count > 0) runs.Add([.. run]);
            run.Clear();
        }
        return runs;
    }
}
