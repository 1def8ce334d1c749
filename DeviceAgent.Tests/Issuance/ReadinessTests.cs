using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Issuance;

public sealed class ReadinessTests
{
    private static readonly PrinterStatus Good = new() { Device = DeviceState.Online, Paper = PaperSupply.Full };
    private static readonly ReadinessFacts AllWell = new()
    {
        Recovered = true,
        Stopping = false,
        Maintenance = false,
        Printer = Good,
        PrinterLearned = true,
        TicketsLeft = null,
        UnsettledAttempts = 0,
        JournalBeingChecked = false,
        JournalFailure = null,
        JournalHasItsKey = true,
        DiskReserveUsed = false,
        ReportsWaiting = 0,
        MaxReports = 10,
        SenderHold = null,
        GatewaySilentFor = null,
        GatewaySilenceLimit = TimeSpan.FromMinutes(1),
        ClockIsTrusted = true,
        InDoubt = 0,
        MaxInDoubt = 3,
    };

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
        (ReadinessFacts Facts, NotReadyReason Reason)[] cases =
        [
            (AllWell with { Recovered = false }, NotReadyReason.Starting),
            (AllWell with { Recovered = false, PrinterLearned = false }, NotReadyReason.Starting),
            (AllWell with { Recovered = false, JournalBeingChecked = true }, NotReadyReason.JournalBeingChecked),
            (AllWell with { Stopping = true }, NotReadyReason.Stopping),
            (AllWell with { Maintenance = true }, NotReadyReason.Maintenance),
            (AllWell with { PowerIsFailing = true }, NotReadyReason.PowerFailing),
            (AllWell with { DoorIsOpen = true }, NotReadyReason.DoorOpen),
            (AllWell with { PrinterLearned = false }, NotReadyReason.PrinterBeingLearned),
            (AllWell with { PrinterLearned = false, Printer = Good with { CoverOpen = true } }, NotReadyReason.CoverOpen),
            (AllWell with { TicketsLeft = 0 }, NotReadyReason.PaperTooShort),
            (AllWell with { TicketsLeft = 0, Printer = Good with { Paper = PaperSupply.Out } }, NotReadyReason.PaperOut),
            (AllWell with { UnsettledAttempts = 1 }, NotReadyReason.AccountingForTicket),
            (AllWell with { JournalHasItsKey = false }, NotReadyReason.JournalKeyMissing),
            (AllWell with { DiskReserveUsed = true }, NotReadyReason.DiskReserveUsed),
            (AllWell with { ReportsWaiting = 10 }, NotReadyReason.OutboxFull),
            (AllWell with { SenderHold = TopRemedy.RenewSession }, NotReadyReason.SessionExpired),
            (AllWell with { SenderHold = TopRemedy.Configuration }, NotReadyReason.GatewayRefusesUs),
            (AllWell with { GatewaySilentFor = TimeSpan.FromMinutes(1) }, NotReadyReason.GatewayUnreachable),
            (AllWell with { ClockIsTrusted = false }, NotReadyReason.ClockNotTrusted),
            (AllWell with { InDoubt = 3 }, NotReadyReason.InDoubtLimit),
        ];
        foreach (var (facts, reason) in cases) Assert.Equal([reason], Readiness.Judge(facts));
    }

    [Fact]
    public void What_is_not_yet_too_much_never_closes_the_kiosk() => Assert.Empty(Readiness.Judge(AllWell with
    {
        TicketsLeft = 1,
        ReportsWaiting = 9,
        GatewaySilentFor = TimeSpan.FromSeconds(59),
        InDoubt = 2,
    }));

    [Theory]
    [InlineData(JournalFailure.Missing, NotReadyReason.JournalMissing)]
    [InlineData(JournalFailure.Corrupt, NotReadyReason.JournalDamaged)]
    [InlineData(JournalFailure.Mismatch, NotReadyReason.JournalMismatch)]
    [InlineData(JournalFailure.NewerThanReadable, NotReadyReason.JournalOfNewerRelease)]
    [InlineData(JournalFailure.KeyMissing, NotReadyReason.JournalKeyMissing)]
    [InlineData(JournalFailure.KeyUnusable, NotReadyReason.JournalKeyMissing)]
    [InlineData(JournalFailure.Unwritable, NotReadyReason.JournalUnwritable)]
    [InlineData(JournalFailure.Locked, NotReadyReason.JournalUnwritable)]
    public void A_journal_that_cannot_be_had_never_lets_an_order_in(JournalFailure failure, NotReadyReason reason) =>
        Assert.Equal([reason], Readiness.Judge(AllWell with { JournalFailure = failure, Recovered = false, JournalHasItsKey = false, ReportsWaiting = 99, DiskReserveUsed = true }));

    [Fact]
    public void No_reason_hides_another_that_a_technician_must_see() => Assert.Equal(
        [NotReadyReason.Maintenance, NotReadyReason.JournalUnwritable, NotReadyReason.PaperOut, NotReadyReason.SessionExpired, NotReadyReason.ClockNotTrusted],
        Readiness.Judge(AllWell with
        {
            Maintenance = true,
            JournalFailure = JournalFailure.Unwritable,
            Printer = Good with { Paper = PaperSupply.Out },
            SenderHold = TopRemedy.RenewSession,
            ClockIsTrusted = false,
        }));

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
