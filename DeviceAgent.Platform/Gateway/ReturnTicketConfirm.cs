using System.Text.Json;

namespace DeviceAgent.Platform.Gateway;

/// <summary>taobao.bus.agent.returnticket.confirm: the return of one bus ticket or order. Source: its API document.</summary>
public static class ReturnTicketConfirm
{
    internal static readonly TopMethod<ReturnTicketConfirmResponse> Method =
        new("taobao.bus.agent.returnticket.confirm", TakesSession: false, default, ReadResponse);

    /// <summary>Everything that keeps the request from being sent: code 40, the path in the message.</summary>
    public static IEnumerable<TopFault> Faults(AgentConfirmReturnRq request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return TopArguments.Missing("", ("agent_order_id", request.AgentOrderId));
    }

    internal static TopFault? Check(AgentConfirmReturnRq request) => Faults(request).FirstOrDefault();

    internal static TopForm Form(AgentConfirmReturnRq request)
    {
        var form = new TopForm();
        form.Add("param_agent_confirm_return_r_q"u8, TopMessageJson.Write(request));
        return form;
    }

    internal static ReturnTicketConfirmResponse ReadResponse(ref Utf8JsonReader reader)
    {
        var (code, message, success, requestId) = BusTvmJson.ReadVerdict(ref reader);
        return new ReturnTicketConfirmResponse { ResultCode = code, ResultMsg = message, IsSuccess = success, RequestId = requestId };
    }
}
