using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Platform.Station;

/// <summary>The station's own ticketing system, where one is configured: it gives numbers, seats and gates, and decides about returns.</summary>
/// <remarks>
/// The contract is docs/station-api.md. Every call may be repeated: it is told by order number and attempt, and answered the same way again.
/// Never throws for what the network or the station does; throws <see cref="OperationCanceledException"/> only for its token.
/// </remarks>
public interface IStationApi
{
    Task<TopResult<AllocationAnswer>> AllocateAsync(AllocationRequest request, CancellationToken cancellationToken);

    /// <summary>The tickets of this attempt were given to the passengers.</summary>
    Task<TopResult<StationReceipt>> ConfirmAsync(AllocationNotice notice, CancellationToken cancellationToken);

    /// <summary>The tickets of this attempt, if it got any, were not given to anybody.</summary>
    Task<TopResult<StationReceipt>> ReleaseAsync(AllocationNotice notice, CancellationToken cancellationToken);

    /// <summary>Decides about a return, and carries it out: a ticket that is returned is invalid from then on.</summary>
    Task<TopResult<ReturnAnswer>> ReturnAsync(ReturnRequest request, CancellationToken cancellationToken);
}

/// <summary>PUT /allocations/{order_number}. Personal data: the passengers.</summary>
public sealed record AllocationRequest
{
    /// <summary>Stands in the path.</summary>
    public required string OrderNumber { get; init; }
    /// <summary>The kiosk's id.</summary>
    public required string Kiosk { get; init; }
    /// <summary>Grows with each pick-up of the order at this kiosk: a late release of an earlier one gives nothing back.</summary>
    public required long Attempt { get; init; }
    /// <summary>"bus".</summary>
    public required string Journey { get; init; }
    public string? AgentOrderNumber { get; init; }
    public required AllocationTrip Trip { get; init; }
    /// <summary>1 to 20.</summary>
    public required IReadOnlyList<AllocationPassenger> Passengers { get; init; }
}

/// <param name="DepartsAt">RFC 3339, with its offset.</param>
public sealed record AllocationTrip(string Number, string FromStation, string? FromStationId, string ToStation, DateTimeOffset DepartsAt);

/// <param name="CertificateType">The platform's code.</param>
/// <param name="TicketNumber">What the order holds; null where it holds none.</param>
/// <param name="SeatNumber">As <paramref name="TicketNumber"/>.</param>
public sealed record AllocationPassenger(string? Name, string? CertificateType, string? CertificateNumber, string? TicketNumber, string? SeatNumber);

/// <summary>The tickets, or why there are none.</summary>
/// <param name="Tickets">One for each passenger of the request; null exactly when refused.</param>
/// <param name="Refusal">The station's words; no personal data.</param>
public sealed record AllocationAnswer(IReadOnlyList<AllocatedTicket>? Tickets, string? Refusal);

/// <param name="Passenger">0-based place in the request.</param>
public sealed record AllocatedTicket(int Passenger, string TicketNumber, string? SeatNumber, string? Gate);

/// <param name="Reason">Why it is given back; null with a confirmation. No personal data.</param>
public sealed record AllocationNotice(string OrderNumber, string Kiosk, long Attempt, string? Reason = null);

/// <summary>The station has taken note.</summary>
public sealed record StationReceipt(string Evidence);

/// <summary>PUT /returns/{order_number} or /returns/{order_number}/{ticket_number}.</summary>
/// <param name="TicketNumber">Null: the whole order.</param>
public sealed record ReturnRequest(string OrderNumber, string? TicketNumber, string Kiosk, string? AgentOrderNumber, string? PassengerName);

public enum ReturnDecision
{
    /// <summary>The ticket is invalid from now on.</summary>
    Returned,
    /// <summary>Nothing has happened, and nothing is reported.</summary>
    Refused,
    /// <summary>It was begun and cannot be carried out: the platform is told.</summary>
    Failed,
}

/// <param name="AgentOrderNumber">The carrier's order number; null where the request's holds.</param>
/// <param name="RefundFen">What the passenger gets back, in fen; null where the station does not tell.</param>
/// <param name="ReturnedAt">When it was decided.</param>
/// <param name="Reason">Of a refusal or a failure; no personal data.</param>
public sealed record ReturnAnswer(ReturnDecision Decision, string? AgentOrderNumber, long? RefundFen, DateTimeOffset ReturnedAt, string? PassengerName, string? Reason);
