using DeviceAgent.Devices;
using DeviceAgent.Drivers.Serial;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Station;
using DeviceAgent.Platform.Sync;

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
public static partial class OptionsLoader
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
        var printer = root.Section("Printer");
        var options = new AgentOptions
        {
            Kiosk = Kiosk(root.Section("Kiosk")),
            State = new StateOptions { Folder = root.Section("State").AbsolutePath("Folder", new StateOptions().Folder) },
            Gateway = Gateway(root.Section("Gateway")),
            Orders = Orders(root.Section("Orders")),
            Claims = Claims(root.Section("Claims")),
            Scanner = Scanner(root.Section("Scanner")),
            Printer = Printer(printer),
            Lights = Lights(root.Section("Lights")),
            Inputs = Inputs(root.Section("Inputs")),
            Buzzer = Buzzer(root.Section("Buzzer")),
            Power = Power(root.Section("Power")),
            Issuance = Issuance(root.Section("Issuance"), printer),
            Outbox = Outbox(root.Section("Outbox")),
            Journal = Journal(root.Section("Journal")),
            Station = Station(root.Section("Station")),
            Returns = Returns(root.Section("Returns")),
            Train = Train(root.Section("Train")),
            Clock = new ClockOptions { Trust = root.Section("Clock").OneOf("Trust", new ClockOptions().Trust) },
            Alerts = Alerts(root.Section("Alerts")),
            IdCards = IdCards(root.Section("IdCards")),
            Tickets = Tickets(root.Section("Tickets")),
            Stock = Stock(root.Section("Stock")),
            Devices = Devices(root.Section("Devices")),
            Contactless = Contactless(root.Section("Contactless")),
        };
        if (options.Returns.Mode != ReturnMode.Off && options.Station.Url is null) root.Refuse("Returns:Mode", "must be Off while there is no Station:Url: the station's system decides about returns");
        if (options.Printer.Path.Length > 0 && options.Printer.Path == options.Scanner.Path) root.Refuse("Printer:Path", "must not be the scanner's");
        if (options.IdCards.Path is { } reader && (reader == options.Scanner.Path || reader == options.Printer.Path)) root.Refuse("IdCards:Path", "must not be the scanner's nor the printer's");
        foreach (var (key, expected) in GpioConflicts(options)) root.Refuse(key, expected);
        if (options.Contactless.Path.Length > 0 && (options.Contactless.Path == options.Scanner.Path || options.Contactless.Path == options.Printer.Path))
            root.Refuse("Contactless:Path", "must be neither the scanner's nor the printer's");
        options = WithBackends(options, root);
        root.Close();
        return options;
    }

    private static KioskOptions Kiosk(SectionReader section) => new()
    {
        Id = section.Text("Id", null, TextRule.Word(32, ".-_")),
        Hotline = section.Text("Hotline", "", TextRule.Printable(0, 32)),
    };

    private static GatewayOptions Gateway(SectionReader section)
    {
        var defaults = new TopClientOptions();
        var client = new TopClientOptions
        {
            // User and password in an address are a secret in the wrong place.
            Url = Address(section.FreeText("Url", defaults.Url.OriginalString, t => !t.Contains('@') && !t.Contains('?'))),
            SignMethod = section.OneOf("SignMethod", defaults.SignMethod, ("hmac-sha256", TopSignMethod.HmacSha256), ("hmac", TopSignMethod.Hmac), ("md5", TopSignMethod.Md5)),
            Timeout = section.Time("Timeout", defaults.Timeout),
            ConnectTimeout = section.Time("ConnectTimeout", defaults.ConnectTimeout),
            MaxAnswerBytes = section.Whole("MaxAnswerBytes", defaults.MaxAnswerBytes),
            PartnerId = section.FreeText("PartnerId", defaults.PartnerId),
        };
        section.Check(client.Validate);
        return new() { AppKey = section.Text("AppKey", null, TextRule.Word(64, "")), Client = client };
    }

    // A text that is no address at all becomes an empty one, which is refused.
    private static Uri Address(string? text) => Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out var uri) ? uri : new Uri("", UriKind.Relative);

    private static OrderOptions Orders(SectionReader section)
    {
        var defaults = new OrderOptions();
        var orders = new OrderOptions
        {
            CodePatterns = section.Patterns("CodePatterns", [OrderOptions.DefaultCodePattern], OrderOptions.OrderGroup, 16, 256),
            StationIds = section.Texts("StationIds", [], 64, TextRule.Word(32, "-_")),
            StationNames = section.Texts("StationNames", [], 64, TextRule.Printable(1, 64)),
            AcceptPaidNotNotified = section.Flag("AcceptPaidNotNotified", defaults.AcceptPaidNotNotified),
            CutOffBeforeDeparture = section.Time("CutOffBeforeDeparture", defaults.CutOffBeforeDeparture),
            OptionalFields = section.Texts("OptionalFields", [], OrderOptions.FieldsThatMayBeOptional.Count, FieldName),
            LookUpsPerMinute = section.Whole("LookUpsPerMinute", defaults.LookUpsPerMinute),
        };
        section.Check(orders.Validate);
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

    private static SerialLineOptions Line(SectionReader section, SerialLineOptions defaults) => defaults with
    {
        BaudRate = section.Whole("BaudRate", defaults.BaudRate),
        DataBits = section.Whole("DataBits", defaults.DataBits),
        Parity = section.OneOf("Parity", defaults.Parity),
        StopBits = section.Whole("StopBits", defaults.StopBits),
    };

    private static LightsOptions Lights(SectionReader section)
    {
        var lines = section.Section("Lines");
        var defaults = new LightsOptions();
        var lights = new LightsOptions
        {
            Backend = section.OneOf("Backend", defaults.Backend),
            Path = section.FreeText("Path", defaults.Path),
            Chip = section.FreeText("Chip", defaults.Chip),
            Lines = new()
            {
                StatusRed = lines.FreeText("StatusRed", defaults.Lines.StatusRed),
                StatusGreen = lines.FreeText("StatusGreen", defaults.Lines.StatusGreen),
                Scanner = lines.FreeText("Scanner", defaults.Lines.Scanner),
                Tickets = lines.FreeText("Tickets", defaults.Lines.Tickets),
            },
            ActiveLow = section.SomeOf("ActiveLow", defaults.ActiveLow),
        };
        section.Check(lights.Validate);
        return lights;
    }

    private static IssuanceOptions Issuance(SectionReader section, SectionReader printer)
    {
        var defaults = new IssuanceOptions();
        var issuance = new IssuanceOptions
        {
            EvidenceTimeout = section.Time("EvidenceTimeout", defaults.EvidenceTimeout),
            BlockedTimeout = section.Time("BlockedTimeout", defaults.BlockedTimeout),
            TakeTicketTime = section.Time("TakeTicketTime", defaults.TakeTicketTime),
            NoticeTime = section.Time("NoticeTime", defaults.NoticeTime),
            PauseLimit = section.Time("PauseLimit", defaults.PauseLimit),
            ProbeStrip = printer.Flag("ProbeStrip", defaults.ProbeStrip),
            ResumeTimeout = section.Time("ResumeTimeout", defaults.ResumeTimeout),
            MaxInDoubt = section.Whole("MaxInDoubt", defaults.MaxInDoubt),
            MaxReissues = section.Whole("MaxReissues", defaults.MaxReissues),
            BlindLimit = section.Time("BlindLimit", defaults.BlindLimit),
            WhenImpossible = section.OneOf("WhenImpossible", defaults.WhenImpossible),
            NearEndMillimetres = printer.Whole("NearEndMillimetres", defaults.NearEndMillimetres),
            GatewaySilenceLimit = section.Time("GatewaySilenceLimit", defaults.GatewaySilenceLimit),
        };
        section.Check(issuance.Validate);
        printer.Check(issuance.ValidatePrinter);
        return issuance;
    }

    private static OutboxOptions Outbox(SectionReader section)
    {
        var defaults = new OutboxOptions();
        var outbox = defaults with
        {
            MaxReports = section.Whole("MaxReports", defaults.MaxReports),
            Concurrency = section.Whole("Concurrency", defaults.Concurrency),
            FirstRetryDelay = section.Time("FirstRetryDelay", defaults.FirstRetryDelay),
            MaxRetryDelay = section.Time("MaxRetryDelay", defaults.MaxRetryDelay),
            HoldRetryInterval = section.Time("HoldRetryInterval", defaults.HoldRetryInterval),
            MaxUselessAnswers = section.Whole("MaxUselessAnswers", defaults.MaxUselessAnswers),
            RequestInterval = section.Time("RequestInterval", defaults.RequestInterval),
        };
        section.Check(outbox.Validate);
        return outbox;
    }

    private static StationOptions Station(SectionReader section)
    {
        var defaults = new StationOptions();
        var station = new StationOptions
        {
            Url = section.FreeText("Url", null, t => !t.Contains('@') && !t.Contains('?')) is { } url ? Address(url) : null,
            Allocates = section.Flag("Allocates", defaults.Allocates),
            Timeout = section.Time("Timeout", defaults.Timeout),
            Patience = section.Time("Patience", defaults.Patience),
        };
        section.Check(station.Validate);
        return station;
    }

    private static ReturnOptions Returns(SectionReader section)
    {
        var defaults = new ReturnOptions();
        var returns = new ReturnOptions
        {
            Mode = section.OneOf("Mode", defaults.Mode),
            ConfirmTime = section.Time("ConfirmTime", defaults.ConfirmTime),
            RefundAmountUnit = section.OneOf("RefundAmountUnit", defaults.RefundAmountUnit),
            ComeFrom = section.Text("ComeFrom", "", TextRule.Matching("must be 1 to 32 letters, digits, '.', '_' or '-', or left out", IsCallerName)) is { Length: > 0 } name ? name : null,
        };
        section.Check(returns.Validate);
        return returns;
    }

    private static bool IsCallerName(string text) => text.Length <= 32 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private static TrainOptions Train(SectionReader section)
    {
        var defaults = new TrainCipherOptions();
        var output = section.FreeText("Output", null);
        if (output is not (null or "Hex" or "Base64")) section.Refuse("Output", "must be Hex or Base64, by the partner's word, or left out: then no train order is taken");
        var train = new TrainOptions
        {
            Cipher = new TrainCipherOptions
            {
                Mode = section.OneOf("Mode", defaults.Mode),
                KeyForm = section.OneOf("KeyForm", defaults.KeyForm),
                Iv = section.FreeText("Iv", null),
                Output = output switch { "Hex" => TrainCipherOutput.Hex, "Base64" => TrainCipherOutput.Base64, _ => null },
            },
            ResendIsSafe = section.Flag("ResendIsSafe", false),
        };
        section.Check(train.Cipher.Validate);
        return train;
    }

    private static AlertOptions Alerts(SectionReader section)
    {
        var defaults = new AlertOptions();
        var alerts = new AlertOptions
        {
            // What follows a '?' is often a secret in the wrong place.
            Url = section.FreeText("Url", null, t => !t.Contains('@') && !t.Contains('?')) is { } url ? Address(url) : null,
            RepeatEvery = section.Time("RepeatEvery", defaults.RepeatEvery),
            Timeout = section.Time("Timeout", defaults.Timeout),
        };
        section.Check(alerts.Validate);
        return alerts;
    }

    private static JournalOptions Journal(SectionReader section)
    {
        var defaults = new JournalOptions();
        var journal = new JournalOptions
        {
            Engine = section.OneOf("Engine", defaults.Engine, ("sqlite", JournalEngineKind.Sqlite), ("litedb", JournalEngineKind.LiteDb)),
            WalAutoCheckpointPages = section.Whole("WalAutoCheckpointPages", defaults.WalAutoCheckpointPages),
            DiskReserveBytes = section.WholeLong("DiskReserveBytes", defaults.DiskReserveBytes),
            UnseenCutsAllowed = section.Whole("UnseenCutsAllowed", defaults.UnseenCutsAllowed),
            PersonalDataDays = section.Whole("PersonalDataDays", defaults.PersonalDataDays),
            KeepDays = section.Whole("KeepDays", defaults.KeepDays),
            KeepIssuances = section.Whole("KeepIssuances", defaults.KeepIssuances),
        };
        section.Check(journal.Validate);
        return journal;
    }
}
