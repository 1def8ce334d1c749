using System.Text.Json;
using DeviceAgent.Issuance;
using DeviceAgent.Technician;
using DeviceAgent.Tests.Issuance;
using DeviceAgent.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Technician;

/// <summary>job, return, queue and session: from the command line over the real socket to the desk.</summary>
public sealed class WorkCommandsTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("work-");
    private readonly ScriptedDesk _desk = new();
    private readonly StringWriter _output = new(), _error = new();
    private LocalApi? _api;
    private string _input = "";

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
            path => new OrderCommands(path, _output, _error), path => new WorkCommands(path, new StringReader(_input), _output, _error));
        return CommandLine.InvokeAsync(arguments, SocketPath, handlers, _output, _error, Stop);
    }

    private string File(string content)
    {
        var path = Path.Combine(_folder.FullName, "job.json");
        System.IO.File.WriteAllText(path, content);
        return path;
    }

    [Fact]
    public async Task A_good_job_reaches_the_desk_whole()
    {
        Assert.Equal(ExitCodes.Ok, await RunAsync("job", "submit", File(JobSamples.Ship().ToJsonString())));
        Assert.Equal($"job ship {JobSamples.ShipOrder}, 3 tickets", Assert.Single(_desk.Worked));
        Assert.Equal(ExitCodes.Ok, await RunAsync("job", "check", File(JobSamples.Train().ToJsonString())));
        Assert.Contains($"train {JobSamples.TrainOrder}: right, 2 tickets", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("submit")]
    [InlineData("check")]
    public async Task A_bad_job_never_reaches_the_desk_and_each_fault_has_its_line(string command)
    {
        var job = JobSamples.Ship();
        job["report"]!.AsObject().Remove("agent_order_id");
        job["trip"]!["number"] = 7;
        Assert.Equal(ExitCodes.Refused, await RunAsync("job", command, File(job.ToJsonString())));
        Assert.Equal(["report.agent_order_id is required", "trip.number must be a text of 1 to 64 printable characters"], _error.ToString().Trim().Split('\n').Order());
        Assert.Equal(0, _desk.Asked);
    }

    [Theory]
    [InlineData(PickupOffer.Refused, ExitCodes.Refused)]
    [InlineData(PickupOffer.Busy, ExitCodes.NotNow)]
    [InlineData(PickupOffer.NotReady, ExitCodes.NotNow)]
    public async Task A_job_that_is_not_taken_is_never_told_as_taken(PickupOffer offer, int exit)
    {
        (_desk.Offered, _desk.Refusal) = (offer, "why not");
        Assert.Equal(exit, await RunAsync("job", "submit", File(JobSamples.Ship().ToJsonString())));
        Assert.Equal(exit, await RunAsync("return", "10000241/T1"));
        Assert.Equal("why not\nwhy not\n", _error.ToString());
    }

    [Fact]
    public async Task A_file_that_is_missing_or_too_long_is_named()
    {
        Assert.Equal(ExitCodes.Usage, await RunAsync("job", "submit", "/nowhere/job.json"));
        Assert.Equal(ExitCodes.Usage, await RunAsync("job", "submit", File(new string(' ', Job.MaxBytes + 1))));
        Assert.Contains("262144", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, _desk.Asked);
    }

    [Fact]
    public async Task A_return_names_ticket_or_order()
    {
        Assert.Equal(ExitCodes.Ok, await RunAsync("return", "10000241/T1"));
        Assert.Equal(ExitCodes.Ok, await RunAsync("return", "10000241"));
        Assert.Equal(ExitCodes.Usage, await RunAsync("return", "no ticket"));
        Assert.Equal(["return 10000241/T1", "return 10000241"], _desk.Worked);
    }

    [Fact]
    public async Task Paper_that_was_given_for_a_closed_order_is_never_shown_quietly()
    {
        Assert.Equal(ExitCodes.Ok, await RunAsync("queue", "list"));
        var lines = _output.ToString().Split('\n');
        Assert.StartsWith("!!!      7  1 ", lines[0], StringComparison.Ordinal);
        Assert.Contains("PARKED paper_given_order_closed: query: order status -5", lines[0], StringComparison.Ordinal);
        Assert.Contains("ship.notify", lines[1], StringComparison.Ordinal);
        Assert.Contains("fate unknown", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_retry_asks_unless_a_person_vouches()
    {
        Assert.Equal(ExitCodes.Ok, await RunAsync("queue", "retry", "7", "--reason", "corrected"));
        Assert.Equal(ExitCodes.Ok, await RunAsync("queue", "retry", "7", "--reason", "partner says no", "--without-asking"));
        Assert.Equal(ExitCodes.Ok, await RunAsync("queue", "settle", "8", "--reason", "refunded by hand"));
        Assert.StartsWith("retry 7 asking: corrected by uid", _desk.Worked[0], StringComparison.Ordinal);
        Assert.StartsWith("retry 7 without asking: partner says no by uid", _desk.Worked[1], StringComparison.Ordinal);
        Assert.StartsWith("settle 8: refunded by hand by uid", _desk.Worked[2], StringComparison.Ordinal);
        _desk.Result = DecisionResult.NotKnown;
        Assert.Equal(ExitCodes.Refused, await RunAsync("queue", "retry", "99", "--reason", "r"));
        Assert.Equal(ExitCodes.Usage, await RunAsync("queue", "settle", "8", "--reason", " "));
    }

    [Fact]
    public async Task A_session_comes_from_standard_input_alone()
    {
        _input = "6100e23\n";
        Assert.Equal(ExitCodes.Ok, await RunAsync("session", "set"));
        Assert.StartsWith("session 6100e23 by uid", Assert.Single(_desk.Worked), StringComparison.Ordinal);
        Assert.DoesNotContain("6100e23", _output.ToString() + _error, StringComparison.Ordinal);
        foreach (var wrong in new[] { "", "two words", "会话" })
        {
            _input = wrong;
            Assert.Equal(ExitCodes.Usage, await RunAsync("session", "set"));
        }
        _input = "6100e23";
        Assert.Equal(ExitCodes.Usage, await RunAsync("session", "set", "6100e24"));
        Assert.DoesNotContain("6100e24", _output.ToString(), StringComparison.Ordinal);
        Assert.Single(_desk.Worked);
        _desk.Refusal = "the session could not be written";
        Assert.Equal(ExitCodes.NotNow, await RunAsync("session", "set"));
    }

    [Theory]
    [InlineData("ship")]
    [InlineData("train")]
    public async Task The_schema_is_printed_and_is_the_one_in_the_documents(string journey)
    {
        Assert.Equal(ExitCodes.Ok, await RunAsync("job", "schema", journey));
        using var printed = JsonDocument.Parse(_output.ToString());
        using var documented = JsonDocument.Parse(await System.IO.File.ReadAllTextAsync(Path.Combine(TidySource.Root(), "docs", "schemas", $"{journey}-job.schema.json"), Stop));
        Assert.True(JsonElement.DeepEquals(documented.RootElement, printed.RootElement), $"device-agent job schema {journey} > docs/schemas/{journey}-job.schema.json");
    }
}
