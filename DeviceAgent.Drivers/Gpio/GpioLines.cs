namespace DeviceAgent.Drivers.Gpio;

/// <summary>Lines of GPIO chips, from the kernel directly.</summary>
/// <remarks>
/// Source: linux/gpio.h, uAPI v2 (kernel 5.10 and later), on the nodes /dev/gpiochip*; no libgpiod, whose library name changed with 2.0.
/// A chip is found by its label ("pinctrl-bcm2711" on a Raspberry Pi 4, "pinctrl-rp1" on a 5), never by its number.
/// What is requested belongs to the caller, who disposes it. Everything that cannot be had is a <see cref="GpioException"/> with its reason.
/// </remarks>
public sealed class GpioLines : IGpioLines
{
    private readonly IGpioKernel _kernel;
    // Another backend; null: the kernel.
    private readonly IGpioLines? _other;

    /// <summary>The chips of this machine, /dev/gpiochip*; opens none yet.</summary>
    public GpioLines() : this(new LinuxGpioKernel("/dev")) => _other = DriverBackends.OpenGpio(Backend);

    /// <summary>What drives the lines of this process that are asked for from now on; one that this build has. Set once, at the start.</summary>
    public static DriverBackend Backend { get; set; }

    internal GpioLines(IGpioKernel kernel) => _kernel = kernel;

    /// <summary>Takes outputs; their initial values stand from the first moment, in one request.</summary>
    /// <param name="chipLabel">The whole label, case and all.</param>
    /// <param name="outputs">1 to 64 different lines; the position is the bit in <see cref="IGpioOutputs.Set"/>.</param>
    /// <param name="consumer">Who holds the lines, for gpioinfo and other programs' errors; cut to 31 bytes.</param>
    /// <exception cref="GpioException">The lines cannot be had.</exception>
    /// <exception cref="ArgumentException">No line, more than 64, or one named twice.</exception>
    public IGpioOutputs RequestOutputs(string chipLabel, IReadOnlyList<GpioOutput> outputs, string consumer)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        if (_other is not null) return _other.RequestOutputs(chipLabel, outputs, consumer);
        GpioLine[] lines = [.. outputs.Select(o => o.Line)];
        Check(chipLabel, lines, consumer);
        using var chip = GpioChip.Open(_kernel, chipLabel);
        var offsets = Find(chip, lines);
        var request = LineRequests.Outputs(offsets, outputs, consumer);
        return new HeldOutputs(_kernel, chip.Request(ref request, lines), chipLabel, lines);
    }

    /// <summary>Takes inputs; edges are told from the request on.</summary>
    /// <param name="chipLabel">The whole label, case and all.</param>
    /// <param name="inputs">1 to 64 different lines; the position is the bit in <see cref="IGpioInputs.Read"/> and <see cref="GpioEdge.Index"/>.</param>
    /// <param name="consumer">Who holds the lines; cut to 31 bytes.</param>
    /// <exception cref="GpioException">The lines cannot be had.</exception>
    /// <exception cref="ArgumentException">No line, more than 64, one named twice, or a debounce out of range.</exception>
    public IGpioInputs RequestInputs(string chipLabel, IReadOnlyList<GpioInput> inputs, string consumer)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (_other is not null) return _other.RequestInputs(chipLabel, inputs, consumer);
        GpioLine[] lines = [.. inputs.Select(i => i.Line)];
        Check(chipLabel, lines, consumer);
        using var chip = GpioChip.Open(_kernel, chipLabel);
        var offsets = Find(chip, lines);
        var request = LineRequests.Inputs(offsets, inputs, consumer);
        return new HeldInputs(_kernel, chip.Request(ref request, lines), chipLabel, lines, offsets, inputs.Any(i => i.Edges != GpioEdges.None) ? chip.Path : null);
    }

    internal static void Check(string label, GpioLine[] lines, string consumer)
    {
        ArgumentException.ThrowIfNullOrEmpty(label);
        ArgumentException.ThrowIfNullOrEmpty(consumer);
        if (lines.Length is 0 or > GpioUapi.MaxLines) throw new ArgumentException($"1 to {GpioUapi.MaxLines} lines can be requested, not {lines.Length}.");
    }

    internal static uint[] Find(GpioChip chip, GpioLine[] lines)
    {
        uint[] offsets = [.. lines.Select(chip.Find)];
        // The kernel would answer EBUSY, as if somebody else held the line.
        if (offsets.Distinct().Count() != offsets.Length) throw new ArgumentException($"One line is named twice: {string.Join(", ", lines)}.");
        return offsets;
    }
}
