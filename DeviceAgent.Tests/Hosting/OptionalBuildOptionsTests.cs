using System.Text;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Serial;
using DeviceAgent.Hosting;
using DeviceAgent.Journal;

namespace DeviceAgent.Tests.Hosting;

/// <summary>What an option says that asks for a part which is not in this build: docs/optional-builds.md.</summary>
public sealed class OptionalBuildOptionsTests
{
    [Fact]
    public void An_engine_that_is_not_in_this_build_is_never_taken_for_the_default_one()
    {
        var mistakes = new JournalOptions { Engine = JournalEngineKind.LiteDb }.Validate("Journal");
#if WITH_LITEDB
        Assert.Empty(mistakes);
#else
        Assert.Equal(["Journal:Engine must be sqlite: litedb is not in this build, which must be made with -p:WithLiteDb=true"], mistakes);
#endif
        Assert.Empty(new JournalOptions().Validate("Journal"));
    }

    [Fact]
    public void A_backend_that_is_not_in_this_build_is_never_taken_for_the_default_one()
    {
        var mistakes = new SerialLineOptions { Backend = DriverBackend.DotNet }.Validate("Serial");
#if WITH_DOTNET_IOT
        Assert.Empty(mistakes);
#else
        Assert.Equal(["Serial:Backend must be kernel: dotnet is not in this build, which must be made with -p:WithDotNetIot=true"], mistakes);
#endif
    }

    /// <summary>"Serial" names no device: whoever sets it means every serial line.</summary>
    [Fact]
    public void No_serial_line_is_ever_left_out_of_the_choice_of_a_backend()
    {
        var result = Load("Serial", "Backend", "dotnet");
        if (!DriverBackends.Has(DriverBackend.DotNet))
        {
            Assert.Null(result.Options);
            return;
        }
        var options = result.Options!;
        SerialLineOptions[] lines = [options.Scanner.Line, options.Printer.Line, options.IdCards.Line, options.Contactless.Line];
        Assert.All(lines, line => Assert.Equal(DriverBackend.DotNet, line.Backend));
        var others = typeof(AgentOptions).GetProperties().SelectMany(p => p.PropertyType.GetProperties()).Count(p => p.PropertyType == typeof(SerialLineOptions));
        Assert.Equal(lines.Length, others);
    }

    [Theory]
    [InlineData("Journal", "Engine", "litedb", true, false)]
    [InlineData("Serial", "Backend", "dotnet", false, true)]
    [InlineData("Gpio", "Backend", "dotnet", false, true)]
    public void A_file_that_asks_for_a_part_that_is_not_here_is_never_accepted(string section, string key, string value, bool liteDb, bool dotNet)
    {
        var result = Load(section, key, value);
        var isHere = (liteDb && JournalEngine.All.Count > 1) || (dotNet && DriverBackends.Has(DriverBackend.DotNet));
        if (isHere) Assert.Empty(result.Mistakes);
        else Assert.Contains($"{section}:{key} ", Assert.Single(result.Mistakes).ToString(), StringComparison.Ordinal);
    }

    private static OptionsResult Load(string section, string key, string value)
    {
        var config = $$"""
            {
              "Kiosk": { "Id": "K-0001" }, "Gateway": { "AppKey": "12345678" }, "Orders": { "StationIds": ["33444"] }, "Claims": { "Mode": "SoleIssuer" },
              "Scanner": { "Path": "/dev/serial/by-id/scanner" }, "Printer": { "Path": "/dev/serial/by-id/printer" },
              "{{section}}": { "{{key}}": "{{value}}" }
            }
            """;
        return OptionsLoader.Parse(Encoding.UTF8.GetBytes(config), new Dictionary<string, string>(), null, secretsRequired: false);
    }
}
