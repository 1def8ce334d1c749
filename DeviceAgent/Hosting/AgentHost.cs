using System.Runtime.InteropServices;
using DeviceAgent.Devices;
using DeviceAgent.Drivers.Gpio;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Station;
using DeviceAgent.Platform.Sync;
using DeviceAgent.Technician;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Hosting;

/// <summary>The composition root: puts the parts together, runs them, and stops them in order.</summary>
internal sealed class AgentHost : IAsyncDisposable
{
    // systemd's TimeoutStopSec stands above all of them together; a part that does not stop in time ends with the process.
    private static readonly TimeSpan TicketInHandLimit = TimeSpan.FromSeconds(20), HardStopLimit = TimeSpan.FromSeconds(1), StopLimit = TimeSpan.FromSeconds(4);

    // Part of StopLimit.
    private static readonly TimeSpan ReportInHandLimit = TimeSpan.FromSeconds(3);

    private readonly AgentLoop _loop = new();
    private readonly KioskClock _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly SystemdNotifier _systemd;
    private readonly AgentJournal _journal;
    // The sender runs: only then can it answer the watchdog. Only the loop asks.
    private readonly CancellationTokenSource _journalFailed = new();
    private bool _sends;
    private readonly AgentGpio _gpio;
    private readonly GuidanceWithStatus _guidance;
    private readonly HttpClient _http;
    private readonly HttpClient? _stationHttp;
    private readonly PlatformLine _line;
    private readonly OutboxSender _sender;
    /// <summary>Of the notices to the station's system; null where there is none.</summary>
    private readonly OutboxSender? _notices;
    private readonly AgentDevices _devices;
    /// <summary>Null where there is no ID-card reader.</summary>
    private readonly IdCardStation? _idCards;
    private readonly PrinterStation _printer;
    private readonly ScannerStation _scanner;
    private readonly IssuanceDesk _desk;
    private readonly PaperButton? _paperButton;
    private readonly LocalApi _api;
    private readonly ClockWatch _clockWatch;
    private readonly JournalUpkeep _upkeep;
    private readonly HttpMessageInvoker _alertHttp;
    private readonly WebhookAlarms _alarms;
    private readonly Watchdog? _watchdog;

    private AgentHost(AgentOptions options, Credentials credentials, AgentJournal journal, KioskClock clock, string socketPath, ILoggerFactory loggers)
    {
        _time = clock;
        _loggers = loggers;
        _logger = loggers.CreateLogger("agent");
        var environment = AgentSetUp.EnvironmentVariables();
        _systemd = new(environment.GetValueOrDefault("NOTIFY_SOCKET"));
        _journal = journal;
        if (journal.Journal.LastTime is { } last) _time.NotBefore(last);
        GpioLines.Backend = options.GpioBackend;
        _alertHttp = WebhookAlarms.Http(options.Alerts, _time);
        _alarms = new(options.Kiosk.Id, options.Alerts, _alertHttp, () => credentials.AlertToken, _time, Random.Shared, loggers.CreateLogger("alarms"));
        var gateway = options.Gateway.Client;
        _http = new(TopClient.CreateHandler(gateway, _time)) { Timeout = Timeout.InfiniteTimeSpan };
        var cipher = TrainCipher.TryCreate(options.Train.Cipher, credentials.TrainKey, out var trainUnreportable);
        var api = new PlatformApi(new TopClient(_http, gateway, credentials, _time), cipher, _time, loggers.CreateLogger<PlatformApi>())
        {
            WhyNoCipher = trainUnreportable ?? "",
        };
        var outbox = options.Outbox with { StopGrace = ReportInHandLimit };
        _line = new(api, _time, Random.Shared);
        _sender = new(journal.Journal, ReportRoutes.ToPlatform(_line, options.Train.ResendIsSafe), outbox, _time, Random.Shared, loggers.CreateLogger("outbox"))
        {
            Parked = RaiseParked,
            StateChanged = OnSenderChanged,
        };
        if (options.Station.Url is not null) _stationHttp = new(TopClient.CreateHandler(new() { ConnectTimeout = options.Station.Timeout }, _time)) { Timeout = Timeout.InfiniteTimeSpan };
        var station = _stationHttp is null ? null : new StationClient(_stationHttp, options.Station, () => credentials.StationToken, _time, loggers.CreateLogger<StationClient>());
        if (station is not null)
        {
            // The limit is the app key's; the station has none that we know of.
            _notices = new(journal.Journal.StationNotices, ReportRoutes.ToStation(station), outbox with { RequestInterval = TimeSpan.Zero }, _time, Random.Shared, loggers.CreateLogger("notices"))
            {
                Parked = RaiseParked,
                StateChanged = OnNoticesChanged,
            };
        }
        _devices = new(options, _time, loggers);
        _gpio = new(options, _devices, _time, loggers);
        _gpio.Changed += OnInputsChanged;
        _guidance = new(_gpio, _systemd);
        if (options.IdCards is { Path: { } path } idCards)
            _idCards = _devices.Add(new IdCardStation(new SerialIdCardPort(path, idCards.Line, idCards.Reader, _time), idCards.PollInterval, _devices.Around("id-cards")));
        var protocol = options.Printer.Protocol with { KnownUnit = KnownUnit };
        _printer = _devices.Add(new PrinterStation(new EscPosPort(options.Printer.Path, options.Printer.Line, protocol, _time), _devices.Around("printer") with { Power = _gpio.PrinterPower }, Random.Shared)
        {
            Complement = _gpio.WithPaperSwitches,
        });
        _desk = new(Surroundings(options, station, trainUnreportable, loggers), options.Issuance,
            options.Orders with { TicketsAreAllocated = options.Station is { Url: not null, Allocates: true } });
        if (_gpio.Inputs is { } inputs && inputs.IsConfigured(KioskInput.PaperButton)) _paperButton = new(inputs, _printer, _desk.ChangePaperAsync, loggers.CreateLogger("paper"));
        _upkeep = new(journal.Journal, options.Journal, () => _time.IsTrusted && _desk.State is { InHand: null }, _time, loggers.CreateLogger("journal"));
        _line.Changed = OnLineChanged;
        _line.Banned = _sender.HeedBan;
        _time.Trusted += OnClockTrusted;
        _clockWatch = new(_time, new GatewayDate(gateway, _time), _alarms, Random.Shared, loggers.CreateLogger("clock"));
        _scanner = _devices.Add(new ScannerStation(options.Scanner.Port(_time), code => _desk.Offer(code), () => _desk.TakesCodes, _devices.Around("scanner")));
        _desk.TakesCodesChanged += _scanner.Reconsider;
        // A card without a code is shown like a code that is none.
        _devices.AddContactless(code => _desk.Offer(code), () => _desk.Offer(""));
        _api = new(socketPath, Technician(options, credentials, station is not null), _time, loggers);
        if (Watchdog.LimitFrom(environment, Environment.ProcessId) is { } limit)
            _watchdog = new(limit, [new("issuance", _desk.AnswerProbeAsync), new("outbox", AnswerForSenderAsync)], _systemd, _time, loggers.CreateLogger("watchdog"));
    }

    private AgentDesk Technician(AgentOptions options, Credentials credentials, bool hasStation) =>
        new(_loop, _desk, _journal.Journal, _time, options.Kiosk.Id)
        {
            Printer = _printer,
            Scanner = _scanner,
            Devices = _devices,
            Line = _line,
            Sender = _sender,
            HasStation = hasStation,
            Alarms = _alarms,
            WakeSenders = WakeSenders,
            ReplaceSession = credentials.SetSession,
        };

    private DeskSurroundings Surroundings(AgentOptions options, StationClient? station, string? trainUnreportable, ILoggerFactory loggers)
    {
        var reserve = new DiskReserve(options.State.Folder, options.Journal.DiskReserveBytes);
        return new()
        {
            Journal = _journal.Journal,
            CheckJournal = _journal.CheckAsync,
            JournalFailed = _journalFailed.Cancel,
            UnseenCutsAllowed = options.Journal.UnseenCutsAllowed,
            Platform = _line,
            Printer = _printer,
            Guidance = _guidance,
            DoorIsOpen = () => _gpio.DoorIsOpen,
            PowerIsFailing = () => _gpio.PowerIsFailing,
            Templates = PaperSetUp.Templates(options, loggers.CreateLogger("paper")),
            PassengerCheck = _idCards is null ? new CodeIsEnough() : new IdCardCheck(_idCards, options.IdCards.Step, _time),
            Claims = new SoleIssuer(),
            Allocation = station is not null && options.Station.Allocates ? new StationAllocation(station, options.Kiosk.Id, options.Station.Patience, _time) : new TicketsFromOrder(),
            Station = station,
            StationPatience = options.Station.Patience,
            KioskId = options.Kiosk.Id,
            TrainUnreportable = trainUnreportable,
            Returns = options.Returns,
            Stock = options.Stock,
            Time = _time,
            Logger = loggers.CreateLogger("desk"),
            WakeSender = WakeSenders,
            SenderHold = () => _sender.Hold?.Reason,
            PlatformSilentFor = () => _line.SilentFor,
            ClockIsTrusted = () => _time.IsTrusted,
            DiskReserveUsed = () => reserve.IsUsed,
            Alarms = _alarms,
            MaxReports = options.Outbox.MaxReports,
        };
    }

    private void WakeSenders()
    {
        _sender.Wake();
        _notices?.Wake();
    }

    /// <summary>`device-agent run`.</summary>
    /// <returns>An exit code.</returns>
    public static async Task<int> RunAsync(string configPath, string socketPath, CancellationToken cancellationToken)
    {
        if (AgentSetUp.Load(configPath, secretsRequired: true) is not { Options: { } options, Credentials: { } credentials }) return ExitCodes.Configuration;
        using var loggers = AgentLogging.Create();
        var logger = loggers.CreateLogger("agent");
        try
        {
            var clock = KioskClock.OfThisMachine(options.Clock);
            var journal = AgentJournal.Open(options, credentials, BoardIdentity.Read(), clock);
            await using var host = new AgentHost(options, credentials, journal, clock, socketPath, loggers);
            await host.RunAsync(cancellationToken);
            return ExitCodes.Ok;
        }
        catch (JournalException e)
        {
            logger.JournalNotOpened(e.Reason, e.Message);
            return ExitCodes.Journal;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        _paperButton?.Dispose();
        _desk.Dispose();
        _http.Dispose();
        _stationHttp?.Dispose();
        _alertHttp.Dispose();
        _gpio.Dispose();
        _devices.Dispose();
        _journal.Dispose();
        _journalFailed.Dispose();
        _systemd.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var stopAsked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, AskToStop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, AskToStop);
        await using var cancelled = cancellationToken.Register(() => stopAsked.TrySetResult());
        void AskToStop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopAsked.TrySetResult();
        }

        using var stop = new CancellationTokenSource();
        var desk = _loop.Start(_desk.RunAsync);
        var sender = _loop.Start(() => SendAsync(_sender, stop.Token));
        var notices = _loop.Start(() => _notices is null ? Idle(stop.Token) : SendAsync(_notices, stop.Token));
        var devices = _loop.Start(() => _devices.RunAsync(stop.Token));
        var line = _loop.Start(() => _line.RunAsync(stop.Token));
        var upkeep = _loop.Start(() => WithJournalAsync(_upkeep.RunAsync, stop.Token));
        var clock = _loop.Start(() => _clockWatch.RunAsync(stop.Token));
        var alarms = _loop.Start(() => _alarms.RunAsync(stop.Token));
        await _api.StartAsync(cancellationToken);
        _systemd.Ready();
        _logger.Ready(AgentVersion.Text);
        var watchdog = _watchdog?.RunAsync(stop.Token) ?? Task.CompletedTask;

        // None of these ends by itself: one that does has met what no rule provides for, and the process ends with it.
        var first = await Task.WhenAny(stopAsked.Task, desk, sender, notices, upkeep, devices, line, clock, alarms);
        _systemd.Stopping();
        _logger.Stopping();
        await StopDeskAsync(desk);
        await stop.CancelAsync();
        await Task.WhenAll(desk, sender, notices, upkeep, devices, line, clock, alarms, watchdog).WaitAsync(StopLimit, _time, CancellationToken.None);
        await first;
    }

    /// <summary>The ticket in hand is finished; what takes longer stays open in the journal and is settled at the next start.</summary>
    private async Task StopDeskAsync(Task desk)
    {
        await _loop.Start(() =>
        {
            _desk.Stop();
            return Task.CompletedTask;
        });
        if (await EndsWithinAsync(desk, TicketInHandLimit)) return;
        _logger.StoppedHard(TicketInHandLimit);
        _desk.StopHard();
        await EndsWithinAsync(desk, HardStopLimit);
    }

    private async Task<bool> EndsWithinAsync(Task task, TimeSpan limit) =>
        await Task.WhenAny(task, Task.Delay(limit, _time)) == task;

    private Task SendAsync(OutboxSender sender, CancellationToken stop) => WithJournalAsync(async end =>
    {
        _sends |= sender == _sender;
        try
        {
            await sender.RunAsync(end);
        }
        finally
        {
            _sends &= sender != _sender;
        }
    }, stop);

    /// <summary>Works with the journal once it is checked. One that cannot be written stops the issuing, not the agent: a technician must be able to ask it why.</summary>
    private async Task WithJournalAsync(Func<CancellationToken, Task> work, CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop, _journalFailed.Token);
        try
        {
            await _desk.JournalChecked.WaitAsync(end.Token);
            await work(end.Token);
        }
        catch (JournalException e)
        {
            _desk.FailJournal(e);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Stopped, or there is no journal to work with.
        }
        await Idle(stop);
    }

    private async Task Idle(CancellationToken stop) =>
        await Task.Delay(Timeout.InfiniteTimeSpan, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    /// <summary>What a unit can do is asked of it once. Before the check is over nobody may enter the journal: then it is asked again.</summary>
    private PrinterCapabilities? KnownUnit(string serial)
    {
        if (!_desk.JournalChecked.IsCompletedSuccessfully) return null;
        try
        {
            return PrinterCapabilities.TryParse(_journal.Journal.FindPrinter(serial)?.Capabilities);
        }
        catch (JournalException)
        {
            return null;
        }
    }

    private void OnInputsChanged()
    {
        _printer.LookAgain();
        _sender.IsPaused = _gpio.PowerIsFailing;
        if (_notices is not null) _notices.IsPaused = _gpio.PowerIsFailing;
        _guidance.TellStatus();
        _desk.Reconsider();
    }

    private void OnLineChanged()
    {
        if (_line.SilentFor is null) _sender.Wake();
        _desk.Reconsider();
    }

    private void OnClockTrusted()
    {
        _desk.Reconsider();
        // The platform's certificates are judged by the clock.
        _sender.Wake();
    }

    private void RaiseParked(OutboxReport report, ParkReason reason) => _alarms.Raise(ParkedReports.AlarmOf(report.Id, report.OrderNumber, report.Kind, reason, _time.GetUtcNow()));

    private void OnNoticesChanged(SenderState state)
    {
        if (state.Hold is { } hold) _alarms.Raise(new(AlarmKind.NoticesHeld, null, hold.Fault.ToString(), hold.Since));
        else _alarms.Clear(AlarmKind.NoticesHeld, null);
    }

    private void OnSenderChanged(SenderState state)
    {
        _desk.Reconsider();
        if (state.Hold is { } hold) _alarms.Raise(new(AlarmKind.ReportsHeld, null, hold.Reason.ToString(), hold.Since));
        else _alarms.Clear(AlarmKind.ReportsHeld, null);
    }

    // A sender that waits for the journal, or has none, keeps nobody from living: then the loop itself answers.
    private async ValueTask<bool> AnswerForSenderAsync(CancellationToken cancellationToken) =>
        !await _loop.AskAsync(() => _sends, cancellationToken)
        || await _sender.AnswerProbeAsync(cancellationToken)
        || !await _loop.AskAsync(() => _sends, cancellationToken);

    /// <summary>What the lights show also stands in systemd's status line.</summary>
    private sealed class GuidanceWithStatus(AgentGpio gpio, SystemdNotifier systemd) : IPassengerGuidance
    {
        private Guidance _shown;
        private string? _told;

        public void Show(Guidance guidance)
        {
            gpio.Guidance.Show(guidance);
            _shown = guidance;
            TellStatus();
        }

        public void TellStatus()
        {
            var text = gpio.PowerIsFailing ? $"{_shown}; the power fails" : _shown.ToString();
            if (_told == text) return;
            _told = text;
            systemd.Status(text);
        }
    }
}

internal static class AgentLogging
{
    /// <summary>One line for each event: with journald's priorities where systemd reads standard output, with the time elsewhere.</summary>
    public static ILoggerFactory Create() => LoggerFactory.Create(logging =>
    {
        logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning);
        if (Environment.GetEnvironmentVariable("JOURNAL_STREAM") is not null) logging.AddSystemdConsole();
        else logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.UseUtcTimestamp) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ ", true));
    });
}

internal static partial class HostLog
{
    [LoggerMessage(1001, LogLevel.Information, "device-agent {Version} is ready")]
    internal static partial void Ready(this ILogger logger, string version);

    [LoggerMessage(1002, LogLevel.Information, "Stopping: the ticket in hand is finished first")]
    internal static partial void Stopping(this ILogger logger);

    [LoggerMessage(1003, LogLevel.Warning, "The ticket in hand was not finished within {Limit}: it is settled at the next start")]
    internal static partial void StoppedHard(this ILogger logger, TimeSpan limit);

    [LoggerMessage(1004, LogLevel.Critical, "The journal cannot be opened ({Reason}): {Message}")]
    internal static partial void JournalNotOpened(this ILogger logger, JournalFailure reason, string message);
}
