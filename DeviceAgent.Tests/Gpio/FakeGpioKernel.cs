using System.Buffers.Binary;
using System.Text;
using DeviceAgent.Drivers.Gpio;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Tests.Gpio;

/// <summary>The kernel's side of the GPIO uAPI, as strict as the kernel about padding and ranges. Knows offsets, not our structs.</summary>
internal sealed class FakeGpioKernel : IGpioKernel
{
    private readonly object _lock = new(); // an object: readers sleep on its monitor
    private readonly Dictionary<SafeFileHandle, FakeChip> _open = [];
    private readonly Queue<byte[]> _reads = new();
    private readonly TaskCompletionSource _errorRead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _nextFd = 1000;
    private bool _woken;
    private string? _watched;
    private bool _nodeTold;
    private int _waitErrno;

    public List<FakeChip> Chips { get; } = [];

    /// <summary>errno that an ioctl of this number fails with, in place of its work.</summary>
    public Dictionary<uint, int> Failures { get; } = [];

    public List<(uint Request, byte[] Argument)> Calls { get; } = [];

    public List<SafeFileHandle> Handles { get; } = [];

    /// <summary>A <see cref="ReadError"/> was read: everything fed before it has been worked off.</summary>
    public Task ErrorRead => _errorRead.Task;

    public int WakeErrno { get; set; }

    /// <summary>What GET_VALUES answers.</summary>
    public ulong Levels { get; set; }

    public IReadOnlyList<string> ChipPaths() => [.. Chips.Select(c => c.Path)];

    public int Open(string path)
    {
        var chip = Chips.Find(c => c.Path == path);
        if (chip is null) return -2;
        if (chip.OpenErrno != 0) return -chip.OpenErrno;
        chip.LastFd = _nextFd++;
        return chip.LastFd;
    }

    public SafeFileHandle Adopt(int fd)
    {
        var handle = new SafeFileHandle(fd, ownsHandle: false);
        Handles.Add(handle);
        if (Chips.Find(c => c.LastFd == fd) is { } chip) _open[handle] = chip;
        return handle;
    }

    public int Ioctl(SafeFileHandle file, uint request, Span<byte> argument)
    {
        ObjectDisposedException.ThrowIf(file.IsClosed, file);
        Assert.Equal((int)(request >> 16 & 0x3FFF), argument.Length); // the size that the ioctl's number itself carries
        lock (_lock) Calls.Add((request, argument.ToArray()));
        if (Failures.TryGetValue(request, out var errno)) return -errno;
        return request switch
        {
            0x8044B401 => ChipInfo(_open[file], argument),
            0xC100B405 => LineInfo(_open[file], argument),
            0xC250B407 => Request(_open[file], argument),
            0xC010B40E => GetValues(argument),
            0xC010B40F => BinaryPrimitives.ReadUInt64LittleEndian(argument[8..]) == 0 ? -22 : 0,
            _ => -25,
        };
    }

    public byte[] LastArgument(uint request)
    {
        lock (_lock) return Calls.Last(c => c.Request == request).Argument;
    }

    /// <summary>The next read gives these bytes; an empty array is an end of file.</summary>
    public void Feed(byte[] read) => Change(() => _reads.Enqueue(read));

    public void FailWait(int errno) => Change(() => _waitErrno = errno);

    public int Read(SafeFileHandle file, Span<byte> buffer)
    {
        byte[] read;
        lock (_lock) read = _reads.Dequeue();
        if (read is [var errno, 0xEE])
        {
            _errorRead.TrySetResult();
            return -errno;
        }
        read.CopyTo(buffer);
        return read.Length;
    }

    public int CreateWake()
    {
        if (WakeErrno != 0) return -WakeErrno;
        _woken = false;
        return _nextFd++;
    }

    public void Wake(SafeFileHandle wake) => Change(() => _woken = true);

    /// <summary>errno of the watch on a node; 0: it can be watched.</summary>
    public int WatchErrno { get; set; }

    /// <summary>Looks that the reader took because the node's watch told something.</summary>
    public int NodeLooks { get; private set; }

    /// <summary>Something happened to the node: it was unplugged, or only its permissions changed.</summary>
    public void TouchNode(bool unplug) => Change(() =>
    {
        if (unplug) Chips.RemoveAll(c => c.Path == _watched);
        _nodeTold = true;
    });

    public int WatchNode(string path)
    {
        if (WatchErrno != 0) return -WatchErrno;
        _watched = path;
        return _nextFd++;
    }

    public bool NodeIsGone(SafeFileHandle watch, string path)
    {
        lock (_lock)
        {
            Assert.Equal(_watched, path);
            NodeLooks++;
            _nodeTold = false;
            Monitor.PulseAll(_lock);
            return Chips.TrueForAll(c => c.Path != path);
        }
    }

    public void AwaitNodeLook()
    {
        lock (_lock)
        {
            while (NodeLooks == 0) Assert.True(Monitor.Wait(_lock, TimeSpan.FromSeconds(30)), "nobody looked after the node");
        }
    }

    public int WaitReadable(SafeFileHandle file, SafeFileHandle wake, SafeFileHandle? watch)
    {
        lock (_lock)
        {
            while (!_woken && _waitErrno == 0 && _reads.Count == 0 && !(watch is not null && _nodeTold)) Assert.True(Monitor.Wait(_lock, TimeSpan.FromSeconds(30)), "nobody woke the reader");
            return _woken ? 0 : _waitErrno != 0 ? -_waitErrno : _reads.Count > 0 ? 1 : 2;
        }
    }

    /// <summary>A read that fails.</summary>
    public static byte[] ReadError(byte errno) => [errno, 0xEE];

    private void Change(Action change)
    {
        lock (_lock)
        {
            change();
            Monitor.PulseAll(_lock);
        }
    }

    private static int ChipInfo(FakeChip chip, Span<byte> argument)
    {
        if (chip.InfoErrno != 0) return -chip.InfoErrno;
        Encoding.UTF8.GetBytes(chip.Name, argument);
        Encoding.UTF8.GetBytes(chip.Label, argument[32..]);
        BinaryPrimitives.WriteUInt32LittleEndian(argument[64..], (uint)chip.Lines.Count);
        return 0;
    }

    private static int LineInfo(FakeChip chip, Span<byte> argument)
    {
        var offset = BinaryPrimitives.ReadUInt32LittleEndian(argument[64..]);
        if (offset >= chip.Lines.Count || argument[240..256].ContainsAnyExcept((byte)0)) return -22;
        var line = chip.Lines[(int)offset];
        Encoding.UTF8.GetBytes(line.Name, argument);
        Encoding.UTF8.GetBytes(line.Consumer, argument[32..]);
        BinaryPrimitives.WriteUInt64LittleEndian(argument[72..], line.Used ? 1UL : 0);
        return 0;
    }

    private int Request(FakeChip chip, Span<byte> argument)
    {
        var count = BinaryPrimitives.ReadUInt32LittleEndian(argument[560..]);
        var attributes = BinaryPrimitives.ReadUInt32LittleEndian(argument[296..]);
        if (count is 0 or > 64 || attributes > 10) return -22;
        if (argument[300..320].ContainsAnyExcept((byte)0) || argument[568..588].ContainsAnyExcept((byte)0)) return -22;
        for (var i = 0; i < attributes; i++) if (argument.Slice(324 + 24 * i, 4).ContainsAnyExcept((byte)0)) return -22;
        for (var i = 0; i < count; i++)
        {
            if (!IsValid(argument, (int)attributes, i)) return -22;
            var offset = BinaryPrimitives.ReadUInt32LittleEndian(argument[(4 * i)..]);
            if (offset >= chip.Lines.Count) return -22;
            if (chip.Lines[(int)offset].Used) return -16;
        }
        chip.Requests++;
        BinaryPrimitives.WriteInt32LittleEndian(argument[588..], _nextFd++);
        return 0;
    }

    /// <summary>gpio_v2_line_flags_validate and gpio_v2_line_config_validate: the first attribute that covers the line wins.</summary>
    private static bool IsValid(ReadOnlySpan<byte> argument, int attributes, int line)
    {
        ulong? own = null, debounce = null;
        for (var a = 0; a < attributes; a++)
        {
            var attribute = argument.Slice(320 + 24 * a, 24);
            if ((BinaryPrimitives.ReadUInt64LittleEndian(attribute[16..]) >> line & 1) == 0) continue;
            var value = BinaryPrimitives.ReadUInt64LittleEndian(attribute[8..]);
            if (BinaryPrimitives.ReadUInt32LittleEndian(attribute) == 1) own ??= value;
            else if (BinaryPrimitives.ReadUInt32LittleEndian(attribute) == 3) debounce ??= value;
        }
        var flags = own ?? BinaryPrimitives.ReadUInt64LittleEndian(argument[288..]);
        bool Has(int bit) => (flags >> bit & 1) != 0;
        bool input = Has(2), output = Has(3), edges = Has(4) || Has(5), drive = Has(6) || Has(7);
        var biases = (Has(8) ? 1 : 0) + (Has(9) ? 1 : 0) + (Has(10) ? 1 : 0);
        return flags >> 13 == 0 && !Has(0) && !(input && output) && (!edges || input) && (!drive || output) && !(Has(6) && Has(7))
            && biases <= 1 && (biases == 0 || input || output) && (debounce is null || input);
    }

    private int GetValues(Span<byte> argument)
    {
        // The kernel leaves bits outside the mask as they come; a caller must not rely on them.
        BinaryPrimitives.WriteUInt64LittleEndian(argument, Levels);
        return 0;
    }
}

internal sealed class FakeChip(string path, string name, string label, params IEnumerable<FakeLine> lines)
{
    public string Path { get; } = path;
    public string Name { get; } = name;
    public string Label { get; } = label;
    public List<FakeLine> Lines { get; } = [.. lines];
    public int OpenErrno { get; init; }
    public int InfoErrno { get; init; }
    public int LastFd { get; set; }
    public int Requests { get; set; }

    /// <summary>54 lines named GPIO0 to GPIO53, as a Raspberry Pi has them.</summary>
    public static FakeChip Pi(string path = "/dev/gpiochip0", string name = "gpiochip0", string label = "pinctrl-rp1") =>
        new(path, name, label, Enumerable.Range(0, 54).Select(i => new FakeLine($"GPIO{i}")));
}

internal sealed record FakeLine(string Name, bool Used = false, string Consumer = "");
