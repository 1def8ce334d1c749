using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Serial;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Serial;

public sealed class SerialLineTests
{
    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_byte_value_passes_in_both_directions_unchanged()
    {
        await using var fixture = new LineFixture();
        var all = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();

        fixture.Device.Write(all);
        Assert.Equal(all, await fixture.ReadExactlyAsync(256));

        await fixture.Line.WriteAsync(all, TestEnds);
        Assert.Equal(all, await fixture.ReceiveOnDeviceAsync(256));
        Assert.Equal(256, fixture.Line.BytesWritten);
    }

    [Fact]
    public async Task A_cancelled_read_loses_nothing()
    {
        await using var fixture = new LineFixture();
        var expected = new List<byte>();
        var got = new List<byte>();
        var buffer = new byte[16];
        for (var round = 0; round < 300; round++)
        {
            using var cancel = new CancellationTokenSource();
            var read = fixture.Line.ReadAsync(buffer, cancel.Token).AsTask();
            byte[] sent = [(byte)round, (byte)(round >> 8), 0x0D];
            expected.AddRange(sent);
            // The bytes and the cancellation race each other; either may win.
            var cancelling = Task.Run(cancel.Cancel, TestEnds);
            fixture.Device.Write(sent);
            await cancelling;
            try
            {
                got.AddRange(buffer.AsSpan(0, await read));
            }
            catch (OperationCanceledException e)
            {
                Assert.Equal(cancel.Token, e.CancellationToken);
            }
        }
        got.AddRange(await fixture.ReadExactlyAsync(expected.Count - got.Count));
        Assert.Equal(expected, got);
    }

    [Fact]
    public async Task Small_reads_never_wait_for_bytes_that_have_come()
    {
        await using var fixture = new LineFixture();
        fixture.Device.Write("8012345\r"u8);
        Assert.Equal("80"u8.ToArray(), await fixture.ReadExactlyAsync(2));
        Assert.Equal("12345\r"u8.ToArray(), await fixture.ReadExactlyAsync(6));
    }

    [Fact]
    public async Task A_late_reader_loses_nothing_and_the_buffer_keeps_its_bound()
    {
        await using var fixture = new LineFixture(new SerialLineOptions { ReceiveBufferBytes = 64 });
        var sent = new byte[300_000];
        new Random(1).NextBytes(sent);
        var sending = Task.Run(() => fixture.Device.Write(sent), TestEnds);

        var got = new byte[sent.Length];
        var sizes = new Random(2);
        for (var at = 0; at < got.Length;)
        {
            var size = Math.Min(sizes.Next(1, 100), got.Length - at);
            at += await fixture.Line.ReadAsync(got.AsMemory(at, size), TestEnds).AsTask().WaitAsync(LineFixture.Limit, TestEnds);
            Assert.InRange(fixture.Line.ReceivedBytes, 0, 64);
        }
        await sending;
        Assert.Equal(sent, got);
    }

    [Fact]
    public async Task A_write_larger_than_the_line_holds_arrives_whole()
    {
        await using var fixture = new LineFixture();
        var sent = new byte[500_000];
        new Random(3).NextBytes(sent);
        var receiving = fixture.ReceiveOnDeviceAsync(sent.Length);
        await fixture.Line.WriteAsync(sent, TestEnds).AsTask().WaitAsync(LineFixture.Limit, TestEnds);
        Assert.Equal(sent, await receiving);
        Assert.Equal(sent.Length, fixture.Line.BytesWritten);
    }

    [Fact]
    public async Task A_cancelled_write_tells_exactly_the_bytes_that_the_port_took()
    {
        await using var fixture = new LineFixture();
        using var cancel = new CancellationTokenSource();
        var write = await fixture.StartWriteThatBlocksAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write.WaitAsync(LineFixture.Limit, TestEnds));

        var taken = ((ICountsBytesWritten)fixture.Line).BytesWritten;
        Assert.InRange(taken, 1, (1 << 20) - 1);
        await fixture.ReceiveOnDeviceAsync((int)taken);
        await fixture.Line.WriteAsync("!"u8.ToArray(), TestEnds); // the next byte on the line is the next write's first
        Assert.Equal("!"u8.ToArray(), await fixture.ReceiveOnDeviceAsync(1));
        Assert.Equal(taken + 1, fixture.Line.BytesWritten);
    }

    [Fact]
    public async Task Reading_goes_on_while_a_write_is_blocked()
    {
        await using var fixture = new LineFixture();
        var write = await fixture.StartWriteThatBlocksAsync(TestEnds);
        fixture.Device.Write("paper out"u8);
        Assert.Equal("paper out"u8.ToArray(), await fixture.ReadExactlyAsync(9));
        Assert.False(write.IsCompleted);
        await fixture.ReceiveOnDeviceAsync(1 << 20);
        await write.WaitAsync(LineFixture.Limit, TestEnds);
    }

    [Fact]
    public async Task A_second_read_or_write_is_refused_and_disturbs_nothing()
    {
        await using var fixture = new LineFixture();
        var buffer = new byte[4];
        var read = fixture.Line.ReadAsync(buffer, TestEnds).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => fixture.Line.ReadAsync(new byte[1], TestEnds).AsTask());
        fixture.Device.Write("once"u8);
        Assert.Equal(4, await read.WaitAsync(LineFixture.Limit, TestEnds));

        var write = await fixture.StartWriteThatBlocksAsync(TestEnds);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await fixture.Line.WriteAsync(new byte[1], TestEnds));
        await fixture.ReceiveOnDeviceAsync(1 << 20);
        await write.WaitAsync(LineFixture.Limit, TestEnds);
    }

    [Fact]
    public async Task A_write_without_progress_never_hangs_longer_than_the_stall_timeout()
    {
        var time = new VirtualTime();
        var timeout = TimeSpan.FromSeconds(3);
        await using var fixture = new LineFixture(new SerialLineOptions { StallTimeout = timeout }, time);
        var write = await fixture.StartWriteThatBlocksAsync(TestEnds);

        time.Advance(timeout - TimeSpan.FromMilliseconds(1));
        Assert.False(fixture.Line.Lost.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        var error = await Assert.ThrowsAsync<DeviceLostException>(() => write.WaitAsync(LineFixture.Limit, TestEnds));
        Assert.Equal(DeviceLoss.Stalled, error.Loss);
        Assert.Equal(DeviceLoss.Stalled, await fixture.Line.Lost.WaitAsync(LineFixture.Limit, TestEnds));
        Assert.True(fixture.Line.BytesWritten > 0);
    }

    [Fact]
    public async Task A_slow_device_that_takes_some_bytes_is_not_stalled()
    {
        var time = new VirtualTime();
        await using var fixture = new LineFixture(new SerialLineOptions { StallTimeout = TimeSpan.FromSeconds(3) }, time);
        var write = await fixture.StartWriteThatBlocksAsync(TestEnds);
        for (var left = 1 << 20; left > 0;)
        {
            time.Advance(TimeSpan.FromSeconds(2));
            var before = fixture.Line.BytesWritten;
            var portion = Math.Min(left, 80_000); // more than the kernel needs to ask for the next bytes
            await fixture.ReceiveOnDeviceAsync(portion);
            left -= portion;
            while (fixture.Line.BytesWritten == before && !write.IsCompleted)
            {
                await fixture.GoRoundAsync();
            }
        }
        await write.WaitAsync(LineFixture.Limit, TestEnds);
        Assert.False(fixture.Line.Lost.IsCompleted);
    }

    [Fact]
    public async Task Synchronous_calls_work_too()
    {
        await using var fixture = new LineFixture();
        fixture.Device.Write("ab"u8);
        var buffer = new byte[2];
        Assert.Equal(2, await Task.Run(() => fixture.Line.ReadAtLeast(buffer, 2), TestEnds).WaitAsync(LineFixture.Limit, TestEnds));
        await Task.Run(() => fixture.Line.Write(buffer), TestEnds).WaitAsync(LineFixture.Limit, TestEnds);
        Assert.Equal(buffer, await fixture.ReceiveOnDeviceAsync(2));
    }
}
