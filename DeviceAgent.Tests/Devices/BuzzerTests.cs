using DeviceAgent.Devices;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Gpio;
using DeviceAgent.Issuance;
using DeviceAgent.Tests.Gpio;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Devices;

public sealed class BuzzerTests : IDisposable
{
    private static readonly BuzzerOptions Options = new() { Chip = "chip", Line = "18", Accepted = "60", Refused = "400", TakeTicket = "100 50 100", Alarm = "500 300 500" };
    private readonly VirtualTime _time = new();
    private readonly LightLog _log = new();
    private readonly LightBoard _board;
    private readonly BeatTimer _beats;

    public BuzzerTests()
    {
        _board = new(_time);
        _beats = new(_time);
    }

    public void Dispose() => _beats.Dispose();

    private Buzzer New(BuzzerOptions? options = null) => new(() => _board.Open(0), options ?? Options, _beats, _time, _log);

    private void Restart() => _board.Restart();

    [Theory]
    [InlineData(Guidance.Checking, "0:1 60:0")]
    [InlineData(Guidance.ConfirmReturn, "0:1 60:0")]
    [InlineData(Guidance.Refused, "0:1 400:0")]
    [InlineData(Guidance.NotUnderstood, "0:1 400:0")]
    [InlineData(Guidance.AlreadyCollected, "0:1 400:0")]
    [InlineData(Guidance.Offline, "0:1 400:0")]
    [InlineData(Guidance.TakeTicket, "0:1 100:0 150:1 250:0")]
    [InlineData(Guidance.SeeStaff, "0:1 500:0 800:1 1300:0")]
    [InlineData(Guidance.Ready, "")]
    [InlineData(Guidance.Printing, "")]
    [InlineData(Guidance.OutOfService, "")]
    public void No_guidance_sounds_otherwise_or_longer_than_its_pattern(Guidance guidance, string expected)
    {
        using var buzzer = New();
        Restart();
        buzzer.Show(guidance);
        buzzer.Show(guidance);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(expected, Heard());
        Assert.Null(_time.UntilNextTimer);
    }

    [Fact]
    public void A_sound_is_never_cut_off_by_the_kiosk_getting_ready_but_by_the_next_guidance()
    {
        using var buzzer = New();
        Restart();
        buzzer.Show(Guidance.TakeTicket);
        _time.Advance(TimeSpan.FromMilliseconds(30));
        buzzer.Show(Guidance.Ready);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("0:1 100:0 150:1 250:0", Heard());
        Restart();
        buzzer.Show(Guidance.SeeStaff);
        _time.Advance(TimeSpan.FromMilliseconds(30));
        buzzer.Show(Guidance.Printing);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("0:1 30:0", Heard());
    }

    [Theory]
    [InlineData("21:00:00", "06:00:00", 1, false)] // the bench's clock says one at night
    [InlineData("00:30:00", "01:30:00", 1, false)]
    [InlineData("02:00:00", "06:00:00", 1, true)]
    [InlineData("21:00:00", "01:00:00", 1, true)]
    public void Quiet_hours_are_never_broken_nor_longer_than_they_are(string from, string until, int hour, bool heard)
    {
        Assert.Equal(hour, _time.GetLocalNow().Hour);
        using var buzzer = New(Options with { QuietFrom = TimeSpan.Parse(from, null), QuietUntil = TimeSpan.Parse(until, null) });
        Restart();
        buzzer.Show(Guidance.SeeStaff);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(heard, Heard().Length > 0);
    }

    [Fact]
    public void A_chip_that_fails_never_leaves_the_buzzer_on_or_stops_anything()
    {
        using var buzzer = New();
        buzzer.Show(Guidance.SeeStaff);
        _board.Failure = new GpioException(GpioFault.NoSuchChip, "chip", "18", 19);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(_board.Disposed);
        Assert.Equal((DeviceState.NoDevice, RecoveryHint.Maintenance), (buzzer.Health.State, buzzer.Health.Hint));
        buzzer.Show(Guidance.TakeTicket);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Single(_log.Lines, l => l.StartsWith("2370", StringComparison.Ordinal));
        _board.Failure = null;
        Restart();
        buzzer.Show(Guidance.Checking);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("0:0 0:1 60:0", Heard()); // taken again, silent
        Assert.Equal(DeviceState.Online, buzzer.Health.State);
    }

    [Fact]
    public void A_kiosk_that_stops_never_keeps_beeping()
    {
        var buzzer = New();
        buzzer.Show(Guidance.SeeStaff);
        buzzer.Dispose();
        buzzer.Dispose();
        Assert.Equal(0UL, _board.Changes[^1].Values);
        Assert.True(_board.Disposed);
        buzzer.Show(Guidance.TakeTicket);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0UL, _board.Changes[^1].Values);
    }

    [Fact]
    public void Lights_and_buzzer_never_have_two_timers()
    {
        var clock = new LightClock(_time);
        using var beats = new BeatTimer(clock);
        var lamps = new LightBoard(_time);
        using var lights = new GuidanceLights(lamps.Open, Enum.GetValues<LightLine>(), clock, _log, beats);
        using var buzzer = new Buzzer(() => _board.Open(0), Options with { TakeTicket = "125 125 125" }, beats, clock, _log);
        var both = new GuidanceForAll(lights, buzzer);
        both.Show(Guidance.TakeTicket);
        _time.Advance(TimeSpan.FromMilliseconds(375));
        Assert.Equal((3, 1), (clock.Callbacks, clock.Timers)); // three edges of each, three wake-ups
    }

    [Fact]
    public void The_line_is_never_another_than_the_configured_one()
    {
        var kernel = new FakeGpioKernel();
        kernel.Chips.Add(FakeChip.Pi());
        using var buzzer = Buzzer.Open(Options with { Chip = "pinctrl-rp1", ActiveLow = true }, new GpioLines(kernel), _beats, _time, _log);
        var request = kernel.LastArgument(0xC250B407);
        Assert.Equal((18, 10UL), (BitConverter.ToInt32(request), BitConverter.ToUInt64(request, 288)));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData(" 20  2000 ", 2)]
    [InlineData("20 20 20 20 20 20 20 20 20 20 20 20 20 20 20 20", 16)]
    [InlineData("20 20 20 20 20 20 20 20 20 20 20 20 20 20 20 20 20", null)]
    [InlineData("19", null)]
    [InlineData("2001", null)]
    [InlineData("-60", null)]
    [InlineData("60,60", null)]
    [InlineData("99999999999", null)]
    public void Nothing_but_a_short_pattern_is_a_sound(string text, int? parts) => Assert.Equal(parts, BuzzerSounds.TryParse(text)?.Count);

    private string Heard() => string.Join(' ', _board.Changes.Select(c => $"{c.At}:{c.Values}"));
}
