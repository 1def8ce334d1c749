using DeviceAgent.Orders;
using DeviceAgent.Platform.Gateway;
using DeviceAgent.Platform.Station;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Issuance;

/// <summary>Numbers, seats and gates from the station's ticketing system. An answer that does not come is asked for again while the passenger waits.</summary>
internal sealed class StationAllocation(IStationApi station, string kioskId, TimeSpan patience, TimeProvider time) : ITicketAllocation
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public async ValueTask<AllocationOutcome> AllocateAsync(Order order, long attempt, CancellationToken cancellationToken)
    {
        var request = RequestOf(order, attempt);
        var began = time.GetTimestamp();
        while (true)
        {
            var result = await station.AllocateAsync(request, cancellationToken);
            if (result.Value is { Tickets: { } tickets }) return AllocationOutcome.Of([.. tickets.Select((t, i) => TicketOf(order.Passengers[i], i, t))]);
            if (result.Value is { } refused) return AllocationOutcome.Refused(refused.Refusal ?? "refused by the station");
            if (result.Fault!.Remedy != TopRemedy.Retry) return AllocationOutcome.Refused($"the station's system refuses us: {result.Fault}");
            if (time.GetElapsedTime(began) + Pause >= patience) return AllocationOutcome.Silence($"the station's system: {result.Fault}");
            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    public NewReport? Given(string orderNumber, long attempt) => StationNoticePayload.Confirm(new(orderNumber, kioskId, attempt));

    public NewReport? GivenBack(string orderNumber, long attempt, string reason) => StationNoticePayload.Release(new(orderNumber, kioskId, attempt, reason));

    private AllocationRequest RequestOf(Order order, long attempt) => new()
    {
        OrderNumber = order.OrderNumber,
        Kiosk = kioskId,
        Attempt = attempt,
        Journey = "bus",
        AgentOrderNumber = order.AgentOrderNumber,
        Trip = new(order.Trip.Number, order.Trip.FromStation, order.Trip.FromStationId, order.Trip.ToStation, order.Trip.DepartsAt),
        Passengers = [.. order.Passengers.Select(p => new AllocationPassenger(p.Name, p.CertificateType, p.CertificateNumber, p.TicketNumber, p.SeatNumber))],
    };

    private static Ticket TicketOf(Passenger passenger, int index, AllocatedTicket ticket) => new()
    {
        Index = index,
        TicketNumber = ticket.TicketNumber,
        SeatNumber = ticket.SeatNumber ?? passenger.SeatNumber,
        Gate = ticket.Gate,
        Passenger = passenger,
    };
}
