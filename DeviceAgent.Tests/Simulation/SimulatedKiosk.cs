using DeviceAgent.Devices;
using DeviceAgent.Drivers;
using DeviceAgent.Hosting;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Station;
using DeviceAgent.Platform.Sync;
using DeviceAgent.Tickets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Simulation;

/// <summary>Where a deliberate bug can be put in: at the boundaries, never in the product. All are the identity in a sound kiosk.</summary>
internal sealed record KioskParts
{
    /// <summary>What a bad file does between two runs.</summary>
    public Action<MemoryJournalDisk> BeforeBoot { get; init; } = _ => { };

    /// <summary>Below the world's own record: what it acknowledges counts as acknowledged.</summary>
    public Func<World, AgentRun, IIssuanceJournal, IIssuanceJournal> Engine { get; init; } = (_, _, journal) => journal;

    public Func<IIssuanceJournal, IOutbox> Outbox { get; init; } = journal => journal;

    /// <summary>The queue of notices to the station; beside it the one of reports.</summary>
    public Func<IIssuanceJournal, IOutbox> Notices { get; init; } = journal => journal.StationNotices;

    public Func<World, IPrinterPort, IPrinterPort> Port { get; init; } = (_, port) => port;

    public Func<World, IPrinterStation, IPrinterStation> Station { get; init; } = (_, station) => station;

    public Func<IPlatformApi, IPlatformApi> Api { get; init; } = api => api;

    /// <summary>The station's ticketing system.</summary>
    public Func<IStationApi, IStationApi> Ticketing { get; init; } = api => api;

    public bool? TrainResendIsSafe { get; init; }

    public Func<IPassengerGuidance, IPassengerGuidance> Guidance { get; init; } = guidance => guidance;

    public Action<AgentRun, string> Offer { get; init; } = (run, code) => run.Desk.Offer(code);

    /// <summary>The agent's own log stands in the world's.</summary>
    public bool IsVerbose { get; init; }
}

/// <summary>One life of the agent's process.</summary>
internal sealed class AgentRun
{
    public AgentRun(World world, ILogger logger)
    {
        (World, Logger) = (world, logger);
        Clock = new(world, () => IsAlive);
        Loop = new(world.Time);
        Scanner = new(this);
        Inputs = new(this);
    }

    public World World { get; }

    public ILogger Logger { get; }

    public AgentClock Clock { get; }

    public VirtualLoop Loop { get; }

    public WorldScanner Scanner { get; }

    public WorldInputs Inputs { get; }

    public bool IsAlive { get; set; } = true;

    public bool IsStopping { get; set; }

    public WorldAlarms Alarms { get; } = new();

    public required IIssuanceJournal Journal { get; set; }

    public required IssuanceDesk Desk { get; set; }

    /// <summary>Desk, sender, printer, scanner and line; none ends by itself.</summary>
    public Task[] Parts { get; set; } = [];
}

/// <summary>The alarms that stand.</summary>
internal sealed class WorldAlarms : IAlarms
{
    private readonly HashSet<(AlarmKind Kind, string? Order)> _standing = [];

    public bool Stands(AlarmKind kind, string? orderNumber) => _standing.Contains((kind, orderNumber));

    public void Raise(Alarm alarm) => _standing.Add((alarm.Kind, alarm.OrderNumber));

    public void Clear(AlarmKind kind, string? orderNumber) => _standing.Remove((kind, orderNumber));
}

/// <summary>The agent as <see cref="DeviceAgent.Hosting"/> puts it together, over the world's boundaries.</summary>
internal sealed class SimulatedKiosk(World world, KioskParts parts)
{
    public const string Station = "33444";

    public static IssuanceOptions Issuance { get; } = new()
    {
        BlockedTimeout = TimeSpan.FromMinutes(2),
        ResumeTimeout = TimeSpan.FromMinutes(3),
        TakeTicketTime = TimeSpan.FromSeconds(3),
        NoticeTime = TimeSpan.FromSeconds(2),
        MaxInDoubt = 100,
    };

    private const string KioskId = "K-1";

    /// <summary>Two requests that nobody answers.</summary>
    private static readonly TimeSpan StationPatience = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan PowerBackTime = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan JournalCheckTime = TimeSpan.FromMilliseconds(60);

    private static readonly DateTimeOffset ReleasedAt = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly OrderOptions Orders = new() { StationIds = [Station], LookUpsPerMinute = 60 };

    private static readonly ReturnOptions Returns = new() { Mode = ReturnMode.Scanner, RefundAmountUnit = RefundUnit.Fen };

    private static readonly OutboxOptions Outbox = new() { MaxRetryDelay = TimeSpan.FromSeconds(30), HoldRetryInterval = TimeSpan.FromSeconds(15) };

    // A deadline and the timer that was set for it are some milliseconds apart.
    private static readonly TimeSpan Blink = TimeSpan.FromMilliseconds(50);

    private TimeSpan? _lyingSince;

    public AgentRun? Run { get; private set; }

    public bool IsRunning => Run is not null;

    /// <summary>When the running process began.</summary>
    public TimeSpan BootedAt { get; private set; }

    public bool IsScannerPlugged { get; private set; } = true;

    /// <summary>Nothing in hand, nothing to be read from the journal.</summary>
    public bool IsIdle => Run is { } run && run.Desk.State.InHand is null;

    public IReadOnlyList<NotReadyReason> NotReady => Run?.Desk.State.NotReady ?? [NotReadyReason.Starting];

    public void Boot()
    {
        if (Run is not null) return;
        world.Note("boot");
        BootedAt = world.Now;
        world.Shadow.Compare();
        parts.BeforeBoot(world.Disk);
        var run = Compose();
        Run = run;
    }

    public void Kill()
    {
        if (Run is not { } run) return;
        Run = null;
        run.IsAlive = false;
        run.Loop.End();
        run.Journal.Dispose();
    }

    /// <summary>systemctl restart: the ticket in hand is finished first.</summary>
    public void Restart()
    {
        if (Run is not { IsStopping: false } run) return;
        world.Note("stop");
        run.IsStopping = true;
        run.Loop.Start(() =>
        {
            run.Desk.Stop();
            return Task.CompletedTask;
        });
        world.Script(TimeSpan.FromSeconds(20), () =>
        {
            if (Run != run) return;
            world.Note("stopped hard");
            run.Desk.StopHard();
            world.Script(TimeSpan.FromSeconds(1), () =>
            {
                if (Run == run) world.Cut(CutKind.Process);
            });
        });
    }

    public void Scan(string code) => Run?.Scanner.Read(code);

    /// <summary>Through the local API.</summary>
    public void OfferJob(Job job) => Offer(job.Key.ToString(), desk => desk.Offer(job));

    /// <summary>Through the local API.</summary>
    public void OfferReturn(ReturnTarget target) => Offer(target.Key.ToString(), desk => desk.OfferReturn(target));

    /// <summary>A technician looks at the paper and decides.</summary>
    public void Decide(OrderKey order, DecisionKind decision)
    {
        if (Run is not { } run) return;
        run.Loop.Start(async () =>
        {
            var outcome = await run.Desk.DecideAsync(new(order, decision, "uid 0 (root)", "looked at the paper"));
            world.Note($"order {order}: {decision}? {outcome.End}, {outcome.Text}");
        });
    }

    /// <summary>A technician has loaded paper, or says so. Who hears "not now" tries again.</summary>
    public void ChangePaper(int tries = 1)
    {
        if (Run is not { } run)
        {
            Again("no agent");
            return;
        }
        run.Loop.Start(async () =>
        {
            var outcome = await run.Desk.ChangePaperAsync(new("uid 0 (root)"));
            world.Note($"paper changed? {outcome.End}, {outcome.Text}");
            if (outcome.End == DecisionEnd.NotNow) Again(outcome.Text);
        });

        void Again(string why)
        {
            if (tries > 1) world.Script(TimeSpan.FromSeconds(20), () => ChangePaper(tries - 1));
            else world.Note($"the paper is not changed: {why}");
        }
    }

    public void PlugScanner(bool isPlugged)
    {
        IsScannerPlugged = isPlugged;
        if (Run is not { } run) return;
        if (isPlugged) run.Scanner.IsPlugged = true;
        else run.Scanner.Unplug();
    }

    /// <summary>Everything that the agent can do at this moment.</summary>
    public void Turn()
    {
        if (Run is not { } run) return;
        run.Loop.Drain();
        if (Run != run) return;
        if (run.Parts.FirstOrDefault(p => p.IsCompleted) is { } ended)
        {
            if (!run.IsStopping || ended.IsFaulted) world.Violate("the agent never ends by itself", ended.Exception?.GetBaseException().ToString() ?? "ended");
            world.Cut(CutKind.Process);
            return;
        }
        if (run.Scanner.IsWindowOpen is { } isOpen && isOpen != run.Desk.TakesCodes)
            world.Violate("the scan window follows readiness", isOpen ? $"open while {run.Desk.State.InHand ?? "not ready"}" : "closed");
        if (run.Desk is { TakesCodes: true, State.InHand: { } inHand }) world.Violate("no code is taken while a pick-up is in hand", inHand);
        if (world.Lights.Shown != Guidance.Ready || NotReady is not { Count: > 0 } reasons) _lyingSince = null;
        else if (world.Now - (_lyingSince ??= world.Now) > Blink)
            world.Violate("the lights never say ready when the kiosk is not", string.Join(", ", reasons));
    }

    private void Offer(string what, Func<IssuanceDesk, JobOffer> offer)
    {
        if (Run is not { } run) return;
        run.Loop.Start(() =>
        {
            var answer = offer(run.Desk);
            world.Note($"{what}: {answer.Offer} {answer.Reason}");
            return Task.CompletedTask;
        });
    }

    private AgentRun Compose()
    {
        var logger = parts.IsVerbose ? new WorldLogger(world) : (ILogger)NullLogger.Instance;
        var run = new AgentRun(world, logger) { Journal = null!, Desk = null! };
        run.Scanner.IsPlugged = IsScannerPlugged;
        var time = new KioskClock(run.Clock, ClockTrust.NtpOrGateway, () => world.Board.IsSynchronised ? KernelClockState.Synchronized : KernelClockState.NotSynchronized, ReleasedAt);
        run.Journal = new WorldJournal(world, run, parts.Engine(world, run, new MemoryJournal(world.Disk, time)));
        if (run.Journal.LastTime is { } last) time.NotBefore(last);
        // Gone with the process, never disposed: the world has no end of its own.
        var journalFailed = new CancellationTokenSource();
        var lights = world.Lights.OpenFor(run);
        var random = new Random(world.Random.Next());
        var line = new PlatformLine(parts.Api(world.Gateway.ApiOf(run)), time, random);
        void RaiseParked(OutboxReport report, ParkReason reason) =>
            run.Alarms.Raise(ParkedReports.AlarmOf(report.Id, report.OrderNumber, report.Kind, reason, time.GetUtcNow()));
        var routes = ReportRoutes.ToPlatform(line, parts.TrainResendIsSafe ?? world.Gateway.TrainResendIsSafe);
        var sender = new OutboxSender(parts.Outbox(run.Journal), routes, Outbox, time, random, logger) { StateChanged = _ => run.Desk.Reconsider(), Parked = RaiseParked };
        var station = parts.Ticketing(world.Station.ApiOf(run));
        var notices = new OutboxSender(parts.Notices(run.Journal), ReportRoutes.ToStation(station), Outbox, time, random, logger) { Parked = RaiseParked };
        var printer = new PrinterStation(parts.Port(world, world.Printer.PortOf(run)), new() { Time = time, Logger = logger }, random);
        var power = new PowerWatch(run.Inputs, PowerBackTime, time, logger);
        run.Desk = new(Surroundings(run, time, line, sender, notices) with
        {
            PowerIsFailing = () => power.IsFailing,
            JournalFailed = journalFailed.Cancel,
            Printer = parts.Station(world, printer),
            Guidance = parts.Guidance(world.Lights.GuidanceOf(run, lights)),
            Allocation = world.Station.Allocates ? new StationAllocation(station, KioskId, StationPatience, time) : new TicketsFromOrder(),
            Station = station,
        }, Issuance, Orders);
        power.Changed += () =>
        {
            (sender.IsPaused, notices.IsPaused) = (power.IsFailing, power.IsFailing);
            run.Desk.Reconsider();
        };
        line.Banned = sender.HeedBan;
        line.Changed = () =>
        {
            if (line.SilentFor is null) sender.Wake();
            run.Desk.Reconsider();
        };
        time.Trusted += () =>
        {
            run.Desk.Reconsider();
            sender.Wake();
        };
        var scanner = new ScannerStation(run.Scanner, code => parts.Offer(run, code), () => run.Desk.TakesCodes, new() { Time = run.Clock, Logger = logger });
        run.Desk.TakesCodesChanged += scanner.Reconsider;
        run.Parts =
        [
            run.Loop.Start(run.Desk.RunAsync),
            run.Loop.Start(() => SendAsync(run, sender, journalFailed.Token)),
            run.Loop.Start(() => SendAsync(run, notices, journalFailed.Token)),
            run.Loop.Start(() => printer.RunAsync(CancellationToken.None)),
            run.Loop.Start(() => scanner.RunAsync(CancellationToken.None)),
            run.Loop.Start(() => line.RunAsync(CancellationToken.None)),
            run.Loop.Start(() => WatchClockAsync(time)),
        ];
        run.Inputs.Tell();
        return run;
    }

    /// <summary>All but the devices and the station.</summary>
    private static DeskSurroundings Surroundings(AgentRun run, KioskClock time, PlatformLine line, OutboxSender sender, OutboxSender notices) => new()
    {
        Journal = run.Journal,
        CheckJournal = async cancellationToken =>
        {
            await Task.Delay(JournalCheckTime, time, cancellationToken);
            return null;
        },
        Platform = line,
        Printer = null!,
        Guidance = null!,
        Templates = new KioskTemplates(48, KioskId, "400"),
        PassengerCheck = new CodeIsEnough(),
        Claims = new SoleIssuer(),
        Allocation = null!,
        StationPatience = StationPatience,
        KioskId = KioskId,
        Returns = Returns,
        Stock = run.World.Stock,
        Time = time,
        Logger = run.Logger,
        WakeSender = () =>
        {
            sender.Wake();
            notices.Wake();
        },
        SenderHold = () => sender.Hold?.Reason,
        PlatformSilentFor = () => line.SilentFor,
        ClockIsTrusted = () => time.IsTrusted,
        DiskReserveUsed = () => false,
        Alarms = run.Alarms,
        MaxReports = Outbox.MaxReports,
    };

    // As the host's watch does, without the gateway's word.
    private static async Task WatchClockAsync(KioskClock time)
    {
        while (!time.Consider()) await Task.Delay(ClockWatch.KernelInterval, time);
        await Task.Delay(Timeout.InfiniteTimeSpan, time);
    }

    // As the host does: a journal that cannot be written stops the issuing, not the agent.
    private static async Task SendAsync(AgentRun run, OutboxSender sender, CancellationToken journalFailed)
    {
        try
        {
            await run.Desk.JournalChecked.WaitAsync(journalFailed);
            await sender.RunAsync(journalFailed);
        }
        catch (JournalException e)
        {
            run.Desk.FailJournal(e);
        }
        catch (OperationCanceledException) when (journalFailed.IsCancellationRequested)
        {
            // There is no journal to send from.
        }
        await Task.Delay(Timeout.InfiniteTimeSpan, run.Clock, CancellationToken.None);
    }

    private sealed class WorldLogger(World world) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            world.Note($"    {logLevel}: {formatter(state, exception)}");
    }
}
