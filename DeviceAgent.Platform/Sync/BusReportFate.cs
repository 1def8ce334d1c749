using System.Globalization;
using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Platform.Sync;

/// <summary>The fate of a sent bus report. No I/O, no clock.</summary>
/// <remarks>
/// taobao.bus.tvmbookorder.set documents no idempotency, so a report whose fate is unknown is asked after with taobao.bus.tvmqueryorder.get.
/// A sent outcome is never flipped: what these rules cannot settle goes to a person.
/// An order that the platform does not find, does not show or holds in a status that a paid order cannot have settles nothing: it was there when the kiosk took it,
/// so it is asked for again, and after <see cref="OutboxOptions.MaxUselessAnswers"/> a person is.
/// Status 50 with a refund is done: the platform knows of the ticket, and what happened afterwards is its own business.
/// </remarks>
internal static class BusReportFate
{
    /// <summary>The query of a report whose fate is unknown was answered.</summary>
    /// <param name="success">The outcome that the report tells.</param>
    /// <param name="fateWasUnknown">An earlier send may have been applied. False: nothing but what was refused was ever sent.</param>
    /// <param name="refusal">The business refused the last send with these words; null when it was not refused.</param>
    public static ReportStep AfterQuery(bool success, bool fateWasUnknown, string? refusal, TvmQueryOrderResponse answer)
    {
        if (answer is not { IsSuccess: true, TvmBusOrderLineInfo: { OrderStatus: { } status } order })
            return Unsettled(refusal, $"query: is_success {Word(answer.IsSuccess)}, result {answer.ResultCode ?? "none"}, no order status");
        var evidence = Evidence(status, order, refusal);
        if (status == TvmOrderStatus.BookedAndConfirmed)
        {
            // Refused, and nothing of ours can have made it so: somebody else has issued the order, too.
            var isOurs = success && (fateWasUnknown || refusal is null);
            return isOurs ? new ReportStep.Confirm(evidence) : new ReportStep.Park(ParkReason.Contradiction, evidence);
        }
        if (IsOver(status))
            return success ? new ReportStep.Park(ParkReason.PaperGivenOrderClosed, evidence) : new ReportStep.Confirm(evidence);
        if (status is not (TvmOrderStatus.PaidNotNotified or TvmOrderStatus.PaidAndNotified)) return Unsettled(refusal, evidence);
        // The refund of a ticket that is in the passenger's hand is for a person; the refund of a failure is what the failure asks for.
        if (success && order.Refunds.Any(refund => refund.IsLive)) return new ReportStep.Park(ParkReason.PaperGivenOrderClosed, evidence);
        return refusal is null ? new ReportStep.Send() : new ReportStep.Park(ParkReason.Refused, evidence);
    }

    /// <summary>The report was answered. The gateway's success is not the business's: is_success decides.</summary>
    /// <remarks>A refusal may only mean that an earlier send was taken, or that the order was closed after the paper was given: the order tells.</remarks>
    public static ReportStep AfterAnswer(TvmBookOrderResponse answer)
    {
        var evidence = $"report: is_success {Word(answer.IsSuccess)}, result {answer.ResultCode ?? "none"} {answer.ResultMsg}, request {answer.RequestId ?? "none"}";
        return answer.IsSuccess switch
        {
            true => new ReportStep.Confirm(evidence),
            false => new ReportStep.Ask(evidence),
            null => new ReportStep.AskLater(evidence),
        };
    }

    /// <summary>The report met a fault.</summary>
    public static ReportStep AfterFault(bool fateWasUnknown, TopFault fault)
    {
        var inDoubt = fateWasUnknown || fault.MayHaveBeenApplied;
        if (fault.Remedy != TopRemedy.Park) return new ReportStep.Retry(fault, inDoubt);
        return IsUnsendable(fault) && !inDoubt ? new ReportStep.Park(ParkReason.Unsendable, Evidence(fault)) : new ReportStep.Ask(Evidence(fault));
    }

    /// <summary>The query met a fault: nothing is known that was not known before.</summary>
    public static ReportStep AfterQueryFault(TopFault fault) =>
        fault.Remedy == TopRemedy.Park ? new ReportStep.AskLater(Evidence(fault)) : new ReportStep.Retry(fault, FateUnknown: true);

    /// <summary>The gateway, or the check before it, takes no such request, whatever the order.</summary>
    public static bool IsUnsendable(TopFault fault) => fault.Code is "40" or "41" or "43";

    public static string Evidence(TopFault fault) => $"{fault}, request {fault.RequestId ?? "none"}";

    private static ReportStep.AskLater Unsettled(string? refusal, string evidence) => new(refusal is null ? evidence : $"{refusal}; {evidence}");

    /// <summary>-1 … -5: failed, timed out, cancelled, closed.</summary>
    private static bool IsOver(int status) => status is >= TvmOrderStatus.Closed and <= TvmOrderStatus.BookFailed;

    private static string Evidence(int status, TvmBusOrderLineInfo order, string? refusal)
    {
        var refunds = order.Refunds.Count == 0
            ? ""
            : $", refunds {string.Join(' ', order.Refunds.Select(refund => refund.RefundStatus?.ToString(CultureInfo.InvariantCulture) ?? "?"))}";
        return $"{(refusal is null ? "" : refusal + "; ")}query: order status {status}{refunds}";
    }

    internal static string Word(bool? told) => told switch { true => "true", false => "false", _ => "not told" };
}
