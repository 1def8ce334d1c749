using System.Text;

namespace DeviceAgent.Drivers.Gpio;

/// <summary>What is asked of the kernel, as bytes. No I/O.</summary>
/// <remarks>
/// Source: linux/gpio.h, struct gpio_v2_line_config. The flags of the first line are the request's default; lines that differ get a flags
/// attribute for each further combination, so that the ten attributes suffice for every request that is not contrived.
/// </remarks>
internal static class LineRequests
{
    private const int EventsPerLine = 64;
    private static readonly TimeSpan MaxDebounce = TimeSpan.FromHours(1);

    internal static LineRequest Outputs(ReadOnlySpan<uint> offsets, IReadOnlyList<GpioOutput> outputs, string consumer)
    {
        var request = Request(offsets, [.. outputs.Select(FlagsOf)], consumer);
        var initial = 0UL;
        for (var i = 0; i < outputs.Count; i++) if (outputs[i].Initial) initial |= 1UL << i;
        Add(ref request.Config, GpioUapi.AttributeOutputValues, initial, AllOf(outputs.Count));
        return request;
    }

    internal static LineRequest Inputs(ReadOnlySpan<uint> offsets, IReadOnlyList<GpioInput> inputs, string consumer)
    {
        var request = Request(offsets, [.. inputs.Select(FlagsOf)], consumer);
        // The kernel's own default is the least; a contact that bounces while the process is held up needs more.
        request.EventBufferSize = inputs.Any(i => i.Edges != GpioEdges.None) ? (uint)Math.Min(EventsPerLine * inputs.Count, GpioUapi.MaxEventBuffer) : 0;
        foreach (var same in inputs.Select((input, i) => (Period: Microseconds(input.Debounce), Mask: 1UL << i)).Where(d => d.Period > 0).GroupBy(d => d.Period))
            Add(ref request.Config, GpioUapi.AttributeDebounce, same.Key, same.Aggregate(0UL, (mask, d) => mask | d.Mask));
        return request;
    }

    /// <summary>The bits of the first n lines.</summary>
    internal static ulong AllOf(int count) => count == GpioUapi.MaxLines ? ulong.MaxValue : (1UL << count) - 1;

    private static LineRequest Request(ReadOnlySpan<uint> offsets, LineFlags[] flags, string consumer)
    {
        var request = new LineRequest { LineCount = (uint)offsets.Length };
        offsets.CopyTo(request.Offsets);
        Span<byte> name = request.Consumer;
        // The last byte stays NUL; a long name is cut between characters.
        Encoding.UTF8.GetEncoder().Convert(consumer, name[..^1], flush: true, out _, out _, out _);
        request.Config.Flags = flags[0];
        foreach (var other in flags.Distinct().Skip(1))
        {
            var mask = 0UL;
            for (var i = 0; i < flags.Length; i++) if (flags[i] == other) mask |= 1UL << i;
            Add(ref request.Config, GpioUapi.AttributeFlags, (ulong)other, mask);
        }
        return request;
    }

    private static LineFlags FlagsOf(GpioOutput output) =>
        LineFlags.Output
        | (output.ActiveLow ? LineFlags.ActiveLow : LineFlags.None)
        | output.Drive switch
        {
            GpioDrive.OpenDrain => LineFlags.OpenDrain,
            GpioDrive.OpenSource => LineFlags.OpenSource,
            _ => LineFlags.None,
        };

    private static LineFlags FlagsOf(GpioInput input) =>
        LineFlags.Input
        | (input.ActiveLow ? LineFlags.ActiveLow : LineFlags.None)
        | (input.Edges.HasFlag(GpioEdges.Rising) ? LineFlags.EdgeRising : LineFlags.None)
        | (input.Edges.HasFlag(GpioEdges.Falling) ? LineFlags.EdgeFalling : LineFlags.None)
        | input.Bias switch
        {
            GpioBias.Disabled => LineFlags.BiasDisabled,
            GpioBias.PullUp => LineFlags.PullUp,
            GpioBias.PullDown => LineFlags.PullDown,
            _ => LineFlags.None,
        };

    private static uint Microseconds(TimeSpan debounce)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(debounce, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(debounce, MaxDebounce);
        return (uint)(debounce.Ticks / TimeSpan.TicksPerMicrosecond);
    }

    private static void Add(ref LineConfig config, uint id, ulong value, ulong mask)
    {
        if (config.AttributeCount == GpioUapi.MaxAttributes)
            throw new ArgumentException($"One request holds {GpioUapi.MaxAttributes} attributes: fewer combinations of flags and debounce, please.");
        config.Attributes[(int)config.AttributeCount++] = new() { Attribute = new() { Id = id, Value = value }, Mask = mask };
    }
}
