using System.Device.Gpio;
using DeviceAgent.Drivers.Gpio;
using DeviceAgent.Drivers.Gpio.DotNetIot;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Gpio.DotNetIot;

/// <summary>What the kernel's backend promises, of the one on System.Device.Gpio: with the package's own controller over a driver without a chip.</summary>
public sealed class IotGpioLinesTests : IDisposable
{
    private readonly FakeGpioKernel _kernel = new();
    private readonly FakeGpioDriver _driver = new();
    private readonly VirtualTime _time = new();
    private readonly List<int> _chips = [];
    private readonly IotGpioLines _gpio;

    public IotGpioLinesTests()
    {
        _kernel.Chips.Add(FakeChip.Pi("/dev/gpiochip0", "gpiochip0", "raspberrypi-exp-gpio"));
        _kernel.Chips.Add(FakeChip.Pi("/dev/gpiochip13", "gpiochip13"));
        _gpio = new(_kernel, Open, _time);
    }

    public void Dispose() => _driver.Dispose();

    private FakeGpioDriver Open(int chip)
    {
        _chips.Add(chip);
        return _driver;
    }

    private static GpioLine Named(string name) => GpioLine.Parse(name);

    [Fact]
    public void A_chip_is_never_taken_by_its_number_or_a_line_by_another_name()
    {
        using var outputs = _gpio.RequestOutputs("pinctrl-rp1", [new(GpioLine.At(17), true), new(Named("GPIO4"), false)], "test");
        Assert.Equal([13], _chips);
        Assert.Equal(["17 Output 1", "4 Output 0"], _driver.Calls);
    }

    [Fact]
    public void An_output_is_never_set_otherwise_than_asked()
    {
        using var outputs = _gpio.RequestOutputs("pinctrl-rp1", [new(GpioLine.At(1), false), new(GpioLine.At(2), true, ActiveLow: true), new(GpioLine.At(3), false)], "test");
        Assert.Equal([false, false, false], [_driver.Levels[1], _driver.Levels[2], _driver.Levels[3]]);
        outputs.Set(0b011, 0b101);
        Assert.Equal([true, true, false], [_driver.Levels[1], _driver.Levels[2], _driver.Levels[3]]);
        outputs.Set(0, 0b111);
        Assert.Throws<ArgumentOutOfRangeException>(() => outputs.Set(0b1000, 0));
        Assert.False(_driver.Levels[3]);
    }

    [Fact]
    public void A_line_is_never_named_twice_or_missing_in_an_error()
    {
        Assert.Throws<ArgumentException>(() => _gpio.RequestOutputs("pinctrl-rp1", [new(GpioLine.At(4), true), new(Named("GPIO4"), true)], "test"));
        Assert.Throws<ArgumentException>(() => _gpio.RequestOutputs("pinctrl-rp1", [], "test"));
        Assert.Equal(GpioFault.NoSuchLine, Assert.Throws<GpioException>(() => _gpio.RequestOutputs("pinctrl-rp1", [new(GpioLine.At(54), true)], "test")).Fault);
        Assert.Equal(GpioFault.NoSuchChip, Assert.Throws<GpioException>(() => _gpio.RequestInputs("pinctrl-bcm2711", [new(GpioLine.At(1))], "test")).Fault);
        Assert.Empty(_chips);
    }

    [Theory]
    [InlineData(typeof(UnauthorizedAccessException), "Permission denied", GpioFault.Denied)]
    [InlineData(typeof(PlatformNotSupportedException), "libgpiod driver not installed", GpioFault.NotSupported)]
    [InlineData(typeof(IOException), "Could not request line. Device or resource busy", GpioFault.LineInUse)]
    [InlineData(typeof(InvalidOperationException), "whatever", GpioFault.Failed)]
    public void What_the_package_throws_is_never_told_otherwise_than_by_its_reason(Type type, string message, GpioFault fault)
    {
        _driver.Failure = (Exception)Activator.CreateInstance(type, message)!;
        var refused = Assert.Throws<GpioException>(() => _gpio.RequestOutputs("pinctrl-rp1", [new(GpioLine.At(17), true)], "test"));
        Assert.Equal((fault, "pinctrl-rp1", "17"), (refused.Fault, refused.Chip, refused.Line));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
        Assert.True(_driver.IsDisposed);
    }

    [Fact]
    public void An_input_is_never_read_upside_down()
    {
        using var inputs = _gpio.RequestInputs("pinctrl-rp1", [new(GpioLine.At(5), Bias: GpioBias.PullUp, ActiveLow: true), new(GpioLine.At(6), Bias: GpioBias.PullDown), new(GpioLine.At(7))], "test");
        Assert.Equal([PinMode.InputPullUp, PinMode.InputPullDown, PinMode.Input], [_driver.Modes[5], _driver.Modes[6], _driver.Modes[7]]);
        Assert.Equal(0b001UL, inputs.Read());
        _driver.Change(5, true);
        _driver.Change(6, true);
        Assert.Equal(0b010UL, inputs.Read());
        Assert.True(inputs.Edges.Completion.IsCompleted);
    }

    [Fact]
    public void What_the_package_cannot_do_is_never_passed_over()
    {
        Assert.Equal(GpioFault.NotSupported, Assert.Throws<GpioException>(() => _gpio.RequestInputs("pinctrl-rp1", [new(GpioLine.At(5), Bias: GpioBias.Disabled)], "test")).Fault);
        Assert.Throws<ArgumentOutOfRangeException>(() => _gpio.RequestInputs("pinctrl-rp1", [new(GpioLine.At(5), GpioEdges.Both, Debounce: TimeSpan.FromHours(2))], "test"));
    }

    [Theory]
    [InlineData(GpioDrive.OpenDrain)]
    [InlineData(GpioDrive.OpenSource)]
    public void A_line_that_others_pull_is_never_driven_against_them(GpioDrive drive)
    {
        GpioOutput[] outputs = [new(GpioLine.At(4), false), new(Named("GPIO17"), true, Drive: drive)];
        var refused = Assert.Throws<GpioException>(() => _gpio.RequestOutputs("pinctrl-rp1", outputs, "test"));
        Assert.Equal((GpioFault.NotSupported, "pinctrl-rp1", "4, GPIO17"), (refused.Fault, refused.Chip, refused.Line));
        Assert.Contains("open drain", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_driver.Calls);
    }

    [Fact]
    public void An_edge_is_never_lost_turned_round_or_told_to_the_wrong_input()
    {
        using var inputs = _gpio.RequestInputs("pinctrl-rp1", [new(GpioLine.At(5), GpioEdges.Both, ActiveLow: true), new(GpioLine.At(6), GpioEdges.Rising)], "test");
        _time.Advance(TimeSpan.FromSeconds(3));
        _driver.Change(5, true);
        _driver.Change(6, true);
        _driver.Change(6, false);
        _driver.Change(5, false);
        var told = Told(inputs);
        Assert.Equal([(0, false, 1u, 1u), (1, true, 2u, 1u), (0, true, 3u, 2u)], told.Select(e => (e.Index, e.Rising, e.Sequence, e.LineSequence)));
        Assert.All(told, e => Assert.Equal(_time.GetElapsedTime(0), e.At));
    }

    [Fact]
    public void A_bouncing_contact_is_never_told_more_than_once()
    {
        using var inputs = _gpio.RequestInputs("pinctrl-rp1", [new(GpioLine.At(5), GpioEdges.Both, Debounce: TimeSpan.FromMilliseconds(20))], "test");
        for (var i = 0; i < 7; i++)
        {
            _driver.Change(5, i % 2 == 0);
            _time.Advance(TimeSpan.FromMilliseconds(5));
        }
        Assert.Empty(Told(inputs));
        _time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal([true], Told(inputs).Select(e => e.Rising));
        _driver.Change(5, false);
        _driver.Change(5, true);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(Told(inputs));
    }

    [Fact]
    public void Unread_edges_are_never_kept_without_bound()
    {
        using var inputs = _gpio.RequestInputs("pinctrl-rp1", [new(GpioLine.At(5), GpioEdges.Both)], "test");
        for (var i = 0; i < 1000; i++) _driver.Change(5, i % 2 == 0);
        var told = Told(inputs);
        Assert.Equal(256, told.Count);
        Assert.Equal((745u, 1000u), (told[0].Sequence, told[^1].Sequence));
    }

    [Fact]
    public void A_chip_that_is_gone_is_never_taken_for_a_quiet_one()
    {
        using var inputs = _gpio.RequestInputs("pinctrl-rp1", [new(GpioLine.At(5), GpioEdges.Both, Debounce: TimeSpan.FromMilliseconds(20))], "test");
        using var outputs = _gpio.RequestOutputs("pinctrl-rp1", [new(GpioLine.At(6), false)], "test");
        _driver.Change(5, true);
        _driver.Failure = new IOException("No such device");
        _time.Advance(TimeSpan.FromMilliseconds(20));
        Assert.IsType<GpioException>(inputs.Edges.Completion.Exception?.InnerException);
        Assert.Throws<GpioException>(() => inputs.Read());
        Assert.Throws<GpioException>(() => outputs.Set(1, 1));
    }

    [Fact]
    public void Nothing_is_ever_told_after_the_lines_were_given_back()
    {
        var inputs = _gpio.RequestInputs("pinctrl-rp1", [new(GpioLine.At(5), GpioEdges.Both), new(GpioLine.At(6), GpioEdges.Both, Debounce: TimeSpan.FromMilliseconds(20))], "test");
        _driver.Change(6, true);
        inputs.Dispose();
        inputs.Dispose();
        _driver.Change(5, true);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(Told(inputs));
        Assert.True(inputs.Edges.Completion.IsCompletedSuccessfully);
        Assert.True(_driver.IsDisposed);
    }

    private static List<GpioEdge> Told(IGpioInputs inputs)
    {
        List<GpioEdge> edges = [];
        while (inputs.Edges.TryRead(out var edge)) edges.Add(edge);
        return edges;
    }
}
