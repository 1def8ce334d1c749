using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Platform.Gateway;

/// <summary>The two bus APIs over the gateway. Checks locally what the official SDKs check before they send.</summary>
/// <remarks>Source: taobao.bus.tvmqueryorder.get and taobao.bus.tvmbookorder.set, API documents.</remarks>
public sealed class BusTvmApi(TopClient client, TimeProvider time, ILogger<BusTvmApi> logger) : IBusTvmApi
{
    private const int MaxPassengers = 20;

    internal static readonly TopMethod<TvmQueryOrderResponse> QueryOrder =
        new("taobao.bus.tvmqueryorder.get", TakesSession: true, "tvm_bus_order_line_info"u8.ToArray(), BusTvmJson.ReadQueryResponse);

    internal static readonly TopMethod<TvmBookOrderResponse> SetBookOrder = new("taobao.bus.tvmbookorder.set", TakesSession: true, default, BusTvmJson.ReadBookResponse);

    public async Task<TopResult<TvmQueryOrderResponse>> QueryOrderAsync(string alitripOrderId, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(alitripOrderId)) return TopResult.Failed<TvmQueryOrderResponse>(Missing("alitrip_order_id"));
        var form = new TopForm();
        form.Add("alitrip_order_id"u8, alitripOrderId);
        var started = time.GetTimestamp();
        var result = await client.ExecuteAsync(QueryOrder, form, cancellationToken);
        Log(QueryOrder.Name, alitripOrderId, result.Fault, result.Value?.IsSuccess, result.Value?.ResultCode, started);
        return result;
    }

    public async Task<TopResult<TvmBookOrderResponse>> SetBookOrderAsync(TvmBookOrderRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Check(request) is { } fault) return TopResult.Failed<TvmBookOrderResponse>(fault);
        var started = time.GetTimestamp();
        var result = await client.ExecuteAsync(SetBookOrder, Form(request), cancellationToken);
        Log(SetBookOrder.Name, request.AlitripOrderId, result.Fault, result.Value?.IsSuccess, result.Value?.ResultCode, started);
        return result;
    }

    internal static TopFault? Check(TvmBookOrderRequest request)
    {
        if (string.IsNullOrEmpty(request.AlitripOrderId)) return Missing("alitrip_order_id");
        if (request.BookTime == default) return Missing("book_time");
        if (string.IsNullOrEmpty(request.PayMode)) return Missing("pay_mode");
        return request.Passengers is { Count: > MaxPassengers }
            ? TopFaultRules.RefusedHere(TopFaultRules.TooManyArguments, "passengers: more than 20")
            : null;
    }

    internal static TopForm Form(TvmBookOrderRequest request)
    {
        var form = new TopForm();
        form.Add("alitrip_order_id"u8, request.AlitripOrderId);
        form.Add("book_time"u8, request.BookTime);
        form.Add("success"u8, request.Success);
        form.Add("pay_mode"u8, request.PayMode);
        form.Add("fetch_phone"u8, request.FetchPhone);
        if (request.Passengers is { } passengers)
        {
            var json = new ArrayBufferWriter<byte>(256 * (1 + passengers.Count));
            using var writer = new Utf8JsonWriter(json, BusTvmJson.WriterOptions);
            BusTvmJson.WritePassengers(writer, passengers);
            writer.Flush();
            form.Add("passengers"u8, json.WrittenSpan);
        }
        form.Add("support_eticket"u8, request.SupportEticket);
        form.Add("ticket_gate"u8, request.TicketGate);
        return form;
    }

    private static TopFault Missing(string name) => TopFaultRules.RefusedHere(TopFaultRules.MissingArgument, $"{name} is missing");

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
    [LoggerMessage(5000, LogLevel.Information, "{Method} {Order}: is_success {Success}, result {ResultCode}, {Milliseconds:F0} ms")]
    internal static partial void Answered(this ILogger logger, string method, string order, bool? success, string? resultCode, double milliseconds);

    [LoggerMessage(5001, LogLevel.Warning, "{Method} {Order}: {Code} {SubCode}, request {RequestId}, {Milliseconds:F0} ms")]
    internal static partial void Failed(this ILogger logger, string method, string order, string code, string? subCode, string? requestId, double milliseconds);
}
