using System.Buffers;
using System.Text.Json;

namespace DeviceAgent.Platform.Gateway;

/// <summary>taobao.bus.tvmbookorder.set: the outcome of one bus order. Source: its API document.</summary>
internal static class TvmBookOrder
{
    private const int MaxPassengers = 20;

    public static readonly TopMethod<TvmBookOrderResponse> Method = new("taobao.bus.tvmbookorder.set", TakesSession: true, default, BusTvmJson.ReadBookResponse);

    public static TopFault? Check(TvmBookOrderRequest request)
    {
        if (string.IsNullOrEmpty(request.AlitripOrderId)) return TopFaultRules.Missing("alitrip_order_id");
        if (request.BookTime == default) return TopFaultRules.Missing("book_time");
        if (string.IsNullOrEmpty(request.PayMode)) return TopFaultRules.Missing("pay_mode");
        return request.Passengers is { Count: > MaxPassengers }
            ? TopFaultRules.RefusedHere(TopFaultRules.TooManyArguments, "passengers: more than 20")
            : null;
    }

    public static TopForm Form(TvmBookOrderRequest request)
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
}
