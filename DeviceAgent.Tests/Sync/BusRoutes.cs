using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Tests.Sync;

/// <summary>The routes of a kiosk that issues bus orders alone.</summary>
internal static class BusRoutes
{
    public static IReadOnlyDictionary<string, IReportRoute> Over(IBusTvmApi platform) => new Dictionary<string, IReportRoute> { [ReportKinds.BusBook] = new BusBookRoute(platform) };
}
