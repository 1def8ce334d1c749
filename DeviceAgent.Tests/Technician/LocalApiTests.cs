#pragma warning disable CA1416 // The agent runs on Linux alone.
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using DeviceAgent.Technician;
using DeviceAgent.Tests.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceAgent.Tests.Technician;

public sealed class LocalApiTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("api-");
    private readonly VirtualTime _time = new();
    private readonly ScriptedDesk _desk = new();
    private LocalApi? _api;

    private string SocketPath => Path.Combine(_folder.FullName, "agent.sock");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _api = new LocalApi(SocketPath, _desk, _time, NullLoggerFactory.Instance);
        await _api.StartAsync(Stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (_api is not null) await _api.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Bytes in, bytes out: nothing of an HTTP client that is polite by itself.</summary>
    private async Task<string> RawAsync(string request)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), limit.Token);
        await using var stream = new NetworkStream(socket);
        try
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(request), limit.Token);
        }
        catch (IOException)
        {
            // The agent has hung up on a request that is too long; what it said before counts.
        }
        using var answer = new MemoryStream();
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer, limit.Token) is > 0 and var read) answer.Write(buffer, 0, read);
        }
        catch (IOException)
        {
            // Reset: the agent did not want to read the rest.
        }
        return Encoding.UTF8.GetString(answer.ToArray());
    }

    private Task<string> SendAsync(string method, string path, string body = "") =>
        RawAsync($"{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    private static string Body(string answer) => answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];

    private static string Status(string answer) => answer.Split(' ', 3) is [_, var status, _] ? status : $"'{answer}'";

    private static string Reason(string answer) => JsonDocument.Parse(Body(answer)).RootElement.GetProperty("reason").GetString()!;

    [Fact]
    public async Task Status_is_exactly_what_host_and_simulator_agreed_on()
    {
        var answer = await SendAsync("GET", "/status");
        Assert.Equal("200", Status(answer));
        Assert.Contains("Content-Type: application/json\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(
            """{"version":"0.1.0","kiosk":"K-0001","canIssue":true,"reasons":["r"],"guidance":"Ready","busyWith":null,"clock":{"trusted":true,"by":"Kernel"},"printer":{"device":"Online","paper":"Full","unit":"u"},"scanner":{"device":"Online"},"devices":[{"name":"scanner","path":"/dev/s","state":"NoDevice","hint":"Maintenance","detail":"not plugged in","since":"2026-01-01T00:00:00+00:00","lossesInLastHour":7,"isFlapping":true}],"issuances":{"issued":1,"open":0,"inDoubt":0,"unreadable":0},"outbox":{"waiting":0,"parked":0,"confirmed":1,"unreadable":0},"stationNotices":null,"attention":[],"platform":{"silentSeconds":null,"held":null,"bannedSeconds":null}}""",
            Body(answer));
    }

    [Fact]
    public async Task An_order_is_told_or_not_known()
    {
        var answer = await SendAsync("GET", "/orders/100200300");
        Assert.Equal("200", Status(answer));
        Assert.Equal(
            """{"orderNumber":"100200300","journey":"Bus","state":"Issued","reason":null,"report":"confirmed","tickets":[{"index":0,"outcome":"Presented","attempts":1}],"voidStrips":0,"changedAt":"2026-03-01T09:00:00+08:00","attempts":[{"kind":"Ticket","ticket":0,"copy":1,"startedAt":"2026-03-01T09:00:00+08:00","outcome":"Presented","judgement":"j","form":null}],"decisions":[{"decision":"reissue","at":"2026-03-01T09:00:00+08:00","by":"uid 0 (root)","reason":"r","platform":"order status 30"}]}""",
            Body(answer));
        answer = await SendAsync("GET", "/orders/404404");
        Assert.Equal("404", Status(answer));
        Assert.Equal("the journal does not know this order", Reason(answer));
    }

    [Fact]
    public async Task A_pick_up_is_taken_or_refused_with_its_reason()
    {
        Assert.Equal("202", Status(await SendAsync("POST", "/pickups", """{"code":"]Q1 123456 票"}""")));
        Assert.Equal("]Q1 123456 票", Assert.Single(_desk.Codes));
        _desk.Refusal = "busy";
        var answer = await SendAsync("POST", "/pickups", """{"code":"123456"}""");
        Assert.Equal("409", Status(answer));
        Assert.Equal("""{"reason":"busy"}""", Body(answer));
    }

    [Theory]
    [InlineData("POST", "/pickups", "", "400")]
    [InlineData("POST", "/pickups", "{", "400")]
    [InlineData("POST", "/pickups", "{}", "400")]
    [InlineData("POST", "/pickups", "null", "400")]
    [InlineData("POST", "/pickups", "{\"code\":\"\"}", "400")]
    [InlineData("POST", "/pickups", "{\"code\":5}", "400")]
    [InlineData("POST", "/pickups", "{\"code\":null}", "400")]
    [InlineData("POST", "/pickups", "{\"code\":\"\\ud800\"}", "400")]
    [InlineData("POST", "/pickups", "{\"code\":\"1\",\"code\":\"2\"}", "400")]
    [InlineData("POST", "/pickups", "{\"code\":\"1\",\"reissue\":true}", "400")]
    [InlineData("POST", "/pickups", "{\"code\":\"1\"} {}", "400")]
    [InlineData("GET", "/pickups", "", "405")]
    [InlineData("POST", "/status", "", "405")]
    [InlineData("HEAD", "/status", "", "405")]
    [InlineData("GET", "/orders/", "", "400")]
    [InlineData("GET", "/orders/a%2Fb", "", "400")]
    [InlineData("GET", "/orders/1%00", "", "400")]
    [InlineData("GET", "/orders/11111111111111111111111111111111111111111111111111111111111111111", "", "400")]
    [InlineData("POST", "/orders", "", "405")]
    [InlineData("POST", "/orders/1", "", "405")]
    [InlineData("GET", "/orders/1/decision", "", "405")]
    [InlineData("POST", "/orders/1/decision", "", "400")]
    [InlineData("POST", "/orders/1/decision", "{\"as\":\"issued\"}", "400")]
    [InlineData("POST", "/orders/1/decision", "{\"as\":\"Issued\",\"reason\":\"r\"}", "400")]
    [InlineData("POST", "/orders/1/decision", "{\"as\":\"issued\",\"reason\":\" \"}", "400")]
    [InlineData("POST", "/orders/1/decision", "{\"as\":\"issued\",\"reason\":\"a\\u001b[2J\"}", "400")]
    [InlineData("POST", "/orders/1/decision", "{\"as\":\"issued\",\"reason\":\"r\",\"by\":\"root\"}", "400")]
    [InlineData("POST", "/orders/a%2Fb/decision", "{\"as\":\"issued\",\"reason\":\"r\"}", "400")]
    [InlineData("POST", "/orders//decision", "{\"as\":\"issued\",\"reason\":\"r\"}", "400")]
    [InlineData("GET", "/maintenance", "", "405")]
    [InlineData("POST", "/maintenance", "{\"active\":true}", "400")]
    [InlineData("POST", "/maintenance", "{\"active\":\"true\",\"reason\":\"r\"}", "400")]
    [InlineData("POST", "/maintenance", "{\"reason\":\"r\"}", "400")]
    [InlineData("GET", "/", "", "404")]
    [InlineData("GET", "/STATUS", "", "404")]
    public async Task Bad_input_gets_a_reason_and_never_reaches_the_desk(string method, string path, string body, string status)
    {
        var answer = await SendAsync(method, path, body);
        Assert.Equal(status, Status(answer));
        if (method != "HEAD" && !path.Contains("%00", StringComparison.Ordinal)) Assert.NotEqual("", Reason(answer));
        Assert.Equal(0, _desk.Asked);
    }

    [Fact]
    public async Task Orders_without_an_outcome_are_listed()
    {
        var answer = await SendAsync("GET", "/orders");
        Assert.Equal("200", Status(answer));
        Assert.Equal("""{"orders":[{"orderNumber":"1","journey":"Bus","state":"in_doubt","reason":"why","changedAt":"2026-03-01T09:00:00+08:00","tickets":2}]}""", Body(answer));
    }

    [Theory]
    [InlineData(DecisionResult.Decided, "200", """{"text":"said"}""")]
    [InlineData(DecisionResult.NotKnown, "404", """{"reason":"said"}""")]
    [InlineData(DecisionResult.Refused, "409", """{"reason":"said"}""")]
    [InlineData(DecisionResult.NotNow, "503", """{"reason":"said"}""")]
    public async Task A_decision_is_never_without_the_one_who_made_it(DecisionResult result, string status, string body)
    {
        _desk.Result = result;
        var answer = await SendAsync("POST", "/orders/100200300/decision", """{"as":"void","reason":"torn, 撕坏"}""");
        Assert.Equal((status, body), (Status(answer), Body(answer)));
        var (order, decision, by) = Assert.Single(_desk.Decisions);
        Assert.Equal(("100200300", new DecisionBody("void", "torn, 撕坏")), (order, decision));
        // The kernel's word: this process is at the other end.
        Assert.StartsWith(CallerIdentity.Named(FileIdentity.EffectiveUser), by, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Maintenance_is_never_entered_by_nobody()
    {
        var answer = await SendAsync("POST", "/maintenance", """{"active":true,"reason":"new roll"}""");
        Assert.Equal(("200", """{"text":"out of service for maintenance"}"""), (Status(answer), Body(answer)));
        Assert.StartsWith("True new roll uid ", Assert.Single(_desk.Maintained), StringComparison.Ordinal);
        _desk.Refusal = "the journal cannot be written";
        answer = await SendAsync("POST", "/maintenance", """{"active":false,"reason":"done"}""");
        Assert.Equal(("503", "the journal cannot be written"), (Status(answer), Reason(answer)));
    }

    [Fact]
    public void A_user_is_told_by_number_by_name_where_there_is_one_and_by_who_logged_in()
    {
        Assert.Equal("uid 4000000000", CallerIdentity.Named(4_000_000_000));
        Assert.Equal("uid 0 (root)", CallerIdentity.Describe(0, 0));
        Assert.Equal("uid 0 (root)", CallerIdentity.Describe(0, null));
        Assert.Equal("uid 0 (root), logged in as uid 4000000000", CallerIdentity.Describe(0, 4_000_000_000));
        Assert.StartsWith(CallerIdentity.Named(FileIdentity.EffectiveUser), CallerIdentity.OfThisProcess(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_or_a_body_that_is_too_long_is_refused()
    {
        var longest = new string('7', ApiApplication.MaxCode);
        Assert.Equal("202", Status(await SendAsync("POST", "/pickups", $$"""{"code":"{{longest}}"}""")));
        Assert.Equal("400", Status(await SendAsync("POST", "/pickups", $$"""{"code":"{{longest}}7"}""")));
        var tooLong = await SendAsync("POST", "/pickups", $$"""{"code":"{{new string('7', ApiApplication.MaxBody)}}"}""");
        Assert.Equal("413", Status(tooLong));
        Assert.NotEqual("", Reason(tooLong));
        Assert.Single(_desk.Codes);
    }

    [Theory]
    [InlineData("nonsense\r\n\r\n")]
    [InlineData("GET /status HTTP/1.1\r\n\r\n")]
    [InlineData("GET /status HTTP/9.9\r\nHost: a\r\n\r\n")]
    [InlineData("POST /pickups HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n")]
    public async Task What_is_no_HTTP_is_refused_and_the_next_one_is_served(string request)
    {
        Assert.Contains(Status(await RawAsync(request)), new[] { "400", "505" });
        Assert.Equal("200", Status(await SendAsync("GET", "/status")));
    }

    [Fact]
    public async Task Endless_headers_are_cut_off()
    {
        var answer = await RawAsync("GET /status HTTP/1.1\r\nHost: a\r\nX: " + new string('x', 100_000) + "\r\n\r\n");
        Assert.Equal("431", Status(answer));
    }

    [Fact]
    public async Task Mutated_requests_never_stop_the_server()
    {
        var random = new Random(7);
        var seed = Encoding.ASCII.GetBytes("POST /pickups HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 17\r\n\r\n{\"code\":\"123456\"}");
        for (var round = 0; round < 300; round++)
        {
            var bytes = (byte[])seed.Clone();
            for (var n = random.Next(1, 4); n > 0; n--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), Stop);
            await socket.SendAsync(bytes, Stop);
            socket.Shutdown(SocketShutdown.Send); // a length that is too great must not wait for more
            try
            {
                while (await socket.ReceiveAsync(new byte[4096], Stop) > 0) { }
            }
            catch (SocketException)
            {
                // reset: also an answer
            }
        }
        Assert.Equal("200", Status(await SendAsync("GET", "/status")));
    }

    [Fact]
    public async Task A_loop_that_does_not_answer_is_told_after_its_time()
    {
        _desk.Stuck = new TaskCompletionSource();
        var asking = SendAsync("GET", "/status");
        await _desk.Stuck.Task; // asked
        _time.Advance(ApiApplication.DeskLimit);
        var answer = await asking;
        Assert.Equal("503", Status(answer));
        Assert.Equal("the agent does not answer", Reason(answer));
    }

    [Fact]
    public void The_socket_is_for_its_owner_and_group_only() =>
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(SocketPath));

    [Fact]
    public async Task A_second_agent_never_takes_the_socket_of_a_living_one()
    {
        await using var second = new LocalApi(SocketPath, _desk, _time, NullLoggerFactory.Instance);
        var refused = await Assert.ThrowsAsync<IOException>(() => second.StartAsync(Stop));
        Assert.Contains("Another agent answers", refused.Message, StringComparison.Ordinal);
        Assert.Equal("200", Status(await SendAsync("GET", "/status")));
    }

    [Fact]
    public async Task A_stale_socket_is_replaced_and_anything_else_is_left_alone()
    {
        await _api!.DisposeAsync();
        Assert.False(File.Exists(SocketPath));
        MakeStaleSocket(SocketPath);
        _api = new LocalApi(SocketPath, _desk, _time, NullLoggerFactory.Instance);
        await _api.StartAsync(Stop);
        Assert.Equal("200", Status(await SendAsync("GET", "/status")));

        var file = Path.Combine(_folder.FullName, "file");
        await File.WriteAllTextAsync(file, "precious", Stop);
        var link = Path.Combine(_folder.FullName, "link");
        File.CreateSymbolicLink(link, file);
        foreach (var inTheWay in new[] { file, link, Path.Combine(_folder.FullName, "missing", "agent.sock") })
        {
            await using var other = new LocalApi(inTheWay, _desk, _time, NullLoggerFactory.Instance);
            await Assert.ThrowsAsync<IOException>(() => other.StartAsync(Stop));
        }
        Assert.Equal("precious", await File.ReadAllTextAsync(file, Stop));
    }

    // What a killed agent leaves behind: the file of a socket that nobody listens on.
    private static void MakeStaleSocket(string path)
    {
        var aside = path + ".aside";
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(aside));
            File.Move(aside, path); // the framework removes the name that it bound, not this one
        }
        Assert.True(File.Exists(path));
    }

    [Fact]
    public async Task Status_for_a_person_is_aligned_and_as_JSON_is_untouched()
    {
        var output = new StringWriter();
        var error = new StringWriter();
        Assert.Equal(ExitCodes.Ok, await StatusCommand.RunAsync(SocketPath, json: false, output, error, Stop));
        Assert.Equal(
            """
            Kiosk      K-0001 (release 0.1.0)
            Issues     yes
                       - r
            Guidance   Ready
            Busy with  nothing
            Clock      trusted, by the word of Kernel
            Printer    Online, paper Full, unit u
            Scanner    Online
            Device     scanner at /dev/s: NoDevice, not plugged in (Maintenance), lost 7 times in the last hour, flapping
            Issuances  1 issued, 0 open, 0 in doubt
            Outbox     0 waiting, 0 parked, 1 confirmed

            """, output.ToString());
        output = new StringWriter();
        Assert.Equal(ExitCodes.Ok, await StatusCommand.RunAsync(SocketPath, json: true, output, error, Stop));
        Assert.Equal(Body(await SendAsync("GET", "/status")) + "\n", output.ToString());
        Assert.Equal("", error.ToString());
    }

    [Fact]
    public void A_device_cannot_write_to_the_terminal_of_a_technician()
    {
        var status = ScriptedDesk.Status with { Printer = new("Online", "Full", "\u001b[2J\n"), Outbox = new(1, 2, 3, 4) };
        Assert.Contains("unit ?[2J?\n", StatusCommand.Lines(status), StringComparison.Ordinal);
        Assert.Contains("1 waiting, 2 parked, 3 confirmed, 4 of a newer release\n", StatusCommand.Lines(status), StringComparison.Ordinal);
        Assert.Contains("scanner at /dev/s: NoDevice, not plugged in (Maintenance), lost 7 times in the last hour, flapping\n", StatusCommand.Lines(status), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_that_is_not_there_is_told_plainly()
    {
        await _api!.DisposeAsync();
        foreach (var (path, expected) in new[] { (SocketPath, "there is no socket"), (MadeStale(), "nobody listens") })
        {
            var error = new StringWriter();
            Assert.Equal(ExitCodes.AgentUnreachable, await StatusCommand.RunAsync(path, json: false, TextWriter.Null, error, Stop));
            Assert.Contains(expected, error.ToString(), StringComparison.Ordinal);
            Assert.Contains(path, error.ToString(), StringComparison.Ordinal);
        }

        string MadeStale()
        {
            var path = Path.Combine(_folder.FullName, "stale.sock");
            MakeStaleSocket(path);
            return path;
        }
    }
}
