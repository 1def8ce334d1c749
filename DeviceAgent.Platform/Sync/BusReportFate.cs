using System.Globalization;
using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Platform.Sync;

/// <summary>What to do next with a bus report.</summary>
internal abstract record ReportStep
{
    private ReportStep() { }

    /// <summary>The platform has it.</summary>
    public sealed record Confirm(string Evidence) : ReportStep;

    /// <summary>The platform does not have it and would still take it: the same payload again.</summary>
    public sealed record Send : ReportStep;

    /// <summary>Query the order now, before anything else is decided.</summary>
    /// <param name="Refusal">The words of a refusal that was just met; null when there was none.</param>
    public sealed record Ask(string? Refusal) : ReportStep;

    /// <summary>An answer came that settled nothing: ask again later, a bounded number of times, then a person.</summary>
    public sealed record AskLater(string Evidence) : ReportStep;

    public sealed record Park(ParkReason Reason, string Evidence) : ReportStep;

    /// <summary>Later, by the fault's remedy.</summary>
    public sealed record Retry(TopFault Fault, bool FateUnknown) : ReportStep;
}

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
    /// <param name="refusal">The business refused the last send with these words; null when it was not refused.</param>
    public static ReportStep AfterQuery(bool success, string? refusal, TvmQueryOrderResponse answer)
    {
        if (answer is not { IsSuccess: true, TvmBusOrderLineInfo: { OrderStatus: { } status } order })
            return Unsettled(refusal, $"query: is_success {Word(answer.IsSuccess)}, result {answer.ResultCode ?? "none"}, no order status");
        var evidence = Evidence(status, order, refusal);
        if (status == TvmOrderStatus.BookedAndConfirmed)
            return success ? new ReportStep.Confirm(evidence) : new ReportStep.Park(ParkReason.Contradiction, evidence);
        if (IsOver(status))
            return success ? new ReportStep.Park(ParkReason.PaperGivenOrderClosed, evidence) : new ReportStep.Confirm(evidence);
        if (status is not (TvmOrderStatus.PaidNotNotified or TvmOrderStatus.PaidAndNotified)) return Unsettled(refusal, evidence);
        // The refund of a ticket that is in the passenger's hand is for a person; the refund of a failure is what the failure asks for.
        if (success && order.Refunds.Any(refund => refund.IsLive)) return new ReportStep.Park(ParkReason.PaperGivenOrderClosed, evidence);
        return refusal is null ? new ReportStep.Send() : new ReportStep.Park(ParkReason.Refused, evidence);
    }

    /// <summary>The report was answered. The gateway's success is not the business's: is_success decides.</summary>
    public static ReportStep AfterAnswer(bool fateWasUnknown, TvmBookOrderResponse answer)
    {
        var evidence = $"report: is_success {Word(answer.IsSuccess)}, result {answer.ResultCode ?? "none"} {answer.ResultMsg}, request {answer.RequestId ?? "none"}";
        return answer.IsSuccess switch
        {
            true => new ReportStep.Confirm(evidence),
            false when !fateWasUnknown => new ReportStep.Park(ParkReason.Refused, evidence),
            // A refusal after a doubt may only mean that the first one was taken.
            false => new ReportStep.Ask(evidence),
            null => new ReportStep.AskLater(evidence),
        };
    }

    /// <summary>The report met a fault.</summary>
    public static ReportStep AfterFault(bool fateWasUnknown, TopFault fault)
    {
        var inDoubt = fateWasUnknown || fault.MayHaveBeenApplied;
        if (fault.Remedy != TopRemedy.Park) return new ReportStep.Retry(fault, inDoubt);
        if (inDoubt) return new ReportStep.Ask(Evidence(fault));
        return new ReportStep.Park(fault.Code is "40" or "41" or "43" ? ParkReason.Unsendable : ParkReason.Refused, Evidence(fault));
    }

    /// <summary>The query met a fault: nothing is known that was not known before.</summary>
    public static ReportStep AfterQueryFault(TopFault fault) =>
        fault.Remedy == TopRemedy.Park ? new ReportStep.AskLater(Evidence(fault)) : new ReportStep.Retry(fault, FateUnknown: true);

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

    private static string Word(bool? told) => told switch { true => "true", false => "false", _ => "not told" };
}
