using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Drivers.Gpio;

/// <summary>One open chip. Owns its file; lines that were requested live on without it.</summary>
internal sealed class GpioChip : IDisposable
{
    private readonly IGpioKernel _kernel;
    private readonly SafeFileHandle _file;
    private readonly string _label;
    private readonly string _name;
    private readonly uint _lines;

    private GpioChip(IGpioKernel kernel, SafeFileHandle file, string path, ref ChipInfo info)
    {
        _kernel = kernel;
        _file = file;
        Path = path;
        _label = GpioUapi.Text(info.Label);
        _name = GpioUapi.Text(info.Name);
        _lines = info.Lines;
    }

    /// <summary>The device node that it was found at.</summary>
    internal string Path { get; }

    /// <summary>Finds the chip that bears a label. Numbers change with the board, the kernel and what is plugged in; labels do not.</summary>
    internal static GpioChip Open(IGpioKernel kernel, string label)
    {
        GpioChip? found = null;
        GpioException? refusal = null;
        var others = new List<string>();
        foreach (var path in kernel.ChipPaths())
        {
            var chip = TryOpen(kernel, path, out var errno);
            if (chip is null)
            {
                if (errno is not (Errno.ENOENT or Errno.ENXIO or Errno.ENODEV)) // unplugged while we looked
                    refusal ??= new(GpioException.FaultOf(errno), label, errno: errno, detail: $"{path} cannot be asked for its label");
            }
            else if (chip._label != label)
            {
                others.Add(chip._label);
                chip.Dispose();
            }
            else if (found is null)
            {
                found = chip;
            }
            else
            {
                chip.Dispose();
                // Raspberry Pi OS links gpiochip4 to gpiochip0: one chip, two nodes.
                if (chip._name == found._name) continue;
                found.Dispose();
                throw new GpioException(GpioFault.SeveralChips, label, detail: $"{found._name} and {chip._name}");
            }
        }
        return found ?? throw refusal
            ?? new GpioException(GpioFault.NoSuchChip, label, detail: others.Count == 0 ? "there is no chip" : $"there are: {string.Join(", ", others)}");
    }

    /// <summary>The kernel's name of it: gpiochip and a number.</summary>
    internal string Name => _name;

    internal uint Find(GpioLine line)
    {
        if (line.Name is null)
            return line.Number < _lines ? (uint)line.Number : throw new GpioException(GpioFault.NoSuchLine, _label, line.ToString(), detail: $"it has {_lines} lines");
        for (var offset = 0U; offset < _lines; offset++)
        {
            var info = Info(offset);
            if (GpioUapi.Text(info.Name) == line.Name) return offset;
        }
        throw new GpioException(GpioFault.NoSuchLine, _label, line.Name, detail: $"none of its {_lines} lines bears that name");
    }

    internal SafeFileHandle Request(ref LineRequest request, IReadOnlyList<GpioLine> lines)
    {
        var result = _kernel.Ioctl(_file, GpioUapi.GetLine, GpioUapi.Bytes(ref request));
        if (result >= 0 && request.Fd > 0) return _kernel.Adopt(request.Fd);
        var errno = result < 0 ? -result : 0;
        if (errno == Errno.EBUSY)
        {
            for (var i = 0; i < lines.Count; i++)
            {
                var info = Info(request.Offsets[i]);
                if (!info.Flags.HasFlag(LineFlags.Used)) continue;
                var consumer = GpioUapi.Text(info.Consumer);
                throw new GpioException(GpioFault.LineInUse, _label, lines[i].ToString(), errno, consumer.Length == 0 ? null : consumer);
            }
        }
        throw new GpioException(GpioException.FaultOf(errno), _label, string.Join(", ", lines), errno);
    }

    public void Dispose() => _file.Dispose();

    private static GpioChip? TryOpen(IGpioKernel kernel, string path, out int errno)
    {
        errno = 0;
        var fd = kernel.Open(path);
        if (fd < 0)
        {
            errno = -fd;
            return null;
        }
        var file = kernel.Adopt(fd);
        var info = new ChipInfo();
        var result = kernel.Ioctl(file, GpioUapi.GetChipInfo, GpioUapi.Bytes(ref info));
        if (result >= 0) return new(kernel, file, path, ref info);
        file.Dispose();
        errno = -result;
        return null;
    }

    private LineInfo Info(uint offset)
    {
        var info = new LineInfo { Offset = offset };
        var result = _kernel.Ioctl(_file, GpioUapi.GetLineInfo, GpioUapi.Bytes(ref info));
        return result >= 0 ? info : throw new GpioException(GpioException.FaultOf(-result), _label, $"{offset}", -result);
    }
}
