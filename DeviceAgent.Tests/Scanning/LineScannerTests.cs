using System.IO.Pipelines;
using System.Text;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Scanning;
using DeviceAgent.Drivers.Serial;
using DeviceAgent.Simulator;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Scanning;

public sealed class LineScannerTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly VirtualTime _time = new();
    private readonly Pipe _pipe = new(new PipeOptions(useSynchronizationContext: false, pauseWriterThreshold: 0));

    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _pipe.Writer.CompleteAsync();
    }

    [Fact]
    public async Task Scans_are_read_one_by_one_with_the_time_of_their_last_byte()
    {
        await using var scanner = Scanner(new() { AimIdentifier = true });
        var reading = scanner.ReadAsync(TestEnds).AsTask();
        _time.Advance(TimeSpan.FromSeconds(5));
        await SendAsync("]Q18012\r]C08013\r");
        var arrived = _time.GetTimestamp();
        Assert.Equal(new ScannedCode("8012", "]Q1", arrived), await reading.WaitAsync(Limit, TestEnds));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(new ScannedCode("8013", "]C0", arrived), await ReadAsync(scanner));
    }

    [Fact]
    public async Task A_scan_that_came_during_a_cancelled_read_is_not_lost()
    {
        await using var scanner = Scanner(new());
        using var cancel = new CancellationTokenSource();
        var reading = scanner.ReadAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await SendAsync("8012\r");
        Assert.Equal("8012", (await ReadAsync(scanner)).Text);
    }

    [Fact]
    public async Task Silence_ends_a_scan_without_a_suffix_and_only_silence()
    {
        await using var scanner = Scanner(new() { Suffix = ScanSuffix.IdleGap, IdleGap = TimeSpan.FromMilliseconds(50) });
        var reading = scanner.ReadAsync(TestEnds).AsTask();
        await SendAsync("80");
        await AdvanceWhenTimerRunsAsync(TimeSpan.FromMilliseconds(49));
        Assert.False(reading.IsCompleted);
        await SendAsync("12\r");
        await WaitForTimerAsync(TimeSpan.FromMilliseconds(50));
        _time.Advance(TimeSpan.FromMilliseconds(50));
        Assert.Equal(ScanFault.NotText, (await reading.WaitAsync(Limit, TestEnds)).Fault); // the CR is data here

        reading = scanner.ReadAsync(TestEnds).AsTask();
        await SendAsync("8013");
        await AdvanceWhenTimerRunsAsync(TimeSpan.FromMilliseconds(50));
        Assert.Equal("8013", (await reading.WaitAsync(Limit, TestEnds)).Text);
        Assert.Null(_time.UntilNextTimer); // no timer runs between scans
    }

    [Fact]
    public async Task A_scan_that_was_broken_off_is_never_joined_with_the_next_one()
    {
        await using var scanner = Scanner(new());
        var reading = scanner.ReadAsync(TestEnds).AsTask();
        await SendAsync("80");
        await AdvanceWhenTimerRunsAsync(new LineScannerOptions().MaxPause);
        Assert.Equal(ScanFault.Incomplete, (await reading.WaitAsync(Limit, TestEnds)).Fault);
        await SendAsync("8013\r");
        Assert.Equal("8013", (await ReadAsync(scanner)).Text);
    }

    [Fact]
    public async Task The_end_of_the_port_is_told_every_time()
    {
        await using var scanner = new LineScanner(new MemoryStream("8012\r80"u8.ToArray()), new(), _time);
        Assert.Equal("8012", (await ReadAsync(scanner)).Text);
        await Assert.ThrowsAsync<EndOfStreamException>(() => ReadAsync(scanner));
        await Assert.ThrowsAsync<EndOfStreamException>(() => ReadAsync(scanner));
    }

    [Fact]
    public void A_scan_never_shows_its_text_in_a_log()
    {
        var code = new ScannedCode("110101199003078515", "]Q1", 0);
        Assert.Equal("code of 18 characters", $"{code}");
        Assert.Equal("no code: TooLong", new ScannedCode("", null, 0, ScanFault.TooLong).ToString());
    }

    [Fact]
    public void Every_option_out_of_its_range_is_named()
    {
        var wrong = new LineScannerOptions
        {
            Suffix = (ScanSuffix)99,
            IdleGap = TimeSpan.Zero,
            MaxPause = TimeSpan.FromHours(1),
            Prefix = "\r",
            MaxLengthBytes = 5000,
        };
        string[] names = ["Scanner:Suffix", "Scanner:IdleGap", "Scanner:MaxPause", "Scanner:Prefix", "Scanner:MaxLengthBytes"];
        Assert.Equal(names, wrong.Validate("Scanner").Select(m => m.Split(' ')[0]));
        Assert.Throws<ArgumentException>(() => new LineScanner(Stream.Null, wrong));
        Assert.Empty(new LineScannerOptions().Validate("Scanner"));
        Assert.Single(new LineScannerOptions { MaxLengthBytes = 0 }.Validate("Scanner"));
        Assert.All(["\0", "\t", "\n", "\u007f", "é", new string('x', 17)], prefix => Assert.Single(new LineScannerOptions { Prefix = prefix }.Validate("Scanner")));
        Assert.Empty(new LineScannerOptions { Prefix = "\u0002ABCDEFGHIJKLMN~" }.Validate("Scanner"));
    }

    [Fact]
    public async Task Scans_in_random_pieces_over_a_serial_line_are_all_read_in_order()
    {
        using var device = new PseudoTerminal();
        await using var scanner = new LineScanner(SerialLine.Open(device.DevicePath, new()), new() { MaxLengthBytes = 40 });
        var random = new Random(21);
        var sent = new List<string>();
        var bytes = new List<byte>();
        for (var i = 0; i < 500; i++)
        {
            var isTooLong = random.Next(10) == 0;
            var text = new string('7', random.Next(1, isTooLong ? 5000 : 36)) + i;
            sent.Add(text.Length > 40 ? "TooLong" : text);
            bytes.AddRange(Encoding.ASCII.GetBytes(text + (random.Next(2) == 0 ? "\r" : "\r\n")));
        }
        var sending = Task.Run(() =>
        {
            var all = bytes.ToArray().AsSpan();
            while (all.Length > 0)
            {
                var piece = Math.Min(all.Length, random.Next(1, 100));
                device.Write(all[..piece]);
                all = all[piece..];
            }
        }, TestEnds);
        foreach (var expected in sent)
        {
            var code = await ReadAsync(scanner);
            Assert.Equal(expected, code.Fault == ScanFault.None ? code.Text : code.Fault.ToString());
        }
        await sending.WaitAsync(Limit, TestEnds);
    }

    [Fact]
    public async Task A_pulled_scanner_is_told_to_the_reader_and_closing_never_hangs()
    {
        var device = new PseudoTerminal();
        var scanner = new LineScanner(SerialLine.Open(device.DevicePath, new()), new());
        var reading = scanner.ReadAsync(TestEnds).AsTask();
        device.HangUp();
        var error = await Assert.ThrowsAsync<DeviceLostException>(() => reading.WaitAsync(Limit, TestEnds));
        Assert.Equal(DeviceLoss.Unplugged, error.Loss);
        await scanner.DisposeAsync().AsTask().WaitAsync(Limit, TestEnds);
    }

    [Fact]
    public async Task Closing_ends_a_pending_read()
    {
        using var device = new PseudoTerminal();
        var scanner = new LineScanner(SerialLine.Open(device.DevicePath, new()), new());
        var reading = scanner.ReadAsync(TestEnds).AsTask();
        await scanner.DisposeAsync().AsTask().WaitAsync(Limit, TestEnds);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => reading.WaitAsync(Limit, TestEnds));
    }

    private LineScanner Scanner(LineScannerOptions options) => new(_pipe.Reader.AsStream(), options, _time);

    private static Task<ScannedCode> ReadAsync(LineScanner scanner) => scanner.ReadAsync(TestEnds).AsTask().WaitAsync(Limit, TestEnds);

    private async Task SendAsync(string text)
    {
        await _pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(text), TestEnds);
    }

    private async Task AdvanceWhenTimerRunsAsync(TimeSpan by)
    {
        await WaitUntilAsync(() => _time.UntilNextTimer is not null);
        _time.Advance(by);
    }

    private Task WaitForTimerAsync(TimeSpan due) => WaitUntilAsync(() => _time.UntilNextTimer == due);

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Limit, "Waited too long.");
            await Task.Yield();
        }
    }
}
