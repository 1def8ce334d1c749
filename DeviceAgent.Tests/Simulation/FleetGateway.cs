using System.Globalization;
using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Tests.Simulation;

/// <summary>The gateway as a whole fleet sees it: one app key, so many requests a second, and a ban of the whole key for who asks for more.</summary>
internal sealed class FleetGateway(FleetPlan plan, VirtualTime time, Random random)
{
    private const long FirstOrder = 1_000_000_000_000_000;
    private static readonly TopFault Unreached = new(TopRemedy.Retry, TopFaultRules.NetworkCode, null, "connection refused", null, null, false, null, null);

    private readonly byte[] _status = [.. Enumerable.Repeat((byte)TvmOrderStatus.PaidAndNotified, plan.Kiosks * plan.Orders)];
    private readonly byte[] _issued = new byte[plan.Kiosks * plan.Orders], _returned = new byte[plan.Kiosks * plan.Orders];
    private readonly List<int> _perSecond = [];
    private readonly TimeSpan _returnsAt = Uptime(time) + plan.Outage;
    private TimeSpan _bannedUntil;
    private int _second = -1, _left;

    /// <summary>In each second since the return, banned ones too.</summary>
    public IReadOnlyList<int> PerSecond => _perSecond;

    public TimeSpan SinceReturn => Uptime(time) - _returnsAt;

    /// <summary>Since the return.</summary>
    public int Requests { get; private set; }

    /// <summary>Requests that were answered with a ban.</summary>
    public int Banned { get; private set; }

    public int Bans { get; private set; }

    public List<string> Violations { get; } = [];

    public static string Order(int index) => (FirstOrder + index).ToString(CultureInfo.InvariantCulture);

    /// <summary>A report of it went out before the outage, and its answer was lost.</summary>
    public void IssueUnheard(int order) => (_status[order], _issued[order]) = ((byte)TvmOrderStatus.BookedAndConfirmed, 1);

    public (int Issued, int Returned) Applied(int order) => (_issued[order], _returned[order]);

    public IPlatformApi ForOneKiosk() => new Api(this);

    private static TimeSpan Uptime(VirtualTime time) => TimeSpan.FromTicks(time.GetTimestamp());

    private TopFault? Admit()
    {
        if (SinceReturn < TimeSpan.Zero) return Unreached;
        var second = (int)SinceReturn.TotalSeconds;
        while (_perSecond.Count <= second) _perSecond.Add(0);
        _perSecond[second]++;
        Requests++;
        if (second != _second) (_second, _left) = (second, plan.Limit);
        if (Uptime(time) >= _bannedUntil)
        {
            if (_left-- > 0) return null;
            Bans++;
            _bannedUntil = Uptime(time) + plan.Ban;
        }
        Banned++;
        var left = TimeSpan.FromSeconds(Math.Ceiling((_bannedUntil - Uptime(time)).TotalSeconds));
        return new(TopRemedy.WaitUntil, "7", "accesscontrol.limited-by-app-access-count", "App Call Limited", null, "r", false, left, null);
    }

    private async Task<TopResult<T>> AnswerAsync<T>(Func<T> apply, CancellationToken cancellationToken) where T : class
    {
        var result = Admit() is { } fault ? TopResult.Failed<T>(fault) : TopResult.Of(apply());
        await Task.Delay(TimeSpan.FromMilliseconds(random.Next(60, 240)), time, cancellationToken);
        return result;
    }

    private static int Index(string order) => (int)(long.Parse(order, CultureInfo.InvariantCulture) - FirstOrder);

    private TvmQueryOrderResponse Query(int order) => new()
    {
        IsSuccess = true,
        TvmBusOrderLineInfo = new() { AlitripOrderId = Order(order), OrderStatus = _status[order] },
    };

    private TvmBookOrderResponse Book(int order)
    {
        if (++_issued[order] > 1) Violations.Add($"order {order} was reported {_issued[order]} times");
        _status[order] = (byte)TvmOrderStatus.BookedAndConfirmed;
        return new() { IsSuccess = true, ResultCode = "0" };
    }

    private ReturnTicketConfirmResponse Return(int order)
    {
        if (_issued[order] == 0) Violations.Add($"the return of order {order} overtook its issue");
        if (++_returned[order] > 1) Violations.Add($"order {order} was returned {_returned[order]} times");
        return new() { IsSuccess = true, ResultCode = "0" };
    }

    private sealed class Api(FleetGateway gateway) : IPlatformApi
    {
        public Task<TopResult<TvmQueryOrderResponse>> QueryOrderAsync(string alitripOrderId, CancellationToken cancellationToken) =>
            gateway.AnswerAsync(() => gateway.Query(Index(alitripOrderId)), cancellationToken);

        public Task<TopResult<TvmBookOrderResponse>> SetBookOrderAsync(TvmBookOrderRequest request, CancellationToken cancellationToken) =>
            gateway.AnswerAsync(() => gateway.Book(Index(request.AlitripOrderId)), cancellationToken);

        public Task<TopResult<ReturnTicketConfirmResponse>> ConfirmReturnAsync(AgentConfirmReturnRq request, CancellationToken cancellationToken) =>
            gateway.AnswerAsync(() => gateway.Return(Index(request.AgentOrderId)), cancellationToken);

        public Task<TopResult<ShipOrderNotifyResponse>> NotifyOrderAsync(ShipAgentConfirmBookRq request, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<TopResult<TrainCallbackBookResponse>> CallbackBookAsync(BookCallbackParam request, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
