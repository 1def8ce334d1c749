using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Scanning;
using DeviceAgent.Drivers.Serial;
using DeviceAgent.Simulator;
using DeviceAgent.Simulator.Scanning;

namespace DeviceAgent.Tests.Scanning;

/// <summary>The drivers over pseudo-terminals against the simulated scanners.</summary>
public sealed class ScannerTriggerTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    public static TheoryData<string> Profiles => ["gm65", "newland", "honeywell", "ssi"];

    [Theory, MemberData(nameof(Profiles))]
    public async Task No_code_is_read_before_the_window_is_open_and_none_after_it_is_closed(string profile)
    {
        using var device = Simulated(profile, new PseudoTerminal(), out var line);
        await using var scanner = Open(profile, line);
        device.Show("8012");
        var reading = ReadAsync(scanner);
        Assert.False(device.IsTriggered);
        Assert.Equal(TriggerFault.None, await WithinLimit(scanner.OpenWindowAsync(TestEnds)));
        Assert.Equal("8012", (await reading).Text);
        Assert.False(device.IsTriggered); // it reads one and lets go

        Assert.Equal(TriggerFault.None, await WithinLimit(scanner.OpenWindowAsync(TestEnds)));
        await UntilAsync(() => device.IsTriggered);
        Assert.Equal(TriggerFault.None, await WithinLimit(scanner.CloseWindowAsync(TestEnds)));
        await UntilAsync(() => !device.IsTriggered);
        device.Show("8013");
        reading = ReadAsync(scanner);
        Assert.Equal(TriggerFault.None, await WithinLimit(scanner.OpenWindowAsync(TestEnds)));
        Assert.Equal("8013", (await reading).Text);
    }

    [Theory, MemberData(nameof(Profiles))]
    public async Task A_hundred_windows_give_a_hundred_codes_and_no_acknowledgement_among_them(string profile)
    {
        using var device = Simulated(profile, new PseudoTerminal(), out var line);
        await using var scanner = Open(profile, line);
        for (var i = 0; i < 100; i++)
        {
            // Sometimes the code is there first and comes with the acknowledgement, sometimes the reader is late.
            if (i % 2 == 0) device.Show($"80{i:D2}");
            Assert.Equal(TriggerFault.None, await WithinLimit(scanner.OpenWindowAsync(TestEnds)));
            if (i % 2 != 0) device.Show($"80{i:D2}");
            Assert.Equal($"80{i:D2}", (await ReadAsync(scanner)).Text);
            if (i % 3 == 0) await WithinLimit(scanner.CloseWindowAsync(TestEnds));
        }
    }

    [Theory]
    [InlineData("gm65")]
    [InlineData("newland")]
    [InlineData("ssi")]
    public async Task A_command_that_got_lost_is_sent_again(string profile)
    {
        using var device = Simulated(profile, new PseudoTerminal(), out var line);
        device.Swallows = 1;
        await using var scanner = Open(profile, line);
        Assert.Equal(TriggerFault.None, await WithinLimit(scanner.OpenWindowAsync(TestEnds)));
        await UntilAsync(() => device.IsTriggered); // it answers first
        Assert.Equal(device.Commands[0], device.Commands[1]);
    }

    [Theory]
    [InlineData("gm65")]
    [InlineData("newland")]
    [InlineData("ssi")]
    public async Task A_scanner_that_answers_nothing_is_told_as_a_value_after_the_retries(string profile)
    {
        using var device = Simulated(profile, new PseudoTerminal(), out var line);
        device.Swallows = 100;
        await using var scanner = Open(profile, line);
        Assert.Equal(TriggerFault.NoAnswer, await WithinLimit(scanner.OpenWindowAsync(TestEnds)));
        Assert.Equal(3, device.Commands.Count);
        device.Swallows = 0;
        Assert.Equal(TriggerFault.None, await WithinLimit(scanner.OpenWindowAsync(TestEnds)));
    }

    [Theory]
    [InlineData("newland")]
    [InlineData("ssi")]
    public async Task A_scanner_that_refuses_is_told_as_a_value(string profile)
    {
        using var device = Simulated(profile, new PseudoTerminal(), out var line);
        device.Refuses = true;
        await using var scanner = Open(profile, line);
        Assert.Equal(TriggerFault.Refused, await WithinLimit(scanner.OpenWindowAsync(TestEnds)));
        // What it sends all the same is a code.
        if (profile == "newland") device.SendBytes("8012\r"u8);
        else device.SendBytes(SsiPacketTests.Packet(0xF3, 0, 0x1C, "8012"u8));
        Assert.Equal("8012", (await ReadAsync(scanner)).Text);
    }

    [Fact]
    public async Task Newlands_flash_memory_is_never_written()
    {
        using var device = (NewlandScanner)Simulated("newland", new PseudoTerminal(), out var line);
        await using var scanner = Open("newland", line);
        await WithinLimit(scanner.OpenWindowAsync(TestEnds));
        await WithinLimit(scanner.CloseWindowAsync(TestEnds));
        Assert.Equal((2, 0), (device.Commands.Count, device.FlashWrites));
    }

    [Fact]
    public async Task A_scanner_without_a_trigger_is_never_sent_a_byte()
    {
        using var device = Simulated("gm65", new PseudoTerminal(), out var line);
        await using var port = SerialLine.Open(line.DevicePath, new());
        await using var scanner = new LineScanner(port, new());
        Assert.Equal(TriggerFault.None, await scanner.OpenWindowAsync(TestEnds));
        Assert.Equal(TriggerFault.None, await scanner.CloseWindowAsync(TestEnds));
        Assert.Equal(Timeout.InfiniteTimeSpan, ((ICodeReader)scanner).WindowLimit);
        Assert.Equal(0, port.BytesWritten);
    }

    [Theory, MemberData(nameof(Profiles))]
    public async Task A_pulled_cable_is_told_to_who_reads_and_to_who_triggers(string profile)
    {
        var device = Simulated(profile, new PseudoTerminal(), out var line);
        device.Swallows = 100;
        await using var scanner = Open(profile, line);
        var reading = ReadAsync(scanner);
        var opening = scanner.OpenWindowAsync(TestEnds).AsTask();
        if (profile != "honeywell") await UntilAsync(() => device.Commands.Count > 0);
        device.Dispose();
        Assert.Equal(DeviceLoss.Unplugged, (await Assert.ThrowsAsync<DeviceLostException>(() => reading)).Loss);
        if (profile != "honeywell") await Assert.ThrowsAsync<DeviceLostException>(() => opening.WaitAsync(Limit, TestEnds));
        await Assert.ThrowsAsync<DeviceLostException>(() => WithinLimit(scanner.CloseWindowAsync(TestEnds)));
    }

    [Theory, MemberData(nameof(Profiles))]
    public async Task Closing_ends_a_read_and_a_command_that_waits(string profile)
    {
        using var device = Simulated(profile, new PseudoTerminal(), out var line);
        device.Swallows = 100;
        var scanner = Open(profile, line);
        var reading = ReadAsync(scanner);
        var opening = scanner.OpenWindowAsync(TestEnds).AsTask();
        await scanner.DisposeAsync().AsTask().WaitAsync(Limit, TestEnds);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading);
        if (profile != "honeywell") await Assert.ThrowsAnyAsync<Exception>(() => opening.WaitAsync(Limit, TestEnds));
    }

    [Fact]
    public async Task A_sleeping_ssi_scanner_is_woken_before_its_command()
    {
        using var device = (SsiSimulatedScanner)Simulated("ssi", new PseudoTerminal(), out var line);
        device.IsAsleep = true;
        await using var scanner = Open("ssi", line);
        Assert.Equal(TriggerFault.None, await WithinLimit(scanner.OpenWindowAsync(TestEnds)));
        Assert.Equal(["04E90400FF0F", "04E40400FF14"], device.Commands);
    }

    [Fact]
    public async Task Every_packet_is_acknowledged_and_none_delivered_twice()
    {
        using var device = (SsiSimulatedScanner)Simulated("ssi", new PseudoTerminal(), out var line);
        device.PacketDataBytes = 3;
        device.LosesHostAcks = 1;
        await using var scanner = Open("ssi", line);
        await WithinLimit(scanner.OpenWindowAsync(TestEnds));
        device.Show("8012345678");
        await UntilAsync(() => device.LosesHostAcks == 0);
        device.Resend();
        var code = await ReadAsync(scanner);
        Assert.Equal(("8012345678", "]Q1"), (code.Text, code.AimIdentifier));
        await UntilAsync(() => device.Unacknowledged == 0);
        Assert.Equal(4, device.HostAcks);

        // The acknowledgement of the last packet is lost: the scanner sends it again.
        device.LosesHostAcks = 1;
        await WithinLimit(scanner.OpenWindowAsync(TestEnds));
        device.Show("99");
        Assert.Equal("99", (await ReadAsync(scanner)).Text);
        await UntilAsync(() => device.LosesHostAcks == 0);
        device.Resend();
        await UntilAsync(() => device.Unacknowledged == 0);
        await WithinLimit(scanner.OpenWindowAsync(TestEnds));
        device.Show("100");
        Assert.Equal("100", (await ReadAsync(scanner)).Text);
    }

    [Fact]
    public async Task A_packet_that_was_damaged_is_asked_for_again()
    {
        using var device = (SsiSimulatedScanner)Simulated("ssi", new PseudoTerminal(), out var line);
        await using var scanner = Open("ssi", line);
        device.DamagesNext = true;
        await WithinLimit(scanner.OpenWindowAsync(TestEnds));
        device.Show("8012");
        Assert.Equal("8012", (await ReadAsync(scanner)).Text);
        Assert.Equal(1, device.HostNaks);
    }

    [Fact]
    public void A_profile_of_the_wrong_framing_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new ScannerTrigger(Stream.Null, ScannerProfile.Load("ssi")));
        Assert.Throws<ArgumentException>(() => new SsiScanner(Stream.Null, ScannerProfile.Load("gm65"), new()));
    }

    private static TriggeredScanner Simulated(string profile, PseudoTerminal terminal, out PseudoTerminal line)
    {
        line = terminal;
        TriggeredScanner scanner = profile switch
        {
            "gm65" => new Gm65Scanner(terminal),
            "newland" => new NewlandScanner(terminal),
            "honeywell" => new HoneywellScanner(terminal),
            _ => new SsiSimulatedScanner(terminal),
        };
        scanner.Start();
        return scanner;
    }

    private static ICodeReader Open(string name, PseudoTerminal line)
    {
        var profile = ScannerProfile.Load(name);
        var port = SerialLine.Open(line.DevicePath, new());
        return profile.Framing == ScannerFraming.Ssi ? new SsiScanner(port, profile, new()) : new LineScanner(new ScannerTrigger(port, profile), new());
    }

    private static Task<ScannedCode> ReadAsync(ICodeReader scanner) => scanner.ReadAsync(TestEnds).AsTask().WaitAsync(Limit, TestEnds);

    private static Task<TriggerFault> WithinLimit(ValueTask<TriggerFault> command) => command.AsTask().WaitAsync(Limit, TestEnds);

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
