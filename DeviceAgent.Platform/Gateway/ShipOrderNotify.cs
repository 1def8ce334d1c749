using System.Text.Json;

namespace DeviceAgent.Platform.Gateway;

/// <summary>alitrip.ship.order.notify: the tickets of one ship order. Source: its API document.</summary>
public static class ShipOrderNotify
{
    internal static readonly TopMethod<ShipOrderNotifyResponse> Method = new("alitrip.ship.order.notify", TakesSession: true, default, ReadResponse);

    /// <summary>Everything that keeps the request from being sent: code 40, the path in the message.</summary>
    public static IEnumerable<TopFault> Faults(ShipAgentConfirmBookRq request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return
        [
            .. TopArguments.Missing("", ("agent_order_id", request.AgentOrderId), ("alitrip_order_id", request.AlitripOrderId)),
            .. TopArguments.OfList("passenger_list", request.PassengerList, (at, passenger) =>
                TopArguments.OfList($"{at}.ticket_list", passenger.TicketList, (at, ticket) =>
                    TopArguments.Missing($"{at}.", ("ticket_id", ticket.TicketId), ("ticket_type", ticket.TicketType)))),
        ];
    }

    internal static TopFault? Check(ShipAgentConfirmBookRq request) => Faults(request).FirstOrDefault();

    internal static TopForm Form(ShipAgentConfirmBookRq request)
    {
        var form = new TopForm();
        form.Add("confirm_book_r_q"u8, TopMessageJson.Write(request));
        return form;
    }

    internal static ShipOrderNotifyResponse ReadResponse(ref Utf8JsonReader reader)
    {
        string? code = null, message = null, requestId = null;
        bool? success = null;
        while (TopJson.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("ret_code"u8)) code = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("ret_msg"u8)) message = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("ret_success"u8)) success = TopJson.ReadBool(ref reader);
            else if (reader.ValueTextEquals("request_id"u8)) requestId = TopJson.ReadString(ref reader);
            else TopJson.SkipValue(ref reader);
        }
        return new ShipOrderNotifyResponse { RetCode = code, RetMsg = message, RetSuccess = success, RequestId = requestId };
    }
}
