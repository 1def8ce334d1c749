using System.Globalization;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Station;

namespace DeviceAgent.Tests.Simulation;

/// <summary>A run in which everything is drawn from one seed: the printer, the passengers, several faults, and where the power is cut.</summary>
internal sealed class RandomRun
{
    /// <summary>Faults come before this moment; then all is made right again.</summary>
    private const int TroubleSeconds = 200;

    private readonly World _world;
    private readonly Random _random;

    private RandomRun(World world, Random random) => (_world, _random) = (world, random);

    public static RunResult Play(int seed, KioskParts? parts = null) => Play(seed, parts, out _);

    public static RunResult Play(int seed, KioskParts? parts, out World world)
    {
        // Not the world's own: what it draws later must not hang on what is drawn here.
        var random = new Random(unchecked(seed * 31 + 17));
        var printer = Printer(random);
        world = new World(seed, parts, printer, Cuts(random));
        var run = new RandomRun(world, random);
        run.DrawMachine();
        run.DrawPassengers();
        run.DrawJobs();
        for (var faults = random.Next(6); faults > 0; faults--) run.DrawFault();
        run.DrawPaper(new(unchecked(seed * 131 + 7)));
        world.Script(TimeSpan.FromSeconds(TroubleSeconds), run.Heal);
        world.Kiosk.Boot();
        return WorldRun.Finish(world, string.Create(CultureInfo.InvariantCulture, $"--seed {seed}"));
    }

    private static PrinterKind Printer(Random random) => Drawn(random) is var kind && kind.BytesPerSecond % 2 == 0 ? kind with { TellsStatusChanges = true } : kind;

    private static PrinterKind Drawn(Random random) => new()
    {
        Echoes = random.Next(100) < 85,
        Counter = random.Next(100) switch { < 75 => CounterKind.Exact, < 90 => CounterKind.Coarse, _ => CounterKind.None },
        TellsSerialNumber = random.Next(100) < 85,
        IsUsb = random.Next(100) < 70,
        CutsAtRefill = random.Next(2) == 0,
        BytesPerSecond = random.Next(300, 3000),
    };

    private static List<CutPoint> Cuts(Random random)
    {
        var cuts = new List<CutPoint>();
        for (var n = random.Next(4); n > 0; n--) cuts.Add(new(random.Next(1, 260), random.Next(2) == 0, Kind(random)));
        return [.. cuts.OrderBy(c => c.Effect).ThenBy(c => c.After)];
    }

    private static CutKind Kind(Random random) => (CutKind)random.Next(3);

    private bool OneIn(int n) => _random.Next(n) == 0;

    // Some stay until they are served, some do not.
    private TimeSpan Patience() => OneIn(2) ? TimeSpan.FromSeconds(TroubleSeconds + 300) : Seconds(5, 200);

    private TimeSpan Seconds(int from, int to) => TimeSpan.FromMilliseconds(_random.Next(from * 1000, to * 1000));

    private void DrawMachine()
    {
        _world.ProcessRestart = TimeSpan.FromMilliseconds(OneIn(2) ? _random.Next(100, 1000) : _random.Next(1000, 12_000));
        _world.Board.HasClock = !OneIn(3);
        if (OneIn(4)) _world.Printer.Unit.ShortenRoll(_random.Next(20, 160));
        if (!OneIn(4)) _world.Printer.RefilledAfter = Seconds(3, 150);
        _world.Station.Allocates = OneIn(3);
        _world.Gateway.TrainResendIsSafe = OneIn(3);
    }

    private void DrawPassengers()
    {
        for (var n = _random.Next(1, 5); n > 0; n--)
        {
            var number = string.Create(CultureInfo.InvariantCulture, $"2000{n:0000}");
            _world.Gateway.Sell(number, OneIn(12) ? _random.Next(5, 21) : _random.Next(1, 5));
            _ = new WorldPassenger(_world, number, Seconds(1, 120), Patience(), Seconds(4, 15), isHasty: OneIn(6));
            if (OneIn(4)) _ = new WorldPassenger(_world, number, Seconds(1, 120), Seconds(5, 200), Seconds(4, 15));
            if (OneIn(3)) DrawReturns(number);
        }
        if (OneIn(4)) _ = new WorldPassenger(_world, OneIn(2) ? "https://example.org/" : "30000001", Seconds(1, 120), Seconds(5, 60), Seconds(4, 15));
    }

    // One ticket, two, or the whole order; now and then both.
    private void DrawReturns(string number)
    {
        var tickets = _world.Gateway.Orders[number].Info.Passengers.Select(p => p.AgentTicketId).Take(_random.Next(3)).ToList();
        if (tickets.Count == 0 || OneIn(6)) tickets.Add(null);
        foreach (var target in tickets.Select(t => new ReturnTarget(number, t)))
        {
            if (OneIn(5)) _world.Station.Decisions[target.Key.Number] = OneIn(2) ? ReturnDecision.Failed : ReturnDecision.Refused;
            _ = new WorldReturner(_world, target, Seconds(15, 180), Patience(), Seconds(4, 12), atScreen: target.TicketNumber is null || OneIn(2));
        }
    }

    private void DrawJobs()
    {
        for (var n = _random.Next(3); n > 0; n--)
        {
            var number = string.Create(CultureInfo.InvariantCulture, $"4000{n:0000}");
            var tickets = OneIn(8) ? 0 : _random.Next(1, 4);
            var job = OneIn(2) ? WorldJobs.TrainOf(number, tickets, failed: tickets == 0 || OneIn(3) ? 1 : 0) : tickets == 0 ? WorldJobs.FailedShip(number) : WorldJobs.Ship(number, tickets);
            _ = new WorldClerk(_world, _world.Gateway.Give(job), Seconds(1, 120), Patience(), Seconds(4, 15));
        }
    }

    // With dice of its own: the seeds of other stories stay what they were.
    private void DrawPaper(Random random)
    {
        if (random.Next(3) == 0) _world.Stock = new() { Prefix = random.Next(2) == 0 ? "K-" : "", Digits = 8 };
        for (var n = random.Next(3); n > 0; n--)
            At(TimeSpan.FromMilliseconds(random.Next(1000, TroubleSeconds * 1000)), "paper changed", () => _world.Kiosk.ChangePaper(random.Next(1, 6)));
    }

    private void At(TimeSpan when, string what, Action action) => _world.Script(when, () =>
    {
        _world.Note($"fault: {what}");
        action();
    });

    /// <summary>Something begins, and ends by itself after a while.</summary>
    private void For(string what, Action begin, Action end, int atLeast = 0)
    {
        var from = Seconds(0, TroubleSeconds - 60);
        At(from, what, begin);
        At(from + Seconds(atLeast, atLeast + 30), $"end of {what}", end);
    }

    private void DrawFault()
    {
        switch (_random.Next(6))
        {
            case 5:
                DrawStationFault();
                break;
            case 0:
                DrawPrinterFault();
                break;
            case 1:
                DrawGatewayFault();
                break;
            case 2:
                DrawMachineFault();
                break;
            case 3:
                At(Seconds(30, TroubleSeconds + 200), "a person decides", Decide);
                break;
            default:
                At(Seconds(0, TroubleSeconds), "power", () => _world.Cut(Kind(_random)));
                break;
        }
    }

    private void DrawPrinterFault()
    {
        var printer = _world.Printer;
        switch (_random.Next(9))
        {
            case 0:
                For("unplugged", printer.Unplug, printer.Plug);
                break;
            case 1:
                For("printer without power", printer.LosePower, printer.GetPower);
                break;
            case 2:
                For("cover", OpenCover, ShutCover, atLeast: (int)WorldPrinter.Hand.TotalSeconds);
                break;
            case 3:
                For("cutter", () => SetCutterError(true), () => SetCutterError(false));
                break;
            case 4:
                At(Seconds(0, TroubleSeconds), "refill", () => printer.Refill(5000));
                break;
            case 5:
                At(Seconds(0, TroubleSeconds), "echoes lost", () => printer.EchoesToLose = _random.Next(1, 4));
                break;
            case 6:
                At(Seconds(0, TroubleSeconds), "echo late", () => printer.NextEchoDelay = Seconds(1, 40));
                break;
            case 7:
                var after = Seconds(1, 9);
                At(Seconds(0, TroubleSeconds), "a presenter that pulls back", () => (printer.EchoesToLose, printer.Unit.RetractsAfter) = (1, after));
                break;
            default:
                var next = Printer(_random) with { IsUsb = printer.Unit.Kind.IsUsb };
                // By hand, with a screwdriver: longer than anybody fails to look.
                For("another printer", () => printer.Swap(next), printer.Plug, atLeast: 25);
                break;
        }
    }

    private void DrawGatewayFault()
    {
        var gateway = _world.Gateway;
        switch (_random.Next(4))
        {
            case 0:
                var percent = _random.Next(10, 80);
                For("bad line", () => _world.Trouble.RequestPercent = percent, () => _world.Trouble.RequestPercent = 0);
                break;
            case 1:
                var fate = OneIn(3) ? RequestFate.SessionExpired : OneIn(2) ? RequestFate.NoNetwork : RequestFate.Lost;
                For($"gateway {fate}", () => gateway.Always = fate, () => gateway.Always = RequestFate.Answered);
                break;
            case 2:
                var number = gateway.Orders.Keys.ElementAt(_random.Next(gateway.Orders.Count));
                var refund = OneIn(2);
                At(Seconds(0, TroubleSeconds), "order closed", () => gateway.Close(number, refund));
                break;
            default:
                var report = OneIn(2) ? RequestFate.AnswerLost : RequestFate.Late;
                For($"reports {report}", () => gateway.ReportsMeet = report, () => gateway.ReportsMeet = null);
                break;
        }
    }

    private void DrawStationFault()
    {
        var station = _world.Station;
        RequestFate[] fates = [RequestFate.NoNetwork, RequestFate.Lost, RequestFate.AnswerLost, RequestFate.Late, RequestFate.Busy, RequestFate.Unreadable, RequestFate.SessionExpired];
        var fate = fates[_random.Next(fates.Length)];
        if (OneIn(3)) For($"station {fate}", () => station.Always = fate, () => station.Always = RequestFate.Answered);
        else if (OneIn(2)) For($"notices {fate}", () => station.ReportsMeet = fate, () => station.ReportsMeet = null);
        else For($"questions {fate}", () => station.QuestionsMeet = fate, () => station.QuestionsMeet = null);
    }

    private void DrawMachineFault()
    {
        switch (_random.Next(6))
        {
            case 0:
                var once = OneIn(2) ? MemoryJournalFault.Lost : MemoryJournalFault.AppliedButNotAcknowledged;
                For("disk", () => (_world.Trouble.Commit, _world.Trouble.CommitOnce) = (once, true), RestartIfJournalFailed);
                break;
            case 1:
                For("disk full", () => _world.Trouble.Commit = MemoryJournalFault.Lost, () =>
                {
                    _world.Trouble.Commit = MemoryJournalFault.None;
                    RestartIfJournalFailed();
                });
                break;
            case 2:
                var jump = TimeSpan.FromSeconds(_random.Next(-7200, 7200));
                // Set by hand: the kernel says that nobody keeps it.
                For("clock", () => _world.Board.SetClock(_world.Board.WallClock + jump, isSynchronised: false), _world.Board.Synchronise);
                break;
            case 3:
                For("lights", () => _world.Lights.HasFailed = true, () => _world.Lights.HasFailed = false);
                break;
            case 4:
                For("scanner", () => _world.Kiosk.PlugScanner(false), () => _world.Kiosk.PlugScanner(true));
                break;
            default:
                At(Seconds(0, TroubleSeconds), "restart", _world.Kiosk.Restart);
                break;
        }
    }

    private void OpenCover()
    {
        _world.Printer.Disturb("cover");
        _world.Printer.Unit.OpenCover();
    }

    private void ShutCover()
    {
        _world.Printer.Disturb("cover");
        _world.Printer.Unit.ShutCover(null);
    }

    private void SetCutterError(bool on)
    {
        _world.Printer.Disturb("cutter");
        _world.Printer.Unit.SetCutterError(on);
    }

    // By what the paper shows: all out, none, or some.
    private void Decide()
    {
        if (_world.Disk.Issuances.Find(i => i.State == IssuanceState.InDoubt) is not { } record) return;
        var key = new OrderKey(record.Journey, record.OrderNumber);
        var tickets = _world.Orders.Single(o => o.Key == key).Tickets;
        var outs = tickets.Count(_world.Paper.IsOut);
        var decision = outs == tickets.Count ? DecisionKind.Issued : outs > 0 || OneIn(2) ? DecisionKind.Reissue : DecisionKind.Void;
        _world.Printer.Disturb("a hand");
        _world.Printer.Unit.TearOff();
        _world.Kiosk.Decide(key, decision);
    }

    // What a technician does about it.
    private void RestartIfJournalFailed()
    {
        if (_world.Kiosk.NotReady.Contains(NotReadyReason.JournalUnwritable)) _world.Cut(CutKind.Process);
    }

    private void Heal()
    {
        _world.Note("all is made right");
        _world.HealedAt = _world.Now;
        _world.Trouble.Heal();
        _world.ProcessRestart = TimeSpan.FromMilliseconds(OneIn(2) ? _random.Next(100, 1000) : _random.Next(1000, 12_000));
        _world.Board.HasClock = true;
        _world.Board.Synchronise();
        _world.Lights.HasFailed = false;
        _world.Kiosk.PlugScanner(true);
        var printer = _world.Printer;
        (printer.EchoesToLose, printer.NextEchoDelay, printer.RefilledAfter) = (0, null, TimeSpan.FromSeconds(20));
        printer.Plug();
        printer.GetPower();
        if (printer.Unit.HasCutterError) SetCutterError(false);
        if (printer.Unit.Roll <= 0 || printer.Unit.IsCoverOpen) printer.Refill(5000);
        RestartIfJournalFailed();
    }
}
