using System.Globalization;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Simulator.Gateway;

/// <summary>Where the gateway listens. Loopback only.</summary>
internal sealed record GatewayOptions
{
    /// <summary>0-65535; 0 takes a free port, and keeps it when the gateway comes back.</summary>
    public int Port { get; init; }
    /// <summary>A Unix socket instead of a port.</summary>
    public string? SocketPath { get; init; }
    /// <summary>The one app that may call.</summary>
    public GatewayAccount Account { get; init; } = new();
}

/// <summary>One request and what became of it.</summary>
/// <param name="ErrorCode">Of the error_response; null for an API's answer or none.</param>
/// <param name="ResultCode">The business's result_code.</param>
/// <param name="Answered">False: the connection closed without an answer.</param>
internal sealed record GatewayRequest(DateTimeOffset ReceivedAt, DateTimeOffset AnsweredAt, string? Method, string? OrderNumber, int? ErrorCode, string? ResultCode, bool Answered);

/// <summary>The platform's gateway: POST /router/rest on a loopback port, checked as strictly as its documents allow.</summary>
internal sealed class SimulatedGateway : IAsyncDisposable
{
    private const int LongestBodyBytes = 1024 * 1024;
    private static readonly TimeSpan LongestDrain = TimeSpan.FromSeconds(2);
    private readonly GatewayOptions _options;
    private readonly TimeProvider _time;
    private readonly LoopbackListener _listener;
    private long _requests;
    private volatile bool _down = true;

    private SimulatedGateway(GatewayOptions options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _listener = new LoopbackListener(options.Port, options.SocketPath, LongestBodyBytes, HandleAsync);
        Ledger = new GatewayLedger(options.Account.PassengerCipher, time);
        Faults = new GatewayFaults(time);
    }

    public static async Task<SimulatedGateway> StartAsync(GatewayOptions options, TimeProvider time)
    {
        var gateway = new SimulatedGateway(options, time);
        await gateway.ComeBackAsync();
        return gateway;
    }

    public GatewayLedger Ledger { get; }

    public GatewayFaults Faults { get; }

    public Uri Url => new($"http://127.0.0.1:{_listener.Port.ToString(CultureInfo.InvariantCulture)}/router/rest");

    public bool IsDown => _down;

    /// <summary>Raised on the request's thread with method and order number, before anything is done about it.</summary>
    public event Action<string?, string?>? Received;

    /// <summary>Raised on the request's thread when its answer is out, or lost.</summary>
    public event Action<GatewayRequest>? Finished;

    /// <summary>Raised when the gateway went down by a <see cref="GatewayFaultKind.DownAfterAnswer"/>.</summary>
    public event Action? WentDown;

    /// <summary>Nobody listens any more: connections are refused, requests in hand end without an answer.</summary>
    public Task GoDownAsync() => StopListeningAsync(new CancellationToken(canceled: true));

    public async Task ComeBackAsync()
    {
        await _listener.StartAsync();
        _down = false;
    }

    public async ValueTask DisposeAsync()
    {
        _down = true;
        await _listener.DisposeAsync();
    }

    private Task StopListeningAsync(CancellationToken hangUp)
    {
        _down = true;
        return _listener.StopAsync(hangUp);
    }

    private async Task HandleAsync(HttpContext http)
    {
        var receivedAt = _time.GetUtcNow();
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var problem = TopForm.TryParse(body.GetBuffer().AsSpan(0, (int)body.Length), out var form);
        var orderNumber = TopApi.OrderNumberIn(form);
        Received?.Invoke(form["method"], orderNumber);
        var faults = Faults.Take(form["method"]);
        bool Met(GatewayFaultKind kind) => faults.Any(f => f.Kind == kind);

        void Finish(TopAnswer? answer, bool answered) => Finished?.Invoke(new GatewayRequest(receivedAt, _time.GetUtcNow(), form["method"], orderNumber,
            answer?.ErrorCode, (answer?.Body["result_code"] ?? answer?.Body["ret_code"])?.ToString(), answered));

        if (_down || Met(GatewayFaultKind.LoseRequest))
        {
            http.Abort();
            Finish(null, false);
            return;
        }
        if (Met(GatewayFaultKind.BadGateway))
        {
            http.Response.StatusCode = StatusCodes.Status502BadGateway;
            await http.Response.WriteAsync("<html><body><h1>502 Bad Gateway</h1></body></html>\n", http.RequestAborted);
            Finish(null, true);
            return;
        }
        var answer = Answer(http.Request, form, problem, [.. faults.Select(f => f.Kind)]);
        foreach (var slow in faults.Where(f => f.Kind == GatewayFaultKind.Slow)) await Task.Delay(slow.Length, _time, http.RequestAborted);
        if (Met(GatewayFaultKind.LoseAnswer) || _down)
        {
            http.Abort();
            Finish(answer, false);
            return;
        }
        var goDown = Met(GatewayFaultKind.DownAfterAnswer);
        await WriteAsync(http, form, answer, goDown);
        Finish(answer, true);
        if (goDown) GoDownBehindAnswer();
    }

    // Stopping waits until the answer is on its way, so it runs beside the request that asks for it.
    private void GoDownBehindAnswer()
    {
        _down = true;
        _ = Task.Run(async () =>
        {
            using var limit = new CancellationTokenSource(LongestDrain, _time);
            await StopListeningAsync(limit.Token);
            WentDown?.Invoke();
        });
    }

    private TopAnswer Answer(HttpRequest request, TopForm form, string? problem, GatewayFaultKind[] faults)
    {
        var requestId = $"sim{Interlocked.Increment(ref _requests):x9}";
        var error = HttpProblem(request)
            ?? (problem is null ? null : GatewayError.Parameter(problem))
            ?? (Faults.BanLeft is { } left ? GatewayError.Banned(left) : null)
            ?? Scripted(faults);
        TopApi? api = null;
        error ??= TopProtocol.Check(form, _options.Account, _time.GetUtcNow() + Faults.ClockOffset, out api);
        if (error is not null) return TopAnswer.Of(error, requestId);
        if (!api!.TakesSession && form["session"] is not null) Ledger.NoteSession(api, TopApi.OrderNumberIn(form));
        var body = Work(api, form, faults.Contains(GatewayFaultKind.SayNo) ? "PARAM_CHECK_LACK_TICKET_ID" : null, out error);
        if (error is not null) return TopAnswer.Of(error, requestId);
        body!["request_id"] = requestId;
        return new TopAnswer(api.ResponseName, body, null);
    }

    /// <summary>The business behind the gateway. The request is checked.</summary>
    private JsonObject? Work(TopApi api, TopForm form, string? refusal, out GatewayError? error)
    {
        error = null;
        if (api == TopApi.QueryOrder) return Ledger.AnswerQuery(form["alitrip_order_id"]!);
        if (api == TopApi.BookOrder) return Ledger.AnswerReport(form, refusal);
        var content = JsonNode.Parse(form[api.Fields[0].Name]!)!.AsObject();
        if (api == TopApi.ConfirmReturn) return Ledger.AnswerReturn(content, refusal);
        return api == TopApi.NotifyShip ? Ledger.Ships.Answer(content, refusal) : Ledger.Trains.Answer(content, out error, refusal);
    }

    private static GatewayError? Scripted(GatewayFaultKind[] faults) =>
        faults.Contains(GatewayFaultKind.ServiceUnavailable) ? GatewayError.ServiceUnavailable
        : faults.Contains(GatewayFaultKind.ExpiredSession) ? GatewayError.InvalidSession
        : faults.Contains(GatewayFaultKind.WrongClock) ? GatewayError.InvalidTimestamp
        : faults.Contains(GatewayFaultKind.Refuse) ? GatewayError.Refused
        : null;

    // Parameters in the query would put the session and the signature into every access log on the way.
    private static GatewayError? HttpProblem(HttpRequest request)
    {
        if (request.Path != "/router/rest") return GatewayError.HttpAction("the path is /router/rest");
        if (!HttpMethods.IsPost(request.Method)) return GatewayError.HttpAction("POST only");
        if (request.QueryString.HasValue) return GatewayError.HttpAction("parameters belong into the body");
        var type = request.ContentType?.Split(';', StringSplitOptions.TrimEntries) ?? [];
        if (type is not [var media, ..] || !media.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
            || (type.Length > 1 && !type[1].Equals("charset=utf-8", StringComparison.OrdinalIgnoreCase)))
            return GatewayError.HttpAction("content type application/x-www-form-urlencoded;charset=utf-8");
        return null;
    }

    private async Task WriteAsync(HttpContext http, TopForm form, TopAnswer answer, bool last)
    {
        var json = form["format"] == "json";
        var bytes = json ? answer.ToJson(form["simplify"] == "true") : answer.ToXml("top011184081134.na62");
        var response = http.Response;
        response.ContentType = json ? "text/javascript;charset=UTF-8" : "text/xml;charset=UTF-8";
        response.Headers.Date = (_time.GetUtcNow() + Faults.ClockOffset).ToString("R", CultureInfo.InvariantCulture);
        if (last) response.Headers.Connection = "close";
        if (http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            using var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(bytes);
            bytes = packed.ToArray();
            response.Headers.ContentEncoding = "gzip";
        }
        response.ContentLength = bytes.Length;
        await response.Body.WriteAsync(bytes, http.RequestAborted);
        await response.CompleteAsync();
    }
}
