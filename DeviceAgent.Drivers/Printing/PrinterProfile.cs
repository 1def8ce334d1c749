namespace DeviceAgent.Drivers.Printing;

/// <summary>Whether a unit tells changes of its state by itself (GS a, automatic status back).</summary>
public enum AutomaticStatusUse
{
    /// <summary>It is never asked to: its status is polled.</summary>
    No,
    /// <summary>It is asked once for each unit, and believed when it answers.</summary>
    Probe,
}

/// <summary>The commands by which a unit tells its state.</summary>
public enum PrinterStatusForm
{
    /// <summary>DLE EOT 1-4.</summary>
    Epson,
    /// <summary>DLE EOT 20, six bytes, as Custom and Pyramid have it; DLE EOT 1-4 and 17 where it is not answered.</summary>
    Kiosk,
}

/// <summary>What is done with a ticket that nobody takes.</summary>
public enum NotTakenAction
{
    /// <summary>It stays at the mouth.</summary>
    Leave,
    /// <summary>It is thrown out.</summary>
    Eject,
    /// <summary>It is pulled back in. Its outcome is then unknown: nobody can say whether somebody had read or copied it.</summary>
    Retract,
}

/// <summary>A mouth that holds a cut ticket until somebody takes it. The commands are data: makers differ (GS e, 1Dh 65h, at Custom and Pyramid).</summary>
public sealed record PrinterPresenter
{
    /// <summary>Pushes the cut ticket out so far that it can be taken. 1 to 16 bytes.</summary>
    public required ReadOnlyMemory<byte> Present { get; init; }

    /// <summary>Throws it out. Empty: the unit cannot.</summary>
    public ReadOnlyMemory<byte> Eject { get; init; }

    /// <summary>Pulls it back in. Empty: the unit cannot.</summary>
    public ReadOnlyMemory<byte> Retract { get; init; }

    /// <summary>Asks for the presenter's own status byte (GS e 6). Empty: the kiosk status form tells whether a ticket is at the mouth.</summary>
    public ReadOnlyMemory<byte> AskStatus { get; init; }

    /// <summary>How long a ticket waits at the mouth, 1 s to 10 min.</summary>
    public TimeSpan TakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What is done then.</summary>
    public NotTakenAction WhenNotTaken { get; init; }
}

/// <summary>What one kind of printer has, and by which commands: data, so that a kind that nobody here has seen needs no new release.</summary>
/// <remarks>Read from JSON by <see cref="PrinterProfileFile"/>. The defaults are those of the profile epson-tm.</remarks>
public sealed record PrinterProfile
{
    /// <summary>1 to 64 letters, digits, '.', '_' or '-'.</summary>
    public required string Name { get; init; }

    /// <summary>For people: which printers it is meant for. At most 400 characters.</summary>
    public string About { get; init; } = "";

    /// <summary>Characters of 12 dots on a line, 16 to 96: 48 on 80 mm paper, 32 on 58 mm.</summary>
    public int Columns { get; init; } = 48;

    /// <summary>Dots across the paper, 192 to 1,152.</summary>
    public int Dots { get; init; } = 576;

    /// <summary>From one black mark of the stock to the next, 20 to 500 mm: what a document takes is counted in whole forms. 0: plain rolls.</summary>
    public int MarkPitchMillimetres { get; init; }

    /// <summary>Sent before each cut where the stock carries black marks: feeds to the next mark. Empty: plain rolls.</summary>
    public ReadOnlyMemory<byte> BlackMark { get; init; }

    /// <summary>The cut, feeding included: GS V. Empty: as the documents have it, feed to the cutter and cut partly. ESC i and ESC m are refused: makers disagree about them.</summary>
    public ReadOnlyMemory<byte> Cut { get; init; }

    /// <summary>By which commands it tells its state.</summary>
    public PrinterStatusForm StatusForm { get; init; }

    /// <summary>Whether it is asked to tell changes by itself.</summary>
    public AutomaticStatusUse AutomaticStatus { get; init; } = AutomaticStatusUse.Probe;

    /// <summary>Numbers of GS g 2 that count cuts, the best first; at most 8, each 1 to 65,535. Empty: it has none.</summary>
    public IReadOnlyList<int> CutCounters { get; init; } = EscPosPrinterOptions.EpsonCutCounters;

    /// <summary>The mouth; null: a ticket that is cut falls or hangs where a hand reaches it.</summary>
    public PrinterPresenter? Presenter { get; init; }

    /// <summary>How it says that its buffer is full, as it leaves the factory.</summary>
    public PrinterFlowControl FlowControl { get; init; }

    /// <summary>Bytes that it still takes after its XOFF, 2 to 1,024.</summary>
    public int XoffReserveBytes { get; init; } = 16;

    /// <summary>What a printer that nobody has described is taken for.</summary>
    public static PrinterProfile Default { get; } = new()
    {
        Name = "epson-tm",
        About = "Epson TM-T82, TM-T88 and what imitates them: 80 mm paper, tells changes by itself where it can.",
    };

    /// <returns>The options of the protocol for this kind of printer. Flow control is kept: an operator may have set the unit otherwise.</returns>
    public EscPosPrinterOptions ApplyTo(EscPosPrinterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options with
        {
            StatusForm = StatusForm,
            AutomaticStatus = AutomaticStatus,
            CutCounters = CutCounters,
            Presenter = Presenter,
            Cut = Cut,
            BlackMark = BlackMark,
        };
    }
}
