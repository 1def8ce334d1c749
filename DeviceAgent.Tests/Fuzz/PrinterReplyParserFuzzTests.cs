using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Printing;

namespace DeviceAgent.Tests.Fuzz;

public sealed class PrinterReplyParserFuzzTests
{
    private static readonly byte[] Echo = [0x37, 0x22, 0x41, 0x62, 0x20, 0x7E, 0x00];

    private static readonly byte[][] Corpus =
    [
        [0x12], [0x1A], [0x72], [0x10, 0x00, 0x00, 0x0F], [0x18, 0x08, 0x03, 0x00], [0x10, 0x0F, 0x25, 0x2B, 0x4B, 0x01], [0x11], [0x13],
        [0x5F, .. "CHINA GB18030"u8, 0x00], [0x5F, .. "1200"u8, 0x00], Echo, [0x08], [0xC8],
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_million_mutated_replies_never_stop_the_parser_or_hide_the_next_echo(bool kioskForms)
    {
        var parser = new PrinterReplyParser(kioskForms);
        Fuzzer.Run(kioskForms ? 5101 : 5102, Corpus, input =>
        {
            foreach (var value in input.Span)
                if (parser.Push(value, out var reply)) Judge(reply);
            Assert.InRange(parser.Text.Length, 0, PrinterReplyParser.MaxTextBytes);
            // A second of silence, as the reader takes it.
            parser.Reset();
            var echoes = 0;
            foreach (var value in Echo)
                if (parser.Push(value, out var reply) && reply.Kind == PrinterReplyKind.ProcessIdEcho) echoes++;
            if (echoes != 1 || parser.IsInsideReply) Assert.Fail("The echo was not heard.");
        });
    }

    private static void Judge(in PrinterReply reply)
    {
        var status = PrinterStatusRules.Judge(reply.Kind switch
        {
            PrinterReplyKind.AutomaticStatus => new PrinterAnswers { Automatic = reply.Status },
            PrinterReplyKind.FullStatus => new PrinterAnswers { Full = reply.Status },
            PrinterReplyKind.PlainStatus => new PrinterAnswers { Presenter = (byte)reply.Status },
            _ => new PrinterAnswers { Printer = (byte)reply.Status, Paper = (byte)reply.Status },
        });
        if (status.CanPrint && (PrinterStatusRules.StandsStill(status) || status.Device != DeviceState.Online)) Assert.Fail($"{reply}: {status}");
    }
}
