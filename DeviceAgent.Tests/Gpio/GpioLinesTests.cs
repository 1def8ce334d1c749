using System.Buffers.Binary;
using DeviceAgent.Drivers.Gpio;

namespace DeviceAgent.Tests.Gpio;

public sealed class GpioLinesTests
{
    private const uint ChipInfo = 0x8044B401, LineInfo = 0xC100B405, GetLine = 0xC250B407, GetValues = 0xC010B40E, SetValues = 0xC010B40F;
    private readonly FakeGpioKernel _kernel = new();
    private readonly GpioLines _gpio;

    public GpioLinesTests() => _gpio = new(_kernel);

    [Fact]
    public void A_chip_is_never_taken_by_its_number()
    {
        _kernel.Chips.Add(FakeChip.Pi("/dev/gpiochip0", "gpiochip0", "raspberrypi-exp-gpio"));
        _kernel.Chips.Add(FakeChip.Pi("/dev/gpiochip13", "gpiochip13", "pinctrl-rp1"));
        using var outputs = _gpio.RequestOutputs("pinctrl-rp1", [new(GpioLine.At(17), true)], "test");
        Assert.Equal([0, 1], _kernel.Chips.Select(c => c.Requests));
    }

    [Fact]
    public void One_chip_with_two_nodes_is_never_called_ambiguous()
    {
        _kernel.Chips.Add(FakeChip.Pi("/dev/gpiochip0", "gpiochip0"));
        _kernel.Chips.Add(FakeChip.Pi("/dev/gpiochip4", "gpiochip0"));
        using var outputs = _gpio.RequestOutputs("pinctrl-rp1", [new(GpioLine.At(17), true)], "test");
        Assert.Equal(17u, BinaryPrimitives.ReadUInt32LittleEndian(_kernel.LastArgument(GetLine)));
    }

    [Fact]
    public void Two_chips_of_one_label_are_never_guessed_at()
    {
        _kernel.Chips.Add(FakeChip.Pi("/dev/gpiochip0", "gpiochip0"));
        _kernel.Chips.Add(FakeChip.Pi("/dev/gpiochip1", "gpiochip1"));
        var refused = Refused(GpioLine.At(17));
        Assert.Equal((GpioFault.SeveralChips, "pinctrl-rp1", 0), (refused.Fault, refused.Chip, refused.Errno));
        Assert.Contains("gpiochip0 and gpiochip1", refused.Message, StringComparison.Ordinal);
        AssertAllClosed();
    }

    [Fact]
    public void A_missing_chip_is_never_named_without_the_chips_that_are_there()
    {
        Assert.Equal(GpioFault.NoSuchChip, Refused(GpioLine.At(1)).Fault);
        _kernel.Chips.Add(FakeChip.Pi(label: "pinctrl-bcm2711"));
        var refused = Refused(GpioLine.At(1));
        Assert.Equal((GpioFault.NoSuchChip, null), (refused.Fault, refused.Line));
        Assert.Contains("pinctrl-bcm2711", refused.Message, StringComparison.Ordinal);
        AssertAllClosed();
    }

    [Theory]
    [InlineData(13, GpioFault.Denied)]
    [InlineData(1, GpioFault.Denied)]
    [InlineData(24, GpioFault.Failed)]
    public void A_chip_that_cannot_be_opened_is_never_called_missing(int errno, GpioFault fault)
    {
        _kernel.Chips.Add(new("/dev/gpiochip0", "gpiochip0", "pinctrl-rp1") { OpenErrno = errno });
        var refused = Refused(GpioLine.At(1));
        Assert.Equal((fault, errno), (refused.Fault, refused.Errno));
        Assert.Contains("/dev/gpiochip0", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_node_that_is_no_chip_of_ours_never_hides_the_right_one()
    {
        _kernel.Chips.Add(new("/dev/gpiochip0", "gpiochip0", "secret") { OpenErrno = 13 });
        _kernel.Chips.Add(new("/dev/gpiochip1", "gpiochip1", "odd") { InfoErrno = 25 });
        _kernel.Chips.Add(new("/dev/gpiochip2", "gpiochip2", "gone") { OpenErrno = 19 });
        _kernel.Chips.Add(FakeChip.Pi("/dev/gpiochip3", "gpiochip3"));
        using (_gpio.RequestOutputs("pinctrl-rp1", [new(GpioLine.At(3), false)], "test")) Assert.Single(_kernel.Handles, h => !h.IsClosed);
        AssertAllClosed();
    }

    [Fact]
    public void A_kernel_without_the_second_uAPI_is_never_called_a_missing_chip()
    {
        _kernel.Chips.Add(new("/dev/gpiochip0", "gpiochip0", "pinctrl-rp1") { InfoErrno = 25 });
        Assert.Equal((GpioFault.NotSupported, 25), (Refused(GpioLine.At(1)).Fault, Refused(GpioLine.At(1)).Errno));
        AssertAllClosed();
    }

    [Fact]
    public void A_line_is_found_by_name_and_never_by_part_of_it()
    {
        _kernel.Chips.Add(FakeChip.Pi());
        using (_gpio.RequestOutputs("pinctrl-rp1", [new(GpioLine.Parse("GPIO17"), false), new(GpioLine.Parse("GPIO1"), true)], "test"))
        {
            var request = _kernel.LastArgument(GetLine);
            Assert.Equal((17u, 1u), (BinaryPrimitives.ReadUInt32LittleEndian(request), BinaryPrimitives.ReadUInt32LittleEndian(request.AsSpan(4))));
        }
        var refused = Refused(GpioLine.Parse("GPIO"));
        Assert.Equal((GpioFault.NoSuchLine, "GPIO"), (refused.Fault, refused.Line));
        AssertAllClosed();
    }

    [Fact]
    public void A_line_number_past_the_last_never_reaches_the_kernel()
    {
        _kernel.Chips.Add(FakeChip.Pi());
        using (_gpio.RequestOutputs("pinctrl-rp1", [new(GpioLine.At(53), false)], "test")) { }
        _kernel.Calls.Clear();
        var refused = Refused(GpioLine.At(54));
        Assert.Equal((GpioFault.NoSuchLine, "54"), (refused.Fault, refused.Line));
        Assert.DoesNotContain(_kernel.Calls, c => c.Request == GetLine);
        AssertAllClosed();
    }

    [Fact]
    public void A_line_in_use_is_never_refused_without_its_consumer()
    {
        var chip = FakeChip.Pi();
        chip.Lines[27] = new("GPIO27", Used: true, "spi0 CS0");
        _kernel.Chips.Add(chip);
        var refused = Assert.Throws<GpioException>(
            () => _gpio.RequestOutputs("pinctrl-rp1", [new(GpioLine.At(17), false), new(GpioLine.Parse("GPIO27"), false)], "test"));
        Assert.Equal((GpioFault.LineInUse, "GPIO27", "spi0 CS0", 16), (refused.Fault, refused.Line, refused.Consumer, refused.Errno));
        Assert.Equal("GPIO chip 'pinctrl-rp1', line GPIO27: LineInUse by 'spi0 CS0' (errno 16).", refused.Message);
        AssertAllClosed();
    }

    [Fact]
    public void A_line_in_use_by_nobody_named_still_has_its_reason()
    {
        var chip = FakeChip.Pi();
        chip.Lines[5] = new("GPIO5", Used: true);
        _kernel.Chips.Add(chip);
        var refused = Refused(GpioLine.At(5));
        Assert.Equal((GpioFault.LineInUse, "5", null), (refused.Fault, refused.Line, refused.Consumer));

        _kernel.Failures[GetLine] = 16; // given back between the request and the question
        refused = Refused(GpioLine.At(6));
        Assert.Equal((GpioFault.LineInUse, "6", null), (refused.Fault, refused.Line, refused.Consumer));
    }

    [Theory]
    [InlineData(1, GpioFault.Denied)]
    [InlineData(2, GpioFault.NoSuchChip)]
    [InlineData(19, GpioFault.NoSuchChip)]
    [InlineData(22, GpioFault.NotSupported)]
    [InlineData(25, GpioFault.NotSupported)]
    [InlineData(95, GpioFault.NotSupported)]
    [InlineData(524, GpioFault.NotSupported)]
    [InlineData(12, GpioFault.Failed)]
    public void No_refusal_of_a_request_loses_its_errno(int errno, GpioFault fault)
    {
        _kernel.Chips.Add(FakeChip.Pi());
        _kernel.Failures[GetLine] = errno;
        var refused = Refused(GpioLine.At(17));
        Assert.Equal((fault, "pinctrl-rp1", "17", errno), (refused.Fault, refused.Chip, refused.Line, refused.Errno));
        AssertAllClosed();

        _kernel.Failures.Clear();
        _kernel.Failures[LineInfo] = errno;
        refused = Refused(GpioLine.Parse("GPIO17"));
        Assert.Equal((fault, errno), (refused.Fault, refused.Errno));
        AssertAllClosed();
    }

    [Fact]
    public void Several_outputs_never_take_more_than_one_call()
    {
        _kernel.Chips.Add(FakeChip.Pi());
        using var outputs = FourOutputs();
        _kernel.Calls.Clear();
        outputs.Set(0b1011, 0b1110);
        var (request, argument) = Assert.Single(_kernel.Calls);
        Assert.Equal(SetValues, request);
        Assert.Equal(Convert.FromHexString("0A000000000000000B00000000000000"), argument);
    }

    [Fact]
    public void An_empty_mask_never_reaches_the_kernel_and_a_wide_one_is_a_mistake()
    {
        _kernel.Chips.Add(FakeChip.Pi());
        using var outputs = FourOutputs();
        _kernel.Calls.Clear();
        outputs.Set(0, 0b1111);
        Assert.Throws<ArgumentOutOfRangeException>(() => outputs.Set(0b10000, 0));
        Assert.Empty(_kernel.Calls);
    }

    [Theory]
    [InlineData(19, GpioFault.NoSuchChip)]
    [InlineData(5, GpioFault.Failed)]
    [InlineData(1, GpioFault.Denied)]
    public void A_failing_output_never_fails_without_a_reason(int errno, GpioFault fault)
    {
        _kernel.Chips.Add(FakeChip.Pi());
        using var outputs = FourOutputs();
        _kernel.Failures[SetValues] = errno;
        var failed = Assert.Throws<GpioException>(() => outputs.Set(1, 1));
        Assert.Equal((fault, "17, 27, 22, 23", errno), (failed.Fault, failed.Line, failed.Errno));
    }

    [Fact]
    public void Levels_of_lines_that_were_not_requested_are_never_told()
    {
        _kernel.Chips.Add(FakeChip.Pi());
        _kernel.Levels = ulong.MaxValue;
        using var inputs = _gpio.RequestInputs("pinctrl-rp1", [new(GpioLine.At(4)), new(GpioLine.At(5))], "test");
        Assert.Equal(0b11UL, inputs.Read());
        Assert.Equal(Convert.FromHexString("00000000000000000300000000000000"), _kernel.LastArgument(GetValues));
        _kernel.Failures[GetValues] = 19;
        Assert.Equal(GpioFault.NoSuchChip, Assert.Throws<GpioException>(() => inputs.Read()).Fault);
    }

    [Fact]
    public void A_request_of_no_line_too_many_or_one_twice_never_reaches_the_kernel()
    {
        _kernel.Chips.Add(FakeChip.Pi());
        _kernel.Chips[0].Lines.AddRange(Enumerable.Range(54, 20).Select(i => new FakeLine($"GPIO{i}")));
        GpioOutput[] Lines(int count) => [.. Enumerable.Range(0, count).Select(i => new GpioOutput(GpioLine.At(i), false))];
        Assert.Throws<ArgumentException>(() => _gpio.RequestOutputs("pinctrl-rp1", Lines(0), "test"));
        Assert.Throws<ArgumentException>(() => _gpio.RequestOutputs("pinctrl-rp1", Lines(65), "test"));
        Assert.Throws<ArgumentException>(() => _gpio.RequestOutputs("pinctrl-rp1", [new(GpioLine.At(17), false), new(GpioLine.Parse("GPIO17"), false)], "test"));
        Assert.DoesNotContain(_kernel.Calls, c => c.Request == GetLine);
        using (_gpio.RequestOutputs("pinctrl-rp1", Lines(64), "test")) Assert.Contains(_kernel.Calls, c => c.Request == GetLine);
        AssertAllClosed();
    }

    [Theory]
    [InlineData("17", 17, null)]
    [InlineData("007", 7, null)]
    [InlineData("65535", 65535, null)]
    [InlineData("GPIO17", 0, "GPIO17")]
    [InlineData("17a", 0, "17a")]
    [InlineData("-1", 0, "-1")]
    [InlineData("a name of thirty-one bytes, yes", 0, "a name of thirty-one bytes, yes")]
    public void A_line_is_never_read_as_another(string text, int number, string? name)
    {
        var line = GpioLine.Parse(text);
        Assert.Equal((number, name), (line.Number, line.Name));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("65536")]
    [InlineData("99999999999999999999")]
    [InlineData("a name of thirty-two bytes, yes!")]
    [InlineData("tab\there")]
    public void What_is_no_line_is_never_taken_for_one(string? text) => Assert.False(GpioLine.TryParse(text, out _));

    private IGpioOutputs FourOutputs() => _gpio.RequestOutputs(
        "pinctrl-rp1", [new(GpioLine.At(17), true), new(GpioLine.At(27), false), new(GpioLine.At(22), false), new(GpioLine.At(23), false)], "test");

    private GpioException Refused(GpioLine line) => Assert.Throws<GpioException>(() => _gpio.RequestOutputs("pinctrl-rp1", [new(line, true)], "test"));

    private void AssertAllClosed() => Assert.All(_kernel.Handles, h => Assert.True(h.IsClosed));
}
