using System.Text;
using DeviceAgent.Drivers.Scanning;

namespace DeviceAgent.Tests.Scanning;

public sealed class ReplySplitterTests
{
    private const string Gm65Ack = "02000001003331", NewlandAck = "0201303030302353434E5452473106" + "3B03", NewlandNak = "0201303030302353434E5452473115" + "3B03";

    public static TheoryData<string, string, string> Replies => new()
    {
        { "gm65", Gm65Ack, "+" },
        { "newland", NewlandAck, "+" },
        { "newland", NewlandNak, "-" },
        { "newland", "0201303030302353434E5452473105" + "3B03", "-" },
        { "newland", "020130303030" + "06" + "3B03", "+" },
    };

    [Theory, MemberData(nameof(Replies))]
    public void A_reply_never_becomes_a_code_and_never_eats_one_wherever_it_stands(string profile, string reply, string answer)
    {
        var hex = Convert.ToHexString(Encoding.ASCII.GetBytes("8012\r"));
        foreach (var stream in (string[])[reply + hex, hex + reply, hex[..4] + reply + hex[4..], reply + reply + hex, hex + reply + hex])
        {
            var codes = stream.Replace(reply, "", StringComparison.Ordinal);
            var answers = string.Concat(Enumerable.Repeat(answer, (stream.Length - codes.Length) / reply.Length));
            var bytes = Convert.FromHexString(stream);
            // In one piece, byte by byte, and cut at every place.
            Assert.Equal((codes, answers), Split(profile, [bytes]));
            Assert.Equal((codes, answers), Split(profile, [.. bytes.Select(b => new[] { b })]));
            for (var cut = 1; cut < bytes.Length; cut++) Assert.Equal((codes, answers), Split(profile, [bytes[..cut], bytes[cut..]]));
        }
    }

    [Theory, MemberData(nameof(Replies))]
    public void A_reply_that_was_cut_off_never_eats_the_code_that_comes_after_a_pause(string profile, string reply, string answer)
    {
        Assert.NotEmpty(answer);
        var bytes = Convert.FromHexString(reply);
        for (var cut = 2; cut < bytes.Length; cut++)
        {
            var splitter = Splitter(profile);
            Assert.Equal(("", ""), Feed(splitter, bytes[..cut]));
            Assert.True(splitter.IsHolding);
            Assert.True(splitter.GiveUp().IsEmpty);
            Assert.False(splitter.IsHolding);
            Assert.Equal(("383031320D", ""), Feed(splitter, "8012\r"u8.ToArray()));
            Assert.Equal(1, splitter.BrokenReplies);
        }
    }

    [Fact]
    public void A_gm65_reply_that_was_cut_off_never_eats_the_code_right_behind_it()
    {
        var bytes = Convert.FromHexString(Gm65Ack);
        // The last two bytes of the reply are digits: a code may begin like them.
        for (var cut = 1; cut < bytes.Length - 2; cut++) Assert.Equal(("383031320D", ""), Split("gm65", [[.. bytes[..cut], .. "8012\r"u8]]));
    }

    [Fact]
    public void A_newland_reply_that_lost_its_end_is_never_taken_for_a_code()
    {
        var (codes, answers) = Split("newland", [[.. Convert.FromHexString(NewlandAck)[..^3], .. "8012\r8013\r"u8]]);
        // What stands right behind it cannot be told from it; what follows is whole.
        Assert.Equal("", answers);
        Assert.EndsWith("383031330D", codes, StringComparison.Ordinal);
        Assert.DoesNotContain("02013030", codes, StringComparison.Ordinal);
    }

    [Fact]
    public void A_prefix_that_a_reply_begins_with_is_never_lost()
    {
        var splitter = new ReplySplitter(ScannerProfile.Load("gm65").AcceptPatterns, [], "\u0002"u8);
        Assert.Equal(("02383031320D0238", ""), Feed(splitter, "\u00028012\r\u00028"u8.ToArray()));
        Assert.Equal(("", ""), Feed(splitter, [0x02]));
        Assert.Equal("02", Convert.ToHexString(splitter.GiveUp()));
        Assert.Equal(("", "+"), Feed(splitter, Convert.FromHexString(Gm65Ack)));
    }

    [Fact]
    public void A_scanner_that_answers_nothing_has_nothing_taken_away() =>
        Assert.Equal((Gm65Ack + "383031320D", ""), Split("honeywell", [[.. Convert.FromHexString(Gm65Ack), .. "8012\r"u8]]));

    [Theory]
    [InlineData("06", "06", 2)]
    [InlineData("02 .. 03", "02FF", 1)]
    [InlineData("02 .. 03", "02FF03", 2)]
    [InlineData("02 .. 03", "02FF04", 0)]
    [InlineData("02 * 06", "0230", 1)]
    [InlineData("02 * 06", "0206", 2)]
    [InlineData("02 * 06", "02300D", 0)]
    [InlineData("02 * 3B 03", "023B3B03", 2)]
    public void Patterns_are_compared_as_they_are_documented(string pattern, string received, int match) =>
        Assert.Equal((ReplyMatch)match, ReplyPattern.Parse(pattern)!.Compare(Convert.FromHexString(received)));

    [Fact]
    public void A_run_is_never_longer_than_its_limit()
    {
        var pattern = ReplyPattern.Parse("02 * 06")!;
        Assert.Equal(ReplyMatch.Full, pattern.Compare([0x02, .. Enumerable.Repeat((byte)'x', ReplyPattern.MaxRun), 0x06]));
        Assert.Equal(ReplyMatch.Partial, pattern.Compare([0x02, .. Enumerable.Repeat((byte)'x', ReplyPattern.MaxRun)]));
        Assert.Equal(ReplyMatch.No, pattern.Compare([0x02, .. Enumerable.Repeat((byte)'x', ReplyPattern.MaxRun + 1)]));
    }

    internal static ReplySplitter Splitter(string profile)
    {
        var of = ScannerProfile.Load(profile);
        return new(of.AcceptPatterns, of.RefusePatterns, default);
    }

    private static (string Codes, string Answers) Split(string profile, byte[][] pieces)
    {
        var splitter = Splitter(profile);
        var all = pieces.Select(p => Feed(splitter, p)).ToList();
        return (string.Concat(all.Select(a => a.Codes)), string.Concat(all.Select(a => a.Answers)));
    }

    private static (string Codes, string Answers) Feed(ReplySplitter splitter, byte[] bytes)
    {
        var codes = new StringBuilder();
        var answers = new StringBuilder();
        ReadOnlySpan<byte> input = bytes;
        while (true)
        {
            switch (splitter.Next(ref input, out var data))
            {
                case ReplyPart.Data:
                    codes.Append(Convert.ToHexString(data));
                    break;
                case ReplyPart.Accepted:
                    answers.Append('+');
                    break;
                case ReplyPart.Refused:
                    answers.Append('-');
                    break;
                default:
                    return (codes.ToString(), answers.ToString());
            }
        }
    }
}
