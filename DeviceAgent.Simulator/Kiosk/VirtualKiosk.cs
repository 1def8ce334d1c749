using System.ComponentModel;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Interactive;
using DeviceAgent.Simulator.Printing;
using DeviceAgent.Simulator.Scanning;
using DeviceAgent.Simulator.Station;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>What a virtual kiosk is made of.</summary>
internal sealed record VirtualKioskOptions
{
    /// <summary>Path of device-agent.</summary>
    public required string Agent { get; init; }

    /// <summary>Orders that the platform knows; the first one's station is the kiosk's.</summary>
    public required IReadOnlyList<JsonObject> Orders { get; init; }

    /// <summary>Ship and train jobs whose orders the platform knows.</summary>
    public IReadOnlyList<JsonObject> Jobs { get; init; } = [];

    /// <summary>Bus tickets get their numbers, seats and gates from the station's ticketing system, not from the order.</summary>
    public bool StationAllocates { get; init; }

    /// <summary>The kiosk has an ID-card reader, and this comes to lie on it; null: it has none.</summary>
    public PresentedIdCard? IdCard { get; init; }

    /// <summary>The kiosk has a PN532 beside its scanner, and whoever comes has the code on a contactless card.</summary>
    public bool CodesAreOnCards { get; init; }

    /// <summary>The printer; a baud rate of 0 is for a line as fast as it comes.</summary>
    public SimulatedPrinterOptions Printer { get; init; } = new();

    /// <summary>"none": the scanner reads whatever is held in front of it; otherwise one of <see cref="TriggeredScanner.Kinds"/>.</summary>
    public string ScannerTrigger { get; init; } = "none";

    /// <summary>How long an interrupted order waits for its passenger; null: the agent's default.</summary>
    public TimeSpan? ResumeTimeout { get; init; }

    /// <summary>Cables are pulled again and again: the agent gives no device a rest, and goes on while many orders stand in doubt.</summary>
    public bool IsReplugged { get; init; }
}

/// <param name="Ready">READY=1 came.</param>
/// <param name="Ended">The process is gone; its exit code, 137 after SIGKILL.</param>
internal sealed record AgentStart(Task Ready, Task<int> Ended);

/// <summary>The run itself failed: no agent, not ready, no answer.</summary>
internal sealed class VirtualKioskException(string message) : Exception(message);

/// <summary>A kiosk without a board: the real agent as a process between simulated devices and a simulated platform.</summary>
/// <remarks>Owns all of it, the temporary folder too. The printer outlives the agent, as a powered printer does.</remarks>
internal sealed class VirtualKiosk : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(25);
    private readonly VirtualKioskOptions _options;
    private readonly TimeProvider _time;
    private readonly DatagramReceiver _notifications, _lights;
    private readonly GatewayAccount _account = new()
    {
        AppSecret = RandomNumberGenerator.GetHexString(32, lowercase: true),
        Session = RandomNumberGenerator.GetHexString(40, lowercase: true),
        PassengerCipher = new() { Key = RandomNumberGenerator.GetHexString(32, lowercase: true) },
    };
    private readonly string _stationToken = RandomNumberGenerator.GetHexString(40, lowercase: true);
    private PseudoTerminal? _printerLine = new(), _scannerLine = new();
    private readonly VirtualIdReader? _idReader;
    private readonly VirtualCardReader? _cardReader;
    private AgentProcess? _agent;
    private volatile TaskCompletionSource _ready = new();
    private volatile bool _repliesLost;

    private VirtualKiosk(VirtualKioskOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        TimeLine = new TimeLine(time);
        Lights = new LightHistory(TimeLine);
        Api = new AgentApi(Folder.ApiSocket);
        _notifications = new DatagramReceiver(Folder.NotifySocket, TakeNotification);
        _lights = new DatagramReceiver(Folder.LightsSocket, datagram =>
        {
            if (!Lights.Take(datagram)) TimeLine.Add($"lights: not understood: {datagram}");
        });
        Switches = new SimulatedSwitches(Folder.SwitchesSocket);
        Printer = new SimulatedPrinter(_printerLine, options.Printer, time);
        Scanner = new SimulatedScanner(_scannerLine);
        if (options.IdCard is { } card) _idReader = new VirtualIdReader(card, OrderFile.Text(OrderFile.Passengers(options.Orders[0])[^1], "rider_cert_number") ?? "");
        if (options.CodesAreOnCards) _cardReader = new VirtualCardReader();
        if (options.ScannerTrigger == "none") return;
        Triggered = TriggeredScanner.Of(options.ScannerTrigger, _scannerLine);
        Triggered.Start();
    }

    public KioskFolder Folder { get; } = new();

    public TimeLine TimeLine { get; }

    public LightHistory Lights { get; }

    /// <summary>Door, paper button and the supply's power-fail contact.</summary>
    public SimulatedSwitches Switches { get; }

    public SimulatedPrinter Printer { get; }

    public SimulatedScanner Scanner { get; }

    /// <summary>Reads in place of <see cref="Scanner"/> what is held in front of it; null where it has no trigger.</summary>
    public TriggeredScanner? Triggered { get; }

    public SimulatedGateway Gateway { get; private set; } = null!;

    /// <summary>The station's ticketing system: it decides about returns, and gives tickets where <see cref="VirtualKioskOptions.StationAllocates"/> is set.</summary>
    public SimulatedStation Station { get; private set; } = null!;

    public AgentApi Api { get; }

    /// <summary>It echoes process ids and counts its cuts exactly: no fate of a ticket has to stay unknown while it keeps its power.</summary>
    public bool PrinterProvesEverything => _options.Printer is { EchoesProcessId: true, TellsCutCounter: true, CutCounterStep: 1 };

    /// <summary>See <see cref="VirtualKioskOptions.StationAllocates"/>.</summary>
    public bool StationAllocates => _options.StationAllocates;

    public bool AgentRuns => _agent is { HasExited: false };

    /// <summary>Null when none was started.</summary>
    public int? AgentProcessId => _agent?.Id;

    /// <summary>All devices are there, the gateway and the station listen; the agent is not started.</summary>
    public static async Task<VirtualKiosk> CreateAsync(VirtualKioskOptions options, TimeProvider time)
    {
        var kiosk = new VirtualKiosk(options, time);
        kiosk.Gateway = await SimulatedGateway.StartAsync(new GatewayOptions { Account = kiosk._account }, time);
        var sold = options.Orders.ToDictionary(o => OrderFile.Text(o, "alitrip_order_id")!, o => (JsonObject)o.DeepClone(), StringComparer.Ordinal);
        foreach (var order in options.Orders) kiosk.Gateway.Ledger.Add(order);
        foreach (var job in options.Jobs) kiosk.Gateway.Ledger.AddJob(job);
        kiosk.Gateway.Finished += kiosk.TellRequest;
        kiosk.Station = await SimulatedStation.StartAsync(new StationOptions { Token = kiosk._stationToken }, time);
        kiosk.Station.Finished += kiosk.TellRequest;
        // What brought its own numbers the station learns of when it is issued, as it must know what may be returned.
        if (!options.StationAllocates)
        {
            kiosk.Gateway.Finished += request =>
            {
                if (request.Method == TopApi.BookOrder.Name && kiosk.Gateway.Ledger.Find(request.OrderNumber!) is { Outcome: "success" }
                    && kiosk.Station.Books.Find(request.OrderNumber!) is null && sold.TryGetValue(request.OrderNumber!, out var order)) kiosk.Station.Books.AddIssued(order);
            };
        }
        kiosk.Printer.PieceCut += piece => kiosk.TimeLine.Add($"printer: piece {piece.Number} cut, {piece.Lines.Count} lines{(piece.QrTexts.Count > 0 ? ", a ticket" : "")}");
        kiosk.Printer.PieceTorn += piece => kiosk.TimeLine.Add($"printer: piece {piece.Number} torn");
        kiosk.Printer.Start();
        kiosk.WriteFolder();
        return kiosk;
    }

    /// <exception cref="VirtualKioskException">It cannot be made.</exception>
    public async Task CreateJournalAsync(CancellationToken cancellationToken)
    {
        using var creation = StartProcess(["journal", "create", "--config", Folder.ConfigPath], notify: null);
        var code = await creation.WaitForExitAsync(cancellationToken);
        if (code != 0) throw new VirtualKioskException($"device-agent journal create ended with {code}");
        TimeLine.Add("journal made");
    }

    /// <summary>Starts the agent and waits for READY=1.</summary>
    /// <exception cref="VirtualKioskException">It ended before it was ready.</exception>
    public async Task StartAgentAsync(CancellationToken cancellationToken)
    {
        var start = LaunchAgent(cancellationToken);
        if (await Task.WhenAny(start.Ready, start.Ended) == start.Ended) throw new VirtualKioskException($"the agent ended with {await start.Ended} before it was ready");
    }

    /// <summary>Starts the agent and waits for nothing.</summary>
    public AgentStart LaunchAgent(CancellationToken cancellationToken)
    {
        var ready = _ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _printerLine?.ReleaseExclusiveUse();
        _scannerLine?.ReleaseExclusiveUse();
        _scannerLine?.DropUnread();
        _idReader?.Free();
        _cardReader?.Free();
        if (_repliesLost)
        {
            _printerLine?.DropUnread();
            Printer.LoseReplies(false);
            _repliesLost = false;
        }
        var agent = _agent = StartProcess(["run", "--config", Folder.ConfigPath, "--socket", Folder.ApiSocket], Folder.NotifySocket);
        TimeLine.Add($"agent started, process {agent.Id}");
        return new AgentStart(ready.Task, agent.WaitForExitAsync(cancellationToken));
    }

    /// <summary>A passenger presents a code. A scanner without a cable beeps, and that is all.</summary>
    public void Scan(string code)
    {
        if (_cardReader is null && _scannerLine is null) return;
        TimeLine.Add($"{(_cardReader is null ? "scanner" : "card")}: {code}");
        _idReader?.Present();
        if (_cardReader is not null) _cardReader.Present(code);
        else if (Triggered is { } triggered) triggered.Show(code);
        else Scanner.Scan(code);
    }

    /// <summary>The board loses power: SIGKILL, and what was on the wires is gone. The printer keeps what it took.</summary>
    /// <remarks>Returns when the agent is dead. May be called from the printer's events: then the printer takes nothing more until it is.</remarks>
    public void CutPower()
    {
        _agent?.Kill();
        LoseReplies();
        _printerLine?.DropBytesInFlight();
        _scannerLine?.DropBytesInFlight();
        Printer.MarkTorn();
        TimeLine.Add("power cut: the agent is dead, bytes in flight are gone");
    }

    /// <summary>SIGKILL to the agent alone: what it wrote is on the wire and arrives.</summary>
    /// <param name="repliesKept">
    /// What the printer says to nobody waits for the next program that opens the line, as in an adapter with a buffer of its own; otherwise it is lost, as at a closed UART.
    /// </param>
    /// <remarks>As for <see cref="CutPower"/>.</remarks>
    public void KillAgent(bool repliesKept)
    {
        _agent?.Kill();
        if (!repliesKept) LoseReplies();
        Printer.MarkTorn();
        TimeLine.Add($"the agent was killed, what the printer says meanwhile is {(repliesKept ? "kept" : "lost")}");
    }

    /// <summary>Pulls a device's cable, or plugs it in again under the same name.</summary>
    /// <exception cref="InvalidOperationException">It is so already.</exception>
    public void SetCable(PluggedDevice device, bool plugged)
    {
        ref var line = ref device == PluggedDevice.Printer ? ref _printerLine : ref _scannerLine;
        if (line is not null == plugged) throw new InvalidOperationException($"The {device} is {(plugged ? "plugged in" : "unplugged")} already.");
        line?.HangUp();
        line = plugged ? new PseudoTerminal() : null;
        Folder.PlugIn(device, line?.DevicePath);
        if (line is not null && device == PluggedDevice.Printer) Printer.Attach(line);
        else if (line is not null)
        {
            Scanner.Attach(line);
            Triggered?.Attach(line);
        }
        TimeLine.Add($"{(plugged ? "plugged in" : "unplugged")}: {device}");
    }

    /// <summary>SIGTERM.</summary>
    /// <returns>The exit code; null when no agent ran, or it had to be killed.</returns>
    public async Task<int?> StopAgentAsync()
    {
        if (_agent is not { HasExited: false } agent) return null;
        var ended = await agent.TerminateAsync(StopLimit, _time);
        TimeLine.Add(ended ? "agent stopped" : "agent did not stop and was killed");
        return ended ? await agent.WaitForExitAsync(CancellationToken.None) : null;
    }

    public async Task NetDownAsync()
    {
        await Gateway.GoDownAsync();
        TimeLine.Add("net down");
    }

    public async Task NetUpAsync()
    {
        await Gateway.ComeBackAsync();
        TimeLine.Add("net up");
    }

    public async ValueTask DisposeAsync()
    {
        await StopAgentAsync();
        _agent?.Dispose();
        Api.Dispose();
        await _notifications.DisposeAsync();
        await _lights.DisposeAsync();
        await Switches.DisposeAsync();
        Printer.Dispose();
        _printerLine?.Dispose();
        _scannerLine?.Dispose();
        _idReader?.Dispose();
        _cardReader?.Dispose();
        await Gateway.DisposeAsync();
        await Station.DisposeAsync();
        Folder.Dispose();
    }

    private void LoseReplies()
    {
        _repliesLost = true;
        Printer.LoseReplies(true);
    }

    private void WriteFolder()
    {
        var line = _options.Orders.Select(o => o["tvm_bus_line_info"] as JsonObject).FirstOrDefault(l => l is not null);
        Folder.PlugIn(PluggedDevice.Printer, _printerLine!.DevicePath);
        Folder.PlugIn(PluggedDevice.Scanner, _scannerLine!.DevicePath);
        Folder.WriteSecrets(_account, _stationToken);
        Folder.WriteConfig(_account, Gateway.Url, new KioskDevices
        {
            PrinterBaudRate = _options.Printer.BaudRate == 0 ? 115_200 : _options.Printer.BaudRate,
            XonXoff = _options.Printer.FlowControl == FlowControl.XonXoff,
            StationId = line is null ? null : OrderFile.Text(line, "start_station_id"),
            StationName = line is null ? null : OrderFile.Text(line, "start_station_name"),
            ResumeTimeout = _options.ResumeTimeout,
            Station = Station.Url,
            StationAllocates = _options.StationAllocates,
            ScannerTrigger = _options.ScannerTrigger,
            IsReplugged = _options.IsReplugged,
            IdReader = _idReader?.DevicePath,
            CardReader = _cardReader?.DevicePath,
        });
    }

    private AgentProcess StartProcess(IEnumerable<string> arguments, string? notify)
    {
        _agent?.Dispose();
        _agent = null;
        try
        {
            return AgentProcess.Start(_options.Agent, arguments, Folder.LogPath, notify, leaksAreLookedFor: _options.IsReplugged);
        }
        catch (Win32Exception e)
        {
            throw new VirtualKioskException($"{_options.Agent} cannot be started: {e.Message}");
        }
    }

    private void TakeNotification(string datagram)
    {
        foreach (var line in datagram.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("WATCHDOG", StringComparison.Ordinal)) continue;
            TimeLine.Add($"agent: {line}");
            if (line == "READY=1") _ready.TrySetResult();
        }
    }

    private void TellRequest(GatewayRequest request)
    {
        var result = request.ErrorCode is { } code ? $"error {code}" : request.ResultCode is { } word ? $"result {word}" : "no result";
        TimeLine.Add($"gateway: {request.Method ?? "not understood"}: {result}{(request.Answered ? "" : ", the answer is lost")}");
    }

    private void TellRequest(StationRequest request) =>
        TimeLine.Add($"station: {request.Operation?.ToString() ?? "not understood"}: {request.Status}{(request.Answered ? "" : ", the answer is lost")}");
}
