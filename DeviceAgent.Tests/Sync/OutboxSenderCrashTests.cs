using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;
using DeviceAgent.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Sync;

/// <summary>The power fails before and after every durable step and every request, and the network plays its tricks meanwhile.</summary>
public sealed class OutboxSenderCrashTests
{
    private const int Seeds = 12;

    [Fact]
    public void No_report_is_lost_repeated_without_asking_or_flipped_wherever_the_power_fails()
    {
        var crashes = 0;
        for (var seed = 0; seed < Seeds; seed++)
        {
            for (var effect = 1; RunWorld(seed, effect); effect++) crashes++;
        }
        Assert.InRange(crashes, Seeds * 20, Seeds * 500);
    }

    [Fact]
    public void A_queue_that_fails_never_makes_the_sender_leave_its_loop()
    {
        var time = new VirtualTime();
        var loop = new VirtualLoop(time);
        var outbox = new MemoryOutbox();
        NewReport Report(string order) => BusBookPayload.Create(new() { AlitripOrderId = order, BookTime = time.GetUtcNow(), Success = true, PayMode = "ALIPAY" });
        outbox.Add("A", Report("A"), time.GetUtcNow());
        var sender = new OutboxSender(outbox, BusRoutes.Over(new SilentPlatform(time)), new(), time, new Random(1), NullLogger.Instance);
        var running = loop.Start(() => sender.RunAsync(CancellationToken.None));
        loop.Drain();
        outbox.AtEffect = effect => throw new IOException(effect);
        outbox.Add("B", Report("B"), time.GetUtcNow());
        loop.Do(sender.Wake);
        Assert.IsType<IOException>(running.Exception?.InnerException);
    }

    private sealed class SilentPlatform(TimeProvider time) : IBusTvmApi
    {
        public Task<TopResult<TvmQueryOrderResponse>> QueryOrderAsync(string alitripOrderId, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public async Task<TopResult<TvmBookOrderResponse>> SetBookOrderAsync(TvmBookOrderRequest request, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken);
            throw new NotSupportedException();
        }
    }

    /// <returns>False when the world came to its end before the power failed.</returns>
    private static bool RunWorld(int seed, int crashAt)
    {
        using var world = new SenderWorld(new OutboxOptions { Concurrency = 3 });
        var random = new Random(seed);
        var ids = Enumerable.Range(0, 6).Select(i => world.Add($"order {i}", success: i % 3 != 2)).ToList();
        var troubles = 8;
        world.Platform.OnReport = request => troubles-- > 0 ? Trouble(world.Platform, request, random) : null;
        world.Platform.OnQuery = _ => troubles-- > 0 && random.Next(3) == 0 ? PlatformDouble.QueryFails(TopRemedy.Retry, "network") : null;
        var effects = 0;
        void Count(string _)
        {
            if (++effects == crashAt) throw new PowerFailure();
        }
        world.Outbox.AtEffect = Count;
        world.Platform.AtEffect = Count;
        world.Start();
        world.RunUntilIdle(TimeSpan.FromHours(1));
        var crashed = effects >= crashAt;
        if (crashed)
        {
            Assert.IsType<PowerFailure>(world.Running.Exception?.InnerException);
            world.Restart();
            world.RunUntilIdle(TimeSpan.FromHours(1));
        }
        foreach (var id in ids)
        {
            var row = world.Outbox[id];
            Assert.Equal(ReportState.Confirmed, row.State);
            Assert.Equal(row.Report.Success ? 50 : -1, world.Platform.StatusOf(row.Report.OrderNumber));
        }
        return crashed;
    }

    private static Task<TopResult<TvmBookOrderResponse>>? Trouble(PlatformDouble platform, TvmBookOrderRequest request, Random random)
    {
        switch (random.Next(6))
        {
            case 0:
                platform.Apply(request);
                return PlatformDouble.Fails(TopRemedy.Retry, "timeout", applied: true);
            case 1:
                return PlatformDouble.Fails(TopRemedy.Retry, "timeout", applied: true);
            case 2:
                return PlatformDouble.Fails(TopRemedy.Retry, "network");
            case 3:
                return PlatformDouble.Fails(TopRemedy.WaitUntil, "7", wait: 3);
            case 4:
                return PlatformDouble.Fails(TopRemedy.RenewSession, "27");
            default:
                return null;
        }
    }

    private sealed class PowerFailure : Exception;
}
