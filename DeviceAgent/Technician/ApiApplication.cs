using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DeviceAgent.Issuance;
using DeviceAgent.Journal;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DeviceAgent.Technician;

/// <summary>The paths of the local API. Bad input gets {"reason":"…"} and never reaches the desk.</summary>
internal sealed partial class ApiApplication(IAgentDesk desk, TimeProvider time) : IHttpApplication<HttpContext>
{
    /// <summary>Characters of a code. What a scanner may send is bounded by the same number.</summary>
    internal const int MaxCode = 4096;

    /// <summary>Bytes of a request's body: a code of that length, each character escaped, in its object.</summary>
    internal const int MaxBody = 6 * MaxCode + 64;

    /// <summary>Characters of a reason that a person gives.</summary>
    internal const int MaxReason = 200;

    private const int MaxOrderNumber = 100;
    private const string Orders = "/orders/", Decision = "/decision";

    /// <summary>How long the agent's loop may take to answer; then 503, and the connection is free again.</summary>
    internal static readonly TimeSpan DeskLimit = TimeSpan.FromSeconds(10);

    /// <summary>A decision asks the platform first, whose time-out is 60 s at most; a paper change prints its strip.</summary>
    internal static readonly TimeSpan DecisionLimit = TimeSpan.FromSeconds(75);

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception) { }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        var aborted = context.RequestAborted;
        using var late = new CancellationTokenSource(context.Request.Path.Value?.EndsWith(Decision, StringComparison.Ordinal) == true || context.Request.Path.Value == Paper ? DecisionLimit : DeskLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, aborted);
        try
        {
            await RouteAsync(context, either.Token);
        }
        catch (BadHttpRequestException e)
        {
            await RefuseAsync(context, e.StatusCode, "the request's body is too long, too slow or broken off");
        }
        catch (JournalException e)
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, e.Message);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !aborted.IsCancellationRequested && !context.Response.HasStarted)
        {
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "the agent does not answer");
        }
        catch (OperationCanceledException) when (aborted.IsCancellationRequested)
        {
            // Whoever asked has gone.
        }
    }

    private Task RouteAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var path = context.Request.Path.Value ?? "";
        switch (path)
        {
            case "/status":
                return Method(context, HttpMethods.Get) ?? StatusAsync(context, cancellationToken);
            case "/pickups":
                return Method(context, HttpMethods.Post) ?? PickUpAsync(context, cancellationToken);
            case "/orders":
                return Method(context, HttpMethods.Get) ?? OrdersAsync(context, cancellationToken);
            case "/maintenance":
                return Method(context, HttpMethods.Post) ?? MaintenanceAsync(context, cancellationToken);
            case "/jobs":
                return Method(context, HttpMethods.Post) ?? SubmitAsync(context, cancellationToken);
            case "/returns":
                return Method(context, HttpMethods.Post) ?? ReturnAsync(context, cancellationToken);
            case "/reports":
                return Method(context, HttpMethods.Get) ?? ReportsAsync(context, cancellationToken);
            case "/printer":
                return Method(context, HttpMethods.Get) ?? PrinterAsync(context, cancellationToken);
            case Paper:
                return Method(context, HttpMethods.Post) ?? PaperAsync(context, cancellationToken);
            case "/session":
                return Method(context, HttpMethods.Post) ?? SetSessionAsync(context, cancellationToken);
        }
        if (path.StartsWith(Reports, StringComparison.Ordinal)) return Method(context, HttpMethods.Post) ?? ReportAsync(context, path[Reports.Length..], cancellationToken);
        if (path.StartsWith(Orders, StringComparison.Ordinal))
        {
            return path.EndsWith(Decision, StringComparison.Ordinal)
                ? Method(context, HttpMethods.Post) ?? DecideAsync(context, path[Orders.Length..^Decision.Length], cancellationToken)
                : Method(context, HttpMethods.Get) ?? OrderAsync(context, path[Orders.Length..], cancellationToken);
        }
        return RefuseAsync(context, StatusCodes.Status404NotFound,
            "there is no such path; there are GET /status, GET /orders, GET /orders/{number}, POST /orders/{number}/decision, POST /pickups, POST /jobs, POST /returns, "
            + "GET /reports, POST /reports/{id}/retry, POST /reports/{id}/settle, POST /session, POST /maintenance, GET /printer and POST /paper");
    }

    /// <returns>Null when the method is right.</returns>
    private static Task? Method(HttpContext context, string allowed)
    {
        if (HttpMethods.Equals(context.Request.Method, allowed)) return null;
        context.Response.Headers.Allow = allowed;
        return RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, $"only {allowed} is allowed here");
    }

    private async Task StatusAsync(HttpContext context, CancellationToken cancellationToken) =>
        await AnswerAsync(context, StatusCodes.Status200OK, await desk.StatusAsync(cancellationToken).WaitAsync(cancellationToken), ApiAnswerJson.Default.StatusAnswer);

    private async Task OrderAsync(HttpContext context, string number, CancellationToken cancellationToken)
    {
        if (!IsOrderNumber(number))
            await RefuseAsync(context, StatusCodes.Status400BadRequest, NoOrderNumber);
        else if (!TryJourney(context, out var journey))
            await RefuseAsync(context, StatusCodes.Status400BadRequest, NoJourney);
        else if (await desk.OrderAsync(number, journey, cancellationToken).WaitAsync(cancellationToken) is { } order)
            await AnswerAsync(context, StatusCodes.Status200OK, order, ApiAnswerJson.Default.OrderAnswer);
        else
            await RefuseAsync(context, StatusCodes.Status404NotFound, "the journal does not know this order");
    }

    private static readonly string NoOrderNumber = "an order number has 1 to 32 letters, digits, '-' and '_'; that of a returned ticket also a slash and the ticket's number";

    // A return of one ticket is numbered "order/ticket".
    private static bool IsOrderNumber(string number) =>
        number.Length is > 0 and <= MaxOrderNumber && number.All(c => c is > ' ' and <= '~') && ReturnTarget.Parse(number) is not null;

    // It goes into the journal and to a terminal.
    internal static bool IsReason(string? reason) => reason is { Length: > 0 and <= MaxReason } && !string.IsNullOrWhiteSpace(reason) && !reason.Any(char.IsControl);

    private async Task OrdersAsync(HttpContext context, CancellationToken cancellationToken) =>
        await AnswerAsync(context, StatusCodes.Status200OK, new(await desk.OrdersAsync(cancellationToken).WaitAsync(cancellationToken)), ApiAnswerJson.Default.OrdersAnswer);

    private async Task DecideAsync(HttpContext context, string number, CancellationToken cancellationToken)
    {
        var body = await ReadAsync(context, ApiRequestJson.Default.DecisionBody, cancellationToken);
        if (!IsOrderNumber(number)) await RefuseAsync(context, StatusCodes.Status400BadRequest, NoOrderNumber);
        else if (!TryJourney(context, out var journey)) await RefuseAsync(context, StatusCodes.Status400BadRequest, NoJourney);
        else if (body?.As is not ("issued" or "void" or "reissue") || !IsReason(body.Reason))
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $$"""the body must be {"as":"issued|void|reissue","reason":"…"} with a reason of 1 to {{MaxReason}} printable characters""");
        else
        {
            var answer = await desk.DecideAsync(number, journey, body, CallerIdentity.OfPeer(context), cancellationToken).WaitAsync(cancellationToken);
            await AnswerAsync(context, answer);
        }
    }

    private static Task AnswerAsync(HttpContext context, DecisionAnswer answer) => answer.Result switch
    {
        DecisionResult.Decided => AnswerAsync(context, StatusCodes.Status200OK, new(answer.Text), ApiAnswerJson.Default.DoneAnswer),
        DecisionResult.NotKnown => RefuseAsync(context, StatusCodes.Status404NotFound, answer.Text),
        DecisionResult.Refused => RefuseAsync(context, StatusCodes.Status409Conflict, answer.Text),
        _ => RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, answer.Text),
    };

    private async Task MaintenanceAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var body = await ReadAsync(context, ApiRequestJson.Default.MaintenanceBody, cancellationToken);
        if (body?.Active is not { } active || !IsReason(body.Reason))
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $$"""the body must be {"active":true|false,"reason":"…"} with a reason of 1 to {{MaxReason}} printable characters""");
        else if (await desk.SetMaintenanceAsync(body, CallerIdentity.OfPeer(context), cancellationToken).WaitAsync(cancellationToken) is { } whyNot)
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, whyNot);
        else await AnswerAsync(context, StatusCodes.Status200OK, new(active ? "out of service for maintenance" : "back in service"), ApiAnswerJson.Default.DoneAnswer);
    }

    /// <returns>Null for what is no such object; the message of the exception would echo the input.</returns>
    private static async Task<T?> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, CancellationToken cancellationToken) where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task PickUpAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var request = await ReadAsync(context, ApiRequestJson.Default.PickUpRequest, cancellationToken);
        if (request?.Code is not { Length: > 0 and <= MaxCode } code)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"the body must be {{\"code\":\"…\"}} with 1 to {MaxCode} characters");
            return;
        }
        var answer = await desk.PickUpAsync(code, cancellationToken).WaitAsync(cancellationToken);
        if (answer.Accepted) await AnswerAsync(context, StatusCodes.Status202Accepted, answer, ApiAnswerJson.Default.PickUpAnswer);
        else await RefuseAsync(context, StatusCodes.Status409Conflict, answer.Reason ?? "not now");
    }

    private static Task RefuseAsync(HttpContext context, int status, string reason) =>
        AnswerAsync(context, status, new ReasonAnswer(reason), ApiAnswerJson.Default.ReasonAnswer);

    private static async Task AnswerAsync<T>(HttpContext context, int status, T answer, JsonTypeInfo<T> type)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(answer, type);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
