namespace DeviceAgent.Tests.Gateway;

/// <summary>The answer examples of the five API documents: the XML as it stands there, and the JSON that says the same.</summary>
internal static class DocumentAnswers
{
    /// <summary>What the gateway writes after the root.</summary>
    public const string Trailer = "<!--top011184081134.na62-->";

    public const string QueryXml =
        """
        <bus_tvmqueryorder_get_response>
            <result_code>0</result_code>
            <result_msg>0</result_msg>
            <is_success>true</is_success>
            <tvm_bus_order_line_info>
                <agent_order_id>11</agent_order_id>
                <alipay_trade_no>1</alipay_trade_no>
                <alitrip_order_id>1</alitrip_order_id>
                <gmt_create>2017-01-03</gmt_create>
                <issue_time>2017-01-03</issue_time>
                <order_status>2</order_status>
                <passengers>
                    <tvm_passenger_vo>
                        <agent_eticket>123456789</agent_eticket>
                        <agent_ticket_id>1234</agent_ticket_id>
                        <full_price>1</full_price>
                        <has_children>1</has_children>
                        <rider_cert_number>1</rider_cert_number>
                        <rider_cert_type>1</rider_cert_type>
                        <rider_name>1</rider_name>
                        <seat_number>1</seat_number>
                        <service_charge>1</service_charge>
                        <ticket_price>1</ticket_price>
                        <tvm_insurance_infos>
                            <tvm_insurance_info>
                                <insure_status>1</insure_status>
                                <insure_price>1000</insure_price>
                                <insure_name>意外险</insure_name>
                                <product_no>111abc</product_no>
                            </tvm_insurance_info>
                        </tvm_insurance_infos>
                    </tvm_passenger_vo>
                </passengers>
                <pay_time>2017-01-03 11:22:12</pay_time>
                <refunds>
                    <tvm_refund_apply>
                        <apply_id>111111</apply_id>
                        <gmt_create>2018-01-01 00:00:00</gmt_create>
                        <gmt_refund_succ_time>2018-01-01 00:01:00</gmt_refund_succ_time>
                        <out_trade_no>A124</out_trade_no>
                        <refund_amount>100</refund_amount>
                        <refund_status>40</refund_status>
                        <rp_apply_id>144339989988337</rp_apply_id>
                    </tvm_refund_apply>
                </refunds>
                <ticket_count>1</ticket_count>
                <total_price>1</total_price>
                <tvm_bus_line_info>
                    <bus_number>PT122</bus_number>
                    <bus_type>高客</bus_type>
                    <dep_time>1</dep_time>
                    <distance>1</distance>
                    <last_place_name>1</last_place_name>
                    <runtime>2</runtime>
                    <start_city_name>1</start_city_name>
                    <start_province_name>北京</start_province_name>
                    <start_station_address>xx路</start_station_address>
                    <start_station_id>33444</start_station_id>
                    <start_station_name>1</start_station_name>
                    <terminal>3393939</terminal>
                    <to_station_city_name>1</to_station_city_name>
                    <to_station_id>2344</to_station_id>
                    <to_station_name>北京站</to_station_name>
                    <to_station_province_name>北京市</to_station_province_name>
                </tvm_bus_line_info>
                <real_pay_mode>ALIPAY或WECHAT</real_pay_mode>
                <buyer_info_unique_key>***王d827bdf1d250fa37e25a059da36230a7</buyer_info_unique_key>
                <alitrip_tp_order_id>3242387423</alitrip_tp_order_id>
            </tvm_bus_order_line_info>
        </bus_tvmqueryorder_get_response>
        """;

    public const string QueryJson =
        """{"bus_tvmqueryorder_get_response":{"result_code":"0","result_msg":"0","is_success":true,"tvm_bus_order_line_info":{"agent_order_id":"11","alipay_trade_no":"1","alitrip_order_id":"1","gmt_create":"2017-01-03","issue_time":"2017-01-03","order_status":2,"passengers":{"tvm_passenger_vo":[{"agent_eticket":"123456789","agent_ticket_id":"1234","full_price":1,"has_children":1,"rider_cert_number":"1","rider_cert_type":"1","rider_name":"1","seat_number":"1","service_charge":1,"ticket_price":1,"tvm_insurance_infos":{"tvm_insurance_info":[{"insure_status":1,"insure_price":1000,"insure_name":"意外险","product_no":"111abc"}]}}]},"pay_time":"2017-01-03 11:22:12","refunds":{"tvm_refund_apply":[{"apply_id":111111,"gmt_create":"2018-01-01 00:00:00","gmt_refund_succ_time":"2018-01-01 00:01:00","out_trade_no":"A124","refund_amount":100,"refund_status":40,"rp_apply_id":144339989988337}]},"ticket_count":1,"total_price":1,"tvm_bus_line_info":{"bus_number":"PT122","bus_type":"高客","dep_time":"1","distance":"1","last_place_name":"1","runtime":2,"start_city_name":"1","start_province_name":"北京","start_station_address":"xx路","start_station_id":"33444","start_station_name":"1","terminal":"3393939","to_station_city_name":"1","to_station_id":"2344","to_station_name":"北京站","to_station_province_name":"北京市"},"real_pay_mode":"ALIPAY或WECHAT","buyer_info_unique_key":"***王d827bdf1d250fa37e25a059da36230a7","alitrip_tp_order_id":"3242387423"}}}""";

    public const string BookXml =
        """
        <bus_tvmbookorder_set_response>
            <result_code>11</result_code>
            <result_msg>22</result_msg>
            <is_success>true</is_success>
        </bus_tvmbookorder_set_response>
        """;

    public const string BookJson =
        """{"bus_tvmbookorder_set_response":{"result_code":"11","result_msg":"22","is_success":true}}""";

    public const string ReturnXml =
        """
        <bus_agent_returnticket_confirm_response>
            <result_code>PARAM_CHECK_LACK_TICKET_ID</result_code>
            <result_msg>按票退款缺少票号</result_msg>
            <is_success>false</is_success>
        </bus_agent_returnticket_confirm_response>
        """;

    public const string ReturnJson =
        """{"bus_agent_returnticket_confirm_response":{"result_code":"PARAM_CHECK_LACK_TICKET_ID","result_msg":"按票退款缺少票号","is_success":false}}""";

    public const string ShipXml =
        """
        <alitrip_ship_order_notify_response>
            <ret_code>demo</ret_code>
            <ret_msg>demo</ret_msg>
            <ret_success>false</ret_success>
        </alitrip_ship_order_notify_response>
        """;

    public const string ShipJson =
        """{"alitrip_ship_order_notify_response":{"ret_code":"demo","ret_msg":"demo","ret_success":false}}""";

    public const string TrainXml =
        """
        <alitrip_btrip_supplychain_train_callback_book_response>
            <data>
                <order_id>123456789</order_id>
                <supplier_order_id>987654321</supplier_order_id>
            </data>
            <result_code>200</result_code>
            <status>true</status>
            <result_msg>成功</result_msg>
        </alitrip_btrip_supplychain_train_callback_book_response>
        """;

    public const string TrainJson =
        """{"alitrip_btrip_supplychain_train_callback_book_response":{"data":{"order_id":"123456789","supplier_order_id":"987654321"},"result_code":"200","status":"true","result_msg":"成功"}}""";

    public const string ErrorXml =
        """
        <error_response>
            <code>50</code>
            <msg>Remote service error</msg>
            <sub_code>isv.invalid-parameter</sub_code>
            <sub_msg>非法参数</sub_msg>
        </error_response>
        """;

    public const string ErrorJson =
        """{"error_response":{"code":50,"msg":"Remote service error","sub_code":"isv.invalid-parameter","sub_msg":"非法参数"}}""";
}
