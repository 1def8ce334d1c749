using DeviceAgent.Drivers.Contactless;

namespace DeviceAgent.Tests.Contactless;

public sealed class Pn532FrameParserTests
{
    private const string Ack = "0000FF00FF00", Firmware = "0000FF06FAD50332010607E800";

    // NXP, PN532 User Manual, 7.2.2, 7.2.10, 7.3.5.
    [Theory]
    [InlineData(0x02, "", "0000FF02FED4022A00")]
    [InlineData(0x14, "01", "0000FF03FDD414011700")]
    [InlineData(0x4A, "0100", "0000FF04FCD44A0100E100")]
    public void A_command_is_the_bytes_of_the_manual(byte code, string data, string frame) => Assert.Equal(frame, Write(code, Convert.FromHexString(data)));

    [Theory]
    [InlineData(253, "0000FFFF01D4")]
    [InlineData(254, "0000FFFFFF0100FFD4")]
    [InlineData(263, "0000FFFFFF0109F6D4")]
    public void A_long_command_has_a_long_length(int bytes, string start)
    {
        var frame = Write(0x40, new byte[bytes]);
        Assert.StartsWith(start, frame, StringComparison.Ordinal);
        Assert.Equal("00", frame[^2..]);
        Assert.Throws<ArgumentOutOfRangeException>(() => Write(0x40, new byte[264]));
    }

    [Theory]
    [InlineData(Ack, "Ack")]
    [InlineData("0000FFFF0000", "Nack")]
    [InlineData("0000FF01FF7F8100", "Error")]
    [InlineData(Firmware, "03:32010607")]
    [InlineData("00FF06FAD50332010607E8", "03:32010607")] // neither preamble nor postamble
    [InlineData("0000FFFFFF0006FAD50332010607E800", "03:32010607")] // extended
    [InlineData("0000FF02FED5151600", "15:")]
    [InlineData("0000FF02FED4151700", "")] // from the host: an echo
    [InlineData("0000FF01FFD52B00", "")] // no code
    [InlineData("0000FF0000", "")] // no length
    [InlineData("0000FFFFFF000000D52B00", "")]
    [InlineData("0000FFFFFF010AF5D5", "")] // longer than any frame
    [InlineData("0000FF06FBD50332010607E800", "")] // LCS
    [InlineData("0000FF06FAD50332010607E900", "")] // DCS
    [InlineData("0000FFFFFF0006FBD50332010607E800", "")]
    public void A_frame_is_read_only_when_every_sum_fits(string input, string expected) => Assert.Equal(expected, string.Join(' ', Parse([Convert.FromHexString(input)])));

    [Fact]
    public void Frames_are_found_wherever_the_bytes_are_cut()
    {
        var input = Convert.FromHexString(Ack + Firmware + "FEFF00" + Ack + Firmware);
        for (var cut = 0; cut <= input.Length; cut++) Assert.Equal("Ack 03:32010607 Ack 03:32010607", string.Join(' ', Parse([input[..cut], input[cut..]])));
        Assert.Equal("Ack 03:32010607 Ack 03:32010607", string.Join(' ', Parse(input.Select(b => (byte[])[b]))));
    }

    [Fact]
    public void A_frame_that_garbage_swallows_is_still_found()
    {
        // A length of 32 bytes with a sum that fits: the good frame lies within.
        Assert.Equal(["03:32010607"], Parse([Convert.FromHexString("00FF20E0" + Firmware + new string('A', 60))]));
        var parser = new Pn532FrameParser();
        ReadOnlySpan<byte> input = Convert.FromHexString("00FF20E0" + Firmware);
        Assert.False(parser.TryRead(ref input, out _));
        Assert.True(parser.IsInsideFrame);
        Assert.True(parser.EndByPause(out var frame));
        Assert.Equal("32010607", Convert.ToHexString(frame.Data));
        Assert.False(parser.EndByPause(out _));
        Assert.False(parser.IsInsideFrame);
    }

    [Fact]
    public void After_any_garbage_and_a_pause_the_next_good_frame_is_read()
    {
        var random = new Random(3);
        var good = Convert.FromHexString(Firmware);
        for (var i = 0; i < 20_000; i++)
        {
            var garbage = new byte[random.Next(300)];
            random.NextBytes(garbage);
            // Much of what makes a frame.
            for (var n = 0; n < garbage.Length / 8; n++) garbage[random.Next(garbage.Length)] = (byte)(random.Next(2) == 0 ? 0x00 : 0xFF);
            var parser = new Pn532FrameParser();
            var found = Feed(parser, garbage);
            while (parser.EndByPause(out var frame)) found.Add(Name(frame));
            Assert.Equal("03:32010607", Feed(parser, good)[^1]);
        }
    }

    [Fact]
    public void A_frame_cut_short_counts_as_damaged_and_noise_does_not()
    {
        var parser = new Pn532FrameParser();
        Feed(parser, Convert.FromHexString("123456FF00"));
        parser.EndByPause(out _);
        Assert.Equal(0, parser.DamagedFrames);
        Feed(parser, Convert.FromHexString(Firmware).AsSpan()[..^4]);
        parser.EndByPause(out _);
        Assert.Equal(1, parser.DamagedFrames);
        Feed(parser, Convert.FromHexString("0000FF06FAD50332010607E900"));
        Assert.Equal(2, parser.DamagedFrames);
    }

    [Theory]
    [InlineData("010100440007 04A1B2C3D4E5F6", true, CardTechnology.Pages, "04A1B2C3D4E5F6")]
    [InlineData("010103442007 04A1B2C3D4E5F6 0675778102 80", true, CardTechnology.Apdu, "04A1B2C3D4E5F6")]
    [InlineData("010100040804 01020304", true, CardTechnology.Other, "01020304")]
    [InlineData("02 0100040804 01020304 02 0100040804 05060708", true, CardTechnology.Other, "01020304")] // two cards: the first
    [InlineData("00", false, CardTechnology.Other, "")]
    [InlineData("", false, CardTechnology.Other, "")]
    [InlineData("010100040805 0102030405", false, CardTechnology.Other, "")] // no card has five
    [InlineData("0101000408FF 01020304", false, CardTechnology.Other, "")]
    [InlineData("010100040807 01020304", false, CardTechnology.Other, "")] // cut short
    [InlineData("010300040804 01020304", false, CardTechnology.Other, "")] // a third target
    [InlineData("010103442007 04A1B2C3D4E5F6 07757781", false, CardTechnology.Other, "")] // an ATS cut short
    [InlineData("010103442007 04A1B2C3D4E5F6 00", false, CardTechnology.Other, "")]
    public void A_target_is_believed_only_when_its_lengths_fit(string data, bool isOne, CardTechnology technology, string uid)
    {
        Assert.Equal(isOne, Pn532Target.TryParse(Convert.FromHexString(data.Replace(" ", "", StringComparison.Ordinal)), out var target));
        if (isOne) Assert.Equal(technology, target.Technology);
        Assert.Equal(uid, Convert.ToHexString(target.Uid.Span));
    }

    private static string Write(byte code, ReadOnlySpan<byte> data)
    {
        var frame = new byte[300];
        return Convert.ToHexString(frame, 0, Pn532Frame.Write(frame, code, data));
    }

    private static List<string> Parse(IEnumerable<byte[]> pieces)
    {
        var parser = new Pn532FrameParser();
        return [.. pieces.SelectMany(p => Feed(parser, p))];
    }

    private static List<string> Feed(Pn532FrameParser parser, ReadOnlySpan<byte> input)
    {
        var found = new List<string>();
        while (parser.TryRead(ref input, out var frame)) found.Add(Name(frame));
        return found;
    }

    private static string Name(Pn532Frame frame) => frame.Kind == Pn532FrameKind.Answer ? $"{frame.Code:X2}:{Convert.ToHexString(frame.Data)}" : $"{frame.Kind}";
}
