namespace DeviceAgent.Platform.Gateway;

/// <summary>taobao.bus.tvmqueryorder.get: one bus order, as the platform has it. Source: its API document.</summary>
internal static class TvmQueryOrder
{
    public static readonly TopMethod<TvmQueryOrderResponse> Method =
        new("taobao.bus.tvmqueryorder.get", TakesSession: true, "tvm_bus_order_line_info"u8.ToArray(), BusTvmJson.ReadQueryResponse);

    public static TopFault? Check(string alitripOrderId) => string.IsNullOrEmpty(alitripOrderId) ? TopFaultRules.Missing("alitrip_order_id") : null;

    public static TopForm Form(string alitripOrderId)
    {
        var form = new TopForm();
        form.Add("alitrip_order_id"u8, alitripOrderId);
        return form;
    }
}
