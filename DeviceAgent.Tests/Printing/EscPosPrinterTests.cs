using System.Text;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Printing;

public sealed class EscPosPrinterTests
{
    private const int RequestBytes = 11;
    private static readonly ProcessId Job = ProcessId.FromNumber(4711), Earlier = ProcessId.FromNumber(4710);

    private static readonly byte[] Ticket = new EscPosDocument().Initialise().Align(TextAlignment.Centre).Size(2, 2).Line("长途汽车票 TICKET")
        .Size(1, 1).Align(TextAlignment.Left).TwoColumns("座位 Seat", "05A").QrCode("T-0001-2026-03-01").Cut().Bytes.ToArray();

    private readonly VirtualTime _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Task<EscPosPrinter> OpenAsync(FakePrinter port, EscPosPrinterOptions? options = null) =>
        EscPosPrinter.OpenAsync(port, options ?? new EscPosPrinterOptions(), _time, Token);

    private void Run(Func<Task> body) => PrinterLoop.Run(_time, body);

    /// <summary>Opens a healthy printer, lets the test break it, prints the ticket.</summary>
    private (PrintResult Result, TimeSpan Took) Print(FakePrinter port, Action<FakePrinter>? prepare = null, EscPosPrinterOptions? options = null)
    {
        PrintResult? result = null;
        var took = TimeSpan.Zero;
        Run(async () =>
        {
            await using var printer = await OpenAsync(port, options);
            prepare?.Invoke(port);
            var start = _time.GetTimestamp();
            result = await printer.PrintAsync(Ticket, Job, Token);
            took = _time.GetElapsedTime(start);
        });
        return (result!, took);
    }

    [Fact]
    public void Opening_identifies_the_unit_and_uses_no_paper() => Run(async () =>
    {
        var port = new FakePrinter(_time);
        await using var printer = await OpenAsync(port);
        Assert.Equal(new PrinterIdentity("ACME", "K80", "1.07", "SN0001", "CHINA GB18030"), printer.Identity);
        Assert.True(printer.EchoesProcessId);
        Assert.All(EscPosTokens.Split([.. port.Taken]), t => Assert.True(t is [0] or [0x10, 4, _] or [0x1D, 0x49, _] or [0x1D, 0x28, 0x48, ..], Convert.ToHexString(t)));
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_unit_that_keeps_something_to_itself_never_gets_another_answers_text(bool echoes)
    {
        for (var told = 0; told < 32; told++)
        {
            Run(async () =>
            {
                var port = new FakePrinter(_time) { Echoes = echoes };
                for (var i = 0; i < 5; i++)
                    if ((told & 1 << i) == 0) port.Texts.Remove(65 + i);
                await using var printer = await OpenAsync(port);
                string? Told(int n) => port.Texts.GetValueOrDefault(n);
                Assert.Equal(new PrinterIdentity(Told(66), Told(67), Told(65), Told(68), Told(69)), printer.Identity);
                Assert.Equal(echoes, printer.EchoesProcessId);
            });
        }
    }

    [Fact]
    public void Late_answers_of_a_busy_printer_are_never_taken_for_its_identity() => Run(async () =>
    {
        var port = new FakePrinter(_time) { Echoes = false, Holds = true };
        // Begins to answer while the third question stands, one answer at a time.
        port.In(TimeSpan.FromSeconds(3) + TimeSpan.FromMilliseconds(1_200), port.Resume);
        await using var printer = await OpenAsync(port);
        Assert.True(printer.Identity.SerialNumber is null or "SN0001", printer.Identity.ToString());
        await printer.ReadStatusAsync(Token);
        Assert.Equal("SN0001", printer.Identity.SerialNumber);
    });

    [Fact]
    public void A_printer_that_is_off_is_identified_when_it_comes_on() => Run(async () =>
    {
        var port = new FakePrinter(_time) { Holds = true };
        Array.Fill(port.Status, null);
        await using var printer = await OpenAsync(port);
        Assert.Null(printer.Identity.Maker);
        Assert.False(printer.EchoesProcessId);
        Assert.Equal(DeviceState.PowerOff, (await printer.ReadStatusAsync(Token)).Device);
        Assert.Null(await printer.ReadCutCounterAsync(Token));
        Array.Fill(port.Status, (byte)0x12);
        port.Resume();
        Assert.True((await printer.ReadStatusAsync(Token)).CanPrint);
        Assert.Equal("SN0001", printer.Identity.SerialNumber);
        Assert.True(printer.EchoesProcessId);
    });

    [Fact]
    public void A_printed_ticket_is_completed_and_every_byte_counted()
    {
        var port = new FakePrinter(_time);
        var (result, took) = Print(port, p => p.PrintTime = TimeSpan.FromSeconds(1));
        Assert.Equal(new PrintResult(PrintEnd.Completed, Ticket.Length + RequestBytes, result.OtherEchoes, result.Status), result);
        Assert.Empty(result.OtherEchoes);
        Assert.Equal(TimeSpan.FromSeconds(1), took);
        Assert.Contains(Convert.ToHexString(Ticket) + "1D2848060030" + "30" + Convert.ToHexString(Encoding.ASCII.GetBytes(Job.ToString())),
            Convert.ToHexString([.. port.Taken]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_printer_that_does_not_echo_never_counts_as_completed()
    {
        var (result, took) = Print(new FakePrinter(_time) { Echoes = false });
        Assert.Equal(PrintEnd.SentWithoutEcho, result.End);
        Assert.Equal(Ticket.Length + RequestBytes, result.BytesSent);
        Assert.InRange(took, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3));
    }

    [Theory]
    [InlineData(2, 0x16)] // cover
    [InlineData(2, 0x52)] // error
    [InlineData(3, 0x1A)] // cutter
    [InlineData(3, 0x16)] // mechanical
    [InlineData(3, 0x32)] // unrecoverable
    [InlineData(4, 0x72)] // paper end
    [InlineData(1, 0x1A)] // offline, no reason told
    public void A_printer_that_stands_still_is_told_promptly_but_not_at_first_sight(int question, byte answer)
    {
        foreach (var echoes in new[] { true, false })
        {
            var port = new FakePrinter(_time) { Echoes = echoes };
            var (result, took) = Print(port, p =>
            {
                p.Holds = true;
                p.Status[question - 1] = answer;
            });
            Assert.Equal(PrintEnd.Blocked, result.End);
            Assert.Equal(Ticket.Length + RequestBytes, result.BytesSent);
            Assert.False(result.Status!.CanPrint);
            Assert.InRange(took, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        }
    }

    [Fact]
    public void An_echo_while_the_printer_already_reports_paper_end_still_counts()
    {
        var (result, _) = Print(new FakePrinter(_time), p =>
        {
            p.PrintTime = TimeSpan.FromMilliseconds(900);
            p.Status[3] = 0x7E;
        });
        Assert.Equal(PrintEnd.Completed, result.End);
    }

    [Fact]
    public void A_cover_that_is_shut_again_in_time_does_not_block()
    {
        var (result, _) = Print(new FakePrinter(_time), p =>
        {
            p.PrintTime = TimeSpan.FromSeconds(5);
            p.Status[1] = 0x16;
            p.In(TimeSpan.FromMilliseconds(1_100), () => p.Status[1] = 0x12);
        });
        Assert.Equal(PrintEnd.Completed, result.End);
    }

    [Fact]
    public void Near_end_alone_never_blocks_a_ticket()
    {
        var (result, _) = Print(new FakePrinter(_time), p =>
        {
            p.PrintTime = TimeSpan.FromSeconds(5);
            p.Status[0] = 0x1A;
            p.Status[1] = 0x32;
            p.Status[3] = 0x1E;
        });
        Assert.Equal(PrintEnd.Completed, result.End);
    }

    [Fact]
    public void A_head_that_cools_down_does_not_block()
    {
        var (result, _) = Print(new FakePrinter(_time), p =>
        {
            p.PrintTime = TimeSpan.FromSeconds(5);
            (p.Status[0], p.Status[1], p.Status[2]) = (0x1A, 0x52, 0x52);
        });
        Assert.Equal(PrintEnd.Completed, result.End);
    }

    [Fact]
    public void An_echoing_printer_that_falls_silent_is_never_taken_for_done()
    {
        var (result, took) = Print(new FakePrinter(_time), p => p.Echoes = false);
        Assert.Equal(PrintEnd.TimedOut, result.End);
        Assert.True(result.Status!.CanPrint);
        Assert.InRange(took, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(16));
    }

    [Fact]
    public void A_printer_without_power_times_out_with_its_bytes_counted()
    {
        var (result, _) = Print(new FakePrinter(_time), p =>
        {
            p.Holds = true;
            Array.Fill(p.Status, null);
        });
        Assert.Equal(PrintEnd.TimedOut, result.End);
        Assert.Equal(DeviceState.PowerOff, result.Status!.Device);
        Assert.Equal(Ticket.Length + RequestBytes, result.BytesSent);
    }

    [Fact]
    public void A_late_echo_proves_its_own_job_and_no_other()
    {
        var (result, _) = Print(new FakePrinter(_time), p =>
        {
            p.Echoes = false;
            p.In(TimeSpan.FromSeconds(2), () => p.SayEcho(Earlier.ToString()));
        });
        Assert.Equal(PrintEnd.TimedOut, result.End);
        Assert.Equal([Earlier], result.OtherEchoes);
    }

    [Fact]
    public void An_echo_that_comes_after_its_job_was_given_up_is_told_with_the_next() => Run(async () =>
    {
        var port = new FakePrinter(_time);
        await using var printer = await OpenAsync(port);
        port.Echoes = false;
        Assert.Equal(PrintEnd.TimedOut, (await printer.PrintAsync(Ticket, Earlier, Token)).End);
        port.SayEcho(Earlier.ToString());
        port.Echoes = true;
        Assert.True((await printer.ReadStatusAsync(Token)).CanPrint);
        Assert.Equal(1200, await printer.ReadCutCounterAsync(Token));
        var next = await printer.PrintAsync(Ticket, Job, Token);
        Assert.Equal(PrintEnd.Completed, next.End);
        Assert.Equal([Earlier], next.OtherEchoes);
        Assert.Empty((await printer.PrintAsync(Ticket, Job, Token)).OtherEchoes);
    });

    [Fact]
    public void The_jobs_own_id_proves_nothing_before_it_was_asked_for()
    {
        var (result, _) = Print(new FakePrinter(_time), p =>
        {
            p.Echoes = false;
            var said = false;
            p.AfterWrite = q =>
            {
                if (!said) q.SayEcho(Job.ToString());
                said = true;
            };
        }, new EscPosPrinterOptions { ChunkBytes = 32, JobTimeout = TimeSpan.FromSeconds(2) });
        Assert.Equal(PrintEnd.TimedOut, result.End);
        Assert.Empty(result.OtherEchoes);
    }

    [Fact]
    public void A_cable_pulled_at_any_byte_never_loses_the_count()
    {
        for (var at = 0; at < Ticket.Length + RequestBytes; at++)
        {
            foreach (var port in new[] { new CountingFakePrinter(_time), new FakePrinter(_time) })
            {
                var before = 0;
                var (result, _) = Print(port, p =>
                {
                    before = p.Taken.Count;
                    p.FailsAfter = before + at;
                }, new EscPosPrinterOptions { ChunkBytes = 7 });
                Assert.Equal(PrintEnd.DeviceLost, result.End);
                if (port is CountingFakePrinter) Assert.Equal(at, result.BytesSent);
                else Assert.InRange(result.BytesSent, at + 1, at + 7);
                Assert.Equal(at, port.Taken.Count - before);
            }
        }
    }

    [Fact]
    public void An_echo_just_before_the_cable_was_pulled_still_counts()
    {
        var (result, _) = Print(new FakePrinter(_time), p =>
        {
            p.Echoes = false;
            p.AfterWrite = q =>
            {
                if (q.Taken[^4..].SequenceEqual(Encoding.ASCII.GetBytes(Job.ToString())))
                {
                    q.SayEcho(Job.ToString());
                    q.PullTheCable();
                }
            };
        });
        Assert.Equal(PrintEnd.Completed, result.End);
    }

    [Fact]
    public void A_lost_device_ends_every_wait_and_is_told_to_the_supervisor() => Run(async () =>
    {
        var port = new FakePrinter(_time);
        await using var printer = await OpenAsync(port);
        Assert.False(printer.Lost.IsCompleted);
        port.Holds = true;
        var fence = printer.FenceAsync(Job, TimeSpan.FromMinutes(5), Token).AsTask();
        port.PullTheCable(new DeviceLostException("/dev/ttyS0", DeviceLoss.Unplugged, 5));
        Assert.Equal(5, (await Assert.ThrowsAsync<DeviceLostException>(() => fence)).Errno);
        Assert.Equal("/dev/ttyS0", (await printer.Lost).Path);
        await Assert.ThrowsAsync<DeviceLostException>(() => printer.ReadStatusAsync(Token).AsTask());
        await Assert.ThrowsAsync<DeviceLostException>(() => printer.ClearAsync(Token).AsTask());
        await Assert.ThrowsAsync<DeviceLostException>(() => printer.ReadCutCounterAsync(Token).AsTask());
        var result = await printer.PrintAsync(Ticket, Job, Token);
        Assert.Equal((PrintEnd.DeviceLost, 0L), (result.End, result.BytesSent));
    });

    [Fact]
    public void A_disposed_printer_lets_its_supervisor_go_and_closes_the_port() => Run(async () =>
    {
        var port = new FakePrinter(_time);
        var printer = await OpenAsync(port);
        await printer.DisposeAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => printer.Lost);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => printer.ReadStatusAsync(Token).AsTask());
    });

    [Fact]
    public void A_cancelled_job_never_throws_its_count_away()
    {
        for (var at = 0; at <= Ticket.Length; at += 5)
        {
            using var stop = new CancellationTokenSource();
            PrintResult? result = null;
            var port = new CountingFakePrinter(_time);
            Run(async () =>
            {
                await using var printer = await OpenAsync(port, new EscPosPrinterOptions { ChunkBytes = 5 });
                var target = port.Taken.Count + at;
                port.AfterWrite = p =>
                {
                    if (p.Taken.Count >= target) stop.Cancel();
                };
                if (at == 0) await stop.CancelAsync();
                var before = port.Taken.Count;
                result = await printer.PrintAsync(Ticket, Job, stop.Token);
                Assert.Equal(port.Taken.Count - before, result.BytesSent);
            });
            Assert.Equal(PrintEnd.Cancelled, result!.End);
            Assert.InRange(result.BytesSent, at == 0 ? 0 : at, at == 0 ? 0 : at + 5);
        }
    }

    [Fact]
    public void A_ticket_after_a_half_sent_one_never_disappears_in_the_old_ones_command() => Run(async () =>
    {
        using var stop = new CancellationTokenSource();
        var port = new FakePrinter(_time);
        await using var printer = await OpenAsync(port, new EscPosPrinterOptions { ChunkBytes = 4096 });
        // The QR data is announced and never comes: the next job would be taken for it.
        port.BlocksAfter = port.Taken.Count + Ticket.Length - 20;
        port.In(TimeSpan.FromSeconds(1), stop.Cancel);
        Assert.Equal(PrintEnd.Cancelled, (await printer.PrintAsync(Ticket, Earlier, stop.Token)).End);
        port.BlocksAfter = long.MaxValue;
        var result = await printer.PrintAsync(Ticket, Job, Token);
        Assert.Equal(PrintEnd.Completed, result.End);
        Assert.Equal(Ticket.Length + RequestBytes, result.BytesSent);
    });

    [Fact]
    public void A_port_that_takes_nothing_more_ends_the_job_in_time()
    {
        var (result, took) = Print(new CountingFakePrinter(_time), p => p.BlocksAfter = p.Taken.Count + 100);
        Assert.Equal(PrintEnd.TimedOut, result.End);
        Assert.Equal(100, result.BytesSent);
        Assert.InRange(took, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(17));
    }

    [Fact]
    public void Two_callers_at_once_are_refused() => Run(async () =>
    {
        var port = new FakePrinter(_time);
        await using var printer = await OpenAsync(port);
        port.PrintTime = TimeSpan.FromSeconds(1);
        var first = printer.PrintAsync(Ticket, Job, Token).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => printer.ReadStatusAsync(Token).AsTask());
        Assert.Equal(PrintEnd.Completed, (await first).End);
    });

    [Fact]
    public void Options_out_of_range_are_all_named()
    {
        var options = new EscPosPrinterOptions
        {
            ReplyTimeout = TimeSpan.Zero,
            ProbeTimeout = TimeSpan.FromMinutes(2),
            JobTimeout = TimeSpan.Zero,
            StatusInterval = TimeSpan.Zero,
            BlockedLinger = TimeSpan.FromSeconds(-1),
            NoEchoSettle = TimeSpan.FromMinutes(2),
            FlowControl = (PrinterFlowControl)9,
            XoffReserveBytes = 1,
            ChunkBytes = 0,
        };
        Assert.Equal(9, options.Validate("Printer").Count());
        Assert.Contains("Printer:ReplyTimeout must be a time from 00:00:00.0200000 to 00:00:10", options.Validate("Printer"));
        Assert.Empty(new EscPosPrinterOptions().Validate("Printer"));
        Run(async () => await Assert.ThrowsAsync<ArgumentException>(() => OpenAsync(new FakePrinter(_time), options)));
    }
}
