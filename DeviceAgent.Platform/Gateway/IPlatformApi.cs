namespace DeviceAgent.Platform.Gateway;

/// <summary>Tells the platform that a bus ticket or order was returned at the station. Faults as <see cref="IBusTvmApi"/>.</summary>
public interface IBusReturnApi
{
    /// <summary>taobao.bus.agent.returnticket.confirm. Takes no session; documents no idempotency: ask for the order's refunds before a second send.</summary>
    Task<TopResult<ReturnTicketConfirmResponse>> ConfirmReturnAsync(AgentConfirmReturnRq request, CancellationToken cancellationToken);
}

/// <summary>Tells the platform the tickets of a ship order. Faults as <see cref="IBusTvmApi"/>.</summary>
public interface IShipApi
{
    /// <summary>alitrip.ship.order.notify. Idempotent by alitrip_order_id, all or nothing: the first success is what every later call is answered with.</summary>
    Task<TopResult<ShipOrderNotifyResponse>> NotifyOrderAsync(ShipAgentConfirmBookRq request, CancellationToken cancellationToken);
}

/// <summary>Tells the platform the tickets of a business-travel train order. Faults as <see cref="IBusTvmApi"/>.</summary>
public interface ITrainApi
{
    /// <summary>alitrip.btrip.supplychain.train.callback.book. Takes no session; documents no idempotency, and there is no query. The passengers are encrypted here: the request holds them plain.</summary>
    Task<TopResult<TrainCallbackBookResponse>> CallbackBookAsync(BookCallbackParam request, CancellationToken cancellationToken);
}

/// <summary>All five APIs.</summary>
public interface IPlatformApi : IBusTvmApi, IBusReturnApi, IShipApi, ITrainApi;
