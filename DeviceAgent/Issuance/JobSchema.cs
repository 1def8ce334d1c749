using System.Text.Json.Nodes;
using DeviceAgent.Orders;

namespace DeviceAgent.Issuance;

/// <summary>The fields of jobs, as tables. The report's fields are those of the platform's documents, name by name.</summary>
/// <remarks>Sources: alitrip.ship.order.notify and alitrip.btrip.supplychain.train.callback.book, API documents. Required here: what they require, and what the paper needs.</remarks>
internal static class JobSchema
{
    /// <summary>Passengers of one order; also the platform's limit of a list.</summary>
    public const int MaxPassengers = 20;

    private const int MaxTicketsOfPassenger = 5;

    // 10,000,000 yuan: a slip of the units shows before it is printed.
    private const long MostFen = 1_000_000_000;
    private const long AnyNumber = long.MaxValue;

    private static JobField Text(string name, string what, bool required = false, long most = 200) => new(name, FieldKind.Text, required, most, what);

    private static JobField Fen(string name, string what, bool required = false) => new(name, FieldKind.Whole, required, MostFen, what);

    private static JobField Group(string name, bool required, IReadOnlyList<JobField> fields) => new(name, FieldKind.Group, required) { Fields = fields };

    private static JobField List(string name, bool required, int least, int most, IReadOnlyList<JobField> fields) => new(name, FieldKind.List, required, most) { Least = least, Fields = fields };

    private static JobField OneOf(string name, string what, bool required, params string[] words) => new(name, FieldKind.OneOf, required, 0, what) { Words = words };

    private static JobField ShipTicket { get; } = List("ticket_list", false, 1, MaxTicketsOfPassenger,
    [
        Text("e_ticket_no", "电子票号", most: 64),
        Text("ticket_desc", "票描述"),
        Text("ticket_id", "票Id", required: true, most: 64),
        Text("ticket_no", "票号: printed, and in the QR code; else e_ticket_no, else ticket_id", most: 64),
        Fen("ticket_price", "票价格(分)", required: true),
        Text("ticket_pwd", "取票密码: printed", most: 64),
        Text("ticket_seat_no", "座位号: printed", most: 32),
        Text("ticket_status", "票状态: 1-出票中 2-已出票 3-无票 4-退票中 5-已退票 6-退票失败; with success true only 2, or left out"),
        Text("ticket_sub_type", "子票种类型: 11-去程 12-往返 21-普通门票 31-酒店", most: 16),
        Text("ticket_title", "票标题: printed", most: 64),
        Text("ticket_type", "票种类别: 1-船票 2-门票 3-酒店 4-其他", required: true, most: 16),
        Text("ext_attr", "扩展属性数据", most: 2000),
        new("expire_time", FieldKind.Time, What: "过期时间, GMT+8"),
    ]);

    private static JobField Ship { get; } = Group("report", true,
    [
        Text("agent_order_id", "商家订单id", required: true, most: 64),
        new("alitrip_order_id", FieldKind.Word, true, 32, "飞猪订单id: the job's order number"),
        Text("fetch_tickets_address", "取票地址信息"),
        Text("fetch_tickets_number", "取票号", most: 64),
        Text("fetch_tickets_pwd", "取票密码", most: 64),
        new("main_biz_order_id", FieldKind.Whole, false, AnyNumber, "淘宝订单Id"),
        Text("message", "取票短信内容", most: 1000),
        Text("order_attr", "扩展属性", most: 2000),
        List("passenger_list", false, 1, MaxPassengers,
        [
            Text("passenger_cert_no", "乘客证件号: printed masked", most: 64),
            Text("passenger_cert_type", "乘客证件类型", most: 16),
            Text("passenger_id", "乘客id", most: 64),
            Text("passenger_name", "乘客姓名: printed", most: 64),
            ShipTicket,
        ]),
        new("success", FieldKind.Flag, true, What: "出票结果: all tickets, or none; false prints nothing"),
        new("ticket_count", FieldKind.Whole, false, MaxPassengers * MaxTicketsOfPassenger, "票数"),
        Text("ticket_wicket", "检票口: printed", most: 32),
        Fen("total_price", "总价(分)"),
        Text("failed_code", "出票失败错误码: with success false only", most: 64),
    ]);

    private static JobField ShipTrip { get; } = Group("trip", false,
    [
        Text("number", "ship and voyage: printed", required: true, most: 64),
        Text("vehicle_type", "class of the ship: printed", most: 32),
        Text("from_station", "printed", required: true, most: 64),
        Text("to_station", "printed", required: true, most: 64),
        new("departs_at", FieldKind.Time, true, What: "GMT+8: printed"),
        Text("last_place", "where the ship goes in the end", most: 64),
    ]);

    private static JobField TrainPassenger { get; } = Group("passenger_info", true,
    [
        Text("passenger_name", "乘客姓名. All of passenger_info is given in plain text; the agent seals it at rest and encrypts each field (SM4) when it is sent", required: true, most: 64),
        Text("passenger_mobile", "乘客手机号", required: true, most: 32),
        Text("passenger_id_no", "证件号: printed masked", required: true, most: 64),
        Text("passenger_id_type", "证件类型: the partner's word", required: true, most: 16),
        Text("country_code", "国籍码", most: 16),
        Text("sex", "性别", most: 16),
        Text("passenger_id", "乘客id, 商旅提供", required: true, most: 64),
        new("valid_date_start", FieldKind.Day, What: "签发日期"),
        new("birth_date", FieldKind.Day, What: "出生日期"),
        new("valid_date_end", FieldKind.Day, What: "证件有效期"),
    ]);

    private static JobField TrainTicket { get; } = List("book_ticket_details", true, 1, MaxPassengers,
    [
        OneOf("resign_flag", "是否允许改签: 0 允许, 1 不允许", true, "0", "1"),
        Text("coach_no", "车厢号: printed", most: 8),
        new("ticket_price", FieldKind.Digits, What: "车票单价(分): printed"),
        new("ticket_entrance", FieldKind.JsonText, false, 200, "检票口, {\"0\":\"…\"}: printed"),
        TrainPassenger,
        OneOf("ticket_type", "0 儿童票, 1 成人票, 2 学生票", true, "0", "1", "2"),
        Text("seat_type", "坐席类型: the partner's word", required: true, most: 16),
        Text("ticket_status", "票状态: the partner's word", required: true, most: 16),
        OneOf("refund_flag", "是否允许退票: 0 允许, 1 不允许", true, "0", "1"),
        Text("seat_name", "坐席名称: printed", required: true, most: 32),
        OneOf("change_flag", "是否允许变更到站: 0 允许, 1 不允许", true, "0", "1"),
        Text("seat_no", "坐席号: printed", most: 16),
        Text("passenger_ticket_no", "乘客取票号: printed, and in the QR code; else the order's ticket_no", most: 64),
        Text("fail_code", "失败code: this passenger has no ticket, nothing is printed", most: 32),
        Text("fail_reason", "失败原因"),
    ]);

    private static JobField Train { get; } = Group("report", true,
    [
        List("book_train_details", true, 1, 4,
        [
            Text("to_station_name", "到达站名: printed", required: true, most: 64),
            new("arrive_time", FieldKind.Time, true, What: "到达时间, GMT+8"),
            new("order_total_price", FieldKind.Digits, true, What: "订单金额(分)"),
            new("train_date", FieldKind.Day, true, What: "乘车日期"),
            Text("from_station_name", "出发站名: printed", required: true, most: 64),
            new("ticket_num", FieldKind.Digits, true, What: "票数: as many as book_ticket_details has"),
            Text("to_station_code", "到达站三字码", required: true, most: 16),
            TrainTicket,
            Text("train_no", "短车次号: printed", required: true, most: 16),
            Text("from_station_code", "出发站三字码", required: true, most: 16),
            new("start_time", FieldKind.Time, true, What: "出发时间, GMT+8: printed"),
            Text("train_id", "车次id", most: 64),
        ]),
        Text("supplier_order_id", "供应商订单号", required: true, most: 64),
        Text("ticket_no", "12306票号", most: 64),
        new("order_id", FieldKind.Word, true, 32, "商旅订单号: the job's order number"),
        Text("order_status", "订单状态: the partner's word", required: true, most: 16),
        Text("purchase_type", "采购模式: the partner's word", required: true, most: 16),
        Text("fail_code", "失败原因code: with no ticket at all", most: 32),
        Text("fail_reason", "失败原因描述"),
    ]);

    /// <summary>The whole job of a product line.</summary>
    public static JobField Of(Journey journey) => journey == Journey.Ship
        ? Group("", true, [OneOf("journey", "", true, "ship"), ShipTrip, Ship])
        : Group("", true, [OneOf("journey", "", true, "train"), Train]);

    /// <summary>`device-agent job schema`.</summary>
    public static JsonObject ToSchema(Journey journey)
    {
        var schema = Of(journey).ToSchema();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", journey == Journey.Ship ? "A ship order to be issued" : "A train order to be issued");
        return schema;
    }
}
