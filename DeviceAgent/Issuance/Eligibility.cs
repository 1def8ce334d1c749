using DeviceAgent.Orders;
using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Issuance;

/// <summary>Why an order is not issued here.</summary>
internal enum Refusal
{
    NotFound, AnotherOrder, AlreadyIssued, NotPaid, NotYetReleasedToCarrier, Closed, UnknownStatus, TicketCount, BeingRefunded,
    AnotherStation, NoDepartureTime, Departed, FieldMissing, PayMode, FieldTooLong,
}

/// <param name="Order">Null exactly when refused.</param>
/// <param name="Detail">For the technician; no personal data.</param>
internal sealed record EligibilityVerdict(Order? Order, Refusal? Refusal, string Detail)
{
    public static EligibilityVerdict Accept(Order order) => new(order, null, "");

    public static EligibilityVerdict Refuse(Refusal refusal, string detail) => new(null, refusal, detail);
}

/// <summary>Whether the kiosk takes an order on, from the platform's answer. No I/O; the caller brings the trusted time.</summary>
internal static class Eligibility
{
    public const int MaxPassengers = 20;

    /// <summary>What real_pay_mode may hold so that it can be reported as pay_mode. taobao.bus.tvmbookorder.set, request.</summary>
    private static readonly string[] PayModes = ["ALIPAY", "WECHAT", "BANKCARD", "CASH", "OWN_ALIPAY"];

    private const int MaxFieldLength = 200, MaxTicketNumber = 64;

    public static EligibilityVerdict Judge(TvmQueryOrderResponse answer, string orderNumber, OrderOptions options, DateTimeOffset now)
    {
        if (answer.IsSuccess != true || answer.TvmBusOrderLineInfo is not { } info)
            return EligibilityVerdict.Refuse(Refusal.NotFound, $"result_code {answer.ResultCode ?? "missing"}");
        if (info.AlitripOrderId is { } told && told != orderNumber)
            return EligibilityVerdict.Refuse(Refusal.AnotherOrder, "the answer is about another order");
        return JudgeStatus(info, options) ?? JudgeTrip(info, options, now) ?? JudgeFields(info, options) ?? EligibilityVerdict.Accept(ToOrder(info, orderNumber));
    }

    private static EligibilityVerdict? JudgeStatus(TvmBusOrderLineInfo info, OrderOptions options)
    {
        Refusal? refusal = info.OrderStatus switch
        {
            TvmOrderStatus.PaidAndNotified => null,
            TvmOrderStatus.PaidNotNotified => options.AcceptPaidNotNotified ? null : Refusal.NotYetReleasedToCarrier,
            TvmOrderStatus.BookedAndConfirmed => Refusal.AlreadyIssued,
            TvmOrderStatus.CreatedNotPaid => Refusal.NotPaid,
            < 0 => Refusal.Closed,
            _ => Refusal.UnknownStatus,
        };
        if (refusal is { } r) return EligibilityVerdict.Refuse(r, $"order_status {info.OrderStatus?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "missing"}");
        if (info.Passengers.Count is < 1 or > MaxPassengers || info.TicketCount != info.Passengers.Count)
            return EligibilityVerdict.Refuse(Refusal.TicketCount, $"{info.Passengers.Count} passengers, ticket_count {info.TicketCount}; 1 to {MaxPassengers}, both equal");
        return info.Refunds.Any(refund => refund.IsLive)
            ? EligibilityVerdict.Refuse(Refusal.BeingRefunded, "a refund is under way or done")
            : null;
    }

    private static EligibilityVerdict? JudgeTrip(TvmBusOrderLineInfo info, OrderOptions options, DateTimeOffset now)
    {
        var line = info.TvmBusLineInfo ?? new();
        var isOurs = (line.StartStationId is { } id && options.StationIds.Contains(id)) || (line.StartStationName is { } name && options.StationNames.Contains(name));
        if (!isOurs) return EligibilityVerdict.Refuse(Refusal.AnotherStation, $"start_station_id {Printable(line.StartStationId)}");
        if (TvmTimes.Parse(line.DepTime) is not { } departs) return EligibilityVerdict.Refuse(Refusal.NoDepartureTime, "dep_time cannot be read");
        return now >= departs - options.CutOffBeforeDeparture
            ? EligibilityVerdict.Refuse(Refusal.Departed, $"departs {departs:yyyy-MM-dd HH:mm}")
            : null;
    }

    private static EligibilityVerdict? JudgeFields(TvmBusOrderLineInfo info, OrderOptions options)
    {
        if (info.RealPayMode is not { } payMode) return EligibilityVerdict.Refuse(Refusal.FieldMissing, "real_pay_mode");
        if (!PayModes.Contains(payMode)) return EligibilityVerdict.Refuse(Refusal.PayMode, "real_pay_mode is none that can be reported");
        if (MissingField(info, options) is { } missing) return EligibilityVerdict.Refuse(Refusal.FieldMissing, missing);
        return TooLong(info) is { } field ? EligibilityVerdict.Refuse(Refusal.FieldTooLong, field) : null;
    }

    private static string? MissingField(TvmBusOrderLineInfo info, OrderOptions options)
    {
        bool Needed(string field) => !options.OptionalFields.Contains(field);
        var line = info.TvmBusLineInfo!;
        if (string.IsNullOrWhiteSpace(line.BusNumber)) return "bus_number";
        if (string.IsNullOrWhiteSpace(line.StartStationName)) return "start_station_name";
        if (string.IsNullOrWhiteSpace(line.ToStationName)) return "to_station_name";
        var numbers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var passenger in info.Passengers)
        {
            if (string.IsNullOrWhiteSpace(passenger.AgentTicketId))
            {
                if (!options.TicketsAreAllocated) return "agent_ticket_id";
            }
            else if (!numbers.Add(passenger.AgentTicketId)) return "agent_ticket_id: two passengers carry the same";
            if (Needed("seat") && !options.TicketsAreAllocated && string.IsNullOrWhiteSpace(passenger.SeatNumber)) return "seat_number";
            if (Needed("name") && string.IsNullOrWhiteSpace(passenger.RiderName)) return "rider_name";
            if (Needed("certificate") && string.IsNullOrWhiteSpace(passenger.RiderCertNumber)) return "rider_cert_number";
            if (Needed("price") && passenger.TicketPrice is null) return "ticket_price";
        }
        return null;
    }

    private static string? TooLong(TvmBusOrderLineInfo info)
    {
        var line = info.TvmBusLineInfo!;
        if (info.Passengers.Select(p => p.AgentTicketId).OfType<string>().Any(n => n.Length > MaxTicketNumber || n.Any(c => c is < '!' or > '~'))) return "agent_ticket_id";
        string?[] fields = [line.BusNumber, line.BusType, line.StartStationName, line.ToStationName, line.LastPlaceName, info.AgentOrderId,
            .. info.Passengers.SelectMany(p => new[] { p.RiderName, p.RiderCertNumber, p.RiderCertType, p.SeatNumber })];
        return fields.Any(f => f?.Length > MaxFieldLength) ? $"a field of over {MaxFieldLength} characters" : null;
    }

    private static Order ToOrder(TvmBusOrderLineInfo info, string orderNumber)
    {
        var line = info.TvmBusLineInfo!;
        return new()
        {
            Journey = Journey.Bus,
            OrderNumber = orderNumber,
            AgentOrderNumber = info.AgentOrderId,
            PayMode = info.RealPayMode,
            TotalPrice = info.TotalPrice,
            Trip = new()
            {
                Number = line.BusNumber!,
                VehicleType = line.BusType,
                FromStation = line.StartStationName!,
                FromStationId = line.StartStationId,
                FromCity = line.StartCityName,
                ToStation = line.ToStationName!,
                ToCity = line.ToStationCityName,
                LastPlace = line.LastPlaceName,
                DepartsAt = TvmTimes.Parse(line.DepTime)!.Value,
            },
            Passengers = [.. info.Passengers.Select(p => new Passenger
            {
                Name = p.RiderName,
                CertificateType = p.RiderCertType,
                CertificateNumber = p.RiderCertNumber,
                SeatNumber = p.SeatNumber,
                TicketNumber = p.AgentTicketId,
                ElectronicTicket = p.AgentEticket,
                FullPrice = p.FullPrice,
                TicketPrice = p.TicketPrice,
                ServiceCharge = p.ServiceCharge,
                HasChildren = p.HasChildren,
            })],
        };
    }

    private static string Printable(string? text) => text is null ? "missing" : new([.. text.Take(32).Select(c => c is >= '!' and <= '~' ? c : '?')]);
}
