using System.Text;
using DeviceAgent.Orders;
using DeviceAgent.Tests.Issuance;
using DeviceAgent.Tests.Oracles;
using DeviceAgent.Tests.Printing;
using DeviceAgent.Tickets;

namespace DeviceAgent.Tests.Tickets;

/// <summary>The layouts of ship and train tickets and of return slips.</summary>
public sealed class JourneyTemplateTests
{
    private static readonly DateTimeOffset IssuedAt = new(2026, 11, 26, 16, 30, 0, TimeSpan.Zero);

    private static (Order Order, IReadOnlyList<Ticket> Tickets) Of(Journey journey)
    {
        if (journey == Journey.BusReturn)
        {
            var passenger = new Passenger { Name = "张三", TicketNumber = "00001002", TicketPrice = 1000 };
            var order = new Order
            {
                Journey = journey,
                OrderNumber = "10000241/00001002",
                Trip = new() { Number = "PT122", FromStation = "杭州客运中心站", ToStation = "上海", DepartsAt = new(2026, 11, 27, 0, 30, 0, TimeSpan.Zero) },
                Passengers = [passenger],
                Refund = new(new(2026, 11, 26, 2, 0, 0, TimeSpan.Zero), "00001002", 850),
            };
            return (order, [new() { Index = 0, TicketNumber = "00001002", Passenger = passenger }]);
        }
        var job = JobSamples.Good(journey == Journey.Ship ? JobSamples.Ship() : JobSamples.Train());
        return (job.Order!, job.Tickets);
    }

    private static byte[] Document(Journey journey, int columns, int copy = 0)
    {
        var (order, tickets) = Of(journey);
        return new KioskTemplates(columns, "K-1", "400").For(journey).Ticket(order, tickets[0], tickets.Count, IssuedAt, copy).ToArray();
    }

    public static TheoryData<Journey, int, string[]> Needed()
    {
        var data = new TheoryData<Journey, int, string[]>();
        foreach (var columns in new[] { 32, 48 })
        {
            data.Add(Journey.Ship, columns,
                ["船票", "福州", "马祖", "海峡号 HX123", "2026-11-27", "08:30", "座位 B01", "2检票口", "罗大佑", "212100********1763", "￥215.00", "3892200000033", "3404040", "取票密码 22d9d9d", "1/3"]);
            data.Add(Journey.Train, columns,
                ["火车票", "北京", "上海", "T123", "2026-11-27", "12:00", "01车 001号 硬座", "12A检票口", "张三", "432524********1212", "￥10.00", "123456789", "EW1", "1/2"]);
            data.Add(Journey.BusReturn, columns, ["退票凭证", "杭州客运中心站", "PT122", "订单号 10000241", "已退票号 00001002", "张三", "￥8.50", "原车票已作废", "2026-11-26 10:00:00", "1/1"]);
        }
        return data;
    }

    [Theory, MemberData(nameof(Needed))]
    public void Nothing_that_a_passenger_needs_is_missing(Journey journey, int columns, string[] needed)
    {
        var paper = TicketDecoder.Decode(Document(journey, columns));
        var text = string.Concat(paper.SelectMany(i => i.Runs).Select(r => r.Text));
        // On narrow paper a place that needs two lines has a break in it.
        foreach (var word in needed) Assert.Contains(word.Replace(" ", "", StringComparison.Ordinal), text.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("partial cut", paper[^1].Kind);
        Assert.Single(paper, i => i.Kind == "partial cut");
        Assert.Equal(journey == Journey.BusReturn ? 0 : 1, paper.Count(i => i.Kind == "code"));
    }

    [Theory]
    [InlineData(Journey.Ship, 32)]
    [InlineData(Journey.Ship, 48)]
    [InlineData(Journey.Train, 32)]
    [InlineData(Journey.Train, 48)]
    [InlineData(Journey.BusReturn, 32)]
    [InlineData(Journey.BusReturn, 48)]
    public async Task No_layout_differs_from_what_an_independent_encoder_prints(Journey journey, int columns) =>
        await ReceiptLineOracle.AssertPrintsTheSameAsync(Document(journey, columns), columns);

    [Theory]
    [InlineData(Journey.Ship)]
    [InlineData(Journey.Train)]
    [InlineData(Journey.BusReturn)]
    public void A_copy_never_passes_for_an_original(Journey journey)
    {
        string Text(int copy) => string.Concat(TicketDecoder.Decode(Document(journey, 48, copy)).SelectMany(i => i.Runs).Select(r => r.Text));
        Assert.Contains("补打 COPY 1", Text(1), StringComparison.Ordinal);
        Assert.DoesNotContain("COPY", Text(0), StringComparison.Ordinal);
    }

    [Fact]
    public void A_return_slip_opens_no_gate()
    {
        Assert.DoesNotContain("10000241/00001002", Encoding.ASCII.GetString(Document(Journey.BusReturn, 48)), StringComparison.Ordinal);
        Assert.Contains($"{JobSamples.ShipOrder}/3404040", Encoding.ASCII.GetString(Document(Journey.Ship, 48)), StringComparison.Ordinal);
        Assert.Contains($"{JobSamples.TrainOrder}/EW1", Encoding.ASCII.GetString(Document(Journey.Train, 48)), StringComparison.Ordinal);
    }
}
