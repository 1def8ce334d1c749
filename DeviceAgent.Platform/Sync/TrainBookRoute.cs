using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Platform.Sync;

/// <summary>alitrip.btrip.supplychain.train.callback.book: has no query and documents no idempotency.</summary>
/// <param name="resendIsSafe">"Train:ResendIsSafe": the partner has promised that the same result may be told twice.</param>
public sealed class TrainBookRoute(ITrainApi api, bool resendIsSafe) : IReportRoute
{
    public IRoutedReport? Open(OutboxReport report) => TrainBookPayload.Read(report) is { } request ? new Routed(api, resendIsSafe, report, request) : null;

    private sealed class Routed(ITrainApi api, bool resendIsSafe, OutboxReport report, BookCallbackParam request) : IRoutedReport
    {
        public Task<ReportReply> AskAsync(string? refusal, CancellationToken cancellationToken) => Task.FromResult(ReportReply.Unasked(TrainReportFate.WhenUnknown(resendIsSafe)));

        public async Task<ReportReply> SendAsync(CancellationToken cancellationToken)
        {
            var result = await api.CallbackBookAsync(request, cancellationToken);
            return result.Fault is { } fault
                ? ReportReply.Faulted(TrainReportFate.AfterFault(resendIsSafe, report.FateUnknown, fault), fault)
                : ReportReply.Answered(TrainReportFate.AfterAnswer(report.FateUnknown, result.Value!));
        }
    }
}

/// <summary>The fate of a sent train report. No I/O, no clock.</summary>
internal static class TrainReportFate
{
    public static ReportStep WhenUnknown(bool resendIsSafe) => resendIsSafe
        ? new ReportStep.Send()
        : new ReportStep.Park(ParkReason.FateUnknown, "it may have been taken, and this API can be neither asked nor called twice (Train:ResendIsSafe is not set)");

    public static ReportStep AfterAnswer(bool fateWasUnknown, TrainCallbackBookResponse answer)
    {
        var evidence = $"report: status {answer.Status ?? "none"}, result {answer.ResultCode ?? "none"} {answer.ResultMsg}, request {answer.RequestId ?? "none"}";
        return answer.Succeeded switch
        {
            true => new ReportStep.Confirm(evidence),
            // A refusal of what may have been taken before tells nothing of the first one.
            false => new ReportStep.Park(fateWasUnknown ? ParkReason.FateUnknown : ParkReason.Refused, evidence),
            null => new ReportStep.AskLater(evidence),
        };
    }

    public static ReportStep AfterFault(bool resendIsSafe, bool fateWasUnknown, TopFault fault)
    {
        var inDoubt = fateWasUnknown || fault.MayHaveBeenApplied;
        var evidence = BusReportFate.Evidence(fault);
        if (fault.Remedy == TopRemedy.Park)
            return new ReportStep.Park(inDoubt ? ParkReason.FateUnknown : BusReportFate.IsUnsendable(fault) ? ParkReason.Unsendable : ParkReason.Refused, evidence);
        if (fault.MayHaveBeenApplied && !resendIsSafe) return new ReportStep.Park(ParkReason.FateUnknown, evidence);
        return new ReportStep.Retry(fault, inDoubt);
    }
}
