using System.Device.Gpio;
using System.Device.Gpio.Drivers;
using System.Globalization;

namespace DeviceAgent.Drivers.Gpio.DotNetIot;

/// <summary>Lines of GPIO chips through System.Device.Gpio; only in a build with -p:WithDotNetIot=true.</summary>
/// <remarks>
/// Source: github.com/dotnet/iot, src/System.Device.Gpio; libgpiod 2 (libgpiod.so.3), else 1 (libgpiod.so.2), which must be installed.
/// Its drivers know chips and lines by number alone: label and line names are looked up as in <see cref="GpioLines"/>, in /dev/gpiochip*.
/// What it lacks: debounce (done here, with a timer), time stamps and sequence numbers of edges (given here, when the callback comes), active-low
/// (turned round here), a switched-off bias, open drain and open source (refused), the size of the kernel's buffer of edges (its own 16 for each line),
/// and setting several outputs at one moment (they follow each other).
/// </remarks>
public sealed class IotGpioLines : IGpioLines
{
    private readonly IGpioKernel _kernel;
    private readonly Func<int, GpioDriver> _driver;
    private readonly TimeProvider _time;

    /// <summary>The chips of this machine, /dev/gpiochip*; opens none yet.</summary>
    /// <param name="time">For the debounce; null: the system's.</param>
    public IotGpioLines(TimeProvider? time = null) : this(new LinuxGpioKernel("/dev"), OpenDriver, time ?? TimeProvider.System) { }

    internal IotGpioLines(IGpioKernel kernel, Func<int, GpioDriver> driver, TimeProvider time) => (_kernel, _driver, _time) = (kernel, driver, time);

    /// <inheritdoc/>
    public IGpioOutputs RequestOutputs(string chipLabel, IReadOnlyList<GpioOutput> outputs, string consumer)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        GpioLine[] lines = [.. outputs.Select(o => o.Line)];
        var (chip, pins) = Find(chipLabel, lines, consumer);
        // Driven high instead, such a line would meet whatever pulls it low.
        if (outputs.Any(o => o.Drive != GpioDrive.PushPull)) throw NotSupported(chipLabel, lines, "cannot drive a line as open drain or open source");
        return Hold(chipLabel, lines, chip, controller =>
        {
            for (var i = 0; i < pins.Length; i++) controller.OpenPin(pins[i], PinMode.Output, outputs[i].Initial != outputs[i].ActiveLow ? PinValue.High : PinValue.Low);
            return new IotOutputs(controller, pins, chipLabel, lines, ActiveLow(outputs.Select(o => o.ActiveLow)));
        });
    }

    /// <inheritdoc/>
    public IGpioInputs RequestInputs(string chipLabel, IReadOnlyList<GpioInput> inputs, string consumer)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        GpioLine[] lines = [.. inputs.Select(i => i.Line)];
        var (chip, pins) = Find(chipLabel, lines, consumer);
        // As the kernel's backend refuses what is out of range.
        _ = LineRequests.Inputs([.. pins.Select(p => (uint)p)], inputs, consumer);
        if (inputs.Any(i => i.Bias == GpioBias.Disabled)) throw NotSupported(chipLabel, lines, "cannot switch a bias off");
        return Hold(chipLabel, lines, chip, controller =>
        {
            for (var i = 0; i < pins.Length; i++)
            {
                controller.OpenPin(pins[i], inputs[i].Bias switch
                {
                    GpioBias.PullUp => PinMode.InputPullUp,
                    GpioBias.PullDown => PinMode.InputPullDown,
                    _ => PinMode.Input,
                });
            }
            return new IotInputs(controller, pins, chipLabel, inputs, ActiveLow(inputs.Select(i => i.ActiveLow)), _time);
        });
    }

    /// <summary>What a driver or libgpiod throws, as the errors that all backends share.</summary>
    internal static GpioException Failure(Exception e, string chip, IEnumerable<GpioLine> lines) => e as GpioException ?? new GpioException(e switch
    {
        UnauthorizedAccessException => GpioFault.Denied,
        PlatformNotSupportedException or NotSupportedException or DllNotFoundException => GpioFault.NotSupported,
        _ when e.Message.Contains("busy", StringComparison.OrdinalIgnoreCase) => GpioFault.LineInUse,
        _ => GpioFault.Failed,
    }, chip, string.Join(", ", lines), detail: $"System.Device.Gpio: {e.Message}");

    private static GpioException NotSupported(string chip, GpioLine[] lines, string what) =>
        new(GpioFault.NotSupported, chip, string.Join(", ", lines), detail: $"System.Device.Gpio {what}: leave Gpio:Backend at kernel");

    private (int Chip, int[] Pins) Find(string label, GpioLine[] lines, string consumer)
    {
        GpioLines.Check(label, lines, consumer);
        using var chip = GpioChip.Open(_kernel, label);
        int[] pins = [.. GpioLines.Find(chip, lines).Select(o => (int)o)];
        return (int.Parse(chip.Name.AsSpan("gpiochip".Length), NumberStyles.None, CultureInfo.InvariantCulture), pins);
    }

    private T Hold<T>(string label, GpioLine[] lines, int chip, Func<GpioController, T> open)
    {
        GpioController? controller = null;
        try
        {
            controller = new GpioController(_driver(chip));
            return open(controller);
        }
        // libgpiod's errors come as exceptions of many types, some of them internal to the package.
        catch (Exception e) when (e is not ArgumentException)
        {
            controller?.Dispose();
            throw Failure(e, label, lines);
        }
    }

    private static ulong ActiveLow(IEnumerable<bool> lines) => lines.Index().Aggregate(0UL, (bits, line) => line.Item ? bits | (1UL << line.Index) : bits);

    private static GpioDriver OpenDriver(int chip)
    {
        try
        {
            return new LibGpiodV2Driver(chip);
        }
        catch (Exception e) when (e is PlatformNotSupportedException or DllNotFoundException or EntryPointNotFoundException)
        {
            return new LibGpiodDriver(chip);
        }
    }
}

/// <summary>Outputs that are held. Owns the controller and its driver.</summary>
internal sealed class IotOutputs(GpioController controller, int[] pins, string chip, GpioLine[] lines, ulong activeLow) : IGpioOutputs
{
    private readonly Lock _gate = new();

    public void Set(ulong mask, ulong values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(mask & ~LineRequests.AllOf(pins.Length), 0UL, nameof(mask));
        try
        {
            lock (_gate)
            {
                for (var i = 0; i < pins.Length; i++)
                {
                    if ((mask >> i & 1) != 0) controller.Write(pins[i], ((values ^ activeLow) >> i & 1) != 0 ? PinValue.High : PinValue.Low);
                }
            }
        }
        catch (Exception e)
        {
            throw IotGpioLines.Failure(e, chip, lines);
        }
    }

    public void Dispose() => controller.Dispose();
}
