using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Interop;
using DeviceAgent.Drivers.Serial;
using DeviceAgent.Simulator;

namespace DeviceAgent.Tests.Serial;

[SupportedOSPlatform("linux")]
public sealed class SerialLineSetUpTests
{
    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(50)]
    [InlineData(9600)]
    [InlineData(31250)]
    [InlineData(115200)]
    [InlineData(250_000)]
    [InlineData(4_000_000)]
    public void Any_rate_is_set_not_only_the_usual_ones(int rate)
    {
        using var device = new PseudoTerminal();
        using var line = SerialLine.Open(device.DevicePath, new SerialLineOptions { BaudRate = rate });
        var settings = ReadSettings(device);
        Assert.Equal(((uint)rate, (uint)rate), (settings.InputSpeed, settings.OutputSpeed));
        Assert.Equal(Termios2.BOTHER, settings.ControlFlags & 0x100F); // CBAUD
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Whether_the_modem_lines_drop_at_close_is_chosen_never_left_to_chance(bool hangUp)
    {
        using var device = new PseudoTerminal();
        using (SerialLine.Open(device.DevicePath, new SerialLineOptions { HangUpOnClose = !hangUp })) { } // what another program left
        using var line = SerialLine.Open(device.DevicePath, new SerialLineOptions { HangUpOnClose = hangUp });
        Assert.Equal(hangUp, (ReadSettings(device).ControlFlags & Termios2.HUPCL) != 0);
    }

    [Fact]
    public void A_line_is_raw_whatever_it_was_before()
    {
        using var device = new PseudoTerminal();
        using var keyboard = Libc.Open(device.DevicePath, Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_CLOEXEC);
        var cooked = new Termios2 { InputFlags = 0x2502, OutputFlags = 0x5, ControlFlags = 0xBF, LocalFlags = 0x8A3B }; // ICRNL IXON BRKINT…, OPOST ONLCR, B38400 CS8, ISIG ICANON ECHO…
        Assert.Equal(0, Libc.Ioctl(keyboard, Libc.TCSETS2, ref cooked));
        using var line = SerialLine.Open(device.DevicePath, new SerialLineOptions());
        var settings = ReadSettings(device);
        Assert.Equal((Termios2.IGNBRK, 0u, 0u), (settings.InputFlags, settings.OutputFlags, settings.LocalFlags));
        Assert.Equal(Termios2.CLOCAL | Termios2.CREAD, settings.ControlFlags & (Termios2.CLOCAL | Termios2.CREAD));
        Assert.Equal((1, 0), (settings.ControlCharacters[Termios2.VMIN], settings.ControlCharacters[Termios2.VTIME]));
    }

    /// <summary>A pseudo-terminal always says 8N1, so the request itself is looked at. Values: asm-generic/termbits.h.</summary>
    [Theory]
    [InlineData(8, Parity.None, 1, 0x30)]
    [InlineData(7, Parity.Even, 1, 0x120)]
    [InlineData(7, Parity.Odd, 2, 0x360)]
    [InlineData(5, Parity.None, 2, 0x40)]
    [InlineData(6, Parity.Even, 1, 0x110)]
    public void Data_bits_parity_and_stop_bits_are_asked_for_as_chosen(int dataBits, Parity parity, int stopBits, uint expected)
    {
        var settings = default(Termios2);
        SerialLine.Configure(ref settings, new SerialLineOptions { DataBits = dataBits, Parity = parity, StopBits = stopBits });
        Assert.Equal(expected, settings.ControlFlags & (Termios2.CSIZE | Termios2.CSTOPB | Termios2.PARENB | Termios2.PARODD));
        Assert.Equal(parity != Parity.None, (settings.InputFlags & Termios2.INPCK) != 0);
        Assert.Equal(44, Marshal.SizeOf<Termios2>());
        Assert.Equal(17, (int)Marshal.OffsetOf<Termios2>(nameof(Termios2.ControlCharacters)));
        Assert.Equal(36, (int)Marshal.OffsetOf<Termios2>(nameof(Termios2.InputSpeed)));
    }

    [Fact]
    public void A_second_open_is_refused_as_busy_until_the_line_is_closed()
    {
        using var device = new PseudoTerminal();
        AllowEverybody(device);
        using (SerialLine.Open(device.DevicePath, new SerialLineOptions()))
        {
            var error = Assert.IsType<DeviceLostException>(OpenUnprivileged(device.DevicePath));
            Assert.Equal((DeviceLoss.Busy, Errno.EBUSY), (error.Loss, error.Errno));
            Assert.Equal(device.DevicePath, error.Path);
        }
        Assert.Null(OpenUnprivileged(device.DevicePath));
    }

    [Fact]
    public void A_simulated_line_is_never_busy_for_ever_after_its_holder_was_killed()
    {
        using var device = new PseudoTerminal();
        AllowEverybody(device);
        using (var killed = Libc.Open(device.DevicePath, Libc.O_RDWR | Libc.O_NOCTTY | Libc.O_CLOEXEC))
        {
            Assert.Equal(0, Libc.Ioctl(killed, Libc.TIOCEXCL, 0));
        }
        Assert.IsType<DeviceLostException>(OpenUnprivileged(device.DevicePath));
        device.ReleaseExclusiveUse();
        Assert.Null(OpenUnprivileged(device.DevicePath));
    }

    [Fact]
    public void A_port_without_permission_is_denied()
    {
        using var device = new PseudoTerminal();
        File.SetUnixFileMode(device.DevicePath, UnixFileMode.None);
        var error = Assert.IsType<DeviceLostException>(OpenUnprivileged(device.DevicePath));
        Assert.Equal((DeviceLoss.Denied, Errno.EACCES), (error.Loss, error.Errno));
    }

    [Fact]
    public void A_port_that_is_not_there_is_unplugged_and_what_is_no_port_is_no_device()
    {
        var error = Assert.Throws<DeviceLostException>(() => SerialLine.Open("/dev/serial/by-id/no-such-device", new SerialLineOptions()));
        Assert.Equal((DeviceLoss.Unplugged, Errno.ENOENT), (error.Loss, error.Errno));
        Assert.IsNotType<DeviceLostException>(Assert.ThrowsAny<IOException>(() => SerialLine.Open("/dev/null", new SerialLineOptions())));
    }

    [Fact]
    public void Every_option_out_of_its_range_is_named()
    {
        var wrong = new SerialLineOptions
        {
            BaudRate = 0,
            DataBits = 9,
            Parity = (Parity)7,
            StopBits = 3,
            ReceiveBufferBytes = 1,
            StallTimeout = TimeSpan.Zero,
        };
        string[] names = ["Printer:BaudRate", "Printer:DataBits", "Printer:Parity", "Printer:StopBits", "Printer:ReceiveBufferBytes", "Printer:StallTimeout"];
        Assert.Equal(names, wrong.Validate("Printer").Select(m => m.Split(' ')[0]));
        Assert.Throws<ArgumentException>(() => SerialLine.Open("/dev/null", wrong));
        Assert.Empty(new SerialLineOptions().Validate("Printer"));
    }

    [Fact]
    public async Task Closing_and_opening_again_is_fast_even_while_a_write_is_blocked()
    {
        using var device = new PseudoTerminal();
        var slowest = TimeSpan.MaxValue;
        for (var i = 0; i < 20; i++)
        {
            var line = SerialLine.Open(device.DevicePath, new SerialLineOptions());
            var write = line.WriteAsync(new byte[1 << 20], TestEnds).AsTask();
            var started = TimeProvider.System.GetTimestamp();
            await line.DisposeAsync().AsTask().WaitAsync(LineFixture.Limit, TestEnds);
            using (SerialLine.Open(device.DevicePath, new SerialLineOptions())) { }
            var took = TimeProvider.System.GetElapsedTime(started);
            if (took < slowest) slowest = took;
            await Assert.ThrowsAsync<ObjectDisposedException>(() => write);
        }
        // The best of 20: a busy build machine may hold up any one of them, a drain or a tick would hold up all.
        Assert.True(slowest < TimeSpan.FromMilliseconds(50), $"{slowest}");
    }

    [Fact]
    public void A_refused_open_leaves_no_descriptor_behind()
    {
        var path = Path.Combine(Path.GetTempPath(), $"no-port-{Guid.NewGuid():N}");
        File.WriteAllBytes(path, []);
        try
        {
            for (var i = 0; i < 10; i++) Assert.ThrowsAny<IOException>(() => SerialLine.Open(path, new SerialLineOptions()));
            Assert.DoesNotContain(Directory.GetFiles("/proc/self/fd"), fd => new FileInfo(fd).LinkTarget == path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void AllowEverybody(PseudoTerminal device) => File.SetUnixFileMode(device.DevicePath,
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);

    private static Termios2 ReadSettings(PseudoTerminal device)
    {
        var settings = default(Termios2);
        Assert.Equal(0, Libc.Ioctl(device.Master, Libc.TCGETS2, ref settings)); // the master answers for the slave
        return settings;
    }

    /// <summary>Opens on a thread without root's rights: TIOCEXCL and permissions do not bind root.</summary>
    private static Exception? OpenUnprivileged(string path)
    {
        Exception? error = null;
        var thread = new Thread(() =>
        {
            Unprivileged.DropRightsOfThisThread();
            error = Record.Exception(() => SerialLine.Open(path, new SerialLineOptions()).Dispose());
        });
        thread.Start();
        Assert.True(thread.Join(LineFixture.Limit));
        return error;
    }
}
