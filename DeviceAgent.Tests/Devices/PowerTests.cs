using DeviceAgent.Devices;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Gpio;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Tests.Gpio;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Devices;

/// <summary>The relay in the printer's supply, the power-fail contact, and the kiosk's own paper sensors.</summary>
public sealed class PowerTests : IDisposable
{
    private static readonly RelayOptions Options = new() { Chip = "chip", Line = "26", OffTime = TimeSpan.FromSeconds(5) };
    private readonly VirtualTime _time = new();
    private readonly VirtualLoop _loop;
    private readonly LightLog _log = new();
    private readonly LightBoard _board;
    private readonly CancellationTokenSource _stop = new();
    private TaskCompletionSource _chipCame = new();
    private Task? _running;

    public PowerTests()
    {
        _loop = new(_time);
        _board = new(_time);
    }

    public void Dispose() => _stop.Dispose();

    [Theory]
    [InlineData(true, "0:0 1000:1 6000:0")] // the relay is pulled to take the power away
    [InlineData(false, "0:1 1000:0 6000:1")]
    public void A_cycle_never_leaves_the_printer_without_power(bool normallyOn, string expected)
    {
        var relay = Run(Options with { NormallyOn = normallyOn });
        _loop.Pass(TimeSpan.FromSeconds(1));
        var cycle = _loop.Start(() => relay.CycleAsync(CancellationToken.None).AsTask());
        _loop.Pass(TimeSpan.FromSeconds(20));
        Assert.True(cycle.IsCompletedSuccessfully);
        Assert.Equal(expected, Levels());
        _loop.Pass(TimeSpan.FromDays(1));
        Assert.Equal(expected, Levels());
        Assert.Null(_time.UntilNextTimer);
    }

    [Fact]
    public void Two_cycles_at_once_never_make_two()
    {
        var relay = Run(Options);
        var cycles = Task.WhenAll(_loop.Start(() => relay.CycleAsync(CancellationToken.None).AsTask()), _loop.Start(() => relay.CycleAsync(CancellationToken.None).AsTask()));
        _loop.Pass(TimeSpan.FromSeconds(20));
        Assert.True(cycles.IsCompletedSuccessfully);
        Assert.Equal("0:0 0:1 5000:0", Levels());
    }

    [Fact]
    public void A_cycle_that_is_given_up_never_leaves_the_printer_off()
    {
        var relay = Run(Options);
        using var giveUp = new CancellationTokenSource();
        var cycle = _loop.Start(() => relay.CycleAsync(giveUp.Token).AsTask());
        _loop.Pass(TimeSpan.FromSeconds(2));
        _loop.Do(giveUp.Cancel);
        _loop.Drain();
        Assert.True(cycle.IsCanceled);
        Assert.Equal("0:0 0:1 2000:0", Levels());
    }

    [Fact]
    public void An_agent_that_stops_during_a_cycle_never_leaves_the_printer_off()
    {
        var relay = Run(Options);
        _ = _loop.Start(() => relay.CycleAsync(CancellationToken.None).AsTask());
        _loop.Pass(TimeSpan.FromSeconds(2));
        _loop.Do(_stop.Cancel);
        _loop.Drain();
        Assert.True(_board.Disposed);
        Assert.True(_running!.IsCompletedSuccessfully);
        _loop.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal("0:0 0:1 2000:0", Levels());
    }

    [Fact]
    public void A_relay_that_fails_while_the_power_is_off_is_tried_until_it_is_on()
    {
        var relay = Run(Options);
        var cycle = _loop.Start(() => relay.CycleAsync(CancellationToken.None).AsTask());
        _loop.Pass(TimeSpan.FromSeconds(2));
        _board.Failure = new GpioException(GpioFault.NoSuchChip, "chip", "26", 19);
        _board.OpenFailure = new GpioException(GpioFault.NoSuchChip, "chip");
        _loop.Pass(TimeSpan.FromMinutes(1));
        Assert.True(cycle.IsCompletedSuccessfully);
        Assert.Equal(1UL, _board.Changes[^1].Values); // off: nothing can be done about it yet
        Assert.Equal(DeviceState.NoDevice, relay.Health.State);
        (_board.Failure, _board.OpenFailure) = (null, null);
        _loop.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal(0UL, _board.Changes[^1].Values); // taken again, on from the first moment
        Assert.Equal(DeviceState.Online, relay.Health.State);
    }

    [Fact]
    public void A_relay_whose_chip_went_and_came_is_never_left_as_the_chip_woke_up()
    {
        var relay = Run(Options with { NormallyOn = false });
        Assert.Equal("0:1", Levels());
        _board.Failure = new GpioException(GpioFault.NoSuchChip, "chip", "26", 19); // the old one; who holds it hears nothing
        _loop.Do(() => Interlocked.Exchange(ref _chipCame, new()).SetResult());
        _board.Failure = null;
        _loop.Pass(TimeSpan.FromSeconds(10));
        Assert.Equal((2, 1UL), (_board.Opens, _board.Changes[^1].Values));
        Assert.Equal(DeviceState.Online, relay.Health.State);
    }

    [Fact]
    public void A_relay_that_is_not_there_never_pretends_to_have_switched()
    {
        _board.OpenFailure = new GpioException(GpioFault.LineInUse, "chip", "26", 16, "somebody");
        var relay = Run(Options);
        var cycle = _loop.Start(() => relay.CycleAsync(CancellationToken.None).AsTask());
        _loop.Drain();
        Assert.True(cycle.IsCompletedSuccessfully);
        Assert.DoesNotContain(_log.Lines, l => l.StartsWith("2380", StringComparison.Ordinal));
        Assert.Equal(DeviceState.Busy, relay.Health.State);
    }

    /// <summary>Killed with the power off: the kernel gives the line back, and the next start takes it with the power on.</summary>
    [Theory]
    [InlineData(true, 0UL)]
    [InlineData(false, 1UL)]
    public void A_start_never_begins_with_the_power_off(bool normallyOn, ulong on)
    {
        var kernel = new FakeGpioKernel();
        kernel.Chips.Add(FakeChip.Pi());
        var relay = PowerRelay.From("printer", Options with { Chip = "pinctrl-rp1", NormallyOn = normallyOn }, new GpioLines(kernel), Around(), () => null);
        _loop.Start(() => relay.RunAsync(_stop.Token));
        _loop.Drain();
        var request = kernel.LastArgument(0xC250B407);
        Assert.Equal((26, 2UL, on), (BitConverter.ToInt32(request), BitConverter.ToUInt64(request, 320), BitConverter.ToUInt64(request, 328)));
        Assert.DoesNotContain(kernel.Calls, c => c.Request == 0xC010B40F);
    }

    [Fact]
    public void A_power_that_flickers_never_counts_as_back()
    {
        var inputs = new SwitchBoard();
        var watch = new PowerWatch(inputs, TimeSpan.FromSeconds(2), _time, _log);
        var told = new List<(int, bool)>();
        var start = _time.GetTimestamp();
        watch.Changed += () => told.Add(((int)_time.GetElapsedTime(start).TotalMilliseconds, watch.IsFailing));
        foreach (var (ms, fails) in new[] { (1000, true), (200, false), (1900, true), (300, false), (1900, true), (100, false) })
        {
            _loop.Pass(TimeSpan.FromMilliseconds(ms));
            _loop.Do(() => inputs.Set(KioskInput.PowerFail, fails));
        }
        _loop.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal([(1000, true), (7400, false)], told);
        Assert.Equal(["2360", "2361"], _log.Lines.Select(l => l[..4]));
        _loop.Do(() => inputs.Set(KioskInput.Door, true));
        Assert.False(watch.IsFailing);
        Assert.Null(_time.UntilNextTimer);
    }

    public static TheoryData<PaperSupply, bool?, bool?, PaperSupply> Papers
    {
        get
        {
            var data = new TheoryData<PaperSupply, bool?, bool?, PaperSupply>();
            bool?[] all = [null, false, true];
            foreach (var told in Enum.GetValues<PaperSupply>())
            {
                foreach (var low in all) foreach (var @out in all) data.Add(told, low, @out, Expected(told, low, @out));
            }
            return data;
        }
    }

    [Theory, MemberData(nameof(Papers))]
    public void The_better_of_two_paper_sensors_is_never_believed(PaperSupply told, bool? low, bool? @out, PaperSupply expected) =>
        Assert.Equal(expected, new PaperSwitches(low, @out).Complement(told));

    [Fact]
    public void A_printer_that_is_not_there_never_has_the_kiosks_paper()
    {
        var gone = new PrinterStatus { Device = DeviceState.NoDevice, Paper = PaperSupply.Unknown };
        Assert.Equal(gone, new PaperSwitches(false, false).Complement(gone));
        Assert.True(new PaperSwitches(false, false).Complement(gone with { Device = DeviceState.Online }).CanPrint);
    }

    [Fact]
    public void A_paper_switch_is_never_heard_only_with_the_printers_next_word()
    {
        var inputs = new SwitchBoard();
        var printer = new PaperPrinter(_time) { Status = new() { Device = DeviceState.Online, Paper = PaperSupply.NotSupported } };
        var station = new PrinterStation(printer, new() { Time = _time, Logger = _log }, new Random(7)) { Complement = status => PaperSwitches.Of(inputs).Complement(status) };
        var changes = 0;
        station.Changed += () => changes++;
        inputs.Changed += (_, _) => station.LookAgain();
        _loop.Start(() => station.RunAsync(_stop.Token));
        _loop.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(PaperSupply.Full, station.Status.Paper);
        var (seen, disturbances) = (changes, station.Disturbances);
        _loop.Do(() => inputs.Set(KioskInput.PaperOut, true));
        Assert.Equal((PaperSupply.Out, false, seen + 1), (station.Status.Paper, station.Status.CanPrint, changes));
        Assert.True(station.Disturbances > disturbances); // a hand at the roll: counters prove nothing across it
        _loop.Do(() => inputs.Set(KioskInput.PaperOut, false));
        Assert.True(station.Status.CanPrint);
        inputs.Known = false;
        _loop.Do(station.LookAgain);
        Assert.Equal(PaperSupply.NotSupported, station.Status.Paper); // nobody can tell any more
    }

    /// <summary>Written once more, from the worst to the best.</summary>
    private static PaperSupply Expected(PaperSupply told, bool? low, bool? @out)
    {
        if (told == PaperSupply.Jammed) return PaperSupply.Jammed;
        if (told == PaperSupply.Out || @out == true) return PaperSupply.Out;
        var tells = told is PaperSupply.Full or PaperSupply.Low;
        if (!tells && @out is null && low != false) return told; // nobody knows that there is any
        return told == PaperSupply.Low || low == true ? PaperSupply.Low : PaperSupply.Full;
    }

    private DeviceSurroundings Around() => new()
    {
        Time = _time,
        Logger = _log,
    };

    private string Levels() => string.Join(' ', _board.Changes.Where((c, i) => i == 0 || c.Values != _board.Changes[i - 1].Values).Select(c => $"{c.At}:{c.Values}"));

    private PowerRelay Run(RelayOptions options)
    {
        var relay = new PowerRelay("printer", _board.Open, options, Around()) { ChipMayHaveCome = () => _chipCame.Task };
        _running = _loop.Start(() => relay.RunAsync(_stop.Token));
        _loop.Drain();
        return relay;
    }

    private sealed class SwitchBoard : IKioskInputs
    {
        private readonly HashSet<KioskInput> _active = [];

        public bool Known { get; set; } = true;

        public event Action<KioskInput, bool>? Changed;

        public bool IsConfigured(KioskInput input) => true;

        public bool IsKnown(KioskInput input) => Known;

        public bool IsActive(KioskInput input) => _active.Contains(input);

        public void Set(KioskInput input, bool active)
        {
            if (active ? _active.Add(input) : _active.Remove(input)) Changed?.Invoke(input, active);
        }
    }
}
