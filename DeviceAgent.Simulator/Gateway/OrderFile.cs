using System.Globalization;
using System.Text.Json.Nodes;

namespace DeviceAgent.Simulator.Gateway;

/// <summary>An order as the platform's answer to taobao.bus.tvmqueryorder.get shapes it, from a file or one of the built-in samples.</summary>
/// <remarks>
/// The wrappers (the response, tvm_bus_order_line_info, the element names of lists) may be there or not.
/// "@today" and "@tomorrow" at the start of a text stand for that day in GMT+8, so that a sample never departs in the past.
/// </remarks>
internal static class OrderFile
{
    private const string ResourcePrefix = "orders.";

    /// <summary>Names of the samples: bus-1, bus-2, bus-3, bus-20.</summary>
    public static IReadOnlyList<string> Samples { get; } = SampleFiles.Names(ResourcePrefix);

    public static JsonObject Sample(string name, DateTimeOffset now) => Parse(SampleFiles.BuiltIn(ResourcePrefix, name), now);

    /// <exception cref="FormatException">The file is no order; the message says what is missing.</exception>
    public static JsonObject Read(string path, DateTimeOffset now) => Parse(SampleFiles.Read(path), now);

    public static JsonObject Parse(JsonNode? node, DateTimeOffset now)
    {
        var order = node as JsonObject ?? throw new FormatException("an order is a JSON object");
        if (order.Count == 1 && order.Single() is { Value: JsonObject response } root && root.Key.EndsWith("_response", StringComparison.Ordinal)) order = response;
        if (order["tvm_bus_order_line_info"] is JsonObject line) order = line;
        order = (JsonObject)WithDates(order, now)!;
        if (Text(order, "alitrip_order_id") is null) throw new FormatException("the order has no alitrip_order_id");
        if (Number(order, "order_status") is null) throw new FormatException("the order has no order_status");
        Wrap(order, "passengers", "tvm_passenger_vo");
        Wrap(order, "refunds", "tvm_refund_apply");
        foreach (var passenger in Passengers(order)) Wrap(passenger, "tvm_insurance_infos", "tvm_insurance_info");
        return order;
    }

    public static string? Text(JsonObject o, string name) => o[name] is JsonValue value ? value.ToString() : null;

    public static long? Number(JsonObject o, string name) =>
        long.TryParse(Text(o, name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static IReadOnlyList<JsonObject> Passengers(JsonObject order) =>
        order["passengers"] is JsonObject wrapper && wrapper["tvm_passenger_vo"] is JsonArray list ? [.. list.OfType<JsonObject>()] : [];

    private static void Wrap(JsonObject o, string name, string element)
    {
        if (o[name] is JsonArray bare) o[name] = new JsonObject { [element] = bare.DeepClone() };
    }

    /// <summary>A copy with its relative dates made absolute.</summary>
    public static JsonNode? WithDates(JsonNode? node, DateTimeOffset now) => node switch
    {
        JsonObject o => new JsonObject(o.Select(p => KeyValuePair.Create(p.Key, WithDates(p.Value, now)))),
        JsonArray a => new JsonArray([.. a.Select(e => WithDates(e, now))]),
        JsonValue v when v.TryGetValue(out string? text) && text.StartsWith('@') => JsonValue.Create(WithDate(text, now.ToOffset(TopProtocol.Zone))),
        _ => node?.DeepClone(),
    };

    private static string WithDate(string text, DateTimeOffset now)
    {
        static string Day(DateTimeOffset at) => at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return text.Replace("@today", Day(now), StringComparison.Ordinal).Replace("@tomorrow", Day(now.AddDays(1)), StringComparison.Ordinal);
    }
}
