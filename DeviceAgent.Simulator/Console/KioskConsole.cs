namespace DeviceAgent.Simulator.Interactive;

/// <summary>Reads commands line by line and does them, one at a time, until the end of the input or <c>quit</c>.</summary>
public sealed class KioskConsole(IVirtualKiosk kiosk, KioskView view)
{
    public async Task RunAsync(TextReader input, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        while (await input.ReadLineAsync(cancellationToken) is { } line)
        {
            if (!KioskCommandLine.TryParse(line, out var command, out var error)) view.Complain(error);
            else if (command is QuitCommand) return;
            else await DoAsync(command, cancellationToken);
        }
    }

    private async Task DoAsync(KioskCommand command, CancellationToken cancellationToken)
    {
        try
        {
            if (await DispatchAsync(command, cancellationToken) is { } answer) view.Answer(answer);
        }
        catch (InvalidOperationException e)
        {
            view.Complain(e.Message);
        }
    }

    private async Task<string?> DispatchAsync(KioskCommand command, CancellationToken cancellationToken)
    {
        switch (command)
        {
            case HelpCommand: return KioskCommandLine.Help;
            case AskCommand ask: return await kiosk.AnswerAsync(ask.Question, cancellationToken);
            default:
                await ActAsync(command, cancellationToken);
                return null;
        }
    }

    private Task ActAsync(KioskCommand command, CancellationToken cancellationToken) => command switch
    {
        ScanCommand scan => kiosk.ScanAsync(scan.Code, cancellationToken),
        JobCommand job => kiosk.SubmitJobAsync(job.Job, cancellationToken),
        ReturnCommand back => kiosk.ReturnAsync(back.Code, cancellationToken),
        PaperCommand paper => kiosk.ChangePaperAsync(paper.Change, cancellationToken),
        CoverCommand cover => kiosk.SetCoverAsync(cover.Open, cancellationToken),
        CutterCommand cutter => kiosk.SetCutterAsync(cutter.Jammed, cancellationToken),
        NetCommand net => kiosk.SetNetworkAsync(net.Up, cancellationToken),
        SlowNetCommand slow => kiosk.SlowNetworkAsync(slow.Delay, cancellationToken),
        LoseAnswerCommand => kiosk.LoseNextAnswerAsync(cancellationToken),
        BanCommand ban => kiosk.BanAsync(ban.Duration, cancellationToken),
        ExpireSessionCommand => kiosk.ExpireSessionAsync(cancellationToken),
        AgentPowerCommand power => kiosk.SetAgentPowerAsync(power.On, cancellationToken),
        SupplyCommand supply => kiosk.SetSupplyAsync(supply.Fails, cancellationToken),
        DoorCommand door => kiosk.SetDoorAsync(door.Open, cancellationToken),
        ButtonCommand => kiosk.PressButtonAsync(cancellationToken),
        PrinterPowerCommand power => kiosk.SetPrinterPowerAsync(power.On, cancellationToken),
        CableCommand cable => kiosk.SetCableAsync(cable.Device, cable.Plugged, cancellationToken),
        _ => Task.CompletedTask,
    };
}
