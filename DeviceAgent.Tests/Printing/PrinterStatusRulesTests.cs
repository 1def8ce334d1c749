using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Printing;

namespace DeviceAgent.Tests.Printing;

public sealed class PrinterStatusRulesTests
{
    /// <summary>Written from the bit tables of DLE EOT; "-" is no answer.</summary>
    [Theory]
    [InlineData("12 12 12 12", "Online Full")]
    [InlineData("16 12 12 12", "Online Full")] // drawer pin
    [InlineData("12 12 12 1E", "Online Low")]
    [InlineData("12 12 12 1A", "Online Low")]
    [InlineData("12 12 12 16", "Online Low")]
    [InlineData("1A 32 12 72", "Offline Out stands")]
    [InlineData("1A 32 12 7E", "Offline Out stands")]
    [InlineData("12 12 12 52", "Online Out stands")]
    [InlineData("1A 16 12 12", "Offline Full cover stands")]
    [InlineData("12 16 12 12", "Online Full cover stands")]
    [InlineData("1A 1A 12 12", "Offline Full key stands")]
    [InlineData("1A 52 1A 12", "HardwareError Full cutter stands")]
    [InlineData("1A 52 16 12", "HardwareError Full mechanical stands")]
    [InlineData("1A 52 32 12", "HardwareError Full unrecoverable stands")]
    [InlineData("1A 52 52 12", "Offline Full recovers")]
    [InlineData("1A 56 52 12", "Offline Full cover recovers stands")]
    [InlineData("12 12 52 12", "Offline Full recovers")]
    [InlineData("1A 52 12 12", "HardwareError Full stands")]
    [InlineData("1A 12 12 12", "Offline Full stands")]
    // Near end alone is neither paper end nor offline, whatever some firmware says.
    [InlineData("12 32 12 1E", "Online Low")]
    [InlineData("1A 32 12 1E", "Online Low")]
    [InlineData("1A 12 12 1E", "Online Low")]
    // ... but not when there is another cause.
    [InlineData("1A 36 12 1E", "Offline Low cover stands")]
    [InlineData("1A 3A 12 1E", "Offline Low key stands")]
    [InlineData("1A 52 1A 1E", "HardwareError Low cutter stands")]
    [InlineData("1A 72 12 1E", "HardwareError Low stands")]
    [InlineData("1A 32 12 12", "Offline Full stands")]
    [InlineData("12 32 12 12", "Online Full")]
    // Answers that did not come.
    [InlineData("- - - -", "PowerOff Unknown")]
    [InlineData("12 12 12 -", "Online Unknown")]
    [InlineData("1A 32 12 -", "Offline Out stands")]
    [InlineData("- 12 12 12", "Online Full")]
    [InlineData("12 - - 12", "Online Full")]
    [InlineData("1A - - 1E", "Online Low")]
    // No status bytes at all.
    [InlineData("00 FF 11 93", "PowerOff Unknown")]
    [InlineData("1A 92 13 10", "Offline Unknown stands")]
    public void A_status_never_reads_otherwise_than_the_manual(string answers, string expected)
    {
        var bytes = answers.Split(' ').Select(a => a == "-" ? (byte?)null : Convert.ToByte(a, 16)).ToArray();
        var status = PrinterStatusRules.Judge(bytes[0], bytes[1], bytes[2], bytes[3]);
        Assert.Equal(expected, Describe(status));
        Assert.Equal(status.Device == DeviceState.Online && status.Paper is PaperSupply.Full or PaperSupply.Low && !PrinterStatusRules.StandsStill(status), status.CanPrint);
    }

    [Fact]
    public void No_answers_at_all_ever_let_a_printer_with_a_known_fault_print()
    {
        foreach (var n1 in new[] { 0x12, 0x1A, 0x00, 0xFF })
        {
            for (var n2 = 0x12; n2 < 128; n2 += 4)
            {
                for (var n3 = 0x12; n3 < 128; n3 += 4)
                {
                    for (var n4 = 0x12; n4 < 128; n4 += 4)
                    {
                        var status = PrinterStatusRules.Judge((byte)n1, (byte)n2, (byte)n3, (byte)n4);
                        // Bit 7 must be 0 and bit 4 must be 1 in a status byte; a byte without tells nothing.
                        bool Told(int n, int bit) => (n & 0x93) == 0x12 && (n & bit) != 0;
                        var fault = Told(n2, 0x44) || Told(n3, 0x6C) || Told(n4, 0x60);
                        if (fault) Assert.False(status.CanPrint);
                        if (status.CanPrint) Assert.False(PrinterStatusRules.StandsStill(status));
                        Assert.NotEqual(DeviceState.NoDevice, status.Device);
                    }
                }
            }
        }
    }

    private static string Describe(PrinterStatus s)
    {
        var words = new List<string> { s.Device.ToString(), s.Paper.ToString() };
        if (s.CoverOpen) words.Add("cover");
        if (s.FeedKeyPressed) words.Add("key");
        if (s.CutterError) words.Add("cutter");
        if (s.MechanicalError) words.Add("mechanical");
        if (s.UnrecoverableError) words.Add("unrecoverable");
        if (s.AutoRecoverableError) words.Add("recovers");
        if (PrinterStatusRules.StandsStill(s)) words.Add("stands");
        return string.Join(' ', words);
    }
}
