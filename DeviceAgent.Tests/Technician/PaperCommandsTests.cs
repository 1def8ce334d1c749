using DeviceAgent.Technician;
using DeviceAgent.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Technician;

/// <summary>paper and printer: from the command line over the real socket to the desk.</summary>
public sealed class PaperCommandsTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("paper-");
    private readonly ScriptedDesk _desk = new();
    private readonly StringWriter _output = new(), _error = new();
    private LocalApi? _api;

    private string SocketPath => Path.Combine(_folder.FullName, "agent.sock");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _api = new LocalApi(SocketPath, _desk, new VirtualTime(), NullLoggerFactory.Instance);
        await _api.StartAsync(Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await _api!.DisposeAsync();
        await _output.DisposeAsync();
        await _error.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private Task<int> RunAsync(params string[] arguments)
    {
        var handlers = new CommandHandlers(
            (_, _, _) => Task.FromResult(1), (_, _) => Task.FromResult(1), (_, _, _) => Task.FromResult(1), (_, _, _) => Task.FromResult(1),
            path => new OrderCommands(path, _output, _error), path => new WorkCommands(path, TextReader.Null, _output, _error))
        {
            Paper = path => new PaperCommands(path, _output, _error),
        };
        return CommandLine.InvokeAsync(arguments, SocketPath, handlers, _output, _error, Stop);
    }

    [Fact]
    public async Task New_paper_is_never_told_otherwise_than_it_was_said()
    {
        Assert.Equal(ExitCodes.Ok, await RunAsync("paper", "changed"));
        Assert.Equal(ExitCodes.Ok, await RunAsync("paper", "changed", "--first-form", "A0007"));
        Assert.Equal(ExitCodes.Ok, await RunAsync("paper", "number", "A0009", "--reason", "two forms stuck"));
        Assert.Equal(["paper True   by ", "paper True A0007  by ", "paper False A0009 two forms stuck by "], _desk.Worked.Select(w => w[..(w.IndexOf(" by ", StringComparison.Ordinal) + 4)]));
        Assert.Equal("said\nsaid\nsaid\n", _output.ToString());
    }

    [Theory]
    [InlineData(DecisionResult.Refused, ExitCodes.Refused)]
    [InlineData(DecisionResult.NotNow, ExitCodes.NotNow)]
    public async Task What_was_not_done_is_never_told_as_done(object result, int exit)
    {
        _desk.Result = (DecisionResult)result;
        Assert.Equal(exit, await RunAsync("paper", "changed"));
        Assert.Equal("said\n", _error.ToString());
        Assert.Equal("", _output.ToString());
    }

    [Theory]
    [InlineData("paper")]
    [InlineData("paper number A0009")]
    [InlineData("paper number --reason x")]
    [InlineData("paper changed A0009")]
    [InlineData("printer TM-1")]
    public async Task A_wrong_line_never_reaches_the_desk(string line)
    {
        Assert.Equal(ExitCodes.Usage, await RunAsync(line.Split(' ')));
        Assert.Equal(0, _desk.Asked);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"changed\":false}")]
    [InlineData("{\"changed\":false,\"firstForm\":\"A0007\"}")]
    [InlineData("{\"firstForm\":\"A0007\",\"reason\":\" \"}")]
    [InlineData("{\"changed\":true,\"firstForm\":\"\"}")]
    [InlineData("{\"changed\":true,\"firstForm\":\"1234567890123456789012345\"}")]
    [InlineData("{\"changed\":true,\"paper\":1}")]
    [InlineData("[]")]
    public async Task A_bad_body_never_reaches_the_desk(string body)
    {
        using var client = new AgentClient(SocketPath);
        var reply = await client.PostAsync("/paper", System.Text.Encoding.UTF8.GetBytes(body), Stop);
        Assert.Equal(400, reply.Status);
        Assert.Equal(0, _desk.Asked);
    }

    [Fact]
    public async Task What_the_printers_did_is_told_to_a_person_and_to_a_program()
    {
        Assert.Equal(ExitCodes.Ok, await RunAsync("printer"));
        Assert.Equal(
            """
            Printer    TM-1 (TM-T88VI)
            Can        echo
            Paper      Low, 7 tickets left
            Next form  A0007
            Did        TM-1: 1200 tickets, 156.0 m of paper, 1234 cuts, 2 faults since 2026-03-01
            Earlier    TM-0: 1 tickets, 0.1 m of paper, 1 cuts, 0 faults since 2026-03-01

            """, _output.ToString());
        Assert.Equal(ExitCodes.Ok, await RunAsync("printer", "--json"));
        Assert.Contains("\"millimetres\":156040", _output.ToString(), StringComparison.Ordinal);
    }
}
