using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Tests.Gateway;

/// <summary>The request examples of the five API documents: as values, and as the bytes that must be sent for them.</summary>
internal static class DocumentExamples
{
    public const string QueryOrder = "1212";

    public static TvmBookOrderRequest Book { get; } = new()
    {
        AlitripOrderId = "10000241",
        BookTime = new DateTimeOffset(2017, 3, 3, 11, 22, 33, TimeSpan.FromHours(8)),
        Success = true,
        PayMode = "ALIPAY",
        FetchPhone = "17701011234",
        Passengers =
        [
            new TvmPassengerVo
            {
                AgentEticket = "\"\"", AgentTicketId = "00001002", FullPrice = 1100, HasChildren = false, RiderCertNumber = "111213199010105678", RiderCertType = "1",
                RiderName = "张三", SeatNumber = "20", ServiceCharge = 0, TicketPrice = 1000,
            },
        ],
        SupportEticket = false,
        TicketGate = "12F",
    };

    public const string BookPassengers =
        """[{"agent_eticket":"\"\"","agent_ticket_id":"00001002","full_price":1100,"has_children":false,"rider_cert_number":"111213199010105678","rider_cert_type":"1","rider_name":"张三","seat_number":"20","service_charge":0,"ticket_price":1000}]""";

    public static AgentConfirmReturnRq Return { get; } = new()
    {
        AgentOrderId = "A380",
        AgentReturnTicketStatus = 1,
        AgentReturnTicketType = 0,
        AgentTicketId = "B737",
        ComeFrom = "agentX",
        PassengerName = "张三",
        RefundAmount = "10.0",
        Isign = "\"\"",
        SuccessTime = new DateTimeOffset(2018, 7, 1, 7, 7, 7, TimeSpan.FromHours(8)),
    };

    public const string ReturnJson =
        """{"agent_order_id":"A380","agent_return_ticket_status":1,"agent_return_ticket_type":0,"agent_ticket_id":"B737","come_from":"agentX","passenger_name":"张三","refund_amount":"10.0","isign":"\"\"","success_time":"2018-07-01 07:07:07"}""";

    public static ShipAgentConfirmBookRq Ship { get; } = new()
    {
        AgentOrderId = "13334099888",
        AlitripOrderId = "3892200000033",
        FetchTicketsAddress = "人民广场信息",
        FetchTicketsNumber = "344420",
        FetchTicketsPwd = "4502039",
        MainBizOrderId = 3892200000033,
        Message = "短信内容",
        OrderAttr = "json属性",
        PassengerList =
        [
            new()
            {
                PassengerCertNo = "212100198902171763",
                PassengerCertType = "1",
                PassengerId = "30303029",
                PassengerName = "罗大佑",
                TicketList =
                [
                    new()
                    {
                        ETicketNo = "e3393939", TicketDesc = "票描述", TicketId = "29018383839", TicketNo = "3404040", TicketPrice = 100, TicketPwd = "22d9d9d", TicketSeatNo = "坐席号",
                        TicketStatus = "1", TicketSubType = "11", TicketTitle = "票标题", TicketType = "1", ExtAttr = "json属性",
                        ExpireTime = new DateTimeOffset(2019, 12, 20, 0, 0, 0, TimeSpan.FromHours(8)),
                    },
                ],
            },
        ],
        Success = true,
        TicketCount = 3,
        TicketWicket = "xx检票口",
        TotalPrice = 23000,
        FailedCode = "参考错误码文档",
    };

    public const string ShipJson =
        """{"agent_order_id":"13334099888","alitrip_order_id":"3892200000033","fetch_tickets_address":"人民广场信息","fetch_tickets_number":"344420","fetch_tickets_pwd":"4502039","main_biz_order_id":3892200000033,"message":"短信内容","order_attr":"json属性","passenger_list":[{"passenger_cert_no":"212100198902171763","passenger_cert_type":"1","passenger_id":"30303029","passenger_name":"罗大佑","ticket_list":[{"e_ticket_no":"e3393939","ticket_desc":"票描述","ticket_id":"29018383839","ticket_no":"3404040","ticket_price":100,"ticket_pwd":"22d9d9d","ticket_seat_no":"坐席号","ticket_status":"1","ticket_sub_type":"11","ticket_title":"票标题","ticket_type":"1","ext_attr":"json属性","expire_time":"2019-12-20 00:00:00"}]}],"success":true,"ticket_count":3,"ticket_wicket":"xx检票口","total_price":23000,"failed_code":"参考错误码文档"}""";

    public static BookCallbackParam Train { get; } = new()
    {
        BookTrainDetails =
        [
            new()
            {
                ToStationName = "上海",
                ArriveTime = "2022-10-28 12:00:00",
                OrderTotalPrice = "1000",
                TrainDate = "2022-10-28",
                FromStationName = "北京",
                TicketNum = "1",
                ToStationCode = "SHH",
                BookTicketDetails =
                [
                    new()
                    {
                        ResignFlag = "1", CoachNo = "01", TicketPrice = "1000", TicketEntrance = """{"0":"xx检票口"}""",
                        PassengerInfo = new()
                        {
                            PassengerName = "张三", PassengerMobile = "1667xx87xxx", PassengerIdNo = "432524100011191212", PassengerIdType = "0", CountryCode = "CN", Sex = "0",
                            PassengerId = "123452", ValidDateStart = "2000-12-12", BirthDate = "1000-11-19", ValidDateEnd = "2030-12-12",
                        },
                        TicketType = "1", SeatType = "1", TicketStatus = "11", RefundFlag = "0", SeatName = "硬座", ChangeFlag = "1", SeatNo = "001", PassengerTicketNo = "EW123123212",
                        FailCode = "1001", FailReason = "车次已无票",
                    },
                ],
                TrainNo = "T123",
                FromStationCode = "BJP",
                StartTime = "2022-10-10 12:00:00",
                TrainId = "车次id",
            },
        ],
        SupplierOrderId = "987654321",
        TicketNo = "EW123452",
        OrderId = "123456789",
        OrderStatus = "11",
        PurchaseType = "2",
        FailCode = "1001",
        FailReason = "车次已无票",
    };

    public const string TrainJson =
        """{"book_train_details":[{"to_station_name":"上海","arrive_time":"2022-10-28 12:00:00","order_total_price":"1000","train_date":"2022-10-28","from_station_name":"北京","ticket_num":"1","to_station_code":"SHH","book_ticket_details":[{"resign_flag":"1","coach_no":"01","ticket_price":"1000","ticket_entrance":"{\"0\":\"xx检票口\"}","passenger_info":{"passenger_name":"张三","passenger_mobile":"1667xx87xxx","passenger_id_no":"432524100011191212","passenger_id_type":"0","country_code":"CN","sex":"0","passenger_id":"123452","valid_date_start":"2000-12-12","birth_date":"1000-11-19","valid_date_end":"2030-12-12"},"ticket_type":"1","seat_type":"1","ticket_status":"11","refund_flag":"0","seat_name":"硬座","change_flag":"1","seat_no":"001","passenger_ticket_no":"EW123123212","fail_code":"1001","fail_reason":"车次已无票"}],"train_no":"T123","from_station_code":"BJP","start_time":"2022-10-10 12:00:00","train_id":"车次id"}],"supplier_order_id":"987654321","ticket_no":"EW123452","order_id":"123456789","order_status":"11","purchase_type":"2","fail_code":"1001","fail_reason":"车次已无票"}""";
}
