using System.Net;
using System.Text;
using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Tests.Gateway;

/// <summary>The answers of the API documents' examples, as JSON.</summary>
internal static class AnswerSamples
{
    public const string OrderFields =
        """
        "agent_order_id":"11","alipay_trade_no":"12","alitrip_order_id":"13","gmt_create":"2017-01-03","issue_time":"2017-01-04","order_status":30,
        "passengers":{"tvm_passenger_vo":[{"agent_eticket":"123456789","agent_ticket_id":"1234","full_price":1,"has_children":1,"rider_cert_number":"111213199010105678",
        "rider_cert_type":"01","rider_name":"张三","seat_number":"20","service_charge":0,"ticket_price":2,
        "tvm_insurance_infos":{"tvm_insurance_info":[{"insure_status":-1,"insure_price":1000,"insure_name":"意外险","product_no":"111abc"}]}}]},
        "pay_time":"2017-01-03 11:22:12",
        "refunds":{"tvm_refund_apply":[{"apply_id":111111,"gmt_create":"2018-01-01 00:00:00","gmt_refund_succ_time":"2018-01-01 00:01:00","out_trade_no":"A124",
        "refund_amount":100,"refund_status":40,"rp_apply_id":144339989988337}]},
        "ticket_count":1,"total_price":3,
        "tvm_bus_line_info":{"bus_number":"PT122","bus_type":"高客","dep_time":"2017-01-05 08:00","distance":7,"last_place_name":"l","runtime":2.5,"start_city_name":"c",
        "start_province_name":"北京","start_station_address":"xx路","start_station_id":"33444","start_station_name":"s","terminal":"3393939","to_station_city_name":"t",
        "to_station_id":"2344","to_station_name":"北京站","to_station_province_name":"北京市"},
        "real_pay_mode":"ALIPAY","buyer_info_unique_key":"***王d827","alitrip_tp_order_id":"3242387423"
        """;

    public const string Query =
        $$$"""{"bus_tvmqueryorder_get_response":{"result_code":"0","result_msg":"ok","is_success":true,"tvm_bus_order_line_info":{{{{OrderFields}}}},"request_id":"q1"}}""";

    public const string Booked = """{"bus_tvmbookorder_set_response":{"result_code":"11","result_msg":"22","is_success":true,"request_id":"b1"}}""";

    public const string Refused =
        """{"error_response":{"code":15,"msg":"Remote service error","sub_code":"isv.MOBILE_NUMBER_ILLEGAL","sub_msg":"号码格式错误","request_id":"rxn0m6mwsjqy"}}""";

    public static TopResult<TvmQueryOrderResponse> ParseQuery(string json, HttpStatusCode status = HttpStatusCode.OK) => ParseQuery(Encoding.UTF8.GetBytes(json), status);

    public static TopResult<TvmQueryOrderResponse> ParseQuery(ReadOnlySpan<byte> json, HttpStatusCode status = HttpStatusCode.OK) =>
        TopAnswer.Parse(json, status, null, "tvm_bus_order_line_info"u8, BusTvmJson.ReadQueryResponse);

    public static TopResult<TvmBookOrderResponse> ParseBook(string json, HttpStatusCode status = HttpStatusCode.OK) =>
        TopAnswer.Parse(Encoding.UTF8.GetBytes(json), status, null, [], BusTvmJson.ReadBookResponse);
}
