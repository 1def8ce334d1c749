using DeviceAgent.Technician;

namespace DeviceAgent.Tests.Technician;

public sealed class CommandLineTests : IDisposable
{
    private readonly List<string> _called = [];
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    private Task<int> Run(string[] arguments, string? socketVariable = null)
    {
        var handlers = new CommandHandlers(
            (config, socket, _) => Called($"run {config} {socket}", 3),
            (config, _) => Called($"journal create {config}", 4),
            (config, reason, _) => Called($"journal adopt {config} '{reason}'", 6),
            (socket, json, _) => Called($"status {socket} {json}", 5),
            socket => new OrderCommands(socket, _output, _error), socket => new WorkCommands(socket, TextReader.Null, _output, _error));
        return CommandLine.InvokeAsync(arguments, socketVariable, handlers, _output, _error, TestContext.Current.CancellationToken);
    }

    private Task<int> Called(string what, int exitCode)
    {
        _called.Add(what);
        return Task.FromResult(exitCode);
    }

    [Theory]
    [InlineData("run", 3, "run /etc/device-agent/agent.json /run/device-agent/agent.sock")]
    [InlineData("run --config a.json --socket /b.sock", 3, "run a.json /b.sock")]
    [InlineData("run --config=a.json", 3, "run a.json /run/device-agent/agent.sock")]
    [InlineData("run --config @a.json", 3, "run @a.json /run/device-agent/agent.sock")]
    [InlineData("journal create", 4, "journal create /etc/device-agent/agent.json")]
    [InlineData("journal create --config a.json", 4, "journal create a.json")]
    [InlineData("journal adopt --reason broken", 6, "journal adopt /etc/device-agent/agent.json 'broken'")]
    [InlineData("journal adopt --config a.json --reason=卡坏了", 6, "journal adopt a.json '卡坏了'")]
    [InlineData("status", 5, "status /run/device-agent/agent.sock False")]
    [InlineData("status --json --socket /b.sock", 5, "status /b.sock True")]
    [InlineData("status --socket /etc/secret.sock", 5, "status /etc/secret.sock False")]
    public async Task Each_command_reaches_its_handler_and_gives_its_exit_code(string line, int exitCode, string call)
    {
        Assert.Equal(exitCode, await Run(line.Split(' ')));
        Assert.Equal(call, Assert.Single(_called));
        Assert.Equal("", _error.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("walk")]
    [InlineData("run --confg a.json")]
    [InlineData("run a.json")]
    [InlineData("run --config")]
    [InlineData("run --config a --config b")]
    [InlineData("journal")]
    [InlineData("journal create --socket s")]
    [InlineData("journal adopt")]
    [InlineData("journal adopt --reason")]
    [InlineData("journal adopt --reason=")]
    [InlineData("status --json=perhaps")]
    [InlineData("order")]
    [InlineData("order show")]
    [InlineData("order resolve 1 --reason r")]
    [InlineData("order resolve 1 --as issued")]
    [InlineData("order resolve 1 --as printed --reason r")]
    [InlineData("order resolve --as issued --reason r")]
    [InlineData("order resolve 1 --as issued --reason \t")]
    [InlineData("maintenance")]
    [InlineData("maintenance enter")]
    public async Task A_wrong_line_never_runs_anything(string line)
    {
        Assert.Equal(ExitCodes.Usage, await Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Empty(_called);
        Assert.NotEqual("", _error.ToString());
        Assert.Equal("", _output.ToString());
    }

    [Theory]
    [InlineData("run --top-app-secret hush")]
    [InlineData("run --AppSecret=hush")]
    [InlineData("status --session:hush")]
    public async Task A_secret_on_the_command_line_is_refused_and_not_echoed(string line)
    {
        Assert.Equal(ExitCodes.Usage, await Run(line.Split(' ')));
        Assert.Empty(_called);
        Assert.Contains("$CREDENTIALS_DIRECTORY", _error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reason_that_says_nothing_or_cannot_be_shown_is_never_kept()
    {
        foreach (var reason in new[] { "", "   ", "two\nlines", "\u001b[31mred", new string('x', 201) })
        {
            Assert.Equal(ExitCodes.Usage, await Run(["journal", "adopt", "--reason", reason]));
            Assert.Contains("1 to 200 printable characters", _error.ToString(), StringComparison.Ordinal);
            _error.GetStringBuilder().Clear();
        }
        Assert.Empty(_called);
        Assert.Equal(6, await Run(["journal", "adopt", "--reason", new string('x', 200)]));
        Assert.Equal(0, await Run(["journal", "adopt", "--help"]));
        foreach (var word in new[] { "--reason <TEXT>", "JournalMismatch", "Stop the agent first" }) Assert.Contains(word, _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_lists_every_command_and_exit_code()
    {
        Assert.Equal(0, await Run(["--help"]));
        foreach (var word in new[] { "run", "journal", "status", "--version", "64", "69", "74", "78" }) Assert.Contains(word, _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, await Run(["run", "--help"]));
        Assert.Contains("--config <FILE>", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("/etc/device-agent/agent.json", _output.ToString(), StringComparison.Ordinal);
        Assert.Empty(_called);
    }

    [Fact]
    public async Task The_version_is_one_line_and_nothing_else()
    {
        Assert.Equal(0, await Run(["--version"]));
        Assert.Matches(@"^\d+\.\d+\.\d+\S*\n$", _output.ToString());
    }

    [Theory]
    [InlineData("a", "b", "a")]
    [InlineData(null, "b", "b")]
    [InlineData("", "b", "b")]
    [InlineData(null, "", CommandLine.DefaultSocket)]
    [InlineData(null, null, CommandLine.DefaultSocket)]
    public void The_option_goes_before_the_variable_and_the_variable_before_the_default(string? option, string? variable, string expected) =>
        Assert.Equal(expected, CommandLine.SocketPath(option, variable));

    [Fact]
    public async Task A_socket_path_is_made_absolute_and_never_longer_than_the_kernel_takes()
    {
        await Run(["status", "--socket", "a.sock"]);
        Assert.Equal($"status {Path.GetFullPath("a.sock")} False", Assert.Single(_called));
        _called.Clear();
        Assert.Equal(ExitCodes.Usage, await Run(["run"], "/" + new string('a', 107)));
        Assert.Empty(_called);
        Assert.Equal(3, await Run(["run"], "/" + new string('a', 106)));
    }

    [Fact]
    public async Task The_variable_reaches_the_handlers()
    {
        await Run(["status"], "/v.sock");
        await Run(["run"], "/v.sock");
        Assert.Equal(["status /v.sock False", "run /etc/device-agent/agent.json /v.sock"], _called);
    }
}
