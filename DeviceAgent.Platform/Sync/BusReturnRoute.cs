using System.Globalization;
using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Platform.Sync;

/// <summary>taobao.bus.agent.returnticket.confirm: documents no idempotency; the order's refunds tell what became of it.</summary>
public sealed class BusReturnRoute(IBusReturnApi api, IBusTvmApi orders) : IReportRoute
{
    public IRoutedReport? Open(OutboxReport report) => BusReturnPayload.Read(report) is { } request ? new Routed(api, orders, report, request) : null;

    private sealed class Routed(IBusReturnApi api, IBusTvmApi orders, OutboxReport report, AgentConfirmReturnRq request) : IRoutedReport
    {
        public async Task<ReportReply> AskAsync(string? refusal, CancellationToken cancellationToken)
        {
            var result = await orders.QueryOrderAsync(report.OrderNumber, cancellationToken);
            return result.Fault is { } fault
                ? ReportReply.Faulted(BusReportFate.AfterQueryFault(fault), fault)
                : ReportReply.Answered(BusReturnFate.AfterQuery(request, wasSent: report.Sends > 0 || refusal is not null, refusal, result.Value!));
        }

        public async Task<ReportReply> SendAsync(CancellationToken cancellationToken)
        {
            var result = await api.ConfirmReturnAsync(request, cancellationToken);
            return result.Fault is { } fault
                ? ReportReply.Faulted(BusReportFate.AfterFault(report.Sends > 0, fault), fault)
                : ReportReply.Answered(BusReturnFate.AfterAnswer(result.Value!));
        }
    }
}

/// <summary>The fate of a sent return. No I/O, no clock.</summary>
internal static class BusReturnFate
{
    /// <summary>By how much the platform's clock may be behind the one that success_time was taken from.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(2);

    /// <param name="wasSent">The report went out before; false: it is asked whether the order can be returned at all.</param>
    public static ReportStep AfterQuery(AgentConfirmReturnRq request, bool wasSent, string? refusal, TvmQueryOrderResponse answer)
    {
        if (answer is not { IsSuccess: true, TvmBusOrderLineInfo: { OrderStatus: { } status } order })
            return Later(refusal, $"query: is_success {BusReportFate.Word(answer.IsSuccess)}, result {answer.ResultCode ?? "none"}, no order status");
        var evidence = $"{(refusal is null ? "" : refusal + "; ")}query: order status {status.ToString(CultureInfo.InvariantCulture)}, {Describe(order)}";
        if (!wasSent) return status is TvmOrderStatus.PaidNotNotified or TvmOrderStatus.PaidAndNotified ? new ReportStep.AskLater($"the order is not issued yet; {evidence}") : new ReportStep.Send();
        var since = order.Refunds.Where(r => r.IsLive && IsSince(r, request.SuccessTime)).ToList();
        if (request.AgentReturnTicketStatus != BusReturnPayload.Returned)
            // What a told failure changes is not to be seen.
            return new ReportStep.Park(refusal is null ? ParkReason.FateUnknown : ParkReason.Refused, evidence);
        // A refund names no ticket: where the order has several, it may be another ticket's.
        var tellsOfUs = request.AgentReturnTicketType == BusReturnPayload.ByOrder || order.Passengers.Count == 1;
        if (since.Count > 0 && tellsOfUs) return new ReportStep.Confirm(evidence);
        if (since.Count > 0 || order.Refunds.Any(r => r.IsLive && CreatedAt(r) is null)) return new ReportStep.Park(ParkReason.FateUnknown, evidence);
        return refusal is null ? new ReportStep.Send() : new ReportStep.Park(ParkReason.Refused, evidence);
    }

    public static ReportStep AfterAnswer(ReturnTicketConfirmResponse answer)
    {
        var evidence = $"report: is_success {BusReportFate.Word(answer.IsSuccess)}, result {answer.ResultCode ?? "none"} {answer.ResultMsg}, request {answer.RequestId ?? "none"}";
        return answer.IsSuccess switch
        {
            true => new ReportStep.Confirm(evidence),
            false => new ReportStep.Ask(evidence),
            null => new ReportStep.AskLater(evidence),
        };
    }

    private static ReportStep.AskLater Later(string? refusal, string evidence) => new(refusal is null ? evidence : $"{refusal}; {evidence}");

    private static bool IsSince(TvmRefundApply refund, DateTimeOffset? moment) => CreatedAt(refund) is { } created && (moment is not { } from || created >= from - ClockTolerance);

    private static DateTimeOffset? CreatedAt(TvmRefundApply refund) => TvmTimes.Parse(refund.GmtCreate);

    private static string Describe(TvmBusOrderLineInfo order) => order.Refunds.Count == 0
        ? "no refunds"
        : "refunds " + string.Join(", ", order.Refunds.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.RefundStatus?.ToString(CultureInfo.InvariantCulture) ?? "?"} of {r.GmtCreate ?? "?"}")));
}
