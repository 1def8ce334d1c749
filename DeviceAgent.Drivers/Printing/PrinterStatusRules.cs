namespace DeviceAgent.Drivers.Printing;

/// <summary>What the four answers to DLE EOT 1-4 mean together. Pure.</summary>
/// <remarks>Source: Epson ESC/POS reference, DLE EOT n; the quirks are those of public firmware of 80 mm boards.</remarks>
public static class PrinterStatusRules
{
    /// <summary>No answer to any question.</summary>
    public static PrinterStatus NoAnswer { get; } = new() { Device = DeviceState.PowerOff, Paper = PaperSupply.Unknown };

    /// <summary>Judges one round of answers. A missing answer, or one that is no status byte, is null and tells nothing.</summary>
    /// <param name="printer">n = 1: bit 3 offline.</param>
    /// <param name="offlineCause">n = 2: bit 2 cover, bit 3 feed key, bit 5 stopped at paper end, bit 6 error.</param>
    /// <param name="errorCause">n = 3: bit 2 mechanical, bit 3 cutter, bit 5 unrecoverable, bit 6 recovers by itself (head too hot).</param>
    /// <param name="paper">n = 4: bits 2, 3 near end; bits 5, 6 end.</param>
    /// <remarks>
    /// Quirk: some firmware sets "stopped at paper end" (n = 2) and "offline" (n = 1) when the roll is merely near its end. The
    /// paper sensor (n = 4) decides what paper there is, and offline without any cause but near-end is online.
    /// </remarks>
    public static PrinterStatus Judge(byte? printer, byte? offlineCause, byte? errorCause, byte? paper)
    {
        int? n1 = Checked(printer), n2 = Checked(offlineCause), n3 = Checked(errorCause), n4 = Checked(paper);
        if (n1 is null && n2 is null && n3 is null && n4 is null) return NoAnswer;
        var status = new PrinterStatus
        {
            Device = DeviceState.Online,
            Paper = PaperOf(n2, n4),
            CoverOpen = Has(n2, 0x04),
            FeedKeyPressed = Has(n2, 0x08),
            MechanicalError = Has(n3, 0x04),
            CutterError = Has(n3, 0x08),
            UnrecoverableError = Has(n3, 0x20),
            AutoRecoverableError = Has(n3, 0x40),
        };
        return status with { Device = DeviceOf(status, offline: Has(n1, 0x08), error: Has(n2, 0x40)) };
    }

    /// <summary>The printer says, with a reason, that it prints nothing until somebody does something.</summary>
    /// <remarks>An error that recovers by itself is no such reason, nor is a printer that does not answer.</remarks>
    public static bool StandsStill(PrinterStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return status.Device == DeviceState.HardwareError
            || status.CoverOpen
            || status.Paper == PaperSupply.Out
            || (status.Device == DeviceState.Offline && !status.AutoRecoverableError);
    }

    private static DeviceState DeviceOf(PrinterStatus status, bool offline, bool error)
    {
        if (status.MechanicalError || status.CutterError || status.UnrecoverableError) return DeviceState.HardwareError;
        if (status.AutoRecoverableError) return DeviceState.Offline;
        if (error) return DeviceState.HardwareError;
        var nearEndAlone = status.Paper == PaperSupply.Low && !status.CoverOpen && !status.FeedKeyPressed;
        return offline && !nearEndAlone ? DeviceState.Offline : DeviceState.Online;
    }

    private static PaperSupply PaperOf(int? offlineCause, int? paper) => paper switch
    {
        null => Has(offlineCause, 0x20) ? PaperSupply.Out : PaperSupply.Unknown,
        { } n when (n & 0x60) != 0 => PaperSupply.Out,
        { } n when (n & 0x0C) != 0 => PaperSupply.Low,
        _ => PaperSupply.Full,
    };

    private static int? Checked(byte? answer) => answer is { } value && (value & 0x93) == 0x12 ? value : null;

    private static bool Has(int? answer, int bit) => ((answer ?? 0) & bit) != 0;
}
