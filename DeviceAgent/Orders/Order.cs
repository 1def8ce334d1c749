namespace DeviceAgent.Orders;

/// <summary>The product line and direction of an order.</summary>
public enum Journey { Bus, BusReturn, Ship, Train }

/// <summary>An order as the platform told it, in the kiosk's own words. Money is in fen, times are instants.</summary>
public sealed record Order
{
    public required Journey Journey { get; init; }
    /// <summary>The platform's order number (alitrip_order_id).</summary>
    public required string OrderNumber { get; init; }
    /// <summary>The carrier's or agent's order number; null when the platform told none.</summary>
    public string? AgentOrderNumber { get; init; }
    /// <summary>How it was paid, as the platform wrote it: reported back unchanged.</summary>
    public string? PayMode { get; init; }
    /// <summary>Fen; null when the platform told none.</summary>
    public long? TotalPrice { get; init; }
    public required Trip Trip { get; init; }
    public required IReadOnlyList<Passenger> Passengers { get; init; }
    /// <summary>What the station decided, in a return; null elsewhere.</summary>
    public Refund? Refund { get; init; }
}

/// <param name="TicketNumber">Null: the whole order was returned.</param>
/// <param name="Fen">What the passenger gets back, by the station's word; null where it does not tell.</param>
/// <param name="At">When the station decided.</param>
/// <remarks>What may be missing has a default: the journal leaves out what is null, and takes a constructor's parameter without one for required.</remarks>
public sealed record Refund(string? TicketNumber = null, long? Fen = null, DateTimeOffset At = default);

public sealed record Trip
{
    /// <summary>Bus or train number, ship name.</summary>
    public required string Number { get; init; }
    public string? VehicleType { get; init; }
    public required string FromStation { get; init; }
    public string? FromStationId { get; init; }
    public string? FromCity { get; init; }
    public required string ToStation { get; init; }
    public string? ToCity { get; init; }
    /// <summary>Where the vehicle goes in the end, when it goes farther than the passenger.</summary>
    public string? LastPlace { get; init; }
    public required DateTimeOffset DepartsAt { get; init; }
}

/// <summary>Personal data: encrypted at rest, masked in logs.</summary>
public sealed record Passenger
{
    public string? Name { get; init; }
    /// <summary>The platform's own code, echoed unchanged.</summary>
    public string? CertificateType { get; init; }
    public string? CertificateNumber { get; init; }
    public string? SeatNumber { get; init; }
    /// <summary>The carrier's ticket number (agent_ticket_id).</summary>
    public string? TicketNumber { get; init; }
    public string? ElectronicTicket { get; init; }
    /// <summary>Fen.</summary>
    public long? FullPrice { get; init; }
    /// <summary>Fen: what was paid.</summary>
    public long? TicketPrice { get; init; }
    /// <summary>Fen.</summary>
    public long? ServiceCharge { get; init; }
    public bool? HasChildren { get; init; }
}

/// <summary>One piece of paper: the passenger that it is for and the numbers that it carries.</summary>
public sealed record Ticket
{
    /// <summary>0-based position in the order; the order of printing.</summary>
    public required int Index { get; init; }
    public required string TicketNumber { get; init; }
    public string? SeatNumber { get; init; }
    public string? Gate { get; init; }
    public required Passenger Passenger { get; init; }
    /// <summary>Where the order's tickets are for different trips; null: the order's own.</summary>
    public Trip? Trip { get; init; }
    /// <summary>What kind of ticket it is, in the carrier's words; null where it needs none.</summary>
    public string? Title { get; init; }
    /// <summary>Needed at the gate besides the number; null where there is none.</summary>
    public string? Password { get; init; }
}
