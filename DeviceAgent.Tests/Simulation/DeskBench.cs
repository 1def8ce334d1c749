using DeviceAgent.Devices;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Platform.Sync;
using DeviceAgent.Tests.Issuance;
using DeviceAgent.Tickets;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Simulation;

/// <summary>The real desk, rules, station and template over a simulated printer, platform and journal, in virtual time on one thread.</summary>
internal sealed class DeskBench : IPassengerGuidance, IAlarms, IDisposable
{
    public const string Order = "10000241";
    private readonly MemoryJournalDisk _disk = new(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), 7);
    private readonly IssuanceOptions _options;
    // Two runs of the agent never carry the same number.
    private int _boots;
    private IssuanceDesk? _desk;
    private CancellationTokenSource? _stationStop;

    private readonly Func<DeskSurroundings, DeskSurroundings> _with;

    /// <param name="with">What this kiosk has besides: a station's system, returns.</param>
    public DeskBench(int passengers = 2, IssuanceOptions? options = null, Func<DeskSurroundings, DeskSurroundings>? with = null)
    {
        _options = options ?? new();
        _with = with ?? (surroundings => surroundings);
        Loop = new(Time);
        Printer = new(Time);
        Platform.Orders[Order] = EligibilityTests.Answer(null, passengers).TvmBusOrderLineInfo!;
        Boot();
    }

    public VirtualTime Time { get; } = new();

    public VirtualLoop Loop { get; }

    public PaperPrinter Printer { get; }

    public LedgerPlatform Platform { get; } = new();

    public IIssuanceJournal Journal { get; private set; } = null!;

    public IssuanceDesk Desk => _desk!;

    public Task Running { get; private set; } = Task.CompletedTask;

    public List<Guidance> Shown { get; } = [];

    /// <summary>Alarms that stand.</summary>
    public List<Alarm> Alarms { get; } = [];

    public TimeSpan? SilentFor { get; set; }

    public bool ClockIsTrusted { get; set; } = true;

    /// <summary>What the next start's check comes to.</summary>
    public Func<CancellationToken, Task<JournalException?>> CheckJournal { get; set; } = _ => Task.FromResult<JournalException?>(null);

    public int JournalFailures { get; private set; }

    public bool DiskReserveUsed { get; set; }

    public IReadOnlyList<string> Tickets => [.. Printer.Paper.Where(p => p.Contains('/'))];

    public IssuanceRecord Record => Journal.Find(Orders.Journey.Bus, Order)!;

    /// <summary>Starts the agent's part anew over the same journal, printer and platform.</summary>
    /// <param name="journal">Null: the journal on the bench's disk.</param>
    public void Boot(IIssuanceJournal? journal = null)
    {
        Journal = journal ?? OpenJournal();
        var station = new PrinterStation(Printer, new() { Time = Time, Logger = NullLogger.Instance }, new Random(7 + _boots++));
        _stationStop = new();
        var stop = _stationStop.Token;
        _desk = new(_with(new()
        {
            Journal = Journal,
            CheckJournal = CheckJournal,
            JournalFailed = () => JournalFailures++,
            Platform = Platform,
            Printer = station,
            Guidance = this,
            Templates = new KioskTemplates(48, "K-1", "400"),
            PassengerCheck = new CodeIsEnough(),
            Claims = new SoleIssuer(),
            Allocation = new TicketsFromOrder(),
            Time = Time,
            Logger = NullLogger.Instance,
            WakeSender = () => { },
            SenderHold = () => null,
            PlatformSilentFor = () => SilentFor,
            ClockIsTrusted = () => ClockIsTrusted,
            DiskReserveUsed = () => DiskReserveUsed,
            Alarms = this,
            MaxReports = 100,
        }), _options, new() { StationIds = ["33444"] });
        var desk = _desk;
        Running = Loop.Start(desk.RunAsync);
        _ = Loop.Start(() => station.RunAsync(stop));
    }

    /// <summary>Another look at what is durable.</summary>
    public IIssuanceJournal OpenJournal() => new MemoryJournal(_disk, Time);

    /// <summary>The agent's process is gone: what it had in hand never goes on.</summary>
    public void Kill()
    {
        _stationStop!.Cancel();
        Loop.Abandon();
        Alarms.Clear();
        Journal.Dispose();
    }

    public void UntilReady() => Loop.RunUntil(() => Desk.State is { InHand: null, NotReady.Count: 0 }, TimeSpan.FromMinutes(1));

    public PickupOffer Scan(string code = Order)
    {
        var offer = PickupOffer.NotReady;
        Loop.Do(() => offer = Desk.Offer(code));
        return offer;
    }

    public JobOffer Submit(Job job)
    {
        JobOffer? offer = null;
        Loop.Do(() => offer = Desk.Offer(job));
        return offer!;
    }

    public JobOffer Return(string code)
    {
        JobOffer? offer = null;
        Loop.Do(() => offer = Desk.OfferReturn(ReturnTarget.Parse(code)!.Value));
        return offer!;
    }

    /// <summary>The reports that wait, oldest first.</summary>
    public IReadOnlyList<OutboxReport> Waiting => Journal.Take(DateTimeOffset.MaxValue, 100, new HashSet<string>());

    /// <summary>What waits for the station.</summary>
    public IReadOnlyList<OutboxReport> Notices => Journal.StationNotices.Take(DateTimeOffset.MaxValue, 100, new HashSet<string>());

    public DecisionOutcome Decide(DecisionKind decision, string order = Order, Orders.Journey journey = Orders.Journey.Bus)
    {
        DecisionOutcome? outcome = null;
        Loop.Start(async () => outcome = await Desk.DecideAsync(new(new(journey, order), decision, "uid 0 (root)", "looked into the printer")));
        Loop.RunUntil(() => outcome is not null, TimeSpan.FromMinutes(2));
        return outcome!;
    }

    /// <summary>Scans and waits until the desk is idle again.</summary>
    public void PickUp(string code = Order)
    {
        Assert.Equal(PickupOffer.Taken, Scan(code));
        UntilIdle();
    }

    public void UntilIdle() => Loop.RunUntil(() => Desk.State.InHand is null, TimeSpan.FromHours(1));

    void IPassengerGuidance.Show(Guidance guidance)
    {
        if (Shown.Count == 0 || Shown[^1] != guidance) Shown.Add(guidance);
    }

    void IAlarms.Raise(Alarm alarm)
    {
        if (!Alarms.Exists(a => a.Kind == alarm.Kind && a.OrderNumber == alarm.OrderNumber)) Alarms.Add(alarm);
    }

    void IAlarms.Clear(AlarmKind kind, string? orderNumber) => Alarms.RemoveAll(a => a.Kind == kind && a.OrderNumber == orderNumber);

    public void Dispose()
    {
        _stationStop?.Dispose();
        _desk?.Dispose();
        Journal.Dispose();
    }
}
