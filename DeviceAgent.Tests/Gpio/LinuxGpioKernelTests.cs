using System.IO.Pipes;
using DeviceAgent.Drivers.Gpio;
using Microsoft.Win32.SafeHandles;

namespace DeviceAgent.Tests.Gpio;

[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class LinuxGpioKernelTests : IDisposable
{
    private readonly LinuxGpioKernel _kernel = new("/dev");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gpio-test");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Chips_are_never_listed_out_of_their_order()
    {
        foreach (var name in new[] { "gpiochip10", "gpiochip9", "gpiochip0", "gpiomem", "tty0" }) File.WriteAllText(Path.Combine(_folder.FullName, name), "");
        Assert.Equal(["gpiochip0", "gpiochip9", "gpiochip10"], new LinuxGpioKernel(_folder.FullName).ChipPaths().Select(Path.GetFileName));
        Assert.Empty(new LinuxGpioKernel(Path.Combine(_folder.FullName, "none")).ChipPaths());
    }

    [Fact]
    public void An_errno_is_never_lost()
    {
        Assert.Equal(-2, _kernel.Open(Path.Combine(_folder.FullName, "gpiochip0")));
        var path = Path.Combine(_folder.FullName, "gpiochip1");
        File.WriteAllText(path, "");
        using var file = _kernel.Adopt(_kernel.Open(path));
        Assert.Equal(-25, _kernel.Ioctl(file, GpioUapi.GetChipInfo, new byte[68])); // ENOTTY
        using var empty = _kernel.Adopt(_kernel.Open("/dev/null"));
        Assert.Equal(0, _kernel.Read(empty, new byte[48]));
    }

    [Fact]
    public void A_file_that_is_no_chip_is_never_taken_for_one()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "gpiochip0"), "");
        var refused = Assert.Throws<GpioException>(
            () => new GpioLines(new LinuxGpioKernel(_folder.FullName)).RequestOutputs("pinctrl-rp1", [new(GpioLine.At(0), false)], "test"));
        Assert.Equal((GpioFault.NotSupported, 25), (refused.Fault, refused.Errno));
    }

    [Fact]
    public void Something_to_read_always_ends_the_wait()
    {
        using var sender = new AnonymousPipeServerStream(PipeDirection.Out);
        using var file = new SafeFileHandle(sender.ClientSafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        using var wake = _kernel.Adopt(_kernel.CreateWake());
        sender.Write("edge"u8);
        Assert.Equal(1, _kernel.WaitReadable(file, wake, null));
        var read = new byte[48];
        Assert.Equal(4, _kernel.Read(file, read));
        Assert.Equal("edge"u8, read.AsSpan(0, 4));
    }

    [Fact]
    public async Task A_sleeping_wait_never_misses_its_wake()
    {
        using var sender = new AnonymousPipeServerStream(PipeDirection.Out);
        using var file = new SafeFileHandle(sender.ClientSafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        using var wake = _kernel.Adopt(_kernel.CreateWake());
        var wait = Task.Factory.StartNew(() => _kernel.WaitReadable(file, wake, null), TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        _kernel.Wake(wake);
        Assert.Equal(0, await wait.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    /// <summary>As devtmpfs does when a USB chip is pulled while another program has the chip open.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_node_that_goes_away_never_leaves_its_reader_asleep(bool heldOpen)
    {
        var path = Path.Combine(_folder.FullName, "gpiochip7");
        File.WriteAllText(path, "");
        using var other = heldOpen ? File.OpenRead(path) : null;
        using var sender = new AnonymousPipeServerStream(PipeDirection.Out);
        using var file = new SafeFileHandle(sender.ClientSafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        using var wake = _kernel.Adopt(_kernel.CreateWake());
        using var watch = _kernel.Adopt(_kernel.WatchNode(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead); // udev gives it to its group
        Assert.Equal(2, _kernel.WaitReadable(file, wake, watch));
        Assert.False(_kernel.NodeIsGone(watch, path));
        File.Delete(path);
        Assert.Equal(2, _kernel.WaitReadable(file, wake, watch));
        Assert.True(_kernel.NodeIsGone(watch, path));
        Assert.Equal(-2, _kernel.WatchNode(path));
    }

    /// <summary>Takes an input that nobody uses, as it is: a test must not drive a line whose wiring it does not know.</summary>
    [Fact]
    public void A_real_chip_never_refuses_our_structs()
    {
        Assert.SkipUnless(File.Exists("/dev/gpiochip0"), "needs a gpiochip: there is no /dev/gpiochip0 on this machine");
        using var chip = _kernel.Adopt(_kernel.Open("/dev/gpiochip0"));
        var info = new ChipInfo();
        Assert.Equal(0, _kernel.Ioctl(chip, GpioUapi.GetChipInfo, GpioUapi.Bytes(ref info)));
        var label = GpioUapi.Text(info.Label);
        Assert.InRange(info.Lines, 1u, 65_536u);
        for (var offset = 0U; offset < info.Lines; offset++)
        {
            var line = new LineInfo { Offset = offset };
            Assert.Equal(0, _kernel.Ioctl(chip, GpioUapi.GetLineInfo, GpioUapi.Bytes(ref line)));
            if (line.Flags.HasFlag(LineFlags.Used) || !line.Flags.HasFlag(LineFlags.Input)) continue;
            var gpio = new GpioLines();
            using var inputs = gpio.RequestInputs(label, [new(GpioLine.At((int)offset))], "device-agent test");
            Assert.InRange(inputs.Read(), 0UL, 1UL);
            var refused = Assert.Throws<GpioException>(() => gpio.RequestInputs(label, [new(GpioLine.At((int)offset))], "second"));
            Assert.Equal((GpioFault.LineInUse, "device-agent test"), (refused.Fault, refused.Consumer));
            return;
        }
        Assert.Skip("needs a gpiochip with an input that nobody uses");
    }
}
