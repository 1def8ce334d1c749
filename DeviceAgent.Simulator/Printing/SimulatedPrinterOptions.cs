namespace DeviceAgent.Simulator.Printing;

/// <summary>Who stops the sender when the receive buffer fills.</summary>
public enum FlowControl
{
    /// <summary>Nobody: what arrives at a full buffer is lost.</summary>
    None,
    /// <summary>XOFF (13h) when 16 bytes remain, XON (11h) at 26.</summary>
    XonXoff,
}

/// <summary>Peculiarities seen in real firmware.</summary>
[Flags]
public enum StatusQuirk
{
    None = 0,
    /// <summary>DLE EOT 2 says "stopped at paper end" (bit 5) while the paper is only near its end.</summary>
    StoppedAtNearEnd = 1,
    /// <summary>DLE EOT 1 says "offline" (bit 3) while the paper is only near its end.</summary>
    OfflineAtNearEnd = 2,
    /// <summary>Byte 4 of the automatic status is 0Fh instead of 00h.</summary>
    AutomaticStatusEndsWith0F = 4,
}

/// <summary>What kind of printer stands in the simulated kiosk.</summary>
public sealed record SimulatedPrinterOptions
{
    /// <summary>GS I 66.</summary>
    public string Maker { get; init; } = "SIM";

    /// <summary>GS I 67.</summary>
    public string Model { get; init; } = "SIM-80";

    /// <summary>GS I 65.</summary>
    public string Firmware { get; init; } = "1.00";

    /// <summary>GS I 68.</summary>
    public string SerialNumber { get; init; } = "SIM0000001";

    /// <summary>Answers GS ( H; a printer that does not takes the command and says nothing.</summary>
    public bool EchoesProcessId { get; init; } = true;

    /// <summary>Answers GS g 2.</summary>
    public bool TellsCutCounter { get; init; } = true;

    /// <summary>The told number of cuts is rounded down to a multiple of this: 1 is exact, one maker steps by 32.</summary>
    public int CutCounterStep { get; init; } = 1;

    /// <summary>Cuts of the unit's life before the simulation began.</summary>
    public long CutsBefore { get; init; } = 1_000;

    /// <summary>Receive buffer, bytes.</summary>
    public int BufferBytes { get; init; } = 6_144;

    /// <summary>Bits a second at which bytes are taken from the line, 10 bits a byte; 0 takes them as fast as they come.</summary>
    public int BaudRate { get; init; }

    /// <summary>Bytes taken from the line in one go, and so from one <see cref="SimulatedPrinter.BytesTaken"/> to the next; 1-64. Null: what the line brings in 5 ms.</summary>
    public int? MostBytesAtOnce { get; init; }

    /// <summary>Speed of the paper, mm/s; 0 prints in no time.</summary>
    public double MillimetresPerSecond { get; init; }

    /// <summary>Paper on a full roll, mm.</summary>
    public double PaperMillimetres { get; init; } = 80_000;

    /// <summary>The near-end sensor sees the roll's core from this many mm on.</summary>
    public double NearEndMillimetres { get; init; } = 4_000;

    /// <summary>From the print head to the cutter, mm: GS V 65 and 66 feed this far before they cut.</summary>
    public double HeadToCutterMillimetres { get; init; } = 12;

    /// <summary>Characters of 12 dots (1.5 mm) in a line.</summary>
    public int Columns { get; init; } = 48;

    /// <summary>Knows GS a; one that does not ignores it.</summary>
    public bool HasAutomaticStatus { get; init; } = true;

    /// <summary>ESC @ switches the automatic status off.</summary>
    public bool InitialiseEndsAutomaticStatus { get; init; }

    /// <summary>Knows DLE EOT 17 and 20, as Custom and Pyramid build them.</summary>
    public bool HasKioskStatus { get; init; }

    /// <summary>A mouth that holds a cut ticket until GS e presents it and a hand takes it.</summary>
    public bool HasPresenter { get; init; }

    /// <summary>How long the motor needs to bring a ticket to the mouth.</summary>
    public TimeSpan PresentingTime { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>After an error whose cause was removed it waits for DLE ENQ; else it goes on by itself.</summary>
    public bool WaitsForRecovery { get; init; }

    /// <summary>From one black mark on the stock to the next, mm; 0: a plain roll, on which feeding to a mark finds none.</summary>
    public double BlackMarkMillimetres { get; init; }

    /// <summary>Oddities of real firmware; none by default.</summary>
    public StatusQuirk Quirks { get; init; }

    /// <summary>How a full buffer is told; by default not at all.</summary>
    public FlowControl FlowControl { get; init; }

    /// <summary>A named kind of printer: exact, no-echo, no-counters, coarse-counter, slow, 58mm, no-asb, waits, kiosk, black-mark, quirk-near-end.</summary>
    /// <exception cref="ArgumentException">No such profile; the text names those that exist.</exception>
    public static SimulatedPrinterOptions Profile(string name) => name switch
    {
        "exact" => new(),
        "no-echo" => new() { EchoesProcessId = false, TellsCutCounter = false },
        "no-counters" => new() { TellsCutCounter = false },
        "coarse-counter" => new() { CutCounterStep = 32 },
        "slow" => new() { BaudRate = 9_600, MillimetresPerSecond = 60, FlowControl = FlowControl.XonXoff },
        "58mm" => new() { Model = "SIM-58", Columns = 32 },
        "no-asb" => new() { HasAutomaticStatus = false },
        "waits" => new() { WaitsForRecovery = true, InitialiseEndsAutomaticStatus = true },
        "kiosk" => new() { Model = "SIM-KIOSK", HasKioskStatus = true, HasAutomaticStatus = false, HasPresenter = true, WaitsForRecovery = true },
        "black-mark" => new() { BlackMarkMillimetres = 200 },
        "quirk-near-end" => new()
        {
            Quirks = StatusQuirk.StoppedAtNearEnd | StatusQuirk.OfflineAtNearEnd | StatusQuirk.AutomaticStatusEndsWith0F,
        },
        _ => throw new ArgumentException($"No printer profile '{name}'; there are {string.Join(", ", ProfileNames)}.", nameof(name)),
    };

    /// <summary>What <see cref="Profile"/> takes.</summary>
    public static IReadOnlyList<string> ProfileNames { get; } = ["exact", "no-echo", "no-counters", "coarse-counter", "slow", "58mm", "no-asb", "waits", "kiosk", "black-mark", "quirk-near-end"];
}
