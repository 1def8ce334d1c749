using DeviceAgent.Devices;

namespace DeviceAgent.Tests.Devices;

public sealed class LightsOptionsTests
{
    private static readonly LightsOptions Pi = new()
    {
        Backend = LightsBackend.Gpio,
        Chip = "pinctrl-bcm2711",
        Lines = new() { StatusRed = "17", StatusGreen = "27", Scanner = "22", Tickets = "GPIO23" },
        ActiveLow = [LightLine.StatusRed, LightLine.Tickets],
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
            ActiveLow = [LightLine.Tickets, (LightLine)9],
        };
        Assert.Equal([
            "Lights:Chip must be the label of a GPIO chip, 1 to 31 bytes: Backend is Gpio",
            "Lights:Lines:StatusRed must be a line number from 0 to 65535 or a line name of 1 to 31 bytes",
            "Lights:Lines:StatusGreen must be a line number from 0 to 65535 or a line name of 1 to 31 bytes",
            "Lights:Lines:Scanner must be a line number from 0 to 65535 or a line name of 1 to 31 bytes",
            "Lights:ActiveLow must be a list of StatusRed, StatusGreen, Scanner, Tickets, each at most once",
        ], options.Validate("Lights"));
    }

    [Theory]
    [InlineData("17")]
    [InlineData("0017")]
    public void Two_lights_never_share_a_line(string tickets) =>
        Assert.Equal(["Lights:Lines:Tickets must not be the line of Lights:Lines:StatusRed"],
            (Pi with { Lines = Pi.Lines with { Tickets = tickets } }).Validate("Lights"));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("lights.sock")]
    [InlineData("/run/售票机售票机售票机售票机售票机售票机售票机售票机售票机售票机售票机售票机/lights.sock")]
    public void A_socket_that_cannot_be_had_is_never_accepted(string? path) =>
        Assert.StartsWith("Lights:Path must be ", Assert.Single(new LightsOptions { Backend = LightsBackend.Simulated, Path = path }.Validate("Lights")), StringComparison.Ordinal);

    [Fact]
    public void Lines_that_are_null_in_the_file_are_never_more_than_a_mistake() =>
        Assert.Equal(2, new LightsOptions { Backend = LightsBackend.Gpio, Chip = "pinctrl-rp1", Lines = null!, ActiveLow = null! }.Validate("Lights").Count());

    [Fact]
    public void An_unknown_backend_is_never_taken_for_none() =>
        Assert.Equal(["Lights:Backend must be one of None, Gpio, Simulated"], new LightsOptions { Backend = (LightsBackend)7 }.Validate("Lights"));
}
