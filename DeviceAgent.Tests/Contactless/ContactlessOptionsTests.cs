using System.Text;
using DeviceAgent.Devices;
using DeviceAgent.Hosting;

namespace DeviceAgent.Tests.Contactless;

public sealed class ContactlessOptionsTests
{
    [Fact]
    public void Without_the_section_there_is_no_reader_and_no_mistake()
    {
        var result = Load("");
        Assert.Empty(result.Mistakes);
        Assert.Equal(new ContactlessOptions(), result.Options!.Contactless);
        Assert.Equal(ContactlessKind.None, result.Options.Contactless.Kind);
    }

    [Fact]
    public void No_value_of_a_full_section_is_lost()
    {
        var result = Load("""
            "Contactless": { "Kind": "Pn532", "Path": "/dev/serial/by-id/pn532", "BaudRate": 9600, "CheckInterval": "00:02:00", "Reader": "ACS ACR122U", "CallTimeout": "00:00:20",
                             "MaxMessageBytes": 200, "UseUid": true },
            """);
        Assert.Empty(result.Mistakes);
        Assert.Equal(new ContactlessOptions
        {
            Kind = ContactlessKind.Pn532,
            Path = "/dev/serial/by-id/pn532",
            Line = new() { BaudRate = 9600 },
            Pn532 = new() { CheckInterval = TimeSpan.FromMinutes(2) },
            Pcsc = new() { Reader = "ACS ACR122U", CallTimeout = TimeSpan.FromSeconds(20) },
            MaxMessageBytes = 200,
            UseUid = true,
        }, result.Options!.Contactless);
    }

    [Theory]
    [InlineData("""{ "Kind": "Nfc" }""", "Contactless:Kind = \"Nfc\": must be one of None, Pcsc, Pn532")]
    [InlineData("""{ "Kind": "Pn532" }""", "Contactless:Path: must be the absolute path of a serial line: Kind is Pn532")]
    [InlineData("""{ "Kind": "Pn532", "Path": "ttyUSB0" }""", "Contactless:Path = \"ttyUSB0\": must be an absolute path of at most 1024 characters")]
    [InlineData("""{ "Kind": "Pn532", "Path": "/dev/serial/by-id/printer" }""", "Contactless:Path: must be neither the scanner's nor the printer's")]
    [InlineData("""{ "BaudRate": 10 }""", "Contactless:BaudRate = 10: must be a whole number from 50 to 4000000")]
    [InlineData("""{ "CheckInterval": "00:00:00.5" }""", "Contactless:CheckInterval = \"00:00:00.5\": must be a time from 00:00:01 to 01:00:00")]
    [InlineData("""{ "CallTimeout": "00:05:00" }""", "Contactless:CallTimeout = \"00:05:00\": must be a time from 00:00:01 to 00:02:00")]
    [InlineData("""{ "MaxMessageBytes": 0 }""", "Contactless:MaxMessageBytes = 0: must be a whole number from 1 to 8192")]
    [InlineData("""{ "MaxMessageBytes": 8193 }""", "Contactless:MaxMessageBytes = 8193: must be a whole number from 1 to 8192")]
    [InlineData("""{ "UseUid": 1 }""", "Contactless:UseUid = 1: must be true or false")]
    [InlineData("""{ "UseUids": true }""", "Contactless:UseUids: is not a key of this release; did you mean UseUid?")]
    public void A_mistake_names_the_key_and_what_is_allowed(string section, string expected)
    {
        var result = Load($"\"Contactless\": {section},");
        Assert.Null(result.Options);
        Assert.Contains(result.Mistakes, m => m.ToString().StartsWith(expected, StringComparison.Ordinal));
    }

    private static OptionsResult Load(string section) => OptionsLoader.Parse(Encoding.UTF8.GetBytes($$"""
        {
          "Kiosk": { "Id": "K-0001" },
          "Gateway": { "AppKey": "12345678" },
          "Orders": { "StationIds": ["33444"] },
          "Claims": { "Mode": "SoleIssuer" },
          "Scanner": { "Path": "/dev/serial/by-id/scanner" },
          {{section}}
          "Printer": { "Path": "/dev/serial/by-id/printer" }
        }
        """), new Dictionary<string, string>(), null, secretsRequired: false);
}
