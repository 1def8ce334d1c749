using Microsoft.Extensions.Logging;

namespace DeviceAgent.Platform.Gateway;

/// <summary>The five APIs over the gateway. Checks locally what the official SDKs check before they send.</summary>
/// <remarks>One file for each API holds its method, its checks and its form. While there is no cipher, no train report is sent.</remarks>
public sealed class PlatformApi(TopClient client, TrainCipher? cipher, TimeProvider time, ILogger<PlatformApi> logger) : IPlatformApi
{
    /// <summary>What the fault of a train report tells while there is no cipher: what <see cref="TrainCipher.TryCreate"/> missed.</summary>
    public string WhyNoCipher { get; init; } = "Train:Output or the train key is not set";

    public async Task<TopResult<TvmQueryOrderResponse>> QueryOrderAsync(string alitripOrderId, CancellationToken cancellationToken)
    {
        if (TvmQueryOrder.Check(alitripOrderId) is { } fault) return TopResult.Failed<TvmQueryOrderResponse>(fault);
        var started = time.GetTimestamp();
        var result = await client.ExecuteAsync(TvmQueryOrder.Method, TvmQueryOrder.Form(alitripOrderId), cancellationToken);
        Log(TvmQueryOrder.Method.Name, alitripOrderId, result.Fault, result.Value?.IsSuccess, result.Value?.ResultCode, started);
        return result;
    }

    public async Task<TopResult<TvmBookOrderResponse>> SetBookOrderAsync(TvmBookOrderRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (TvmBookOrder.Check(request) is { } fault) return TopResult.Failed<TvmBookOrderResponse>(fault);
        var started = time.GetTimestamp();
        var result = await client.ExecuteAsync(TvmBookOrder.Method, TvmBookOrder.Form(request), cancellationToken);
        Log(TvmBookOrder.Method.Name, request.AlitripOrderId, result.Fault, result.Value?.IsSuccess, result.Value?.ResultCode, started);
        return result;
    }

    public async Task<TopResult<ReturnTicketConfirmResponse>> ConfirmReturnAsync(AgentConfirmReturnRq request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (ReturnTicketConfirm.Check(request) is { } fault) return TopResult.Failed<ReturnTicketConfirmResponse>(fault);
        var started = time.GetTimestamp();
        var result = await client.ExecuteAsync(ReturnTicketConfirm.Method, ReturnTicketConfirm.Form(request), cancellationToken);
        Log(ReturnTicketConfirm.Method.Name, request.AgentOrderId, result.Fault, result.Value?.Succeeded, result.Value?.ResultCode, started);
        return result;
    }

    public async Task<TopResult<ShipOrderNotifyResponse>> NotifyOrderAsync(ShipAgentConfirmBookRq request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (ShipOrderNotify.Check(request) is { } fault) return TopResult.Failed<ShipOrderNotifyResponse>(fault);
        var started = time.GetTimestamp();
        var result = await client.ExecuteAsync(ShipOrderNotify.Method, ShipOrderNotify.Form(request), cancellationToken);
        Log(ShipOrderNotify.Method.Name, request.AlitripOrderId, result.Fault, result.Value?.Succeeded, result.Value?.RetCode, started);
        return result;
    }

    public async Task<TopResult<TrainCallbackBookResponse>> CallbackBookAsync(BookCallbackParam request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (TrainCallbackBook.Check(request) is { } fault) return TopResult.Failed<TrainCallbackBookResponse>(fault);
        if (cipher is null) return TopResult.Failed<TrainCallbackBookResponse>(TopFaultRules.NoCipher(WhyNoCipher));
        var started = time.GetTimestamp();
        var result = await client.ExecuteAsync(TrainCallbackBook.Method, TrainCallbackBook.Form(request, cipher), cancellationToken);
        Log(TrainCallbackBook.Method.Name, request.OrderId, result.Fault, result.Value?.Succeeded, result.Value?.ResultCode, started);
        return result;
    }

    private void Log(string method, string order, TopFault? fault, bool? success, string? resultCode, long started)
    {
        var milliseconds = time.GetElapsedTime(started).TotalMilliseconds;
        // Only codes: a fault's text may quote a passenger.
        if (fault is null) logger.Answered(method, order, success, resultCode, milliseconds);
        else logger.Failed(method, order, fault.Code, fault.SubCode, fault.RequestId, milliseconds);
    }
}

internal static partial class GatewayLog
{
    [LoggerMessage(5000, LogLevel.Information, "{Method} {Order}: success {Success}, result {ResultCode}, {Milliseconds:F0} ms")]
    internal static partial void Answered(this ILogger logger, string method, string order, bool? success, string? resultCode, double milliseconds);

    [LoggerMessage(5001, LogLevel.Warning, "{Method} {Order}: {Code} {SubCode}, request {RequestId}, {Milliseconds:F0} ms")]
    internal static partial void Failed(this ILogger logger, string method, string order, string code, string? subCode, string? requestId, double milliseconds);
}
