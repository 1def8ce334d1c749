using System.Globalization;

namespace DeviceAgent.Tests.Serial;

/// <summary>Measures the whole process, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(SerialLineIdleTests), DisableParallelization = true)]
public sealed class RunsAlone;

[Collection(nameof(SerialLineIdleTests))]
public sealed class SerialLineIdleTests
{
    private static CancellationToken TestEnds => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_thread_wakes_up_for_bytes_and_for_nothing_else()
    {
        await using var fixture = new LineFixture();
        for (var i = 0; i < 100; i++)
        {
            await fixture.GoRoundAsync();
            await fixture.Line.WriteAsync(new byte[10], TestEnds); // the caller's own system call, not the thread's
        }
        Assert.Equal(100, fixture.Line.PollReturns);
    }

    [Fact]
    public async Task An_idle_line_with_a_pending_read_never_wakes_up()
    {
        await using var fixture = new LineFixture();
        await fixture.GoRoundAsync();
        var read = fixture.Line.ReadAsync(new byte[1], TestEnds).AsTask();
        var before = (fixture.Line.PollReturns, ContextSwitches(fixture));
        // That nothing happens takes time to see: a tick of 1 ms would show 200 times.
        await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, TestEnds);
        Assert.Equal(before.PollReturns, fixture.Line.PollReturns);
        Assert.InRange(ContextSwitches(fixture) - before.Item2, 0, 2);
        fixture.Device.Write([1]);
        Assert.Equal(1, await read.WaitAsync(LineFixture.Limit, TestEnds));
    }

    [Fact]
    public async Task A_full_receive_buffer_does_not_spin()
    {
        await using var fixture = new LineFixture(new() { ReceiveBufferBytes = 64 });
        fixture.Device.Write(new byte[1000]);
        await fixture.ReadExactlyAsync(1);
        var before = fixture.Line.PollReturns;
        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestEnds);
        Assert.InRange(fixture.Line.PollReturns - before, 0, 3);
        await fixture.ReadExactlyAsync(999);
    }

    [Fact]
    public async Task A_blocked_write_does_not_spin()
    {
        await using var fixture = new LineFixture();
        var write = await fixture.StartWriteThatBlocksAsync(TestEnds);
        var before = fixture.Line.PollReturns;
        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestEnds);
        Assert.InRange(fixture.Line.PollReturns - before, 0, 1);
        await fixture.Line.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => write);
    }

    [Fact]
    public async Task Reading_allocates_nothing()
    {
        await using var fixture = new LineFixture();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestEnds);
        var buffer = new byte[16];
        await Task.Run(() => RunAsync(500), TestEnds); // on the pool: a test's own synchronization context allocates
        var before = GC.GetTotalAllocatedBytes(precise: true);
        await Task.Run(() => RunAsync(2000), TestEnds);
        var perRead = (GC.GetTotalAllocatedBytes(precise: true) - before) / 2000.0;
        Assert.True(perRead < 8, $"{perRead} bytes for each read"); // the smallest object has 24

        async Task RunAsync(int times)
        {
            for (var i = 0; i < times; i++)
            {
                var read = fixture.Line.ReadAsync(buffer, cancel.Token);
                fixture.Device.Write([1]);
                if (await read != 1) Assert.Fail("One byte was sent.");
            }
        }
    }

    /// <summary>Of the line's own thread, found by its name. man 5 proc.</summary>
    private static long ContextSwitches(LineFixture fixture)
    {
        var name = "serial " + Path.GetFileName(fixture.Line.Path);
        var status = Directory.GetDirectories("/proc/self/task").Select(t => File.ReadAllLines(t + "/status")).Single(s => s[0] == "Name:\t" + name);
        return status.Where(l => l.Contains("ctxt_switches:", StringComparison.Ordinal))
            .Sum(l => long.Parse(l[(l.LastIndexOf('\t') + 1)..], CultureInfo.InvariantCulture));
    }
}
