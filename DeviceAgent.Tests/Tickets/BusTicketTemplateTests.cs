using System.Text;
using DeviceAgent.Orders;
using DeviceAgent.Tests.Oracles;
using DeviceAgent.Tests.Printing;
using DeviceAgent.Tickets;

namespace DeviceAgent.Tests.Tickets;

public sealed class BusTicketTemplateTests
{
    private static readonly DateTimeOffset IssuedAt = new(2026, 2, 28, 16, 30, 0, TimeSpan.Zero);

    private static readonly Passenger Passenger = new()
    {
        Name = "张三",
        CertificateNumber = "11010519491231002X",
        TicketNumber = "00001002",
        TicketPrice = 8650,
        HasChildren = true,
    };

    private static readonly Order Order = new()
    {
        Journey = Journey.Bus,
        OrderNumber = "10000241",
        PayMode = "ALIPAY",
        Trip = new()
        {
            Number = "PT122",
            VehicleType = "高客",
            FromStation = "杭州客运中心站",
            ToStation = "上海长途汽车客运总站",
            LastPlace = "上海",
            DepartsAt = new(2026, 3, 1, 5, 30, 0, TimeSpan.Zero),
        },
        Passengers = [Passenger],
    };

    private static readonly Ticket Ticket = new() { Index = 0, TicketNumber = "00001002", SeatNumber = "20", Gate = "12F", Passenger = Passenger };

    [Theory]
    [InlineData(32)]
    [InlineData(48)]
    public void A_copy_never_passes_for_an_original(int columns)
    {
        string Text(int copy) => string.Concat(TicketDecoder.Decode(new KioskTemplates(columns, "K-1", "400").For(Journey.Bus).Ticket(Order, Ticket, 2, IssuedAt, copy).ToArray()).SelectMany(i => i.Runs).Select(r => r.Text));
        Assert.Contains("补打 COPY 2", Text(2));
        Assert.DoesNotContain("COPY", Text(0));
    }

    [Theory]
    [InlineData(32)]
    [InlineData(48)]
    public void Nothing_that_a_passenger_needs_is_missing_on_the_ticket(int columns)
    {
        var document = new KioskTemplates(columns, "K-1", "400").For(Journey.Bus).Ticket(Order, Ticket, 2, IssuedAt).ToArray();
        var paper = TicketDecoder.Decode(document);
        // A long name stands on two lines of narrow paper.
        var text = string.Concat(paper.SelectMany(i => i.Runs).Select(r => r.Text));
        foreach (var needed in new[]
        {
            "杭州客运中心站", "上海长途汽车客运总站", "PT122", "高客", "2026-03-01", "13:30", "座位 20", "检票口 12F", "张三", "110105********002X",
            "￥86.50", "携童", "10000241", "00001002", "1/2", "K-1", "2026-03-01 00:30:00",
        }) Assert.Contains(needed, text);
        Assert.Contains("10000241/00001002", Encoding.ASCII.GetString(document));
        Assert.DoesNotContain("19491231", text);
        Assert.Equal("partial cut", paper[^1].Kind);
        Assert.Single(paper, i => i.Kind == "partial cut");
        Assert.Single(paper, i => i.Kind == "code");
    }

    [Theory]
    [InlineData(32)]
    [InlineData(48)]
    public async Task The_ticket_never_differs_from_what_an_independent_encoder_prints(int columns)
    {
        await ReceiptLineOracle.AssertPrintsTheSameAsync(new KioskTemplates(columns, "K-1", "400").For(Journey.Bus).Ticket(Order, Ticket, 2, IssuedAt).ToArray(), columns);
    }

    [Fact]
    public void Text_of_an_order_never_becomes_a_command()
    {
        var hostile = "\u001bi\u001d!\u0011\u0010\u0004\u0001" + '\0' + "\n\n\uD800 \u202E x";
        var order = Order with
        {
            Trip = Order.Trip with { Number = hostile, VehicleType = hostile, FromStation = hostile, ToStation = hostile, LastPlace = hostile },
        };
        var passenger = Passenger with { Name = hostile, CertificateNumber = hostile + hostile };
        var paper = TicketDecoder.Decode(new KioskTemplates(48, "K-1", "").For(Journey.Bus).Ticket(order, Ticket with { SeatNumber = hostile, Gate = hostile, Passenger = passenger }, 1, IssuedAt).ToArray());
        Assert.Single(paper, i => i.Kind == "partial cut");
        Assert.Equal("partial cut", paper[^1].Kind);
        Assert.DoesNotContain(string.Join("", paper.Select(i => i.ToString())), c => c is '\u001b' or '\u001d' or '\u0010' or '\0');
    }

    [Fact]
    public void What_is_no_ticket_never_looks_like_one()
    {
        var template = new KioskTemplates(48, "K-1", "400-1");
        foreach (var (document, mark) in new[]
        {
            (template.VoidStrip("10000241", 1).ToArray(), "作废"),
            (template.IncidentSlip("10000241", IssuedAt).ToArray(), "请联系工作人员"),
            (template.ProbeStrip().ToArray(), "PRINTER TEST"),
        })
        {
            var paper = TicketDecoder.Decode(document);
            Assert.Contains(mark, string.Join('\n', paper.Select(i => i.ToString())));
            Assert.DoesNotContain(paper, i => i.Kind == "code");
            Assert.Equal("partial cut", paper[^1].Kind);
        }
        Assert.Contains("10000241 #2", Encoding.ASCII.GetString(template.VoidStrip("10000241", 1).Span));
        Assert.Contains("400-1", Encoding.ASCII.GetString(template.IncidentSlip("10000241", IssuedAt).Span));
    }
}
