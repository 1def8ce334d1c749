using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Journal;

/// <summary>What no engine takes: faults of the program, told before anything is touched.</summary>
internal static class JournalRequests
{
    public static void Check(AcceptedOrder accepted)
    {
        ArgumentNullException.ThrowIfNull(accepted);
        if (accepted.Tickets.Count == 0) throw new ArgumentException("An accepted order has at least one ticket.", nameof(accepted));
        for (var i = 0; i < accepted.Tickets.Count; i++)
        {
            if (accepted.Tickets[i].Index != i) throw new ArgumentException("Tickets are numbered from 0, in order.", nameof(accepted));
        }
    }

    public static void CheckIsOf(AcceptedOrder accepted, Journey journey, string orderNumber)
    {
        if (accepted.Order.Journey != journey || accepted.Order.OrderNumber != orderNumber)
            throw new ArgumentException("This is another issuance's order.", nameof(accepted));
    }

    public static void Check(NewReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (!JournalWords.IsKnownFormat(report.Kind, report.PayloadVersion))
            throw new ArgumentException("A report must be one that this release can send.", nameof(report));
    }
}
