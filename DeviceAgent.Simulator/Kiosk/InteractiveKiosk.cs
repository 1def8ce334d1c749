using System.Globalization;
using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Interactive;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>The virtual kiosk in the hands of a person at the console.</summary>
internal sealed class InteractiveKiosk : IVirtualKiosk, IDisposable
{
    private static readonly TimeSpan Steady = TimeSpan.FromMilliseconds(200), LongestHalf = TimeSpan.FromMilliseconds(1500);
    private readonly VirtualKiosk _kiosk;
    private readonly KioskView _view;
    private readonly TimeProvider _time;
    private readonly ITimer _look, _lookAgain;
    private bool _sessionExpired;

    public InteractiveKiosk(VirtualKiosk kiosk, KioskView view, TimeProvider time)
    {
        (_kiosk, _view, _time) = (kiosk, view, time);
        // One edge does not tell a steady light from a blinking one: it is looked at again when a blink would have shown.
        _look = time.CreateTimer(_ => ShowLights(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _lookAgain = time.CreateTimer(_ => ShowLights(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        kiosk.TimeLine.Added += Tell;
        kiosk.Printer.PieceCut += view.ShowTicket;
        kiosk.Printer.PieceTorn += view.ShowTicket;
        kiosk.Lights.Changed += LookSoon;
    }

    public Task ScanAsync(string code, CancellationToken cancellationToken) => Do(() => _kiosk.Scan(code));

    public async Task SubmitJobAsync(string job, CancellationToken cancellationToken)
    {
        JsonObject content;
        try
        {
            content = JobFile.Samples.Contains(job) ? JobFile.Sample(job, _time.GetUtcNow()) : JobFile.Read(job, _time.GetUtcNow());
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidOperationException(e.Message, e);
        }
        var (number, ledger) = (ExpectedJob.Of(content).OrderNumber, _kiosk.Gateway.Ledger);
        if ((ledger.Ships.Find(number) ?? ledger.Trains.Find(number)) is null) ledger.AddJob(content);
        Tell("job", await _kiosk.Api.SubmitJobAsync(content, cancellationToken));
    }

    public async Task ReturnAsync(string code, CancellationToken cancellationToken) => Tell("return", await _kiosk.Api.ReturnAsync(code, cancellationToken));

    public Task ChangePaperAsync(PaperChange change, CancellationToken cancellationToken) => Do(change switch
    {
        PaperChange.Out => () => _kiosk.Printer.PaperOut(inTheMiddle: false),
        PaperChange.OutInTicket => () => _kiosk.Printer.PaperOut(inTheMiddle: true),
        PaperChange.Load => _kiosk.Printer.LoadPaper,
        _ => _kiosk.Printer.NearEnd,
    });

    public Task SetCoverAsync(bool open, CancellationToken cancellationToken) => Do(open ? _kiosk.Printer.OpenCover : _kiosk.Printer.CloseCover);

    public Task SetCutterAsync(bool jammed, CancellationToken cancellationToken) => Do(() => _kiosk.Printer.CutterError(jammed));

    public Task SetNetworkAsync(bool up, CancellationToken cancellationToken) => up ? _kiosk.NetUpAsync() : _kiosk.NetDownAsync();

    public Task SlowNetworkAsync(TimeSpan delay, CancellationToken cancellationToken) => Do(() =>
    {
        _kiosk.Gateway.Faults.SwitchOff(GatewayFaultKind.Slow);
        if (delay > TimeSpan.Zero) _kiosk.Gateway.Faults.SwitchOn(GatewayFaultKind.Slow, length: delay);
    });

    public Task LoseNextAnswerAsync(CancellationToken cancellationToken) => Do(() =>
    {
        foreach (var report in TopApi.All.Where(a => a != TopApi.QueryOrder)) _kiosk.Gateway.Faults.Script(GatewayFaultKind.LoseAnswer, report.Name);
    });

    public Task BanAsync(TimeSpan duration, CancellationToken cancellationToken) => Do(() => _kiosk.Gateway.Faults.Ban(duration));

    // Asked for a second time, the session is valid again.
    public Task ExpireSessionAsync(CancellationToken cancellationToken) => Do(() =>
    {
        _sessionExpired = !_sessionExpired;
        if (_sessionExpired) _kiosk.Gateway.Faults.SwitchOn(GatewayFaultKind.ExpiredSession);
        else _kiosk.Gateway.Faults.SwitchOff(GatewayFaultKind.ExpiredSession);
        _view.Show("gateway", _sessionExpired ? "the session has expired" : "the session is valid again");
    });

    public async Task SetAgentPowerAsync(bool on, CancellationToken cancellationToken)
    {
        if (on == _kiosk.AgentRuns) throw new InvalidOperationException($"The machine is {(on ? "on" : "off")} already.");
        try
        {
            if (on) await _kiosk.StartAgentAsync(cancellationToken);
            else _kiosk.CutPower();
        }
        catch (VirtualKioskException e)
        {
            throw new InvalidOperationException($"{e.Message}; its log is {_kiosk.Folder.LogPath}", e);
        }
    }

    public Task SetSupplyAsync(bool fails, CancellationToken cancellationToken) => Do(() => _kiosk.Switches.Set("PowerFail", fails));

    public Task SetDoorAsync(bool open, CancellationToken cancellationToken) => Do(() => _kiosk.Switches.Set("Door", open));

    public Task PressButtonAsync(CancellationToken cancellationToken) => Do(() => _kiosk.Switches.Press("PaperButton"));

    public Task SetPrinterPowerAsync(bool on, CancellationToken cancellationToken) => Do(on ? _kiosk.Printer.PowerOn : _kiosk.Printer.PowerOff);

    public Task SetCableAsync(PluggedDevice device, bool plugged, CancellationToken cancellationToken) => Do(() => _kiosk.SetCable(device, plugged));

    public async Task<string> AnswerAsync(KioskQuestion question, CancellationToken cancellationToken) => question switch
    {
        KioskQuestion.Status => await _kiosk.Api.StatusTextAsync(cancellationToken) ?? "The agent does not answer.",
        KioskQuestion.Tickets => string.Join('\n', _kiosk.Printer.Pieces.Select(p => p.Render(80))),
        KioskQuestion.Ledger => Ledger(),
        _ => string.Join("  ", _kiosk.Lights.Now.Select(l => $"{l.Key} {l.Value}")),
    };

    public void Dispose()
    {
        _kiosk.TimeLine.Added -= Tell;
        _kiosk.Printer.PieceCut -= _view.ShowTicket;
        _kiosk.Printer.PieceTorn -= _view.ShowTicket;
        _kiosk.Lights.Changed -= LookSoon;
        _look.Dispose();
        _lookAgain.Dispose();
    }

    private void Tell(string what, AgentReply? reply)
    {
        _view.Show(what, reply switch { null => "the agent does not answer", { IsTaken: true } => "taken", _ => reply.Reason ?? $"refused ({reply.Status})" });
        foreach (var fault in reply?.Faults ?? []) _view.Show(what, fault);
    }

    private static Task Do(Action deed)
    {
        deed();
        return Task.CompletedTask;
    }

    private string Ledger()
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        foreach (var order in _kiosk.Gateway.Ledger.Orders) OnceReport.WriteLedger(text, order);
        foreach (var job in _kiosk.Gateway.Ledger.Ships.Orders.Concat(_kiosk.Gateway.Ledger.Trains.Orders)) OnceReport.WriteLedger(text, job);
        foreach (var order in _kiosk.Station.Books.Orders)
        {
            text.WriteLine("The station's books");
            OnceReport.WriteStation(text, order);
        }
        return text.ToString().TrimEnd();
    }

    private void Tell(TimeLineEntry entry)
    {
        // Paper is shown as it looks.
        if (entry.What.StartsWith("printer: ", StringComparison.Ordinal)) return;
        var colon = entry.What.IndexOf(": ", StringComparison.Ordinal);
        if (colon is > 0 and <= 8) _view.Show(entry.What[..colon], entry.What[(colon + 2)..]);
        else _view.Show("kiosk", entry.What);
    }

    private void LookSoon()
    {
        _view.ShowLights(_kiosk.Lights.Now.Where(l => l.Value is not (LightPattern.Off or LightPattern.Continuous)).Select(l => (l.Key, l.Value.ToString())));
        _look.Change(Steady, Timeout.InfiniteTimeSpan);
        _lookAgain.Change(LongestHalf, Timeout.InfiniteTimeSpan);
    }

    private void ShowLights() => _view.ShowLights(_kiosk.Lights.Now.Select(l => (l.Key, l.Value.ToString())));
}
