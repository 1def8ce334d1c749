using System.Text;
using System.Text.Json;

namespace DeviceAgent.Simulator.Gateway;

internal enum TopFieldKind { Text, Flag, Moment, PayMode, Json }

/// <param name="Shape">Of <see cref="TopFieldKind.Json"/>.</param>
internal sealed record TopField(string Name, TopFieldKind Kind, bool Required, JsonShape? Shape = null);

/// <summary>The five APIs as their documents describe them. Their complex parameters: <see cref="TopParameters"/>.</summary>
/// <param name="TakesSession">As the document's example calls it.</param>
/// <param name="OrderName">The order's number in the complex parameter; null where it is a form field, alitrip_order_id.</param>
internal sealed record TopApi(string Name, bool TakesSession, IReadOnlyList<TopField> Fields, string? OrderName = null)
{
    public static TopApi QueryOrder { get; } = new("taobao.bus.tvmqueryorder.get", true, [new("alitrip_order_id", TopFieldKind.Text, true)]);

    public static TopApi BookOrder { get; } = new("taobao.bus.tvmbookorder.set", true,
    [
        new("alitrip_order_id", TopFieldKind.Text, true),
        new("book_time", TopFieldKind.Moment, true),
        new("success", TopFieldKind.Flag, true),
        new("pay_mode", TopFieldKind.PayMode, true),
        new("fetch_phone", TopFieldKind.Text, false),
        new("passengers", TopFieldKind.Json, false, TopParameters.Passengers),
        new("support_eticket", TopFieldKind.Flag, false),
        new("ticket_gate", TopFieldKind.Text, false),
    ]);

    public static TopApi ConfirmReturn { get; } = Complex("taobao.bus.agent.returnticket.confirm", takesSession: false, required: false, TopParameters.Return, "agent_order_id");

    public static TopApi NotifyShip { get; } = Complex("alitrip.ship.order.notify", takesSession: true, required: false, TopParameters.Ship, "alitrip_order_id");

    public static TopApi BookTrain { get; } = Complex("alitrip.btrip.supplychain.train.callback.book", takesSession: false, required: true, TopParameters.Train, "order_id");

    public static IReadOnlyList<TopApi> All { get; } = [QueryOrder, BookOrder, ConfirmReturn, NotifyShip, BookTrain];

    public static TopApi? Find(string? name) => All.FirstOrDefault(a => a.Name == name);

    /// <summary>The answer's root: dots become underscores, "taobao." goes.</summary>
    public string ResponseName => (Name.StartsWith("taobao.", StringComparison.Ordinal) ? Name["taobao.".Length..] : Name).Replace('.', '_') + "_response";

    /// <summary>The order that a request is about, as far as it can be read. Never throws: the request is not checked yet.</summary>
    public static string? OrderNumberIn(TopForm form)
    {
        if (Find(form["method"]) is not { OrderName: { } name } api || form[api.Fields[0].Name] is not { } json) return form["alitrip_order_id"];
        try
        {
            using var document = JsonDocument.Parse(Encoding.UTF8.GetBytes(json));
            return document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty(name, out var number) && number.ValueKind == JsonValueKind.String ? number.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static TopApi Complex(string name, bool takesSession, bool required, JsonShape shape, string orderName) =>
        new(name, takesSession, [new TopField(shape.Name, TopFieldKind.Json, required, shape)], orderName);
}
