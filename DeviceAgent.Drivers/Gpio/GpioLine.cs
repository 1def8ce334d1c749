using System.Globalization;
using System.Text;

namespace DeviceAgent.Drivers.Gpio;

/// <summary>One line of a chip, by its number on that chip or by its name in the device tree ("GPIO17").</summary>
/// <remarks>Where several lines share a name, the lowest number is meant, as with libgpiod.</remarks>
public readonly record struct GpioLine
{
    /// <summary>The highest line number that is believed; the largest chips of today have a few hundred lines.</summary>
    public const int MaxNumber = 65_535;

    /// <summary>UTF-8 bytes of the longest name. linux/gpio.h, GPIO_MAX_NAME_SIZE less the closing NUL.</summary>
    public const int MaxNameBytes = GpioUapi.NameSize - 1;

    private GpioLine(int number, string? name)
    {
        Number = number;
        Name = name;
    }

    /// <summary>0 to <see cref="MaxNumber"/>; meaningless where <see cref="Name"/> is set.</summary>
    public int Number { get; }

    /// <summary>Null when the line is meant by number.</summary>
    public string? Name { get; }

    /// <exception cref="ArgumentOutOfRangeException">Not 0 to <see cref="MaxNumber"/>.</exception>
    public static GpioLine At(int number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, MaxNumber);
        return new(number, null);
    }

    /// <summary>Digits are a number, anything else of 1 to <see cref="MaxNameBytes"/> bytes without control characters is a name.</summary>
    public static bool TryParse(string? text, out GpioLine line)
    {
        line = default;
        if (string.IsNullOrEmpty(text) || text.Any(char.IsControl)) return false;
        if (text.All(char.IsAsciiDigit))
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > MaxNumber) return false;
            line = new(number, null);
            return true;
        }
        if (Encoding.UTF8.GetByteCount(text) > MaxNameBytes) return false;
        line = new(0, text);
        return true;
    }

    /// <exception cref="FormatException">Neither a number nor a name.</exception>
    public static GpioLine Parse(string text) =>
        TryParse(text, out var line) ? line : throw new FormatException($"A GPIO line is a number 0-{MaxNumber} or a name of 1-{MaxNameBytes} bytes.");

    public override string ToString() => Name ?? Number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>How an output drives its pin. OpenDrain pulls low and lets go; OpenSource pulls high and lets go: an outer resistor does the rest.</summary>
public enum GpioDrive { PushPull, OpenDrain, OpenSource }

/// <summary>An output to request.</summary>
/// <param name="Initial">The value from the very request on: the line never shows another one in between.</param>
/// <param name="ActiveLow">Value 1 pulls the pin low. linux/gpio.h, GPIO_V2_LINE_FLAG_ACTIVE_LOW.</param>
/// <param name="Drive">Where the chip has no open drain of its own, the kernel makes it of input and output.</param>
public readonly record struct GpioOutput(GpioLine Line, bool Initial, bool ActiveLow = false, GpioDrive Drive = GpioDrive.PushPull);

/// <summary>The resistor of an input. AsIs leaves what the firmware set.</summary>
public enum GpioBias { AsIs, Disabled, PullUp, PullDown }

/// <summary>Which changes of an input are told. Rising: inactive to active, after active-low is applied.</summary>
[Flags]
public enum GpioEdges { None = 0, Rising = 1, Falling = 2, Both = Rising | Falling }

/// <summary>An input to request.</summary>
/// <param name="Edges">Changes that <see cref="IGpioInputs.Edges"/> tells of.</param>
/// <param name="Debounce">0 to 1 hour, in whole microseconds; 0: none. The kernel debounces where the chip cannot.</param>
/// <param name="ActiveLow">A low pin reads as 1.</param>
public readonly record struct GpioInput(
    GpioLine Line, GpioEdges Edges = GpioEdges.None, GpioBias Bias = GpioBias.AsIs, TimeSpan Debounce = default, bool ActiveLow = false);

/// <summary>One change of an input.</summary>
/// <param name="Index">Position of the line in the request.</param>
/// <param name="Rising">Inactive to active, after active-low is applied.</param>
/// <param name="At">CLOCK_MONOTONIC at the interrupt: good for the time between edges, not for the wall clock.</param>
/// <param name="Sequence">Counts the edges of the whole request from 1; a gap tells that edges were dropped.</param>
/// <param name="LineSequence">Counts the edges of this line alone, from 1.</param>
public readonly record struct GpioEdge(int Index, bool Rising, TimeSpan At, uint Sequence, uint LineSequence = 0);
