using DeviceAgent.Journal;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Issuance;

/// <summary>What is reported about a bus order.</summary>
internal static class BusReports
{
    /// <summary>No ticket was given, and none will be: the platform refunds by itself. Tells nothing of passengers: nothing was issued to them.</summary>
    public static NewReport Failed(AcceptedOrder accepted, DateTimeOffset at) => BusBookPayload.Create(new()
    {
        AlitripOrderId = accepted.Order.OrderNumber,
        BookTime = at,
        Success = false,
        PayMode = accepted.Order.PayMode!,
    });

    /// <summary>The order's own words, echoed: pay mode, certificates and prices as the platform told them.</summary>
    public static NewReport Issued(AcceptedOrder accepted, DateTimeOffset at) => BusBookPayload.Create(new()
    {
        AlitripOrderId = accepted.Order.OrderNumber,
        BookTime = at,
        Success = true,
        PayMode = accepted.Order.PayMode!,
        TicketGate = accepted.Tickets.Select(t => t.Gate).FirstOrDefault(gate => gate is not null),
        Passengers = [.. accepted.Tickets.Select(t => new TvmPassengerVo
        {
            AgentTicketId = t.TicketNumber,
            AgentEticket = t.Passenger.ElectronicTicket,
            SeatNumber = t.SeatNumber,
            RiderName = t.Passenger.Name,
            RiderCertType = t.Passenger.CertificateType,
            RiderCertNumber = t.Passenger.CertificateNumber,
            FullPrice = t.Passenger.FullPrice,
            TicketPrice = t.Passenger.TicketPrice,
            ServiceCharge = t.Passenger.ServiceCharge,
            HasChildren = t.Passenger.HasChildren,
        })],
    });
}
