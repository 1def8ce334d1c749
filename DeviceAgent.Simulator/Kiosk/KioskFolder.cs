#pragma warning disable CA1416 // The simulator runs on Linux alone.
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Simulator.Gateway;
using DeviceAgent.Simulator.Interactive;

namespace DeviceAgent.Simulator.Kiosk;

/// <summary>What agent.json says about the devices and the place.</summary>
internal sealed record KioskDevices
{
    /// <summary>Bits a second.</summary>
    public required int PrinterBaudRate { get; init; }
    public required bool XonXoff { get; init; }
    public string? StationId { get; init; }
    public string? StationName { get; init; }
    /// <summary>Path of the ID-card reader; null: there is none.</summary>
    public string? IdReader { get; init; }
    /// <summary>Path of the PN532; null: there is none.</summary>
    public string? CardReader { get; init; }
    /// <summary>How long an interrupted order waits for its passenger; null: the agent's default.</summary>
    public TimeSpan? ResumeTimeout { get; init; }
    /// <summary>Base address of the station's ticketing system, which decides about returns.</summary>
    public required Uri Station { get; init; }
    /// <summary>Numbers, seats and gates of bus tickets come from there, too.</summary>
    public required bool StationAllocates { get; init; }
    /// <summary>See <see cref="VirtualKioskOptions.ScannerTrigger"/>.</summary>
    public required string ScannerTrigger { get; init; }
    /// <summary>See <see cref="VirtualKioskOptions.IsReplugged"/>.</summary>
    public bool IsReplugged { get; init; }
}

/// <summary>Everything that the virtual kiosk has on disk, in one temporary folder of mode 0700.</summary>
internal sealed class KioskFolder : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Root { get; } = Directory.CreateTempSubdirectory("kiosk-").FullName;

    public string State => Path.Combine(Root, "state");

    public string ConfigPath => Path.Combine(Root, "agent.json");

    public string LogPath => Path.Combine(Root, "agent.log");

    /// <summary>What happened at the kiosk, for whoever reads the agent's log beside it.</summary>
    public string TimeLinePath => Path.Combine(Root, "kiosk.log");

    public string ApiSocket => Path.Combine(Root, "agent.sock");

    public string NotifySocket => Path.Combine(Root, "notify.sock");

    public string LightsSocket => Path.Combine(Root, "lights.sock");

    public string SwitchesSocket => Path.Combine(Root, "switches.sock");

    /// <summary>The device's name that stays when it is plugged in again, as those below /dev/serial/by-id do.</summary>
    public string DevicePath(PluggedDevice device) => Path.Combine(Root, device == PluggedDevice.Printer ? "printer" : "scanner");

    /// <summary>Kept for whoever looks for what went wrong.</summary>
    public bool Keep { get; set; }

    /// <param name="node">Null when the cable is pulled.</param>
    public void PlugIn(PluggedDevice device, string? node)
    {
        File.Delete(DevicePath(device));
        if (node is not null) File.CreateSymbolicLink(DevicePath(device), node);
    }

    /// <param name="stationToken">What the station knows the kiosk by.</param>
    public void WriteSecrets(GatewayAccount account, string stationToken)
    {
        const UnixFileMode privateFolder = Private | UnixFileMode.UserExecute;
        Directory.CreateDirectory(State, privateFolder);
        var secrets = Directory.CreateDirectory(Path.Combine(State, "secrets"), privateFolder).FullName;
        Write(Path.Combine(secrets, "top-app-secret"), account.AppSecret);
        Write(Path.Combine(secrets, "top-session"), account.Session);
        Write(Path.Combine(secrets, "station-token"), stationToken);
        Write(Path.Combine(secrets, "train-key"), account.PassengerCipher.Key);
    }

    /// <summary>agent.json for the virtual kiosk: its devices, and waits short enough to watch.</summary>
    public void WriteConfig(GatewayAccount account, Uri gateway, KioskDevices devices)
    {
        static JsonArray List(string? only) => only is null ? [] : [JsonValue.Create(only)];
        var config = new JsonObject
        {
            ["Kiosk"] = new JsonObject { ["Id"] = "K-SIM", ["Hotline"] = "400-000-0000" },
            [nameof(State)] = new JsonObject { ["Folder"] = State },
            ["Gateway"] = new JsonObject { ["Url"] = gateway.ToString(), ["AppKey"] = account.AppKey, ["Timeout"] = "00:00:05" },
            ["Orders"] = new JsonObject
            {
                // An order from a file may be numbered as its author likes.
                ["CodePatterns"] = List("^(?<order>[0-9A-Za-z_-]{1,32})$"),
                ["StationIds"] = List(devices.StationId),
                ["StationNames"] = List(devices.StationId is null ? devices.StationName ?? "-" : null),
                ["LookUpsPerMinute"] = 600,
            },
            // The simulated gateway speaks plain http, which vouches for nothing.
            ["Clock"] = new JsonObject { ["Trust"] = "Always" },
            ["Claims"] = new JsonObject { ["Mode"] = "SoleIssuer" },
            ["Scanner"] = new JsonObject { ["Path"] = DevicePath(PluggedDevice.Scanner), ["Suffix"] = "CR", ["Trigger"] = devices.ScannerTrigger },
            ["Printer"] = new JsonObject { ["Path"] = DevicePath(PluggedDevice.Printer), ["BaudRate"] = devices.PrinterBaudRate, ["FlowControl"] = devices.XonXoff ? "XonXoff" : "None" },
            ["Lights"] = new JsonObject { ["Backend"] = "Simulated", ["Path"] = LightsSocket },
            ["Inputs"] = new JsonObject
            {
                ["Backend"] = "Simulated",
                ["Path"] = SwitchesSocket,
                // The roll is the printer's to tell of.
                ["Lines"] = new JsonObject(SimulatedSwitches.Names.Select(n => KeyValuePair.Create(n, (JsonNode?)new JsonObject()))),
            },
            ["Station"] = new JsonObject { ["Url"] = devices.Station.ToString(), ["Allocates"] = devices.StationAllocates, ["Timeout"] = "00:00:05" },
            ["Returns"] = new JsonObject { ["Mode"] = "Scanner" },
            ["Train"] = Train(account.PassengerCipher),
            ["Outbox"] = new JsonObject { ["FirstRetryDelay"] = "00:00:01", ["MaxRetryDelay"] = "00:00:05" },
        };
        if (devices.IdReader is { } idReader) config["IdCards"] = new JsonObject { ["Path"] = idReader, ["Timeout"] = "00:00:05" };
        if (devices.CardReader is { } cardReader) config["Contactless"] = new JsonObject { ["Kind"] = "Pn532", ["Path"] = cardReader };
        var issuance = new JsonObject();
        if (devices.ResumeTimeout is { } resume) issuance["ResumeTimeout"] = resume.ToString("c");
        if (devices.IsReplugged)
        {
            issuance["MaxInDoubt"] = 100;
            config["Devices"] = new JsonObject { ["FlapLosses"] = 50, ["FlapWindow"] = "00:00:10" };
        }
        config["Issuance"] = issuance;
        Write(ConfigPath, config.ToJsonString(new JsonSerializerOptions { WriteIndented = true }));
    }

    /// <summary>The last lines of the agent's log.</summary>
    public IReadOnlyList<string> LogTail(int lines) => File.Exists(LogPath) ? [.. File.ReadLines(LogPath).TakeLast(lines)] : [];

    public void Dispose()
    {
        if (!Keep) Directory.Delete(Root, recursive: true);
    }

    private static JsonObject Train(PassengerCipher cipher)
    {
        var train = new JsonObject
        {
            ["Mode"] = cipher.Iv is null ? "Ecb" : "Cbc",
            ["KeyForm"] = PassengerCipher.IsHexBlock(cipher.Key) ? "Hex" : "Text",
            ["Output"] = cipher.Form.ToString(),
        };
        if (cipher.Iv is { } iv) train["Iv"] = iv;
        return train;
    }

    private static void Write(string path, string text)
    {
        using var writer = new StreamWriter(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Private });
        writer.Write(text);
    }
}
