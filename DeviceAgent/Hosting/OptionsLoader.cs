using System.Text;
using DeviceAgent.Issuance;

namespace DeviceAgent.Hosting;

/// <summary>The options, or everything that is wrong with them.</summary>
/// <param name="Options">Null exactly when there are mistakes.</param>
/// <param name="Credentials">Null exactly when there are mistakes.</param>
public sealed record OptionsResult(AgentOptions? Options, Credentials? Credentials, IReadOnlyList<OptionsMistake> Mistakes)
{
    /// <summary>One line for each mistake.</summary>
    public void WriteMistakes(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        foreach (var mistake in Mistakes) writer.WriteLine(mistake);
    }
}

/// <summary>Reads agent.json, the environment and the credentials; finds all mistakes at once.</summary>
public static class OptionsLoader
{
    /// <summary>Mistakes told at once; a file that is no configuration at all has no end of them.</summary>
    internal const int MaxMistakes = 100;

    /// <param name="configPath">agent.json.</param>
    /// <param name="environment">All variables of the process.</param>
    /// <param name="credentialsDirectory">$CREDENTIALS_DIRECTORY; null where systemd gives none.</param>
    /// <param name="secretsRequired">Whether a missing app secret is a mistake. Making the journal does not need it.</param>
    public static OptionsResult Load(string configPath, IReadOnlyDictionary<string, string> environment, string? credentialsDirectory, bool secretsRequired = true)
    {
        ArgumentNullException.ThrowIfNull(configPath);
        ArgumentNullException.ThrowIfNull(environment);
        var mistakes = new List<OptionsMistake>();
        return Finish(ConfigFile.Read(configPath, mistakes), environment, credentialsDirectory, secretsRequired, mistakes);
    }

    internal static OptionsResult Parse(ReadOnlySpan<byte> utf8, IReadOnlyDictionary<string, string> environment, string? credentialsDirectory, bool secretsRequired)
    {
        var mistakes = new List<OptionsMistake>();
        return Finish(ConfigFile.Parse(utf8, "agent.json", mistakes), environment, credentialsDirectory, secretsRequired, mistakes);
    }

    private static OptionsResult Finish(
        ConfigNode? root, IReadOnlyDictionary<string, string> environment, string? credentialsDirectory, bool secretsRequired, List<OptionsMistake> mistakes)
    {
        // Without the file's values most keys would seem missing: only what is wrong in the environment itself is told then.
        ConfigEnvironment.Overlay(root ?? new ConfigNode(ConfigKind.Object, "", ""), environment, mistakes);
        if (root is null) return new(null, null, mistakes);
        var options = ReadAll(new SectionReader("", root, mistakes));
        var credentials = new Credentials(options.Gateway.AppKey, credentialsDirectory, options.State.Folder);
        mistakes.AddRange(credentials.Check(secretsRequired));
        if (mistakes.Count == 0) return new(options, credentials, []);
        if (mistakes.Count > MaxMistakes)
        {
            var more = mistakes.Count - MaxMistakes;
            mistakes.RemoveRange(MaxMistakes, more);
            mistakes.Add(new("configuration", null, $"has {more} more mistakes", "not shown"));
        }
        return new(null, null, mistakes);
    }

    private static AgentOptions ReadAll(SectionReader root)
    {
        var options = new AgentOptions
        {
            Kiosk = Kiosk(root.Section("Kiosk")),
            State = new StateOptions { Folder = root.Section("State").AbsolutePath("Folder", "/var/lib/device-agent") },
            Gateway = Gateway(root.Section("Gateway")),
            Orders = Orders(root.Section("Orders")),
            Claims = Claims(root.Section("Claims")),
            Scanner = Scanner(root.Section("Scanner")),
            Printer = Printer(root.Section("Printer")),
            Lights = Lights(root.Section("Lights")),
            Issuance = IssuanceTimes(root.Section("Issuance")),
            Outbox = Outbox(root.Section("Outbox")),
            Journal = new JournalSection { WalAutoCheckpointPages = root.Section("Journal").Whole("WalAutoCheckpointPages", 1000, 10, 100_000) },
        };
        if (options.Printer.Path.Length > 0 && options.Printer.Path == options.Scanner.Path) root.Refuse("Printer:Path", "must not be the scanner's");
        root.Close();
        return options;
    }

    private static KioskOptions Kiosk(SectionReader section) => new()
    {
        Id = section.Text("Id", null, TextRule.Word(32, ".-_")),
        Hotline = section.Text("Hotline", "", TextRule.Printable(0, 32)),
    };

    private static GatewaySection Gateway(SectionReader section) => new()
    {
        Url = new Uri(section.Text("Url", GatewaySection.DefaultUrl, GatewayUrl)),
        AppKey = section.Text("AppKey", null, TextRule.Word(64, "")),
        SignMethod = section.OneOf("SignMethod", SignMethod.HmacSha256, ("hmac-sha256", SignMethod.HmacSha256), ("hmac", SignMethod.HmacMd5), ("md5", SignMethod.Md5)),
        Timeout = section.Time("Timeout", TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2)),
    };

    // User and password in an address are a secret in the wrong place; a query or fragment would be signed by nobody.
    private static TextRule GatewayUrl { get; } = TextRule.Matching(
        "must be an https address without user, query and fragment (http only for this machine), at most 512 characters",
        t => t.Length <= 512 && Uri.TryCreate(t, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))
            && uri.UserInfo.Length == 0 && uri.Query.Length == 0 && uri.Fragment.Length == 0) with
    { MayShow = t => !t.Contains('@') && !t.Contains('?') };

    private static OrderOptions Orders(SectionReader section)
    {
        var orders = new OrderOptions
        {
            CodePatterns = section.Patterns("CodePatterns", [OrderOptions.DefaultCodePattern], OrderOptions.OrderGroup, 16, 256),
            StationIds = section.Texts("StationIds", [], 64, TextRule.Word(32, "-_")),
            StationNames = section.Texts("StationNames", [], 64, TextRule.Printable(1, 64)),
            AcceptPaidNotNotified = section.Flag("AcceptPaidNotNotified", false),
            CutOffBeforeDeparture = section.Time("CutOffBeforeDeparture", TimeSpan.Zero, TimeSpan.Zero, TimeSpan.FromHours(24)),
            OptionalFields = section.Texts("OptionalFields", [], OrderOptions.FieldsThatMayBeOptional.Count, FieldName),
            LookUpsPerMinute = section.Whole("LookUpsPerMinute", 20, 1, 600),
        };
        if (orders.StationIds.Count + orders.StationNames.Count == 0) section.Refuse("StationIds", "at least one of StationIds and StationNames must be given: the kiosk takes orders of its own stations only");
        return orders;
    }

    private static TextRule FieldName { get; } = TextRule.Matching(
        $"must be one of {string.Join(", ", OrderOptions.FieldsThatMayBeOptional)}", t => OrderOptions.FieldsThatMayBeOptional.Contains(t));

    private static ClaimsOptions Claims(SectionReader section)
    {
        var given = section.Text("Mode", null, TextRule.Matching("must be SoleIssuer, once no other kiosk gives tickets for these stations (there is no default)", t => t is "SoleIssuer" or "Relay"));
        if (given == "Relay") section.Refuse("Mode", "is not in this release; must be SoleIssuer");
        return new() { Mode = ClaimsMode.SoleIssuer };
    }

    private static ScannerOptions Scanner(SectionReader section) => new()
    {
        Path = section.AbsolutePath("Path", null),
        BaudRate = section.Whole("BaudRate", 115_200, 300, 4_000_000),
        Suffix = section.OneOf("Suffix", ScannerSuffix.CR,
            ("CR", ScannerSuffix.CR), ("LF", ScannerSuffix.LF), ("CRLF", ScannerSuffix.CRLF), ("TAB", ScannerSuffix.TAB), ("Idle", ScannerSuffix.Idle)),
        IdleGap = section.Time("IdleGap", TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(2)),
        Prefix = section.Text("Prefix", "", TextRule.Matching("must be up to 16 ASCII characters 01h-7Eh", t => t.Length <= 16 && t.All(c => c is > '\0' and < '\u007f'))),
        AimIdentifier = section.Flag("AimIdentifier", false),
        MaxLength = section.Whole("MaxLength", 256, 8, 4096),
    };

    private static PrinterOptions Printer(SectionReader section) => new()
    {
        Path = section.AbsolutePath("Path", null),
        BaudRate = section.Whole("BaudRate", 115_200, 1200, 4_000_000),
        FlowControl = section.OneOf("FlowControl", PrinterFlowControl.None, ("None", PrinterFlowControl.None), ("XonXoff", PrinterFlowControl.XonXoff)),
        Columns = section.Whole("Columns", 48, 32, 64),
        ReplyTimeout = section.Time("ReplyTimeout", TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(10)),
        JobTimeout = section.Time("JobTimeout", TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5)),
        ProbeStrip = section.Flag("ProbeStrip", true),
    };

    private static LightsSection Lights(SectionReader section)
    {
        var lines = section.Section("Lines");
        var lights = new LightsSection
        {
            Backend = section.OneOf("Backend", LightsBackend.None, ("None", LightsBackend.None), ("Gpio", LightsBackend.Gpio), ("Simulated", LightsBackend.Simulated)),
            Path = Given(section.Text("Path", "", SocketPath)),
            Chip = Given(section.Text("Chip", "", GpioName)),
            Lines = new LightLines
            {
                StatusRed = Given(lines.Text("StatusRed", "", GpioName)),
                StatusGreen = Given(lines.Text("StatusGreen", "", GpioName)),
                Scanner = Given(lines.Text("Scanner", "", GpioName)),
                Tickets = Given(lines.Text("Tickets", "", GpioName)),
            },
        };
        if (lights is { Backend: LightsBackend.Simulated, Path: null }) section.Refuse("Path", "is required with Backend Simulated; must be an absolute path of at most 107 bytes");
        if (lights is { Backend: LightsBackend.Gpio, Chip: null }) section.Refuse("Chip", "is required with Backend Gpio; must be the chip's label, 1 to 31 characters");
        if (lights.Backend == LightsBackend.Gpio && !lights.Lines.Named.Any()) section.Refuse("Lines", "must name at least one line with Backend Gpio");
        if (lights.Lines.Named.Count() != lights.Lines.Named.Distinct().Count()) section.Refuse("Lines", "must not name one line twice");
        return lights;
    }

    private static TextRule SocketPath { get; } = TextRule.Matching("must be an absolute path of at most 107 bytes, or empty",
        t => t.Length == 0 || (TextRule.AbsolutePath.Allows(t) && Encoding.UTF8.GetByteCount(t) <= 107));

    private static TextRule GpioName { get; } = TextRule.Printable(0, 31);

    private static string? Given(string text) => text.Length == 0 ? null : text;

    private static IssuanceOptions IssuanceTimes(SectionReader section) => new()
    {
        EvidenceTimeout = section.Time("EvidenceTimeout", TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2)),
        BlockedTimeout = section.Time("BlockedTimeout", TimeSpan.FromMinutes(5), TimeSpan.Zero, TimeSpan.FromHours(1)),
        TakeTicketTime = section.Time("TakeTicketTime", TimeSpan.FromSeconds(8), TimeSpan.FromMilliseconds(500), TimeSpan.FromMinutes(2)),
        NoticeTime = section.Time("NoticeTime", TimeSpan.FromSeconds(4), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30)),
        PauseLimit = section.Time("PauseLimit", TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(10)),
        ResumeTimeout = section.Time("ResumeTimeout", TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(10), TimeSpan.FromHours(24)),
    };

    private static OutboxSection Outbox(SectionReader section)
    {
        var shortest = TimeSpan.FromMilliseconds(100);
        var outbox = new OutboxSection
        {
            MaxReports = section.Whole("MaxReports", 10_000, 1, 1_000_000),
            FirstRetryDelay = section.Time("FirstRetryDelay", TimeSpan.FromSeconds(2), shortest, TimeSpan.FromMinutes(10)),
            MaxRetryDelay = section.Time("MaxRetryDelay", TimeSpan.FromMinutes(10), shortest, TimeSpan.FromHours(24)),
            Concurrency = section.Whole("Concurrency", 4, 1, 32),
        };
        if (outbox.MaxRetryDelay < outbox.FirstRetryDelay) section.Refuse("MaxRetryDelay", "must not be below FirstRetryDelay");
        return outbox;
    }
}
