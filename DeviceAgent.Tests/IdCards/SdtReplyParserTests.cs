using DeviceAgent.Drivers.IdCards;

namespace DeviceAgent.Tests.IdCards;

public sealed class SdtReplyParserTests
{
    private readonly SdtReplyParser _parser = new();

    // GA 450, find: AA AA AA 96 69 | 00 08 | 00 00 9F | 00 00 00 00 | 97.
    private static readonly byte[] Found = Convert.FromHexString("AAAAAA9669000800009F0000000097");
    private static readonly byte[] NotFound = Convert.FromHexString("AAAAAA9669000400008084");

    internal static byte[] Reply(byte status, params ReadOnlySpan<byte> data)
    {
        var length = data.Length + 4;
        byte[] frame = [0xAA, 0xAA, 0xAA, 0x96, 0x69, (byte)(length >> 8), (byte)length, 0, 0, status, .. data, 0];
        foreach (var b in frame.AsSpan(5..^1)) frame[^1] ^= b;
        return frame;
    }

    [Theory]
    [InlineData(0x10, 0xFF, "", "AAAAAA9669000310FFEC")]
    [InlineData(0x11, 0xFF, "", "AAAAAA9669000311FFED")]
    [InlineData(0x12, 0xFF, "", "AAAAAA9669000312FFEE")]
    [InlineData(0x20, 0x01, "", "AAAAAA96690003200122")]
    [InlineData(0x20, 0x02, "", "AAAAAA96690003200221")]
    [InlineData(0x30, 0x01, "", "AAAAAA96690003300132")]
    [InlineData(0x30, 0x10, "", "AAAAAA96690003301023")]
    [InlineData(0x30, 0x03, "", "AAAAAA96690003300330")]
    [InlineData(0x61, 0xFF, "50", "AAAAAA9669000461FF50CA")]
    [InlineData(0x60, 0x04, "", "AAAAAA96690003600467")]
    public void No_request_differs_from_the_standard_by_a_bit(byte command, byte parameter, string data, string expected)
    {
        var frame = new byte[16];
        var length = SdtFrame.Write(frame, command, parameter, Convert.FromHexString(data));
        Assert.Equal(expected, Convert.ToHexString(frame.AsSpan(0, length)));
    }

    [Fact]
    public void A_frame_is_read_whole_however_it_comes()
    {
        for (var cut = 0; cut <= Found.Length; cut++)
        {
            var all = new List<string>();
            Read(Found.AsSpan(0, cut), all);
            Read(Found.AsSpan(cut), all);
            Assert.Equal(["9F:00000000"], all);
        }
        Assert.False(_parser.IsInFrame);
        Assert.Equal(0, _parser.Garbled);
    }

    [Fact]
    public void Two_frames_in_one_piece_are_never_one()
    {
        Assert.Equal(["9F:00000000", "80:", "9F:00000000"], Read([.. Found, .. NotFound, .. Found]));
    }

    [Fact]
    public void The_longest_frame_fits_and_a_longer_one_is_none()
    {
        var longest = Reply(0x90, new byte[6 + 256 + 1024 + 1024]);
        Assert.Equal(2321, longest.Length);
        Assert.Equal(["90:" + new string('0', 2310 * 2)], Read(longest));
        Assert.Equal(["80:"], Read([.. Reply(0x90, new byte[2311]), .. NotFound]));
        Assert.True(_parser.Garbled > 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Bits_that_fell_over_never_make_an_answer_of_another(byte flip)
    {
        for (var at = 0; at < Found.Length; at++)
        {
            var bad = (byte[])Found.Clone();
            bad[at] ^= flip;
            var read = Read([.. bad, .. NotFound]);
            // A wrong length may swallow the next frame, until silence gives it back.
            while (_parser.TryReadAfterSilence(out var reply)) read.Add(Text(reply));
            Assert.Equal(["80:"], read);
            _parser.Clear();
        }
    }

    [Fact]
    public void A_frame_that_broke_off_costs_only_itself()
    {
        for (var length = 1; length < Found.Length; length++)
        {
            var read = Read([.. Found.AsSpan(0, length), .. NotFound, .. Found]);
            while (_parser.TryReadAfterSilence(out var reply)) read.Add(Text(reply));
            Assert.Equal(["80:", "9F:00000000"], read);
            _parser.Clear();
        }
    }

    [Fact]
    public void A_good_frame_within_a_bad_one_is_found()
    {
        var bad = Reply(0x90, [1, 2, .. NotFound, 3]);
        bad[^1] ^= 1;
        Assert.Equal(["80:", "9F:00000000"], Read([.. bad, .. Found]));
        Assert.Equal(1, _parser.Garbled);
    }

    [Fact]
    public void A_frame_within_a_good_one_is_content()
    {
        Assert.Equal(["90:" + Convert.ToHexString(Found)], Read(Reply(0x90, Found)));
    }

    [Fact]
    public void Noise_before_a_frame_hides_it_never()
    {
        foreach (var noise in new[] { "AA", "AAAA", "AAAAAAAAAA", "AAAAAA", "AAAAAA96", "9669", "00", "AAAAAA96AA", "AAAAAA9669FFFF", "AAAAAA96690000", "AAAAAA96690003" })
        {
            Assert.Equal(["80:"], Read([.. Convert.FromHexString(noise), .. NotFound]));
            Assert.False(_parser.IsInFrame);
        }
    }

    [Fact]
    public void Nothing_of_a_frame_stays_in_the_parser()
    {
        var held = (byte[])typeof(SdtReplyParser).GetField("_held", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.GetValue(_parser)!;
        Assert.Single(Read(Reply(0x90, [.. Enumerable.Repeat((byte)0x77, 1284)])));
        Assert.DoesNotContain((byte)0x77, held);
        Read(Reply(0x90, [.. Enumerable.Repeat((byte)0x77, 1284)]).AsSpan(0, 900));
        Assert.True(_parser.IsInFrame);
        Assert.Contains((byte)0x77, held);
        _parser.Clear();
        Assert.DoesNotContain((byte)0x77, held);
        Assert.False(_parser.IsInFrame);
    }

    private List<string> Read(ReadOnlySpan<byte> input)
    {
        var all = new List<string>();
        Read(input, all);
        return all;
    }

    private void Read(ReadOnlySpan<byte> input, List<string> all)
    {
        while (_parser.TryRead(ref input, out var reply)) all.Add(Text(reply));
        Assert.True(input.IsEmpty);
    }

    private static string Text(SdtReply reply) => $"{reply.Status:X2}:{Convert.ToHexString(reply.Data)}";
}
