using System.Text;
using DeviceAgent.Drivers.Printing;

namespace DeviceAgent.Tests.Printing;

/// <summary>The replies that kiosk printers have besides those of <see cref="PrinterReplyParserTests"/>.</summary>
public sealed class KioskReplyParserTests
{
    [Theory]
    [InlineData("10 0F 00 00 00 00", "FullStatus 0", 0)]
    [InlineData("10 0F 25 2B 4B 01", "FullStatus 252B4B01", 0)]
    [InlineData("10 0F 20 13 00 00 11 00", "Xoff, Xon, FullStatus 20000000", 0)]
    // An automatic status stays one.
    [InlineData("10 00 00 0F 12", "AutomaticStatus 1000000F, RealTimeStatus 12", 0)]
    [InlineData("18 0F 00 00", "AutomaticStatus 180F0000", 0)]
    // GS e 6 uses bit 7.
    [InlineData("80 C8 08", "PlainStatus 80, PlainStatus C8, PlainStatus 8", 0)]
    // Cut short: the byte that broke it is looked at again.
    [InlineData("10 0F 00 12", "RealTimeStatus 12", 3)]
    [InlineData("10 0F 00 00 00 37 22 41 41 41 41 00", "Echo AAAA", 5)]
    public void A_kiosk_printers_reply_is_never_taken_for_another(string hex, string expected, int junk)
    {
        var parser = new PrinterReplyParser(kioskForms: true);
        var replies = new List<string>();
        foreach (var value in Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)))
        {
            if (!parser.Push(value, out var reply)) continue;
            replies.Add(reply.Kind switch
            {
                PrinterReplyKind.ProcessIdEcho => $"Echo {reply.ProcessId}",
                PrinterReplyKind.Text => $"Text {Encoding.ASCII.GetString(parser.Text)}",
                PrinterReplyKind.Xon or PrinterReplyKind.Xoff => reply.Kind.ToString(),
                _ => $"{reply.Kind} {reply.Status:X}",
            });
        }
        Assert.Equal(expected, string.Join(", ", replies));
        Assert.Equal(junk, parser.JunkBytes);
        Assert.False(parser.IsInsideReply);
    }
}
