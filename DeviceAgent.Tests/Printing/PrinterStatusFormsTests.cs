using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Printing;

namespace DeviceAgent.Tests.Printing;

/// <summary>The automatic status and the forms of kiosk printers; DLE EOT 1-4 stand in <see cref="PrinterStatusRulesTests"/>.</summary>
public sealed class PrinterStatusFormsTests
{
    /// <summary>Written from the bit table of GS a.</summary>
    [Theory]
    [InlineData("10000000", "Online Full None")]
    [InlineData("1000000F", "Online Full None")] // byte 4 is undefined
    [InlineData("14000000", "Online Full None")] // drawer pin
    [InlineData("10000300", "Online Low None")]
    [InlineData("18000F00", "Offline Out ByPerson")]
    [InlineData("10000C00", "Online Out ByPerson")]
    [InlineData("38000000", "Offline Full cover ByPerson")]
    [InlineData("58000000", "Offline Full key ByPerson")]
    [InlineData("18020000", "Offline Full key ByPerson")]
    [InlineData("18010000", "Offline Full waits ByPerson")]
    [InlineData("18040000", "HardwareError Full mechanical ByPerson")]
    [InlineData("18080000", "HardwareError Full cutter ByPerson")]
    [InlineData("18200000", "HardwareError Full unrecoverable Never")]
    [InlineData("18280000", "HardwareError Full cutter unrecoverable Never")]
    [InlineData("18400000", "Offline Full recovers ByItself")]
    // Near end alone is not offline, whatever some firmware says; with another cause it is.
    [InlineData("18000300", "Online Low None")]
    [InlineData("38000300", "Offline Low cover ByPerson")]
    [InlineData("18010300", "Offline Low waits ByPerson")]
    // No automatic status at all.
    [InlineData("12000000", "PowerOff Unknown None")]
    [InlineData("90000000", "PowerOff Unknown None")]
    [InlineData("10900000", "PowerOff Unknown None")]
    [InlineData("10001000", "PowerOff Unknown None")]
    public void An_automatic_status_never_reads_otherwise_than_the_manual(string bytes, string expected)
    {
        var told = Convert.ToUInt32(bytes, 16);
        Assert.Equal(expected, Describe(PrinterStatusRules.Judge(new PrinterAnswers { Automatic = told })));
        Assert.Equal(!expected.StartsWith("PowerOff", StringComparison.Ordinal), PrinterStatusRules.IsAutomatic(told));
    }

    /// <summary>Written from the bit table of DLE EOT 20: paper, user, recoverable, unrecoverable.</summary>
    [Theory]
    [InlineData("00000000", "Online Full NotPresent None")]
    [InlineData("01000000", "Online Out NotPresent ByPerson")]
    [InlineData("04000000", "Online Low NotPresent None")]
    [InlineData("05000000", "Online Out NotPresent ByPerson")]
    [InlineData("20000000", "Online Full Present None")]
    [InlineData("00010000", "Online Full NotPresent cover ByPerson")]
    [InlineData("00020000", "Online Full NotPresent cover ByPerson")]
    [InlineData("00080000", "Online Full NotPresent motor None")]
    [InlineData("00200000", "Online Full NotPresent key None")]
    [InlineData("00000100", "Offline Full NotPresent recovers hot ByItself")]
    [InlineData("00000200", "Online Full NotPresent line None")]
    [InlineData("00000800", "Offline Full NotPresent recovers voltage ByItself")]
    [InlineData("00004000", "HardwareError Jammed NotPresent ByPerson")]
    [InlineData("01004000", "HardwareError Jammed NotPresent ByPerson")]
    [InlineData("00000001", "HardwareError Full NotPresent cutter ByPerson")]
    [InlineData("00000004", "HardwareError Full NotPresent unrecoverable Never")]
    [InlineData("80000000", "PowerOff Unknown None")]
    [InlineData("00100000", "PowerOff Unknown None")]
    public void A_kiosk_printers_status_never_reads_otherwise_than_the_manual(string bytes, string expected) =>
        Assert.Equal(expected, Describe(PrinterStatusRules.Judge(new PrinterAnswers { Full = Convert.ToUInt32(bytes, 16) })));

    [Theory]
    [InlineData(0x12, "Online Unknown None")]
    [InlineData(0x16, "Online Unknown motor None")]
    [InlineData(0x32, "Online Out ByPerson")]
    [InlineData(0x10, "PowerOff Unknown None")]
    public void A_motor_status_tells_motor_and_paper_alone(byte answer, string expected) =>
        Assert.Equal(expected, Describe(PrinterStatusRules.Judge(new PrinterAnswers { Motor = answer })));

    [Theory]
    [InlineData(0x00, "Online Unknown NotPresent None")]
    [InlineData(0x08, "Online Unknown Present None")]
    [InlineData(0x40, "HardwareError Unknown NotPresent mechanical ByPerson")]
    [InlineData(0x88, "HardwareError Jammed Present ByPerson")]
    public void A_presenters_status_is_read_as_the_manual_has_it(byte answer, string expected) =>
        Assert.Equal(expected, Describe(PrinterStatusRules.Judge(new PrinterAnswers { Presenter = answer })));

    [Fact]
    public void The_worst_paper_that_any_answer_tells_of_is_never_passed_over()
    {
        var papers = new[] { PaperSupply.Unknown, PaperSupply.Full, PaperSupply.Low, PaperSupply.Out };
        foreach (var one in papers)
        {
            foreach (var other in papers)
            {
                var status = PrinterStatusRules.Judge(new PrinterAnswers
                {
                    Printer = 0x12,
                    Paper = one switch { PaperSupply.Full => 0x12, PaperSupply.Low => 0x1E, PaperSupply.Out => 0x72, _ => null },
                    Automatic = other switch { PaperSupply.Full => 0x10000000u, PaperSupply.Low => 0x10000300u, PaperSupply.Out => 0x10000C00u, _ => null },
                });
                Assert.Equal(papers[Math.Max(Array.IndexOf(papers, one), Array.IndexOf(papers, other))], status.Paper);
            }
        }
    }

    [Fact]
    public void No_automatic_status_ever_lets_a_printer_with_a_known_fault_print()
    {
        for (uint b1 = 0; b1 < 256; b1++)
        {
            for (uint b2 = 0; b2 < 256; b2++)
            {
                for (uint b3 = 0; b3 < 16; b3++)
                {
                    var status = PrinterStatusRules.Judge(new PrinterAnswers { Automatic = b1 << 24 | b2 << 16 | b3 << 8 });
                    var isOne = (b1 & 0x93) == 0x10 && (b2 & 0x90) == 0;
                    var fault = (b1 & 0x20) != 0 || (b2 & 0x6C) != 0 || (b3 & 0x0C) != 0 || ((b1 & 0x08) != 0 && (b3 & 0x03) == 0);
                    if (!isOne || fault) Assert.False(status.CanPrint);
                    else if ((b1 & 0x08) == 0) Assert.True(status.CanPrint);
                    if (status.CanPrint) Assert.False(PrinterStatusRules.StandsStill(status));
                }
            }
        }
    }

    [Theory]
    [InlineData("18080000", true)]
    [InlineData("18040000", true)]
    [InlineData("18280000", false)]
    [InlineData("38000000", false)]
    [InlineData("10000000", false)]
    public void Only_an_error_that_a_hand_can_clear_is_resumed(string bytes, bool recoverable) =>
        Assert.Equal(recoverable, PrinterStatusRules.IsRecoverable(PrinterStatusRules.Judge(new PrinterAnswers { Automatic = Convert.ToUInt32(bytes, 16) })));

    [Fact]
    public void A_jam_is_resumed_when_it_was_cleared() =>
        Assert.True(PrinterStatusRules.IsRecoverable(PrinterStatusRules.Judge(new PrinterAnswers { Full = 0x4000 })));

    private static string Describe(PrinterStatus s)
    {
        var words = new List<string> { s.Device.ToString(), s.Paper.ToString() };
        if (s.Media != MediaState.Unknown) words.Add(s.Media.ToString());
        if (s.CoverOpen) words.Add("cover");
        if (s.FeedKeyPressed) words.Add("key");
        if (s.CutterError) words.Add("cutter");
        if (s.MechanicalError) words.Add("mechanical");
        if (s.UnrecoverableError) words.Add("unrecoverable");
        if (s.AutoRecoverableError) words.Add("recovers");
        if (s.HeadTooHot) words.Add("hot");
        if (s.SupplyVoltageError) words.Add("voltage");
        if (s.CommunicationError) words.Add("line");
        if (s.WaitsForOnlineRecovery) words.Add("waits");
        if (s.MotorRunning) words.Add("motor");
        words.Add(PrinterStatusRules.Recovery(s).ToString());
        return string.Join(' ', words);
    }
}
