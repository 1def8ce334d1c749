using System.Text;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Hosting;
using DeviceAgent.Issuance;
using DeviceAgent.Tests.Printing;
using DeviceAgent.Tickets;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Tests.Hosting;

/// <summary>"Tickets" and "Stock" in agent.json, and the logo's file.</summary>
public sealed class PaperOptionsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("logo-");

    public void Dispose() => _folder.Delete(recursive: true);

    private static OptionsResult Load(string sections, string printer = "") => OptionsLoader.Parse(
        Encoding.UTF8.GetBytes($$"""
            { "Kiosk": { "Id": "K-1" }, "Gateway": { "AppKey": "1" }, "Orders": { "StationIds": ["1"] }, "Claims": { "Mode": "SoleIssuer" },
              "Scanner": { "Path": "/dev/s" }, "Printer": { "Path": "/dev/p", "Columns": 32{{printer}} }{{sections}} }
            """), new Dictionary<string, string>(), null, secretsRequired: false);

    private string LogoFile(byte[] content)
    {
        var path = Path.Combine(_folder.FullName, "logo.png");
        File.WriteAllBytes(path, content);
        return path;
    }

    [Fact]
    public void What_is_not_configured_is_never_printed_or_counted()
    {
        var options = Load("").Options!;
        Assert.Equal(new TicketsOptions(), options.Tickets);
        Assert.Equal(new StockOptions(), options.Stock);
        Assert.False(options.Stock.IsNumbered);
        Assert.Null(TicketLogo.Read(options.Tickets, new PaperFormat()));
    }

    [Fact]
    public void What_is_configured_is_never_something_else()
    {
        var options = Load(""", "Tickets": { "Logo": "/etc/logo.png", "LogoShading": "Diffused", "LogoWidthDots": 200 }, "Stock": { "Prefix": "HZ-", "Digits": 8 }""").Options!;
        Assert.Equal(new TicketsOptions { Logo = "/etc/logo.png", LogoShading = Shading.Diffused, LogoWidthDots = 200 }, options.Tickets);
        Assert.Equal(new StockOptions { Prefix = "HZ-", Digits = 8 }, options.Stock);
    }

    [Theory]
    [InlineData(""", "Tickets": { "Logo": "logo.png" }""", "Tickets:Logo", "absolute path")]
    [InlineData(""", "Tickets": { "Logo": 7 }""", "Tickets:Logo", "in quotes")]
    [InlineData(""", "Tickets": { "LogoShading": "Grey" }""", "Tickets:LogoShading", "Threshold, Diffused")]
    [InlineData(""", "Tickets": { "LogoWidthDots": 7 }""", "Tickets:LogoWidthDots", "8 to 1152")]
    [InlineData(""", "Tickets": { "Logos": "/a" }""", "Tickets:Logos", "did you mean Logo")]
    [InlineData(""", "Stock": { "Digits": 2 }""", "Stock:Digits", "3 to 12")]
    [InlineData(""", "Stock": { "Digits": 13 }""", "Stock:Digits", "3 to 12")]
    [InlineData(""", "Stock": { "Prefix": "A B", "Digits": 8 }""", "Stock:Prefix", "letters, digits or '-'")]
    [InlineData(""", "Stock": { "Prefix": "A" }""", "Stock:Prefix", "no Digits")]
    public void A_mistake_is_never_without_its_name_and_what_is_allowed(string section, string key, string allowed)
    {
        var mistake = Assert.Single(Load(section).Mistakes);
        Assert.Contains(key, mistake.ToString(), StringComparison.Ordinal);
        Assert.Contains(allowed, mistake.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("P4 5000 5000")]
    public void A_bad_logo_is_told_by_its_file_and_costs_no_ticket(string content)
    {
        var path = LogoFile(Encoding.ASCII.GetBytes(content));
        var told = new Told();
        var templates = PaperSetUp.Templates(Load($$""", "Tickets": { "Logo": "{{path}}" }""").Options!, told);
        Assert.Contains(path, Assert.Single(told.Lines), StringComparison.Ordinal);
        Assert.NotEmpty(templates.ProbeStrip().ToArray());
        File.Delete(path);
        _ = PaperSetUp.Templates(Load($$""", "Tickets": { "Logo": "{{path}}" }""").Options!, told);
        Assert.Equal(2, told.Lines.Count);
        Assert.Contains(path, told.Lines[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(32)]
    [InlineData(48)]
    public void Forms_between_black_marks_are_never_counted_in_parts(int columns)
    {
        var path = Path.Combine(_folder.FullName, "marks.json");
        File.WriteAllText(path, $$"""{ "Name": "marks", "Paper": { "Columns": {{columns}}, "MarkPitchMillimetres": 100 }, "Cut": { "BlackMark": "1D 0C" } }""");
        var templates = PaperSetUp.Templates(Load("", $$""", "Profile": "{{path}}" """).Options!, new Told());
        Assert.Equal(100, PaperLength.Millimetres(templates.ProbeStrip().Span, templates.Format));
    }

    [Fact]
    public void A_logo_is_never_wider_than_the_paper_or_than_configured()
    {
        var path = LogoFile(TestPictures.Sign(600, 90));
        var paper = PaperFormat.OfColumns(32);
        Assert.Equal((384, 57), (TicketLogo.Read(new() { Logo = path }, paper)!.WidthDots, TicketLogo.Read(new() { Logo = path }, paper)!.HeightDots));
        Assert.Equal(200, TicketLogo.Read(new() { Logo = path, LogoWidthDots = 200 }, paper)!.WidthDots);
        Assert.Equal(384, TicketLogo.Read(new() { Logo = path, LogoWidthDots = 1000 }, paper)!.WidthDots);
        // Something without an end is not read without end.
        Assert.Contains("at most", Assert.Throws<InvalidDataException>(() => TicketLogo.Read(new() { Logo = "/dev/zero" }, paper)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Paper_that_cannot_be_is_refused_with_what_is_allowed()
    {
        Assert.Empty(new PaperFormat().Validate("p"));
        Assert.Empty(PaperFormat.OfColumns(32).Validate("p"));
        (PaperFormat Paper, string Key)[] wrong =
        [
            (new() { Columns = 15 }, "Columns"), (new() { WidthDots = 384 }, "WidthDots"), (new() { WidthDots = 1153 }, "WidthDots"), (new() { CutBytes = default }, "CutBytes"),
            (new() { CutFeedMillimetres = 201 }, "CutFeedMillimetres"), (new() { MarkPitchMillimetres = 19 }, "MarkPitchMillimetres"),
        ];
        foreach (var (paper, key) in wrong) Assert.StartsWith($"p:{key} must be", Assert.Single(paper.Validate("p")), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new EscPosDocument(new PaperFormat { CutBytes = default }));
    }

    private sealed class Told : ILogger
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
    }
}
