using DeviceAgent.Devices;
using DeviceAgent.Issuance;

namespace DeviceAgent.Tests.Devices;

public sealed class LightPatternsTests
{
    private static readonly Guidance[] All = Enum.GetValues<Guidance>();

    [Theory]
    [InlineData(Guidance.OutOfService, "Red Continuous", "Off", "Off")]
    [InlineData(Guidance.Ready, "Green Continuous", "Green Slow", "Off")]
    [InlineData(Guidance.Checking, "Green Continuous", "Green Medium", "Off")]
    [InlineData(Guidance.PresentCard, "Green Medium", "Green Continuous", "Off")]
    [InlineData(Guidance.CardNotAccepted, "Yellow Quick", "Green Continuous", "Off")]
    [InlineData(Guidance.Printing, "Green Continuous", "Off", "Green Slow")]
    [InlineData(Guidance.TakeTicket, "Green Continuous", "Off", "Green Quick")]
    [InlineData(Guidance.NotUnderstood, "Green Continuous", "Green Quick", "Off")]
    [InlineData(Guidance.Refused, "Red Quick", "Off", "Off")]
    [InlineData(Guidance.AlreadyCollected, "Yellow Quick", "Off", "Green Continuous")]
    [InlineData(Guidance.Offline, "Yellow Medium", "Off", "Off")]
    [InlineData(Guidance.SeeStaff, "Red Slow", "Off", "Off")]
    public void No_guidance_shows_other_lights_than_the_table_says(Guidance guidance, string status, string scanner, string tickets)
    {
        var lights = GuidancePatterns.For(guidance);
        Assert.Equal((status, scanner, tickets), (lights.Status.ToString(), lights.Scanner.ToString(), lights.Tickets.ToString()));
    }

    [Fact]
    public void No_two_guidances_look_alike() => Assert.Equal(All.Length, All.Select(GuidancePatterns.For).Distinct().Count());

    [Fact]
    public void No_two_guidances_look_alike_to_a_person_who_sees_no_colours() =>
        Assert.Equal(All.Length, All.Select(GuidancePatterns.For).Select(l => (l.Status.Pattern, l.Scanner.Pattern, l.Tickets.Pattern)).Distinct().Count());

    [Fact]
    public void The_status_light_is_never_dark_and_the_others_are_never_but_green()
    {
        foreach (var lights in All.Select(GuidancePatterns.For))
        {
            Assert.NotEqual(LightPattern.Off, lights.Status.Pattern);
            Assert.Equal((LightColour.Green, LightColour.Green), (lights.Scanner.Colour, lights.Tickets.Colour));
        }
    }

    [Fact]
    public void Green_never_stands_for_a_kiosk_that_gives_no_ticket()
    {
        Guidance[] going = [Guidance.Ready, Guidance.Checking, Guidance.PresentCard, Guidance.Printing, Guidance.TakeTicket, Guidance.NotUnderstood];
        foreach (var guidance in All) Assert.Equal(going.Contains(guidance), GuidancePatterns.For(guidance).Status.Colour == LightColour.Green);
    }

    [Fact]
    public void A_guidance_that_does_not_exist_never_gets_lights() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => GuidancePatterns.For((Guidance)All.Length));

    [Theory]
    [InlineData(LightPattern.Off, null)]
    [InlineData(LightPattern.Slow, 0.5)]
    [InlineData(LightPattern.Medium, 1.0)]
    [InlineData(LightPattern.Quick, 4.0)]
    [InlineData(LightPattern.Continuous, null)]
    public void No_pattern_blinks_at_another_rate(LightPattern pattern, double? hertz) =>
        Assert.Equal(hertz, GuidancePatterns.HalfPeriod(pattern) is { } half ? 0.5 / half.TotalSeconds : null);
}
