using System.Text;
using DeviceAgent.Drivers.Scanning;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceAgent.Tests.Scanning;

public sealed class ScanLineParserTests
{
    private static readonly LineScannerOptions Plain = new() { MaxLengthBytes = 20 };

    public static TheoryData<ScanSuffix, string> SuffixesThatAreBytes => new()
    {
        { ScanSuffix.CarriageReturn, "\r" },
        { ScanSuffix.CarriageReturn, "\r\n" },
        { ScanSuffix.LineFeed, "\n" },
        { ScanSuffix.LineFeed, "\r\n" },
        { ScanSuffix.CarriageReturnLineFeed, "\r\n" },
        { ScanSuffix.Tab, "\t" },
    };

    [Theory, MemberData(nameof(SuffixesThatAreBytes))]
    public void A_suffix_never_becomes_part_of_a_code_and_never_a_code_of_its_own(ScanSuffix suffix, string sent)
    {
        var options = Plain with { Suffix = suffix };
        Assert.Equal(["801", "802"], Parse(options, $"801{sent}802{sent}"));
        Assert.Equal(["801", "802"], Parse(options, $"{sent}801{sent}{sent}802{sent}{sent}80"));
    }

    [Theory, MemberData(nameof(SuffixesThatAreBytes))]
    public void After_any_garbage_the_next_good_line_is_read(ScanSuffix suffix, string sent)
    {
        var options = Plain with { Suffix = suffix, Prefix = "#", AimIdentifier = true };
        var random = new Random(11);
        var good = Encoding.UTF8.GetBytes("#]Q1ORDER 8012");
        for (var i = 0; i < 5_000; i++)
        {
            var garbage = new byte[random.Next(200)];
            random.NextBytes(garbage);
            var lines = Parse(options, [.. garbage, .. Encoding.ASCII.GetBytes(sent), .. good, .. Encoding.ASCII.GetBytes(sent)]);
            Assert.Equal("]Q1|ORDER 8012", lines[^1]);
        }
    }

    [Theory]
    [InlineData("#]Q18012\r", "]Q1|8012")]
    [InlineData("#]C08012\r", "]C0|8012")]
    [InlineData("#]Q1\r", null)]
    [InlineData("#8012\r", "NoAimIdentifier")]
    [InlineData("#]Q\r", "NoAimIdentifier")]
    [InlineData("#]118012\r", "NoAimIdentifier")]
    [InlineData("#]Q-8012\r", "NoAimIdentifier")]
    [InlineData("#\r", "NoAimIdentifier")]
    [InlineData("]Q18012\r", "WrongPrefix")]
    [InlineData("8012\r", "WrongPrefix")]
    [InlineData("#]Q180\t12\r", "NotText")]
    [InlineData("#]Q180\u008512\r", "NotText")]
    [InlineData("#]Q180\u007F12\r", "NotText")]
    [InlineData("#]Q180\n12\r", "NotText")]
    [InlineData("#]Q180\u00A012\r", "]Q1|80\u00A012")]
    [InlineData("#]Q1订单8012\r", "]Q1|订单8012")]
    [InlineData("#]Q112345678901234567890\r", "]Q1|12345678901234567890")]
    [InlineData("#]Q1123456789012345678901\r", "TooLong")]
    public void What_is_no_code_is_told_as_a_value(string sent, string? expected) =>
        Assert.Equal(expected is null ? [] : [expected], Parse(Plain with { Prefix = "#", AimIdentifier = true }, sent));

    [Theory]
    [InlineData(new byte[] { 0xFF, 0x30 })]
    [InlineData(new byte[] { 0x30, 0xC2 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    [InlineData(new byte[] { 0x30, 0x00 })]
    public void Bytes_that_are_not_text_never_become_one(byte[] line) => Assert.Equal(["NotText"], Parse(Plain, [.. line, 0x0D]));

    [Fact]
    public void The_length_limit_counts_neither_prefix_nor_identifier_nor_suffix()
    {
        foreach (var (suffix, sent) in ((ScanSuffix, string)[])[(ScanSuffix.CarriageReturn, "\r"), (ScanSuffix.CarriageReturnLineFeed, "\r\n"), (ScanSuffix.LineFeed, "\n"), (ScanSuffix.LineFeed, "\r\n"), (ScanSuffix.Tab, "\t")])
        {
            foreach (var max in (int[])[1, 20, LineScannerOptions.MaxMaxLengthBytes])
            {
                var options = new LineScannerOptions { Suffix = suffix, Prefix = "AB", AimIdentifier = true, MaxLengthBytes = max };
                var longest = new string('7', max);
                Assert.Equal([$"]A0|{longest}"], Parse(options, $"AB]A0{longest}{sent}"));
                Assert.Equal(["TooLong", $"]A0|{longest}"], Parse(options, $"AB]A0{longest}7{sent}AB]A0{longest}{sent}"));
                Assert.Equal(["TooLong"], Parse(options, $"AB]A0{longest}{longest}{longest}77{sent}"));
            }
        }
    }

    [Fact]
    public void Silence_ends_a_line_where_it_is_the_suffix()
    {
        var parser = new ScanLineParser(Plain with { Suffix = ScanSuffix.IdleGap });
        Assert.False(parser.TryEndLine(out _));
        ReadOnlySpan<byte> input = "8012"u8;
        Assert.False(parser.TryRead(ref input, out _));
        Assert.True(parser.IsInLine);
        Assert.True(parser.TryEndLine(out var line));
        Assert.Equal("8012"u8, line.Text);
        Assert.False(parser.IsInLine);
        input = new byte[5000];
        Assert.False(parser.TryRead(ref input, out _));
        Assert.True(parser.TryEndLine(out line));
        Assert.Equal(ScanFault.TooLong, line.Fault);
    }

    /// <summary>The same bytes in any pieces give the same lines, and those that a plain split and the definitions of the faults give.</summary>
    [Fact]
    public void Pieces_never_change_what_is_read()
    {
        var alphabet = Gen.Elements("\r\n\t\r\n\t]Q1#801\u0002"u8.ToArray());
        var inputs = Gen.ArrayOf(Gen.Frequency((9, alphabet), (1, ArbMap.Default.GeneratorFor<byte>())));
        var options =
            from suffix in Gen.Elements(ScanSuffix.CarriageReturn, ScanSuffix.LineFeed, ScanSuffix.CarriageReturnLineFeed, ScanSuffix.Tab)
            from prefix in Gen.Elements("", "#")
            from aim in Gen.Elements(true, false)
            from max in Gen.Choose(1, 12)
            select new LineScannerOptions { Suffix = suffix, Prefix = prefix, AimIdentifier = aim, MaxLengthBytes = max };
        var cases = from o in options from input in inputs from cut in Gen.Choose(1, 9) select (o, input, cut);
        Prop.ForAll(Arb.From(cases), c =>
        {
            var whole = Parse(c.o, c.input);
            return whole.SequenceEqual(Parse(c.o, c.input, c.cut)) && whole.SequenceEqual(ScanLineModel.Parse(c.o, c.input));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));
    }

    [Fact]
    public void No_mutated_byte_ever_throws_or_makes_a_code_too_long()
    {
        var seed = Encoding.UTF8.GetBytes("#]Q18012345678901\r\n#]C0订单8012\r\n#]Q1\t\r\n");
        var random = new Random(5);
        foreach (var suffix in Enum.GetValues<ScanSuffix>())
        {
            var options = Plain with { Suffix = suffix, Prefix = "#", AimIdentifier = true };
            var parser = new ScanLineParser(options); // one for all: no state may poison it
            for (var i = 0; i < 4_000; i++)
            {
                var bytes = seed.ToArray();
                for (var n = random.Next(1, 6); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                ReadOnlySpan<byte> input = bytes;
                while (parser.TryRead(ref input, out var line)) AssertIsSound(line);
                Assert.True(input.IsEmpty);
                if (parser.TryEndLine(out var last)) AssertIsSound(last);
            }
        }

        static void AssertIsSound(ScanLine line)
        {
            Assert.Equal(line.Fault == ScanFault.None, !line.Text.IsEmpty);
            Assert.InRange(line.Text.Length, 0, Plain.MaxLengthBytes);
            Assert.DoesNotContain(Encoding.UTF8.GetString(line.Text), char.IsControl);
        }
    }

    [Fact]
    public void Parsing_allocates_nothing()
    {
        var parser = new ScanLineParser(Plain);
        var bytes = "8012345678\r\n80123456780123456789012\r\n\u0001\r\n"u8.ToArray();
        var lines = 0;
        Run(10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Run(1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(3 * 1010, lines);

        void Run(int times)
        {
            for (var i = 0; i < times; i++)
            {
                ReadOnlySpan<byte> input = bytes;
                while (parser.TryRead(ref input, out _)) lines++;
            }
        }
    }

    private static List<string> Parse(LineScannerOptions options, string sent) => Parse(options, Encoding.UTF8.GetBytes(sent));

    private static List<string> Parse(LineScannerOptions options, byte[] sent, int piece = int.MaxValue)
    {
        var parser = new ScanLineParser(options);
        var lines = new List<string>();
        for (var at = 0; at < sent.Length;)
        {
            var count = Math.Min(piece, sent.Length - at);
            var input = new ReadOnlySpan<byte>(sent, at, count);
            while (parser.TryRead(ref input, out var line)) lines.Add(Show(line));
            at += count;
        }
        return lines;
    }

    private static string Show(ScanLine line) => line.Fault != ScanFault.None ? line.Fault.ToString()
        : line.AimIdentifier.IsEmpty ? Encoding.UTF8.GetString(line.Text)
        : $"{Encoding.UTF8.GetString(line.AimIdentifier)}|{Encoding.UTF8.GetString(line.Text)}";
}
