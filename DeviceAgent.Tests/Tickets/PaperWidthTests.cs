using System.Runtime.CompilerServices;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Orders;
using DeviceAgent.Simulator.Printing;
using DeviceAgent.Tests.Issuance;
using DeviceAgent.Tests.Printing;
using DeviceAgent.Tests.Simulator;
using DeviceAgent.Tickets;

namespace DeviceAgent.Tests.Tickets;

/// <summary>Every document of the kiosk on paper of 58 and 80 mm, as the simulated printer draws it.</summary>
/// <remarks>The pictures stand in the folder Pictures, to be looked at. PAPER_PICTURES=1 draws them anew.</remarks>
public sealed class PaperWidthTests
{
    private static readonly DateTimeOffset IssuedAt = new(2026, 2, 28, 16, 30, 0, TimeSpan.Zero);

    private static (Order Order, IReadOnlyList<Ticket> Tickets) Bus()
    {
        var passenger = new Passenger
        {
            Name = "阿卜杜拉·买买提·吐尔逊江",
            CertificateNumber = "11010519491231002X",
            TicketNumber = "00001002",
            TicketPrice = 8650,
            HasChildren = true,
        };
        var order = new Order
        {
            Journey = Journey.Bus,
            OrderNumber = "38922000000331234567",
            Trip = new()
            {
                Number = "PT122-加班",
                VehicleType = "大型高一级卧铺",
                FromStation = "呼和浩特市长途汽车客运总站东广场售票处",
                ToStation = "锡林浩特市额尔敦街道汽车客运中心站",
                LastPlace = "二连浩特",
                DepartsAt = new(2026, 3, 1, 5, 30, 0, TimeSpan.Zero),
            },
            Passengers = [passenger],
        };
        return (order, [new() { Index = 0, TicketNumber = "00001002", SeatNumber = "20", Gate = "二楼12F检票口", Passenger = passenger }]);
    }

    private static (Order Order, IReadOnlyList<Ticket> Tickets) Of(Journey journey)
    {
        if (journey == Journey.Bus) return Bus();
        if (journey == Journey.BusReturn)
        {
            var (bus, tickets) = Bus();
            var refund = new Refund(new(2026, 2, 28, 2, 0, 0, TimeSpan.Zero), "00001002", 8200);
            return (bus with { Journey = journey, OrderNumber = $"{bus.OrderNumber}/00001002", Refund = refund }, tickets);
        }
        var job = JobSamples.Good(journey == Journey.Ship ? JobSamples.Ship() : JobSamples.Train());
        return (job.Order!, job.Tickets);
    }

    /// <summary>All that a kiosk prints.</summary>
    internal static IEnumerable<(string Name, byte[] Document)> Repertoire(int columns)
    {
        var paper = PaperFormat.OfColumns(columns);
        var logo = DotImage.For(ImageFile.Read(TestPictures.Sign(600, 100)), paper.WidthDots, Shading.Diffused);
        var templates = new KioskTemplates(paper, "K-1", "400-820-8820", logo);
        foreach (var journey in Enum.GetValues<Journey>())
        {
            var (order, tickets) = Of(journey);
            yield return (journey.ToString(), templates.For(journey).Ticket(order, tickets[0], tickets.Count, IssuedAt).ToArray());
            yield return ($"{journey}-copy", templates.For(journey).Ticket(order, tickets[0], tickets.Count, IssuedAt, 1).ToArray());
        }
        yield return ("VoidStrip", templates.VoidStrip("38922000000331234567", 1).ToArray());
        yield return ("IncidentSlip", templates.IncidentSlip("38922000000331234567", IssuedAt).ToArray());
        yield return ("ProbeStrip", templates.ProbeStrip().ToArray());
        yield return ("PaperStrip", templates.PaperStrip("A0001234", IssuedAt).ToArray());
    }

    private static PaperPiece Print(byte[] document, int columns)
    {
        var bench = new PrinterBench(new() { Columns = columns });
        bench.Send(document);
        Assert.Empty(bench.Printer.Log.Anomalies);
        Assert.Equal(0, bench.Printer.LostBytes);
        return bench.OnlyPiece();
    }

    public static TheoryData<int, string> Documents()
    {
        var data = new TheoryData<int, string>();
        foreach (var columns in new[] { 32, 48 })
        {
            foreach (var (name, _) in Repertoire(columns)) data.Add(columns, name);
        }
        return data;
    }

    [Theory, MemberData(nameof(Documents))]
    public void Nothing_is_cut_off_at_the_edge_of_the_paper(int columns, string name)
    {
        var document = Repertoire(columns).Single(d => d.Name == name).Document;
        var piece = Print(document, columns);
        foreach (var line in piece.Lines)
        {
            Assert.InRange(line.Columns, 0, columns);
            if (line.Qr is { } code) Assert.InRange((code.Modules + 2 * QrSize.QuietModules) * code.ModuleDots, 1, 12 * columns);
            if (line.Image is { } image) Assert.InRange(image.WidthDots, 1, 12 * columns);
        }
        // What the printer had to wrap by itself would stand on more lines than were sent.
        var sent = EscPosTokens.Split(document).Sum(t => t switch { [0x0A] => 1, [0x1B, 0x64, var lines] => lines, _ => 0 });
        Assert.Equal(sent, piece.Lines.Count(l => l.Qr is null && l.Image is null));
    }

    [Theory]
    [InlineData(32)]
    [InlineData(48)]
    public void A_layout_never_changes_unseen(int columns)
    {
        var folder = Folder();
        var drawn = string.Concat(Repertoire(columns).Where(d => !d.Name.EndsWith("-copy", StringComparison.Ordinal)).Select(d => $"{d.Name}\n{Print(d.Document, columns).Render(80)}\n"));
        var path = Path.Combine(folder, $"{columns}-columns.txt");
        if (Environment.GetEnvironmentVariable("PAPER_PICTURES") == "1") File.WriteAllText(path, drawn);
        Assert.Equal(File.ReadAllText(path), drawn);
    }

    [Fact]
    public void A_code_is_never_wider_than_the_paper_whatever_it_holds()
    {
        for (var bytes = 1; bytes <= EscPosDocument.MaxQrBytes; bytes++)
        {
            foreach (var width in new[] { 384, 576 })
            {
                var dots = QrSize.FittingModuleDots(bytes, width);
                Assert.InRange(dots, 3, 6);
                Assert.InRange((QrSize.Modules(bytes) + 2 * QrSize.QuietModules) * dots, 1, width);
            }
        }
    }

    private static string Folder([CallerFilePath] string path = "")
    {
        var beside = Path.Combine(Path.GetDirectoryName(path)!, "Pictures");
        if (Directory.Exists(beside)) return beside;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "DeviceAgent.Tests", "Tickets", "Pictures");
            if (Directory.Exists(candidate)) return candidate;
        }
        throw new DirectoryNotFoundException("DeviceAgent.Tests/Tickets/Pictures");
    }
}
