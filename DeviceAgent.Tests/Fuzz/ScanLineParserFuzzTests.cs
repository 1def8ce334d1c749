using DeviceAgent.Drivers.Scanning;

namespace DeviceAgent.Tests.Fuzz;

/// <summary>A million mutated inputs; after any garbage the next good line is read.</summary>
public sealed class ScanLineParserFuzzTests
{
    [Theory]
    [InlineData(ScanSuffix.CarriageReturn)]
    [InlineData(ScanSuffix.CarriageReturnLineFeed)]
    public void No_garbage_keeps_the_next_line_from_being_read(ScanSuffix suffix)
    {
        var parser = new ScanLineParser(new() { Suffix = suffix, AimIdentifier = true, Prefix = "\u0002", MaxLengthBytes = 40 });
        byte[][] corpus = ["\u0002]Q18012\r\n"u8.ToArray(), "\u0002]C0订单8012\r\n"u8.ToArray(), "8012\r"u8.ToArray(), "\r\n"u8.ToArray(), [0xFF, 0x00, 0x0D, 0x0A]];
        Fuzzer.Run(1, corpus, input =>
        {
            var rest = input.Span;
            while (parser.TryRead(ref rest, out var line)) Assert.True(line.Text.Length <= 40);
            rest = "\r\n\u0002]Q1ORDER\r\n"u8;
            var last = "";
            while (parser.TryRead(ref rest, out var line)) last = line.Fault == ScanFault.None ? System.Text.Encoding.UTF8.GetString(line.Text) : "";
            Assert.Equal("ORDER", last);
        });
    }
}
