using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Platform.Sync;

/// <summary>Version 1 of a ship order's result in the outbox: the request itself, whole in the personal part, without passengers and secrets beside it.</summary>
public static class ShipNotifyPayload
{
    public const int Version = 1;

    public static NewReport Create(ShipAgentConfirmBookRq request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var facts = request with { PassengerList = null, FetchTicketsNumber = null, FetchTicketsPwd = null, Message = null, OrderAttr = null };
        return new(ReportKinds.ShipNotify, Version, request.Success, TopMessageJson.Write(facts), TopMessageJson.Write(request));
    }

    /// <summary>The request to send; without passengers where the personal part is gone or broken: they are optional in the API.</summary>
    /// <returns>Null when it is of another kind or version, or disagrees with its own row.</returns>
    public static ShipAgentConfirmBookRq? Read(OutboxReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (report.Kind != ReportKinds.ShipNotify || report.PayloadVersion != Version) return null;
        var request = (report.Personal is { } personal ? TopMessageJson.ReadShip(personal) : null) ?? TopMessageJson.ReadShip(report.Payload);
        return request is { } read && read.AlitripOrderId == report.OrderNumber && read.Success == report.Success ? read : null;
    }
}
