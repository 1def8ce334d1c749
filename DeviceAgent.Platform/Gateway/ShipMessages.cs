namespace DeviceAgent.Platform.Gateway;

/// <summary>Request of alitrip.ship.order.notify: the tickets of one ship order, or that there are none.</summary>
public sealed record ShipAgentConfirmBookRq
{
    /// <summary>The carrier's order number.</summary>
    public required string AgentOrderId { get; init; }
    /// <summary>The platform's order number; the call is idempotent by it.</summary>
    public required string AlitripOrderId { get; init; }
    /// <summary>Where the tickets are fetched.</summary>
    public string? FetchTicketsAddress { get; init; }
    public string? FetchTicketsNumber { get; init; }
    public string? FetchTicketsPwd { get; init; }
    /// <summary>Taobao's order number.</summary>
    public long? MainBizOrderId { get; init; }
    /// <summary>The text message that the passenger gets.</summary>
    public string? Message { get; init; }
    /// <summary>JSON as text; its members are the partner's.</summary>
    public string? OrderAttr { get; init; }
    public IReadOnlyList<ShipAgentConfirmBookPassengerInfo>? PassengerList { get; init; }
    /// <summary>All tickets of the order, or none: the platform takes no part of an order.</summary>
    public required bool Success { get; init; }
    public long? TicketCount { get; init; }
    /// <summary>The gate.</summary>
    public string? TicketWicket { get; init; }
    /// <summary>Fen, as the ticket_price beside it; the document tells no unit here.</summary>
    public long? TotalPrice { get; init; }
    /// <summary>Why there are no tickets; the partner's open string.</summary>
    public string? FailedCode { get; init; }
}

/// <summary>A passenger of a ship order.</summary>
public sealed record ShipAgentConfirmBookPassengerInfo
{
    public string? PassengerCertNo { get; init; }
    /// <summary>The partner's open string; echoed.</summary>
    public string? PassengerCertType { get; init; }
    public string? PassengerId { get; init; }
    public string? PassengerName { get; init; }
    public IReadOnlyList<ShipAgentConfirmBookTicketInfo>? TicketList { get; init; }
}

/// <summary>A ticket of a ship order's passenger.</summary>
public sealed record ShipAgentConfirmBookTicketInfo
{
    public string? ETicketNo { get; init; }
    public string? TicketDesc { get; init; }
    public required string TicketId { get; init; }
    public string? TicketNo { get; init; }
    /// <summary>Fen.</summary>
    public required long TicketPrice { get; init; }
    public string? TicketPwd { get; init; }
    public string? TicketSeatNo { get; init; }
    /// <summary>1 being issued, 2 issued, 3 no ticket, 4 being returned, 5 returned, 6 return failed.</summary>
    public string? TicketStatus { get; init; }
    /// <summary>11 single, 12 return journey, 21 ordinary admission, 31 hotel.</summary>
    public string? TicketSubType { get; init; }
    public string? TicketTitle { get; init; }
    /// <summary>1 ship, 2 admission, 3 hotel, 4 other.</summary>
    public required string TicketType { get; init; }
    /// <summary>JSON as text; its members are the partner's.</summary>
    public string? ExtAttr { get; init; }
    /// <summary>Sent as GMT+8, to the second.</summary>
    public DateTimeOffset? ExpireTime { get; init; }
}

/// <summary>Response of alitrip.ship.order.notify. Every field may be missing.</summary>
public sealed record ShipOrderNotifyResponse
{
    public string? RetCode { get; init; }
    public string? RetMsg { get; init; }
    public bool? RetSuccess { get; init; }
    public string? RequestId { get; init; }

    /// <summary>The business's word; null when it was not told.</summary>
    public bool? Succeeded => RetSuccess;
}
