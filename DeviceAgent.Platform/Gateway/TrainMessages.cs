namespace DeviceAgent.Platform.Gateway;

/// <summary>Request of alitrip.btrip.supplychain.train.callback.book: the tickets of one business-travel train order.</summary>
/// <remarks>
/// Every value is text, prices too (fen). Times are GMT+8, written as the document has them. Statuses, seat types, certificate types and the purchase type are
/// enumerations that the partner hands out privately: open strings here, echoed and never interpreted.
/// </remarks>
public sealed record BookCallbackParam
{
    public required IReadOnlyList<BookTrainDetail> BookTrainDetails { get; init; }
    /// <summary>The supplier's order number: ours.</summary>
    public required string SupplierOrderId { get; init; }
    /// <summary>12306's ticket number.</summary>
    public string? TicketNo { get; init; }
    /// <summary>The business-travel order number: the platform's.</summary>
    public required string OrderId { get; init; }
    /// <summary>The partner's open string.</summary>
    public required string OrderStatus { get; init; }
    /// <summary>The partner's open string.</summary>
    public required string PurchaseType { get; init; }
    public string? FailCode { get; init; }
    public string? FailReason { get; init; }
}

/// <summary>One train of the order.</summary>
public sealed record BookTrainDetail
{
    public required string ToStationName { get; init; }
    /// <summary>yyyy-MM-dd HH:mm:ss, GMT+8.</summary>
    public required string ArriveTime { get; init; }
    /// <summary>Fen, as text.</summary>
    public required string OrderTotalPrice { get; init; }
    /// <summary>The day of the journey, yyyy-MM-dd.</summary>
    public required string TrainDate { get; init; }
    public required string FromStationName { get; init; }
    /// <summary>How many tickets, as text.</summary>
    public required string TicketNum { get; init; }
    /// <summary>Three letters.</summary>
    public required string ToStationCode { get; init; }
    public required IReadOnlyList<BookTicketDetail> BookTicketDetails { get; init; }
    /// <summary>The short train number, "T123".</summary>
    public required string TrainNo { get; init; }
    /// <summary>Three letters.</summary>
    public required string FromStationCode { get; init; }
    /// <summary>yyyy-MM-dd HH:mm:ss, GMT+8.</summary>
    public required string StartTime { get; init; }
    public string? TrainId { get; init; }
}

/// <summary>One passenger's ticket on one train, or why there is none.</summary>
public sealed record BookTicketDetail
{
    /// <summary>Whether the ticket may be changed to another train: 0 it may, 1 it may not.</summary>
    public required string ResignFlag { get; init; }
    public string? CoachNo { get; init; }
    /// <summary>Fen, as text.</summary>
    public string? TicketPrice { get; init; }
    /// <summary>The gate: JSON as text, {"0":"…"}.</summary>
    public string? TicketEntrance { get; init; }
    public required PassengerInfo PassengerInfo { get; init; }
    /// <summary>0 child, 1 adult, 2 student.</summary>
    public required string TicketType { get; init; }
    /// <summary>The partner's open string.</summary>
    public required string SeatType { get; init; }
    /// <summary>The partner's open string.</summary>
    public required string TicketStatus { get; init; }
    /// <summary>Whether the ticket may be returned: 0 it may, 1 it may not.</summary>
    public required string RefundFlag { get; init; }
    /// <summary>The partner's open string, "硬座" for one.</summary>
    public required string SeatName { get; init; }
    /// <summary>Whether the destination may be changed: 0 it may, 1 it may not.</summary>
    public required string ChangeFlag { get; init; }
    public string? SeatNo { get; init; }
    /// <summary>The number that this passenger fetches the ticket with.</summary>
    public string? PassengerTicketNo { get; init; }
    public string? FailCode { get; init; }
    public string? FailReason { get; init; }
}

/// <summary>A passenger of a train order, plain. Each value that is told is SM4-encrypted before it is sent (<see cref="TrainCipher"/>).</summary>
public sealed record PassengerInfo
{
    public required string PassengerName { get; init; }
    public required string PassengerMobile { get; init; }
    public required string PassengerIdNo { get; init; }
    /// <summary>The partner's open string.</summary>
    public required string PassengerIdType { get; init; }
    /// <summary>Required where the certificate is no identity card; which type that is, the partner's list tells.</summary>
    public string? CountryCode { get; init; }
    /// <summary>The partner's open string.</summary>
    public string? Sex { get; init; }
    /// <summary>From the order, echoed.</summary>
    public required string PassengerId { get; init; }
    /// <summary>When the certificate was issued, yyyy-MM-dd.</summary>
    public string? ValidDateStart { get; init; }
    /// <summary>yyyy-MM-dd; required as <see cref="CountryCode"/> is.</summary>
    public string? BirthDate { get; init; }
    /// <summary>When the certificate ends, yyyy-MM-dd; required as <see cref="CountryCode"/> is.</summary>
    public string? ValidDateEnd { get; init; }
}

/// <summary>Response of alitrip.btrip.supplychain.train.callback.book. Every field may be missing.</summary>
public sealed record TrainCallbackBookResponse
{
    public TrainOrderInfo? Data { get; init; }
    /// <summary>"200" when it succeeded.</summary>
    public string? ResultCode { get; init; }
    /// <summary>"true" when it succeeded.</summary>
    public string? Status { get; init; }
    public string? ResultMsg { get; init; }
    public string? RequestId { get; init; }

    /// <summary>The business's word: both <see cref="Status"/> and <see cref="ResultCode"/> must say so; null when neither was told.</summary>
    public bool? Succeeded => (Status, ResultCode) is (null, null) ? null : string.Equals(Status, "true", StringComparison.OrdinalIgnoreCase) && ResultCode == "200";
}

/// <summary>The document's OrderInfo: which order was answered.</summary>
public sealed record TrainOrderInfo
{
    public string? OrderId { get; init; }
    public string? SupplierOrderId { get; init; }
}
