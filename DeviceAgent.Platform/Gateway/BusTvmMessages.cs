namespace DeviceAgent.Platform.Gateway;

/// <summary>Response of taobao.bus.tvmqueryorder.get. Every field may be missing: the gateway promises none of them.</summary>
public sealed record TvmQueryOrderResponse
{
    public string? ResultCode { get; init; }
    public string? ResultMsg { get; init; }
    public bool? IsSuccess { get; init; }
    public TvmBusOrderLineInfo? TvmBusOrderLineInfo { get; init; }
    public string? RequestId { get; init; }
}

/// <summary>One bus order. Prices are in fen; times are as the platform writes them, in GMT+8.</summary>
public sealed record TvmBusOrderLineInfo
{
    public string? AgentOrderId { get; init; }
    public string? AlipayTradeNo { get; init; }
    public string? AlitripOrderId { get; init; }
    public string? GmtCreate { get; init; }
    public string? IssueTime { get; init; }
    /// <summary>See <see cref="TvmOrderStatus"/>.</summary>
    public int? OrderStatus { get; init; }
    public IReadOnlyList<TvmPassengerVo> Passengers { get; init; } = [];
    public string? PayTime { get; init; }
    public IReadOnlyList<TvmRefundApply> Refunds { get; init; } = [];
    public int? TicketCount { get; init; }
    /// <summary>Fen.</summary>
    public long? TotalPrice { get; init; }
    public TvmBusLineInfo? TvmBusLineInfo { get; init; }
    public string? RealPayMode { get; init; }
    public string? BuyerInfoUniqueKey { get; init; }
    public string? AlitripTpOrderId { get; init; }
}

public static class TvmOrderStatus
{
    public const int CreatedNotPaid = 10;
    public const int PaidNotNotified = 20;
    public const int PaidAndNotified = 30;
    public const int BookedAndConfirmed = 50;
    public const int BookFailed = -1;
    public const int PayTimeOut = -2;
    public const int BookTimeOut = -3;
    public const int Cancelled = -4;
    public const int Closed = -5;
}

/// <summary>A passenger and ticket, in the query's answer and in the report alike. Prices in fen.</summary>
public sealed record TvmPassengerVo
{
    public string? AgentEticket { get; init; }
    public string? AgentTicketId { get; init; }
    public long? FullPrice { get; init; }
    public bool? HasChildren { get; init; }
    public string? RiderCertNumber { get; init; }
    public string? RiderCertType { get; init; }
    public string? RiderName { get; init; }
    public string? SeatNumber { get; init; }
    public long? ServiceCharge { get; init; }
    public long? TicketPrice { get; init; }
    /// <summary>In the answer only; never sent.</summary>
    public IReadOnlyList<TvmInsuranceInfo> TvmInsuranceInfos { get; init; } = [];
}

public sealed record TvmInsuranceInfo
{
    /// <summary>-1 failed, 0 initial, 1 cancelled, 2 closed, 3 and 4 suspended, 5 unknown, 6 not yet in force, 7 in force, 8 expired, 9 being returned, 10 returned, 11 not yet or in force.</summary>
    public int? InsureStatus { get; init; }
    /// <summary>Fen.</summary>
    public long? InsurePrice { get; init; }
    public string? InsureName { get; init; }
    public string? ProductNo { get; init; }
}

public sealed record TvmRefundApply
{
    private const int Rejected = 20;

    public long? ApplyId { get; init; }
    public string? GmtCreate { get; init; }
    public string? GmtRefundSuccTime { get; init; }
    public string? OutTradeNo { get; init; }
    /// <summary>Fen.</summary>
    public long? RefundAmount { get; init; }
    /// <summary>10 in progress, 20 rejected, 30 agreed, 40 refunded, 50 accepted.</summary>
    public int? RefundStatus { get; init; }
    public long? RpApplyId { get; init; }

    /// <summary>The money is on its way back, or may be: any status but rejected, one that is not told among them.</summary>
    public bool IsLive => RefundStatus != Rejected;
}

public sealed record TvmBusLineInfo
{
    public string? BusNumber { get; init; }
    public string? BusType { get; init; }
    public string? DepTime { get; init; }
    public string? Distance { get; init; }
    public string? LastPlaceName { get; init; }
    /// <summary>"Hours" by the document, ambiguous in practice: not interpreted.</summary>
    public string? Runtime { get; init; }
    public string? StartCityName { get; init; }
    public string? StartProvinceName { get; init; }
    public string? StartStationAddress { get; init; }
    public string? StartStationId { get; init; }
    public string? StartStationName { get; init; }
    public string? Terminal { get; init; }
    public string? ToStationCityName { get; init; }
    public string? ToStationId { get; init; }
    public string? ToStationName { get; init; }
    public string? ToStationProvinceName { get; init; }
}

/// <summary>Request of taobao.bus.tvmbookorder.set.</summary>
public sealed record TvmBookOrderRequest
{
    public required string AlitripOrderId { get; init; }
    /// <summary>The moment of issue; sent as GMT+8, to the second.</summary>
    public required DateTimeOffset BookTime { get; init; }
    /// <summary>False makes the platform refund the passenger by itself.</summary>
    public required bool Success { get; init; }
    /// <summary>ALIPAY, WECHAT, BANKCARD, CASH or OWN_ALIPAY; the order's real_pay_mode, echoed.</summary>
    public required string PayMode { get; init; }
    public string? FetchPhone { get; init; }
    /// <summary>At most 20. Null is left out.</summary>
    public IReadOnlyList<TvmPassengerVo>? Passengers { get; init; }
    public bool? SupportEticket { get; init; }
    public string? TicketGate { get; init; }
}

public sealed record TvmBookOrderResponse
{
    public string? ResultCode { get; init; }
    public string? ResultMsg { get; init; }
    /// <summary>The business's word; the gateway's success is not it.</summary>
    public bool? IsSuccess { get; init; }
    public string? RequestId { get; init; }
}
