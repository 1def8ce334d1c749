using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Platform.Sync;

/// <summary>alitrip.ship.order.notify: idempotent by the order's number by its document, so that a report of unknown fate is sent again.</summary>
public sealed class ShipNotifyRoute(IShipApi api) : IReportRoute
{
    public IRoutedReport? Open(OutboxReport report) => ShipNotifyPayload.Read(report) is { } request ? new Routed(api, report, request) : null;

    private sealed class Routed(IShipApi api, OutboxReport report, ShipAgentConfirmBookRq request) : IRoutedReport
    {
        public Task<ReportReply> AskAsync(string? refusal, CancellationToken cancellationToken) => Task.FromResult(ReportReply.Unasked(new ReportStep.Send()));

        public async Task<ReportReply> SendAsync(CancellationToken cancellationToken)
        {
            var result = await api.NotifyOrderAsync(request, cancellationToken);
            return result.Fault is { } fault
                ? ReportReply.Faulted(ShipReportFate.AfterFault(report.FateUnknown, fault), fault)
                : ReportReply.Answered(ShipReportFate.AfterAnswer(result.Value!));
        }
    }
}

/// <summary>The fate of a sent ship report. No I/O, no clock.</summary>
/// <remarks>The first success wins and is answered again to each later call; a call after a failure may still succeed (API document). A refusal therefore says that no success was taken.</remarks>
internal static class ShipReportFate
{
    public static ReportStep AfterAnswer(ShipOrderNotifyResponse answer)
    {
        var evidence = $"report: ret_success {BusReportFate.Word(answer.RetSuccess)}, code {answer.RetCode ?? "none"} {answer.RetMsg}, request {answer.RequestId ?? "none"}";
        return answer.RetSuccess switch
        {
            true => new ReportStep.Confirm(evidence),
            false => new ReportStep.Park(ParkReason.Refused, evidence),
            null => new ReportStep.AskLater(evidence),
        };
    }

    public static ReportStep AfterFault(bool fateWasUnknown, TopFault fault)
    {
        var evidence = BusReportFate.Evidence(fault);
        if (fault.Remedy != TopRemedy.Park) return new ReportStep.Retry(fault, fateWasUnknown || fault.MayHaveBeenApplied);
        if (BusReportFate.IsUnsendable(fault)) return new ReportStep.Park(ParkReason.Unsendable, evidence);
        return fault.MayHaveBeenApplied ? new ReportStep.AskLater(evidence) : new ReportStep.Park(ParkReason.Refused, evidence);
    }
}
