using System.Text;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;
using DeviceAgent.Tests.Issuance;
using DeviceAgent.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Sync;

/// <summary>Reports of all kinds through the real sender: what goes out, how often, and what a row that was tampered with comes to.</summary>
public sealed class JourneyRouteTests
{
    private readonly VirtualTime _time = new();
    private readonly MemoryOutbox _outbox = new();
    private readonly JourneyPlatform _platform = new();
    private readonly OneThread _thread = new();

    private static NewReport Ship => JobSamples.Good(JobSamples.Ship()).Report;

    private static NewReport Train => JobSamples.Good(JobSamples.Train()).Report;

    private static NewReport Return => BusReturnPayload.Create(new()
    {
        AgentOrderId = "A380",
        AgentReturnTicketStatus = 1,
        AgentReturnTicketType = 0,
        AgentTicketId = "B737",
        PassengerName = "张三",
        SuccessTime = new DateTimeOffset(2026, 3, 1, 10, 0, 0, TimeSpan.FromHours(8)),
    });

    private void Send(IReadOnlyDictionary<string, IReportRoute> routes, TimeSpan? limit = null)
    {
        using var stop = new CancellationTokenSource();
        var sender = new OutboxSender(_outbox, routes, new(), _time, new Random(3), NullLogger.Instance);
        _thread.Run(() => _ = sender.RunAsync(stop.Token));
        var end = _time.GetUtcNow() + (limit ?? TimeSpan.FromHours(2));
        while (_time.UntilNextTimer is { } next && _time.GetUtcNow() + next <= end) _thread.Run(() => _time.Advance(next));
        _thread.Run(stop.Cancel);
    }

    private IReadOnlyDictionary<string, IReportRoute> Routes(bool resendIsSafe = false) => ReportRoutes.ToPlatform(_platform, resendIsSafe);

    [Fact]
    public void Each_kind_of_report_goes_to_its_own_api_and_arrives_whole()
    {
        var ids = new[] { _outbox.Add(JobSamples.ShipOrder, Ship, _time.GetUtcNow()), _outbox.Add(JobSamples.TrainOrder, Train, _time.GetUtcNow()), _outbox.Add("10000241", Return, _time.GetUtcNow()) };
        Send(Routes());
        Assert.All(ids, id => Assert.Equal(ReportState.Confirmed, _outbox[id].State));
        Assert.Equal(["query 10000241", "return A380", $"ship {JobSamples.ShipOrder}", $"train {JobSamples.TrainOrder}"], _platform.Calls.Order(StringComparer.Ordinal));
        Assert.Equal("罗大佑", _platform.Ships[0].PassengerList![0].PassengerName);
        Assert.Equal("王五", _platform.Trains[0].BookTrainDetails[0].BookTicketDetails[2].PassengerInfo.PassengerName);
        Assert.Equal("张三", _platform.Returns[0].PassengerName);
    }

    [Fact]
    public void A_ship_report_whose_answer_got_lost_is_sent_again()
    {
        _platform.LoseAnswers = 2;
        var id = _outbox.Add(JobSamples.ShipOrder, Ship, _time.GetUtcNow());
        Send(Routes());
        Assert.Equal(ReportState.Confirmed, _outbox[id].State);
        Assert.Equal(3, _platform.Ships.Count);
    }

    [Theory]
    [InlineData(false, ReportState.Parked, 1)]
    [InlineData(true, ReportState.Confirmed, 2)]
    public void A_train_report_whose_answer_got_lost_is_sent_again_by_promise_only(bool resendIsSafe, ReportState state, int sends)
    {
        _platform.LoseAnswers = 1;
        var id = _outbox.Add(JobSamples.TrainOrder, Train, _time.GetUtcNow());
        Send(Routes(resendIsSafe));
        Assert.Equal((state, sends), (_outbox[id].State, _platform.Trains.Count));
    }

    [Fact]
    public void A_train_report_that_was_under_way_when_the_agent_died_waits_for_a_person()
    {
        var id = _outbox.Add(JobSamples.TrainOrder, Train, _time.GetUtcNow());
        _outbox.MarkSending(id, _time.GetUtcNow());
        Send(Routes());
        Assert.Equal((ReportState.Parked, ParkReason.FateUnknown), (_outbox[id].State, _outbox[id].ParkReason));
        Assert.Empty(_platform.Trains);
    }

    [Fact]
    public void A_train_report_waits_for_its_cipher_and_holds_nobody_else_up()
    {
        _platform.NoCipher = true;
        var train = _outbox.Add(JobSamples.TrainOrder, Train, _time.GetUtcNow());
        var ship = _outbox.Add(JobSamples.ShipOrder, Ship, _time.GetUtcNow());
        Send(Routes(), TimeSpan.FromMinutes(20));
        Assert.Equal((ReportState.Retry, ReportState.Confirmed), (_outbox[train].State, _outbox[ship].State));
        _platform.NoCipher = false;
        Send(Routes());
        Assert.Equal(ReportState.Confirmed, _outbox[train].State);
    }

    [Fact]
    public void A_return_waits_until_the_platform_holds_its_order_as_issued()
    {
        _platform.OrderStatus = 30;
        var id = _outbox.Add("10000241", Return, _time.GetUtcNow());
        Send(Routes(), TimeSpan.FromSeconds(10));
        Assert.Empty(_platform.Returns);
        _platform.OrderStatus = 50;
        Send(Routes());
        Assert.Equal(ReportState.Confirmed, _outbox[id].State);
        Assert.Single(_platform.Returns);
    }

    [Fact]
    public void A_return_whose_answer_got_lost_is_not_told_twice()
    {
        (_platform.OrderStatus, _platform.LoseAnswers) = (50, 1);
        var id = _outbox.Add("10000241", Return, _time.GetUtcNow());
        Send(Routes());
        Assert.Equal(ReportState.Confirmed, _outbox[id].State);
        Assert.Single(_platform.Returns);
    }

    [Fact]
    public void With_the_key_gone_ship_and_return_still_go_out_and_train_waits_for_a_person()
    {
        var ship = _outbox.Add(JobSamples.ShipOrder, Ship with { Personal = null }, _time.GetUtcNow());
        var train = _outbox.Add(JobSamples.TrainOrder, Train with { Personal = null }, _time.GetUtcNow());
        var returned = _outbox.Add("10000241", Return with { Personal = null }, _time.GetUtcNow());
        Send(Routes());
        Assert.Equal((ReportState.Confirmed, ReportState.Parked, ReportState.Confirmed), (_outbox[ship].State, _outbox[train].State, _outbox[returned].State));
        Assert.Null(_platform.Ships[0].PassengerList);
        Assert.Null(_platform.Returns[0].PassengerName);
        Assert.Equal(ParkReason.Unsendable, _outbox[train].ParkReason);
    }

    [Theory]
    [InlineData("ship.notify", "another order")]
    [InlineData("ship.notify", "broken")]
    [InlineData("train.book", "another order")]
    [InlineData("bus.return", "broken")]
    [InlineData("ship.notify", "flipped")]
    public void A_row_that_disagrees_with_its_payload_is_never_sent(string kind, string how)
    {
        var report = kind switch { "ship.notify" => Ship, "train.book" => Train, _ => Return };
        report = how switch
        {
            "broken" => report with { Payload = Encoding.UTF8.GetBytes("{\"x\":"), Personal = null },
            "flipped" => report with { Success = !report.Success },
            _ => report,
        };
        var id = _outbox.Add(how == "another order" ? "777" : kind == "ship.notify" ? JobSamples.ShipOrder : "10000241", report, _time.GetUtcNow());
        Send(Routes());
        Assert.Equal((ReportState.Parked, ParkReason.Unsendable), (_outbox[id].State, _outbox[id].ParkReason));
        Assert.Empty(_platform.Calls);
    }

    [Fact]
    public void A_notice_is_sent_until_the_station_has_it_and_a_refusal_waits_for_a_person()
    {
        var station = new ScriptedStation();
        station.Faults.Enqueue(ScriptedStation.Silence);
        var confirm = _outbox.Add("1", StationNoticePayload.Confirm(new("1", "K-1", 2)), _time.GetUtcNow());
        Send(ReportRoutes.ToStation(station));
        Assert.Equal(ReportState.Confirmed, _outbox[confirm].State);
        station.Faults.Enqueue(new(TopRemedy.Park, "http-409", null, "confirmed before", null, null, false, null, null));
        var release = _outbox.Add("1", StationNoticePayload.Release(new("1", "K-1", 3, "why")), _time.GetUtcNow());
        Send(ReportRoutes.ToStation(station));
        Assert.Equal((ReportState.Parked, ParkReason.Refused), (_outbox[release].State, _outbox[release].ParkReason));
    }

    /// <summary>A platform that takes what it is sent.</summary>
    private sealed class JourneyPlatform : IPlatformApi
    {
        public List<string> Calls { get; } = [];

        public List<ShipAgentConfirmBookRq> Ships { get; } = [];

        public List<BookCallbackParam> Trains { get; } = [];

        public List<AgentConfirmReturnRq> Returns { get; } = [];

        public int OrderStatus { get; set; } = 50;

        /// <summary>Calls that are applied and whose answer gets lost.</summary>
        public int LoseAnswers { get; set; }

        public bool NoCipher { get; set; }

        public Task<TopResult<TvmQueryOrderResponse>> QueryOrderAsync(string alitripOrderId, CancellationToken cancellationToken)
        {
            Calls.Add($"query {alitripOrderId}");
            var refunds = Returns.Select(r => new TvmRefundApply { RefundStatus = 50, GmtCreate = TvmTimes.Format(r.SuccessTime!.Value) });
            return Task.FromResult(TopResult.Of(new TvmQueryOrderResponse { IsSuccess = true, TvmBusOrderLineInfo = new() { OrderStatus = OrderStatus, Passengers = [new()], Refunds = [.. refunds] } }));
        }

        public Task<TopResult<TvmBookOrderResponse>> SetBookOrderAsync(TvmBookOrderRequest request, CancellationToken cancellationToken) => throw new InvalidOperationException("No bus order here.");

        public Task<TopResult<ReturnTicketConfirmResponse>> ConfirmReturnAsync(AgentConfirmReturnRq request, CancellationToken cancellationToken)
        {
            Calls.Add($"return {request.AgentOrderId}");
            Returns.Add(request);
            return Answer(new ReturnTicketConfirmResponse { IsSuccess = true });
        }

        public Task<TopResult<ShipOrderNotifyResponse>> NotifyOrderAsync(ShipAgentConfirmBookRq request, CancellationToken cancellationToken)
        {
            Calls.Add($"ship {request.AlitripOrderId}");
            Ships.Add(request);
            return Answer(new ShipOrderNotifyResponse { RetSuccess = true });
        }

        public Task<TopResult<TrainCallbackBookResponse>> CallbackBookAsync(BookCallbackParam request, CancellationToken cancellationToken)
        {
            if (NoCipher) return Task.FromResult(TopResult.Failed<TrainCallbackBookResponse>(TopFaultRules.NoCipher("Train:Output is not set")));
            Calls.Add($"train {request.OrderId}");
            Trains.Add(request);
            return Answer(new TrainCallbackBookResponse { Status = "true", ResultCode = "200" });
        }

        private Task<TopResult<T>> Answer<T>(T answer) where T : class =>
            Task.FromResult(LoseAnswers-- > 0 ? TopResult.Failed<T>(ScriptedStation.Silence) : TopResult.Of(answer));
    }
}
