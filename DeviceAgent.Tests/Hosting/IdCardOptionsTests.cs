using System.Text;
using DeviceAgent.Devices;
using DeviceAgent.Hosting;
using DeviceAgent.Issuance;

namespace DeviceAgent.Tests.Hosting;

public sealed class IdCardOptionsTests
{
    private static OptionsResult Load(string? idCards)
    {
        var json = $$"""
            {
              "Kiosk": { "Id": "K-0001" },
              "Gateway": { "AppKey": "12345678" },
              "Orders": { "StationIds": ["33444"] },
              "Claims": { "Mode": "SoleIssuer" },
              "Scanner": { "Path": "/dev/serial/by-id/scanner" },
              "Printer": { "Path": "/dev/serial/by-id/printer" }
              {{(idCards is null ? "" : $", \"IdCards\": {idCards}")}}
            }
            """;
        return OptionsLoader.Parse(Encoding.UTF8.GetBytes(json), new Dictionary<string, string>(), null, secretsRequired: false);
    }

    [Fact]
    public void Without_a_reader_nothing_is_asked_for()
    {
        Assert.Equal(new IdCardReaderOptions(), Load(null).Options!.IdCards);
        Assert.Equal(new IdCardReaderOptions(), Load("{}").Options!.IdCards);
        Assert.Equal((null, IdCardRequirement.Never), (Load(null).Options!.IdCards.Path, Load(null).Options!.IdCards.Step.Require));
    }

    [Fact]
    public void With_a_reader_orders_with_a_certificate_need_a_card_by_default()
    {
        var expected = new IdCardReaderOptions { Path = "/dev/serial/by-id/sdt", Step = new() { Require = IdCardRequirement.WhenCertificate } };
        Assert.Equal(expected, Load("""{ "Path": "/dev/serial/by-id/sdt" }""").Options!.IdCards);
    }

    [Fact]
    public void No_value_is_lost()
    {
        var idCards = Load("""
            { "Path": "/dev/ttyUSB1", "BaudRate": 57600, "HeaderTimeout": "00:00:02", "BodyTimeout": "00:00:03", "ReadTimeout": "00:00:05", "PollInterval": "00:00:01",
              "Require": "Always", "Attempts": 5, "Timeout": "00:00:45", "Fallback": "CodeIsEnough" }
            """).Options!.IdCards;
        Assert.Equal("/dev/ttyUSB1", idCards.Path);
        Assert.Equal(57600, idCards.Line.BaudRate);
        Assert.Equal((2, 3, 5, 1), (idCards.Reader.HeaderTimeout.TotalSeconds, idCards.Reader.BodyTimeout.TotalSeconds, idCards.Reader.ReadTimeout.TotalSeconds, idCards.PollInterval.TotalSeconds));
        Assert.Equal(new IdCardOptions { Require = IdCardRequirement.Always, Attempts = 5, Timeout = TimeSpan.FromSeconds(45), Fallback = IdCardFallback.CodeIsEnough }, idCards.Step);
    }

    [Theory]
    [InlineData("""{ "Path": "sdt" }""", "IdCards:Path")]
    [InlineData("""{ "Path": "/dev/serial/by-id/scanner" }""", "IdCards:Path")]
    [InlineData("""{ "Path": "/dev/serial/by-id/printer" }""", "IdCards:Path")]
    [InlineData("""{ "Path": "/dev/x", "BaudRate": 1 }""", "IdCards:BaudRate")]
    [InlineData("""{ "Path": "/dev/x", "Attempts": 0 }""", "IdCards:Attempts")]
    [InlineData("""{ "Path": "/dev/x", "Attempts": 11 }""", "IdCards:Attempts")]
    [InlineData("""{ "Path": "/dev/x", "Timeout": "00:00:04" }""", "IdCards:Timeout")]
    [InlineData("""{ "Path": "/dev/x", "Timeout": "00:01:01" }""", "IdCards:Timeout")]
    [InlineData("""{ "Path": "/dev/x", "PollInterval": "00:00:00.2" }""", "IdCards:PollInterval")]
    [InlineData("""{ "Path": "/dev/x", "PollInterval": "00:00:02" }""", "IdCards:PollInterval")]
    [InlineData("""{ "Path": "/dev/x", "ReadTimeout": "00:00:00.5" }""", "IdCards:ReadTimeout")]
    [InlineData("""{ "Path": "/dev/x", "Require": "Sometimes" }""", "IdCards:Require")]
    [InlineData("""{ "Path": "/dev/x", "Fallback": "Give" }""", "IdCards:Fallback")]
    [InlineData("""{ "Require": "Always" }""", "IdCards:Require")]
    [InlineData("""{ "Path": "/dev/x", "Photo": true }""", "IdCards:Photo")]
    public void A_mistake_names_its_key_and_what_is_allowed(string idCards, string key)
    {
        var result = Load(idCards);
        Assert.Null(result.Options);
        Assert.StartsWith(key, Assert.Single(result.Mistakes).ToString(), StringComparison.Ordinal);
    }
}
