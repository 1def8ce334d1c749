using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Station;

namespace DeviceAgent.Platform.Sync;

/// <summary>The routes of each destination, by <see cref="ReportKinds"/>.</summary>
public static class ReportRoutes
{
    /// <param name="trainResendIsSafe">See <see cref="TrainBookRoute"/>.</param>
    public static IReadOnlyDictionary<string, IReportRoute> ToPlatform(IPlatformApi platform, bool trainResendIsSafe) => new Dictionary<string, IReportRoute>(StringComparer.Ordinal)
    {
        [ReportKinds.BusBook] = new BusBookRoute(platform),
        [ReportKinds.BusReturn] = new BusReturnRoute(platform, platform),
        [ReportKinds.ShipNotify] = new ShipNotifyRoute(platform),
        [ReportKinds.TrainBook] = new TrainBookRoute(platform, trainResendIsSafe),
    };

    public static IReadOnlyDictionary<string, IReportRoute> ToStation(IStationApi station)
    {
        var route = new StationNoticeRoute(station);
        return new Dictionary<string, IReportRoute>(StringComparer.Ordinal) { [ReportKinds.StationConfirm] = route, [ReportKinds.StationRelease] = route };
    }
}
