namespace DeviceAgent.Drivers.Printing;

/// <summary>What a printer's answers mean together. Pure.</summary>
/// <remarks>
/// Sources: Epson ESC/POS reference, DLE EOT n and GS a; Custom and Pyramid kiosk printers, DLE EOT 17 and 20, GS e 6. The quirks are those of
/// public firmware of 80 mm boards. What one answer calls a fault is one, whatever the others say.
/// </remarks>
public static class PrinterStatusRules
{
    /// <summary>No answer to any question.</summary>
    public static PrinterStatus NoAnswer { get; } = new() { Device = DeviceState.PowerOff, Paper = PaperSupply.Unknown };

    /// <summary>Judges one round of DLE EOT 1-4; see <see cref="PrinterAnswers"/> for the bits.</summary>
    /// <param name="printer">n = 1.</param>
    /// <param name="offlineCause">n = 2.</param>
    /// <param name="errorCause">n = 3.</param>
    /// <param name="paper">n = 4.</param>
    public static PrinterStatus Judge(byte? printer, byte? offlineCause, byte? errorCause, byte? paper) =>
        Judge(new PrinterAnswers { Printer = printer, OfflineCause = offlineCause, ErrorCause = errorCause, Paper = paper });

    /// <summary>Judges one round of answers. An answer that is no status tells as little as one that did not come.</summary>
    /// <remarks>
    /// Quirk: some firmware sets "stopped at paper end" (DLE EOT 2) and "offline" (DLE EOT 1, GS a) when the roll is merely near its end. The
    /// paper sensor decides what paper there is, and offline without any cause but near-end is online.
    /// </remarks>
    public static PrinterStatus Judge(in PrinterAnswers answers)
    {
        int? n1 = RealTime(answers.Printer), n2 = RealTime(answers.OfflineCause), n3 = RealTime(answers.ErrorCause), n4 = RealTime(answers.Paper);
        int? motor = RealTime(answers.Motor), automatic = Automatic(answers.Automatic), full = Full(answers.Full), presenter = answers.Presenter;
        if ((n1 ?? n2 ?? n3 ?? n4 ?? motor ?? automatic ?? full ?? presenter) is null) return NoAnswer;
        int? paper = full >> 24, user = full >> 16, recoverable = full >> 8, fatal = full;
        int? b1 = automatic >> 24, b2 = automatic >> 16, b3 = automatic >> 8;
        var (hot, voltage) = (Has(recoverable, 0x01), Has(recoverable, 0x08));
        var jam = Has(recoverable, 0x40) || Has(presenter, 0x80);
        var status = new PrinterStatus
        {
            Device = DeviceState.Online,
            Paper = jam ? PaperSupply.Jammed : Worst(PaperOf(n2, n4), Worst(PaperOf(b3), Worst(PaperOfFull(paper), Has(motor, 0x20) ? PaperSupply.Out : PaperSupply.Unknown))),
            Media = MediaOf(paper, presenter),
            CoverOpen = Has(n2, 0x04) || Has(b1, 0x20) || Has(user, 0x03),
            FeedKeyPressed = Has(n2, 0x08) || Has(b1, 0x40) || Has(b2, 0x02) || Has(user, 0x20),
            CutterError = Has(n3, 0x08) || Has(b2, 0x08) || Has(fatal, 0x01),
            MechanicalError = Has(n3, 0x04) || Has(b2, 0x04) || Has(presenter, 0x40),
            UnrecoverableError = Has(n3, 0x20) || Has(b2, 0x20) || Has(fatal, 0x6E),
            AutoRecoverableError = Has(n3, 0x40) || Has(b2, 0x40) || hot || voltage,
            HeadTooHot = hot,
            SupplyVoltageError = voltage,
            CommunicationError = Has(recoverable, 0x02),
            WaitsForOnlineRecovery = Has(n1, 0x20) || Has(b2, 0x01),
            MotorRunning = Has(motor, 0x04) || Has(user, 0x08),
        };
        return status with { Device = DeviceOf(status, offline: Has(n1, 0x08) || Has(b1, 0x08), error: Has(n2, 0x40)) };
    }

    /// <summary>Whether four bytes are an automatic status at all.</summary>
    public static bool IsAutomatic(uint status) => Automatic(status) is not null;

    /// <summary>The printer says, with a reason, that it prints nothing until somebody does something.</summary>
    /// <remarks>An error that recovers by itself is no such reason, nor is a printer that does not answer.</remarks>
    public static bool StandsStill(PrinterStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return status.Device == DeviceState.HardwareError
            || status.CoverOpen
            || status.Paper is PaperSupply.Out or PaperSupply.Jammed
            || (status.Device == DeviceState.Offline && !status.AutoRecoverableError);
    }

    /// <summary>What the printer waits for. A printer that does not answer waits for nothing that it could tell.</summary>
    public static PrinterRecovery Recovery(PrinterStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        if (status.UnrecoverableError) return PrinterRecovery.Never;
        if (StandsStill(status)) return PrinterRecovery.ByPerson;
        return status.AutoRecoverableError ? PrinterRecovery.ByItself : PrinterRecovery.None;
    }

    /// <summary>An error that DLE ENQ 1 ends once a hand has removed its cause. Epson ESC/POS reference, DLE ENQ: others ignore it.</summary>
    public static bool IsRecoverable(PrinterStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        return (status.CutterError || status.MechanicalError || status.Paper == PaperSupply.Jammed) && !status.UnrecoverableError;
    }

    private static DeviceState DeviceOf(PrinterStatus status, bool offline, bool error)
    {
        if (status.MechanicalError || status.CutterError || status.UnrecoverableError || status.Paper == PaperSupply.Jammed) return DeviceState.HardwareError;
        if (status.AutoRecoverableError) return DeviceState.Offline;
        if (error) return DeviceState.HardwareError;
        var nearEndAlone = status is { Paper: PaperSupply.Low, CoverOpen: false, FeedKeyPressed: false, WaitsForOnlineRecovery: false };
        return offline && !nearEndAlone ? DeviceState.Offline : DeviceState.Online;
    }

    private static PaperSupply PaperOf(int? offlineCause, int? paper) => paper switch
    {
        null => Has(offlineCause, 0x20) ? PaperSupply.Out : PaperSupply.Unknown,
        { } n when (n & 0x60) != 0 => PaperSupply.Out,
        { } n when (n & 0x0C) != 0 => PaperSupply.Low,
        _ => PaperSupply.Full,
    };

    private static PaperSupply PaperOf(int? automatic) => automatic switch
    {
        null => PaperSupply.Unknown,
        { } b when (b & 0x0C) != 0 => PaperSupply.Out,
        { } b when (b & 0x03) != 0 => PaperSupply.Low,
        _ => PaperSupply.Full,
    };

    private static PaperSupply PaperOfFull(int? paper) => paper switch
    {
        null => PaperSupply.Unknown,
        { } p when (p & 0x01) != 0 => PaperSupply.Out,
        { } p when (p & 0x04) != 0 => PaperSupply.Low,
        _ => PaperSupply.Full,
    };

    // Full, Low, Out in this order; Unknown knows nothing.
    private static PaperSupply Worst(PaperSupply one, PaperSupply other) =>
        one == PaperSupply.Unknown || (other != PaperSupply.Unknown && other > one) ? other : one;

    private static MediaState MediaOf(int? paper, int? presenter) => (paper, presenter) switch
    {
        (null, null) => MediaState.Unknown,
        _ => Has(paper, 0x20) || Has(presenter, 0x08) ? MediaState.Present : MediaState.NotPresent,
    };

    private static int? RealTime(byte? answer) => answer is { } value && (value & 0x93) == 0x12 ? value : null;

    private static int? Automatic(uint? answer) => answer is { } value && (value & 0x93909000) == 0x10000000 ? (int)value : null;

    private static int? Full(uint? answer) => answer is { } value && (value & 0x90909090) == 0 ? (int)value : null;

    private static bool Has(int? answer, int bit) => ((answer ?? 0) & bit) != 0;
}
