namespace DeviceAgent.Platform.Gateway;

/// <summary>The two bus APIs of a ticket vending machine. The boundary that the desk, the sender and the seeded world share.</summary>
/// <remarks>Never throws for what the network or the gateway does; throws <see cref="OperationCanceledException"/> only for its token.</remarks>
public interface IBusTvmApi
{
    /// <summary>taobao.bus.tvmqueryorder.get</summary>
    Task<TopResult<TvmQueryOrderResponse>> QueryOrderAsync(string alitripOrderId, CancellationToken cancellationToken);

    /// <summary>taobao.bus.tvmbookorder.set. Documents no idempotency: ask before a second send.</summary>
    Task<TopResult<TvmBookOrderResponse>> SetBookOrderAsync(TvmBookOrderRequest request, CancellationToken cancellationToken);
}
