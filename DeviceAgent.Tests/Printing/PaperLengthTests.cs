using DeviceAgent.Drivers.Printing;
using DeviceAgent.Orders;
using DeviceAgent.Simulator.Printing;
using DeviceAgent.Tests.Simulator;
using DeviceAgent.Tickets;

namespace DeviceAgent.Tests.Printing;

public sealed class PaperLengthTests
{
    private static EscPosDocument Document() => new EscPosDocument(48).Initialise();

    [Fact]
    public void Paper_is_never_taken_by_what_prints_nothing()
    {
        Assert.Equal(0, PaperLength.Millimetres([]));
        Assert.Equal(0, PaperLength.Millimetres(Document().Align(Drivers.Printing.TextAlignment.Centre).Bold(true).Size(2, 2).Size(1, 1).Bytes.Span));
    }

    [Fact]
    public void Tall_text_feeds_and_codes_are_never_left_out()
    {
        Assert.Equal(5, PaperLength.Millimetres(Document().Line("一行").Bytes.Span));
        Assert.Equal(43, PaperLength.Millimetres(Document().Feed(10).Bytes.Span));
        // 48 dots.
        Assert.Equal(6, PaperLength.Millimetres(Document().Size(1, 2).Line("高").Bytes.Span));
        // A tall word in a line makes the whole line tall; the next one is flat again.
        Assert.Equal(11, PaperLength.Millimetres(Document().Size(2, 2).Text("高").Size(1, 1).Line("平").Line("平").Bytes.Span));
        // 17 bytes at level M: version 2, 25 modules of 6 dots.
        Assert.Equal(19, PaperLength.Millimetres(Document().QrCode("10000241/00001002").Bytes.Span));
        Assert.Equal(15, PaperLength.Millimetres(Document().Cut().Bytes.Span));
        Assert.Equal(25, PaperLength.Millimetres(Document().Cut(PaperCut.Full, 80).Bytes.Span));
    }

    /// <summary>The simulated printer measures its paper by itself: a roll that is just long enough is, and one that is 15 % shorter is not.</summary>
    [Theory]
    [InlineData(32)]
    [InlineData(48)]
    public void A_ticket_is_never_much_longer_or_shorter_than_calculated(int columns)
    {
        var passenger = new Passenger { Name = "张三", CertificateNumber = "11010519491231002X", TicketNumber = "00001002", TicketPrice = 8650 };
        var order = new Order
        {
            Journey = Journey.Bus,
            OrderNumber = "10000241",
            Trip = new() { Number = "PT122", FromStation = "杭州客运中心站", ToStation = "上海长途汽车客运总站", LastPlace = "上海", DepartsAt = new(2026, 3, 1, 5, 30, 0, TimeSpan.Zero) },
            Passengers = [passenger],
        };
        var ticket = new Ticket { Index = 0, TicketNumber = "00001002", SeatNumber = "20", Gate = "12F", Passenger = passenger };
        var document = new KioskTemplates(columns, "K-1", "400").For(Journey.Bus).Ticket(order, ticket, 1, new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero)).ToArray();
        var calculated = PaperLength.Millimetres(document);
        Assert.InRange(calculated, 90, Issuance.PaperStockTests.Typical);
        Assert.True(ComesOut(document, columns, calculated * 1.10));
        Assert.False(ComesOut(document, columns, calculated * 0.85));
    }

    [Fact]
    public void Paper_with_marks_is_never_counted_in_parts_of_a_form()
    {
        var paper = new PaperFormat { CutBytes = new byte[] { 0x1D, 0x0C, 0x1D, 0x56, 0 }, CutFeedMillimetres = 20, MarkPitchMillimetres = 100 };
        byte[] Document(int lines) => new EscPosDocument(paper).Initialise().Feed(lines).End().Bytes.ToArray();
        Assert.Equal(Convert.FromHexString("1D0C1D5600"), Document(1)[^5..]);
        Assert.Equal(100, PaperLength.Millimetres(Document(1), paper));
        Assert.Equal(200, PaperLength.Millimetres(Document(20), paper));
        Assert.Equal(63, PaperLength.Millimetres(Document(10), paper with { MarkPitchMillimetres = 0 }));
        // Without the paper's end it is as long as it is.
        Assert.Equal(43, PaperLength.Millimetres(new EscPosDocument(paper).Feed(10).Bytes.Span, paper));
    }

    private static bool ComesOut(byte[] document, int columns, double paper)
    {
        var bench = new PrinterBench(SimulatedPrinterOptions.Profile("exact") with { PaperMillimetres = paper, NearEndMillimetres = 1, Columns = columns, MillimetresPerSecond = 150 });
        bench.Send(document).Pass(TimeSpan.FromSeconds(30));
        return bench.Printer.Pieces.Count == 1;
    }

    [Fact]
    public void No_document_however_broken_has_a_negative_length_or_no_end()
    {
        var random = new Random(5);
        byte[][] pieces = [[0x1B, 0x64], [0x1D, 0x56, 66], [0x1D, 0x21], [0x1D, 0x28, 0x6B, 3, 0, 0x31, 0x51], [0x1D, 0x28, 0x6B, 3, 0, 0x31, 0x43], [0x0A], "票"u8.ToArray()];
        for (var run = 0; run < 20_000; run++)
        {
            List<byte> document = [];
            for (var i = random.Next(12); i > 0; i--)
            {
                document.AddRange(pieces[random.Next(pieces.Length)]);
                if (random.Next(2) == 0) document.Add((byte)random.Next(256));
            }
            Assert.InRange(PaperLength.Millimetres([.. document]), 0, document.Count * 1100 + 1);
        }
    }
}
