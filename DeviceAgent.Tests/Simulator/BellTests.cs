using DeviceAgent.Simulator.Kiosk;

namespace DeviceAgent.Tests.Simulator;

public sealed class BellTests
{
    [Fact]
    public async Task A_ring_that_nobody_waited_for_is_not_lost_and_not_heard_twice()
    {
        var bell = new Bell(TimeProvider.System);
        bell.Ring();
        bell.Ring();
        await bell.WaitAsync(Timeout.InfiniteTimeSpan, TestContext.Current.CancellationToken);
        var next = bell.WaitAsync(Timeout.InfiniteTimeSpan, TestContext.Current.CancellationToken);
        Assert.False(next.IsCompleted);
        bell.Ring();
        await next;
    }

    [Fact]
    public async Task A_wait_does_not_outlast_its_limit() =>
        await new Bell(TimeProvider.System).WaitAsync(TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken);
}
