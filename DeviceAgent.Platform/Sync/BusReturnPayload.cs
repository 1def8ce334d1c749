using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Platform.Sync;

/// <summary>Version 1 of a returned ticket's report in the outbox: the request, without the passenger's name beside the sealed part.</summary>
public static class BusReturnPayload
{
    public const int Version = 1;

    /// <summary>agent_return_ticket_status: the ticket is returned.</summary>
    public const int Returned = 1;

    /// <summary>agent_return_ticket_status: the return failed.</summary>
    public const int Failed = 2;

    /// <summary>agent_return_ticket_type: one ticket of the order.</summary>
    public const int ByTicket = 0;

    /// <summary>agent_return_ticket_type: the whole order.</summary>
    public const int ByOrder = 1;

    /// <remarks>The order is asked for first: before the platform holds it as issued, it can take no return of it.</remarks>
    public static NewReport Create(AgentConfirmReturnRq request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new(ReportKinds.BusReturn, Version, request.AgentReturnTicketStatus == Returned,
            TopMessageJson.Write(request with { PassengerName = null }), TopMessageJson.Write(request), AskFirst: true);
    }

    /// <returns>Null when it is of another kind or version, or disagrees with its own row.</returns>
    public static AgentConfirmReturnRq? Read(OutboxReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (report.Kind != ReportKinds.BusReturn || report.PayloadVersion != Version) return null;
        var request = (report.Personal is { } personal ? TopMessageJson.ReadReturn(personal) : null) ?? TopMessageJson.ReadReturn(report.Payload);
        return request is { } read && read.AgentReturnTicketStatus == Returned == report.Success ? read : null;
    }
}
