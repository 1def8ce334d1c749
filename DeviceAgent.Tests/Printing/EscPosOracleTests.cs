using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Tests.Oracles;

namespace DeviceAgent.Tests.Printing;

/// <summary>Our bytes beside those of independent programs.</summary>
public sealed class EscPosOracleTests
{
    private static byte[] Ticket() => new EscPosDocument().Initialise()
        .Align(TextAlignment.Centre).Size(2, 2).Line("长途汽车票")
        .Size(1, 1).Line("BUS TICKET")
        .LineFeed()
        .Size(3, 3).Line("检票口 B7")
        .Size(1, 2).Bold(true).Line("北京六里桥 → 石家庄运河桥")
        .Bold(false).Size(1, 1).Align(TextAlignment.Left)
        .Rule()
        .TwoColumns("车次 Bus", "G4521")
        .TwoColumns("发车时间 Departure", "2026-03-01 08:30")
        .TwoColumns("票价 Fare", "￥99.00")
        .Wrapped("乘客须知:请于发车前十分钟到达检票口,逾期作废;退票、改签请持有效证件到售票窗口办理。Keep this ticket (it is \"valid\" once) ^_~`|{}\\.")
        .Line("乘车人 㐀䶮 \u001b@ ***********1234")
        .Align(TextAlignment.Centre).QrCode("T-0001/2026-03-01", 6).Align(TextAlignment.Left)
        .Size(2, 1).Line("第 1 张 共 2 张").Size(1, 1)
        .Cut()
        .Size(2, 2).Bold(true).Line("作废 VOID").Bold(false).Size(1, 1).Line("7-2")
        .Cut().Bytes.ToArray();

    [Fact]
    public void The_paper_never_shows_anything_else_than_was_asked_for()
    {
        Assert.Equal(
        [
            "2x2: 长途汽车票", "1x1: BUS TICKET", "", "3x3: 检票口 B7", "1x2 bold: 北京六里桥 → 石家庄运河桥",
            "1x1: " + new string('-', 48), "1x1: 车次 Bus G4521", "1x1: 发车时间 Departure 2026-03-01 08:30", "1x1: 票价 Fare ￥99.00",
            "1x1: 乘客须知:请于发车前十分钟到达检票口,逾期作废;退", "1x1: 票、改签请持有效证件到售票窗口办理。Keep this", "1x1: ticket (it is \"valid\" once) ^_~`|{}\\.",
            "1x1: 乘车人 㐀䶮 □@ ***********1234", "[code]", "2x1: 第 1 张 共 2 张", "[partial cut]", "2x2 bold: 作废 VOID", "1x1: 7-2", "[partial cut]",
        ], TicketDecoder.Decode(Ticket()).Select(i => i.ToString()));
    }

    [Fact]
    public Task The_ticket_never_differs_from_receiptlines() => ReceiptLineOracle.AssertPrintsTheSameAsync(Ticket(), 48);

    [Fact]
    public Task The_void_strip_never_differs_from_receiptlines() =>
        ReceiptLineOracle.AssertPrintsTheSameAsync(VoidStrip.Build(new EscPosDocument(), "订单 1234567890 / 2").Bytes.ToArray(), 48);

    [Fact]
    public async Task A_qr_code_never_differs_from_another_encoders()
    {
        var random = new Random(5);
        var (wanted, codes) = (new List<string>(), new JsonArray());
        for (var i = 0; i < 60; i++)
        {
            var data = string.Concat(Enumerable.Range(0, i == 0 ? EscPosDocument.MaxQrBytes : random.Next(1, 200)).Select(_ => (char)random.Next(0x20, 0x7F)));
            var (size, level) = (random.Next(1, 9), (QrErrorCorrection)random.Next(4));
            codes.Add((JsonNode)new JsonObject { ["data"] = data, ["size"] = size, ["level"] = level.ToString().ToLowerInvariant() });
            wanted.Add(Convert.ToHexStringLower(new EscPosDocument().QrCode(data, size, level).Bytes.Span));
        }
        var made = (await NpmOracle.RunTextAsync("qrcode.mjs", codes.ToJsonString())).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        // The other encoder ends its line after the code.
        Assert.Equal(wanted, made.Select(m => m.EndsWith("0a0d", StringComparison.Ordinal) ? m[..^4] : m));
    }

    [Fact]
    public async Task No_character_is_encoded_otherwise_than_by_another_encoder()
    {
        // Moved from four bytes to two between GB18030-2000 (the framework's) and GB18030-2005 (theirs).
        const int latinMWithAcute = 0x1E3F;
        var lines = new List<string>();
        for (var page = 0; page < 0x323; page++)
        {
            var line = new StringBuilder();
            for (var value = page << 8; value < (page + 1) << 8; value++)
                if (value != latinMWithAcute && Rune.IsValid(value) && EscPosText.Printable(new Rune(value)).Value == value) line.Append(new Rune(value));
            if (line.Length > 0) lines.Add(line.ToString());
        }
        var theirs = (await NpmOracle.RunTextAsync("gb18030.mjs", string.Join('\n', lines))).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(lines.Count, theirs.Length);
        for (var i = 0; i < lines.Count; i++) Assert.Equal(theirs[i], Convert.ToHexStringLower(new EscPosDocument().Text(lines[i]).Bytes.Span));
    }
}
