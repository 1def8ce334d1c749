using System.Text;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Hosting;

namespace DeviceAgent.Tests.Hosting;

/// <summary>"Printer:Profile" and the forms of "Printer:Path".</summary>
public sealed class PrinterOptionsTests
{
    private static OptionsResult Load(string printer) => OptionsLoader.Parse(Encoding.UTF8.GetBytes($$"""
        {
          "Kiosk": { "Id": "K-0001" }, "Gateway": { "AppKey": "12345678" }, "Orders": { "StationIds": ["33444"] }, "Claims": { "Mode": "SoleIssuer" },
          "Scanner": { "Path": "/dev/serial/by-id/scanner" }, "Printer": {{printer}}
        }
        """), new Dictionary<string, string>(), null, secretsRequired: false);

    [Theory]
    [InlineData("/dev/serial/by-id/printer")]
    [InlineData("/dev/usb/lp0")]
    [InlineData("tcp:192.0.2.7:9100")]
    [InlineData("tcp:printer.lan:9100")]
    public void Each_form_of_a_path_is_taken(string path)
    {
        var result = Load($$"""{ "Path": "{{path}}" }""");
        Assert.Empty(result.Mistakes);
        Assert.Equal(path, result.Options!.Printer.Path);
    }

    [Theory]
    [InlineData("tcp:192.0.2.7")]
    [InlineData("tcp:192.0.2.7:0")]
    [InlineData("usb/lp0")]
    public void A_path_that_leads_nowhere_is_named_with_what_is_allowed(string path) =>
        Assert.Contains("or tcp:HOST:PORT", Assert.Single(Load($$"""{ "Path": "{{path}}" }""").Mistakes).ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_profile_sets_what_the_configuration_leaves_open()
    {
        var printer = Load("""{ "Path": "/dev/p", "Profile": "generic-58" }""").Options!.Printer;
        Assert.Equal(("generic-58", 32, PrinterFlowControl.XonXoff), (printer.Profile.Name, printer.Columns, printer.EscPos.FlowControl));
        Assert.Equal((AutomaticStatusUse.Probe, TimeSpan.FromSeconds(30)), (printer.Protocol.AutomaticStatus, printer.Protocol.JobTimeout));
        var own = Load("""{ "Path": "/dev/p", "Profile": "custom-kiosk", "FlowControl": "None", "Columns": 40 }""").Options!.Printer;
        Assert.Equal((40, PrinterFlowControl.None, PrinterStatusForm.Kiosk), (own.Columns, own.Protocol.FlowControl, own.Protocol.StatusForm));
        Assert.NotNull(own.Protocol.Presenter);
    }

    [Fact]
    public void A_profile_that_does_not_exist_is_named_with_those_that_do() =>
        Assert.Contains("must be one of custom-kiosk, epson-tm, generic-58, generic-80, or the absolute path of a profile",
            Assert.Single(Load("""{ "Path": "/dev/p", "Profile": "epson" }""").Mistakes).ToString(), StringComparison.Ordinal);
}
