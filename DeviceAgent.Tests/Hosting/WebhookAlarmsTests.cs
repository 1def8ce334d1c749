using System.Net;
using System.Text;
using System.Text.Json;
using DeviceAgent.Hosting;
using DeviceAgent.Issuance;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Tests.Gateway;
using DeviceAgent.Tests.Simulation;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Tests.Hosting;

public sealed class WebhookAlarmsTests : IDisposable
{
    private const string Token = "t0ken-of-the-webhook";
    private readonly VirtualTime _time = new();
    private readonly VirtualLoop _loop;
    private readonly FakeWebhook _webhook;
    private readonly HttpMessageInvoker _http;
    private readonly LogLines<WebhookAlarms> _log = new();
    private readonly CancellationTokenSource _stop = new();
    private WebhookAlarms _alarms;
    private Task _running;

    public WebhookAlarmsTests()
    {
        _loop = new(_time);
        _webhook = new(_time);
        _http = new(_webhook);
        (_alarms, _running) = Start(new());
    }

    public void Dispose()
    {
        _http.Dispose();
        _stop.Dispose();
    }

    private (WebhookAlarms Alarms, Task Running) Start(AlertOptions options, bool withUrl = true)
    {
        var alarms = new WebhookAlarms("K-1", withUrl ? options with { Url = new("https://alerts.example/kiosks") } : options, _http, () => Token, _time, new Random(3), _log);
        var running = _loop.Start(() => alarms.RunAsync(_stop.Token));
        _loop.Drain();
        return (alarms, running);
    }

    private Alarm Doubt(string order = "10000241") => new(AlarmKind.OrderInDoubt, order, "no fence proved that the printer's buffer has drained", _time.GetUtcNow());

    private void Raise(Alarm alarm) => _loop.Do(() => _alarms.Raise(alarm));

    private void Clear(string order = "10000241") => _loop.Do(() => _alarms.Clear(AlarmKind.OrderInDoubt, order));

    private int Logged(int id) => _log.Lines.Count(l => l.Id.Id == id);

    [Fact]
    public void An_alarm_is_told_at_once_and_says_what_a_person_must_know()
    {
        Raise(Doubt());
        var post = Assert.Single(_webhook.Posts);
        Assert.Equal(
            """{"kiosk":"K-1","kind":"OrderInDoubt","order":"10000241","reason":"no fence proved that the printer\u0027s buffer has drained","since":"2026-03-01T09:00:00+08:00","at":"2026-03-01T09:00:00+08:00","repeat":0,"cleared":false,"others":0}""",
            post.Text);
        Assert.Equal(("POST", "https://alerts.example/kiosks", "application/json", $"Bearer {Token}"), (post.Method, post.Url, post.Type, post.Authorization));
        Assert.Equal(1, Logged(1030));
    }

    [Fact]
    public void An_alarm_that_stands_is_told_again_and_never_twice_for_one_cause()
    {
        Raise(Doubt());
        Raise(Doubt());
        _loop.Pass(TimeSpan.FromMinutes(59));
        Raise(Doubt());
        Assert.Single(_webhook.Posts);
        _loop.Pass(TimeSpan.FromHours(2));
        Assert.Equal([0, 1, 2], _webhook.Posts.Select(p => p.Body.GetProperty("repeat").GetInt32()));
        Assert.Equal([0, 60, 120], _webhook.Posts.Select(p => p.At.TotalMinutes));
        Assert.Equal(3, Logged(1030));
    }

    [Fact]
    public void A_cleared_alarm_is_told_to_be_over_once_and_no_timer_is_left()
    {
        Raise(Doubt());
        Clear("another");
        Clear();
        Clear();
        Assert.Equal([false, true], _webhook.Posts.Select(p => p.Body.GetProperty("cleared").GetBoolean()));
        _loop.Pass(TimeSpan.FromSeconds(1));
        Assert.Null(_time.UntilNextTimer);
        Assert.Equal(1, Logged(1031));
        Raise(Doubt());
        Assert.Equal(0, _webhook.Posts[^1].Body.GetProperty("repeat").GetInt32());
    }

    [Fact]
    public void No_fault_of_the_webhook_keeps_an_alarm_from_being_told_within_a_minute_of_its_end()
    {
        var down = true;
        _webhook.Answer = n => !down ? FakeWebhook.Ok() : (n % 3) switch
        {
            0 => throw new HttpRequestException(HttpRequestError.ConnectionError, "secret words of the system"),
            1 => new(HttpStatusCode.ServiceUnavailable),
            _ => throw new IOException("secret words"),
        };
        Raise(Doubt());
        _loop.Pass(TimeSpan.FromHours(3));
        var tries = _webhook.Posts.Count;
        // Full jitter of 30 s at most: every 15 s on average.
        Assert.InRange(tries, 360, 1500);
        Assert.All(_webhook.Posts, p => Assert.Equal(0, p.Body.GetProperty("repeat").GetInt32()));
        Assert.Equal(1, Logged(1030));
        down = false;
        _loop.Pass(TimeSpan.FromSeconds(60));
        Assert.Equal(tries + 1, _webhook.Posts.Count);
        Assert.DoesNotContain(_log.Lines, l => l.Text.Contains("secret words", StringComparison.Ordinal));
    }

    [Fact]
    public void A_webhook_that_says_nothing_is_given_up_and_asked_again()
    {
        _webhook.Answer = n => n == 1 ? null : FakeWebhook.Ok();
        Raise(Doubt());
        _loop.Pass(TimeSpan.FromSeconds(9));
        Assert.Single(_webhook.Posts);
        _loop.Pass(TimeSpan.FromSeconds(51));
        Assert.Equal(2, _webhook.Posts.Count);
        Assert.Contains(_log.Lines, l => l.Id.Id == 1033 && l.Text.Contains("no answer in time", StringComparison.Ordinal));
    }

    [Fact]
    public void An_alarm_that_the_webhook_refuses_never_holds_up_the_others()
    {
        _webhook.Answer = _ => _webhook.Posts[^1].Text.Contains("\"bad\"", StringComparison.Ordinal) ? new(HttpStatusCode.BadRequest) : FakeWebhook.Ok();
        Raise(Doubt("bad"));
        for (var i = 0; i < 10; i++) Raise(Doubt($"good{i}"));
        _loop.Pass(TimeSpan.FromSeconds(60));
        Assert.Equal(10, _webhook.Posts.Where(p => p.Text.Contains("good", StringComparison.Ordinal)).Select(p => p.Text).Distinct().Count());
    }

    [Fact]
    public void One_line_that_is_down_for_hours_is_one_event_of_the_log()
    {
        _webhook.Answer = _ => new(HttpStatusCode.ServiceUnavailable);
        Raise(Doubt());
        _loop.Pass(TimeSpan.FromHours(3));
        Assert.Equal(1, Logged(1033));
    }

    [Fact]
    public void What_is_raised_or_cleared_while_a_request_is_under_way_is_not_forgotten()
    {
        _webhook.Answer = n => n % 2 == 1 ? null : FakeWebhook.Ok();
        Raise(Doubt());
        Clear();
        _loop.Pass(TimeSpan.FromMinutes(2));
        // The first request may have arrived, so the end is told.
        Assert.True(_webhook.Posts[^1].Body.GetProperty("cleared").GetBoolean());
        _loop.Pass(TimeSpan.FromMinutes(1));
        Assert.Null(_time.UntilNextTimer);
        var before = _webhook.Posts.Count;
        _webhook.Answer = n => n == before + 2 ? null : FakeWebhook.Ok();
        Raise(Doubt());
        Clear();
        Raise(Doubt());
        _loop.Pass(TimeSpan.FromMinutes(2));
        Assert.False(_webhook.Posts[^1].Body.GetProperty("cleared").GetBoolean());
        _loop.Pass(TimeSpan.FromHours(1));
        Assert.Equal(1, _webhook.Posts[^1].Body.GetProperty("repeat").GetInt32());
    }

    [Fact]
    public void Alarms_are_bounded_and_of_more_the_number_is_told()
    {
        for (var i = 0; i < WebhookAlarms.MaxStanding + 5; i++) Raise(Doubt($"o{i}"));
        Assert.Equal(WebhookAlarms.MaxStanding, _webhook.Posts.Count);
        Assert.Equal(5, Logged(1032));
        _loop.Pass(TimeSpan.FromHours(1));
        Assert.Equal(2 * WebhookAlarms.MaxStanding, _webhook.Posts.Count);
        Assert.Equal(5, _webhook.Posts[^1].Body.GetProperty("others").GetInt32());
        for (var i = 0; i < WebhookAlarms.MaxStanding; i++) Clear($"o{i}");
        _loop.Pass(TimeSpan.FromSeconds(1));
        Assert.Null(_time.UntilNextTimer);
        Raise(Doubt());
        Assert.Equal(0, _webhook.Posts[^1].Body.GetProperty("others").GetInt32());
    }

    [Fact]
    public void An_end_that_nobody_takes_is_not_told_for_ever()
    {
        Raise(Doubt());
        _webhook.Answer = _ => new(HttpStatusCode.NotFound);
        Clear();
        _loop.Pass(TimeSpan.FromHours(2));
        Assert.Null(_time.UntilNextTimer);
    }

    [Fact]
    public void Without_a_webhook_the_log_tells_and_repeats()
    {
        (_alarms, _running) = Start(new(), withUrl: false);
        Raise(Doubt());
        _loop.Pass(TimeSpan.FromHours(2));
        Assert.Empty(_webhook.Posts);
        Assert.Equal(3, Logged(1030));
        Assert.All(_log.Lines, l => Assert.Equal(Microsoft.Extensions.Logging.LogLevel.Error, l.Level));
        Clear();
        _loop.Pass(TimeSpan.FromSeconds(1));
        Assert.Null(_time.UntilNextTimer);
    }

    [Fact]
    public void A_restart_forgets_nothing_that_is_raised_again()
    {
        Raise(Doubt());
        _loop.Do(_stop.Cancel);
        Assert.True(_running.IsCompletedSuccessfully);
        using var again = new CancellationTokenSource();
        var alarms = new WebhookAlarms("K-1", new() { Url = new("https://alerts.example/kiosks") }, _http, () => null, _time, new Random(3), _log);
        _loop.Do(() => alarms.Raise(Doubt()));
        var running = _loop.Start(() => alarms.RunAsync(again.Token));
        _loop.Drain();
        Assert.Equal(2, _webhook.Posts.Count);
        Assert.Equal((0, ""), (_webhook.Posts[1].Body.GetProperty("repeat").GetInt32(), _webhook.Posts[1].Authorization));
        _loop.Do(again.Cancel);
        Assert.True(running.IsCompletedSuccessfully);
    }

    [Fact]
    public void A_stop_does_not_wait_for_the_webhook()
    {
        _webhook.Answer = _ => null;
        Raise(Doubt());
        _loop.Do(_stop.Cancel);
        Assert.True(_running.IsCompletedSuccessfully);
    }

    [Fact]
    public void The_secret_stands_in_the_header_alone()
    {
        _webhook.Answer = n => n < 5 ? new(HttpStatusCode.Unauthorized) : FakeWebhook.Ok();
        Raise(Doubt());
        _loop.Pass(TimeSpan.FromHours(1));
        Clear();
        Assert.All(_webhook.Posts, p =>
        {
            Assert.DoesNotContain(Token, p.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(Token, p.Url, StringComparison.Ordinal);
        });
        Assert.DoesNotContain(_log.Lines, l => l.Text.Contains(Token, StringComparison.Ordinal));
    }

    [Fact]
    public void A_long_reason_is_cut()
    {
        Raise(Doubt() with { Reason = new string('x', 10_000) });
        Assert.InRange(Assert.Single(_webhook.Posts).Text.Length, 500, 1000);
    }

    [Fact]
    public async Task A_real_webhook_is_told_over_TLS_and_no_redirect_is_followed()
    {
        var time = TimeProvider.System;
        using var authority = new TestAuthority(time.GetUtcNow().AddDays(-2), time.GetUtcNow().AddDays(2));
        var received = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var paths = new List<string>();
        await using var server = await TlsGateway.StartAsync(authority.Sign("localhost", time.GetUtcNow().AddDays(-1), time.GetUtcNow().AddDays(1)), async context =>
        {
            paths.Add(context.Request.Path);
            if (paths.Count == 1)
            {
                context.Response.Redirect("/elsewhere", permanent: false, preserveMethod: true);
                return;
            }
            using var body = new StreamReader(context.Request.Body, Encoding.UTF8);
            received.TrySetResult(await body.ReadToEndAsync(context.RequestAborted));
            await context.Response.WriteAsync("taken", context.RequestAborted);
        });
        using var http = new HttpMessageInvoker(TopClient.CreateHandler(server.Options, time, authority.Roots));
        var alarms = new WebhookAlarms("K-1", new() { Url = server.Options.Url }, http, () => Token, time, new Random(3), _log);
        var loop = new AgentLoop();
        using var stop = new CancellationTokenSource();
        var running = loop.Start(() => alarms.RunAsync(stop.Token));
        await loop.Start(() =>
        {
            alarms.Raise(new(AlarmKind.Journal, null, "the disk is full", time.GetUtcNow()));
            return Task.CompletedTask;
        });
        var told = JsonDocument.Parse(await received.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal(("Journal", JsonValueKind.Null, "the disk is full"), (told.GetProperty("kind").GetString(), told.GetProperty("order").ValueKind, told.GetProperty("reason").GetString()));
        Assert.Equal(["/router/rest", "/router/rest"], paths);
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    private sealed record Post(TimeSpan At, string Method, string Url, string Type, string Authorization, string Text)
    {
        public JsonElement Body => JsonDocument.Parse(Text).RootElement;
    }

    /// <summary>The other end, without a network.</summary>
    private sealed class FakeWebhook(VirtualTime time) : HttpMessageHandler
    {
        public List<Post> Posts { get; } = [];

        /// <summary>By the number of the request, from 1; null: no answer ever.</summary>
        public Func<int, HttpResponseMessage?> Answer { get; set; } = _ => Ok();

        /// <summary>An answer whose body must not be read.</summary>
        public static HttpResponseMessage Ok() => new(HttpStatusCode.OK) { Content = new Unreadable() };

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var text = await request.Content!.ReadAsStringAsync(cancellationToken);
            Posts.Add(new(time.GetElapsedTime(0), request.Method.Method, request.RequestUri!.ToString(), request.Content.Headers.ContentType!.ToString(), request.Headers.Authorization?.ToString() ?? "", text));
            if (Answer(Posts.Count) is { } answer) return answer;
            await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            throw new InvalidOperationException("unreachable");
        }
    }

    private sealed class Unreadable : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new InvalidOperationException("the body was read");

        protected override bool TryComputeLength(out long length)
        {
            length = long.MaxValue;
            return true;
        }
    }
}
