namespace DeviceAgent.Drivers.Printing;

/// <summary>How a serial printer says that its buffer is full.</summary>
public enum PrinterFlowControl
{
    /// <summary>It need not: USB, or a buffer that holds more than one document. The port may block.</summary>
    None,
    /// <summary>XOFF 13h stops, XON 11h resumes; status questions still go out while stopped.</summary>
    XonXoff,
}

/// <summary>One ESC/POS printer's timing and flow ("Printer" in agent.json). Ranges are checked when the printer is opened.</summary>
public sealed record EscPosPrinterOptions
{
    /// <summary>Autocutter drives, as GS g 2 numbers them: 178 over the unit's life, 50 since they were last reset.</summary>
    internal static readonly IReadOnlyList<int> EpsonCutCounters = [178, 50];

    /// <summary>What exceptions call the printer: its device path.</summary>
    public string Path { get; init; } = "printer";

    /// <summary>How long a reply to a status question may take, 20 ms to 10 s. Epson: DLE EOT is answered at once, also while printing.</summary>
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long the first process id may take to come back, 20 ms to 60 s: a printer may still be printing for an agent that died.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a job may stand without a byte taken or an echo, 1 s to 10 min. A full buffer of 6 KB prints for some 10 s.</summary>
    public TimeSpan JobTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Pause between two rounds of status questions while a job is waited for, 20 ms to 10 s.</summary>
    public TimeSpan StatusInterval { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How long paper out, an open cover or an error must stand, seen at least twice, before a job counts as blocked; 0 to 60 s. An echo still counts meanwhile.</summary>
    public TimeSpan BlockedLinger { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a printer that does not echo must be without fault after the last byte, 0 to 60 s.</summary>
    public TimeSpan NoEchoSettle { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>As the unit is configured. Never the kernel's own: that would hold back the status questions too.</summary>
    public PrinterFlowControl FlowControl { get; init; } = PrinterFlowControl.None;

    /// <summary>Bytes that the printer still takes after its XOFF, 2 to 1,024. 16 on common boards: half of it goes out at a time.</summary>
    public int XoffReserveBytes { get; init; } = 16;

    /// <summary>Bytes that are handed to the port at a time, 1 to 65,536.</summary>
    public int ChunkBytes { get; init; } = 256;

    /// <summary>The commands by which the unit tells its state.</summary>
    public PrinterStatusForm StatusForm { get; init; }

    /// <summary>Whether the unit is asked to tell changes by itself. Uses no paper.</summary>
    public AutomaticStatusUse AutomaticStatus { get; init; }

    /// <summary>Numbers of GS g 2 that count cuts, the best first; the first one that is answered is taken. At most 8, each 1 to 65,535.</summary>
    public IReadOnlyList<int> CutCounters { get; init; } = EpsonCutCounters;

    /// <summary>What a document's cuts (GS V) are replaced by, 1 to 16 bytes; empty: they are sent as they are.</summary>
    public ReadOnlyMemory<byte> Cut { get; init; }

    /// <summary>Sent before each cut, where the stock carries black marks; at most 16 bytes, empty for plain rolls.</summary>
    public ReadOnlyMemory<byte> BlackMark { get; init; }

    /// <summary>What is known of a unit, by its serial number, so that it is not probed again; null for a unit that nobody knows.</summary>
    public Func<string, PrinterCapabilities?>? KnownUnit { get; init; }

    /// <summary>The mouth that holds a cut ticket until it is taken; null: there is none.</summary>
    public PrinterPresenter? Presenter { get; init; }

    /// <returns>Every mistake: "section:Key must be …", with what is allowed; none when all is well.</returns>
    public IEnumerable<string> Validate(string section)
    {
        (string Key, TimeSpan Value, TimeSpan Min, TimeSpan Max)[] times =
        [
            (nameof(ReplyTimeout), ReplyTimeout, TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(10)),
            (nameof(ProbeTimeout), ProbeTimeout, TimeSpan.FromMilliseconds(20), TimeSpan.FromMinutes(1)),
            (nameof(JobTimeout), JobTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
            (nameof(StatusInterval), StatusInterval, TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(10)),
            (nameof(BlockedLinger), BlockedLinger, TimeSpan.Zero, TimeSpan.FromMinutes(1)),
            (nameof(NoEchoSettle), NoEchoSettle, TimeSpan.Zero, TimeSpan.FromMinutes(1)),
        ];
        foreach (var (key, value, min, max) in times)
        {
            if (value < min || value > max) yield return $"{section}:{key} must be a time from {min:c} to {max:c}";
        }
        if (!Enum.IsDefined(FlowControl)) yield return $"{section}:{nameof(FlowControl)} must be one of {string.Join(", ", Enum.GetNames<PrinterFlowControl>())}";
        if (XoffReserveBytes is < 2 or > 1024) yield return $"{section}:{nameof(XoffReserveBytes)} must be a whole number from 2 to 1024";
        if (!Enum.IsDefined(StatusForm)) yield return $"{section}:{nameof(StatusForm)} must be one of {string.Join(", ", Enum.GetNames<PrinterStatusForm>())}";
        if (!Enum.IsDefined(AutomaticStatus)) yield return $"{section}:{nameof(AutomaticStatus)} must be one of {string.Join(", ", Enum.GetNames<AutomaticStatusUse>())}";
        if (CutCounters.Count > 8 || CutCounters.Any(n => n is < 1 or > 65_535)) yield return $"{section}:{nameof(CutCounters)} must hold at most 8 whole numbers from 1 to 65535";
        if (Cut.Length > 16) yield return $"{section}:{nameof(Cut)} must have at most 16 bytes";
        if (BlackMark.Length > 16) yield return $"{section}:{nameof(BlackMark)} must have at most 16 bytes";
        if (Presenter is { } presenter)
        {
            if (presenter.TakeTimeout < TimeSpan.FromSeconds(1) || presenter.TakeTimeout > TimeSpan.FromMinutes(10))
                yield return $"{section}:{nameof(Presenter)}:{nameof(presenter.TakeTimeout)} must be a time from {TimeSpan.FromSeconds(1):c} to {TimeSpan.FromMinutes(10):c}";
            if (presenter.Present.Length is < 1 or > 16) yield return $"{section}:{nameof(Presenter)}:{nameof(presenter.Present)} must have 1 to 16 bytes";
        }
        if (ChunkBytes is < 1 or > 65_536) yield return $"{section}:{nameof(ChunkBytes)} must be a whole number from 1 to 65536";
    }
}
