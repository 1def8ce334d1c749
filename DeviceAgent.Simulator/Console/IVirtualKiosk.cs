namespace DeviceAgent.Simulator.Interactive;

/// <summary>What a person can do to the virtual kiosk, and ask of it.</summary>
/// <remarks>
/// A deed that makes no sense now (a plug that is already pulled) throws <see cref="InvalidOperationException"/> with a text for
/// the person; the console shows it and goes on. The questions answer with text to be shown as it is.
/// </remarks>
public interface IVirtualKiosk
{
    Task ScanAsync(string code, CancellationToken cancellationToken);

    /// <param name="job">A file, or the name of a sample.</param>
    Task SubmitJobAsync(string job, CancellationToken cancellationToken);

    /// <param name="code">What a printed ticket's code holds, or an order's number.</param>
    Task ReturnAsync(string code, CancellationToken cancellationToken);

    Task ChangePaperAsync(PaperChange change, CancellationToken cancellationToken);

    Task SetCoverAsync(bool open, CancellationToken cancellationToken);

    Task SetCutterAsync(bool jammed, CancellationToken cancellationToken);

    Task SetNetworkAsync(bool up, CancellationToken cancellationToken);

    /// <param name="delay">Of each answer; zero is a network as it should be.</param>
    Task SlowNetworkAsync(TimeSpan delay, CancellationToken cancellationToken);

    Task LoseNextAnswerAsync(CancellationToken cancellationToken);

    Task BanAsync(TimeSpan duration, CancellationToken cancellationToken);

    Task ExpireSessionAsync(CancellationToken cancellationToken);

    Task SetAgentPowerAsync(bool on, CancellationToken cancellationToken);

    /// <summary>The supply's warning, while what its capacitors hold is left.</summary>
    Task SetSupplyAsync(bool fails, CancellationToken cancellationToken);

    /// <summary>The kiosk's own door.</summary>
    Task SetDoorAsync(bool open, CancellationToken cancellationToken);

    /// <summary>"Paper was loaded."</summary>
    Task PressButtonAsync(CancellationToken cancellationToken);

    Task SetPrinterPowerAsync(bool on, CancellationToken cancellationToken);

    Task SetCableAsync(PluggedDevice device, bool plugged, CancellationToken cancellationToken);

    Task<string> AnswerAsync(KioskQuestion question, CancellationToken cancellationToken);
}
