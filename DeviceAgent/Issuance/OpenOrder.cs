using DeviceAgent.Journal;
using DeviceAgent.Orders;

namespace DeviceAgent.Issuance;

/// <summary>An accepted order while it is worked on: what the journal said, and the attempts made since.</summary>
internal sealed class OpenOrder(IssuanceRecord record)
{
    private readonly long _superseded = IssuanceRules.Superseded(record.Decisions);

    public IssuanceRecord Record => record;

    public OrderKey Key { get; } = new(record.Journey, record.OrderNumber);

    public string Number => record.OrderNumber;

    public AcceptedOrder Accepted { get; } = record.Accepted ?? throw new ArgumentException("Only an order that can be read is worked on.", nameof(record));

    public List<AttemptRecord> Attempts { get; } = [.. record.Attempts];

    public NextStep Next => IssuanceRules.Next(Accepted.Tickets.Count, Attempts, _superseded);

    public NextStep AfterWaiting => IssuanceRules.AfterWaiting(Accepted.Tickets.Count, Attempts, _superseded);

    public bool HasTicketThatMayBeOut => Attempts.Any(IssuanceRules.MayBeOut);

    public void Settled(AttemptRecord open, AttemptRecord ended) => Attempts[Attempts.IndexOf(open)] = ended;
}
