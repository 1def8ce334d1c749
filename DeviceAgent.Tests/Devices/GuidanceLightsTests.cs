using System.Net.Sockets;
using System.Text;
using DeviceAgent.Devices;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Gpio;
using DeviceAgent.Issuance;
using DeviceAgent.Tests.Gpio;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Devices;

public sealed class GuidanceLightsTests
{
    private const ulong Red = 1, Green = 2, Scanner = 4, Tickets = 8;
    private static readonly LightLine[] All = Enum.GetValues<LightLine>();
    private readonly VirtualTime _time = new();
    private readonly LightLog _log = new();
    private readonly LightBoard _board;

    public GuidanceLightsTests() => _board = new LightBoard(_time);

    private GuidanceLights Lights(params LightLine[] fitted) => new(_board.Open, fitted.Length == 0 ? All : fitted, _time, _log);

    [Fact]
    public void A_kiosk_that_starts_is_never_shown_ready()
    {
        using var lights = Lights();
        Assert.Equal([(0, Red)], _board.Changes);
        Assert.Equal((Guidance.OutOfService, DeviceState.Online), (lights.Shown, lights.Device));
        Assert.Equal(0, _board.Sets); // the request itself carried the first values
    }

    [Fact]
    public void A_kiosk_that_stops_is_never_left_ready()
    {
        var lights = Lights();
        lights.Show(Guidance.TakeTicket);
        lights.Dispose();
        lights.Dispose();
        Assert.Equal((0, Red), _board.Changes[^1]);
        Assert.True(_board.Disposed);
        Assert.Null(_time.UntilNextTimer);
        lights.Show(Guidance.Ready);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal((0, Red), _board.Changes[^1]);
    }

    [Theory]
    [InlineData(Guidance.Ready, Green, Scanner, 1000)]
    [InlineData(Guidance.Checking, Green, Scanner, 500)]
    [InlineData(Guidance.NotUnderstood, Green, Scanner, 125)]
    [InlineData(Guidance.Printing, Green, Tickets, 1000)]
    [InlineData(Guidance.TakeTicket, Green, Tickets, 125)]
    [InlineData(Guidance.Refused, 0UL, Red, 125)]
    [InlineData(Guidance.AlreadyCollected, Tickets, Red | Green, 125)]
    [InlineData(Guidance.Offline, 0UL, Red | Green, 500)]
    [InlineData(Guidance.SeeStaff, 0UL, Red, 1000)]
    public void No_edge_comes_early_or_late(Guidance guidance, ulong steady, ulong blinking, int halfMilliseconds)
    {
        using var lights = Lights();
        if (guidance != Guidance.AlreadyCollected) lights.Show(Guidance.AlreadyCollected); // lit otherwise than what comes next
        _time.Advance(TimeSpan.FromMilliseconds(777)); // patterns start at the guidance, not at a clock's beat
        _board.Restart();
        lights.Show(guidance);
        _time.Advance(TimeSpan.FromMilliseconds(halfMilliseconds * 8));

        Assert.Equal(Enumerable.Range(0, 9).Select(i => (i * halfMilliseconds, i % 2 == 0 ? steady | blinking : steady)), _board.Changes);
        Assert.Equal(9, _board.Sets);
        Assert.All(_board.Masks, mask => Assert.Equal(0b1111UL, mask));
    }

    [Fact]
    public void Steady_lights_never_wake_the_machine()
    {
        var time = new LightClock(_time);
        using var lights = new GuidanceLights(_board.Open, All, time, _log);
        _time.Advance(TimeSpan.FromHours(10));
        Assert.Equal(0, time.Callbacks);
        lights.Show(Guidance.Ready);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(10, time.Callbacks);
        lights.Show(Guidance.OutOfService);
        _time.Advance(TimeSpan.FromHours(10));
        Assert.Equal(10, time.Callbacks);
        Assert.Null(_time.UntilNextTimer);
        Assert.Equal(1, time.Timers);
    }

    [Fact]
    public void The_same_guidance_again_never_disturbs_the_pattern()
    {
        using var lights = Lights();
        lights.Show(Guidance.Ready);
        _time.Advance(TimeSpan.FromMilliseconds(600));
        _board.Restart();
        lights.Show(Guidance.Ready);
        Assert.Empty(_board.Changes);
        _time.Advance(TimeSpan.FromMilliseconds(400));
        Assert.Equal([(400, Green)], _board.Changes);
    }

    [Fact]
    public void Levels_that_stay_as_they_are_are_never_written()
    {
        using var lights = Lights();
        lights.Show(Guidance.Ready);
        _board.Restart();
        lights.Show(Guidance.Checking); // green and scanner lit, as before
        Assert.Equal(0, _board.Sets);
        _time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal([(500, Green)], _board.Changes);
    }

    [Fact]
    public void A_timer_that_fires_early_late_or_once_too_often_never_shifts_the_pattern()
    {
        var time = new LightClock(_time) { FiresByHand = true };
        using var lights = new GuidanceLights(_board.Open, All, time, _log);
        lights.Show(Guidance.TakeTicket);
        _board.Restart();
        foreach (var at in new[] { 3, 120, 126, 130, 255, 370, 380, 1005, 1124 })
        {
            _time.Advance(TimeSpan.FromMilliseconds(at) - _board.Elapsed);
            time.Fire();
        }
        Assert.Equal([(120, Green), (255, Green | Tickets), (370, Green), (1005, Green | Tickets), (1124, Green)], _board.Changes);
    }

    [Fact]
    public void Lights_that_fail_never_stop_an_issuance_and_are_told_once()
    {
        using var lights = Lights();
        _board.Failure = new GpioException(GpioFault.Failed, "chip", "17", 5);
        lights.Show(Guidance.Printing);
        Assert.Equal((Guidance.Printing, DeviceState.HardwareError), (lights.Shown, lights.Device));
        _time.Advance(TimeSpan.FromSeconds(10));
        lights.Show(Guidance.TakeTicket);
        Assert.Equal(["2400 Passenger lights: GPIO chip 'chip', line 17: Failed (errno 5). They are tried again when the guidance changes; issuing goes on"], _log.Lines);

        _board.Failure = null;
        _board.Restart();
        lights.Show(Guidance.Ready);
        Assert.Equal([(0, Green | Scanner)], _board.Changes);
        Assert.Equal(DeviceState.Online, lights.Device);
        Assert.Equal("2401 Passenger lights work again", _log.Lines[^1]);
        Assert.Equal(2, _log.Lines.Count);
    }

    [Fact]
    public void A_failed_write_is_tried_again_even_when_the_guidance_stays()
    {
        using var lights = Lights();
        lights.Show(Guidance.Ready);
        _board.Failure = new GpioException(GpioFault.Failed, "chip", "17", 5);
        lights.Show(Guidance.OutOfService);
        _board.Failure = null;
        _board.Restart();
        lights.Show(Guidance.OutOfService);
        Assert.Equal([(0, Red)], _board.Changes);
    }

    [Fact]
    public void What_a_failed_write_left_behind_is_never_taken_for_the_levels_before_it()
    {
        using var lights = Lights();
        _board.Failure = new GpioException(GpioFault.Failed, "chip", "17", 5);
        lights.Show(Guidance.Ready);
        _board.Failure = null;
        _board.Restart();
        lights.Show(Guidance.OutOfService);
        Assert.Equal([(0, Red)], _board.Changes);
        Assert.Equal(DeviceState.Online, lights.Device);
    }

    [Fact]
    public void A_flickering_fault_never_floods_the_log()
    {
        using var lights = Lights();
        lights.Show(Guidance.TakeTicket);
        for (var i = 0; i < 100; i++)
        {
            _board.Failure = i % 2 == 0 ? new GpioException(GpioFault.Failed, "chip", "17", 5) : null;
            _time.Advance(TimeSpan.FromMilliseconds(125));
        }
        Assert.Single(_log.Lines);
    }

    [Fact]
    public void A_chip_that_comes_late_or_goes_and_comes_back_is_never_missed()
    {
        _board.OpenFailure = new GpioException(GpioFault.NoSuchChip, "chip");
        using var lights = Lights();
        Assert.Equal(DeviceState.NoDevice, lights.Device);
        lights.Show(Guidance.Ready);
        Assert.Null(_time.UntilNextTimer); // lights that are not there blink for nobody
        _board.OpenFailure = null;
        lights.Show(Guidance.Checking);
        Assert.Equal(((0, Green | Scanner), DeviceState.Online), (_board.Changes[^1], lights.Device));

        _board.Failure = new GpioException(GpioFault.NoSuchChip, "chip", "17", 19);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(_time.UntilNextTimer);
        Assert.True(_board.Disposed);
        Assert.Equal(DeviceState.NoDevice, lights.Device);
        _board.Failure = null;
        _board.Restart();
        lights.Show(Guidance.OutOfService);
        Assert.Equal([(0, Red)], _board.Changes);
        Assert.Equal(2, _board.Opens);
    }

    /// <summary>A USB chip that is plugged in again comes up dark, and a kiosk at rest changes no guidance for hours.</summary>
    [Fact]
    public async Task A_chip_that_comes_back_never_stays_dark_until_the_next_guidance()
    {
        var came = new TaskCompletionSource();
        using var stop = new CancellationTokenSource();
        using var lights = new GuidanceLights(_board.Open, All, _time, _log) { ChipMayHaveCome = () => came.Task };
        var running = lights.RunAsync(stop.Token);
        _board.Failure = new GpioException(GpioFault.NoSuchChip, "chip", "17", 19); // what is held is the chip that went
        void Come() => Interlocked.Exchange(ref came, new()).SetResult();
        _board.OpenFailure = new GpioException(GpioFault.Denied, "chip", errno: 13); // udev has not given it to the group yet
        Come();
        Assert.Equal((DeviceState.UserError, RecoveryHint.Configuration), (lights.Health.State, lights.Health.Hint));
        (_board.Failure, _board.OpenFailure) = (null, null);
        _board.Restart();
        Come();
        Assert.Equal([(0, Red)], _board.Changes);
        Assert.Equal((DeviceState.Online, ""), (lights.Health.State, lights.Health.Detail));
        Assert.Equal(["2400", "2401"], _log.Lines.Select(l => l[..4]));
        stop.Cancel();
        await running.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(GpioFault.LineInUse, DeviceState.Busy)]
    [InlineData(GpioFault.Denied, DeviceState.UserError)]
    [InlineData(GpioFault.NoSuchLine, DeviceState.UserError)]
    [InlineData(GpioFault.SeveralChips, DeviceState.UserError)]
    [InlineData(GpioFault.NotSupported, DeviceState.UserError)]
    public void Lights_that_cannot_be_had_never_count_as_online(GpioFault fault, DeviceState expected)
    {
        _board.OpenFailure = new GpioException(fault, "chip");
        using var lights = Lights();
        Assert.Equal(expected, lights.Device);
    }

    [Fact]
    public void A_light_that_is_not_fitted_never_wakes_the_machine_or_shifts_the_others()
    {
        using var lights = Lights(LightLine.StatusRed, LightLine.StatusGreen, LightLine.Tickets);
        lights.Show(Guidance.Ready); // blinks at the scanner, which has no light here
        Assert.Equal((0, 0b010UL), _board.Changes[^1]);
        Assert.Null(_time.UntilNextTimer);
        lights.Show(Guidance.TakeTicket);
        Assert.Equal((0, 0b110UL), _board.Changes[^1]);
        Assert.Equal(0b111UL, _board.Masks[^1]);
    }

    [Fact]
    public async Task Two_threads_never_write_at_once_or_leave_another_guidance_than_the_last()
    {
        using var lights = Lights();
        var cancelled = TestContext.Current.CancellationToken;
        var desks = Enumerable.Range(0, 3).Select(n => Task.Run(() =>
        {
            for (var i = 0; i < 3000; i++) lights.Show((Guidance)((i + n) % 10));
        }, cancelled));
        var clock = Task.Run(() =>
        {
            for (var i = 0; i < 3000; i++) _time.Advance(TimeSpan.FromMilliseconds(40));
        }, cancelled);
        await Task.WhenAll([.. desks, clock]).WaitAsync(TimeSpan.FromSeconds(60), cancelled);
        lights.Show(Guidance.OutOfService);
        Assert.Equal(Red, _board.Changes[^1].Values);
        Assert.False(_board.Overlapped);
    }

    [Fact]
    public void Options_of_a_chip_never_reach_other_lines_than_they_name()
    {
        var kernel = new FakeGpioKernel();
        kernel.Chips.Add(FakeChip.Pi());
        var options = new LightsOptions
        {
            Backend = LightsBackend.Gpio,
            Chip = "pinctrl-rp1",
            Lines = new() { StatusRed = "17", StatusGreen = "GPIO27", Tickets = "23" },
            ActiveLow = [LightLine.StatusGreen],
        };
        using var lights = GuidanceLights.Open(options, new GpioLines(kernel), _time, _log);
        var request = kernel.LastArgument(0xC250B407);
        Assert.Equal([17, 27, 23, 0], Enumerable.Range(0, 4).Select(i => BitConverter.ToInt32(request, 4 * i)));
        Assert.Equal("device-agent", Encoding.ASCII.GetString(request, 256, 12));
        Assert.Equal((1UL, 10UL, 0b010UL), (BitConverter.ToUInt64(request, 320), BitConverter.ToUInt64(request, 328), BitConverter.ToUInt64(request, 336)));
        Assert.Equal((2UL, Red, 0b111UL), (BitConverter.ToUInt64(request, 344), BitConverter.ToUInt64(request, 352), BitConverter.ToUInt64(request, 360)));
        lights.Show(Guidance.TakeTicket);
        Assert.Equal(Convert.FromHexString("06000000000000000700000000000000"), kernel.LastArgument(0xC010B40F));
    }

    [Fact]
    public void Simulated_lights_never_tell_anything_but_the_four_lines()
    {
        var folder = Directory.CreateTempSubdirectory("lights-test");
        try
        {
            var path = Path.Combine(folder.FullName, "lights.sock");
            using var listener = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 30_000 };
            listener.Bind(new UnixDomainSocketEndPoint(path));
            using (var lights = GuidanceLights.Open(new() { Backend = LightsBackend.Simulated, Path = path }, _time, _log))
            {
                lights.Show(Guidance.Ready);
                _time.Advance(TimeSpan.FromSeconds(1));
            }
            var buffer = new byte[256];
            string[] expected = ["1 0 0 0", "0 1 1 0", "0 1 0 0", "1 0 0 0"];
            foreach (var levels in expected.Select(e => e.Split(' ')))
                Assert.Equal($"StatusRed={levels[0]} StatusGreen={levels[1]} Scanner={levels[2]} Tickets={levels[3]}", Encoding.UTF8.GetString(buffer, 0, listener.Receive(buffer)));
            Assert.Equal(0, listener.Available);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_machine_without_lights_never_fails_logs_or_wakes()
    {
        using var lights = GuidanceLights.Open(new(), _time, _log);
        lights.Show(Guidance.Ready);
        Assert.Equal((Guidance.Ready, DeviceState.NoDevice), (lights.Shown, lights.Device));
        Assert.Null(_time.UntilNextTimer);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public void Options_with_a_mistake_are_never_opened() =>
        Assert.Contains("Lights:Path", Assert.Throws<ArgumentException>(() => GuidanceLights.Open(new() { Backend = LightsBackend.Simulated }, _time, _log)).Message, StringComparison.Ordinal);
}
