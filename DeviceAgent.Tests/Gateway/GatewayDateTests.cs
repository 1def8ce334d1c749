using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Tests.Simulation;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Tests.Gateway;

/// <summary>Real TLS over the loopback, in years that are not the machine's: whose word for the time is taken, and whose is not.</summary>
public sealed class GatewayDateTests : IDisposable
{
    private static readonly DateTimeOffset Day = new(2031, 6, 15, 8, 30, 0, TimeSpan.Zero);
    private readonly TestAuthority _authority = new(Day.AddYears(-5), Day.AddYears(5));
    private readonly VirtualTime _time = new(new(1970, 1, 1, 0, 0, 5, TimeSpan.Zero));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _authority.Dispose();

    private Task<GatewayDateAnswer> AskAsync(TlsGateway gateway, TestAuthority? trusted = null) =>
        new GatewayDate(gateway.Options, _time, (trusted ?? _authority).Roots).AskAsync(Stop);

    [Fact]
    public async Task A_board_in_1970_is_not_kept_from_the_time_of_a_sound_gateway()
    {
        await using var gateway = await TlsGateway.StartAsync(_authority.Sign("localhost", Day.AddDays(-30), Day.AddDays(30)), Day);
        Assert.Equal(new GatewayDateAnswer(Day, null), await AskAsync(gateway));
        Assert.Equal(["HEAD"], gateway.Methods);
    }

    [Theory]
    [InlineData(-60, -30)]
    [InlineData(30, 60)]
    public async Task A_certificate_that_is_not_valid_at_the_very_Date_never_sets_the_clock(int from, int until)
    {
        await using var gateway = await TlsGateway.StartAsync(_authority.Sign("localhost", Day.AddDays(from), Day.AddDays(until)), Day);
        var answer = await AskAsync(gateway);
        Assert.Null(answer.Date);
        Assert.Contains("are not valid at its Date 2031-06-15", answer.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_root_that_is_not_valid_at_the_very_Date_never_sets_the_clock()
    {
        using var expired = new TestAuthority(Day.AddYears(-5), Day.AddDays(-1));
        await using var gateway = await TlsGateway.StartAsync(expired.Sign("localhost", Day.AddDays(-30), Day.AddDays(30)), Day);
        Assert.Contains("to 2031-06-14", (await AskAsync(gateway, expired)).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_name_never_sets_the_clock()
    {
        await using var gateway = await TlsGateway.StartAsync(_authority.Sign("another.example", Day.AddDays(-30), Day.AddDays(30)), Day);
        Assert.Equal(GatewayDateAnswer.Refused("SecureConnectionError"), await AskAsync(gateway));
        Assert.Empty(gateway.Methods);
    }

    [Fact]
    public async Task A_certificate_for_another_purpose_never_sets_the_clock()
    {
        // Kestrel refuses to serve with it, so TLS is spoken by hand.
        using var certificate = _authority.Sign("localhost", Day.AddDays(-30), Day.AddDays(30), TestAuthority.ClientAuthentication);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var asked = new GatewayDate(new() { Url = new($"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/") }, _time, _authority.Roots).AskAsync(Stop);
        using var client = await listener.AcceptTcpClientAsync(Stop);
        await using var tls = new SslStream(client.GetStream());
        var handshake = tls.AuthenticateAsServerAsync(certificate);
        Assert.Equal(GatewayDateAnswer.Refused("SecureConnectionError"), await asked);
        await handshake.ContinueWith(_ => { }, Stop, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    [Fact]
    public async Task An_unknown_authority_never_sets_the_clock()
    {
        using var unknown = new TestAuthority(Day.AddYears(-5), Day.AddYears(5));
        await using var gateway = await TlsGateway.StartAsync(unknown.Sign("localhost", Day.AddDays(-30), Day.AddDays(30)), Day);
        Assert.Equal(GatewayDateAnswer.Refused("SecureConnectionError"), await AskAsync(gateway));
        Assert.Empty(gateway.Methods);
    }

    [Fact]
    public async Task A_cached_answer_never_sets_the_clock()
    {
        await using var gateway = await TlsGateway.StartAsync(_authority.Sign("localhost", Day.AddDays(-30), Day.AddDays(30)), context =>
        {
            context.Response.Headers.Date = Day.ToString("R", CultureInfo.InvariantCulture);
            context.Response.Headers.Age = "86400";
            return Task.CompletedTask;
        });
        Assert.Equal(GatewayDateAnswer.Refused("the answer came out of a cache"), await AskAsync(gateway));
    }

    [Fact]
    public async Task Plain_http_never_sets_the_clock()
    {
        await using var gateway = await LoopbackGateway.StartAsync(_ => Task.CompletedTask);
        var date = new GatewayDate(new() { Url = gateway.Url }, _time);
        Assert.False(date.CanVouch);
        Assert.Equal(GatewayDateAnswer.Refused("the connection was not encrypted"), await date.AskAsync(Stop));
    }

    [Fact]
    public void An_answer_without_a_Date_never_sets_the_clock() =>
        Assert.Equal(GatewayDateAnswer.Refused("the answer carries no Date"), GatewayDate.Judge(null, null, new CertificateWindow(Day, Day)));

    [Fact]
    public async Task A_gateway_that_does_not_answer_is_given_up_in_time()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var gateway = await TlsGateway.StartAsync(_authority.Sign("localhost", Day.AddDays(-30), Day.AddDays(30)), async context =>
        {
            asked.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
        });
        var answer = AskAsync(gateway);
        await asked.Task.WaitAsync(TimeSpan.FromMinutes(1), Stop);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(GatewayDateAnswer.Refused("no answer in time"), await answer);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(-31, false)]
    [InlineData(31, false)]
    public async Task A_report_never_goes_to_a_gateway_whose_certificate_is_not_valid_by_the_kiosks_clock(int days, bool accepted)
    {
        _time.JumpWallClock(Day.AddDays(days));
        await using var gateway = await TlsGateway.StartAsync(_authority.Sign("localhost", Day.AddDays(-30), Day.AddDays(30)), context => context.Response.WriteAsync(AnswerSamples.Query, context.RequestAborted));
        using var handler = TopClient.CreateHandler(gateway.Options, _time, _authority.Roots);
        using var http = new HttpClient(handler);
        var api = new PlatformApi(new TopClient(http, gateway.Options, TestCredentials.Usual, _time), cipher: null, _time, new LogLines<PlatformApi>());
        var fault = (await api.QueryOrderAsync("1", Stop)).Fault;
        Assert.Equal(accepted, fault is null);
        if (fault is not null) Assert.Equal((TopFaultRules.NetworkCode, "SecureConnectionError", false), (fault.Code, fault.Message, fault.MayHaveBeenApplied));
        Assert.Equal(accepted ? 1 : 0, gateway.Methods.Count);
        // The rules are shared by all connections: none may leave its certificates in them.
        Assert.Empty(handler.SslOptions.CertificateChainPolicy!.ExtraStore);
    }
}
