using System.Text.Json;
using System.Text.Json.Serialization;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Station;

namespace DeviceAgent.Platform.Sync;

/// <summary>Version 1 of a notice to the station's ticketing system in the outbox. Holds no personal data.</summary>
public static class StationNoticePayload
{
    public const int Version = 1;

    public static NewReport Confirm(AllocationNotice notice) => Create(ReportKinds.StationConfirm, notice, true);

    public static NewReport Release(AllocationNotice notice) => Create(ReportKinds.StationRelease, notice, false);

    /// <returns>Null when it is of another kind or version, or disagrees with its own row.</returns>
    public static AllocationNotice? Read(OutboxReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (report.Kind is not (ReportKinds.StationConfirm or ReportKinds.StationRelease) || report.PayloadVersion != Version) return null;
        try
        {
            var notice = JsonSerializer.Deserialize(report.Payload, StationNoticeJson.Default.AllocationNotice);
            return notice is { OrderNumber.Length: > 0, Kiosk.Length: > 0 } && notice.OrderNumber == report.OrderNumber ? notice : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static NewReport Create(string kind, AllocationNotice notice, bool success)
    {
        ArgumentNullException.ThrowIfNull(notice);
        return new(kind, Version, success, JsonSerializer.SerializeToUtf8Bytes(notice, StationNoticeJson.Default.AllocationNotice), null);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AllocationNotice))]
internal sealed partial class StationNoticeJson : JsonSerializerContext;

/// <summary>Confirm and release of an allocation: idempotent by the contract, so that a notice of unknown fate is sent again.</summary>
public sealed class StationNoticeRoute(IStationApi station) : IReportRoute
{
    public IRoutedReport? Open(OutboxReport report) => StationNoticePayload.Read(report) is { } notice ? new Routed(station, report, notice) : null;

    private sealed class Routed(IStationApi station, OutboxReport report, AllocationNotice notice) : IRoutedReport
    {
        public Task<ReportReply> AskAsync(string? refusal, CancellationToken cancellationToken) => Task.FromResult(ReportReply.Unasked(new ReportStep.Send()));

        public async Task<ReportReply> SendAsync(CancellationToken cancellationToken)
        {
            var result = report.Kind == ReportKinds.StationConfirm
                ? await station.ConfirmAsync(notice, cancellationToken)
                : await station.ReleaseAsync(notice, cancellationToken);
            if (result.Fault is not { } fault) return ReportReply.Answered(new ReportStep.Confirm(result.Value!.Evidence));
            return ReportReply.Faulted(fault.Remedy == TopRemedy.Park ? new ReportStep.Park(ParkReason.Refused, BusReportFate.Evidence(fault)) : new ReportStep.Retry(fault, true), fault);
        }
    }
}
