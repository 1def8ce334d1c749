using System.Globalization;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Issuance;

/// <summary>What is said about reports that wait for a person.</summary>
internal static class ParkedReports
{
    /// <summary>One alarm for each report: a bus order may have several.</summary>
    public static Alarm AlarmOf(long id, string orderNumber, string kind, ParkReason? reason, DateTimeOffset since) => new(AlarmKind.ReportParked, AboutOf(id, orderNumber), $"{kind}: {Say(reason)}", since);

    public static string AboutOf(long id, string orderNumber) => string.Create(CultureInfo.InvariantCulture, $"{orderNumber} report {id}");

    public static string Say(ParkReason? reason) => reason switch
    {
        ParkReason.PaperGivenOrderClosed => "PAPER GIVEN, ORDER CLOSED: the passenger has a ticket, and the platform has closed or refunded the order",
        ParkReason.Contradiction => "the platform's books say otherwise: a failure of an order that it holds as issued, or an order that somebody else has issued, too",
        ParkReason.FateUnknown => "nobody knows whether the report was taken",
        ParkReason.Unsendable => "the report cannot be sent as it is",
        ParkReason.Refused => "the report is refused",
        _ => "the report waits for a person",
    };
}
