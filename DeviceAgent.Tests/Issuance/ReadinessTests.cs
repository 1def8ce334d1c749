using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Issuance;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Issuance;

public sealed class ReadinessTests
{
    private static readonly PrinterStatus Good = new() { Device = DeviceState.Online, Paper = PaperSupply.Full };
    private static readonly ReadinessFacts AllWell = new(true, false, Good, true, 0, true, true, 0, 10, null);

    [Fact]
    public void A_kiosk_that_can_finish_an_order_is_never_closed()
    {
        Assert.Empty(Readiness.Judge(AllWell));
        Assert.Empty(Readiness.Judge(AllWell with { Printer = Good with { Paper = PaperSupply.Low }, ReportsWaiting = 9 }));
    }

    public static TheoryData<PrinterStatus?, NotReadyReason> Printers => new()
    {
        { null, NotReadyReason.PrinterOffline },
        { Good with { Device = DeviceState.NoDevice }, NotReadyReason.PrinterOffline },
        { Good with { Device = DeviceState.PowerOff }, NotReadyReason.PrinterOffline },
        { Good with { Device = DeviceState.Offline }, NotReadyReason.PrinterOffline },
        { Good with { Device = DeviceState.Offline, CoverOpen = true }, NotReadyReason.CoverOpen },
        { Good with { Device = DeviceState.Offline, Paper = PaperSupply.Out }, NotReadyReason.PaperOut },
        { Good with { Paper = PaperSupply.Jammed }, NotReadyReason.PaperJammed },
        { Good with { Paper = PaperSupply.Unknown }, NotReadyReason.PaperUnknown },
        { Good with { Paper = PaperSupply.NotSupported }, NotReadyReason.PaperUnknown },
        { Good with { CutterError = true }, NotReadyReason.PrinterFault },
        { Good with { MechanicalError = true }, NotReadyReason.PrinterFault },
        { Good with { UnrecoverableError = true }, NotReadyReason.PrinterFault },
        { Good with { AutoRecoverableError = true }, NotReadyReason.PrinterFault },
        { Good with { Device = DeviceState.HardwareError }, NotReadyReason.PrinterFault },
    };

    [Theory, MemberData(nameof(Printers))]
    public void No_order_is_taken_with_a_printer_that_cannot_print(PrinterStatus? printer, NotReadyReason reason) =>
        Assert.Equal([reason], Readiness.Judge(AllWell with { Printer = printer }));

    [Fact]
    public void No_order_is_taken_that_could_not_be_kept_or_reported()
    {
        Assert.Equal([NotReadyReason.Starting], Readiness.Judge(AllWell with { Recovered = false }));
        Assert.Equal([NotReadyReason.Stopping], Readiness.Judge(AllWell with { Stopping = true }));
        Assert.Equal([NotReadyReason.PrinterBeingLearned], Readiness.Judge(AllWell with { PrinterLearned = false }));
        Assert.Equal([NotReadyReason.CoverOpen], Readiness.Judge(AllWell with { PrinterLearned = false, Printer = Good with { CoverOpen = true } }));
        Assert.Equal([NotReadyReason.AccountingForTicket], Readiness.Judge(AllWell with { UnsettledAttempts = 1 }));
        Assert.Equal([NotReadyReason.JournalUnwritable], Readiness.Judge(AllWell with { JournalWritable = false }));
        Assert.Equal([NotReadyReason.JournalKeyMissing], Readiness.Judge(AllWell with { JournalHasItsKey = false }));
        Assert.Equal([NotReadyReason.OutboxFull], Readiness.Judge(AllWell with { ReportsWaiting = 10 }));
        Assert.Equal([NotReadyReason.SenderHeld], Readiness.Judge(AllWell with { SenderHold = "session expired" }));
    }

    [Fact]
    public void A_kiosk_never_asks_for_more_orders_a_minute_than_it_may()
    {
        var time = new VirtualTime();
        var limit = new LookUpLimit(2, time);
        Assert.True(limit.TryTake());
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.True(limit.TryTake());
        Assert.False(limit.TryTake());
        time.JumpWallClock(time.GetUtcNow().AddDays(1));
        Assert.False(limit.TryTake());
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.True(limit.TryTake());
        Assert.False(limit.TryTake());
    }

    [Theory]
    [InlineData("10000241", "10000241")]
    [InlineData("TVM:10000241;x", "10000241")]
    [InlineData("12345", null)]
    [InlineData("hello", null)]
    [InlineData("", null)]
    [InlineData("100002411000024110000241100002419", null)]
    [InlineData("T-10/24", null)]
    public void Nothing_but_an_order_code_is_looked_up(string code, string? expected)
    {
        var codes = new OrderCodes(new() { CodePatterns = [new("^(?<order>[0-9]{6,40})$"), new("^TVM:(?<order>[0-9]+);"), new("^T-(?<order>.+)$")] });
        Assert.Equal(expected, codes.Extract(code));
    }
}
