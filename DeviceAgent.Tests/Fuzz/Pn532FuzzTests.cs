using DeviceAgent.Drivers.Contactless;

namespace DeviceAgent.Tests.Fuzz;

public sealed class Pn532FuzzTests
{
    private static readonly byte[] Firmware = Convert.FromHexString("0000FF06FAD50332010607E800");

    // Acknowledgement, error, firmware, SAM, a listed card, an answer of a card, an extended frame.
    private static readonly byte[][] Corpus =
    [
        Convert.FromHexString("0000FF00FF00"),
        Convert.FromHexString("0000FFFF0000"),
        Convert.FromHexString("0000FF01FF7F8100"),
        Firmware,
        Convert.FromHexString("0000FF02FED5151600"),
        Frame([0xD5, 0x4B, 0x01, 0x01, 0x00, 0x44, 0x00, 0x07, 0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6]),
        Frame([0xD5, 0x4B, 0x01, 0x01, 0x03, 0x44, 0x20, 0x07, 0x04, 0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6, 0x06, 0x75, 0x77, 0x81, 0x02, 0x80]),
        Frame([0xD5, 0x41, 0x00, .. new byte[16], 0x90, 0x00]),
        Frame([0xD5, 0x41, 0x00, .. Enumerable.Repeat((byte)0xFF, 100)]),
        Convert.FromHexString("0000FFFFFF0006FAD50332010607E800"),
    ];

    [Fact]
    public void No_input_stops_the_frames_and_the_next_good_one_is_read_after_a_pause()
    {
        var parser = new Pn532FrameParser();
        Fuzzer.Run(532, Corpus, input =>
        {
            var rest = input.Span;
            while (parser.TryRead(ref rest, out var frame)) Look(frame);
            Assert.True(rest.IsEmpty);
            while (parser.EndByPause(out var frame)) Look(frame);
            Assert.False(parser.IsInsideFrame);
            ReadOnlySpan<byte> good = Firmware;
            Assert.True(parser.TryRead(ref good, out var next));
            Assert.Equal((Pn532FrameKind.Answer, (byte)0x03), (next.Kind, next.Code));
            parser.Reset();
        });
    }

    private static void Look(Pn532Frame frame)
    {
        Assert.InRange(frame.Data.Length, 0, Pn532Frame.MaxDataBytes);
        if (frame.Kind == Pn532FrameKind.Answer && frame.Code == 0x4B && Pn532Target.TryParse(frame.Data, out var target)) Assert.InRange(target.Uid.Length, 4, 10);
    }

    private static byte[] Frame(byte[] body) => [0x00, 0x00, 0xFF, (byte)body.Length, (byte)-body.Length, .. body, (byte)-body.Sum(b => b), 0x00];
}
