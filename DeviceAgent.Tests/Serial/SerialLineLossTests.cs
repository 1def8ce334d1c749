using System.Diagnostics.CodeAnalysis;
using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Serial;

namespace DeviceAgent.Tests.Serial;

public sealed class SerialLineLossTests
{
    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_unplugged_cable_is_noticed_while_nobody_reads()
    {
        await using var fixture = new LineFixture();
        fixture.Device.HangUp();
        Assert.Equal(DeviceLoss.Unplugged, await fixture.Line.Lost.WaitAsync(LineFixture.Limit, TestEnds));
        await AssertLostAsync(() => fixture.Line.ReadAsync(new byte[1], TestEnds).AsTask());
        await AssertLostAsync(async () => await fixture.Line.WriteAsync(new byte[1], TestEnds));
        await AssertLostAsync(() => Task.FromResult(fixture.Line.OutputQueueBytes));
    }

    [Fact]
    public async Task An_unplugged_cable_never_leaves_a_read_or_write_hanging()
    {
        await using var fixture = new LineFixture();
        var write = await fixture.StartWriteThatBlocksAsync(TestEnds);
        var read = fixture.Line.ReadAsync(new byte[1], TestEnds).AsTask();
        fixture.Device.HangUp();
        await AssertLostAsync(() => read);
        await AssertLostAsync(() => write);
    }

    [Fact]
    public async Task An_unplugged_cable_is_noticed_while_the_receive_buffer_is_full()
    {
        await using var fixture = new LineFixture(new SerialLineOptions { ReceiveBufferBytes = 64 });
        fixture.Device.Write(new byte[1000]);
        await fixture.ReadExactlyAsync(1); // the poll thread is at work
        fixture.Device.HangUp();
        Assert.Equal(DeviceLoss.Unplugged, await fixture.Line.Lost.WaitAsync(LineFixture.Limit, TestEnds));
    }

    [Fact]
    public async Task What_came_before_the_cable_was_pulled_is_still_read()
    {
        await using var fixture = new LineFixture();
        fixture.Device.Write("ab"u8);
        Assert.Equal("a"u8.ToArray(), await fixture.ReadExactlyAsync(1)); // both are in the buffer, or the kernel gives both
        while (fixture.Line.ReceivedBytes == 0)
        {
            fixture.Device.Write("c"u8);
            await Task.Yield();
        }
        fixture.Device.HangUp();
        await fixture.Line.Lost.WaitAsync(LineFixture.Limit, TestEnds);
        Assert.Equal("b"u8.ToArray(), await fixture.ReadExactlyAsync(1));
    }

    [Fact]
    public async Task Closing_during_a_blocked_write_and_a_pending_read_never_deadlocks()
    {
        var fixture = new LineFixture();
        var write = await fixture.StartWriteThatBlocksAsync(TestEnds);
        var read = fixture.Line.ReadAsync(new byte[1], TestEnds).AsTask();
        await Task.Run(fixture.Line.Dispose, TestEnds).WaitAsync(LineFixture.Limit, TestEnds);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => read.WaitAsync(LineFixture.Limit, TestEnds));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => write.WaitAsync(LineFixture.Limit, TestEnds));
        Assert.True(fixture.Line.Lost.IsCanceled);
        await fixture.DisposeAsync();
    }

    [Fact]
    [SuppressMessage("Reliability", "CA2012", Justification = "The continuation is the point.")]
    public async Task Closing_from_a_continuation_of_the_line_never_deadlocks()
    {
        await using var fixture = new LineFixture();
        var closed = new TaskCompletionSource();
        var awaiter = fixture.Line.ReadAsync(new byte[1], TestEnds).GetAwaiter();
        awaiter.UnsafeOnCompleted(() =>
        {
            awaiter.GetResult();
            fixture.Line.Dispose();
            closed.SetResult();
        });
        fixture.Device.Write("x"u8);
        await closed.Task.WaitAsync(LineFixture.Limit, TestEnds);
    }

    [Fact]
    public async Task A_closed_line_takes_no_more_calls_and_may_be_closed_again()
    {
        var fixture = new LineFixture();
        await fixture.Line.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => fixture.Line.ReadAsync(new byte[1], TestEnds).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await fixture.Line.WriteAsync(new byte[1], TestEnds));
        Assert.Throws<ObjectDisposedException>(() => fixture.Line.OutputQueueBytes);
        await fixture.DisposeAsync();
    }

    [Fact]
    public async Task A_storm_of_reads_writes_cancellations_and_closes_never_hangs_and_never_reports_a_wrong_error()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var fixture = new LineFixture();
            using var cancel = new CancellationTokenSource();
            var read = DrainAsync(fixture.Line, cancel.Token);
            var write = FloodAsync(fixture.Line, cancel.Token);
            fixture.Device.Write(new byte[random.Next(1, 2000)]);
            Action[] ends = [fixture.Line.Dispose, fixture.Device.HangUp, cancel.Cancel];
            random.Shuffle(ends);
            await Task.WhenAll(ends.Select(end => Task.Run(end, TestEnds))).WaitAsync(LineFixture.Limit, TestEnds);
            await Task.WhenAll(read, write).WaitAsync(LineFixture.Limit, TestEnds);
            await fixture.DisposeAsync();
        }

        static async Task DrainAsync(SerialLine line, CancellationToken token)
        {
            var buffer = new byte[100];
            try
            {
                while (await line.ReadAsync(buffer, token) > 0) { }
            }
            catch (Exception e) when (e is ObjectDisposedException or DeviceLostException or OperationCanceledException)
            {
                return;
            }
            Assert.Fail("A read of 0 bytes.");
        }

        static async Task FloodAsync(SerialLine line, CancellationToken token)
        {
            var bytes = new byte[10_000];
            try
            {
                while (true) await line.WriteAsync(bytes, token);
            }
            catch (Exception e) when (e is ObjectDisposedException or DeviceLostException or OperationCanceledException)
            {
                return;
            }
        }
    }

    private static async Task AssertLostAsync(Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<DeviceLostException>(() => call().WaitAsync(LineFixture.Limit, TestEnds));
        Assert.Equal(DeviceLoss.Unplugged, error.Loss);
    }
}
