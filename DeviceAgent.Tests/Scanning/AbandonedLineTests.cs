using DeviceAgent.Drivers.Scanning;

namespace DeviceAgent.Tests.Scanning;

public sealed class AbandonedLineTests
{
    [Fact]
    public void A_line_that_is_abandoned_never_leaves_anything_in_the_next_one()
    {
        var parser = new ScanLineParser(new LineScannerOptions());
        Assert.False(parser.TryAbandonLine()); // between lines
        Assert.Null(Read(parser, "123"));
        Assert.True(parser.TryAbandonLine());
        Assert.False(parser.TryAbandonLine());
        Assert.Equal("456", Read(parser, "456\r"));
    }

    private static string? Read(ScanLineParser parser, string text)
    {
        ReadOnlySpan<byte> input = System.Text.Encoding.ASCII.GetBytes(text);
        return parser.TryRead(ref input, out var line) ? System.Text.Encoding.ASCII.GetString(line.Text) : null;
    }
}
