using DeviceAgent.Drivers.Scanning;

namespace DeviceAgent.Tests.Scanning;

public sealed class AbandonedLineTests
{
    [Fact]
    public void A_line_that_is_skipped_is_never_abandoned_as_one_that_was_read()
    {
        var parser = new ScanLineParser(new LineScannerOptions());
        Assert.False(parser.TryAbandonLine()); // between lines
        Assert.False(Read(parser, "123"));
        Assert.True(parser.TryAbandonLine());
        Assert.False(Read(parser, "123"));
        parser.SkipLine();
        Assert.False(parser.TryAbandonLine());
        Assert.True(Read(parser, "456\r"));
    }

    private static bool Read(ScanLineParser parser, string text)
    {
        ReadOnlySpan<byte> input = System.Text.Encoding.ASCII.GetBytes(text);
        return parser.TryRead(ref input, out _);
    }
}
