using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DeviceAgent.Platform.Gateway;

/// <summary>The JSON of the two bus APIs, field by field as their documents name them.</summary>
internal static class BusTvmJson
{
    /// <summary>Chinese names stand as they are; inside a form field nothing needs HTML's escapes.</summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TvmQueryOrderResponse ReadQueryResponse(ref Utf8JsonReader reader)
    {
        string? code = null, message = null, requestId = null;
        bool? success = null;
        TvmBusOrderLineInfo? order = null;
        while (TopJson.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("result_code"u8)) code = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("result_msg"u8)) message = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("is_success"u8)) success = TopJson.ReadBool(ref reader);
            else if (reader.ValueTextEquals("tvm_bus_order_line_info"u8)) order = TopJson.ReadObject(ref reader, ReadOrder);
            else if (reader.ValueTextEquals("request_id"u8)) requestId = TopJson.ReadString(ref reader);
            else TopJson.SkipValue(ref reader);
        }
        return new TvmQueryOrderResponse { ResultCode = code, ResultMsg = message, IsSuccess = success, TvmBusOrderLineInfo = order, RequestId = requestId };
    }

    public static TvmBookOrderResponse ReadBookResponse(ref Utf8JsonReader reader)
    {
        var (code, message, success, requestId) = ReadVerdict(ref reader);
        return new TvmBookOrderResponse { ResultCode = code, ResultMsg = message, IsSuccess = success, RequestId = requestId };
    }

    /// <summary>An answer that says yes or no and nothing else, as the bus APIs write it.</summary>
    public static (string? Code, string? Message, bool? Success, string? RequestId) ReadVerdict(ref Utf8JsonReader reader)
    {
        string? code = null, message = null, requestId = null;
        bool? success = null;
        while (TopJson.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("result_code"u8)) code = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("result_msg"u8)) message = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("is_success"u8)) success = TopJson.ReadBool(ref reader);
            else if (reader.ValueTextEquals("request_id"u8)) requestId = TopJson.ReadString(ref reader);
            else TopJson.SkipValue(ref reader);
        }
        return (code, message, success, requestId);
    }

    private static TvmBusOrderLineInfo ReadOrder(ref Utf8JsonReader reader)
    {
        string? agentOrder = null, tradeNo = null, orderId = null, created = null, issued = null, paid = null, payMode = null, buyer = null, tpOrder = null;
        int? status = null, tickets = null;
        long? price = null;
        TvmBusLineInfo? line = null;
        IReadOnlyList<TvmPassengerVo> passengers = [];
        IReadOnlyList<TvmRefundApply> refunds = [];
        while (TopJson.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("agent_order_id"u8)) agentOrder = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("alipay_trade_no"u8)) tradeNo = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("alitrip_order_id"u8)) orderId = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("gmt_create"u8)) created = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("issue_time"u8)) issued = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("order_status"u8)) status = TopJson.ReadInt(ref reader);
            else if (reader.ValueTextEquals("passengers"u8)) passengers = TopJson.ReadList(ref reader, ReadPassenger);
            else if (reader.ValueTextEquals("pay_time"u8)) paid = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("refunds"u8)) refunds = TopJson.ReadList(ref reader, ReadRefund);
            else if (reader.ValueTextEquals("ticket_count"u8)) tickets = TopJson.ReadInt(ref reader);
            else if (reader.ValueTextEquals("total_price"u8)) price = TopJson.ReadLong(ref reader);
            else if (reader.ValueTextEquals("tvm_bus_line_info"u8)) line = TopJson.ReadObject(ref reader, ReadLine);
            else if (reader.ValueTextEquals("real_pay_mode"u8)) payMode = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("buyer_info_unique_key"u8)) buyer = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("alitrip_tp_order_id"u8)) tpOrder = TopJson.ReadString(ref reader);
            else TopJson.SkipValue(ref reader);
        }
        return new TvmBusOrderLineInfo
        {
            AgentOrderId = agentOrder,
            AlipayTradeNo = tradeNo,
            AlitripOrderId = orderId,
            GmtCreate = created,
            IssueTime = issued,
            OrderStatus = status,
            Passengers = passengers,
            PayTime = paid,
            Refunds = refunds,
            TicketCount = tickets,
            TotalPrice = price,
            TvmBusLineInfo = line,
            RealPayMode = payMode,
            BuyerInfoUniqueKey = buyer,
            AlitripTpOrderId = tpOrder,
        };
    }

    public static TvmPassengerVo ReadPassenger(ref Utf8JsonReader reader)
    {
        string? eticket = null, ticketId = null, certNumber = null, certType = null, name = null, seat = null;
        long? fullPrice = null, serviceCharge = null, ticketPrice = null;
        bool? children = null;
        IReadOnlyList<TvmInsuranceInfo> insurances = [];
        while (TopJson.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("agent_eticket"u8)) eticket = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("agent_ticket_id"u8)) ticketId = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("full_price"u8)) fullPrice = TopJson.ReadLong(ref reader);
            else if (reader.ValueTextEquals("has_children"u8)) children = TopJson.ReadBool(ref reader);
            else if (reader.ValueTextEquals("rider_cert_number"u8)) certNumber = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("rider_cert_type"u8)) certType = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("rider_name"u8)) name = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("seat_number"u8)) seat = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("service_charge"u8)) serviceCharge = TopJson.ReadLong(ref reader);
            else if (reader.ValueTextEquals("ticket_price"u8)) ticketPrice = TopJson.ReadLong(ref reader);
            else if (reader.ValueTextEquals("tvm_insurance_infos"u8)) insurances = TopJson.ReadList(ref reader, ReadInsurance);
            else TopJson.SkipValue(ref reader);
        }
        return new TvmPassengerVo
        {
            AgentEticket = eticket,
            AgentTicketId = ticketId,
            FullPrice = fullPrice,
            HasChildren = children,
            RiderCertNumber = certNumber,
            RiderCertType = certType,
            RiderName = name,
            SeatNumber = seat,
            ServiceCharge = serviceCharge,
            TicketPrice = ticketPrice,
            TvmInsuranceInfos = insurances,
        };
    }

    private static TvmInsuranceInfo ReadInsurance(ref Utf8JsonReader reader)
    {
        int? status = null;
        long? price = null;
        string? name = null, product = null;
        while (TopJson.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("insure_status"u8)) status = TopJson.ReadInt(ref reader);
            else if (reader.ValueTextEquals("insure_price"u8)) price = TopJson.ReadLong(ref reader);
            else if (reader.ValueTextEquals("insure_name"u8)) name = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("product_no"u8)) product = TopJson.ReadString(ref reader);
            else TopJson.SkipValue(ref reader);
        }
        return new TvmInsuranceInfo { InsureStatus = status, InsurePrice = price, InsureName = name, ProductNo = product };
    }

    private static TvmRefundApply ReadRefund(ref Utf8JsonReader reader)
    {
        long? applyId = null, amount = null, rpApplyId = null;
        int? status = null;
        string? created = null, succeeded = null, outTradeNo = null;
        while (TopJson.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("apply_id"u8)) applyId = TopJson.ReadLong(ref reader);
            else if (reader.ValueTextEquals("gmt_create"u8)) created = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("gmt_refund_succ_time"u8)) succeeded = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("out_trade_no"u8)) outTradeNo = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("refund_amount"u8)) amount = TopJson.ReadLong(ref reader);
            else if (reader.ValueTextEquals("refund_status"u8)) status = TopJson.ReadInt(ref reader);
            else if (reader.ValueTextEquals("rp_apply_id"u8)) rpApplyId = TopJson.ReadLong(ref reader);
            else TopJson.SkipValue(ref reader);
        }
        return new TvmRefundApply
        {
            ApplyId = applyId,
            GmtCreate = created,
            GmtRefundSuccTime = succeeded,
            OutTradeNo = outTradeNo,
            RefundAmount = amount,
            RefundStatus = status,
            RpApplyId = rpApplyId,
        };
    }

    private static TvmBusLineInfo ReadLine(ref Utf8JsonReader reader)
    {
        string? number = null, type = null, departs = null, distance = null, lastPlace = null, runtime = null, startCity = null, startProvince = null,
            startAddress = null, startId = null, start = null, terminal = null, toCity = null, toId = null, to = null, toProvince = null;
        while (TopJson.NextProperty(ref reader))
        {
            if (reader.ValueTextEquals("bus_number"u8)) number = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("bus_type"u8)) type = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("dep_time"u8)) departs = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("distance"u8)) distance = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("last_place_name"u8)) lastPlace = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("runtime"u8)) runtime = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("start_city_name"u8)) startCity = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("start_province_name"u8)) startProvince = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("start_station_address"u8)) startAddress = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("start_station_id"u8)) startId = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("start_station_name"u8)) start = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("terminal"u8)) terminal = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("to_station_city_name"u8)) toCity = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("to_station_id"u8)) toId = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("to_station_name"u8)) to = TopJson.ReadString(ref reader);
            else if (reader.ValueTextEquals("to_station_province_name"u8)) toProvince = TopJson.ReadString(ref reader);
            else TopJson.SkipValue(ref reader);
        }
        return new TvmBusLineInfo
        {
            BusNumber = number,
            BusType = type,
            DepTime = departs,
            Distance = distance,
            LastPlaceName = lastPlace,
            Runtime = runtime,
            StartCityName = startCity,
            StartProvinceName = startProvince,
            StartStationAddress = startAddress,
            StartStationId = startId,
            StartStationName = start,
            Terminal = terminal,
            ToStationCityName = toCity,
            ToStationId = toId,
            ToStationName = to,
            ToStationProvinceName = toProvince,
        };
    }

    /// <summary>As the report sends a passenger: nulls left out, false and 0 kept, insurances never.</summary>
    public static void WritePassenger(Utf8JsonWriter writer, TvmPassengerVo passenger)
    {
        writer.WriteStartObject();
        WriteString(writer, "agent_eticket"u8, passenger.AgentEticket);
        WriteString(writer, "agent_ticket_id"u8, passenger.AgentTicketId);
        WriteNumber(writer, "full_price"u8, passenger.FullPrice);
        if (passenger.HasChildren is { } children) writer.WriteBoolean("has_children"u8, children);
        WriteString(writer, "rider_cert_number"u8, passenger.RiderCertNumber);
        WriteString(writer, "rider_cert_type"u8, passenger.RiderCertType);
        WriteString(writer, "rider_name"u8, passenger.RiderName);
        WriteString(writer, "seat_number"u8, passenger.SeatNumber);
        WriteNumber(writer, "service_charge"u8, passenger.ServiceCharge);
        WriteNumber(writer, "ticket_price"u8, passenger.TicketPrice);
        writer.WriteEndObject();
    }

    public static void WritePassengers(Utf8JsonWriter writer, IReadOnlyList<TvmPassengerVo> passengers)
    {
        writer.WriteStartArray();
        foreach (var passenger in passengers) WritePassenger(writer, passenger);
        writer.WriteEndArray();
    }

    private static void WriteString(Utf8JsonWriter writer, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null) writer.WriteString(name, value);
    }

    private static void WriteNumber(Utf8JsonWriter writer, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number) writer.WriteNumber(name, number);
    }
}

/// <summary>Lets source-generated types carry passengers in the report's own form.</summary>
internal sealed class TvmPassengerConverter : JsonConverter<TvmPassengerVo>
{
    /// <summary>A null passenger is a broken list, not a passenger.</summary>
    public override bool HandleNull => true;

    public override TvmPassengerVo Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.StartObject ? BusTvmJson.ReadPassenger(ref reader) : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, TvmPassengerVo value, JsonSerializerOptions options) => BusTvmJson.WritePassenger(writer, value);
}
