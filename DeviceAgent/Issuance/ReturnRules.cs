using System.Globalization;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Station;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Issuance;

/// <summary>What is to be returned: one ticket, or the whole order.</summary>
/// <param name="TicketNumber">Null: the whole order.</param>
public readonly record struct ReturnTarget(string OrderNumber, string? TicketNumber)
{
    private const int MaxTicketNumber = 64;

    public OrderKey Key => new(Journey.BusReturn, TicketNumber is null ? OrderNumber : $"{OrderNumber}/{TicketNumber}");

    /// <summary>From what a ticket's QR code holds ("order/ticket"), or an order's number alone.</summary>
    /// <returns>Null when it is neither.</returns>
    public static ReturnTarget? Parse(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        var slash = code.IndexOf('/', StringComparison.Ordinal);
        var (order, ticket) = slash < 0 ? (code, null) : (code[..slash], code[(slash + 1)..]);
        if (order.Length is 0 or > OrderCodes.MaxOrderNumber || !order.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')) return null;
        if (ticket is not null && (ticket.Length is 0 or > MaxTicketNumber || ticket.Any(c => c is < '!' or > '~' or '/'))) return null;
        return new(order, ticket);
    }
}

/// <summary>Everything about a return that needs no I/O and no clock.</summary>
internal static class ReturnRules
{
    /// <returns>Null when the order may be returned as far as journal and platform know; else why not. The station decides about the rest.</returns>
    public static string? WhyNot(TvmQueryOrderResponse answer, ReturnTarget target, bool issuedHere)
    {
        if (answer.IsSuccess != true || answer.TvmBusOrderLineInfo is not { } info) return $"the platform does not show the order ({answer.ResultCode ?? "no result"})";
        if (info.AlitripOrderId is { } told && told != target.OrderNumber) return "the answer is about another order";
        // Issued here and not yet reported: its own report goes first.
        var isIssued = info.OrderStatus == TvmOrderStatus.BookedAndConfirmed || (issuedHere && info.OrderStatus is TvmOrderStatus.PaidAndNotified or TvmOrderStatus.PaidNotNotified);
        return isIssued ? null : string.Create(CultureInfo.InvariantCulture, $"the order is not issued (status {info.OrderStatus})");
    }

    /// <summary>What the slip and the journal hold of it.</summary>
    public static AcceptedOrder Accept(TvmBusOrderLineInfo info, ReturnTarget target, ReturnAnswer answer, string template, string? claim)
    {
        var line = info.TvmBusLineInfo;
        var passengers = info.Passengers.Where(p => target.TicketNumber is null || p.AgentTicketId == target.TicketNumber)
            .Select(p => new Passenger { Name = p.RiderName, TicketNumber = p.AgentTicketId, SeatNumber = p.SeatNumber, TicketPrice = p.TicketPrice }).ToList();
        if (passengers.Count == 0) passengers.Add(new() { Name = answer.PassengerName, TicketNumber = target.TicketNumber });
        var order = new Order
        {
            Journey = Journey.BusReturn,
            OrderNumber = target.Key.Number,
            AgentOrderNumber = answer.AgentOrderNumber ?? info.AgentOrderId,
            TotalPrice = info.TotalPrice,
            Trip = new()
            {
                Number = line?.BusNumber ?? "—",
                FromStation = line?.StartStationName ?? "—",
                ToStation = line?.ToStationName ?? "—",
                DepartsAt = TvmTimes.Parse(line?.DepTime) ?? answer.ReturnedAt,
            },
            Passengers = passengers,
            Refund = new(answer.ReturnedAt, target.TicketNumber, answer.RefundFen),
        };
        return new(order, [new() { Index = 0, TicketNumber = target.TicketNumber ?? target.OrderNumber, Passenger = passengers[0] }], template, claim);
    }

    public static NewReport Report(string agentOrderNumber, ReturnTarget target, ReturnAnswer answer, string? passengerName, ReturnOptions options) => BusReturnPayload.Create(new()
    {
        AgentOrderId = agentOrderNumber,
        AgentReturnTicketStatus = answer.Decision == ReturnDecision.Returned ? BusReturnPayload.Returned : BusReturnPayload.Failed,
        AgentReturnTicketType = target.TicketNumber is null ? BusReturnPayload.ByOrder : BusReturnPayload.ByTicket,
        AgentTicketId = target.TicketNumber,
        ComeFrom = options.ComeFrom,
        PassengerName = target.TicketNumber is null ? null : answer.PassengerName ?? passengerName,
        RefundAmount = Amount(answer.RefundFen, options.RefundAmountUnit),
        SuccessTime = answer.Decision == ReturnDecision.Returned ? answer.ReturnedAt : null,
    });

    /// <returns>Null where the unit is not configured or no amount was told.</returns>
    internal static string? Amount(long? fen, RefundUnit unit) => (fen, unit) switch
    {
        ({ } amount, RefundUnit.Fen) => amount.ToString(CultureInfo.InvariantCulture),
        ({ } amount, RefundUnit.Yuan) => string.Create(CultureInfo.InvariantCulture, $"{amount / 100}.{amount % 100:00}"),
        _ => null,
    };
}
