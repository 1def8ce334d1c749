using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Contactless;
using DeviceAgent.Drivers.Serial;

namespace DeviceAgent.Devices;

/// <summary>How the card reader is reached. Tests replace it.</summary>
public interface IContactlessPort
{
    /// <summary>For people: a serial line, or the name of a PC/SC reader.</summary>
    string Path { get; }

    /// <summary>The file whose coming makes it worth to try again.</summary>
    string Node { get; }

    /// <exception cref="DeviceLostException">It cannot be had now.</exception>
    ValueTask<ICardReader> OpenAsync(CancellationToken cancellationToken);

    /// <summary>What a loss means here, and what a technician can do; null: what it means for any device.</summary>
    string? Explain(DeviceLoss loss, bool wasOpen);
}

/// <summary>A PN532 on a serial line.</summary>
public sealed class Pn532Port(string path, SerialLineOptions line, Pn532Options options, TimeProvider time) : IContactlessPort
{
    public string Path => path;

    public string Node => path;

    public async ValueTask<ICardReader> OpenAsync(CancellationToken cancellationToken) =>
        await Pn532Reader.OpenAsync(DriverBackends.OpenSerial(path, line, time), path, options, time, cancellationToken);

    public string? Explain(DeviceLoss loss, bool wasOpen) => loss == DeviceLoss.Stalled
        ? "does not answer as a PN532 does: check power, TX and RX, the HSU switches (both off) and the baud rate"
        : null;
}

/// <summary>The readers that pcscd knows.</summary>
public sealed class PcscPort(PcscOptions options, TimeProvider time) : IContactlessPort
{
    public string Path => options.Reader.Length > 0 ? options.Reader : "PC/SC";

    public string Node => Environment.GetEnvironmentVariable("PCSCLITE_CSOCK_NAME") ?? PcscReader.ServiceSocket;

    public async ValueTask<ICardReader> OpenAsync(CancellationToken cancellationToken) => await PcscReader.OpenAsync(options, time, cancellationToken);

    public string? Explain(DeviceLoss loss, bool wasOpen) => PcscReader.FaultOf(loss, wasOpen) switch
    {
        PcscFault.NotInstalled => "libpcsclite.so.1 is not installed: install pcscd and libpcsclite1",
        PcscFault.NoService => "pcscd does not run: systemctl enable --now pcscd.socket",
        PcscFault.Denied => "pcscd refuses the agent: install the polkit rule 50-device-agent.rules",
        PcscFault.ServiceStopped => "pcscd has ended; it is looked for again",
        _ => "pcscd or the reader's driver does not answer",
    };
}
