namespace DeviceAgent.Drivers.Printing;

/// <summary>What has to happen before a printer prints again.</summary>
public enum PrinterRecovery
{
    /// <summary>Nothing: it has no fault.</summary>
    None,
    /// <summary>Time: the head cools down, the voltage comes back.</summary>
    ByItself,
    /// <summary>A hand: paper, cover, a jam, a stuck cutter. Some units then also wait for DLE ENQ 1.</summary>
    ByPerson,
    /// <summary>Power off, and a repair where that does not help.</summary>
    Never,
}

/// <summary>Everything that a printer tells of its state, by whatever commands it has for it, in one value.</summary>
/// <remarks>Sources: Epson ESC/POS reference, DLE EOT n and GS a; Custom and Pyramid kiosk printers, DLE EOT 17, DLE EOT 20 and GS e 6.</remarks>
public sealed record PrinterStatus
{
    /// <summary>Online, Offline (told by the printer), PowerOff (no answer), HardwareError (cutter, mechanical, jam, unrecoverable).</summary>
    public required DeviceState Device { get; init; }

    /// <summary>Full, Low (near end), Out, Jammed; Unknown where the printer did not say.</summary>
    public required PaperSupply Paper { get; init; }

    /// <summary>Present or NotPresent at the mouth; Retracted after this driver has pulled a ticket back in. Unknown on printers that do not tell.</summary>
    public MediaState Media { get; init; }

    /// <summary>The cover, or the head that it carries, is open.</summary>
    public bool CoverOpen { get; init; }

    /// <summary>Somebody holds the paper feed key.</summary>
    public bool FeedKeyPressed { get; init; }

    /// <summary>The cutter is stuck. A hand can free it.</summary>
    public bool CutterError { get; init; }

    /// <summary>The mechanism has failed. A hand can often put it right.</summary>
    public bool MechanicalError { get; init; }

    /// <summary>Nothing that a hand or a command can clear while the power is on.</summary>
    public bool UnrecoverableError { get; init; }

    /// <summary>The printer stands still and goes on by itself: its head is too hot, or its voltage out of range.</summary>
    public bool AutoRecoverableError { get; init; }

    /// <summary>The head is too hot, where the printer tells it by that name.</summary>
    public bool HeadTooHot { get; init; }

    /// <summary>The supply voltage is out of range, where the printer tells it by that name.</summary>
    public bool SupplyVoltageError { get; init; }

    /// <summary>Bytes came damaged over the line. Stops nothing.</summary>
    public bool CommunicationError { get; init; }

    /// <summary>Offline until somebody presses a key or shuts the cover.</summary>
    public bool WaitsForOnlineRecovery { get; init; }

    /// <summary>The paper moves; false where the printer does not tell.</summary>
    public bool MotorRunning { get; init; }

    /// <summary>The printer would print a ticket now: online, paper, cover shut, no error.</summary>
    public bool CanPrint => Device == DeviceState.Online && (Paper is PaperSupply.Full or PaperSupply.Low)
        && !CoverOpen && !CutterError && !MechanicalError && !UnrecoverableError;
}

/// <summary>One round of a printer's answers; null is an answer that did not come and tells nothing.</summary>
public readonly record struct PrinterAnswers
{
    /// <summary>DLE EOT 1: bit 3 offline, bit 5 waiting for online recovery.</summary>
    public byte? Printer { get; init; }

    /// <summary>DLE EOT 2: bit 2 cover, bit 3 feed key, bit 5 stopped at paper end, bit 6 error.</summary>
    public byte? OfflineCause { get; init; }

    /// <summary>DLE EOT 3: bit 2 mechanical, bit 3 cutter, bit 5 unrecoverable, bit 6 recovers by itself.</summary>
    public byte? ErrorCause { get; init; }

    /// <summary>DLE EOT 4: bits 2, 3 near end; bits 5, 6 end.</summary>
    public byte? Paper { get; init; }

    /// <summary>DLE EOT 17 of kiosk printers: bit 2 motor on, bit 5 no paper.</summary>
    public byte? Motor { get; init; }

    /// <summary>
    /// DLE EOT 20 of kiosk printers without its 10h 0Fh, the first byte highest. Paper: bit 0 none, bit 2 near end, bit 5 ticket at the mouth.
    /// User: bits 0, 1 cover, bit 3 motor, bit 5 key. Recoverable: bit 0 head temperature, bit 1 line, bit 3 supply, bit 6 jam.
    /// Unrecoverable: bit 0 cutter, others the unit itself.
    /// </summary>
    public uint? Full { get; init; }

    /// <summary>
    /// GS a, four bytes, the first one highest. 1: +08 offline, +20 cover, +40 feed key. 2: +01 waiting for online recovery, +02 feed key,
    /// +04 mechanical, +08 cutter, +20 unrecoverable, +40 recovers by itself. 3: 03 near end, 0C end. 4: undefined.
    /// </summary>
    public uint? Automatic { get; init; }

    /// <summary>GS e 6 of printers with a presenter: bit 3 ticket at the mouth, bit 6 error, bit 7 jam.</summary>
    public byte? Presenter { get; init; }
}
