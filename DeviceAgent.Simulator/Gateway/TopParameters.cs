using System.Text.Json;
using static DeviceAgent.Simulator.JsonKind;

namespace DeviceAgent.Simulator.Gateway;

/// <summary>The complex parameters: one JSON text in one form field, with the names, types and duties of the API documents.</summary>
/// <remarks>
/// A value of another type is the gateway's error 41, a missing one its error 40; a value that the document's words exclude (a sixth ticket status) is the business's refusal.
/// Enumerations that the train's document leaves to the partner (order_status, ticket_status, seat_type, purchase_type, passenger_id_type) are not checked.
/// </remarks>
internal static class TopParameters
{
    // TvmPassengerVo of taobao.bus.tvmbookorder.set: at most 20.
    public static JsonShape Passengers { get; } = new("passengers", List)
    {
        Most = 20,
        Members =
        [
            new("agent_eticket", Text), new("agent_ticket_id", Text), new("full_price", Number), new("has_children", Flag), new("rider_cert_number", Text),
            new("rider_cert_type", Text), new("rider_name", Text), new("seat_number", Text), new("service_charge", Number), new("ticket_price", Number),
        ],
    };

    // AgentConfirmReturnRq of taobao.bus.agent.returnticket.confirm.
    public static JsonShape Return { get; } = new("param_agent_confirm_return_r_q", JsonKind.Object)
    {
        Members =
        [
            new("agent_order_id", Text, true),
            new("agent_return_ticket_status", Number, true) { Rule = JsonRule.OneOf("1", "2") },
            new("agent_return_ticket_type", Number, true) { Rule = JsonRule.OneOf("0", "1") },
            new("agent_ticket_id", Text), new("come_from", Text), new("passenger_name", Text),
            new("refund_amount", Text) { Rule = new JsonRule("an amount such as 10.0", IsAmount) },
            new("isign", Text), new("success_time", Moment),
        ],
    };

    // ShipAgentConfirmBookTicketInfo of alitrip.ship.order.notify; prices in fen.
    private static JsonShape ShipTickets { get; } = new("ticket_list", List)
    {
        Members =
        [
            new("e_ticket_no", Text), new("ticket_desc", Text), new("ticket_id", Text, true), new("ticket_no", Text),
            new("ticket_price", Number, true) { Rule = JsonRule.NotNegative },
            new("ticket_pwd", Text), new("ticket_seat_no", Text),
            new("ticket_status", Text) { Rule = JsonRule.OneOf("1", "2", "3", "4", "5", "6") },
            new("ticket_sub_type", Text) { Rule = JsonRule.OneOf("11", "12", "21", "31") },
            new("ticket_title", Text),
            new("ticket_type", Text, true) { Rule = JsonRule.OneOf("1", "2", "3", "4") },
            new("ext_attr", Text), new("expire_time", Moment),
        ],
    };

    // ShipAgentConfirmBookRq of alitrip.ship.order.notify.
    public static JsonShape Ship { get; } = new("confirm_book_r_q", JsonKind.Object)
    {
        Members =
        [
            new("agent_order_id", Text, true), new("alitrip_order_id", Text, true), new("fetch_tickets_address", Text), new("fetch_tickets_number", Text),
            new("fetch_tickets_pwd", Text), new("main_biz_order_id", Number), new("message", Text), new("order_attr", Text),
            new("passenger_list", List)
            {
                Members = [new("passenger_cert_no", Text), new("passenger_cert_type", Text), new("passenger_id", Text), new("passenger_name", Text), ShipTickets],
            },
            new("success", Flag, true),
            new("ticket_count", Number) { Rule = JsonRule.NotNegative },
            new("ticket_wicket", Text),
            new("total_price", Number) { Rule = JsonRule.NotNegative },
            new("failed_code", Text),
        ],
    };

    // PassengerInfo of alitrip.btrip.supplychain.train.callback.book: every leaf is encrypted with SM4.
    private static JsonShape TrainPassenger { get; } = new("passenger_info", JsonKind.Object, true)
    {
        Members =
        [
            new("passenger_name", Text, true), new("passenger_mobile", Text, true), new("passenger_id_no", Text, true), new("passenger_id_type", Text, true), new("country_code", Text),
            new("sex", Text), new("passenger_id", Text, true), new("valid_date_start", Text), new("birth_date", Text), new("valid_date_end", Text),
        ],
    };

    private static JsonRule YesOrNo { get; } = JsonRule.OneOf("0", "1");

    // BookTicketDetail of the same.
    private static JsonShape TrainTickets { get; } = new("book_ticket_details", List, true)
    {
        Fewest = 1,
        Members =
        [
            new("resign_flag", Text, true) { Rule = YesOrNo }, new("coach_no", Text), new("ticket_price", Text) { Rule = JsonRule.Digits },
            new("ticket_entrance", Text) { Rule = new JsonRule("a JSON object of texts", IsEntrance) },
            TrainPassenger,
            new("ticket_type", Text, true) { Rule = JsonRule.OneOf("0", "1", "2") },
            new("seat_type", Text, true), new("ticket_status", Text, true), new("refund_flag", Text, true) { Rule = YesOrNo }, new("seat_name", Text, true),
            new("change_flag", Text, true) { Rule = YesOrNo }, new("seat_no", Text), new("passenger_ticket_no", Text), new("fail_code", Text), new("fail_reason", Text),
        ],
    };

    // BookCallbackParam and BookTrainDetail of the same: every leaf is a text, prices too.
    public static JsonShape Train { get; } = new("book_callback_param", JsonKind.Object, true)
    {
        Members =
        [
            new("book_train_details", List, true)
            {
                Fewest = 1,
                Members =
                [
                    new("to_station_name", Text, true), new("arrive_time", Text, true) { Rule = JsonRule.Moment }, new("order_total_price", Text, true) { Rule = JsonRule.Digits },
                    new("train_date", Text, true) { Rule = JsonRule.Day }, new("from_station_name", Text, true), new("ticket_num", Text, true) { Rule = JsonRule.Digits },
                    new("to_station_code", Text, true), TrainTickets, new("train_no", Text, true), new("from_station_code", Text, true),
                    new("start_time", Text, true) { Rule = JsonRule.Moment }, new("train_id", Text),
                ],
            },
            new("supplier_order_id", Text, true), new("ticket_no", Text), new("order_id", Text, true), new("order_status", Text, true), new("purchase_type", Text, true),
            new("fail_code", Text), new("fail_reason", Text),
        ],
    };

    private static bool IsAmount(string text)
    {
        var parts = text.Split('.');
        return parts.Length <= 2 && parts.All(p => p.Length > 0 && p.All(char.IsAsciiDigit)) && (parts.Length == 1 || parts[1].Length <= 2);
    }

    private static bool IsEntrance(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.EnumerateObject().All(p => p.Value.ValueKind == JsonValueKind.String);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
