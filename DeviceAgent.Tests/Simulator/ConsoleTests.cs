using DeviceAgent.Simulator.Interactive;
using DeviceAgent.Tests.Simulation;

namespace DeviceAgent.Tests.Simulator;

public sealed class ConsoleTests
{
    public static TheoryData<string, KioskCommand> Commands => new()
    {
        { "scan 1234567890", new ScanCommand("1234567890") },
        { "  SCAN  Code With Spaces ", new ScanCommand("Code With Spaces") },
        { "job  ship-2", new JobCommand("ship-2") },
        { "return 1000024102/024102001", new ReturnCommand("1000024102/024102001") },
        { "paper out", new PaperCommand(PaperChange.Out) },
        { "paper middle", new PaperCommand(PaperChange.OutInTicket) },
        { "paper load", new PaperCommand(PaperChange.Load) },
        { "paper low", new PaperCommand(PaperChange.Low) },
        { "cover open", new CoverCommand(true) },
        { "Cover\tClose", new CoverCommand(false) },
        { "cutter jam", new CutterCommand(true) },
        { "cutter clear", new CutterCommand(false) },
        { "printer off", new PrinterPowerCommand(false) },
        { "printer on", new PrinterPowerCommand(true) },
        { "unplug scanner", new CableCommand(PluggedDevice.Scanner, false) },
        { "replug printer", new CableCommand(PluggedDevice.Printer, true) },
        { "net down", new NetCommand(false) },
        { "net up", new NetCommand(true) },
        { "net slow 800", new SlowNetCommand(TimeSpan.FromMilliseconds(800)) },
        { "gateway lose-answer", new LoseAnswerCommand() },
        { "gateway ban 60", new BanCommand(TimeSpan.FromMinutes(1)) },
        { "gateway expire-session", new ExpireSessionCommand() },
        { "power cut", new AgentPowerCommand(false) },
        { "power on", new AgentPowerCommand(true) },
        { "power fail", new SupplyCommand(true) },
        { "power back", new SupplyCommand(false) },
        { "door open", new DoorCommand(true) },
        { "door close", new DoorCommand(false) },
        { "button", new ButtonCommand() },
        { "status", new AskCommand(KioskQuestion.Status) },
        { "tickets", new AskCommand(KioskQuestion.Tickets) },
        { "ledger", new AskCommand(KioskQuestion.Ledger) },
        { "lights", new AskCommand(KioskQuestion.Lights) },
        { "help", new HelpCommand() },
        { "quit", new QuitCommand() },
        { "", new NoCommand() },
    };

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_is_not_taken_for_another_one(string line, KioskCommand expected)
    {
        Assert.True(KioskCommandLine.TryParse(line, out var command, out var error), error);
        Assert.Equal(expected, command);
    }

    [Theory]
    [InlineData("scan", "scan CODE")]
    [InlineData("job", "job NAME")]
    [InlineData("return ", "return CODE")]
    [InlineData("paper", "out, middle, load, low")]
    [InlineData("paper out now", "out, middle, load, low")]
    [InlineData("cover shut", "open, close")]
    [InlineData("unplug lights", "scanner, printer")]
    [InlineData("net", "down, up, slow MS")]
    [InlineData("net slow", "milliseconds")]
    [InlineData("net slow -1", "milliseconds")]
    [InlineData("net slow 300001", "0 to 300000")]
    [InlineData("gateway", "lose-answer, ban SECONDS, expire-session")]
    [InlineData("gateway ban forever", "seconds")]
    [InlineData("status please", "stands alone")]
    [InlineData("print", "There are: scan, job, return, paper")]
    public void A_mistake_does_not_go_without_what_is_allowed(string line, string named)
    {
        Assert.False(KioskCommandLine.TryParse(line, out var command, out var error));
        Assert.IsType<NoCommand>(command);
        Assert.Contains(named, error, StringComparison.Ordinal);
    }

    [Fact]
    public void No_typed_line_breaks_the_parser()
    {
        var random = new Random(7);
        string[] words = ["scan", "paper", "net", "slow", "gateway", "ban", "power", "99999999999999999999", "-0", "+1", "1e3", "\0", "票", "  ", "\t", "out"];
        for (var i = 0; i < 20_000; i++)
        {
            var line = string.Join(random.Next(2) == 0 ? " " : "\t", Enumerable.Range(0, random.Next(6)).Select(_ => words[random.Next(words.Length)]));
            Assert.Equal(KioskCommandLine.TryParse(line, out _, out var error), error.Length == 0);
        }
        Assert.False(KioskCommandLine.TryParse("scan " + new string('x', KioskCommandLine.MaxLength), out _, out _));
    }

    [Fact]
    public void The_help_does_not_forget_a_command_and_names_none_that_does_not_exist()
    {
        var named = KioskCommandLine.Help.Split('\n').Select(l => l.Split(' ')[0]).ToHashSet();
        Assert.False(KioskCommandLine.TryParse("?", out _, out var error));
        var verbs = error[(error.IndexOf("are: ", StringComparison.Ordinal) + 5)..].TrimEnd('.').Split(", ");
        Assert.Equal(verbs.Order(), named.Order());
    }

    [Fact]
    public async Task The_console_does_every_command_once_and_ends_at_quit()
    {
        var kiosk = new RecordingKiosk();
        var output = new StringWriter();
        string[] lines = [.. Commands.Select(c => c.Data.Item1).Where(l => l.Trim() != "quit"), "nonsense", "quit", "scan never"];
        await new KioskConsole(kiosk, new KioskView(output, new VirtualTime())).RunAsync(new StringReader(string.Join('\n', lines)), TestContext.Current.CancellationToken);
        Assert.Equal(
        [
            "scan 1234567890", "scan Code With Spaces", "job ship-2", "return 1000024102/024102001", "paper Out", "paper OutInTicket", "paper Load", "paper Low", "cover True", "cover False", "cutter True", "cutter False",
            "printer False", "printer True", "Scanner False", "Printer True", "net False", "net True", "slow 800", "lose", "ban 60", "expire", "power False", "power True", "supply True", "supply False", "door True", "door False", "button",
            "Status", "Tickets", "Ledger", "Lights",
        ], kiosk.Deeds);
        Assert.Contains("answer to Ledger", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("? 'nonsense' is not a command", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_deed_that_makes_no_sense_does_not_end_the_console()
    {
        var kiosk = new RecordingKiosk { Refuses = "cover True" };
        var output = new StringWriter();
        await new KioskConsole(kiosk, new KioskView(output, new VirtualTime())).RunAsync(new StringReader("cover open\nstatus"), TestContext.Current.CancellationToken);
        Assert.Equal(["cover True", "Status"], kiosk.Deeds);
        Assert.StartsWith("? not now", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_light_that_does_not_change_is_not_shown_again()
    {
        var output = new StringWriter { NewLine = "\n" };
        var view = new KioskView(output, new VirtualTime());
        view.ShowLights(("StatusGreen", "Continuous"));
        view.ShowLights(("StatusGreen", "Continuous"));
        view.ShowLights(("StatusGreen", "Continuous"), ("Scanner", "Slow"));
        Assert.Equal("01:00:00.000 lights   ● StatusGreen Continuous\n01:00:00.000 lights   ◐ Scanner Slow  ● StatusGreen Continuous\n", output.ToString());
        Assert.Equal("◐ Scanner Slow  ● StatusGreen Continuous", view.Lights);
    }

    [Fact]
    public void A_ticket_is_not_shown_without_its_drawing()
    {
        var output = new StringWriter();
        var piece = new PrinterBench().Send(PrinterBench.Ascii("hello\n"), PrinterBench.CutByFeeding).OnlyPiece();
        new KioskView(output, new VirtualTime(), width: 20).ShowTicket(piece);
        Assert.Contains("piece 1 is cut off", output.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(piece.Render(20), output.ToString(), StringComparison.Ordinal);
    }

    private sealed class RecordingKiosk : IVirtualKiosk
    {
        public List<string> Deeds { get; } = [];

        public string? Refuses { get; init; }

        public Task ScanAsync(string code, CancellationToken cancellationToken) => Do($"scan {code}");

        public Task SubmitJobAsync(string job, CancellationToken cancellationToken) => Do($"job {job}");

        public Task ReturnAsync(string code, CancellationToken cancellationToken) => Do($"return {code}");

        public Task ChangePaperAsync(PaperChange change, CancellationToken cancellationToken) => Do($"paper {change}");

        public Task SetCoverAsync(bool open, CancellationToken cancellationToken) => Do($"cover {open}");

        public Task SetCutterAsync(bool jammed, CancellationToken cancellationToken) => Do($"cutter {jammed}");

        public Task SetNetworkAsync(bool up, CancellationToken cancellationToken) => Do($"net {up}");

        public Task SlowNetworkAsync(TimeSpan delay, CancellationToken cancellationToken) => Do($"slow {delay.TotalMilliseconds}");

        public Task LoseNextAnswerAsync(CancellationToken cancellationToken) => Do("lose");

        public Task BanAsync(TimeSpan duration, CancellationToken cancellationToken) => Do($"ban {duration.TotalSeconds}");

        public Task ExpireSessionAsync(CancellationToken cancellationToken) => Do("expire");

        public Task SetAgentPowerAsync(bool on, CancellationToken cancellationToken) => Do($"power {on}");

        public Task SetSupplyAsync(bool fails, CancellationToken cancellationToken) => Do($"supply {fails}");

        public Task SetDoorAsync(bool open, CancellationToken cancellationToken) => Do($"door {open}");

        public Task PressButtonAsync(CancellationToken cancellationToken) => Do("button");

        public Task SetPrinterPowerAsync(bool on, CancellationToken cancellationToken) => Do($"printer {on}");

        public Task SetCableAsync(PluggedDevice device, bool plugged, CancellationToken cancellationToken) => Do($"{device} {plugged}");

        public async Task<string> AnswerAsync(KioskQuestion question, CancellationToken cancellationToken)
        {
            await Do($"{question}");
            return $"answer to {question}";
        }

        private Task Do(string deed)
        {
            Deeds.Add(deed);
            return deed == Refuses ? throw new InvalidOperationException("not now") : Task.CompletedTask;
        }
    }
}
