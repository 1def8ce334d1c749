using DeviceAgent.Simulator.Kiosk;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Simulator;

public sealed class KioskLightHistoryTests
{
    private readonly VirtualTime _time = new();
    private readonly LightHistory _lights;
    private bool _on;

    public KioskLightHistoryTests() => _lights = new LightHistory(new TimeLine(_time));

    [Theory]
    [InlineData(1000, "Slow"), InlineData(500, "Medium"), InlineData(125, "Quick"), InlineData(140, "Quick"), InlineData(900, "Slow")]
    public void A_blink_is_not_taken_for_steady_light(int halfMilliseconds, string pattern)
    {
        Blink(halfMilliseconds, 8);
        Assert.Equal([pattern], Patterns());
    }

    [Fact]
    public void One_change_is_no_blink()
    {
        Show(false, 300);
        Show(true, 1000);
        Show(false, 1500);
        Assert.Equal(["Off", "Continuous", "Off"], Patterns());
    }

    [Fact]
    public void A_change_of_the_blink_is_not_lost()
    {
        Show(true, 3000);
        Blink(125, 8);
        Blink(1000, 4);
        Show(false, 5000);
        Assert.Equal(["Continuous", "Quick", "Slow", "Off"], Patterns());
        var phases = _lights.Phases["Scanner"];
        Assert.Equal(TimeSpan.FromSeconds(13), phases[^1].Until);
        Assert.All(phases.Zip(phases.Skip(1)), pair => Assert.Equal(pair.First.Until, pair.Second.From));
    }

    [Fact]
    public void A_blink_that_stopped_long_ago_is_not_still_blinking()
    {
        Blink(125, 7);
        Show(false, 10_000);
        Assert.Equal(["Quick", "Off"], Patterns());
    }

    [Theory]
    [InlineData("StatusRed"), InlineData("StatusRed=2"), InlineData("=1"), InlineData(""), InlineData("StatusRed=1 Scanner"), InlineData("a=1=0")]
    public void What_is_no_light_datagram_is_not_taken(string datagram)
    {
        Assert.False(_lights.Take(datagram));
        Assert.Empty(_lights.Phases);
    }

    [Fact]
    public void One_light_does_not_hide_another()
    {
        Assert.True(_lights.Take("StatusRed=0 StatusGreen=1 Scanner=0 Tickets=0"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_lights.Take("StatusRed=1 StatusGreen=1 Scanner=0 Tickets=0"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([LightPattern.Off, LightPattern.Continuous], _lights.Phases["StatusRed"].Select(p => p.Pattern));
        Assert.Equal(LightPattern.Continuous, Assert.Single(_lights.Phases["StatusGreen"]).Pattern);
        Assert.Equal(4, _lights.Phases.Count);
    }

    private void Blink(int halfMilliseconds, int halves)
    {
        for (var i = 0; i < halves; i++) Show(!_on, halfMilliseconds);
    }

    private void Show(bool on, int milliseconds)
    {
        _on = on;
        Assert.True(_lights.Take($"Scanner={(on ? 1 : 0)}"));
        _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
    }

    private string[] Patterns() => [.. _lights.Phases["Scanner"].Select(p => p.Pattern.ToString())];
}
