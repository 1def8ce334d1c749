using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using DeviceAgent.Platform.Gateway;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Platform.Station;

/// <summary>The station's ticketing system over HTTP. Does not own the <see cref="HttpClient"/>.</summary>
/// <param name="token">Asked for each request, so that a renewed one takes effect at once; null: none is sent.</param>
public sealed class StationClient(HttpClient http, StationOptions options, Func<string?> token, TimeProvider time, ILogger<StationClient> logger) : IStationApi
{
    private const int MaxAnswerBytes = 64 * 1024;

    private readonly string _base = (options.Url ?? throw new ArgumentException("A station has an address.", nameof(options))).OriginalString.TrimEnd('/');

    public async Task<TopResult<AllocationAnswer>> AllocateAsync(AllocationRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var answer = await SendAsync(HttpMethod.Put, $"allocations/{Escape(request.OrderNumber)}", StationJson.Write(request), request.OrderNumber, cancellationToken);
        if (answer.Fault is { } fault) return TopResult.Failed<AllocationAnswer>(fault);
        if (answer.Status == HttpStatusCode.Conflict) return TopResult.Of(new AllocationAnswer(null, StationJson.ReadReason(answer.Body)));
        if (answer.Status == HttpStatusCode.NotFound) return TopResult.Failed<AllocationAnswer>(NotThere);
        return StationJson.ReadTickets(answer.Body, request.Passengers.Count) is { } tickets ? TopResult.Of(tickets) : TopResult.Failed<AllocationAnswer>(Unreadable);
    }

    public Task<TopResult<StationReceipt>> ConfirmAsync(AllocationNotice notice, CancellationToken cancellationToken) => NotifyAsync(notice, "confirm", cancellationToken);

    public Task<TopResult<StationReceipt>> ReleaseAsync(AllocationNotice notice, CancellationToken cancellationToken) => NotifyAsync(notice, "release", cancellationToken);

    public async Task<TopResult<ReturnAnswer>> ReturnAsync(ReturnRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var path = $"returns/{Escape(request.OrderNumber)}{(request.TicketNumber is { } ticket ? "/" + Escape(ticket) : "")}";
        var answer = await SendAsync(HttpMethod.Put, path, StationJson.Write(request), request.OrderNumber, cancellationToken);
        if (answer.Fault is { } fault) return TopResult.Failed<ReturnAnswer>(fault);
        if (answer.Status == HttpStatusCode.NotFound) return TopResult.Failed<ReturnAnswer>(NotThere);
        // "409" is a refusal in short.
        if (answer.Status == HttpStatusCode.Conflict)
            return TopResult.Of(new ReturnAnswer(ReturnDecision.Refused, null, null, time.GetUtcNow(), null, StationJson.ReadReason(answer.Body)));
        return StationJson.ReadReturn(answer.Body, time.GetUtcNow()) is { } decided ? TopResult.Of(decided) : TopResult.Failed<ReturnAnswer>(Unreadable);
    }

    private async Task<TopResult<StationReceipt>> NotifyAsync(AllocationNotice notice, string what, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(notice);
        var answer = await SendAsync(HttpMethod.Post, $"allocations/{Escape(notice.OrderNumber)}/{what}", StationJson.Write(notice), notice.OrderNumber, cancellationToken);
        if (answer.Fault is { } fault) return TopResult.Failed<StationReceipt>(fault);
        // An allocation that never reached the station cannot be given back, and need not be.
        var isRefused = answer.Status == HttpStatusCode.Conflict || (answer.Status == HttpStatusCode.NotFound && what != "release");
        return isRefused
            ? TopResult.Failed<StationReceipt>(Fault(TopRemedy.Park, answer.Status, StationJson.ReadReason(answer.Body), applied: false))
            : TopResult.Of(new StationReceipt($"station: {what}, http {((int)answer.Status).ToString(CultureInfo.InvariantCulture)}"));
    }

    private async Task<Answer> SendAsync(HttpMethod method, string path, byte[] body, string order, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var answer = await TrySendAsync(method, path, body, cancellationToken);
        var milliseconds = time.GetElapsedTime(started).TotalMilliseconds;
        if (answer.Fault is { } fault) logger.Failed(path.Split('/')[0], order, fault.Code, milliseconds);
        else logger.Answered(path.Split('/')[0], order, (int)answer.Status, milliseconds);
        return answer;
    }

    private async Task<Answer> TrySendAsync(HttpMethod method, string path, byte[] body, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using var request = new HttpRequestMessage(method, $"{_base}/{path}") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (token() is { } bearer) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var read = await ReadAsync(response, either.Token);
            return read is null ? Answer.Of(Unreadable) : Judge(response.StatusCode, read);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Answer.Of(TopFaultRules.NoAnswer(TopFaultRules.TimeoutCode, "no answer in time", wentOut: true));
        }
        catch (HttpRequestException fault)
        {
            return Answer.Of(TopFaultRules.NoAnswer(TopFaultRules.NetworkCode, fault.HttpRequestError.ToString(), wentOut: true));
        }
        catch (IOException)
        {
            return Answer.Of(TopFaultRules.NoAnswer(TopFaultRules.NetworkCode, "the answer broke off", wentOut: true));
        }
    }

    private static Answer Judge(HttpStatusCode status, byte[] body) => (int)status switch
    {
        200 or 204 or 404 or 409 => new(status, body, null),
        400 or 422 => Answer.Of(Fault(TopRemedy.Park, status, StationJson.ReadReason(body), applied: false)),
        401 or 403 => Answer.Of(Fault(TopRemedy.Configuration, status, "the station does not take our token", applied: false)),
        _ => Answer.Of(Fault(TopRemedy.Retry, status, "not now", applied: true)),
    };

    /// <returns>Null when it is too long.</returns>
    private static async Task<byte[]?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var body = new MemoryStream();
        var buffer = new byte[4096];
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            if (body.Length + read > MaxAnswerBytes) return null;
            body.Write(buffer, 0, read);
        }
        return body.ToArray();
    }

    /// <summary>A system that is being set up, or a wrong address: what it does not know now it may know later.</summary>
    private static TopFault NotThere => Fault(TopRemedy.Retry, HttpStatusCode.NotFound, "the station does not know it", applied: true);

    private static TopFault Unreadable => TopFaultRules.Unreadable(HttpStatusCode.OK, "the station's answer does not read", null);

    private static TopFault Fault(TopRemedy remedy, HttpStatusCode status, string message, bool applied) =>
        new(remedy, string.Create(CultureInfo.InvariantCulture, $"http-{(int)status}"), null, message, null, null, applied, null, null);

    private static string Escape(string number) => Uri.EscapeDataString(number);

    private readonly record struct Answer(HttpStatusCode Status, byte[] Body, TopFault? Fault)
    {
        public static Answer Of(TopFault fault) => new(default, [], fault);
    }
}

internal static partial class StationLog
{
    [LoggerMessage(5200, LogLevel.Information, "station {What} {Order}: http {Status}, {Milliseconds:F0} ms")]
    internal static partial void Answered(this ILogger logger, string what, string order, int status, double milliseconds);

    [LoggerMessage(5201, LogLevel.Warning, "station {What} {Order}: {Code}, {Milliseconds:F0} ms")]
    internal static partial void Failed(this ILogger logger, string what, string order, string code, double milliseconds);
}
