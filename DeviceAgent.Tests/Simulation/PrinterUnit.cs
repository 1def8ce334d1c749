using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Printing;

namespace DeviceAgent.Tests.Simulation;

internal enum CounterKind
{
    Exact,
    /// <summary>Told to the last ten.</summary>
    Coarse,
    None,
}

/// <summary>What a printer can do, and how it is attached.</summary>
internal sealed record PrinterKind
{
    public bool Echoes { get; init; } = true;

    public CounterKind Counter { get; init; } = CounterKind.Exact;

    public bool TellsSerialNumber { get; init; } = true;

    /// <summary>A plug that is pulled, or power that goes, is seen at once; else it is a UART: no answer.</summary>
    public bool IsUsb { get; init; } = true;

    /// <summary>It tells changes of its state by itself, once it was asked to, and until its power goes.</summary>
    public bool TellsStatusChanges { get; init; }

    /// <summary>Shutting the cover makes a cut.</summary>
    public bool CutsAtRefill { get; init; }

    public int BytesPerSecond { get; init; } = 1500;

    public int RollLines { get; init; } = 5000;

    /// <summary>Everything that DESIGN's evidence needs.</summary>
    public bool CanProve => Echoes && Counter == CounterKind.Exact && TellsSerialNumber;
}

/// <summary>What the printer has received of one document, and how far it has come with it.</summary>
internal sealed class PrintJob(PrintDocument? document)
{
    /// <summary>Null for a fence.</summary>
    public PrintDocument? Document => document;

    public Printout? Printout { get; } = document is null ? null : new(document);

    public int Received { get; set; }

    public int Printed { get; set; }

    public int NextMark { get; set; }

    public ProcessId? EchoAsked { get; set; }

    /// <summary>Nothing more of it will come.</summary>
    public bool IsEnded { get; set; }
}

/// <summary>One printer: it works off its buffer in its own time, whether anybody listens or not.</summary>
internal sealed class PrinterUnit(World world, PrinterKind kind, string serial)
{
    private const int LinesOfCode = 7, NearEndLines = 60;

    private readonly Queue<PrintJob> _buffer = new();
    private CutPiece _piece = world.Paper.NewPiece();
    private int _power;
    private bool _isMoving;
    private bool _hasRetracted;
    private Printout? _last;
    private PrinterStatus? _told;

    public PrinterKind Kind => kind;

    public string Serial => serial;

    public long Cuts { get; private set; } = 1000;

    public int Roll { get; private set; } = kind.RollLines;

    public bool HasPower { get; private set; } = true;

    public bool IsCoverOpen { get; private set; }

    public bool HasCutterError { get; private set; }

    /// <summary>What its counter is worth could not be learned: the strip was disturbed, or its echo got lost.</summary>
    public bool WasProbeSpoilt { get; set; }

    public bool IsProbing => _buffer.Any(job => job.Document is { Kind: PaperKind.Probe });

    public bool IsDrained => _buffer.Count == 0;

    /// <summary>An id that was asked for, when everything before it is printed.</summary>
    /// <remarks>True: it will be heard.</remarks>
    public Func<ProcessId, bool>? Echo { get; set; }

    /// <summary>How long after its cut the presenter pulls the next ticket back in; null: it does not.</summary>
    public TimeSpan? RetractsAfter { get; set; }

    /// <summary>Somebody has asked to be told of changes.</summary>
    public Action<PrinterStatus>? StatusTold { get; set; }

    public PrinterStatus Status => new()
    {
        Device = HasCutterError ? DeviceState.HardwareError : IsCoverOpen || Roll <= 0 ? DeviceState.Offline : DeviceState.Online,
        Paper = Roll <= 0 ? PaperSupply.Out : Roll <= NearEndLines ? PaperSupply.Low : PaperSupply.Full,
        CoverOpen = IsCoverOpen,
        CutterError = HasCutterError,
        Media = _hasRetracted ? MediaState.Retracted : MediaState.Unknown,
    };

    private bool CanWork => HasPower && !IsCoverOpen && !HasCutterError && Roll > 0;

    public void Add(PrintJob job)
    {
        _buffer.Enqueue(job);
        GoOn();
    }

    public void GoOn()
    {
        while (!_isMoving && CanWork && _buffer.TryPeek(out var job))
        {
            if (job.Document is { } document && job.NextMark < document.Marks.Count && document.Marks[job.NextMark].Offset <= job.Received)
            {
                Move(job, document.Marks[job.NextMark]);
                return;
            }
            if (!job.IsEnded && (job.Received < (job.Document?.Length ?? 0) || job.EchoAsked is null)) return;
            _buffer.Dequeue();
            if (kind.Echoes && job.EchoAsked is { } id && Echo?.Invoke(id) == true) (job.Printout ?? _last)?.WasHeard = true;
        }
    }

    /// <summary>DLE ENQ 2: what is not on paper never will be.</summary>
    public void Clear()
    {
        _buffer.Clear();
        (_power, _isMoving) = (_power + 1, false);
    }

    /// <summary>Who was sending is gone: what was begun is never completed.</summary>
    public void SenderIsGone()
    {
        foreach (var job in _buffer) job.IsEnded = true;
        GoOn();
    }

    public void LosePower()
    {
        if (!HasPower) return;
        world.Note("printer: power off");
        HasPower = false;
        StatusTold = null;
        Clear();
    }

    public void GetPower()
    {
        if (HasPower) return;
        world.Note("printer: power on");
        HasPower = true;
    }

    public void OpenCover()
    {
        IsCoverOpen = true;
        world.Note("printer: cover open");
        TellChange();
    }

    /// <param name="lines">The new roll; null when there is none.</param>
    public void ShutCover(int? lines)
    {
        if (lines is { } full) Roll = full;
        world.Note($"printer: cover shut, roll {Roll}");
        // Two hands at one cover: the second finds it shut, and what is shut already makes no cut.
        var wasOpen = IsCoverOpen;
        IsCoverOpen = false;
        if (kind.CutsAtRefill && wasOpen && HasPower && Roll > 0) MakeCut();
        TellChange();
        GoOn();
    }

    /// <summary>Somebody opens it and takes away what hangs in it.</summary>
    public void TearOff()
    {
        if (_piece.Printouts.Count == 0) return;
        world.Note("printer: what hung in it is taken away");
        _piece = world.Paper.NewPiece();
    }

    public void ShortenRoll(int lines)
    {
        Roll = Math.Min(Roll, lines);
        TellChange();
    }

    public void SetCutterError(bool on)
    {
        HasCutterError = on;
        world.Note($"printer: cutter error {on}");
        TellChange();
        GoOn();
    }

    private void Move(PrintJob job, PrintMark mark)
    {
        _isMoving = true;
        var power = _power;
        world.At(TimeSpan.FromSeconds(Math.Max(1, mark.Offset - job.Printed) / (double)kind.BytesPerSecond), () =>
        {
            if (power != _power) return;
            _isMoving = false;
            if (!CanWork) return;
            job.Printed = mark.Offset;
            job.NextMark++;
            Apply(job.Printout!, mark.Kind);
            GoOn();
        });
    }

    private void Apply(Printout printout, MarkKind mark)
    {
        if (mark == MarkKind.Cut)
        {
            printout.IsWhole = true;
            var piece = _piece;
            MakeCut();
            _last = printout;
            if (RetractsAfter is not { } after || printout.Document.Kind != PaperKind.Ticket) return;
            RetractsAfter = null;
            world.At(after, () => Retract(printout, piece));
            return;
        }
        _hasRetracted = false;
        world.Paper.Ink(_piece, printout, isCode: mark == MarkKind.Code);
        Roll -= mark == MarkKind.Code ? LinesOfCode : 1;
        TellChange();
        if (Roll > 0) return;
        world.Note($"printer: paper out in {printout.Document.Kind} {printout.Document.Text}");
        world.Printer.RanOut();
    }

    private void Retract(Printout printout, CutPiece piece)
    {
        if (printout.WasHeard || _last != printout || !HasPower || world.Shadow.IsPresented(printout.Document.Text)) return;
        world.Printer.Disturb($"{printout.Document.Text} retracted");
        (printout.IsWhole, piece.IsOut, _hasRetracted) = (false, false, true);
    }

    private void TellChange()
    {
        if (!HasPower || Status == _told) return;
        _told = Status;
        StatusTold?.Invoke(_told);
    }

    private void MakeCut()
    {
        Cuts++;
        if (_piece.Printouts.Count == 0) return;
        world.Paper.Out(_piece);
        _piece = world.Paper.NewPiece();
    }
}
