using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Tests.Simulation;

/// <summary>The platform at the API's boundary: orders, their status, and every report that was applied.</summary>
internal sealed class LedgerPlatform : IPlatformApi
{
    public Dictionary<string, TvmBusOrderLineInfo> Orders { get; } = [];

    public List<TvmBookOrderRequest> Reports { get; } = [];

    public int Queries { get; private set; }

    /// <summary>Calls of the return, ship and train APIs.</summary>
    public int Others { get; private set; }

    public bool Down { get; set; }

    /// <summary>Called with each query, before its answer.</summary>
    public Action? Asked { get; set; }

    /// <summary>What every call but a bus report meets; null: its answer.</summary>
    public TopFault? Fault { get; set; }

    public Task<TopResult<TvmQueryOrderResponse>> QueryOrderAsync(string alitripOrderId, CancellationToken cancellationToken)
    {
        Queries++;
        Asked?.Invoke();
        if (Down) return Task.FromResult(TopResult.Failed<TvmQueryOrderResponse>(NoNetwork));
        if (Fault is not null) return Task.FromResult(TopResult.Failed<TvmQueryOrderResponse>(Fault));
        return Task.FromResult(TopResult.Of(Orders.TryGetValue(alitripOrderId, out var order)
            ? new TvmQueryOrderResponse { IsSuccess = true, TvmBusOrderLineInfo = order }
            : new TvmQueryOrderResponse { IsSuccess = false, ResultCode = "ORDER_NOT_FOUND" }));
    }

    public Task<TopResult<TvmBookOrderResponse>> SetBookOrderAsync(TvmBookOrderRequest request, CancellationToken cancellationToken)
    {
        if (Down) return Task.FromResult(TopResult.Failed<TvmBookOrderResponse>(NoNetwork));
        Reports.Add(request);
        Orders[request.AlitripOrderId] = Orders[request.AlitripOrderId] with { OrderStatus = request.Success ? 50 : -1 };
        return Task.FromResult(TopResult.Of(new TvmBookOrderResponse { IsSuccess = true }));
    }

    public Task<TopResult<ReturnTicketConfirmResponse>> ConfirmReturnAsync(AgentConfirmReturnRq request, CancellationToken cancellationToken) => Take(new ReturnTicketConfirmResponse { IsSuccess = true });

    public Task<TopResult<ShipOrderNotifyResponse>> NotifyOrderAsync(ShipAgentConfirmBookRq request, CancellationToken cancellationToken) => Take(new ShipOrderNotifyResponse { RetSuccess = true });

    public Task<TopResult<TrainCallbackBookResponse>> CallbackBookAsync(BookCallbackParam request, CancellationToken cancellationToken) =>
        Take(new TrainCallbackBookResponse { Status = "true", ResultCode = "200" });

    private Task<TopResult<T>> Take<T>(T answer) where T : class
    {
        Others++;
        return Task.FromResult(Down ? TopResult.Failed<T>(NoNetwork) : Fault is null ? TopResult.Of(answer) : TopResult.Failed<T>(Fault));
    }

    private static TopFault NoNetwork { get; } = new(TopRemedy.Retry, "network", null, "connection refused", null, null, false, null, null);
}
