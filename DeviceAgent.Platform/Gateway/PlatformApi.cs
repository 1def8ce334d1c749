using Microsoft.Extensions.Logging;

namespace DeviceAgent.Platform.Gateway;

/// <summary>The five APIs over the gateway. Checks locally what the official SDKs check before they send.</summary>
/// <remarks>One file for each API holds its method, its checks and its form. While there is no cipher, no train report is sent.</remarks>
public sealed class PlatformApi(TopClient client, TrainCipher? cipher, TimeProvider time, ILogger<PlatformApi> logger) : IPlatformApi
{
    /// <summary>What the fault of a train report tells while there is no cipher: what <see cref="TrainCipher.TryCreate"/> missed.</summary>
    public string WhyNoCipher { get; init; } = "Train:Output or the train key is not set";

    public Task<TopResult<TvmQueryOrderResponse>> QueryOrderAsync(string alitripOrderId, CancellationToken cancellationToken) => CallAsync(
        TvmQueryOrder.Method, alitripOrderId, TvmQueryOrder.Check(alitripOrderId), () => TvmQueryOrder.Form(alitripOrderId), answer => (answer.IsSuccess, answer.ResultCode), cancellationToken);

    public Task<TopResult<TvmBookOrderResponse>> SetBookOrderAsync(TvmBookOrderRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CallAsync(TvmBookOrder.Method, request.AlitripOrderId, TvmBookOrder.Check(request), () => TvmBookOrder.Form(request), answer => (answer.IsSuccess, answer.ResultCode), cancellationToken);
    }

    public Task<TopResult<ReturnTicketConfirmResponse>> ConfirmReturnAsync(AgentConfirmReturnRq request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CallAsync(
            ReturnTicketConfirm.Method, request.AgentOrderId, ReturnTicketConfirm.Check(request), () => ReturnTicketConfirm.Form(request), answer => (answer.Succeeded, answer.ResultCode), cancellationToken);
    }

    public Task<TopResult<ShipOrderNotifyResponse>> NotifyOrderAsync(ShipAgentConfirmBookRq request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CallAsync(ShipOrderNotify.Method, request.AlitripOrderId, ShipOrderNotify.Check(request), () => ShipOrderNotify.Form(request), answer => (answer.Succeeded, answer.RetCode), cancellationToken);
    }

    public Task<TopResult<TrainCallbackBookResponse>> CallbackBookAsync(BookCallbackParam request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var fault = TrainCallbackBook.Check(request) ?? (cipher is null ? TopFaultRules.NoCipher(WhyNoCipher) : null);
        return CallAsync(TrainCallbackBook.Method, request.OrderId, fault, () => TrainCallbackBook.Form(request, cipher!), answer => (answer.Succeeded, answer.ResultCode), cancellationToken);
    }

    /// <param name="fault">Found before anything is sent; null: there is none.</param>
    /// <param name="said">The business's word and code, for the log.</param>
    private async Task<TopResult<T>> CallAsync<T>(
        TopMethod<T> method, string order, TopFault? fault, Func<TopForm> form, Func<T, (bool? Success, string? Code)> said, CancellationToken cancellationToken) where T : class
    {
        if (fault is not null) return TopResult.Failed<T>(fault);
        var started = time.GetTimestamp();
        var result = await client.ExecuteAsync(method, form(), cancellationToken);
        var (success, code) = result.Value is { } answer ? said(answer) : default;
        Log(method.Name, order, result.Fault, success, code, started);
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
