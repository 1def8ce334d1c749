using DeviceAgent.Drivers.Printing;
using DeviceAgent.Journal;
using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Issuance;

/// <summary>Whether whoever holds the code may collect the order: an ID card that must match a passenger, for one.</summary>
public interface IPassengerCheck
{
    /// <param name="order">The order, as the platform has just told it.</param>
    /// <param name="show">Tells the passenger what to do.</param>
    /// <param name="cancellationToken">The kiosk stops.</param>
    ValueTask<PassengerVerdict> CheckAsync(Order order, Action<Guidance> show, CancellationToken cancellationToken);
}

/// <param name="MayCollect">The order may be given to who stands there.</param>
/// <param name="Note">What decided, for the journal; no personal data. Null where nothing had to be decided.</param>
public readonly record struct PassengerVerdict(bool MayCollect, string? Note);

/// <summary>The code alone is enough.</summary>
internal sealed class CodeIsEnough : IPassengerCheck
{
    public ValueTask<PassengerVerdict> CheckAsync(Order order, Action<Guidance> show, CancellationToken cancellationToken) => new(new PassengerVerdict(true, null));
}

/// <summary>The right of one kiosk to print an order. A sister kiosk may have printed it and not yet reported.</summary>
public interface IOrderClaims
{
    /// <returns>The fencing token (null where none is needed), or why the order is not ours.</returns>
    ValueTask<ClaimAnswer> ClaimAsync(Journey journey, string orderNumber, CancellationToken cancellationToken);

    /// <summary>Asked again before a ticket is printed after a pause: the claim may have passed to another kiosk.</summary>
    ValueTask<ClaimAnswer> RevalidateAsync(Journey journey, string orderNumber, string? token, CancellationToken cancellationToken);
}

public sealed record ClaimAnswer(bool Granted, string? Token, string Reason);

/// <summary>Claims:Mode = SoleIssuer: the operator vouches that no other kiosk issues this station's orders.</summary>
internal sealed class SoleIssuer : IOrderClaims
{
    private static readonly ClaimAnswer Granted = new(true, null, "sole issuer");

    public ValueTask<ClaimAnswer> ClaimAsync(Journey journey, string orderNumber, CancellationToken cancellationToken) => new(Granted);

    public ValueTask<ClaimAnswer> RevalidateAsync(Journey journey, string orderNumber, string? token, CancellationToken cancellationToken) => new(Granted);
}

/// <summary>Where numbers, seats and gates of tickets come from. Idempotent by order number; each pick-up of an order is an attempt of its own.</summary>
public interface ITicketAllocation
{
    /// <param name="attempt">Grows with each pick-up of the order: what is given back is told by it.</param>
    ValueTask<AllocationOutcome> AllocateAsync(Order order, long attempt, CancellationToken cancellationToken);

    /// <summary>What is told when the tickets were given to the passengers; null where nobody keeps books of it.</summary>
    NewReport? Given(string orderNumber, long attempt);

    /// <summary>What is told when they were not, whether or not there were any; null where nobody keeps books of it.</summary>
    NewReport? GivenBack(string orderNumber, long attempt, string reason);
}

/// <param name="Tickets">Null exactly when there are none.</param>
/// <param name="IsSilence">There are none because nobody answered.</param>
/// <param name="Reason">Why there are none; no personal data.</param>
public sealed record AllocationOutcome(IReadOnlyList<Ticket>? Tickets, bool IsSilence, string Reason)
{
    public static AllocationOutcome Of(IReadOnlyList<Ticket> tickets) => new(tickets, false, "");

    public static AllocationOutcome Refused(string reason) => new(null, false, reason);

    public static AllocationOutcome Silence(string reason) => new(null, true, reason);
}

/// <summary>The order's own passenger fields; the gate is not among them.</summary>
internal sealed class TicketsFromOrder : ITicketAllocation
{
    public ValueTask<AllocationOutcome> AllocateAsync(Order order, long attempt, CancellationToken cancellationToken) => new(AllocationOutcome.Of(
        [.. order.Passengers.Select((p, i) => new Ticket { Index = i, TicketNumber = p.TicketNumber!, SeatNumber = p.SeatNumber, Passenger = p })]));

    public NewReport? Given(string orderNumber, long attempt) => null;

    public NewReport? GivenBack(string orderNumber, long attempt, string reason) => null;
}

/// <summary>What a person must be told of, wherever they are.</summary>
public enum AlarmKind
{
    /// <summary>An order waits for a person's decision.</summary>
    OrderInDoubt,
    /// <summary>The journal cannot be had or written: nothing is issued.</summary>
    Journal,
    /// <summary>A report waits for a person: paper was given and the platform has closed the order, for one.</summary>
    ReportParked,
    /// <summary>No report goes out before a person has renewed the session or put the configuration right.</summary>
    ReportsHeld,
    /// <summary>The station's system may have made a ticket invalid, and has not answered: nothing is reported of it yet.</summary>
    ReturnUnanswered,
    /// <summary>The station's ticketing system takes no notice of what was given or given back: its books and ours part.</summary>
    NoticesHeld,
    /// <summary>Nobody has vouched for the clock for long: nothing is issued.</summary>
    ClockNotTrusted,
}

/// <param name="OrderNumber">Null where it is about no order.</param>
/// <param name="Reason">For the operator; no personal data.</param>
/// <param name="Since">When it began.</param>
public sealed record Alarm(AlarmKind Kind, string? OrderNumber, string Reason, DateTimeOffset Since);

/// <summary>Where alarms go: told within a minute, again and again, until they are cleared.</summary>
/// <remarks>Called on the agent's loop; takes effect at once and returns at once. Kept in memory: after a start the desk raises again what still holds.</remarks>
public interface IAlarms
{
    /// <summary>An alarm that stands already (same kind, same order) is not raised twice.</summary>
    void Raise(Alarm alarm);

    void Clear(AlarmKind kind, string? orderNumber);
}

/// <summary>Nobody is told.</summary>
internal sealed class NoAlarms : IAlarms
{
    public void Raise(Alarm alarm) { }

    public void Clear(AlarmKind kind, string? orderNumber) { }
}

/// <summary>The kiosk's printer as the desk sees it: opened, lost and opened again by the devices' side.</summary>
/// <remarks>Used on the agent's loop only, by one caller at a time.</remarks>
public interface IPrinterStation
{
    /// <summary>The last known state; Device is NoDevice while none is attached.</summary>
    PrinterStatus Status { get; }

    /// <summary>Serial number, or path where none is told; null until a printer was seen.</summary>
    string? Unit { get; }

    /// <summary>What the attached printer tells of itself; null while none is attached.</summary>
    PrinterIdentity? Identity { get; }

    /// <summary>Whether the attached printer can echo process ids, by probe.</summary>
    bool EchoesProcessId { get; }

    /// <summary>What the attached printer was found to be able to do; null until it was identified.</summary>
    PrinterCapabilities? Capabilities { get; }

    /// <summary>A ticket that nobody takes is pulled back in.</summary>
    bool RetractsTickets { get; }

    /// <summary>Cover, paper, power and reopening events of this run.</summary>
    long Disturbances { get; }

    /// <summary>Called on the agent's loop after each change of <see cref="Status"/>, attachment or loss.</summary>
    event Action? Changed;

    /// <summary>Asks the printer now. Never throws for a lost device: the status tells it.</summary>
    ValueTask<PrinterStatus> RefreshAsync(CancellationToken cancellationToken);

    /// <summary>Status and counter in one reading; null when the printer is gone or does not answer.</summary>
    ValueTask<PrinterEvidence?> ReadEvidenceAsync(bool cutCounterIsExact, CancellationToken cancellationToken);

    /// <summary>Prints; a missing printer is the end <see cref="PrintEnd.DeviceLost"/> with no byte sent.</summary>
    ValueTask<PrintResult> PrintAsync(ReadOnlyMemory<byte> document, ProcessId id, CancellationToken cancellationToken);

    /// <summary>Null when the printer is gone or cannot echo.</summary>
    ValueTask<FenceResult?> FenceAsync(TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Drops what the printer still holds; only after a fence. False when the printer is gone.</summary>
    ValueTask<bool> ClearAsync(CancellationToken cancellationToken);
}
