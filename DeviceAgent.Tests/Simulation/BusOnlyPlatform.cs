using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Tests.Simulation;

/// <summary>A platform to which nothing but bus orders may come: any other call fails the test.</summary>
internal sealed class BusOnlyPlatform(IBusTvmApi bus) : IPlatformApi
{
    public Task<TopResult<TvmQueryOrderResponse>> QueryOrderAsync(string alitripOrderId, CancellationToken cancellationToken) => bus.QueryOrderAsync(alitripOrderId, cancellationToken);

    public Task<TopResult<TvmBookOrderResponse>> SetBookOrderAsync(TvmBookOrderRequest request, CancellationToken cancellationToken) => bus.SetBookOrderAsync(request, cancellationToken);

    public Task<TopResult<ReturnTicketConfirmResponse>> ConfirmReturnAsync(AgentConfirmReturnRq request, CancellationToken cancellationToken) => throw Unexpected("return");

    public Task<TopResult<ShipOrderNotifyResponse>> NotifyOrderAsync(ShipAgentConfirmBookRq request, CancellationToken cancellationToken) => throw Unexpected("ship report");

    public Task<TopResult<TrainCallbackBookResponse>> CallbackBookAsync(BookCallbackParam request, CancellationToken cancellationToken) => throw Unexpected("train report");

    private static InvalidOperationException Unexpected(string what) => new($"a {what} was sent by a kiosk that has buses only");
}
