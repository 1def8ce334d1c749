using System.Runtime.CompilerServices;
using DeviceAgent.Drivers.Gpio;

namespace DeviceAgent.Tests.Gpio;

/// <summary>Sizes and offsets as a C compiler gives them for linux/gpio.h.</summary>
public sealed class GpioUapiTests
{
    [Fact]
    public void No_struct_has_another_size_than_the_kernels()
    {
        Assert.Equal(68, Unsafe.SizeOf<ChipInfo>());
        Assert.Equal(16, Unsafe.SizeOf<LineAttribute>());
        Assert.Equal(24, Unsafe.SizeOf<LineConfigAttribute>());
        Assert.Equal(272, Unsafe.SizeOf<LineConfig>());
        Assert.Equal(592, Unsafe.SizeOf<LineRequest>());
        Assert.Equal(16, Unsafe.SizeOf<LineValues>());
        Assert.Equal(256, Unsafe.SizeOf<LineInfo>());
        Assert.Equal(48, Unsafe.SizeOf<LineEvent>());
    }

    [Theory]
    [InlineData(GpioUapi.GetChipInfo, 0x01, 68)]
    [InlineData(GpioUapi.GetLineInfo, 0x05, 256)]
    [InlineData(GpioUapi.GetLine, 0x07, 592)]
    [InlineData(GpioUapi.GetValues, 0x0E, 16)]
    [InlineData(GpioUapi.SetValues, 0x0F, 16)]
    public void No_ioctl_number_carries_another_size_than_its_struct(uint request, int number, int size)
    {
        // asm-generic/ioctl.h: direction (2 bits), size (14), type (8), number (8). CHIPINFO alone is _IOR.
        Assert.Equal(number, (int)(request & 0xFF));
        Assert.Equal(0xB4, (int)(request >> 8 & 0xFF));
        Assert.Equal(size, (int)(request >> 16 & 0x3FFF));
        Assert.Equal(number == 1 ? 2 : 3, (int)(request >> 30));
    }

    [Fact]
    public void No_field_stands_elsewhere_than_in_the_kernels_header()
    {
        var chip = new ChipInfo();
        Assert.Equal([0, 32, 64], [At(ref chip, ref chip.Name), At(ref chip, ref chip.Label), At(ref chip, ref chip.Lines)]);

        var attribute = new LineConfigAttribute();
        Assert.Equal([0, 8, 16], [At(ref attribute, ref attribute.Attribute.Id), At(ref attribute, ref attribute.Attribute.Value), At(ref attribute, ref attribute.Mask)]);

        var request = new LineRequest();
        Assert.Equal([0, 256, 288, 296, 320, 560, 564, 588],
            [
                At(ref request, ref request.Offsets), At(ref request, ref request.Consumer), At(ref request, ref request.Config.Flags),
                At(ref request, ref request.Config.AttributeCount), At(ref request, ref request.Config.Attributes),
                At(ref request, ref request.LineCount), At(ref request, ref request.EventBufferSize), At(ref request, ref request.Fd),
            ]);

        var values = new LineValues();
        Assert.Equal([0, 8], [At(ref values, ref values.Bits), At(ref values, ref values.Mask)]);

        var line = new LineInfo();
        Assert.Equal([0, 32, 64, 68, 72, 80],
            [
                At(ref line, ref line.Name), At(ref line, ref line.Consumer), At(ref line, ref line.Offset),
                At(ref line, ref line.AttributeCount), At(ref line, ref line.Flags), At(ref line, ref line.Attributes),
            ]);

        var edge = new LineEvent();
        Assert.Equal([0, 8, 12, 16, 20],
            [
                At(ref edge, ref edge.TimestampNs), At(ref edge, ref edge.Id), At(ref edge, ref edge.Offset),
                At(ref edge, ref edge.Sequence), At(ref edge, ref edge.LineSequence),
            ]);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("led0\0rest", "led0")]
    [InlineData("GPIO_GEN0", "GPIO_GEN0")]
    public void A_name_never_runs_past_its_end(string bytes, string expected) =>
        Assert.Equal(expected, GpioUapi.Text(System.Text.Encoding.UTF8.GetBytes(bytes)));

    private static int At<TStruct, TField>(ref TStruct whole, ref TField field) =>
        (int)Unsafe.ByteOffset(ref Unsafe.As<TStruct, byte>(ref whole), ref Unsafe.As<TField, byte>(ref field));
}
