using System.Globalization;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Simulation;

/// <summary>What goes away in a cut.</summary>
internal enum CutKind
{
    /// <summary>The agent's process: board and printer go on.</summary>
    Process,
    /// <summary>The board's power: a printer with a power supply of its own goes on.</summary>
    Board,
    BoardAndPrinter,
}

/// <param name="Effect">Number of the effect in its run, from 1.</param>
/// <param name="After">Power goes after the effect, else before it.</param>
internal readonly record struct CutPoint(int Effect, bool After, CutKind Kind)
{
    public override string ToString() => $"{Effect}{(After ? "after" : "before")}{Kind}";
}

/// <summary>The process is gone in the middle of what it was doing: nothing of it goes on.</summary>
internal sealed class PowerCutException() : Exception("The power was cut here.");

/// <summary>One machine, its passengers and the platform, in virtual time on one thread. Whatever happens follows from the seed and the cuts.</summary>
/// <remarks>
/// Every effect of the agent passes <see cref="Begin"/> and <see cref="End"/>, what the surroundings do with it passes <see cref="Occur"/>:
/// all are numbered, and power can be cut before and after each. Events of the world run outside of the agent's loop.
/// </remarks>
internal sealed class World
{
    /// <summary>More than any run needs by far: who does more runs for ever.</summary>
    private const int MaxEffects = 40_000;

    private readonly List<(long At, string What)> _log = [];
    private readonly HashSet<string> _violationKinds = [];
    private readonly Queue<CutPoint> _cuts;
    private ulong _hash = 14695981039346656037;

    public World(int seed, KioskParts? parts = null, PrinterKind? printer = null, IEnumerable<CutPoint>? cuts = null)
    {
        Seed = seed;
        Random = new(seed);
        _cuts = new(cuts ?? []);
        Board = new(this);
        Power = new(this);
        Trouble = new(this);
        Disk = new(Time.GetUtcNow(), seed) { Fault = _ => Trouble.OfCommit() };
        Shadow = new(this);
        Paper = new(this);
        Printer = new(this, printer ?? new());
        Gateway = new(this);
        Station = new(this);
        Lights = new(this);
        Kiosk = new(this, parts ?? new());
    }

    public int Seed { get; }

    public Random Random { get; }

    /// <summary>The true time; what the board takes for it is <see cref="Board"/>'s.</summary>
    public VirtualTime Time { get; } = new();

    public WorldBoard Board { get; }

    public MemoryJournalDisk Disk { get; }

    public ShadowJournal Shadow { get; }

    public WorldPaper Paper { get; }

    public WorldPrinter Printer { get; }

    public WorldGateway Gateway { get; }

    public WorldStation Station { get; }

    public WorldLights Lights { get; }

    public WorldTrouble Trouble { get; }

    public WorldPower Power { get; }

    public SimulatedKiosk Kiosk { get; }

    /// <summary>Numbers of the forms; the first one lies in the printer.</summary>
    public StockOptions Stock
    {
        get;
        set
        {
            field = value;
            if (value.IsNumbered) Disk.Stock = (0, $"{value.Prefix}{1.ToString($"D{value.Digits}", CultureInfo.InvariantCulture)}");
        }
    } = new();

    public List<WorldVisitor> Visitors { get; } = [];

    /// <summary>Reports that were under way when a process ended.</summary>
    public HashSet<long> Interrupted { get; } = [];

    /// <summary>All that paper is printed for.</summary>
    public IEnumerable<WorldOrder> Orders => [.. Gateway.Orders.Values, .. Gateway.Jobs.Values, .. Station.Returns.Values];

    public int Effects { get; private set; }

    public int Cuts { get; private set; }

    public List<string> Violations { get; } = [];

    /// <summary>How long the process is away: short enough to find the printer still at work.</summary>
    public TimeSpan ProcessRestart { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Things that the script has still to do.</summary>
    public int Outstanding { get; private set; }

    /// <summary>Since when no fault was put in any more.</summary>
    public TimeSpan HealedAt { get; set; }

    /// <summary>FNV-1a over all that happened and when.</summary>
    public ulong Hash => _hash;

    public TimeSpan Now => TimeSpan.FromTicks(Time.GetTimestamp());

    /// <summary>The running agent is about to do something that reaches beyond it.</summary>
    /// <returns>The effect's number, for <see cref="End"/>.</returns>
    public int Begin(AgentRun run, string effect)
    {
        if (!run.IsAlive) throw new PowerCutException();
        var number = Number(effect);
        if (IsCut(number, after: false, out var kind))
        {
            Cut(kind);
            throw new PowerCutException();
        }
        return number;
    }

    /// <summary>The effect is done; the agent does not know it yet.</summary>
    public void End(AgentRun run, int number)
    {
        if (!run.IsAlive) throw new PowerCutException();
        if (!IsCut(number, after: true, out var kind)) return;
        Cut(kind);
        throw new PowerCutException();
    }

    /// <summary>Something happens outside of the agent.</summary>
    public void Occur(string effect, Action apply)
    {
        var number = Number(effect);
        if (IsCut(number, after: false, out var before)) Cut(before);
        apply();
        if (IsCut(number, after: true, out var after)) Cut(after);
    }

    /// <summary>Ends the process now, and what the kind says; all comes back after a while.</summary>
    public void Cut(CutKind kind)
    {
        if (!Kiosk.IsRunning) return;
        Cuts++;
        Note($"CUT {kind}");
        Kiosk.Kill();
        foreach (var report in Disk.Reports.Where(r => r.State == ReportState.Sending)) Interrupted.Add(report.Report.Id);
        if (kind != CutKind.Process) Board.LosePower();
        if (kind == CutKind.BoardAndPrinter) Printer.LosePower();
        Printer.AgentIsGone();
        Script(kind == CutKind.Process ? ProcessRestart : TimeSpan.FromSeconds(25), () =>
        {
            if (kind == CutKind.BoardAndPrinter) Printer.GetPower();
            Kiosk.Boot();
        });
    }

    /// <summary>Something that will happen; the run is not over before.</summary>
    public void Script(TimeSpan delay, Action action)
    {
        Outstanding++;
        At(delay, () =>
        {
            Outstanding--;
            action();
        });
    }

    public void At(TimeSpan delay, Action action) => Time.CreateTimer(static a => ((Action)a!)(), action, delay, Timeout.InfiniteTimeSpan);

    /// <summary>What has not been cut so far will not be.</summary>
    public void DropCuts() => _cuts.Clear();

    public void Note(string what)
    {
        var at = Time.GetTimestamp();
        _log.Add((at, what));
        Mix((ulong)at);
        foreach (var c in what) Mix(c);
    }

    /// <summary>What is durable of an order; null when nothing is.</summary>
    public IssuanceRecord? RecordOf(OrderKey key) => Disk.Issuances.Find(i => i.Journey == key.Journey && i.OrderNumber == key.Number);

    /// <summary>Something that must never be. The first of each kind counts.</summary>
    public void Violate(string kind, string details)
    {
        if (!_violationKinds.Add(kind)) return;
        Violations.Add($"{kind}: {details}");
        Note($"VIOLATION {kind}: {details}");
    }

    /// <summary>Lets everything go on until the condition holds.</summary>
    /// <returns>False: it did not come to hold in time.</returns>
    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        var deadline = Now + limit;
        while (true)
        {
            Kiosk.Turn();
            if (condition()) return true;
            if (Effects > MaxEffects)
            {
                Violate("nothing runs for ever", $"more than {MaxEffects} effects");
                return false;
            }
            if (Time.UntilNextTimer is not { } wait || Now + wait > deadline) return false;
            Time.Advance(wait);
        }
    }

    public void Pass(TimeSpan by)
    {
        var end = Now + by;
        At(by, () => { });
        RunUntil(() => Now >= end, by);
    }

    public void WriteLog(TextWriter output)
    {
        foreach (var (at, what) in _log)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{TimeSpan.FromTicks(at).TotalSeconds,10:F3}  {what}"));
    }

    private int Number(string effect)
    {
        Effects++;
        Note(effect);
        return Effects;
    }

    private bool IsCut(int number, bool after, out CutKind kind)
    {
        kind = default;
        // A cut whose effect is past, because the agent was dead then, has missed.
        while (_cuts.TryPeek(out var past) && (past.Effect < number)) _cuts.Dequeue();
        if (!_cuts.TryPeek(out var cut) || cut.Effect != number || cut.After != after) return false;
        _cuts.Dequeue();
        kind = cut.Kind;
        return true;
    }

    private void Mix(ulong value) => _hash = (_hash ^ value) * 1099511628211;
}
