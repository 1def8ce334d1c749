using System.Text;
using System.Text.RegularExpressions;
using DeviceAgent.Devices;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Drivers.Scanning;
using DeviceAgent.Drivers.Serial;
using DeviceAgent.Hosting;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Station;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Hosting;

public sealed class OptionsLoaderTests
{
    private const string Least = """
        {
          "Kiosk": { "Id": "K-0001" },
          "Gateway": { "AppKey": "12345678" },
          "Orders": { "StationIds": ["33444"] },
          "Claims": { "Mode": "SoleIssuer" },
          "Scanner": { "Path": "/dev/serial/by-id/scanner" },
          "Printer": { "Path": "/dev/serial/by-id/printer" },
        }
        """;

    private const string Full = """
        {
          // Comments are allowed.
          "Kiosk":   { "Id": "K-0001", "Hotline": "400-000-0000" },
          "State":   { "Folder": "/var/lib/other" },
          "Gateway": { "Url": "https://gw.example/router/rest", "AppKey": "12345678", "SignMethod": "md5", "Timeout": "00:00:05",
                       "ConnectTimeout": "00:00:02", "MaxAnswerBytes": 65536, "PartnerId": "top-1" },
          "Orders":  { "CodePatterns": ["^(?<order>[0-9]{6,32})$", "^T(?<order>[0-9]+);"], "StationIds": ["33444"], "StationNames": ["杭州客运中心"],
                       "AcceptPaidNotNotified": true, "CutOffBeforeDeparture": "00:10:00", "OptionalFields": [], "LookUpsPerMinute": 30 },
          "Claims":  { "Mode": "SoleIssuer" },
          "Scanner": { "Path": "/dev/ttyACM0", "BaudRate": 9600, "DataBits": 7, "Parity": "Even", "StopBits": 2, "Suffix": "Idle", "IdleGap": "00:00:00.0800000", "MaxPause": "00:00:02",
                       "Prefix": "\u0002", "AimIdentifier": true, "MaxLengthBytes": 256 },
          "Printer": { "Path": "/dev/ttyUSB0", "BaudRate": 19200, "FlowControl": "XonXoff", "Columns": 32, "ReplyTimeout": "00:00:01", "ProbeTimeout": "00:00:05",
                       "JobTimeout": "00:01:00", "BlockedLinger": "00:00:03", "NoEchoSettle": "00:00:04", "XoffReserveBytes": 32, "ProbeStrip": false },
          "Lights":  { "Backend": "Gpio", "Chip": "pinctrl-bcm2711", "Lines": { "StatusRed": "17", "StatusGreen": "27", "Scanner": "GPIO22", "Tickets": "23" }, "ActiveLow": ["Tickets", "StatusRed"] },
          "Issuance": { "EvidenceTimeout": "00:00:11", "BlockedTimeout": "00:06:00", "TakeTicketTime": "00:00:09", "NoticeTime": "00:00:05", "PauseLimit": "00:00:50", "ResumeTimeout": "00:11:00" },
          "Outbox":  { "MaxReports": 500, "FirstRetryDelay": "00:00:03", "MaxRetryDelay": "00:20:00", "Concurrency": 8, "HoldRetryInterval": "00:01:00", "MaxUselessAnswers": 5, "RequestInterval": "00:00:50" },
          "Journal": { "WalAutoCheckpointPages": 2000, "PersonalDataDays": 30, "KeepDays": 90, "KeepIssuances": 1000 },
          "Station": { "Url": "https://station.example/kiosk", "Allocates": false, "Timeout": "00:00:05", "Patience": "00:00:20" },
          "Returns": { "Mode": "Scanner", "ConfirmTime": "00:00:10", "RefundAmountUnit": "Yuan", "ComeFrom": "agent-X" },
          "Train":   { "Mode": "Cbc", "KeyForm": "Text", "Iv": "000102030405060708090a0b0c0d0e0f", "Output": "Base64", "ResendIsSafe": true },
          "Clock":   { "Trust": "Always" },
          "Alerts":  { "Url": "https://alerts.example/kiosks", "RepeatEvery": "00:30:00", "Timeout": "00:00:07" }
        }
        """;

    private static OptionsResult Load(string json, params (string Name, string Value)[] environment) => Load(Encoding.UTF8.GetBytes(json), environment);

    private static OptionsResult Load(byte[] json, params (string Name, string Value)[] environment) =>
        OptionsLoader.Parse(json, environment.ToDictionary(v => v.Name, v => v.Value), null, secretsRequired: false);

    private static AgentOptions Options(OptionsResult result)
    {
        Assert.Empty(result.Mistakes);
        return result.Options!;
    }

    private static string Only(OptionsResult result)
    {
        Assert.Null(result.Options);
        return Assert.Single(result.Mistakes).ToString();
    }

    [Fact]
    public void Defaults_are_those_that_the_records_document()
    {
        var options = Options(Load(Least));
        Assert.Equal(new StateOptions(), options.State);
        Assert.Equal(new GatewayOptions { AppKey = "12345678" }, options.Gateway);
        Assert.Equal(new ScannerOptions { Path = "/dev/serial/by-id/scanner" }, options.Scanner);
        Assert.Equal(new PrinterOptions { Path = "/dev/serial/by-id/printer" }, options.Printer);
        Assert.Equal(new LightsOptions(), options.Lights);
        Assert.Equal(new IssuanceOptions(), options.Issuance);
        Assert.Equal(new OutboxOptions(), options.Outbox);
        Assert.Equal(new JournalOptions(), options.Journal);
        Assert.Equal(new ClockOptions(), options.Clock);
        Assert.Equal(new AlertOptions(), options.Alerts);
        Assert.Equal(new StationOptions(), options.Station);
        Assert.Equal(new ReturnOptions(), options.Returns);
        Assert.Equal(new TrainOptions(), options.Train);
        Assert.Equal(new KioskOptions { Id = "K-0001" }, options.Kiosk);
        var orders = new OrderOptions { CodePatterns = options.Orders.CodePatterns };
        Assert.Equal(orders with { StationIds = options.Orders.StationIds, StationNames = options.Orders.StationNames, OptionalFields = options.Orders.OptionalFields }, options.Orders);
        Assert.Equal(orders.OptionalFields, options.Orders.OptionalFields);
        Assert.Equal(OrderOptions.DefaultCodePattern, Assert.Single(options.Orders.CodePatterns).ToString());
    }

    [Fact]
    public void No_value_of_a_full_file_is_lost()
    {
        var options = Options(Load(Full));
        Assert.Equal(new KioskOptions { Id = "K-0001", Hotline = "400-000-0000" }, options.Kiosk);
        Assert.Equal("/var/lib/other", options.State.Folder);
        Assert.Equal(new GatewayOptions
        {
            AppKey = "12345678",
            Client = new()
            {
                Url = new("https://gw.example/router/rest"),
                SignMethod = TopSignMethod.Md5,
                Timeout = TimeSpan.FromSeconds(5),
                ConnectTimeout = TimeSpan.FromSeconds(2),
                MaxAnswerBytes = 65536,
                PartnerId = "top-1",
            },
        }, options.Gateway);
        Assert.Equal(["^(?<order>[0-9]{6,32})$", "^T(?<order>[0-9]+);"], options.Orders.CodePatterns.Select(p => p.ToString()));
        Assert.All(options.Orders.CodePatterns, p => Assert.True(p.Options.HasFlag(RegexOptions.NonBacktracking)));
        Assert.Equal("123456", options.Orders.CodePatterns[0].Match("123456").Groups["order"].Value);
        Assert.Equal(["33444"], options.Orders.StationIds);
        Assert.Equal(["杭州客运中心"], options.Orders.StationNames);
        Assert.True(options.Orders.AcceptPaidNotNotified);
        Assert.Equal(TimeSpan.FromMinutes(10), options.Orders.CutOffBeforeDeparture);
        Assert.Empty(options.Orders.OptionalFields);
        Assert.Equal(30, options.Orders.LookUpsPerMinute);
        Assert.Equal(new IssuanceOptions
        {
            EvidenceTimeout = TimeSpan.FromSeconds(11),
            BlockedTimeout = TimeSpan.FromMinutes(6),
            TakeTicketTime = TimeSpan.FromSeconds(9),
            NoticeTime = TimeSpan.FromSeconds(5),
            PauseLimit = TimeSpan.FromSeconds(50),
            ProbeStrip = false,
            ResumeTimeout = TimeSpan.FromMinutes(11),
        }, options.Issuance);
        Assert.Equal(new OutboxOptions
        {
            MaxReports = 500,
            FirstRetryDelay = TimeSpan.FromSeconds(3),
            MaxRetryDelay = TimeSpan.FromMinutes(20),
            Concurrency = 8,
            HoldRetryInterval = TimeSpan.FromMinutes(1),
            MaxUselessAnswers = 5,
            RequestInterval = TimeSpan.FromSeconds(50),
        }, options.Outbox);
        Assert.Equal(new JournalOptions { WalAutoCheckpointPages = 2000, PersonalDataDays = 30, KeepDays = 90, KeepIssuances = 1000 }, options.Journal);
        Assert.Equal(new StationOptions { Url = new("https://station.example/kiosk"), Allocates = false, Timeout = TimeSpan.FromSeconds(5), Patience = TimeSpan.FromSeconds(20) }, options.Station);
        Assert.Equal(new ReturnOptions { Mode = ReturnMode.Scanner, ConfirmTime = TimeSpan.FromSeconds(10), RefundAmountUnit = RefundUnit.Yuan, ComeFrom = "agent-X" }, options.Returns);
        Assert.Equal(new TrainOptions
        {
            Cipher = new() { Mode = TrainCipherMode.Cbc, KeyForm = TrainKeyForm.Text, Iv = "000102030405060708090a0b0c0d0e0f", Output = TrainCipherOutput.Base64 },
            ResendIsSafe = true,
        }, options.Train);
        Assert.Equal(new ClockOptions { Trust = ClockTrust.Always }, options.Clock);
        Assert.Equal(new AlertOptions { Url = new("https://alerts.example/kiosks"), RepeatEvery = TimeSpan.FromMinutes(30), Timeout = TimeSpan.FromSeconds(7) }, options.Alerts);
    }

    [Fact]
    public void No_value_of_a_device_is_lost()
    {
        var options = Options(Load(Full));
        Assert.Equal(new ScannerOptions
        {
            Path = "/dev/ttyACM0",
            Line = new() { BaudRate = 9600, DataBits = 7, Parity = Parity.Even, StopBits = 2 },
            Framing = new()
            {
                Suffix = ScanSuffix.IdleGap,
                IdleGap = TimeSpan.FromMilliseconds(80),
                MaxPause = TimeSpan.FromSeconds(2),
                Prefix = "\u0002",
                AimIdentifier = true,
                MaxLengthBytes = 256,
            },
        }, options.Scanner);
        Assert.Equal(new PrinterOptions
        {
            Path = "/dev/ttyUSB0",
            Columns = 32,
            Line = new() { BaudRate = 19200 },
            EscPos = new()
            {
                FlowControl = PrinterFlowControl.XonXoff,
                XoffReserveBytes = 32,
                ReplyTimeout = TimeSpan.FromSeconds(1),
                ProbeTimeout = TimeSpan.FromSeconds(5),
                JobTimeout = TimeSpan.FromMinutes(1),
                BlockedLinger = TimeSpan.FromSeconds(3),
                NoEchoSettle = TimeSpan.FromSeconds(4),
            },
        }, options.Printer);
        Assert.Equal([LightLine.Tickets, LightLine.StatusRed], options.Lights.ActiveLow);
        Assert.Equal(new LightsOptions
        {
            Backend = LightsBackend.Gpio,
            Chip = "pinctrl-bcm2711",
            Lines = new() { StatusRed = "17", StatusGreen = "27", Scanner = "GPIO22", Tickets = "23" },
            ActiveLow = options.Lights.ActiveLow,
        }, options.Lights);
    }

    [Fact]
    public void No_mistake_hides_another()
    {
        var result = Load("""
            {
              "Kiosk": { "Id": "a b" },
              "Gatway": {},
              "Gateway": { "Url": "http://gw.example/", "AppKey": "1" },
              "Orders": { "CodePatterns": ["("], "LookUpsPerMinute": 0 },
              "Claims": { "Mode": "Relay" },
              "Scanner": { "Path": "ttyACM0", "Sufix": "CR" },
              "Printer": { "Path": "/dev/p", "Columns": 200, "Columns": 48 }
            }
            """, ("DEVICE_AGENT__Outbox__Concurrency", "many"));
        Assert.Equal(
            [
                "Claims:Mode", "Gateway:Url", "Gatway", "Kiosk:Id", "Orders:CodePatterns", "Orders:LookUpsPerMinute", "Orders:StationIds",
                "Outbox:Concurrency", "Printer:Columns", "Printer:Columns", "Scanner:Path", "Scanner:Sufix",
            ],
            result.Mistakes.Select(m => m.Key).Order());
        var text = new StringWriter();
        result.WriteMistakes(text);
        Assert.Contains("Printer:Columns = 200: must be a whole number from 32 to 64 (agent.json:8)\n", text.ToString());
        Assert.Contains("Printer:Columns: is given twice; first in agent.json:8 (agent.json:8)\n", text.ToString());
        Assert.Contains("Outbox:Concurrency = many: must be a whole number from 1 to 32 (environment variable DEVICE_AGENT__Outbox__Concurrency)\n", text.ToString());
        Assert.Contains("Gatway: is not a key of this release; did you mean Gateway? (agent.json:3)\n", text.ToString());
        Assert.Contains("Scanner:Sufix: is not a key of this release; did you mean Suffix? (agent.json:7)\n", text.ToString());
        Assert.Contains("Claims:Mode = \"Relay\": is not in this release", text.ToString());
    }

    [Theory]
    [InlineData("Kiosk:Id", "\"\"")]
    [InlineData("Kiosk:Id", "5")]
    [InlineData("Kiosk:Id", "null")]
    [InlineData("Kiosk:Hotline", "\"a\\nb\"")]
    [InlineData("Kiosk:Hotline", "\"123456789012345678901234567890123\"")]
    [InlineData("State:Folder", "\"var/lib\"")]
    [InlineData("State:Folder", "\"/var/../etc\"")]
    [InlineData("State:Folder", "\"/var\\u0000\"")]
    [InlineData("Gateway:Url", "\"ftp://gw.example/\"")]
    [InlineData("Gateway:Url", "\"http://gw.example/\"")]
    [InlineData("Gateway:Url", "\"router/rest\"")]
    [InlineData("Gateway:Url", "\"https://gw.example/?a=b\"")]
    [InlineData("Gateway:AppKey", "\"a:b\"")]
    [InlineData("Gateway:SignMethod", "\"HMAC-SHA256\"")]
    [InlineData("Gateway:Timeout", "\"00:00:00.5\"")]
    [InlineData("Gateway:Timeout", "\"5\"")]
    [InlineData("Gateway:Timeout", "20")]
    [InlineData("Orders:CodePatterns", "[]")]
    [InlineData("Orders:CodePatterns", "[\"^[0-9]+$\"]")]
    [InlineData("Orders:CodePatterns", "[\"(?<order>[0-9]+)(?=x)\"]")]
    [InlineData("Orders:CodePatterns", "[\"(?<order>[0-9]+)\\\\1\"]")]
    [InlineData("Orders:CodePatterns", "[\"(?<order>(((((((a{999}){999}){999}){999}){999}){999}){999}))\"]")]
    [InlineData("Orders:CodePatterns", "\"^(?<order>[0-9]+)$\"")]
    [InlineData("Orders:StationIds", "[33444]")]
    [InlineData("Orders:StationIds", "[\"1\", \"1\"]")]
    [InlineData("Orders:OptionalFields", "[\"gat\"]")]
    [InlineData("Orders:AcceptPaidNotNotified", "\"true\"")]
    [InlineData("Orders:CutOffBeforeDeparture", "\"-00:00:01\"")]
    [InlineData("Orders:LookUpsPerMinute", "601")]
    [InlineData("Orders:LookUpsPerMinute", "1.5")]
    [InlineData("Orders:LookUpsPerMinute", "99999999999999999999")]
    [InlineData("Claims:Mode", "\"soleissuer\"")]
    [InlineData("Scanner:Suffix", "\"cr\"")]
    [InlineData("Scanner:Prefix", "\"\\u0000\"")]
    [InlineData("Scanner:Prefix", "\"\\r\"")]
    [InlineData("Scanner:MaxLengthBytes", "0")]
    [InlineData("Scanner:Parity", "\"Mark\"")]
    [InlineData("Scanner:MaxPause", "\"00:02:00\"")]
    [InlineData("Gateway:PartnerId", "\"\"")]
    [InlineData("Printer:BaudRate", "49")]
    [InlineData("Printer:BlockedLinger", "\"00:01:01\"")]
    [InlineData("Printer:FlowControl", "\"RtsCts\"")]
    [InlineData("Printer:Path", "\"/dev/serial/by-id/scanner\"")]
    [InlineData("Lights:Backend", "\"gpio\"")]
    [InlineData("Lights:Chip", "5")]
    [InlineData("Lights:ActiveLow", "[\"tickets\"]")]
    [InlineData("Lights:Lines", "[]")]
    [InlineData("Issuance:ResumeTimeout", "\"00:00:09\"")]
    [InlineData("Outbox:FirstRetryDelay", "\"00:10:00.0000001\"")]
    [InlineData("Journal:WalAutoCheckpointPages", "0")]
    [InlineData("Journal", "true")]
    [InlineData("Outbox:RequestInterval", "\"00:10:01\"")]
    [InlineData("Journal:PersonalDataDays", "0")]
    [InlineData("Journal:KeepDays", "29")]
    [InlineData("Journal:KeepIssuances", "999")]
    [InlineData("Station:Url", "\"http://station.example/\"")]
    [InlineData("Station:Url", "\"https://station.example/?token=a\"")]
    [InlineData("Station:Timeout", "\"00:01:01\"")]
    [InlineData("Station:Patience", "\"00:00:00\"")]
    [InlineData("Station:Allocates", "1")]
    [InlineData("Returns:Mode", "\"Screen\"")]
    [InlineData("Returns:Mode", "\"Scanner\"")]
    [InlineData("Returns:ConfirmTime", "\"00:00:02\"")]
    [InlineData("Returns:RefundAmountUnit", "\"fen\"")]
    [InlineData("Returns:ComeFrom", "\"two words\"")]
    [InlineData("Train:Output", "\"hex\"")]
    [InlineData("Train:Mode", "\"Gcm\"")]
    [InlineData("Train:Iv", "\"00\"")]
    [InlineData("Train:ResendIsSafe", "\"yes\"")]
    [InlineData("Clock:Trust", "\"Never\"")]
    [InlineData("Clock:Trust", "true")]
    [InlineData("Alerts:Url", "\"http://alerts.example/\"")]
    [InlineData("Alerts:Url", "\"https://alerts.example/?token=a\"")]
    [InlineData("Alerts:Url", "\"https://me@alerts.example/\"")]
    [InlineData("Alerts:Url", "\"\"")]
    [InlineData("Alerts:RepeatEvery", "\"00:00:59\"")]
    [InlineData("Alerts:RepeatEvery", "\"1.00:00:01\"")]
    [InlineData("Alerts:Timeout", "\"00:00:31\"")]
    [InlineData("Alerts:Token", "\"a\"")]
    public void A_value_out_of_its_range_is_never_taken(string key, string value)
    {
        var parts = key.Split(':');
        var sections = Regex.Matches(Least, "\"(\\w+)\": \\{ (.*) \\}").ToDictionary(m => m.Groups[1].Value, m => new List<string> { m.Groups[2].Value });
        if (parts.Length == 1) sections.Remove(parts[0]);
        else
        {
            if (!sections.TryGetValue(parts[0], out var members)) sections[parts[0]] = members = [];
            members.RemoveAll(m => m.StartsWith($"\"{parts[1]}\"", StringComparison.Ordinal));
            members.Add($"\"{parts[1]}\": {value}");
        }
        var json = $"{{{string.Join(",\n", sections.Select(s => $"\"{s.Key}\": {{ {string.Join(", ", s.Value)} }}"))}{(parts.Length == 1 ? $", \"{key}\": {value}" : "")}}}";
        var mistakes = Load(json).Mistakes.Where(m => m.Key == key);
        Assert.NotEmpty(mistakes);
    }

    [Theory]
    [InlineData("Simulated", "", "Lights:Path")]
    [InlineData("Gpio", "\"Lines\": { \"Tickets\": \"1\" }", "Lights:Chip", "Lights:Lines:StatusRed", "Lights:Lines:StatusGreen")]
    [InlineData("Gpio", "\"Chip\": \"c\"", "Lights:Lines:StatusRed", "Lights:Lines:StatusGreen")]
    [InlineData("Gpio", "\"Chip\": \"c\", \"Lines\": { \"StatusRed\": \"1\", \"StatusGreen\": \"2\", \"Scanner\": \"01\" }", "Lights:Lines:Scanner")]
    public void Lights_are_not_taken_half_configured(string backend, string more, params string[] keys)
    {
        var json = Least.TrimEnd().TrimEnd('}') + $"\"Lights\": {{ \"Backend\": \"{backend}\", {more} }} }}";
        var result = Load(json);
        Assert.Null(result.Options);
        Assert.Equal(keys, result.Mistakes.Select(m => m.Key));
    }

    [Fact]
    public void What_the_parts_refuse_is_told_with_its_value_range_and_origin()
    {
        var result = Load(Least.TrimEnd().TrimEnd('}') + """
            "Lights": { "Backend": "Gpio", "Chip": "c",
                        "Lines": { "StatusRed": "1", "StatusGreen": 2, "Tickets": "1" } },
            "Outbox": { "MaxReports": 7, "MaxUselessAnswers": true } }
            """, ("DEVICE_AGENT__Printer__ProbeTimeout", "00:10:00"), ("DEVICE_AGENT__Gateway__Timeout", "9"), ("DEVICE_AGENT__Issuance__NoticeTime", "00:00:31"));
        Assert.Equal(
            [
                "Gateway:Timeout = 9: must be a time from 00:00:01 to 00:02:00 (environment variable DEVICE_AGENT__Gateway__Timeout)",
                "Issuance:NoticeTime = 00:00:31: must be a time from 00:00:00.5000000 to 00:00:30 (environment variable DEVICE_AGENT__Issuance__NoticeTime)",
                "Lights:Lines:StatusGreen = 2: must be a line number from 0 to 65535 or a line name of 1 to 31 bytes; must be text in quotes (agent.json:9)",
                "Lights:Lines:Tickets = \"1\": must not be the line of Lights:Lines:StatusRed (agent.json:9)",
                "Outbox:MaxReports = 7: must be a whole number from 100 to 100000 (agent.json:10)",
                "Outbox:MaxUselessAnswers = true: must be a whole number from 1 to 1000 (agent.json:10)",
                "Printer:ProbeTimeout = 00:10:00: must be a time from 00:00:00.0200000 to 00:01:00 (environment variable DEVICE_AGENT__Printer__ProbeTimeout)",
            ],
            result.Mistakes.Select(m => m.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Missing_keys_are_all_named()
    {
        var result = Load("{}");
        Assert.Equal(
            ["Claims:Mode", "Gateway:AppKey", "Kiosk:Id", "Orders:StationIds", "Printer:Path", "Scanner:Path"],
            result.Mistakes.Select(m => m.Key).Order());
        Assert.All(result.Mistakes, m => Assert.Equal("not set", m.Origin));
    }

    [Theory]
    [InlineData("DEVICE_AGENT__Gateway__Url", "http://127.0.0.1:8080/router/rest")]
    [InlineData("DEVICE_AGENT__Orders__StationIds", "1, 2")]
    [InlineData("DEVICE_AGENT__Orders__StationIds", "[\"1\", \"2\"]")]
    [InlineData("DEVICE_AGENT__Printer__ProbeStrip", "false")]
    [InlineData("DEVICE_AGENT__Lights__Lines__Tickets", "23")]
    public void The_environment_goes_before_the_file(string name, string value)
    {
        var options = Options(Load(Least, (name, value)));
        var got = name.Split("__")[^1] switch
        {
            "Url" => options.Gateway.Client.Url.ToString(),
            "StationIds" => string.Join(", ", options.Orders.StationIds),
            "ProbeStrip" => options.Issuance.ProbeStrip ? "true" : "false",
            _ => options.Lights.Lines.Tickets,
        };
        Assert.Equal(value.Trim('[', ']').Replace("\"", "", StringComparison.Ordinal), got);
    }

    [Theory]
    [InlineData("DEVICE_AGENT__", "x")]
    [InlineData("DEVICE_AGENT__Gateway____Url", "x")]
    [InlineData("DEVICE_AGENT__Gateway", "{}")]
    [InlineData("DEVICE_AGENT__gateway__Url", "https://gw.example/")]
    [InlineData("DEVICE_AGENT__Gateway__Url__Host", "gw.example")]
    [InlineData("DEVICE_AGENT__A__B__C__D__E__F__G__H__I", "x")]
    [InlineData("DEVICE_AGENT__Orders__StationIds", "[\"1\"")]
    [InlineData("DEVICE_AGENT__Orders__StationIds", "[\"1\"], \"w\": [1]")]
    [InlineData("DEVICE_AGENT__Kiosk__Id", "a\0b")]
    public void A_wrong_variable_is_never_skipped(string name, string value) => Assert.NotEmpty(Load(Least, (name, value)).Mistakes);

    [Theory]
    [InlineData("AppSecret", "top-app-secret")]
    [InlineData("app_secret", "top-app-secret")]
    [InlineData("Session", "top-session")]
    [InlineData("JournalKey", "journal-key")]
    [InlineData("Password", "$CREDENTIALS_DIRECTORY")]
    [InlineData("AlertToken", "alert-token")]
    public void A_secret_in_the_wrong_place_is_refused_and_not_echoed(string key, string file)
    {
        const string secret = "s3cr3t-of-somebody";
        var inFile = Only(Load(Least.Replace("\"AppKey\"", $"\"{key}\": \"{secret}\", \"AppKey\"", StringComparison.Ordinal)));
        var inEnvironment = Only(Load(Least, ($"DEVICE_AGENT__Gateway__{key}", secret)));
        foreach (var told in new[] { inFile, inEnvironment })
        {
            Assert.Contains(file, told, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, told, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("TOP_APP_SECRET")]
    [InlineData("TOP_SESSION")]
    [InlineData("DEVICE_AGENT_APP_SECRET")]
    public void A_secret_in_a_variable_of_its_own_is_refused(string name)
    {
        var told = Only(Load(Least, (name, "s3cr3t")));
        Assert.Contains("CREDENTIALS_DIRECTORY", told, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", told, StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_in_an_address_is_not_echoed()
    {
        Assert.DoesNotContain("hunter2", Only(Load(Least, ("DEVICE_AGENT__Gateway__Url", "https://me:hunter2@gw.example/"))), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", Only(Load(Least, ("DEVICE_AGENT__Alerts__Url", "https://robot.example/send?access_token=hunter2"))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "is not JSON")]
    [InlineData("[]", "must hold one JSON object")]
    [InlineData("{} {}", "is not JSON")]
    [InlineData("{\"a\": ", "is not JSON")]
    [InlineData("{\n\n\"a\": tru }", "(agent.json:3)")]
    [InlineData("{\"a\": {\"a\": {\"a\": {\"a\": {\"a\": {\"a\": {\"a\": {\"a\": {}}}}}}}}}", "is not JSON")]
    [InlineData("{\n\0}", "holds a NUL byte (agent.json:2)")]
    public void A_file_that_is_no_configuration_gives_one_clear_mistake(string json, string expected) =>
        Assert.Contains(expected, Only(Load(json)), StringComparison.Ordinal);

    [Fact]
    public void Bytes_that_are_no_text_give_one_clear_mistake()
    {
        Assert.Contains("is not UTF-8 (agent.json:2)", Only(Load([(byte)'{', (byte)'\n', 0xC3, 0x28, (byte)'}'])), StringComparison.Ordinal);
        Assert.Contains("longer than 256 KiB", Only(Load(new byte[ConfigFile.MaxBytes + 1])), StringComparison.Ordinal);
        Assert.Contains("surrogate", Load("{\"\\ud800\": \"\\udc00\"}").Mistakes[0].ToString(), StringComparison.Ordinal);
        Options(Load([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Least)]));
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_mistakes_and_an_endless_file_is_bounded()
    {
        var none = new Dictionary<string, string>();
        Assert.Contains("no such file", OptionsLoader.Load("/nonexistent/agent.json", none, null).Mistakes[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("cannot be read", OptionsLoader.Load("/proc", none, null).Mistakes[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("longer than", OptionsLoader.Load("/dev/zero", none, null).Mistakes[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Mistakes_are_bounded_and_counted()
    {
        var json = $"{{{string.Join(",", Enumerable.Range(0, 5000).Select(i => $"\"k{i}\": 0"))}}}";
        var result = Load(json);
        Assert.Equal(OptionsLoader.MaxMistakes + 1, result.Mistakes.Count);
        Assert.Contains("more mistakes", result.Mistakes[^1].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Mutated_files_never_crash_the_loader()
    {
        var random = new Random(20260301);
        var seeds = new[] { Encoding.UTF8.GetBytes(Least), Encoding.UTF8.GetBytes(Full) };
        var taken = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = (byte[])seeds[round % 2].Clone();
            for (var n = random.Next(1, 4); n > 0; n--) bytes = Mutate(bytes, random);
            var result = Load(bytes);
            Assert.Equal(result.Options is null, result.Mistakes.Count > 0);
            Assert.All(result.Mistakes, m => Assert.DoesNotContain(m.ToString(), char.IsControl));
            if (result.Options is not null) taken++;
        }
        Assert.InRange(taken, 1, 19_999); // a mutation that hits a comment or a name's letter is still valid
    }

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length);
        switch (random.Next(6))
        {
            case 0:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 1:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 2:
                return [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(1, 20))..], (byte)' '];
            case 3:
                return [.. bytes[..at], .. bytes[random.Next(at + 1)..]];
            case 4:
                return [.. bytes[..at], "{}[]\",:0-e\\\0"u8[random.Next(12)], .. bytes[at..]];
            default:
                return [.. bytes[..at], .. Encoding.UTF8.GetBytes(new[] { "null", "1e999", "\"\\u0000\"", "\\ud800", "[[[[[[[[[[", "-" }[random.Next(6)]), .. bytes[at..]];
        }
    }
}
