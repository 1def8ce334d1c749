using System.Text.Json;

namespace DeviceAgent.Platform.Gateway;

/// <summary>alitrip.btrip.supplychain.train.callback.book: the tickets of one business-travel train order. Source: its API document.</summary>
public static class TrainCallbackBook
{
    internal static readonly TopMethod<TrainCallbackBookResponse> Method =
        new("alitrip.btrip.supplychain.train.callback.book", TakesSession: false, "data"u8.ToArray(), ReadResponse);

    /// <summary>Everything that keeps the request from being sent: code 40, the path in the message.</summary>
    public static IEnumerable<TopFault> Faults(BookCallbackParam request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return
        [
            .. TopArguments.OfRequiredList("book_train_details", request.BookTrainDetails, Faults),
            .. TopArguments.Missing(
                "", ("supplier_order_id", request.SupplierOrderId), ("order_id", request.OrderId), ("order_status", request.OrderStatus), ("purchase_type", request.PurchaseType)),
        ];
    }

    internal static TopFault? Check(BookCallbackParam request) => Faults(request).FirstOrDefault();

    /// <param name="request">Its passengers are plain.</param>
    internal static TopForm Form(BookCallbackParam request, TrainCipher cipher)
    {
        var form = new TopForm();
        form.Add("book_callback_param"u8, TopMessageJson.Write(cipher.Encrypt(request)));
        return form;
    }

    internal static TrainCallbackBookResponse ReadResponse(ref Utf8JsonReader reader)
    {
        TrainOrderInfo? data = null;
        string? code = null, status = null, message = null, requestId = null;
        while (TopJson.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("data"u8)) data = TopJson.ReadObject(ref reader, ReadOrder);
            else if (reader.ValueTextEquals("result_code"u8)) code = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("status"u8)) status = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("result_msg"u8)) message = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("request_id"u8)) requestId = TopJson.ReadString(ref reader);
            else TopJson.SkipValue(ref reader);
        }
        return new TrainCallbackBookResponse { Data = data, ResultCode = code, Status = status, ResultMsg = message, RequestId = requestId };
    }

    private static TrainOrderInfo ReadOrder(ref Utf8JsonReader reader)
    {
        string? order = null, supplierOrder = null;
        while (TopJson.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("order_id"u8)) order = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("supplier_order_id"u8)) supplierOrder = TopJson.ReadString(ref reader);
            else TopJson.SkipValue(ref reader);
        }
        return new TrainOrderInfo { OrderId = order, SupplierOrderId = supplierOrder };
    }

    private static IEnumerable<TopFault> Faults(string at, BookTrainDetail train) =>
    [
        .. TopArguments.Missing(
            $"{at}.", ("to_station_name", train.ToStationName), ("arrive_time", train.ArriveTime), ("order_total_price", train.OrderTotalPrice), ("train_date", train.TrainDate),
            ("from_station_name", train.FromStationName), ("ticket_num", train.TicketNum), ("to_station_code", train.ToStationCode)),
        .. TopArguments.OfRequiredList($"{at}.book_ticket_details", train.BookTicketDetails, Faults),
        .. TopArguments.Missing($"{at}.", ("train_no", train.TrainNo), ("from_station_code", train.FromStationCode), ("start_time", train.StartTime)),
    ];

    private static IEnumerable<TopFault> Faults(string at, BookTicketDetail ticket) =>
    [
        .. TopArguments.Missing($"{at}.", ("resign_flag", ticket.ResignFlag)),
        .. ticket.PassengerInfo is { } passenger ? Faults($"{at}.passenger_info", passenger) : [TopFaultRules.Missing($"{at}.passenger_info")],
        .. TopArguments.Missing(
            $"{at}.", ("ticket_type", ticket.TicketType), ("seat_type", ticket.SeatType), ("ticket_status", ticket.TicketStatus),
            ("refund_flag", ticket.RefundFlag), ("seat_name", ticket.SeatName), ("change_flag", ticket.ChangeFlag)),
    ];

    private static IEnumerable<TopFault> Faults(string at, PassengerInfo passenger) => TopArguments.Missing(
        $"{at}.", ("passenger_name", passenger.PassengerName), ("passenger_mobile", passenger.PassengerMobile), ("passenger_id_no", passenger.PassengerIdNo),
        ("passenger_id_type", passenger.PassengerIdType), ("passenger_id", passenger.PassengerId));
}
