using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Input;
using DeviceAgent.Drivers.Scanning;
using DeviceAgent.Simulator.Scanning;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Input;

public sealed class EvdevScannerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly VirtualTime _time = new();

    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Codes_are_read_one_by_one_from_a_device_that_is_grabbed()
    {
        var device = new RecordedDevice();
        await using var scanner = await OpenAsync(device, new() { Framing = new() { AimIdentifier = true } });
        Assert.True(device.IsGrabbed);
        Assert.Equal("0c2e:0b61", scanner.Identity);
        await device.SendAsync(new TypedKeys().Type("]Q1ORDER-8012\r]C08013\r").ToArray());
        Assert.Equal(("ORDER-8012", "]Q1"), await ReadAsync(scanner));
        Assert.Equal(("8013", "]C0"), await ReadAsync(scanner));
    }

    [Theory]
    [InlineData(KeySuffix.Any, TypedKeys.Enter, "8012")]
    [InlineData(KeySuffix.Any, TypedKeys.KeypadEnter, "8012")]
    [InlineData(KeySuffix.Any, TypedKeys.Tab, "8012")]
    [InlineData(KeySuffix.Enter, TypedKeys.Enter, "8012")]
    [InlineData(KeySuffix.KeypadEnter, TypedKeys.KeypadEnter, "8012")]
    [InlineData(KeySuffix.Tab, TypedKeys.Tab, "8012")]
    public async Task Any_suffix_ends_a_code(KeySuffix suffix, ushort key, string expected)
    {
        var device = new RecordedDevice();
        await using var scanner = await OpenAsync(device, new() { Suffix = suffix });
        await device.SendAsync(new TypedKeys().Type("8012").Tap(key).ToArray());
        Assert.Equal((expected, null), await ReadAsync(scanner));
    }

    [Fact]
    public async Task Another_key_than_the_suffix_never_ends_a_code_and_never_stands_in_one()
    {
        var device = new RecordedDevice();
        await using var scanner = await OpenAsync(device, new() { Suffix = KeySuffix.KeypadEnter });
        await device.SendAsync(new TypedKeys().Type("80\t12").Tap(TypedKeys.KeypadEnter).Type("8013").Tap(TypedKeys.KeypadEnter).ToArray());
        Assert.Equal(("NotText", null), await ReadAsync(scanner));
        Assert.Equal(("8013", null), await ReadAsync(scanner));
    }

    [Fact]
    public async Task A_gap_ends_a_code_without_a_suffix()
    {
        var device = new RecordedDevice();
        await using var scanner = await OpenAsync(device, new() { Suffix = KeySuffix.IdleGap, Framing = new() { IdleGap = TimeSpan.FromMilliseconds(80) } });
        var reading = ReadAsync(scanner);
        await device.SendAsync(new TypedKeys().Type("8012").ToArray());
        await UntilAsync(() => _time.UntilNextTimer == TimeSpan.FromMilliseconds(80));
        _time.Advance(TimeSpan.FromMilliseconds(80));
        Assert.Equal(("8012", null), await reading);
        Assert.Null(_time.UntilNextTimer);
    }

    [Fact]
    public async Task Events_that_come_in_pieces_are_put_together()
    {
        var device = new RecordedDevice();
        await using var scanner = await OpenAsync(device, new());
        var bytes = new TypedKeys().Type("8012\r").ToArray();
        var reading = ReadAsync(scanner);
        foreach (var piece in bytes.Chunk(7)) await device.SendAsync(piece);
        Assert.Equal(("8012", null), await reading);
    }

    [Fact]
    public async Task A_code_that_lacks_keys_because_the_kernel_dropped_them_is_never_read_as_one()
    {
        var device = new RecordedDevice();
        await using var scanner = await OpenAsync(device, new());
        // The drop swallows the release of Shift: what the kernel says is held counts.
        device.Held.Add(TypedKeys.RightShift);
        await device.SendAsync(new TypedKeys().Type("80").Press(TypedKeys.LeftShift).Overflow().EndReport().Type("12\r").ToArray());
        Assert.Equal(("NotText", null), await ReadAsync(scanner));
        await device.SendAsync(new TypedKeys().Tap(30).Release(TypedKeys.RightShift).Tap(30, TypedKeys.Enter).ToArray());
        Assert.Equal(("Aa", null), await ReadAsync(scanner));
    }

    [Fact]
    public async Task A_device_is_never_grabbed_between_a_press_and_its_release()
    {
        var device = new RecordedDevice { Held = { TypedKeys.LeftShift, 30 } };
        var opening = OpenAsync(device, new()).AsTask();
        await UntilAsync(() => _time.UntilNextTimer is not null);
        Assert.False(device.IsGrabbed);
        device.Held.Clear();
        await device.SendAsync(new TypedKeys().Release(30).Release(TypedKeys.LeftShift).Type("12").ToArray());
        await using var scanner = await opening.WaitAsync(Limit, TestEnds);
        Assert.True(device.IsGrabbed);
        // The rest of a code that had begun before is none; the next one is read, in lower case.
        await device.SendAsync(new TypedKeys().Type("34\rab\r").ToArray());
        Assert.Equal(("NotText", null), await ReadAsync(scanner));
        Assert.Equal(("ab", null), await ReadAsync(scanner));
    }

    [Fact]
    public async Task The_code_after_one_that_ended_before_the_grab_is_never_lost()
    {
        var device = new RecordedDevice { Held = { TypedKeys.Enter } };
        var opening = OpenAsync(device, new()).AsTask();
        await UntilAsync(() => _time.UntilNextTimer is not null);
        device.Held.Clear();
        await device.SendAsync(new TypedKeys().Tap(TypedKeys.Enter).ToArray());
        await using var scanner = await opening.WaitAsync(Limit, TestEnds);
        await device.SendAsync(new TypedKeys().Type("8012\r").ToArray());
        Assert.Equal(("8012", null), await ReadAsync(scanner));
    }

    [Fact]
    public async Task A_key_that_is_stuck_for_ever_keeps_nobody_from_scanning()
    {
        var device = new RecordedDevice { Held = { TypedKeys.LeftShift } };
        var opening = OpenAsync(device, new()).AsTask();
        await UntilAsync(() => _time.UntilNextTimer is not null);
        _time.Advance(new KeyboardScannerOptions().GrabPatience);
        await using var scanner = await opening.WaitAsync(Limit, TestEnds);
        Assert.True(device.IsGrabbed);
        await device.SendAsync(new TypedKeys().Type("12\r8012ab\r").ToArray());
        Assert.Equal(("NotText", null), await ReadAsync(scanner));
        Assert.Equal(("8012ab", null), await ReadAsync(scanner));
    }

    [Fact]
    public async Task Caps_lock_that_was_on_before_is_heeded()
    {
        var device = new RecordedDevice { IsCapsLocked = true };
        await using var scanner = await OpenAsync(device, new());
        await device.SendAsync(new TypedKeys().Type("AB\r").ToArray());
        Assert.Equal(("ab", null), await ReadAsync(scanner));
    }

    [Fact]
    public async Task What_has_no_keys_is_refused_and_what_is_grabbed_already_is_busy()
    {
        var error = await Assert.ThrowsAsync<IOException>(() => OpenAsync(new() { HasKeys = false }, new()).AsTask());
        Assert.Contains("has no digit keys", error.Message, StringComparison.Ordinal);
        Assert.Equal(DeviceLoss.Busy, (await Assert.ThrowsAsync<DeviceLostException>(() => OpenAsync(new() { GrabResult = -16 }, new()).AsTask())).Loss);
        Assert.Equal(DeviceLoss.Unplugged, (await Assert.ThrowsAsync<DeviceLostException>(() =>
            EvdevScanner.OpenAsync("/dev/input/by-id/none", new(), KeyboardLayout.Find("us"), null, TestEnds).AsTask())).Loss);
        await Assert.ThrowsAsync<ArgumentException>(() => OpenAsync(new(), new() { GrabPatience = TimeSpan.FromHours(1) }).AsTask());
        // The real ioctls on a file that is no input device.
        using var node = new PipeNode();
        Assert.Contains("is no input device", (await Assert.ThrowsAsync<IOException>(() =>
            EvdevScanner.OpenAsync(node.Path, new(), KeyboardLayout.Find("us"), null, TestEnds).AsTask())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_was_plugged_in_again_is_grabbed_again()
    {
        using var node = new PipeNode();
        for (var time = 0; time < 20; time++)
        {
            var device = new RecordedDevice();
            var line = DeviceFileLine.Open(node.Path, new() { Access = FileAccess.Read });
            await using var scanner = await EvdevScanner.OpenAsync(node.Path, line, device, new(), KeyboardLayout.Find("us"), null, TestEnds);
            Assert.True(device.IsGrabbed);
            node.Send(new TypedKeys().Type($"80{time}\r").ToArray());
            Assert.Equal(($"80{time}", null), await ReadAsync(scanner));
            var reading = ReadAsync(scanner);
            node.PullOut();
            Assert.Equal(DeviceLoss.Unplugged, (await Assert.ThrowsAsync<DeviceLostException>(() => reading)).Loss);
            node.PlugIn();
        }
    }

    private ValueTask<EvdevScanner> OpenAsync(RecordedDevice device, KeyboardScannerOptions options) =>
        EvdevScanner.OpenAsync("/dev/input/event0", device.Port, device, options, KeyboardLayout.Find("us"), _time, TestEnds);

    private static async Task<(string, string?)> ReadAsync(EvdevScanner scanner)
    {
        var code = await scanner.ReadAsync(TestEnds).AsTask().WaitAsync(Limit, TestEnds);
        return (code.Fault == ScanFault.None ? code.Text : code.Fault.ToString(), code.AimIdentifier);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Limit, "Waited too long.");
            await Task.Yield();
        }
    }
}
