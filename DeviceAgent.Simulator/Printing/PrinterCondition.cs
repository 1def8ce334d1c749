namespace DeviceAgent.Simulator.Printing;

/// <summary>What can be wrong with the mechanism. Values are the bits of DLE EOT 3 and of byte 2 of the automatic status.</summary>
[Flags]
internal enum PrinterFaults
{
    None = 0,
    Mechanical = 0x04,
    Cutter = 0x08,
    Unrecoverable = 0x20,
    /// <summary>The head is too hot; goes away by itself.</summary>
    AutoRecoverable = 0x40,
}

/// <summary>Faults that kiosk printers tell by name. Values are the bits of byte r of DLE EOT 20.</summary>
[Flags]
internal enum KioskFaults
{
    None = 0,
    HeadTemperature = 0x01,
    /// <summary>Damaged bytes came over the line; stops nothing.</summary>
    Communication = 0x02,
    SupplyVoltage = 0x08,
    Jam = 0x40,
}

/// <summary>What the sensors say, and how it is told. Sources: Epson ESC/POS command reference, DLE EOT, GS a, GS r; Custom and Pyramid, DLE EOT 17 and 20, GS e 6.</summary>
internal readonly record struct PrinterCondition(bool CoverOpen, bool PaperOut, bool NearEnd, PrinterFaults Faults, bool FeedKey, StatusQuirk Quirks)
{
    public KioskFaults KioskFaults { get; init; }

    /// <summary>A ticket is at the mouth and nobody has taken it.</summary>
    public bool TicketAtMouth { get; init; }

    public bool MotorOn { get; init; }

    public bool Offline => CoverOpen || PaperOut || Faults != PrinterFaults.None || (KioskFaults & ~KioskFaults.Communication) != 0;

    /// <summary>DLE EOT 17 of kiosk printers: bit 2 motor on, bit 5 no paper.</summary>
    public byte Motor => (byte)(0x12 | Bit(MotorOn, 0x04) | Bit(PaperOut, 0x20));

    /// <summary>DLE EOT 20 of kiosk printers: 10h 0Fh, then paper, user, recoverable, unrecoverable.</summary>
    public byte[] Full =>
    [
        0x10, 0x0F,
        (byte)(Bit(PaperOut, 0x01) | Bit(NearEnd, 0x04) | Bit(TicketAtMouth, 0x20)),
        (byte)(Bit(CoverOpen, 0x03) | Bit(MotorOn, 0x08) | Bit(FeedKey, 0x20)),
        (byte)((int)KioskFaults | Bit(Faults.HasFlag(PrinterFaults.AutoRecoverable), 0x01)),
        (byte)Bit(Faults.HasFlag(PrinterFaults.Cutter), 0x01),
    ];

    /// <summary>GS e 6: bit 3 ticket at the mouth, bit 6 error, bit 7 jam.</summary>
    public byte Presenter => (byte)(Bit(TicketAtMouth, 0x08) | Bit(Faults != 0, 0x40) | Bit(KioskFaults.HasFlag(KioskFaults.Jam), 0x80));

    /// <summary>DLE EOT n; null for a kind of status that this printer does not have.</summary>
    public byte? RealTime(byte kind)
    {
        var bits = kind switch
        {
            1 => Bit(Offline || (NearEnd && Quirks.HasFlag(StatusQuirk.OfflineAtNearEnd)), 0x08) | Bit(FeedKey, 0x40),
            2 => Bit(CoverOpen, 0x04) | Bit(FeedKey, 0x08) | Bit(Faults != 0, 0x40)
                | Bit(PaperOut || (NearEnd && Quirks.HasFlag(StatusQuirk.StoppedAtNearEnd)), 0x20),
            3 => (int)Faults,
            4 => Bit(NearEnd, 0x0C) | Bit(PaperOut, 0x60),
            _ => -1,
        };
        return bits < 0 ? null : (byte)(0x12 | bits);
    }

    /// <summary>The four bytes of GS a, of which only what <paramref name="enabled"/> asks for is filled in.</summary>
    public uint Automatic(byte enabled)
    {
        var first = 0x10 | ((enabled & 0x02) != 0 ? Bit(Offline, 0x08) | Bit(CoverOpen, 0x20) : 0) | ((enabled & 0x40) != 0 ? Bit(FeedKey, 0x40) : 0);
        var second = (enabled & 0x04) != 0 ? (int)Faults : 0;
        var third = (enabled & 0x08) != 0 ? PaperBits : 0;
        var fourth = Quirks.HasFlag(StatusQuirk.AutomaticStatusEndsWith0F) ? 0x0F : 0;
        return (uint)(first << 24 | second << 16 | third << 8 | fourth);
    }

    /// <summary>GS r 1.</summary>
    public byte PaperBits => (byte)(Bit(NearEnd, 0x03) | Bit(PaperOut, 0x0C));

    private static int Bit(bool on, int bits) => on ? bits : 0;
}
