using DeviceAgent.Drivers.Printing;

namespace DeviceAgent.Tests.Printing;

public sealed class PrinterCapabilitiesTests
{
    private static readonly PrinterCapabilities Known = new()
    {
        Identity = new("ACME", "K80", "1.07", "SN0001", "CHINA GB18030"),
        EchoesProcessId = true,
        CutCounter = 178,
        HasTwoByteCharacters = true,
        HasCutter = false,
        TellsStatusChanges = true,
        HasFullStatus = true,
    };

    [Fact]
    public void What_was_stored_comes_back_as_it_was()
    {
        Assert.Equal(Known, PrinterCapabilities.TryParse(Known.ToJson()));
        Assert.True(Known.HasChineseMode);
        var little = new PrinterCapabilities { Identity = new(null, null, null, null, null), EchoesProcessId = false, TellsStatusChanges = false };
        Assert.Equal(little, PrinterCapabilities.TryParse(little.ToJson()));
        Assert.False(little.HasChineseMode);
        var longest = new string('"', PrinterReplyParser.MaxTextBytes);
        Assert.InRange((Known with { Identity = new(longest, longest, longest, longest, longest) }).ToJson().Length, 1, PrinterCapabilities.MaxJsonChars);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"Identity":null,"EchoesProcessId":true,"TellsStatusChanges":true}""")]
    [InlineData("""{"Identity":{},"EchoesProcessId":1,"TellsStatusChanges":true}""")]
    [InlineData("""{"Identity":{},"EchoesProcessId":true,"TellsStatusChanges":true,"CutCounter":-1}""")]
    public void What_is_no_capabilities_is_probed_again_and_never_a_crash(string? json) => Assert.Null(PrinterCapabilities.TryParse(json));

    [Fact]
    public void What_a_newer_release_stored_is_understood_and_what_is_far_too_long_is_not_looked_at()
    {
        Assert.Equal(Known, PrinterCapabilities.TryParse(Known.ToJson()[..^1] + ""","Colour":"red"}"""));
        Assert.Null(PrinterCapabilities.TryParse(Known.ToJson() + new string(' ', PrinterCapabilities.MaxJsonChars)));
    }
}
