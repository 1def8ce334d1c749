namespace DeviceAgent.Simulator.Station;

internal enum StationOrderState { Allocated, Confirmed, Released }

internal enum ReturnDecision { Returned, Refused, Failed }

/// <param name="Passenger">The 0-based place in the request.</param>
/// <param name="PriceFen">What it cost.</param>
internal sealed record StationTicket(int Passenger, string TicketNumber, string SeatNumber, string Gate, string? PassengerName, long PriceFen);

/// <summary>A decision about a return.</summary>
/// <param name="TicketNumber">Null: the whole order.</param>
/// <param name="RefundFen">0 unless it is returned.</param>
/// <param name="Asked">How often it was asked for.</param>
internal sealed record StationReturn(string? TicketNumber, ReturnDecision Decision, string? Reason, long RefundFen, DateTimeOffset DecidedAt, int Asked);

/// <summary>What the station's books hold of one order. A snapshot.</summary>
/// <param name="Kiosk">Who holds it, or held it last.</param>
/// <param name="Attempt">Of its newest allocation.</param>
/// <param name="Tickets">As allocated now, or last.</param>
/// <param name="Returns">Decisions that stand; refusals of the station's own do not, for nothing happened.</param>
/// <param name="Contradictions">What a kiosk asked that does not fit what it asked before.</param>
internal sealed record StationOrder(
    string OrderNumber, StationOrderState State, string Kiosk, long Attempt, IReadOnlyList<StationTicket> Tickets,
    int Allocations, int Confirms, int Releases, IReadOnlyList<StationReturn> Returns, IReadOnlyList<string> Contradictions);
