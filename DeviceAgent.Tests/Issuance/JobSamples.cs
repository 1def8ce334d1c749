using System.Text;
using System.Text.Json.Nodes;
using DeviceAgent.Issuance;

namespace DeviceAgent.Tests.Issuance;

/// <summary>Jobs as a station's program writes them.</summary>
internal static class JobSamples
{
    public const string ShipOrder = "3892200000033", TrainOrder = "123456789";

    /// <summary>Two passengers, three tickets.</summary>
    public static JsonObject Ship() => JsonNode.Parse($$"""
        {
          "journey": "ship",
          "trip": { "number": "海峡号 HX123", "from_station": "福州", "to_station": "马祖", "departs_at": "2026-11-27 08:30:00" },
          "report": {
            "agent_order_id": "13334099888", "alitrip_order_id": "{{ShipOrder}}", "fetch_tickets_pwd": "4502039",
            "success": true, "ticket_count": 3, "ticket_wicket": "2检票口", "total_price": 46000,
            "passenger_list": [
              { "passenger_name": "罗大佑", "passenger_cert_no": "212100198902171763", "passenger_cert_type": "1", "ticket_list": [
                { "ticket_id": "1", "ticket_no": "3404040", "ticket_price": 21500, "ticket_type": "1", "ticket_pwd": "22d9d9d", "ticket_seat_no": "B01", "ticket_status": "2" },
                { "ticket_id": "2", "e_ticket_no": "e3393939", "ticket_price": 3000, "ticket_type": "2", "ticket_title": "门票" } ] },
              { "passenger_name": "李四", "ticket_list": [ { "ticket_id": "29018383839", "ticket_price": 21500, "ticket_type": "1", "expire_time": "2026-12-20 00:00:00" } ] }
            ]
          }
        }
        """)!.AsObject();

    /// <summary>Three passengers, of whom the second has no ticket.</summary>
    public static JsonObject Train()
    {
        static string Ticket(string name, string more) => $$"""
            { "resign_flag": "1", "coach_no": "01", "ticket_price": "1000", "ticket_entrance": "{\"0\":\"12A检票口\"}", "ticket_type": "1", "seat_type": "1",
              "ticket_status": "11", "refund_flag": "0", "seat_name": "硬座", "change_flag": "1", "seat_no": "001"{{more}},
              "passenger_info": { "passenger_name": "{{name}}", "passenger_mobile": "13800138000", "passenger_id_no": "432524100011191212", "passenger_id_type": "0", "passenger_id": "123452" } }
            """;
        return JsonNode.Parse($$"""
            {
              "journey": "train",
              "report": {
                "supplier_order_id": "987654321", "order_id": "{{TrainOrder}}", "order_status": "11", "purchase_type": "2",
                "book_train_details": [ {
                  "from_station_name": "北京", "from_station_code": "BJP", "to_station_name": "上海", "to_station_code": "SHH", "train_no": "T123",
                  "start_time": "2026-11-27 12:00:00", "arrive_time": "2026-11-27 20:00:00", "train_date": "2026-11-27", "order_total_price": "2000", "ticket_num": "3",
                  "book_ticket_details": [
                    {{Ticket("张三", ", \"passenger_ticket_no\": \"EW1\"")}},
                    {{Ticket("李四", ", \"fail_code\": \"1001\", \"fail_reason\": \"车次已无票\"")}},
                    {{Ticket("王五", ", \"passenger_ticket_no\": \"EW3\"")}} ]
                } ]
              }
            }
            """)!.AsObject();
    }

    public static JsonObject ShipFailure() => JsonNode.Parse($$"""
        { "journey": "ship", "report": { "agent_order_id": "1", "alitrip_order_id": "{{ShipOrder}}", "success": false, "failed_code": "NO_TICKET" } }
        """)!.AsObject();

    public static (Job? Job, IReadOnlyList<string> Faults) Read(JsonNode job) => Job.Read(Encoding.UTF8.GetBytes(job.ToJsonString()));

    public static Job Good(JsonNode job)
    {
        var (read, faults) = Read(job);
        Assert.Empty(faults);
        return read!;
    }
}
