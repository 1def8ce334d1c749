using DeviceAgent.Technician;
using DeviceAgent.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Technician;

/// <summary>The commands over a real socket, against a desk that answers as told.</summary>
public sealed class OrderCommandsTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orders-");
    private readonly ScriptedDesk _desk = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
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
        if (_api is not null) await _api.DisposeAsync();
        await _output.DisposeAsync();
        await _error.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private Task<int> RunAsync(params string[] arguments)
    {
        var handlers = new CommandHandlers(
            (_, _, _) => Task.FromResult(1), (_, _) => Task.FromResult(1), (_, _, _) => Task.FromResult(1), (_, _, _) => Task.FromResult(1), path => new OrderCommands(path, _output, _error),
            path => new WorkCommands(path, TextReader.Null, _output, _error));
        return CommandLine.InvokeAsync(arguments, SocketPath, handlers, _output, _error, Stop);
    }

    [Fact]
    public async Task An_order_in_doubt_never_stands_there_without_its_reason()
    {
        Assert.Equal(ExitCodes.Ok, await RunAsync("order", "list"));
        Assert.Equal("1                    Bus       in_doubt  2026-03-01 09:00:00  2 tickets; why\n", _output.ToString());
        Assert.Equal("no order is without an outcome\n", OrderCommands.Lines(new OrdersAnswer([])));
    }

    [Fact]
    public async Task Evidence_and_decisions_are_never_left_out()
    {
        Assert.Equal(ExitCodes.Ok, await RunAsync("order", "show", "100200300"));
        Assert.Equal(
            """
            Order      100200300 (Bus)
            State      Issued since 2026-03-01 09:00:00
            Report     confirmed
            Tickets    1
                       2026-03-01 09:00:00 ticket 1, copy 1: Presented (j)
            Decision   2026-03-01 09:00:00 reissue by uid 0 (root): r (order status 30)

            """, _output.ToString());
        Assert.Equal(ExitCodes.Refused, await RunAsync("order", "show", "404404"));
        Assert.Equal("the journal does not know this order\n", _error.ToString());
    }

    [Theory]
    [InlineData(DecisionResult.Decided, ExitCodes.Ok)]
    [InlineData(DecisionResult.NotKnown, ExitCodes.Refused)]
    [InlineData(DecisionResult.Refused, ExitCodes.Refused)]
    [InlineData(DecisionResult.NotNow, ExitCodes.NotNow)]
    public async Task A_decision_never_looks_done_when_it_was_not(DecisionResult result, int exitCode)
    {
        _desk.Result = result;
        Assert.Equal(exitCode, await RunAsync("order", "resolve", "100200300", "--as", "reissue", "--reason", "paper was torn"));
        Assert.Equal("said\n", (result == DecisionResult.Decided ? _output : _error).ToString());
        Assert.Equal(("100200300", new DecisionBody("reissue", "paper was torn")), (_desk.Decisions[0].Order, _desk.Decisions[0].Decision));
    }

    [Fact]
    public async Task Maintenance_is_entered_and_left()
    {
        Assert.Equal(ExitCodes.Ok, await RunAsync("maintenance", "enter", "--reason", "new roll"));
        Assert.Equal(ExitCodes.Ok, await RunAsync("maintenance", "exit", "--reason", "done"));
        Assert.Equal("out of service for maintenance\nback in service\n", _output.ToString());
        Assert.Equal([true, false], _desk.Maintained.Select(m => m.StartsWith("True", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Without_an_agent_no_command_seems_to_have_worked()
    {
        await _api!.DisposeAsync();
        _api = null;
        string[][] lines =
            [["order", "list"], ["order", "show", "1"], ["order", "resolve", "1", "--as", "void", "--reason", "r"], ["maintenance", "exit", "--reason", "r"]];
        foreach (var line in lines) Assert.Equal(ExitCodes.AgentUnreachable, await RunAsync(line));
        Assert.Equal("", _output.ToString());
        Assert.Contains("no agent answers", _error.ToString(), StringComparison.Ordinal);
    }
}
