using System.Text;
using DeviceAgent.Drivers.Printing;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceAgent.Tests.Printing;

public sealed class EscPosDocumentTests
{
    private static readonly Encoding Gb18030 = CodePagesEncodingProvider.Instance.GetEncoding(54936)!;

    /// <summary>Written by hand from Epson's command reference, not from the code.</summary>
    public static TheoryData<string, Action<EscPosDocument>, string> KnownBytes() => new()
    {
        { "initialise", d => d.Initialise(), "1B40 1C26" },
        { "ascii", d => d.Text("G101 Seat 05A"), "47313031205365617420303541" },
        { "chinese", d => d.Text("北京南站"), "B1B1 BEA9 C4CF D5BE" },
        { "four-byte and rare name characters", d => d.Text("\u3400\u4DAE"), "8139 EE39 FE9F" },
        { "supplementary ideograph", d => d.Text("\U00020087"), "9532 9031" },
        { "line", d => d.Line("A"), "41 0A" },
        { "line feed", d => d.LineFeed(), "0A" },
        { "feed 3", d => d.Feed(3), "1B6403" },
        { "size 1x1", d => d.Size(1, 1), "1D2100" },
        { "size 2x3", d => d.Size(2, 3), "1D2112" },
        { "size 8x8", d => d.Size(8, 8), "1D2177" },
        { "bold", d => d.Bold(true).Bold(false), "1B4501 1B4500" },
        { "align", d => d.Align(TextAlignment.Left).Align(TextAlignment.Centre).Align(TextAlignment.Right), "1B6100 1B6101 1B6102" },
        { "cut", d => d.Cut(), "1D564200" },
        { "cut after feed", d => d.Cut(PaperCut.Full, 40), "1D564128" },
        { "cut here", d => d.CutHere().CutHere(PaperCut.Full), "1D5601 1D5600" },
        { "qr", d => d.QrCode("T1", 4, QrErrorCorrection.Q), "1D286B0400314132 00 1D286B03003143 04 1D286B03003145 32 1D286B0500315030 5431 1D286B0300315130" },
        { "two columns", d => d.TwoColumns("座位", "05A"), "D7F9CEBB" + "20202020202020202020202020202020202020202020202020202020202020202020202020202020 20" + "303541 0A" },
        { "rule", d => d.Size(8, 1).Rule('='), "1D2170 3D3D3D3D3D3D 0A" },
    };

    [Theory, MemberData(nameof(KnownBytes))]
    public void A_command_never_differs_from_the_manual(string name, Action<EscPosDocument> build, string hex)
    {
        var document = new EscPosDocument();
        build(document);
        Assert.Equal(hex.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(document.Bytes.Span));
        Assert.NotEmpty(name);
    }

    [Theory]
    [InlineData("a\u001b@b")]
    [InlineData("\u0010\u0004\u0001")]
    [InlineData("line\nbreak\r\t")]
    [InlineData("\u007f\u0080\u009b")]
    [InlineData("\u202e\u200d\ufeff\u0301")]
    [InlineData("\ue5e5\uf8ff\u2028")]
    [InlineData("\ufffd\ufffc")]
    [InlineData("😀👨‍👩‍👧")]
    public void Hostile_text_never_becomes_a_command(string text)
    {
        var bytes = new EscPosDocument().Text(text).Bytes.ToArray();
        Assert.DoesNotContain(bytes, b => b is < 0x20 or 0x7F);
        Assert.Contains("□", Gb18030.GetString(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_replaced() =>
        Assert.Equal("A1F520A1F5", Convert.ToHexString(new EscPosDocument().Text([(char)0xD800, ' ', (char)0xDC00]).Bytes.Span));

    [Fact]
    public void No_text_at_all_ever_becomes_a_command() =>
        Prop.ForAll<string>(text =>
        {
            var bytes = new EscPosDocument(capacity: 64).Text(text).Bytes.ToArray();
            return bytes.All(b => b is >= 0x20 and not 0x7F);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void No_printable_character_is_lost_or_takes_other_columns_than_its_bytes()
    {
        for (var value = 0x20; value <= 0x323AF; value++)
        {
            if (!Rune.IsValid(value)) continue;
            var rune = EscPosText.Printable(new Rune(value));
            var document = new EscPosDocument(capacity: 64).Text(rune.ToString());
            Assert.Equal(rune.ToString(), Gb18030.GetString(document.Bytes.Span));
            Assert.Equal(document.Bytes.Length == 1 ? 1 : 2, EscPosText.DisplayWidth(rune.ToString()));
        }
    }

    [Fact]
    public void Non_breaking_and_typographic_spaces_are_plain_blanks_but_the_ideographic_one_stays()
    {
        Assert.Equal("202020A1A1", Convert.ToHexString(new EscPosDocument().Text(" \u00a0\u2003\u3000").Bytes.Span));
    }

    [Fact]
    public void A_command_never_allocates_in_a_warm_buffer()
    {
        var document = new EscPosDocument(capacity: 4096);
        void Build() => document.Clear().Initialise().Align(TextAlignment.Centre).Size(2, 2).Line("长途汽车票").Size(1, 1)
            .TwoColumns("座位 Seat", "05A").Wrapped("请于发车前十分钟到达检票口 gate B7").QrCode("TICKET-000001").Bold(true).Cut();
        for (var i = 0; i < 50; i++) Build();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) Build();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_reused_buffer_never_keeps_anything_of_the_document_before()
    {
        var document = new EscPosDocument();
        document.Size(4, 4).Text("旧");
        document.Clear().Wrapped(new string('x', 48));
        Assert.Equal(49, document.Bytes.Length);
    }

    [Theory]
    [InlineData("", 10, "")]
    [InlineData("abc", 10, "abc")]
    [InlineData("abc def", 5, "abc|def")]
    [InlineData("abcdefgh", 3, "abc|def|gh")]
    [InlineData("北京南站上海虹桥", 6, "北京南|站上海|虹桥")]
    [InlineData("北京南", 5, "北京|南")]
    [InlineData("乘车gate", 6, "乘车|gate")]
    [InlineData("ab cd    ", 5, "ab cd")]
    [InlineData("ab   cd", 4, "ab|cd")]
    [InlineData("一 二三", 4, "一|二三")]
    [InlineData(" abcdef", 4, "abc|def")]
    public void Wrapping_never_exceeds_the_columns_or_loses_a_character(string text, int columns, string expected)
    {
        var lines = new List<string>();
        var rest = text.AsSpan();
        do
        {
            var length = EscPosText.NextLine(rest, columns, out var consumed);
            lines.Add(rest[..length].ToString());
            rest = rest[consumed..];
        }
        while (rest.Length > 0);
        Assert.Equal(expected, string.Join('|', lines.Select(l => l.TrimStart())));
    }

    [Fact]
    public void Wrapping_any_text_ends_and_keeps_every_character_but_blanks() =>
        Prop.ForAll<string, PositiveInt>((text, width) =>
        {
            var columns = 2 + width.Get % 20;
            var kept = new StringBuilder();
            var rest = text.AsSpan();
            while (rest.Length > 0)
            {
                var length = EscPosText.NextLine(rest, columns, out var consumed);
                if (consumed < 1 || EscPosText.DisplayWidth(rest[..length]) > columns) return false;
                kept.Append(rest[..length]);
                rest = rest[consumed..];
            }
            return kept.Replace(" ", "").ToString() == text.Replace(" ", "", StringComparison.Ordinal);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Theory]
    [InlineData("左", "右", 1)]
    [InlineData("始发站:北京六里桥客运主枢纽", "到达站:石家庄运河桥客运站北区", 2)]
    public void Two_columns_that_do_not_fit_take_a_second_line(string left, string right, int lines)
    {
        var bytes = new EscPosDocument().TwoColumns(left, right).Bytes.ToArray();
        var printed = Gb18030.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(lines, printed.Length);
        Assert.All(printed, l => Assert.True(EscPosText.DisplayWidth(l) <= 48));
        Assert.Equal(48, EscPosText.DisplayWidth(printed[^1]));
        Assert.EndsWith(right, printed[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_right_column_longer_than_the_line_is_wrapped()
    {
        var bytes = new EscPosDocument(16).TwoColumns("左", new string('9', 20)).Bytes.ToArray();
        Assert.Equal("左\n9999999999999999\n9999\n", Gb18030.GetString(bytes));
    }

    [Fact]
    public void A_value_outside_a_commands_range_is_refused()
    {
        var document = new EscPosDocument();
        Assert.Throws<ArgumentOutOfRangeException>(() => document.Size(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => document.Size(1, 9));
        Assert.Throws<ArgumentOutOfRangeException>(() => document.Feed(256));
        Assert.Throws<ArgumentOutOfRangeException>(() => document.Cut(feed: -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => document.QrCode("1", moduleDots: 17));
        Assert.Throws<ArgumentException>(() => document.QrCode(""));
        Assert.Throws<ArgumentException>(() => document.QrCode("\u0010\u0004\u0001"));
        Assert.Throws<ArgumentException>(() => document.QrCode("票"));
        Assert.Throws<ArgumentException>(() => document.QrCode(new string('1', EscPosDocument.MaxQrBytes + 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EscPosDocument(15));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EscPosDocument(97));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EscPosDocument(capacity: 63));
    }

    [Fact]
    public void A_document_never_grows_without_bound()
    {
        var document = new EscPosDocument(capacity: 64);
        var line = new string('0', 1000);
        void Fill(int lines)
        {
            for (var i = 0; i < lines; i++) document.Text(line);
        }
        Assert.Throws<InvalidOperationException>(() => Fill(66));
        Assert.InRange(document.Bytes.Length, EscPosDocument.MaxBytes - 300, EscPosDocument.MaxBytes);
    }

    [Fact]
    public void The_longest_command_is_never_longer_than_the_fence_pads()
    {
        var document = new EscPosDocument();
        document.QrCode(new string('1', EscPosDocument.MaxQrBytes));
        const int otherCommands = 9 + 8 + 8 + 8;
        Assert.Equal(EscPosDocument.LongestCommandBytes, document.Bytes.Length - otherCommands);
    }

    [Theory]
    [InlineData(48, "1D2133")]
    [InlineData(32, "1D2122")]
    [InlineData(16, "1D2100")]
    public void A_void_strip_shows_its_mark_as_large_as_the_paper_allows_and_cuts(int columns, string size)
    {
        var bytes = Convert.ToHexString(VoidStrip.Build(new EscPosDocument(columns), "7-2 \u001b@").Bytes.Span);
        Assert.StartsWith("1B401C26", bytes, StringComparison.Ordinal);
        Assert.Contains(size + "D7F7B7CF20564F49440A", bytes, StringComparison.Ordinal);
        Assert.Contains("372D3220A1F5400A", bytes, StringComparison.Ordinal);
        Assert.EndsWith("1D564200", bytes, StringComparison.Ordinal);
    }
}
