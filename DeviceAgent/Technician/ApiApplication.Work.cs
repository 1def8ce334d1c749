using System.Globalization;
using DeviceAgent.Issuance;
using DeviceAgent.Orders;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DeviceAgent.Technician;

// Jobs, returns, the queue of reports, the session.
internal sealed partial class ApiApplication
{
    /// <summary>Characters of a session.</summary>
    internal const int MaxSession = 4095;

    private const string Reports = "/reports/";
    private const string NoJourney = "journey must be bus, bus-return, ship or train";

    /// <summary>The product line as the command line and the query string name it.</summary>
    internal static Journey? JourneyOf(string word) => word switch
    {
        "bus" => Journey.Bus,
        "bus-return" => Journey.BusReturn,
        "ship" => Journey.Ship,
        "train" => Journey.Train,
        _ => null,
    };

    private static bool TryJourney(HttpContext context, out Journey? journey)
    {
        journey = null;
        if (!context.Request.Query.TryGetValue("journey", out var given)) return true;
        journey = JourneyOf(given.ToString());
        return journey is not null;
    }

    private async Task SubmitAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = Job.MaxBytes;
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, cancellationToken);
        var (job, faults) = Job.Read(body.ToArray());
        if (job is null) await AnswerAsync(context, StatusCodes.Status400BadRequest, new("the job is refused whole", faults), ApiAnswerJson.Default.FaultsAnswer);
        else await AnswerAsync(context, await desk.SubmitAsync(job, cancellationToken).WaitAsync(cancellationToken));
    }

    private async Task ReturnAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var request = await ReadAsync(context, ApiRequestJson.Default.PickUpRequest, cancellationToken);
        if (request?.Code is not { Length: > 0 and <= MaxCode } code || ReturnTarget.Parse(code) is not { } target)
            await RefuseAsync(context, StatusCodes.Status400BadRequest, """the body must be {"code":"…"} with what a ticket's QR code holds (order/ticket), or an order's number""");
        else await AnswerAsync(context, await desk.ReturnAsync(target, cancellationToken).WaitAsync(cancellationToken));
    }

    private static Task AnswerAsync(HttpContext context, JobOffer offer) => offer.Offer == PickupOffer.Taken
        ? AnswerAsync(context, StatusCodes.Status202Accepted, new PickUpAnswer(true, null), ApiAnswerJson.Default.PickUpAnswer)
        : RefuseAsync(context, offer.Offer == PickupOffer.Refused ? StatusCodes.Status409Conflict : StatusCodes.Status503ServiceUnavailable, offer.Reason ?? "not now");

    private async Task ReportsAsync(HttpContext context, CancellationToken cancellationToken) =>
        await AnswerAsync(context, StatusCodes.Status200OK, await desk.ReportsAsync(cancellationToken).WaitAsync(cancellationToken), ApiAnswerJson.Default.ReportsAnswer);

    /// <param name="rest">"{id}/retry" or "{id}/settle".</param>
    private async Task ReportAsync(HttpContext context, string rest, CancellationToken cancellationToken)
    {
        var parts = rest.Split('/');
        if (parts.Length != 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id) || parts[1] is not ("retry" or "settle"))
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, "there are POST /reports/{id}/retry and POST /reports/{id}/settle");
            return;
        }
        var by = CallerIdentity.OfPeer(context);
        if (parts[1] == "settle")
        {
            var settle = await ReadAsync(context, ApiRequestJson.Default.ReasonBody, cancellationToken);
            if (!IsReason(settle?.Reason)) await RefuseAsync(context, StatusCodes.Status400BadRequest, $$"""the body must be {"reason":"…"} with 1 to {{MaxReason}} printable characters""");
            else await AnswerAsync(context, await desk.SettleReportAsync(id, settle!, by, cancellationToken).WaitAsync(cancellationToken));
            return;
        }
        var retry = await ReadAsync(context, ApiRequestJson.Default.RetryBody, cancellationToken);
        if (!IsReason(retry?.Reason))
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $$"""the body must be {"reason":"…","ask":true|false} with a reason of 1 to {{MaxReason}} printable characters""");
        else await AnswerAsync(context, await desk.RetryReportAsync(id, retry!, by, cancellationToken).WaitAsync(cancellationToken));
    }

    private async Task SetSessionAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var body = await ReadAsync(context, ApiRequestJson.Default.SessionBody, cancellationToken);
        if (body?.Session is not { } session || !IsSession(session))
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $$"""the body must be {"session":"…"} with 1 to {{MaxSession}} printable ASCII characters without spaces""");
        else if (await desk.SetSessionAsync(session, CallerIdentity.OfPeer(context), cancellationToken).WaitAsync(cancellationToken) is { } whyNot)
            await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, whyNot);
        else await AnswerAsync(context, StatusCodes.Status200OK, new("the session is replaced; reports that wait go out now"), ApiAnswerJson.Default.DoneAnswer);
    }

    internal static bool IsSession(string session) => session.Length is > 0 and <= MaxSession && !session.AsSpan().ContainsAnyExceptInRange('!', '~');
}
