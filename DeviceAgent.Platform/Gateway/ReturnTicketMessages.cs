namespace DeviceAgent.Platform.Gateway;

/// <summary>Request of taobao.bus.agent.returnticket.confirm: what became of the return of one ticket or of a whole order.</summary>
public sealed record AgentConfirmReturnRq
{
    /// <summary>The carrier's order number (the query's agent_order_id), not the platform's.</summary>
    public required string AgentOrderId { get; init; }
    /// <summary>1 returned, 2 failed.</summary>
    public required long AgentReturnTicketStatus { get; init; }
    /// <summary>0 one ticket, 1 the whole order.</summary>
    public required long AgentReturnTicketType { get; init; }
    /// <summary>The ticket's number, where one ticket is returned. The platform refuses type 0 without it (PARAM_CHECK_LACK_TICKET_ID).</summary>
    public string? AgentTicketId { get; init; }
    /// <summary>A word for the caller.</summary>
    public string? ComeFrom { get; init; }
    /// <summary>The passenger's name, where one ticket is returned.</summary>
    public string? PassengerName { get; init; }
    /// <summary>For reference only: the platform decides. The document tells no unit ("10.0").</summary>
    public string? RefundAmount { get; init; }
    /// <summary>"Signature", not documented further. Nothing here fills it.</summary>
    public string? Isign { get; init; }
    /// <summary>When the return succeeded; sent as GMT+8, to the second.</summary>
    public DateTimeOffset? SuccessTime { get; init; }
}

/// <summary>Response of taobao.bus.agent.returnticket.confirm. Every field may be missing.</summary>
public sealed record ReturnTicketConfirmResponse
{
    public string? ResultCode { get; init; }
    public string? ResultMsg { get; init; }
    public bool? IsSuccess { get; init; }
    public string? RequestId { get; init; }

    /// <summary>The business's word; null when it was not told.</summary>
    public bool? Succeeded => IsSuccess;
}
