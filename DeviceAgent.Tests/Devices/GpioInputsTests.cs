using System.Buffers.Binary;
using DeviceAgent.Devices;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Gpio;
using DeviceAgent.Tests.Gpio;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Devices;

public sealed class GpioInputsTests : IDisposable
{
    private static readonly KioskInput[] Wired = [KioskInput.Door, KioskInput.PaperOut, KioskInput.PowerFail];
    private readonly VirtualTime _time = new();
    private readonly VirtualLoop _loop;
    private readonly LightLog _log = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(KioskInput, bool)> _changes = [];
    private ScriptedInputs _lines = new(3);
    private GpioException? _refusal;
    private int _opens;

    public GpioInputsTests() => _loop = new(_time);

    public void Dispose() => _stop.Dispose();

    [Fact]
    public void A_switch_that_was_active_before_the_start_is_never_missed()
    {
        _lines.Levels = 0b001;
        var inputs = Run();
        Assert.Equal([(KioskInput.Door, true)], _changes);
        Assert.Equal((true, false, false), (inputs.IsActive(KioskInput.Door), inputs.IsActive(KioskInput.PaperOut), inputs.IsActive(KioskInput.PaperButton)));
        Assert.Equal((true, false), (inputs.IsConfigured(KioskInput.PaperOut), inputs.IsConfigured(KioskInput.PaperButton)));
        Assert.Equal((DeviceState.Online, "Door"), (inputs.Health.State, inputs.Health.Detail));
    }

    [Fact]
    public void An_edge_never_waits_for_anything_and_nothing_is_asked_without_one()
    {
        Run();
        Assert.Equal(1, _lines.Reads);
        _loop.Do(() => _lines.Change(2, true));
        Assert.Equal([(KioskInput.PowerFail, true)], _changes);
        _loop.Do(() => _lines.Change(2, false));
        Assert.Equal((KioskInput.PowerFail, false), _changes[^1]);
        _loop.Pass(TimeSpan.FromDays(1));
        Assert.Equal(1, _lines.Reads);
        Assert.Null(_time.UntilNextTimer); // no wake-ups
    }

    [Fact]
    public void A_dropped_edge_never_leaves_a_switch_wrong()
    {
        var inputs = Run();
        _loop.Do(() =>
        {
            _lines.Change(0, true, dropped: true); // the door
            for (var i = 0; i < 20; i++) _lines.Change(1, i % 2 == 0, dropped: i < 16);
        });
        Assert.True(inputs.IsActive(KioskInput.Door));
        Assert.False(inputs.IsActive(KioskInput.PaperOut));
        Assert.Equal(2, _lines.Reads);
        Assert.Contains("2353", Assert.Single(_log.Lines, l => l.Contains("dropped", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_chip_that_is_pulled_never_leaves_a_stale_sensor_and_is_taken_again()
    {
        _lines.Levels = 0b010;
        var inputs = Run();
        var (first, back) = (_lines, new ScriptedInputs(3) { Levels = 0b010 });
        _refusal = new(GpioFault.NoSuchChip, "chip");
        _loop.Do(first.Unplug);
        Assert.True(first.Disposed);
        Assert.Equal((false, false, false), (inputs.IsActive(KioskInput.Door), inputs.IsKnown(KioskInput.Door), inputs.IsActive(KioskInput.PaperOut)));
        Assert.Equal((DeviceState.NoDevice, RecoveryHint.Maintenance), (inputs.Health.State, inputs.Health.Hint));
        _loop.Pass(TimeSpan.FromMinutes(1));
        (_lines, _refusal) = (back, null);
        _loop.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal((false, true, true), (inputs.IsActive(KioskInput.Door), inputs.IsKnown(KioskInput.Door), inputs.IsActive(KioskInput.PaperOut)));
        Assert.Equal(DeviceState.Online, inputs.Health.State);
        Assert.Single(_log.Lines, l => l.StartsWith("2352", StringComparison.Ordinal) && l.Contains("errno 0", StringComparison.Ordinal)); // once a fault, not once a try
    }

    [Fact]
    public void A_supply_that_takes_the_chip_with_it_never_counts_as_back()
    {
        _lines.Levels = 0b001; // the door
        var inputs = Run();
        var power = new PowerWatch(inputs, TimeSpan.FromSeconds(5), _time, _log);
        _loop.Do(() => _lines.Change(2, true));
        var first = _lines;
        _refusal = new(GpioFault.NoSuchChip, "chip");
        _loop.Do(first.Unplug);
        _loop.Pass(TimeSpan.FromHours(1));
        Assert.Equal((true, true, true), (power.IsFailing, inputs.IsActive(KioskInput.PowerFail), inputs.IsActive(KioskInput.Door)));
        Assert.False(inputs.IsKnown(KioskInput.PowerFail));
        Assert.EndsWith("; last seen: Door, PowerFail", inputs.Health.Detail, StringComparison.Ordinal);
        (_lines, _refusal) = (new ScriptedInputs(3), null);
        _loop.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal((false, false, false), (power.IsFailing, inputs.IsActive(KioskInput.PowerFail), inputs.IsActive(KioskInput.Door)));
        Assert.Equal("none active", inputs.Health.Detail);
    }

    [Fact]
    public void A_button_that_was_held_when_its_chip_went_is_let_go()
    {
        var inputs = new GpioInputs(() => _refusal is null ? _lines : throw _refusal, [KioskInput.PaperButton], "chip", Around());
        inputs.Changed += (input, active) => _changes.Add((input, active));
        _loop.Start(() => inputs.RunAsync(_stop.Token));
        _loop.Do(() => _lines.Change(0, true));
        _refusal = new(GpioFault.NoSuchChip, "chip");
        _loop.Do(_lines.Unplug);
        Assert.Equal([(KioskInput.PaperButton, true), (KioskInput.PaperButton, false)], _changes.TakeLast(2));
        Assert.False(inputs.IsActive(KioskInput.PaperButton));
    }

    [Fact]
    public void A_chip_that_fails_at_the_first_reading_never_counts_as_read()
    {
        _lines.ReadFailure = new(GpioFault.Failed, "chip", "5", 5);
        var inputs = Run();
        Assert.False(inputs.IsKnown(KioskInput.Door));
        Assert.Equal(DeviceState.HardwareError, inputs.Health.State);
    }

    [Theory]
    [InlineData(GpioFault.LineInUse, DeviceState.Busy)]
    [InlineData(GpioFault.Denied, DeviceState.UserError)]
    [InlineData(GpioFault.NoSuchLine, DeviceState.UserError)]
    [InlineData(GpioFault.NotSupported, DeviceState.UserError)]
    public void Lines_that_cannot_be_had_never_lack_a_reason(GpioFault fault, DeviceState state)
    {
        _refusal = new(fault, "chip", "5", 16, "somebody");
        var inputs = Run();
        Assert.Equal((state, RecoveryHint.Configuration), (inputs.Health.State, inputs.Health.Hint));
        Assert.Contains("somebody", inputs.Health.Detail, StringComparison.Ordinal);
        Assert.Empty(_changes);
    }

    [Fact]
    public void A_stop_never_waits_or_tells_of_switches_that_open_by_it()
    {
        _lines.Levels = 0b001;
        var inputs = New();
        var running = _loop.Start(() => inputs.RunAsync(_stop.Token));
        _loop.Drain();
        _changes.Clear();
        _loop.Do(_stop.Cancel);
        _loop.Drain();
        Assert.True(running.IsCompletedSuccessfully);
        Assert.True(_lines.Disposed);
        Assert.Empty(_changes);
    }

    [Fact]
    public void The_options_are_never_given_to_other_lines_than_they_name()
    {
        var kernel = new FakeGpioKernel();
        kernel.Chips.Add(FakeChip.Pi());
        var options = new InputsOptions
        {
            Backend = InputsBackend.Gpio,
            Chip = "pinctrl-rp1",
            Lines = new Dictionary<KioskInput, InputLineOptions>
            {
                [KioskInput.PowerFail] = new() { Line = "GPIO6", ActiveLow = false, Bias = GpioBias.PullDown, Debounce = TimeSpan.FromMilliseconds(2) },
                [KioskInput.Door] = new() { Line = "5" },
            },
        };
        var inputs = GpioInputs.From(options, new GpioLines(kernel), Around())!;
        inputs.Changed += (input, active) => _changes.Add((input, active));
        kernel.Levels = 0b10;
        _loop.Start(() => inputs.RunAsync(_stop.Token));
        _loop.Drain();
        var request = kernel.LastArgument(0xC250B407);
        Assert.Equal((5, 6, 2, 128), (BitConverter.ToInt32(request), BitConverter.ToInt32(request, 4), BitConverter.ToInt32(request, 560), BitConverter.ToInt32(request, 564)));
        Assert.Equal(0x136UL, BitConverter.ToUInt64(request, 288)); // input, active low, both edges, pull-up
        Assert.Equal([(1UL, 0x234UL, 0b10UL), (3UL, 20_000UL, 0b01UL), (3UL, 2_000UL, 0b10UL)], Enumerable.Range(0, 3).Select(i => Attribute(request, i)));
        Assert.Equal([(KioskInput.PowerFail, true)], _changes);
        _loop.Do(_stop.Cancel);
    }

    private static (ulong Id, ulong Value, ulong Mask) Attribute(byte[] request, int index)
    {
        var attribute = request.AsSpan(320 + 24 * index, 24);
        return (attribute[0], BinaryPrimitives.ReadUInt64LittleEndian(attribute[8..]), BinaryPrimitives.ReadUInt64LittleEndian(attribute[16..]));
    }

    private DeviceSurroundings Around() => new()
    {
        Time = _time,
        Logger = _log,
    };

    private GpioInputs New()
    {
        var inputs = new GpioInputs(() =>
        {
            _opens++;
            return _refusal is null ? _lines : throw _refusal;
        }, Wired, "chip", Around());
        inputs.Changed += (input, active) => _changes.Add((input, active));
        return inputs;
    }

    private GpioInputs Run()
    {
        var inputs = New();
        _loop.Start(() => inputs.RunAsync(_stop.Token));
        _loop.Drain();
        _changes.RemoveAll(c => !c.Item2);
        return inputs;
    }
}
