using System.Text;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Printing;

/// <summary>Flow control, fences, counters and what a bad line does.</summary>
public sealed class EscPosPrinterLineTests
{
    private static readonly ProcessId Job = ProcessId.FromNumber(4711), Earlier = ProcessId.FromNumber(4710);
    private static readonly EscPosPrinterOptions XonXoff = new() { FlowControl = PrinterFlowControl.XonXoff };

    private static readonly byte[] Ticket = new EscPosDocument().Initialise().Size(2, 2).Line("长途汽车票").Size(1, 1)
        .TwoColumns("座位 Seat", "05A").QrCode("T-0001-2026-03-01").Cut().Bytes.ToArray();

    private readonly VirtualTime _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private void Run(Func<Task> body) => PrinterLoop.Run(_time, body);

    private Task<EscPosPrinter> OpenAsync(FakePrinter port, EscPosPrinterOptions? options = null) =>
        EscPosPrinter.OpenAsync(port, options ?? new EscPosPrinterOptions(), _time, Token);

    private static int Count(IEnumerable<byte> bytes, params byte[] pattern)
    {
        var all = bytes.ToArray();
        return Enumerable.Range(0, all.Length).Count(i => all.AsSpan(i).StartsWith(pattern));
    }

    [Fact]
    public void Xoff_at_any_byte_stops_the_job_and_no_question_goes_into_a_command()
    {
        for (var at = 0; at < Ticket.Length; at++)
        {
            Run(async () =>
            {
                var port = new FakePrinter(_time);
                await using var printer = await OpenAsync(port, XonXoff);
                var (begin, stoppedAt, stopped) = (port.Taken.Count, 0, false);
                port.AfterWrite = p =>
                {
                    if (stopped || p.Taken.Count < begin + at) return;
                    stopped = true;
                    p.Say(0x13);
                    p.In(TimeSpan.FromSeconds(4), () =>
                    {
                        stoppedAt = p.Taken.Count - 3 * p.QuestionsAsked;
                        p.Say(0x11);
                    });
                };
                var asked = port.QuestionsAsked;
                var result = await printer.PrintAsync(Ticket, Job, Token);
                Assert.Equal(PrintEnd.Completed, result.End);
                Assert.Equal(Ticket.Length + 11, result.BytesSent);
                var sent = port.Taken.Skip(begin).ToArray();
                var tokens = EscPosTokens.Split(sent);
                Assert.Equal(port.QuestionsAsked - asked, tokens.Count(t => t[0] == 0x10));
                Assert.Equal(Count(sent, 0x10, 0x04), tokens.Count(t => t[0] == 0x10));
                Assert.Equal(Ticket, tokens.Where(t => t[0] != 0x10).SelectMany(t => t).Take(Ticket.Length));
                // One slice may have been under way when XOFF came, and each is half the printer's reserve.
                Assert.InRange(stoppedAt - (begin - 3 * asked), at, at + 16);
                Assert.All(port.WriteSizes, size => Assert.InRange(size, 1, 22));
            });
        }
    }

    [Fact]
    public void A_printer_that_runs_out_of_paper_while_it_holds_the_job_is_told_promptly() => Run(async () =>
    {
        var port = new CountingFakePrinter(_time);
        await using var printer = await OpenAsync(port, XonXoff);
        port.Status[3] = 0x72;
        port.Holds = true;
        port.Say(0x13);
        await Task.Yield();
        await Task.Yield();
        var start = _time.GetTimestamp();
        var result = await printer.PrintAsync(Ticket, Job, Token);
        Assert.Equal((PrintEnd.Blocked, PaperSupply.Out), (result.End, result.Status!.Paper));
        Assert.InRange(result.BytesSent, 0, 8);
        Assert.InRange(_time.GetElapsedTime(start), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
    });

    [Fact]
    public void A_printer_that_never_says_xon_again_ends_the_job_in_time() => Run(async () =>
    {
        var port = new CountingFakePrinter(_time);
        await using var printer = await OpenAsync(port, XonXoff);
        port.AfterWrite = p => p.Say(0x13);
        var start = _time.GetTimestamp();
        var result = await printer.PrintAsync(Ticket, Job, Token);
        Assert.Equal(PrintEnd.TimedOut, result.End);
        Assert.InRange(result.BytesSent, 1, 16);
        Assert.InRange(_time.GetElapsedTime(start), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(16));
        port.AfterWrite = null;
        await printer.ClearAsync(Token);
        Assert.Equal(PrintEnd.Completed, (await printer.PrintAsync(Ticket, Job, Token)).End);
    });

    [Fact]
    public void Without_flow_control_a_stray_xoff_stops_nothing() => Run(async () =>
    {
        var port = new FakePrinter(_time);
        await using var printer = await OpenAsync(port);
        port.Say(0x13);
        Assert.Equal(PrintEnd.Completed, (await printer.PrintAsync(Ticket, Job, Token)).End);
    });

    [Fact]
    public void A_fence_gets_through_whatever_a_dead_sender_left_half_sent()
    {
        var longest = new EscPosDocument().Initialise().QrCode(new string('7', EscPosDocument.MaxQrBytes)).Cut().Bytes.ToArray();
        foreach (var document in new[] { Ticket, longest })
        {
            for (var sent = 0; sent <= document.Length; sent += document.Length > 200 ? 13 : 1)
            {
                Run(async () =>
                {
                    var port = new FakePrinter(_time);
                    await port.WriteAsync(document.AsMemory(0, sent), Token);
                    await using var printer = await OpenAsync(port);
                    Assert.Equal("SN0001", printer.Identity.SerialNumber);
                    var fence = await printer.FenceAsync(Job, TimeSpan.FromSeconds(10), Token);
                    Assert.True(fence.Echoed);
                    Assert.Empty(fence.OtherEchoes);
                });
            }
        }
    }

    [Fact]
    public void The_echo_of_a_dead_agents_job_is_found_by_the_fence_even_when_it_came_during_the_opening() => Run(async () =>
    {
        var port = new FakePrinter(_time);
        byte[] job = [.. Ticket, 0x1D, 0x28, 0x48, 6, 0, 0x30, 0x30, .. Encoding.ASCII.GetBytes(Earlier.ToString())];
        port.PrintTime = TimeSpan.FromSeconds(1);
        await port.WriteAsync(job, Token);
        port.PrintTime = TimeSpan.Zero;
        await using var printer = await OpenAsync(port);
        Assert.True(printer.EchoesProcessId);
        var fence = await printer.FenceAsync(Job, TimeSpan.FromSeconds(10), Token);
        Assert.True(fence.Echoed);
        Assert.Equal([Earlier], fence.OtherEchoes);
        Assert.Equal(0, Count(port.Taken, 0x10, 0x05));
    });

    [Fact]
    public void A_fence_before_a_printer_that_stands_still_is_not_echoed_and_says_why() => Run(async () =>
    {
        var port = new FakePrinter(_time) { Holds = true };
        port.Status[1] = 0x16;
        await using var printer = await OpenAsync(port);
        var start = _time.GetTimestamp();
        var fence = await printer.FenceAsync(Job, TimeSpan.FromSeconds(60), Token);
        Assert.False(fence.Echoed);
        Assert.True(fence.Status!.CoverOpen);
        Assert.InRange(_time.GetElapsedTime(start), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        port.Status[1] = 0x12;
        port.Resume();
        Assert.Equal([Job], (await printer.FenceAsync(Earlier, TimeSpan.FromSeconds(60), Token)).OtherEchoes);
    });

    [Fact]
    public void A_fence_without_echo_ends_at_its_time_out() => Run(async () =>
    {
        var port = new FakePrinter(_time) { Echoes = false };
        await using var printer = await OpenAsync(port);
        var start = _time.GetTimestamp();
        var fence = await printer.FenceAsync(Job, TimeSpan.FromSeconds(7), Token);
        Assert.False(fence.Echoed);
        Assert.True(fence.Status!.CanPrint);
        Assert.InRange(_time.GetElapsedTime(start), TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(8));
        Array.Fill(port.Status, null);
        Assert.Null((await printer.FenceAsync(Job, TimeSpan.FromSeconds(7), Token)).Status);
        using var stop = new CancellationTokenSource();
        port.In(TimeSpan.FromSeconds(1), stop.Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => printer.FenceAsync(Job, TimeSpan.FromSeconds(7), stop.Token).AsTask());
    });

    [Fact]
    public void Clearing_drops_the_buffer_and_nothing_else() => Run(async () =>
    {
        var port = new FakePrinter(_time);
        await using var printer = await OpenAsync(port);
        var before = port.Taken.Count;
        await printer.ClearAsync(Token);
        Assert.Equal("1005021B401C26", Convert.ToHexString([.. port.Taken.Skip(before)]));
    });

    [Fact]
    public void Clearing_after_a_half_sent_command_completes_it_first() => Run(async () =>
    {
        var port = new FakePrinter(_time);
        await using var printer = await OpenAsync(port);
        using var stop = new CancellationTokenSource();
        port.BlocksAfter = port.Taken.Count + Ticket.Length - 20;
        port.In(TimeSpan.FromSeconds(1), stop.Cancel);
        await printer.PrintAsync(Ticket, Earlier, stop.Token);
        port.BlocksAfter = long.MaxValue;
        await printer.ClearAsync(Token);
        Assert.True((await printer.FenceAsync(Job, TimeSpan.FromSeconds(5), Token)).Echoed);
    });

    [Fact]
    public void A_job_that_does_not_get_past_the_padding_has_sent_nothing() => Run(async () =>
    {
        var port = new CountingFakePrinter(_time) { BlocksAfter = 100 };
        await using var printer = await OpenAsync(port);
        port.BlocksAfter = 200;
        var stuck = await printer.PrintAsync(Ticket, Job, Token);
        Assert.Equal((PrintEnd.TimedOut, 0L), (stuck.End, stuck.BytesSent));
        using var stop = new CancellationTokenSource();
        port.In(TimeSpan.FromSeconds(1), stop.Cancel);
        var cancelled = await printer.PrintAsync(Ticket, Job, stop.Token);
        Assert.Equal((PrintEnd.Cancelled, 0L), (cancelled.End, cancelled.BytesSent));
        port.BlocksAfter = long.MaxValue;
        port.FailsAfter = 250;
        var lost = await printer.PrintAsync(Ticket, Job, Token);
        Assert.Equal((PrintEnd.DeviceLost, 0L), (lost.End, lost.BytesSent));
    });

    [Fact]
    public void Late_echoes_are_kept_without_growing_without_bound() => Run(async () =>
    {
        var port = new FakePrinter(_time);
        await using var printer = await OpenAsync(port);
        for (var i = 0; i < 100; i++) port.SayEcho(ProcessId.FromNumber(i).ToString());
        await Task.Delay(TimeSpan.FromSeconds(1), _time, Token);
        var result = await printer.PrintAsync(Ticket, Job, Token);
        Assert.Equal(PrintEnd.Completed, result.End);
        Assert.Equal(Enumerable.Range(36, 64).Select(i => ProcessId.FromNumber(i)), result.OtherEchoes);
    });

    [Fact]
    public async Task Jobs_on_the_thread_pool_and_the_real_clock_are_never_mixed_up()
    {
        var port = new FakePrinter(_time);
        await Task.Run(async () =>
        {
            await using var printer = await EscPosPrinter.OpenAsync(port, new EscPosPrinterOptions { ChunkBytes = 16 }, TimeProvider.System, Token);
            for (var i = 0; i < 200; i++)
            {
                var result = await printer.PrintAsync(Ticket, ProcessId.FromNumber(i), Token);
                Assert.Equal((PrintEnd.Completed, Ticket.Length + 11L, 0), (result.End, result.BytesSent, result.OtherEchoes.Count));
            }
        }, Token).WaitAsync(TimeSpan.FromSeconds(60), Token);
    }

    [Fact]
    public void The_cut_counter_is_the_cumulative_one_and_else_the_resettable_one_and_else_none() => Run(async () =>
    {
        foreach (var (cumulative, resettable, expected) in new (string?, string?, long?)[]
        {
            ("1200", "7", 1200), (null, "7", 7), (null, null, null), ("9999999999", null, 9_999_999_999),
            ("12345678901", null, null), ("-5", null, null), ("1 2", null, null), ("", "7", 7),
        })
        {
            var port = new FakePrinter(_time);
            port.Counters.Clear();
            if (cumulative is not null) port.Counters[178] = cumulative;
            if (resettable is not null) port.Counters[50] = resettable;
            await using var printer = await OpenAsync(port);
            Assert.Equal(expected, await printer.ReadCutCounterAsync(Token));
            if (expected is null) continue;
            // From now on the other counter never stands in for it.
            port.Counters[178] = port.Counters[50] = "";
            Assert.Null(await printer.ReadCutCounterAsync(Token));
        }
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_late_counter_is_never_taken_for_the_present_one(bool echoes) => Run(async () =>
    {
        var port = new FakePrinter(_time) { Echoes = echoes };
        await using var printer = await OpenAsync(port);
        Assert.Equal(1200, await printer.ReadCutCounterAsync(Token));
        port.Holds = true;
        Assert.Null(await printer.ReadCutCounterAsync(Token));
        // The printer answers the old question only now, and has cut meanwhile.
        port.In(TimeSpan.FromMilliseconds(100), () =>
        {
            port.Say([0x5F, 0x31, 0x32, 0x30, 0x30, 0]);
            port.Counters[178] = "1201";
        });
        port.In(TimeSpan.FromMilliseconds(200), port.Resume);
        Assert.Equal(echoes ? 1201 : null, await printer.ReadCutCounterAsync(Token));
    });

    [Fact]
    public void Status_bytes_nobody_asked_for_and_junk_between_replies_change_nothing() => Run(async () =>
    {
        var port = new FakePrinter(_time) { JunkBeforeReplies = [0xFF, 0x3C, 0x00, 0x0C, 0x0F, 0x13, 0x11, 0x80] };
        await using var printer = await OpenAsync(port, XonXoff);
        Assert.Equal("SN0001", printer.Identity.SerialNumber);
        for (var i = 0; i < 300; i++) port.Say(0x10, 0, 0, 0x0F);
        Assert.True((await printer.ReadStatusAsync(Token)).CanPrint);
        Assert.Equal(PrintEnd.Completed, (await printer.PrintAsync(Ticket, Job, Token)).End);
    });

    [Fact]
    public void A_reply_cut_short_long_ago_never_swallows_the_next() => Run(async () =>
    {
        var port = new FakePrinter(_time);
        await using var printer = await OpenAsync(port);
        port.Say(0x5F, 0x41);
        await Task.Delay(TimeSpan.FromSeconds(2), _time, Token);
        var result = await printer.PrintAsync(Ticket, Job, Token);
        Assert.Equal(PrintEnd.Completed, result.End);
    });

    [Fact]
    public void Any_byte_as_any_status_answer_is_survived() => Run(async () =>
    {
        var port = new FakePrinter(_time);
        await using var printer = await OpenAsync(port, new EscPosPrinterOptions { ReplyTimeout = TimeSpan.FromMilliseconds(50), ProbeTimeout = TimeSpan.FromMilliseconds(50) });
        for (var question = 0; question < 4; question++)
        {
            for (var value = 0; value < 256; value++)
            {
                Array.Fill(port.Status, (byte)0x12);
                port.Status[question] = (byte)value;
                var status = await printer.ReadStatusAsync(Token);
                Assert.True(Enum.IsDefined(status.Device) && Enum.IsDefined(status.Paper));
                // Silence ends whatever the odd byte began.
                await Task.Delay(TimeSpan.FromSeconds(2), _time, Token);
            }
        }
        Array.Fill(port.Status, (byte)0x12);
        Assert.True((await printer.ReadStatusAsync(Token)).CanPrint);
    });

    [Fact]
    public void Mutated_replies_never_crash_the_printer_or_make_up_an_echo() => Run(async () =>
    {
        var random = new Random(42);
        var port = new FakePrinter(_time) { Echoes = false };
        await using var printer = await OpenAsync(port);
        for (var round = 0; round < 300; round++)
        {
            byte[] echo = [0x37, 0x22, .. Encoding.ASCII.GetBytes(Job.ToString()), 0];
            var at = random.Next(echo.Length);
            echo[at] ^= (byte)(1 << random.Next(8));
            var asked = false;
            port.AfterWrite = p =>
            {
                if (asked) return;
                asked = true;
                p.In(TimeSpan.FromMilliseconds(10), () => p.Say(echo));
            };
            var result = await printer.PrintAsync(Ticket, Job, Token);
            Assert.NotEqual(PrintEnd.Completed, result.End);
            Assert.DoesNotContain(Job, result.OtherEchoes);
            await Task.Delay(TimeSpan.FromSeconds(2), _time, Token);
        }
    });
}
