using DeviceAgent.Devices;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Printing;

namespace DeviceAgent.Tests.Simulation;

/// <summary>The printer's place in the kiosk: the unit that is in it, its plug and its power.</summary>
internal sealed class WorldPrinter
{
    public const string DevicePath = "/dev/serial/by-id/printer";

    /// <summary>What a person needs to open the printer, load a roll and shut it: longer than the product takes for certain that nobody can.</summary>
    public static readonly TimeSpan Hand = SimulatedKiosk.Issuance.BlindLimit + TimeSpan.FromSeconds(1);

    private readonly World _world;
    private PrinterHandle? _open;
    private int _plugs = 1;
    private int _units = 1;

    public WorldPrinter(World world, PrinterKind kind)
    {
        _world = world;
        Unit = NewUnit(kind);
    }

    public PrinterUnit Unit { get; private set; }

    public bool IsPlugged { get; private set; } = true;

    /// <summary>The next echoes that get lost on the line.</summary>
    public int EchoesToLose { get; set; }

    /// <summary>How late the next echo comes; null: at once.</summary>
    public TimeSpan? NextEchoDelay { get; set; }

    /// <summary>When somebody or something last touched the printer in a way that may spoil evidence.</summary>
    public TimeSpan LastDisturbance { get; private set; } = TimeSpan.FromDays(-1);

    /// <summary>All such moments.</summary>
    public List<TimeSpan> Disturbances { get; } = [];

    /// <summary>Changes whenever the device's node is made anew.</summary>
    public string Connection => Unit.Kind.IsUsb ? $"boot{_world.Board.Boots}/plug{_plugs}" : $"boot{_world.Board.Boots}/uart";

    public bool IsReachable => IsPlugged && Unit.HasPower;

    /// <summary>How long after the paper ran out somebody comes with a new roll; null: nobody does.</summary>
    public TimeSpan? RefilledAfter { get; set; }

    public IPrinterPort PortOf(AgentRun run) => new Port(this, run);

    public void Disturb(string what)
    {
        LastDisturbance = _world.Now;
        Disturbances.Add(_world.Now);
        Unit.WasProbeSpoilt |= Unit.IsProbing;
        _world.Note($"printer disturbed: {what}");
    }

    public void LosePower()
    {
        Disturb("power");
        Unit.LosePower();
        if (Unit.Kind.IsUsb) Loose();
    }

    public void GetPower()
    {
        if (Unit.HasPower) return;
        Unit.GetPower();
        _plugs++;
        Disturb("power");
        Unit.GoOn();
    }

    public void Unplug()
    {
        if (!IsPlugged) return;
        Disturb("unplugged");
        IsPlugged = false;
        Unit.SenderIsGone();
        if (Unit.Kind.IsUsb) Loose();
    }

    public void Plug()
    {
        if (IsPlugged) return;
        IsPlugged = true;
        _plugs++;
        Disturb("plugged in");
    }

    /// <summary>Another unit is put in its place. What the old one held is gone.</summary>
    public void Swap(PrinterKind kind)
    {
        Unplug();
        Unit.LosePower();
        Unit.Echo = null;
        _units++;
        Unit = NewUnit(kind);
    }

    /// <param name="lines">The new roll.</param>
    public void Refill(int lines)
    {
        Disturb("refill");
        if (!Unit.IsCoverOpen) Unit.OpenCover();
        _world.Script(Hand, () =>
        {
            Disturb("refilled");
            Unit.ShutCover(lines);
        });
    }

    public void RanOut()
    {
        Disturb("paper out");
        if (RefilledAfter is { } after) _world.Script(after, () => Refill(5000));
    }

    public void AgentIsGone()
    {
        _open = null;
        if (_world.Board.BootedAt == _world.Time.GetTimestamp()) Disturb("the board was started: its node is another");
        Unit.SenderIsGone();
    }

    private void Loose()
    {
        var open = _open;
        _open = null;
        open?.Lose();
    }

    private PrinterUnit NewUnit(PrinterKind kind) => new(_world, kind, $"SN-{_units}") { Echo = Deliver };

    private bool Deliver(ProcessId id)
    {
        if (EchoesToLose > 0)
        {
            EchoesToLose--;
            SpoilFence(id);
            _world.Note($"printer: echo {id} lost");
            return false;
        }
        if (NextEchoDelay is { } late)
        {
            NextEchoDelay = null;
            SpoilFence(id);
            _world.Note($"printer: echo {id} is late by {late}");
            _world.Script(late, () => Tell(id));
            return true;
        }
        Tell(id);
        return _open is not null && IsReachable;
    }

    // A ticket's own echo is one proof of two; without a fence there is no other.
    private void SpoilFence(ProcessId id)
    {
        if (id.ToString().StartsWith('~')) Disturb("no fence");
        Unit.WasProbeSpoilt |= id.ToString() == "~PRB";
    }

    private void Tell(ProcessId id)
    {
        _world.Note($"printer: echo {id}{(_open is null ? ", nobody listens" : "")}");
        if (IsReachable) _open?.Hear(id);
    }

    private sealed class Port(WorldPrinter printer, AgentRun run) : IPrinterPort
    {
        public string Path => DevicePath;

        public string? Connection => printer.Connection;

        public async ValueTask<ITicketPrinter> OpenAsync(CancellationToken cancellationToken)
        {
            var world = printer._world;
            var number = world.Begin(run, "printer: open");
            await Task.Delay(TimeSpan.FromMilliseconds(20), run.Clock, cancellationToken);
            world.End(run, number);
            var isUsb = printer.Unit.Kind.IsUsb;
            if (isUsb && !printer.IsReachable) throw new DeviceLostException(Path, DeviceLoss.Unplugged, 2);
            var handle = new PrinterHandle(world, run);
            printer._open = handle;
            await handle.ReadStatusAsync(cancellationToken);
            return handle;
        }
    }
}
