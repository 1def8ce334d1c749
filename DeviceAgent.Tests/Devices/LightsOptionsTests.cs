using DeviceAgent.Devices;

namespace DeviceAgent.Tests.Devices;

public sealed class LightsOptionsTests
{
    private static readonly LightsOptions Pi = new()
    {
        Backend = LightsBackend.Gpio,
        Chip = "pinctrl-bcm2711",
        Lines = new() { StatusRed = "17", StatusGreen = "27", Scanner = "22", Tickets = "GPIO23" },
        ActiveLow = ["StatusRed", "Tickets"],
    };

    [Fact]
    public void Good_options_never_hold_a_mistake()
    {
        Assert.Empty(new LightsOptions().Validate("Lights"));
        Assert.Empty(Pi.Validate("Lights"));
        Assert.Empty((Pi with { Lines = Pi.Lines with { Scanner = null, Tickets = "" } }).Validate("Lights"));
        Assert.Empty(new LightsOptions { Backend = LightsBackend.Simulated, Path = "/run/device-agent/lights.sock" }.Validate("Lights"));
        Assert.Empty(new LightsOptions { Backend = LightsBackend.Simulated, Path = "/" + new string('a', 106) }.Validate("Lights"));
    }

    [Fact]
    public void No_mistake_hides_another()
    {
        var options = new LightsOptions
        {
            Backend = LightsBackend.Gpio,
            Lines = new() { StatusGreen = "70000", Scanner = "a name that is longer than the kernel allows", Tickets = "4" },
            ActiveLow = ["Tickets", "tickets"],
        };
        Assert.Equal([
            "Lights:Chip is missing; the Gpio backend needs the chip's label, 1-31 bytes.",
            "Lights:Lines:StatusRed is missing; the Gpio backend needs a line number 0-65535 or a line name.",
            "Lights:Lines:StatusGreen is \"70000\"; allowed: a line number 0-65535 or a line name of 1-31 bytes.",
            "Lights:Lines:Scanner is \"a name that is longer than the kernel allows\"; allowed: a line number 0-65535 or a line name of 1-31 bytes.",
            "Lights:ActiveLow:1 is \"tickets\"; allowed: StatusRed, StatusGreen, Scanner, Tickets.",
        ], options.Validate("Lights"));
    }

    [Theory]
    [InlineData("17")]
    [InlineData("0017")]
    public void Two_lights_never_share_a_line(string tickets) =>
        Assert.Equal([$"Lights:Lines:Tickets is \"{tickets}\", and so is Lights:Lines:StatusRed; each light needs a line of its own."],
            (Pi with { Lines = Pi.Lines with { Tickets = tickets } }).Validate("Lights"));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("lights.sock")]
    [InlineData("/run/售票机售票机售票机售票机售票机售票机售票机售票机售票机售票机售票机售票机/lights.sock")]
    public void A_socket_that_cannot_be_had_is_never_accepted(string? path) =>
        Assert.StartsWith("Lights:Path is ", Assert.Single(new LightsOptions { Backend = LightsBackend.Simulated, Path = path }.Validate("Lights")), StringComparison.Ordinal);

    [Fact]
    public void Lines_that_are_null_in_the_file_are_never_more_than_a_mistake() =>
        Assert.Equal(2, new LightsOptions { Backend = LightsBackend.Gpio, Chip = "pinctrl-rp1", Lines = null!, ActiveLow = null! }.Validate("Lights").Count());

    [Fact]
    public void An_unknown_backend_is_never_taken_for_none() =>
        Assert.Equal(["Lights:Backend is 7; allowed: None, Gpio, Simulated."], new LightsOptions { Backend = (LightsBackend)7 }.Validate("Lights"));
}
