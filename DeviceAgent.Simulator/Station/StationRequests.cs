using System.Globalization;
using static DeviceAgent.Simulator.JsonKind;

namespace DeviceAgent.Simulator.Station;

/// <summary>The bodies that the station's system takes.</summary>
internal static class StationRequests
{
    private static readonly JsonRule Instant = new("yyyy-MM-ddTHH:mm:ss with its offset, such as 2026-11-27T08:30:00+08:00, of the years 2000-2100",
        text => DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) && at.Year is >= 2000 and <= 2100);

    private static JsonShape Kiosk { get; } = new("kiosk", Text, true);

    private static JsonShape Attempt { get; } = new("attempt", Number, true) { Rule = JsonRule.Positive };

    public static JsonShape Allocate { get; } = new("body", JsonKind.Object)
    {
        Members =
        [
            Kiosk, Attempt, new("journey", Text, true) { Rule = JsonRule.OneOf("bus", "ship", "train") }, new("agent_order_number", Text),
            new("trip", JsonKind.Object, true)
            {
                Members =
                [
                    new("number", Text, true), new("from_station", Text), new("from_station_id", Text), new("to_station", Text), new("departs_at", Text, true) { Rule = Instant },
                ],
            },
            new("passengers", List, true)
            {
                Fewest = 1,
                Most = 20,
                Members = [new("name", Text), new("certificate_type", Text), new("certificate_number", Text), new("ticket_number", Text), new("seat_number", Text)],
            },
        ],
    };

    public static JsonShape Confirm { get; } = new("body", JsonKind.Object) { Members = [Kiosk, Attempt] };

    public static JsonShape Release { get; } = new("body", JsonKind.Object) { Members = [Kiosk, Attempt, new("reason", Text, true)] };

    public static JsonShape Return { get; } = new("body", JsonKind.Object) { Members = [Kiosk, new("agent_order_number", Text), new("passenger_name", Text)] };
}
