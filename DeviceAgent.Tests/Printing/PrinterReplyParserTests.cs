using System.Text;
using DeviceAgent.Drivers.Printing;

namespace DeviceAgent.Tests.Printing;

public sealed class PrinterReplyParserTests
{
    private static List<string> Parse(PrinterReplyParser parser, params byte[] bytes)
    {
        var replies = new List<string>();
        foreach (var b in bytes)
        {
            if (!parser.Push(b, out var reply)) continue;
            replies.Add(reply.Kind switch
            {
                PrinterReplyKind.ProcessIdEcho => $"Echo {reply.ProcessId}",
                PrinterReplyKind.Text => $"Text {Encoding.ASCII.GetString(parser.Text)}",
                PrinterReplyKind.Xon or PrinterReplyKind.Xoff => reply.Kind.ToString(),
                _ => $"{reply.Kind} {reply.Status:X2}",
            });
        }
        return replies;
    }

    private static string Parse(string hex, out PrinterReplyParser parser)
    {
        parser = new PrinterReplyParser();
        return string.Join(", ", Parse(parser, Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("12", "RealTimeStatus 12", 0)]
    [InlineData("16 1A 32 72 7E 1E", "RealTimeStatus 16, RealTimeStatus 1A, RealTimeStatus 32, RealTimeStatus 72, RealTimeStatus 7E, RealTimeStatus 1E", 0)]
    [InlineData("10 00 00 0F", "AutomaticStatus 1000000F", 0)]
    [InlineData("3C 00 0C 0F", "AutomaticStatus 3C000C0F", 0)]
    [InlineData("00 03 0C 0F 62", "PlainStatus 00, PlainStatus 03, PlainStatus 0C, PlainStatus 0F, PlainStatus 62", 0)]
    [InlineData("11 13", "Xon, Xoff", 0)]
    [InlineData("5F 41 43 4D 45 00", "Text ACME", 0)]
    [InlineData("5F 31 32 30 00", "Text 120", 0)]
    [InlineData("5F 00", "Text ", 0)]
    [InlineData("37 22 41 62 20 7E 00", "Echo Ab ~", 0)]
    // XON and XOFF belong to nothing that they interrupt.
    [InlineData("10 13 00 00 11 0F", "Xoff, Xon, AutomaticStatus 1000000F", 0)]
    [InlineData("5F 41 13 42 00", "Xoff, Text AB", 0)]
    [InlineData("37 22 41 11 41 41 41 00", "Xon, Echo AAAA", 0)]
    // No status matching inside a text: '2' and 'r' look like real-time answers.
    [InlineData("5F 32 72 00 12", "Text 2r, RealTimeStatus 12", 0)]
    // Garbage, and the reply after it.
    [InlineData("FF 80 95 12", "RealTimeStatus 12", 3)]
    [InlineData("10 00 12", "RealTimeStatus 12", 2)]
    [InlineData("10 37 22 41 41 41 41 00", "Echo AAAA", 1)]
    [InlineData("37 37 22 41 41 41 41 00", "Echo AAAA", 1)]
    [InlineData("37 22 41 41 37 22 41 41 41 41 00", "PlainStatus 41, PlainStatus 41, PlainStatus 41, PlainStatus 41, PlainStatus 00", 6)]
    [InlineData("37 22 41 41 12", "RealTimeStatus 12", 4)]
    [InlineData("37 22 41 41 41 41 41 12", "PlainStatus 41, RealTimeStatus 12", 6)]
    [InlineData("37 22 1F 12", "RealTimeStatus 12", 3)]
    [InlineData("5F 41 0A 12", "PlainStatus 0A, RealTimeStatus 12", 2)]
    public void A_reply_is_never_taken_for_another(string hex, string expected, int junk)
    {
        Assert.Equal(expected, Parse(hex, out var parser));
        Assert.Equal(junk, parser.JunkBytes);
        Assert.False(parser.IsInsideReply);
    }

    [Fact]
    public void Every_single_byte_is_classified_as_the_command_reference_does()
    {
        for (var value = 0; value <= 0xFF; value++)
        {
            var parser = new PrinterReplyParser();
            var told = parser.Push((byte)value, out var reply);
            var bits = Convert.ToString(value, 2).PadLeft(8, '0');
            string expected;
            if (value is 0x11) expected = "Xon";
            else if (value is 0x13) expected = "Xoff";
            else if (bits[0] == '0' && bits[3] == '1' && bits[6..] == "10") expected = "RealTimeStatus";
            else if (bits[0] == '0' && bits[3] == '1' && bits[6..] == "00") expected = "inside";
            else if (bits[0] == '0' && bits[3] == '0') expected = "PlainStatus";
            else if (value is 0x37 or 0x5F) expected = "inside";
            else expected = "junk";
            Assert.Equal(expected, told ? reply.Kind.ToString() : parser.IsInsideReply ? "inside" : "junk");
            Assert.Equal(expected == "junk" ? 1 : 0, parser.JunkBytes);
        }
    }

    [Fact]
    public void A_text_never_grows_without_bound()
    {
        var parser = new PrinterReplyParser();
        Assert.Empty(Parse(parser, [0x5F, .. Enumerable.Repeat((byte)0x41, PrinterReplyParser.MaxTextBytes)]));
        Assert.Equal(["PlainStatus 41"], Parse(parser, 0x41));
        Assert.Equal(PrinterReplyParser.MaxTextBytes + 1, parser.JunkBytes);
    }

    [Theory]
    [InlineData("5F 41 42", 3)]
    [InlineData("10 00", 2)]
    [InlineData("37 22 41", 3)]
    [InlineData("12", 0)]
    public void A_reply_cut_short_is_dropped_on_request(string hex, int junk)
    {
        Parse(hex, out var parser);
        parser.Reset();
        Assert.Equal(junk, parser.JunkBytes);
        Assert.Equal(["Echo AAAA"], Parse(parser, 0x37, 0x22, 0x41, 0x41, 0x41, 0x41, 0));
    }

    /// <summary>Whatever came before, once a NUL has gone by (it ends any text) each following reply is told exactly.</summary>
    [Fact]
    public void After_any_garbage_the_parser_finds_its_way_back()
    {
        var random = new Random(20260301);
        byte[] valid = [0x12, 0x5F, 0x41, 0x43, 0x00, 0x37, 0x22, 0x41, 0x62, 0x20, 0x7E, 0x00, 0x10, 0x00, 0x00, 0x0F, 0x13, 0x11, 0x72];
        string[] expected = ["RealTimeStatus 12", "Text AC", "Echo Ab ~", "AutomaticStatus 1000000F", "Xoff", "Xon", "RealTimeStatus 72"];
        for (var round = 0; round < 20_000; round++)
        {
            var stream = new List<byte>();
            for (var i = random.Next(1, 4); i > 0; i--) stream.AddRange(valid);
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                var at = random.Next(stream.Count);
                switch (random.Next(3))
                {
                    case 0: stream[at] = (byte)random.Next(256); break;
                    case 1: stream.RemoveAt(at); break;
                    default: stream.Insert(at, (byte)random.Next(256)); break;
                }
            }
            var parser = new PrinterReplyParser();
            Parse(parser, [.. stream]);
            // The longest that garbage can hold on: a text up to its NUL, or an automatic status of four bytes.
            Parse(parser, 0, 0, 0, 0);
            Assert.False(parser.IsInsideReply);
            Assert.Equal(expected, Parse(parser, valid));
        }
    }

    [Fact]
    public void No_echo_is_ever_made_up_from_mutated_replies()
    {
        var random = new Random(7);
        for (var round = 0; round < 20_000; round++)
        {
            byte[] stream = [0x37, 0x22, 0x41, 0x41, 0x41, 0x41, 0x00];
            stream[random.Next(stream.Length)] = (byte)random.Next(256);
            var replies = Parse(new PrinterReplyParser(), stream);
            var intact = stream is [0x37, 0x22, .., 0] && stream[2..6].All(b => b is >= 0x20 and <= 0x7E);
            Assert.Equal(intact, replies.Any(r => r.StartsWith("Echo", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public void Parsing_never_allocates()
    {
        var parser = new PrinterReplyParser();
        byte[] stream = [0x12, 0x5F, 0x41, 0x00, 0x37, 0x22, 0x41, 0x62, 0x20, 0x7E, 0x00, 0x10, 0x00, 0x00, 0x0F, 0x13, 0xFF];
        var count = 0;
        void Push()
        {
            foreach (var b in stream)
                if (parser.Push(b, out _)) count++;
        }
        for (var i = 0; i < 100; i++) Push();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) Push();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(200 * 5, count);
    }
}
