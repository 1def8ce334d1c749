using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Sync;

public sealed class OutboxSenderTests : IDisposable
{
    private readonly SenderWorld _world = new();

    private PlatformDouble Platform => _world.Platform;

    private MemoryOutbox Outbox => _world.Outbox;

    public void Dispose() => _world.Dispose();

    [Fact]
    public void A_report_goes_out_once_and_is_durable_before_it_does()
    {
        var id = _world.Add("A");
        Platform.AtEffect = effect => Assert.True(effect != "before report" || Outbox[id].State == ReportState.Sending);
        _world.Start();
        Assert.Equal(["report A"], Platform.Calls);
        Assert.Equal(["recover", "send 1", "confirm 1"], Outbox.Changes);
        Assert.Equal((true, _world.Now), (_world.Sender.State.Online, _world.Sender.State.LastSuccess));
        Assert.Null(_world.Time.UntilNextTimer);
    }

    [Fact]
    public void No_request_goes_out_while_the_sender_is_paused_and_none_is_forgotten()
    {
        _world.Start();
        _world.Do(() => _world.Sender.IsPaused = true);
        _world.Add("A");
        _world.Wake();
        _world.Advance(TimeSpan.FromHours(2));
        Assert.Empty(Platform.Calls);
        Assert.DoesNotContain(Outbox.Changes, change => change.StartsWith("send", StringComparison.Ordinal));
        _world.Do(() => _world.Sender.IsPaused = false);
        Assert.Equal(["report A"], Platform.Calls);
    }

    [Fact]
    public void A_report_under_way_is_never_cut_off_by_a_pause()
    {
        var answer = new TaskCompletionSource<TopResult<TvmBookOrderResponse>>();
        Platform.OnReport = _ => answer.Task;
        var id = _world.Add("A");
        _world.Add("A");
        _world.Start();
        _world.Do(() => _world.Sender.IsPaused = true);
        _world.Do(() => answer.SetResult(TopResult.Of(new TvmBookOrderResponse { IsSuccess = true })));
        Assert.Equal(ReportState.Confirmed, Outbox[id].State);
        _world.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(["report A"], Platform.Calls);
        _world.Do(() => _world.Sender.IsPaused = false);
        Assert.Equal(["report A", "report A"], Platform.Calls);
    }

    [Fact]
    public void A_new_report_does_not_wait_for_a_timer()
    {
        _world.Start();
        _world.Add("A");
        Assert.Empty(Platform.Calls);
        _world.Wake();
        Assert.Equal(["report A"], Platform.Calls);
    }

    [Fact]
    public void Reports_of_one_order_never_overtake_each_other_and_those_of_others_need_not_wait()
    {
        var answers = new Dictionary<string, TaskCompletionSource<TopResult<TvmBookOrderResponse>>>();
        Platform.OnReport = request => (answers[request.AlitripOrderId] = new()).Task;
        foreach (var order in new[] { "first", "second", "third", "A", "A", "B", "C", "D", "E" }) _world.Add(order);
        _world.Start();
        foreach (var order in new[] { "first", "second", "third" }) Answer(order);
        Assert.Equal(["report A", "report B", "report C", "report D"], Platform.Calls[3..]);
        Answer("B");
        Assert.Equal("report E", Platform.Calls[^1]);
        Assert.Equal(8, Platform.Calls.Count);
        Answer("A");
        Assert.Equal("report A", Platform.Calls[^1]);
        Assert.Equal(9, Platform.Calls.Count);

        void Answer(string order) => _world.Do(() => answers[order].SetResult(TopResult.Of(new TvmBookOrderResponse { IsSuccess = true })));
    }

    [Fact]
    public void A_report_that_fails_holds_back_the_later_ones_of_its_order_alone()
    {
        _world.Add("A");
        _world.Add("A", success: false);
        _world.Add("B");
        Platform.OnReport = request => request.AlitripOrderId == "A" ? PlatformDouble.Fails(TopRemedy.Retry, "10") : null;
        _world.Start();
        Assert.Equal(ReportState.Retry, Outbox[1].State);
        Assert.Equal(ReportState.Due, Outbox[2].State);
        Assert.Equal(ReportState.Confirmed, Outbox[3].State);
    }

    [Fact]
    public void A_lost_answer_is_asked_after_before_anything_is_sent_again()
    {
        var id = _world.Add("A");
        Platform.OnReport = request =>
        {
            Platform.Apply(request);
            Platform.OnReport = _ => null;
            return PlatformDouble.Fails(TopRemedy.Retry, "timeout", applied: true);
        };
        _world.Start();
        Assert.True(Outbox[id].Report.FateUnknown);
        _world.RunUntilIdle(TimeSpan.FromMinutes(1));
        Assert.Equal(["report A", "query A"], Platform.Calls);
        Assert.Equal(ReportState.Confirmed, Outbox[id].State);
    }

    [Fact]
    public void A_lost_request_is_sent_again_unchanged_once_the_platform_says_that_it_has_nothing()
    {
        _world.Add("A");
        Platform.OnReport = _ =>
        {
            Platform.OnReport = _ => null;
            return PlatformDouble.Fails(TopRemedy.Retry, "timeout", applied: true);
        };
        _world.Start();
        _world.RunUntilIdle(TimeSpan.FromMinutes(1));
        Assert.Equal(["report A", "query A", "report A"], Platform.Calls);
        Assert.Equal(Platform.Reports[0], Platform.Reports[1]);
        Assert.Equal(1, Outbox.Counts.Confirmed);
    }

    [Fact]
    public void Nothing_is_sent_again_while_the_question_gets_no_answer()
    {
        var id = _world.Add("A");
        Platform.OnReport = _ => PlatformDouble.Fails(TopRemedy.Retry, "timeout", applied: true);
        Platform.OnQuery = _ => PlatformDouble.QueryFails(TopRemedy.Retry, "network");
        _world.Start();
        _world.RunUntilIdle(TimeSpan.FromHours(3));
        Assert.Single(Platform.Reports);
        Assert.Equal(1, Outbox[id].Report.Sends);
        Assert.InRange(Platform.Calls.Count, 18, 80);
        Assert.False(_world.Sender.State.Online);
    }

    [Fact]
    public void Answers_that_settle_nothing_end_with_a_person_and_never_with_another_send()
    {
        var id = _world.Add("A");
        Platform.OnReport = _ => PlatformDouble.Fails(TopRemedy.Retry, "timeout", applied: true);
        Platform.OnQuery = _ => Task.FromResult(TopResult.Of(new TvmQueryOrderResponse { IsSuccess = false, ResultCode = "ORDER_NOT_FOUND" }));
        _world.Start();
        _world.RunUntilIdle(TimeSpan.FromHours(3));
        Assert.Equal((ReportState.Parked, ParkReason.FateUnknown), (Outbox[id].State, Outbox[id].ParkReason));
        Assert.Contains("ORDER_NOT_FOUND", Outbox[id].Evidence, StringComparison.Ordinal);
        Assert.Equal(_world.Options.MaxUselessAnswers, Platform.Calls.Count(call => call == "query A"));
        Assert.Single(Platform.Reports);
    }

    [Fact]
    public void A_refusal_is_not_repeated()
    {
        var id = _world.Add("A");
        Platform.OnReport = _ => PlatformDouble.Says(false);
        _world.Start();
        _world.RunUntilIdle(TimeSpan.FromHours(1));
        Assert.Equal((ReportState.Parked, ParkReason.Refused), (Outbox[id].State, Outbox[id].ParkReason));
        Assert.Equal(["report A", "query A"], Platform.Calls);
        Assert.Contains(_world.Log.Lines, line => line.Id.Id == 5103);
    }

    [Theory]
    [InlineData(50, ReportState.Confirmed, null)]
    [InlineData(30, ReportState.Parked, ParkReason.Refused)]
    [InlineData(-4, ReportState.Parked, ParkReason.PaperGivenOrderClosed)]
    public void A_refusal_after_a_doubt_is_asked_after_before_it_counts(int status, ReportState state, ParkReason? reason)
    {
        var id = _world.Add("A");
        Platform.OnReport = _ =>
        {
            Platform.OnReport = _ =>
            {
                Platform.Set("A", status);
                return PlatformDouble.Says(false);
            };
            return PlatformDouble.Fails(TopRemedy.Retry, "timeout", applied: true);
        };
        _world.Start();
        _world.RunUntilIdle(TimeSpan.FromMinutes(1));
        Assert.Equal(["report A", "query A", "report A", "query A"], Platform.Calls);
        Assert.Equal((state, reason), (Outbox[id].State, Outbox[id].ParkReason));
        Assert.Equal(reason is { } why ? [(Outbox[id].Report.OrderNumber, why)] : [], _world.Parked);
        Assert.Contains("is_success false", Outbox[id].Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_success_without_the_businesss_word_is_not_believed()
    {
        var id = _world.Add("A");
        Platform.OnReport = _ => PlatformDouble.Says(null);
        _world.Start();
        Assert.True(Outbox[id].Report.FateUnknown);
        Platform.OnReport = _ => null;
        _world.RunUntilIdle(TimeSpan.FromMinutes(1));
        Assert.Equal(["report A", "query A", "report A"], Platform.Calls);
        Assert.Equal(1, Outbox.Counts.Confirmed);
    }

    [Fact]
    public void A_report_that_cannot_be_read_is_not_sent_and_not_lost()
    {
        var id = Outbox.Add("A", new NewReport(ReportKinds.BusBook, 1, true, [1, 2, 3], null), _world.Now);
        _world.Add("B");
        _world.Start();
        Assert.Equal((ReportState.Parked, ParkReason.Unsendable), (Outbox[id].State, Outbox[id].ParkReason));
        Assert.Equal(["report B"], Platform.Calls);
    }

    [Fact]
    public void No_order_is_sent_before_a_ban_is_over_and_none_waits_for_good()
    {
        foreach (var order in new[] { "A", "B", "C", "D", "E", "F" }) _world.Add(order);
        Platform.OnReport = _ => PlatformDouble.Fails(TopRemedy.WaitUntil, "7", wait: 30);
        _world.Start();
        Assert.Equal(["report A"], Platform.Calls);
        // The named time, and what keeps the fleet from coming back as one.
        Assert.InRange(_world.Sender.State.BannedUntil!.Value, _world.Now.AddSeconds(30.05), _world.Now.AddSeconds(30) + _world.Options.FirstRetryDelay);
        Platform.OnReport = _ => null;
        _world.Add("G");
        _world.Wake();
        _world.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(["report A"], Platform.Calls);
        _world.RunUntilIdle(TimeSpan.FromMinutes(1));
        Assert.Equal(7, Outbox.Counts.Confirmed);
        Assert.Null(_world.Sender.State.BannedUntil);
        Assert.Single(_world.Log.Lines, line => line.Id.Id == 5106);
    }

    [Fact]
    public void A_ban_met_by_one_order_stops_another_between_its_question_and_its_send()
    {
        var queryAnswer = new TaskCompletionSource<TopResult<TvmQueryOrderResponse>>();
        // Two may be under way once one was answered.
        _world.Add("0");
        var doubtful = _world.Add("A");
        Outbox.RetryAt(doubtful, _world.Now, fateUnknown: true, "before");
        _world.Add("B");
        Platform.OnQuery = _ => queryAnswer.Task;
        Platform.OnReport = request => request.AlitripOrderId == "0" ? null : PlatformDouble.Fails(TopRemedy.WaitUntil, "7", wait: 5);
        _world.Start();
        _world.Do(() => queryAnswer.SetResult(TopResult.Of(new TvmQueryOrderResponse { IsSuccess = true, TvmBusOrderLineInfo = new TvmBusOrderLineInfo { OrderStatus = 30 } })));
        Assert.Equal(["report 0", "query A", "report B"], Platform.Calls);
        Assert.Equal((ReportState.Retry, 0), (Outbox[doubtful].State, Outbox[doubtful].Report.Sends));
        Platform.OnReport = _ => null;
        Platform.OnQuery = _ => null;
        _world.RunUntilIdle(TimeSpan.FromMinutes(1));
        Assert.Equal(3, Outbox.Counts.Confirmed);
    }

    [Theory]
    [InlineData(TopRemedy.RenewSession, "27")]
    [InlineData(TopRemedy.Configuration, "25")]
    [InlineData(TopRemedy.FixClock, "31")]
    public void What_only_a_person_can_cure_holds_the_queue_and_loses_nothing(TopRemedy remedy, string code)
    {
        foreach (var order in new[] { "A", "B", "C" }) _world.Add(order);
        Platform.OnReport = _ => PlatformDouble.Fails(remedy, code);
        _world.Start();
        Assert.Equal((remedy, _world.Now), (_world.Sender.Hold?.Reason, _world.Sender.Hold?.Since));
        Assert.Equal(["report A"], Platform.Calls);
        Assert.Contains(_world.States, state => state.Hold?.Reason == remedy);
        _world.Advance(_world.Options.HoldRetryInterval - TimeSpan.FromTicks(1));
        Assert.Single(Platform.Calls);
        _world.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(["report A", "report B"], Platform.Calls);
        Assert.Single(_world.States, state => state.Hold is not null);
        Platform.OnReport = _ => null;
        _world.Wake();
        Assert.Equal(3, Outbox.Counts.Confirmed);
        Assert.Null(_world.Sender.Hold);
        Assert.Equal([5104, 5105], _world.Log.Lines.Select(line => line.Id.Id).Where(id => id is 5104 or 5105));
    }

    [Fact]
    public void One_order_that_the_gateway_forbids_does_not_hold_the_others_for_good()
    {
        _world.Add("bad");
        foreach (var i in Enumerable.Range(0, 20)) _world.Add($"order {i}");
        Platform.OnReport = request => request.AlitripOrderId == "bad" ? PlatformDouble.Fails(TopRemedy.Configuration, "12") : null;
        _world.Start();
        _world.RunUntilIdle(TimeSpan.FromMinutes(30));
        Assert.Equal(20, Outbox.Counts.Confirmed);
        Assert.Equal(1, Outbox.Counts.Waiting);
    }

    [Fact]
    public void What_the_queue_will_not_hand_out_does_not_keep_the_loop_turning()
    {
        _world.Add("A");
        Platform.OnReport = _ => PlatformDouble.Fails(TopRemedy.Retry, "10");
        _world.Start();
        Outbox.HeldBack.Add("A");
        var takes = Outbox.Takes;
        _world.RunUntilIdle(TimeSpan.FromHours(1));
        Assert.InRange(Outbox.Takes - takes, 1, 8);
        Outbox.HeldBack.Clear();
        Platform.OnReport = _ => null;
        _world.Wake();
        Assert.Equal(1, Outbox.Counts.Confirmed);
    }

    [Fact]
    public void A_ban_that_names_no_time_still_pauses()
    {
        _world.Add("A");
        _world.Add("B");
        Platform.OnReport = _ => PlatformDouble.Fails(TopRemedy.WaitUntil, "7");
        _world.Start();
        Assert.Equal(["report A"], Platform.Calls);
        Assert.InRange(_world.Sender.State.BannedUntil!.Value, _world.Now.AddSeconds(1.05), _world.Now.AddSeconds(1) + _world.Options.FirstRetryDelay);
    }

    [Fact]
    public void A_report_that_is_refused_on_this_machine_says_nothing_about_the_gateway()
    {
        var id = _world.Add("A");
        Platform.OnReport = _ => Task.FromResult(TopResult.Failed<TvmBookOrderResponse>(TopFaultRules.RefusedHere(TopFaultRules.TooManyArguments, "passengers")));
        _world.Start();
        Assert.Equal((ReportState.Parked, ParkReason.Unsendable), (Outbox[id].State, Outbox[id].ParkReason));
        Assert.Null(_world.Sender.State.Online);
    }

    [Fact]
    public void A_dead_line_is_tried_by_one_report_at_a_time_and_its_return_wakes_all()
    {
        foreach (var i in Enumerable.Range(0, 200)) _world.Add($"order {i}");
        Platform.OnReport = _ => PlatformDouble.Fails(TopRemedy.Retry, "network");
        _world.Start();
        _world.RunUntilIdle(TimeSpan.FromHours(2));
        Assert.InRange(Platform.Calls.Count, 15, 80);
        Assert.False(_world.Sender.State.Online);
        Platform.OnReport = _ => null;
        _world.Wake();
        _world.RunUntilIdle(TimeSpan.FromMinutes(20));
        Assert.Equal(200, Outbox.Counts.Confirmed);
        Assert.True(_world.Sender.State.Online);
        Assert.Equal([false, true], _world.States.Select(state => state.Online));
    }

    [Fact]
    public void The_sender_sleeps_until_the_next_retry_and_not_in_between()
    {
        var id = _world.Add("A");
        Platform.OnReport = _ => PlatformDouble.Fails(TopRemedy.Retry, "10");
        _world.Start();
        var takes = Outbox.Takes;
        var wait = Outbox[id].NotBefore - _world.Now;
        Assert.Equal(wait, _world.Time.UntilNextTimer);
        _world.Advance(wait - TimeSpan.FromTicks(1));
        Assert.Equal((takes, 1), (Outbox.Takes, Platform.Calls.Count));
        _world.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(2, Platform.Calls.Count);
    }

    [Fact]
    public void A_success_wakes_what_waits_only_because_others_failed()
    {
        _world.Add("A");
        Platform.OnReport = _ => PlatformDouble.Fails(TopRemedy.Retry, "10");
        _world.Start();
        Platform.OnReport = _ => null;
        _world.Add("B");
        _world.Wake();
        Assert.Equal(2, Outbox.Counts.Confirmed);
    }

    [Fact]
    public void A_clock_set_back_puts_no_report_out_of_reach()
    {
        _world.Add("A");
        Platform.OnReport = _ => PlatformDouble.Fails(TopRemedy.Retry, "10");
        _world.Start();
        Platform.OnReport = _ => null;
        _world.Time.JumpWallClock(_world.Now.AddYears(-5));
        _world.RunUntilIdle(TimeSpan.FromMinutes(30));
        Assert.Equal(1, Outbox.Counts.Confirmed);
    }

    [Theory]
    [InlineData(-9)]
    [InlineData(-3000)]
    [InlineData(9)]
    [InlineData(3_000_000)]
    public void No_jump_of_the_clock_keeps_a_report_longer_than_the_longest_delay(int minutes)
    {
        _world.Add("A");
        Platform.OnReport = _ => PlatformDouble.Fails(TopRemedy.Retry, "10");
        _world.Start();
        Platform.OnReport = _ => null;
        _world.Time.JumpWallClock(_world.Now.AddMinutes(minutes));
        _world.Wake();
        _world.RunUntilIdle(_world.Options.MaxRetryDelay + TimeSpan.FromMinutes(1));
        Assert.Equal(1, Outbox.Counts.Confirmed);
        Assert.Equal(2, Platform.Calls.Count);
    }

    [Fact]
    public void A_clock_set_forward_never_cuts_a_ban_short()
    {
        _world.Add("A");
        Platform.OnReport = _ => PlatformDouble.Fails(TopRemedy.WaitUntil, "7", wait: 60);
        _world.Start();
        Platform.OnReport = _ => null;
        _world.Time.JumpWallClock(_world.Now.AddYears(5));
        _world.Wake();
        _world.Advance(TimeSpan.FromSeconds(60));
        Assert.Single(Platform.Calls);
        _world.RunUntilIdle(TimeSpan.FromSeconds(10));
        Assert.Equal(1, Outbox.Counts.Confirmed);
    }

    [Fact]
    public void A_stop_lets_requests_under_way_end_and_starts_no_other()
    {
        var answer = new TaskCompletionSource<TopResult<TvmBookOrderResponse>>();
        Platform.OnReport = _ => answer.Task;
        _world.Add("A");
        _world.Add("A");
        _world.Start();
        _world.Stop();
        Assert.False(_world.Running.IsCompleted);
        _world.Do(() => answer.SetResult(TopResult.Of(new TvmBookOrderResponse { IsSuccess = true })));
        Assert.True(_world.Running.IsCompletedSuccessfully);
        Assert.Equal((ReportState.Confirmed, ReportState.Due), (Outbox[1].State, Outbox[2].State));
    }

    [Fact]
    public void A_request_that_outlives_the_stop_is_asked_after_at_the_next_start()
    {
        var id = _world.Add("A");
        Platform.OnReport = _ => new TaskCompletionSource<TopResult<TvmBookOrderResponse>>().Task;
        _world.Start();
        _world.Stop();
        _world.Advance(_world.Options.StopGrace - TimeSpan.FromTicks(1));
        Assert.False(_world.Running.IsCompleted);
        _world.Advance(TimeSpan.FromTicks(1));
        Assert.True(_world.Running.IsCompletedSuccessfully);
        Assert.Equal(ReportState.Sending, Outbox[id].State);
        Platform.OnReport = _ => null;
        _world.Restart();
        Assert.Equal(["report A", "query A", "report A"], Platform.Calls);
        Assert.Equal(ReportState.Confirmed, Outbox[id].State);
    }

    [Fact]
    public void A_stop_between_a_refusal_and_its_question_forgets_no_doubt()
    {
        var id = _world.Add("A");
        Outbox.RetryAt(id, _world.Now, fateUnknown: true, "before");
        var answer = new TaskCompletionSource<TopResult<TvmBookOrderResponse>>();
        Platform.OnReport = _ => answer.Task;
        _world.Start();
        _world.Stop();
        _world.Do(() => answer.SetResult(TopResult.Of(new TvmBookOrderResponse { IsSuccess = false })));
        Assert.True(_world.Running.IsCompletedSuccessfully);
        Assert.Equal((ReportState.Retry, true), (Outbox[id].State, Outbox[id].Report.FateUnknown));
    }

    [Fact]
    public void A_probe_is_answered_by_a_turning_loop_alone()
    {
        var early = _world.Probe();
        Assert.Null(early.Value);
        _world.Start();
        Assert.True(early.Value);
        Platform.OnReport = _ => new TaskCompletionSource<TopResult<TvmBookOrderResponse>>().Task;
        _world.Add("A");
        _world.Wake();
        Assert.True(_world.Probe().Value, "a request under way must not look like a hang");
        _world.Stop();
        Assert.True(_world.Probe().Value, "an orderly stop must not look like a hang");
        _world.Advance(_world.Options.StopGrace);
        Assert.False(_world.Probe().Value);
    }

    [Fact]
    public void More_probes_than_can_be_answered_are_refused_and_not_queued()
    {
        var probes = Enumerable.Range(0, 20).Select(_ => _world.Probe()).ToList();
        Assert.Equal(4, probes.Count(probe => probe.Value == false));
        _world.Start();
        Assert.Equal(16, probes.Count(probe => probe.Value == true));
    }

    [Fact]
    public void A_queue_that_fails_ends_the_sender_instead_of_being_ignored()
    {
        _world.Add("A");
        _world.Add("B");
        Outbox.AtEffect = effect =>
        {
            if (effect == "before confirm 1") throw new IOException("disk full");
        };
        _world.Start();
        Assert.IsType<IOException>(_world.Running.Exception?.InnerException);
    }
}
