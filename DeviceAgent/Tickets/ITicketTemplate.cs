using DeviceAgent.Drivers.Printing;
using DeviceAgent.Orders;

namespace DeviceAgent.Tickets;

/// <summary>Turns tickets into the bytes of a printable document.</summary>
/// <remarks>One document at a time: its bytes hold until the next call of any template of this kiosk.</remarks>
public interface ITicketTemplate
{
    /// <summary>Name and version, "bus/1" for one: journaled with the order, so that a ticket is always printed as it was begun.</summary>
    string Version { get; }

    /// <param name="copy">0 for an original; n marks it as the n-th copy, which a person has asked for.</param>
    ReadOnlyMemory<byte> Ticket(Order order, Ticket ticket, int ticketCount, DateTimeOffset issuedAt, int copy = 0);
}

/// <summary>What is printed beside tickets. One document at a time, as with <see cref="ITicketTemplate"/>.</summary>
public interface IStripTemplate
{
    /// <summary>Marks a half-printed ticket as worthless.</summary>
    ReadOnlyMemory<byte> VoidStrip(string orderNumber, int ticketIndex);

    /// <summary>Tells the passenger of an order in doubt whom to ask.</summary>
    ReadOnlyMemory<byte> IncidentSlip(string orderNumber, DateTimeOffset at);

    /// <summary>Printed once for a printer that this kiosk has not seen: shows whether its cut counter is exact.</summary>
    ReadOnlyMemory<byte> ProbeStrip();

    /// <summary>Shows that new paper is fed, printed and cut.</summary>
    /// <param name="form">The number that is printed on it beforehand, to be compared; null where the paper has none.</param>
    ReadOnlyMemory<byte> PaperStrip(string? form, DateTimeOffset at);
}

/// <summary>All that this kiosk prints.</summary>
public interface IKioskTemplates : IStripTemplate
{
    /// <summary>The paper that all documents are made for.</summary>
    PaperFormat Format { get; }

    ITicketTemplate For(Journey journey);
}
