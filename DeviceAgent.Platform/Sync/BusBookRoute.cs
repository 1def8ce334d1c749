using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Platform.Sync;

/// <summary>taobao.bus.tvmbookorder.set: the order itself tells what became of a report (taobao.bus.tvmqueryorder.get).</summary>
public sealed class BusBookRoute(IBusTvmApi api) : IReportRoute
{
    public IRoutedReport? Open(OutboxReport report) => BusBookPayload.Read(report) is { } request ? new Routed(api, report, request) : null;

    private sealed class Routed(IBusTvmApi api, OutboxReport report, TvmBookOrderRequest request) : IRoutedReport
    {
        public async Task<ReportReply> AskAsync(string? refusal, CancellationToken cancellationToken)
        {
            var result = await api.QueryOrderAsync(report.OrderNumber, cancellationToken);
            return result.Fault is { } fault
                ? ReportReply.Faulted(BusReportFate.AfterQueryFault(fault), fault)
                : ReportReply.Answered(BusReportFate.AfterQuery(report.Success, report.FateUnknown, refusal, result.Value!));
        }

        public async Task<ReportReply> SendAsync(CancellationToken cancellationToken)
        {
            var result = await api.SetBookOrderAsync(request, cancellationToken);
            return result.Fault is { } fault
                ? ReportReply.Faulted(BusReportFate.AfterFault(report.FateUnknown, fault), fault)
                : ReportReply.Answered(BusReportFate.AfterAnswer(result.Value!));
        }
    }
}
