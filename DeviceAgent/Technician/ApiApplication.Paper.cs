using DeviceAgent.Journal;
using Microsoft.AspNetCore.Http;

namespace DeviceAgent.Technician;

// Paper, and what the printers did.
internal sealed partial class ApiApplication
{
    private const string Paper = "/paper";

    private async Task PrinterAsync(HttpContext context, CancellationToken cancellationToken) =>
        await AnswerAsync(context, StatusCodes.Status200OK, await desk.PrinterAsync(cancellationToken).WaitAsync(cancellationToken), ApiAnswerJson.Default.PrinterUseAnswer);

    private async Task PaperAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var body = await ReadAsync(context, ApiRequestJson.Default.PaperBody, cancellationToken);
        if (body is null || body.FirstForm is { Length: 0 or > StockPosition.MaxLength } || (body.Changed != true && (body.FirstForm is null || !IsReason(body.Reason))))
            await RefuseAsync(context, StatusCodes.Status400BadRequest,
                $$"""the body must be {"changed":true} or {"changed":true,"firstForm":"…"}; or, without a change, {"firstForm":"…","reason":"…"} with a reason of 1 to {{MaxReason}} printable characters""");
        else await AnswerAsync(context, await desk.PaperAsync(body, CallerIdentity.OfPeer(context), cancellationToken).WaitAsync(cancellationToken));
    }
}
