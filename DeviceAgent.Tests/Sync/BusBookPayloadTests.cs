using System.Text;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Sync;

public sealed class BusBookPayloadTests
{
    private static readonly TvmBookOrderRequest Request = new()
    {
        AlitripOrderId = "10000241",
        BookTime = new DateTimeOffset(2017, 3, 3, 3, 22, 33, TimeSpan.Zero),
        Success = true,
        PayMode = "ALIPAY",
        FetchPhone = "17701011234",
        Passengers = [new TvmPassengerVo { RiderName = "张三", HasChildren = false, ServiceCharge = 0, FullPrice = 1100 }],
        TicketGate = "12F",
        SupportEticket = false,
    };

    [Fact]
    public void Version_1_never_changes_its_bytes()
    {
        var report = BusBookPayload.Create(Request);
        Assert.Equal(("bus.book", 1, true), (report.Kind, report.PayloadVersion, report.Success));
        Assert.Equal("""{"alitrip_order_id":"10000241","book_time":"2017-03-03 11:22:33","success":true,"pay_mode":"ALIPAY"}""", Encoding.UTF8.GetString(report.Payload));
        Assert.Equal(
            """{"fetch_phone":"17701011234","passengers":[{"full_price":1100,"has_children":false,"rider_name":"张三","service_charge":0}],"ticket_gate":"12F","support_eticket":false}""",
            Encoding.UTF8.GetString(report.Personal!));
    }

    [Fact]
    public void What_was_written_is_what_is_sent()
    {
        var read = BusBookPayload.Read(Row(BusBookPayload.Create(Request)))!;
        Assert.Equal(Request with { Passengers = read.Passengers }, read);
        Assert.Equal(Request.Passengers![0] with { TvmInsuranceInfos = read.Passengers![0].TvmInsuranceInfos }, Assert.Single(read.Passengers));
    }

    [Fact]
    public void A_report_without_its_personal_part_is_still_sent()
    {
        var bare = Request with { FetchPhone = null, Passengers = null, TicketGate = null, SupportEticket = null };
        Assert.Null(BusBookPayload.Create(bare).Personal);
        Assert.Equal(bare, BusBookPayload.Read(Row(BusBookPayload.Create(Request)) with { Personal = null }));
        foreach (var broken in new[] { "{", "null", """{"passengers":[null]}""", """{"passengers":[5]}""", """{"passengers":[{"rider_name":"\ud800"}]}""", "{\"ticket_gate\":\"\u0001" })
        {
            Assert.Equal(bare, BusBookPayload.Read(Row(BusBookPayload.Create(Request)) with { Personal = Encoding.UTF8.GetBytes(broken) }));
        }
    }

    [Fact]
    public void An_outcome_is_never_flipped_by_its_payload() => Assert.Null(BusBookPayload.Read(Row(BusBookPayload.Create(Request)) with { Success = false }));

    [Fact]
    public void A_report_of_another_kind_version_or_order_is_not_read()
    {
        var row = Row(BusBookPayload.Create(Request));
        Assert.Null(BusBookPayload.Read(row with { Kind = "ship.order" }));
        Assert.Null(BusBookPayload.Read(row with { PayloadVersion = 2 }));
        Assert.Null(BusBookPayload.Read(row with { OrderNumber = "10000242" }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"alitrip_order_id":"","book_time":"2017-03-03 11:22:33","success":true,"pay_mode":"ALIPAY"}""")]
    [InlineData("""{"alitrip_order_id":"10000241","book_time":"2017-03-03 11:22:33","success":true,"pay_mode":""}""")]
    [InlineData("""{"alitrip_order_id":"10000241","book_time":"2017-03-03 11:22:33","success":true}""")]
    [InlineData("""{"alitrip_order_id":"10000241","book_time":"yesterday","success":true,"pay_mode":"ALIPAY"}""")]
    [InlineData("""{"alitrip_order_id":"10000241","book_time":"2017-03-03 11:22:33","pay_mode":"ALIPAY"}""")]
    [InlineData("""{"alitrip_order_id":10000241,"book_time":"2017-03-03 11:22:33","success":true,"pay_mode":"ALIPAY"}""")]
    public void A_report_that_lacks_what_the_platform_requires_is_not_sent(string payload) =>
        Assert.Null(BusBookPayload.Read(Row(BusBookPayload.Create(Request)) with { Payload = Encoding.UTF8.GetBytes(payload) }));

    private static OutboxReport Row(NewReport report) => new()
    {
        Id = 1,
        OrderNumber = "10000241",
        Kind = report.Kind,
        PayloadVersion = report.PayloadVersion,
        Success = report.Success,
        Payload = report.Payload,
        Personal = report.Personal,
        Sends = 0,
        FateUnknown = false,
        CreatedAt = DateTimeOffset.UnixEpoch,
    };
}
