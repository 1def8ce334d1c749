using System.Diagnostics;
using System.Runtime.CompilerServices;
using DeviceAgent.Drivers.Gpio;

namespace DeviceAgent.Tests.Gpio;

/// <summary>A C compiler reads linux/gpio.h and says the same as we: no byte of ours was copied from it.</summary>
public sealed class GpioHeaderTests
{
    private const string Header = "/usr/include/linux/gpio.h", Compiler = "/usr/bin/cc";

    [Fact]
    public void No_number_of_ours_differs_from_what_a_compiler_makes_of_the_header()
    {
        Assert.SkipUnless(File.Exists(Compiler) && File.Exists(Header), $"needs {Compiler} and {Header} (packages gcc and linux-libc-dev)");
        (string C, long Ours)[] facts =
        [
            ("sizeof(struct gpiochip_info)", Unsafe.SizeOf<ChipInfo>()),
            ("sizeof(struct gpio_v2_line_attribute)", Unsafe.SizeOf<LineAttribute>()),
            ("sizeof(struct gpio_v2_line_config_attribute)", Unsafe.SizeOf<LineConfigAttribute>()),
            ("sizeof(struct gpio_v2_line_config)", Unsafe.SizeOf<LineConfig>()),
            ("sizeof(struct gpio_v2_line_request)", Unsafe.SizeOf<LineRequest>()),
            ("sizeof(struct gpio_v2_line_values)", Unsafe.SizeOf<LineValues>()),
            ("sizeof(struct gpio_v2_line_info)", Unsafe.SizeOf<LineInfo>()),
            ("sizeof(struct gpio_v2_line_event)", Unsafe.SizeOf<LineEvent>()),
            ("GPIO_GET_CHIPINFO_IOCTL", GpioUapi.GetChipInfo),
            ("GPIO_V2_GET_LINEINFO_IOCTL", GpioUapi.GetLineInfo),
            ("GPIO_V2_GET_LINE_IOCTL", GpioUapi.GetLine),
            ("GPIO_V2_LINE_GET_VALUES_IOCTL", GpioUapi.GetValues),
            ("GPIO_V2_LINE_SET_VALUES_IOCTL", GpioUapi.SetValues),
            ("GPIO_MAX_NAME_SIZE", GpioUapi.NameSize),
            ("GPIO_V2_LINES_MAX", GpioUapi.MaxLines),
            ("GPIO_V2_LINES_MAX * 16", GpioUapi.MaxEventBuffer),
            ("GPIO_V2_LINE_NUM_ATTRS_MAX", GpioUapi.MaxAttributes),
            ("GPIO_V2_LINE_ATTR_ID_FLAGS", GpioUapi.AttributeFlags),
            ("GPIO_V2_LINE_ATTR_ID_OUTPUT_VALUES", GpioUapi.AttributeOutputValues),
            ("GPIO_V2_LINE_ATTR_ID_DEBOUNCE", GpioUapi.AttributeDebounce),
            ("GPIO_V2_LINE_EVENT_RISING_EDGE", GpioUapi.RisingEdge),
            ("GPIO_V2_LINE_EVENT_FALLING_EDGE", GpioUapi.FallingEdge),
            ("GPIO_V2_LINE_FLAG_USED", (long)LineFlags.Used),
            ("GPIO_V2_LINE_FLAG_ACTIVE_LOW", (long)LineFlags.ActiveLow),
            ("GPIO_V2_LINE_FLAG_INPUT", (long)LineFlags.Input),
            ("GPIO_V2_LINE_FLAG_OUTPUT", (long)LineFlags.Output),
            ("GPIO_V2_LINE_FLAG_EDGE_RISING", (long)LineFlags.EdgeRising),
            ("GPIO_V2_LINE_FLAG_EDGE_FALLING", (long)LineFlags.EdgeFalling),
            ("GPIO_V2_LINE_FLAG_OPEN_DRAIN", (long)LineFlags.OpenDrain),
            ("GPIO_V2_LINE_FLAG_OPEN_SOURCE", (long)LineFlags.OpenSource),
            ("GPIO_V2_LINE_FLAG_BIAS_PULL_UP", (long)LineFlags.PullUp),
            ("GPIO_V2_LINE_FLAG_BIAS_PULL_DOWN", (long)LineFlags.PullDown),
            ("GPIO_V2_LINE_FLAG_BIAS_DISABLED", (long)LineFlags.BiasDisabled),
            .. Offsets(),
        ];
        var answers = Compile([.. facts.Select(f => f.C)]);
        Assert.Equal(facts.Select(f => $"{f.C} = {f.Ours}"), facts.Zip(answers, (f, answer) => $"{f.C} = {answer}"));
    }

    private static IEnumerable<(string, long)> Offsets()
    {
        var request = new LineRequest();
        var info = new LineInfo();
        var edge = new LineEvent();
        yield return ("offsetof(struct gpio_v2_line_request, consumer)", At(ref request, ref request.Consumer));
        yield return ("offsetof(struct gpio_v2_line_request, config)", At(ref request, ref request.Config));
        yield return ("offsetof(struct gpio_v2_line_request, config.attrs)", At(ref request, ref request.Config.Attributes));
        yield return ("offsetof(struct gpio_v2_line_request, num_lines)", At(ref request, ref request.LineCount));
        yield return ("offsetof(struct gpio_v2_line_request, event_buffer_size)", At(ref request, ref request.EventBufferSize));
        yield return ("offsetof(struct gpio_v2_line_request, fd)", At(ref request, ref request.Fd));
        yield return ("offsetof(struct gpio_v2_line_info, consumer)", At(ref info, ref info.Consumer));
        yield return ("offsetof(struct gpio_v2_line_info, offset)", At(ref info, ref info.Offset));
        yield return ("offsetof(struct gpio_v2_line_info, flags)", At(ref info, ref info.Flags));
        yield return ("offsetof(struct gpio_v2_line_event, id)", At(ref edge, ref edge.Id));
        yield return ("offsetof(struct gpio_v2_line_event, offset)", At(ref edge, ref edge.Offset));
        yield return ("offsetof(struct gpio_v2_line_event, seqno)", At(ref edge, ref edge.Sequence));
        yield return ("offsetof(struct gpio_v2_line_event, line_seqno)", At(ref edge, ref edge.LineSequence));
    }

    private static long At<TStruct, TField>(ref TStruct whole, ref TField field) where TStruct : struct =>
        Unsafe.ByteOffset(ref Unsafe.As<TStruct, byte>(ref whole), ref Unsafe.As<TField, byte>(ref field));

    private static string[] Compile(string[] expressions)
    {
        var folder = Directory.CreateTempSubdirectory("gpio-header");
        try
        {
            var (source, program) = (Path.Combine(folder.FullName, "facts.c"), Path.Combine(folder.FullName, "facts"));
            var lines = string.Concat(expressions.Select(e => $"  printf(\"%llu\\n\", (unsigned long long)({e}));\n"));
            File.WriteAllText(source, $"#include <stddef.h>\n#include <stdio.h>\n#include <linux/gpio.h>\nint main(void) {{\n{lines}  return 0;\n}}\n");
            Run(Compiler, ["-o", program, source]);
            return Run(program, []).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEnd();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
        return output;
    }
}
