using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace DeviceAgent.Drivers.Gpio;

/// <summary>The GPIO character device's uAPI v2, as linux/gpio.h lays it out (kernel 5.10 and later; x64 and arm64 alike).</summary>
/// <remarks>All padding must be zero: the kernel answers EINVAL otherwise.</remarks>
internal static class GpioUapi
{
    internal const uint GetChipInfo = 0x8044B401;
    internal const uint GetLineInfo = 0xC100B405;
    internal const uint GetLine = 0xC250B407;
    internal const uint GetValues = 0xC010B40E;
    internal const uint SetValues = 0xC010B40F;

    /// <summary>GPIO_MAX_NAME_SIZE, the closing NUL included.</summary>
    internal const int NameSize = 32;
    internal const int MaxLines = 64;
    internal const int MaxAttributes = 10;

    /// <summary>GPIO_V2_LINES_MAX * 16: the most events that the kernel keeps for one request.</summary>
    internal const int MaxEventBuffer = MaxLines * 16;

    internal const uint AttributeFlags = 1;
    internal const uint AttributeOutputValues = 2;
    internal const uint AttributeDebounce = 3;

    internal const uint RisingEdge = 1;
    internal const uint FallingEdge = 2;

    internal static Span<byte> Bytes<T>(ref T value) where T : unmanaged => MemoryMarshal.AsBytes(new Span<T>(ref value));

    internal static string Text(ReadOnlySpan<byte> name)
    {
        var end = name.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? name : name[..end]);
    }
}

/// <summary>enum gpio_v2_line_flag.</summary>
[Flags]
internal enum LineFlags : ulong
{
    None = 0,
    Used = 1 << 0,
    ActiveLow = 1 << 1,
    Input = 1 << 2,
    Output = 1 << 3,
    EdgeRising = 1 << 4,
    EdgeFalling = 1 << 5,
    OpenDrain = 1 << 6,
    OpenSource = 1 << 7,
    PullUp = 1 << 8,
    PullDown = 1 << 9,
    BiasDisabled = 1 << 10,
}

/// <summary>char[32].</summary>
[InlineArray(GpioUapi.NameSize)]
internal struct NameBytes
{
    private byte _first;
}

/// <summary>__u32 offsets[64].</summary>
[InlineArray(GpioUapi.MaxLines)]
internal struct LineOffsets
{
    private uint _first;
}

[InlineArray(GpioUapi.MaxAttributes)]
internal struct LineAttributes
{
    private LineAttribute _first;
}

[InlineArray(GpioUapi.MaxAttributes)]
internal struct LineConfigAttributes
{
    private LineConfigAttribute _first;
}

/// <summary>__u32 padding[4], [5] and [6].</summary>
[InlineArray(4)]
internal struct Padding4
{
    private uint _first;
}

[InlineArray(5)]
internal struct Padding5
{
    private uint _first;
}

[InlineArray(6)]
internal struct Padding6
{
    private uint _first;
}

/// <summary>struct gpiochip_info, 68 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ChipInfo
{
    internal NameBytes Name;
    internal NameBytes Label;
    internal uint Lines;
}

/// <summary>struct gpio_v2_line_attribute, 16 bytes. Value is the union of flags, values and debounce_period_us (the low half).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LineAttribute
{
    internal uint Id;
    internal uint Padding;
    internal ulong Value;
}

/// <summary>struct gpio_v2_line_config_attribute, 24 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LineConfigAttribute
{
    internal LineAttribute Attribute;
    internal ulong Mask;
}

/// <summary>struct gpio_v2_line_config, 272 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LineConfig
{
    internal LineFlags Flags;
    internal uint AttributeCount;
    internal Padding5 Padding;
    internal LineConfigAttributes Attributes;
}

/// <summary>struct gpio_v2_line_request, 592 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LineRequest
{
    internal LineOffsets Offsets;
    internal NameBytes Consumer;
    internal LineConfig Config;
    internal uint LineCount;
    internal uint EventBufferSize;
    internal Padding5 Padding;
    internal int Fd;
}

/// <summary>struct gpio_v2_line_values, 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LineValues
{
    internal ulong Bits;
    internal ulong Mask;
}

/// <summary>struct gpio_v2_line_info, 256 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LineInfo
{
    internal NameBytes Name;
    internal NameBytes Consumer;
    internal uint Offset;
    internal uint AttributeCount;
    internal LineFlags Flags;
    internal LineAttributes Attributes;
    internal Padding4 Padding;
}

/// <summary>struct gpio_v2_line_event, 48 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LineEvent
{
    internal ulong TimestampNs;
    internal uint Id;
    internal uint Offset;
    internal uint Sequence;
    internal uint LineSequence;
    internal Padding6 Padding;
}
