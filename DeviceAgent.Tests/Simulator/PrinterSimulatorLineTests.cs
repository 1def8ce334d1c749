using DeviceAgent.Simulator;
using DeviceAgent.Simulator.Printing;
using DeviceAgent.Tests.Simulation;
using static DeviceAgent.Tests.Simulator.PrinterBench;

namespace DeviceAgent.Tests.Simulator;

public sealed class PrinterSimulatorLineTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_sender_that_dies_does_not_take_the_printer_with_it()
    {
        using var line = new PseudoTerminal();
        using var printer = new SimulatedPrinter(line, SimulatedPrinterOptions.Profile("exact"), TimeProvider.System);
        var cut = new TaskCompletionSource<PaperPiece>();
        printer.PieceCut += cut.SetResult;
        printer.Start();
        using (var first = new Sender(line.DevicePath)) first.Write([.. Ticket("T-1"), .. ProcessId("AAAA")]);
        Assert.Equal(["T-1"], (await cut.Task.WaitAsync(Limit, TestContext.Current.CancellationToken)).QrTexts);
        using var second = new Sender(line.DevicePath);
        second.Write(Status(1));
        Assert.Equal("3722414141410012", await second.ReadAsync(8));
        Assert.Single(printer.Pieces);
        Assert.Empty(printer.Anomalies);
    }

    [Fact]
    public async Task A_pulled_cable_does_not_go_unseen_and_does_not_empty_the_printer()
    {
        var line = new PseudoTerminal();
        using var printer = new SimulatedPrinter(line, SimulatedPrinterOptions.Profile("exact"), TimeProvider.System);
        printer.Start();
        using (var sender = new Sender(line.DevicePath))
        {
            sender.Write([.. Ascii("half a ticket\n"), .. Status(1)]);
            Assert.Equal("12", await sender.ReadAsync(1));
            var waiting = sender.ReadAsync(1);
            line.HangUp();
            Assert.Equal("gone", await waiting);
        }
        Assert.Equal("half a ticket", printer.InMouth!.Text);

        using var again = new PseudoTerminal();
        printer.Attach(again);
        using var returned = new Sender(again.DevicePath);
        returned.Write([.. CutByFeeding, .. ProcessId("BBBB")]);
        Assert.Equal("37224242424200", await returned.ReadAsync(7));
        Assert.Equal("half a ticket", Assert.Single(printer.Pieces).Text);
    }

    [Fact]
    public async Task What_is_said_to_a_machine_without_power_is_not_heard_by_the_next_program()
    {
        using var line = new PseudoTerminal();
        using var printer = new SimulatedPrinter(line, SimulatedPrinterOptions.Profile("exact"), TimeProvider.System);
        var cut = new TaskCompletionSource<PaperPiece>();
        printer.PieceCut += cut.SetResult;
        printer.Start();
        printer.LoseReplies(true);
        using (var first = new Sender(line.DevicePath)) first.Write([.. ProcessId("AAAA"), .. CutByFeeding]);
        await cut.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);
        printer.LoseReplies(false);
        using var second = new Sender(line.DevicePath);
        second.Write(Status(1));
        Assert.Equal("12", await second.ReadAsync(1));
    }

    [Fact]
    public async Task A_piece_does_not_fall_out_before_the_motor_has_moved_it()
    {
        var time = new VirtualTime();
        using var line = new PseudoTerminal();
        using var printer = new SimulatedPrinter(line, new() { MillimetresPerSecond = 100 }, time);
        var job = Ticket("T-1");
        var taken = new TaskCompletionSource();
        printer.BytesTaken += count =>
        {
            if (count == job.Length) taken.SetResult();
        };
        var cuts = 0;
        printer.PieceCut += _ => cuts++;
        printer.Start();
        using var sender = new Sender(line.DevicePath);
        sender.Write(job);
        await taken.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(0, cuts);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, cuts);
    }

    [Fact]
    public async Task Bytes_are_not_taken_faster_than_the_wire_brings_them()
    {
        using var line = new PseudoTerminal();
        using var printer = new SimulatedPrinter(line, new() { BaudRate = 9_600 }, TimeProvider.System);
        using var copy = new MemoryStream();
        printer.SaveBytesTo(copy);
        printer.Start();
        using var sender = new Sender(line.DevicePath);
        byte[] job = [.. Ascii(new string('x', 285)), .. Status(1)];
        var start = TimeProvider.System.GetTimestamp();
        sender.Write(job);
        Assert.Equal("12", await sender.ReadAsync(1));
        // 288 bytes of 10 bits are 300 ms; the first chunk may come early by the 2 ms that are not waited for.
        Assert.InRange(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds, 295, Limit.TotalMilliseconds);
        Assert.Equal(job, copy.ToArray());
    }

    [Fact]
    public void Bytes_received_before_the_copy_was_asked_for_are_not_missing_in_it()
    {
        using var line = new PseudoTerminal();
        using var printer = new SimulatedPrinter(line, SimulatedPrinterOptions.Profile("exact"), TimeProvider.System);
        using var all = new ManualResetEventSlim();
        printer.BytesTaken += count =>
        {
            if (count == 5) all.Set();
        };
        printer.Start();
        using var sender = new Sender(line.DevicePath);
        sender.Write(Ascii("hello"));
        Assert.True(all.Wait(Limit, TestContext.Current.CancellationToken));
        using var copy = new MemoryStream();
        printer.SaveBytesTo(copy);
        Assert.Equal(Ascii("hello"), copy.ToArray());
    }

    [Fact]
    public void Every_named_profile_exists_and_no_other()
    {
        Assert.All(SimulatedPrinterOptions.ProfileNames, name => Assert.NotNull(SimulatedPrinterOptions.Profile(name)));
        Assert.Contains("no-echo", Assert.Throws<ArgumentException>(() => SimulatedPrinterOptions.Profile("perfect")).Message, StringComparison.Ordinal);
    }
}
