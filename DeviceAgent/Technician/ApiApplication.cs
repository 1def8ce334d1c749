using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DeviceAgent.Journal;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DeviceAgent.Technician;

/// <summary>The three paths of the local API. Bad input gets {"reason":"…"} and never reaches the desk.</summary>
internal sealed class ApiApplication(IAgentDesk desk, TimeProvider time) : IHttpApplication<HttpContext>
{
    /// <summary>Characters of a code. What a scanner may send is bounded by the same number.</summary>
    internal const int MaxCode = 4096;

    /// <summary>Bytes of a request's body: a code of that length, each character escaped, in its object.</summary>
    internal const int MaxBody = 6 * MaxCode + 64;

    private const int MaxOrderNumber = 64;

    /// <summary>How long the agent's loop may take to answer; then 503, and the connection is free again.</summary>
    internal static readonly TimeSpan DeskLimit = TimeSpan.FromSeconds(10);

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception) { }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        var aborted = context.RequestAborted;
        using var late = new CancellationTokenSource(DeskLimit, time);
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
        const string orders = "/orders/";
        if (path == "/status") return Method(context, HttpMethods.Get) ?? StatusAsync(context, cancellationToken);
        if (path == "/pickups") return Method(context, HttpMethods.Post) ?? PickUpAsync(context, cancellationToken);
        if (path.StartsWith(orders, StringComparison.Ordinal)) return Method(context, HttpMethods.Get) ?? OrderAsync(context, path[orders.Length..], cancellationToken);
        return RefuseAsync(context, StatusCodes.Status404NotFound, "there is no such path; there are GET /status, GET /orders/{number} and POST /pickups");
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
        if (number.Length is 0 or > MaxOrderNumber || !number.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"an order number has 1 to {MaxOrderNumber} letters and digits");
        else if (await desk.OrderAsync(number, cancellationToken).WaitAsync(cancellationToken) is { } order)
            await AnswerAsync(context, StatusCodes.Status200OK, order, ApiAnswerJson.Default.OrderAnswer);
        else
            await RefuseAsync(context, StatusCodes.Status404NotFound, "the journal does not know this order");
    }

    private async Task PickUpAsync(HttpContext context, CancellationToken cancellationToken)
    {
        PickUpRequest? request = null;
        try
        {
            request = await JsonSerializer.DeserializeAsync(context.Request.Body, ApiRequestJson.Default.PickUpRequest, cancellationToken);
        }
        catch (JsonException)
        {
            // Its message would echo the input; the answer below says what is expected.
        }
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
