using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;
using FsCheck;
using FsCheck.Fluent;

namespace DeviceAgent.Tests.Sync;

/// <summary>What the sender does to a platform that is short of room, and to a long queue.</summary>
public sealed class SenderPaceTests : IDisposable
{
    private readonly SenderWorld _world = new();
    private readonly List<TaskCompletionSource> _asked = [];

    private PlatformDouble Platform => _world.Platform;

    private MemoryOutbox Outbox => _world.Outbox;

    public void Dispose() => _world.Dispose();

    private static TopFault Ban(int seconds) => PlatformDouble.Fault(TopRemedy.WaitUntil, "7", wait: seconds);

    private void Fill(int orders)
    {
        for (var i = 0; i < orders; i++) _world.Add($"order {i}");
    }

    [Fact]
    public void A_kiosk_that_was_told_its_share_never_asks_for_more()
    {
        using var world = new SenderWorld(new OutboxOptions { RequestInterval = TimeSpan.FromSeconds(60) });
        for (var i = 0; i < 20; i++) world.Add($"order {i}");
        world.Start();
        world.RunUntilIdle(TimeSpan.FromMinutes(10));
        // Each gap is half of it at least and one and a half at most.
        Assert.InRange(world.Platform.Calls.Count, 7, 14);
        world.RunUntilIdle(TimeSpan.FromMinutes(40));
        Assert.Equal(20, world.Platform.Calls.Count);
    }

    [Fact]
    public void A_ban_that_the_desk_met_never_lets_a_report_out()
    {
        _world.Start();
        _world.Do(() => _world.Sender.HeedBan(Ban(20)));
        Assert.NotNull(_world.Sender.State.BannedUntil);
        _world.Add("A");
        _world.Wake();
        _world.Advance(TimeSpan.FromSeconds(20));
        Assert.Empty(Platform.Calls);
        _world.RunUntilIdle(TimeSpan.FromSeconds(10));
        Assert.Equal(["report A"], Platform.Calls);
        Assert.Null(_world.Sender.State.BannedUntil);
    }

    [Fact]
    public void A_ban_that_ended_a_silence_is_never_answered_with_a_burst()
    {
        Fill(50);
        Platform.OnReport = _ => PlatformDouble.Fails(TopRemedy.Retry, "network");
        _world.Start();
        _world.RunUntilIdle(TimeSpan.FromMinutes(30));
        var calls = Platform.Calls.Count;
        // As the line does when its own question meets a ban: it is told first, then that the platform is heard.
        _world.Do(() =>
        {
            _world.Sender.HeedBan(Ban(5));
            _world.Sender.Wake();
        });
        Assert.Equal(calls, Platform.Calls.Count);
        _world.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(calls, Platform.Calls.Count);
    }

    [Fact]
    public void One_ban_is_never_counted_twice()
    {
        _world.Add("A");
        Platform.OnReport = _ =>
        {
            _world.Sender.HeedBan(Ban(30));
            return PlatformDouble.Fails(TopRemedy.WaitUntil, "7", wait: 30);
        };
        _world.Start();
        var until = _world.Sender.State.BannedUntil;
        Assert.InRange(until!.Value, _world.Now.AddSeconds(30.05), _world.Now.AddSeconds(30) + _world.Options.FirstRetryDelay);
        _world.Advance(TimeSpan.FromSeconds(10));
        _world.Do(() => _world.Sender.HeedBan(Ban(20)));
        Assert.Equal(until, _world.Sender.State.BannedUntil);
        // The same ban, told longer.
        _world.Do(() => _world.Sender.HeedBan(Ban(27)));
        Assert.Equal(until.Value.AddSeconds(7), _world.Sender.State.BannedUntil);
    }

    [Fact]
    public void After_bans_requests_never_follow_each_other_at_once()
    {
        List<DateTimeOffset> sent = [];
        var bans = 4;
        Platform.OnReport = _ =>
        {
            sent.Add(_world.Now);
            return bans-- > 0 ? PlatformDouble.Fails(TopRemedy.WaitUntil, "7", wait: 1) : null;
        };
        Fill(40);
        _world.Start();
        _world.RunUntilIdle(TimeSpan.FromHours(2));
        Assert.Equal(40, Outbox.Counts.Confirmed);
        var gaps = sent.Zip(sent.Skip(1), (one, other) => other - one).ToList();
        var interval = PaceRules.FirstInterval;
        for (var i = 0; i < 4; i++, interval *= 2) Assert.InRange(gaps[i], TimeSpan.FromSeconds(1) + interval / 2, TimeSpan.FromSeconds(1) + interval * 1.5 + _world.Options.FirstRetryDelay * Math.Pow(2, i));
        interval /= 2;
        Assert.All(gaps[4..8], gap => Assert.InRange(gap, interval / 4, interval * 1.5));
        Assert.Contains(_world.States, state => state.BannedUntil is not null);
        Assert.True(gaps[^5..].Sum(gap => gap.TotalSeconds) < gaps[4..9].Sum(gap => gap.TotalSeconds), "the pace does not recover");
    }

    [Fact]
    public void A_stop_never_waits_for_the_pace()
    {
        var doubtful = _world.Add("A");
        Outbox.RetryAt(doubtful, _world.Now, fateUnknown: true, "before");
        _world.Start();
        Assert.Equal(["query A", "report A"], Platform.Calls);
        for (var i = 0; i < 6; i++)
        {
            _world.Do(() => _world.Sender.HeedBan(Ban(1)));
            _world.Advance(TimeSpan.FromMinutes(10));
        }
        doubtful = _world.Add("B");
        Outbox.RetryAt(doubtful, _world.Now, fateUnknown: true, "before");
        _world.Wake();
        Assert.Equal("query B", Platform.Calls[^1]);
        _world.Stop();
        Assert.True(_world.Running.IsCompletedSuccessfully);
        Assert.Equal((ReportState.Retry, 0), (Outbox[doubtful].State, Outbox[doubtful].Report.Sends));
    }

    [Fact]
    public void After_a_silence_requests_never_go_out_all_at_once()
    {
        Fill(40);
        Platform.OnReport = _ => PlatformDouble.Fails(TopRemedy.Retry, "network");
        _world.Start();
        // Short: a long silence has a pace besides.
        _world.Advance(TimeSpan.FromSeconds(10));
        Platform.OnReport = _ => AnswerLaterAsync();
        _world.Wake();
        foreach (var underWay in new[] { 1, 2, 3, 4, 4 })
        {
            Assert.Equal(underWay, _asked.Count);
            Answer();
        }

        async Task<TopResult<TvmBookOrderResponse>> AnswerLaterAsync()
        {
            var asked = new TaskCompletionSource();
            _asked.Add(asked);
            await asked.Task;
            return TopResult.Of(new TvmBookOrderResponse { IsSuccess = true });
        }

        void Answer() => _world.Do(() =>
        {
            var first = _asked[0];
            _asked.RemoveAt(0);
            first.SetResult();
        });
    }

    [Fact]
    public void An_order_that_fails_is_never_tried_again_with_each_success_of_another()
    {
        _world.Add("bad");
        Fill(1_000);
        Platform.OnReport = request => request.AlitripOrderId == "bad" ? PlatformDouble.Fails(TopRemedy.Retry, "isp") : TakeAsync(100);
        _world.Start();
        _world.RunUntilIdle(TimeSpan.FromMinutes(5));
        Assert.Equal(1_000, Outbox.Counts.Confirmed);
        Assert.InRange(Platform.Calls.Count(call => call.EndsWith("bad", StringComparison.Ordinal)), 3, 15);
        Assert.InRange(Outbox.Wakes, 1, 6);
    }

    [Fact]
    public void The_work_for_a_report_never_grows_with_those_that_wait()
    {
        Fill(10_000);
        _world.MaxTurns = 100_000;
        var calls = 0;
        // Each hundredth fails once for its own sake.
        Platform.OnReport = _ => ++calls % 100 == 0 ? PlatformDouble.Fails(TopRemedy.Retry, "isp") : TakeAsync(10);
        _world.Start();
        _world.RunUntilIdle(TimeSpan.FromHours(1));
        Assert.Equal(10_000, Outbox.Counts.Confirmed);
        Assert.InRange(Outbox.Takes, 1, 21_000);
        Assert.InRange(Outbox.Wakes, 0, 10);
    }

    [Fact]
    public void Neither_order_nor_limit_is_ever_broken_whatever_fails() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(
            Gen.Choose(0, int.MaxValue).ToArbitrary(), Gen.Choose(1, 32).ToArbitrary(), Gen.Choose(1, 40).ToArbitrary(), DrainWithFaults));

    /// <summary>The queue and the platform's double hold the sender to the order within an order and to the question before the second send.</summary>
    private static void DrainWithFaults(int seed, int concurrency, int orders)
    {
        var random = new Random(seed);
        using var world = new SenderWorld(new OutboxOptions { Concurrency = concurrency });
        var reports = random.Next(1, 150);
        for (var i = 0; i < reports; i++) world.Add($"order {random.Next(orders)}");
        var (underWay, most) = (0, 0);
        world.Platform.OnReport = _ => AnswerAsync();
        world.Start();
        world.RunUntilIdle(TimeSpan.FromDays(3));
        Assert.Equal(0, world.Outbox.Waiting);
        Assert.Equal(reports, world.Outbox.Counts.Confirmed);
        Assert.InRange(most, 1, concurrency);
        for (var id = 1; id <= reports; id++) Assert.Single(world.Outbox.Changes, $"confirm {id}");

        async Task<TopResult<TvmBookOrderResponse>> AnswerAsync()
        {
            most = Math.Max(most, ++underWay);
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1, 500)), world.Time);
            underWay--;
            return random.Next(10) switch
            {
                0 => TopResult.Failed<TvmBookOrderResponse>(PlatformDouble.Fault(TopRemedy.Retry, "timeout", applied: true)),
                1 => TopResult.Failed<TvmBookOrderResponse>(PlatformDouble.Fault(TopRemedy.Retry, "isp")),
                2 when random.Next(3) == 0 => TopResult.Failed<TvmBookOrderResponse>(Ban(random.Next(1, 5))),
                _ => TopResult.Of(new TvmBookOrderResponse { IsSuccess = true }),
            };
        }
    }

    private async Task<TopResult<TvmBookOrderResponse>> TakeAsync(int milliseconds)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), _world.Time);
        return TopResult.Of(new TvmBookOrderResponse { IsSuccess = true });
    }
}
