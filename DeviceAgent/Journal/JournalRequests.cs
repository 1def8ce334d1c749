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

    /// <summary>A failure is reported as one: its report is never a success.</summary>
    public static void CheckIsFailure(NewReport report)
    {
        Check(report);
        if (report.Success) throw new ArgumentException("The report of a failure tells no success.", nameof(report));
    }

    public static void Check(NewDecision decision, NewReport? report)
    {
        ArgumentNullException.ThrowIfNull(decision);
        ArgumentException.ThrowIfNullOrWhiteSpace(decision.By, nameof(decision));
        ArgumentException.ThrowIfNullOrWhiteSpace(decision.Reason, nameof(decision));
        if (report is not null) Check(report);
        var fits = decision.Kind switch
        {
            DecisionKind.Issued => report is { Success: true },
            DecisionKind.Void => report is { Success: false },
            DecisionKind.Reissue => report is null,
            _ => false,
        };
        if (!fits) throw new ArgumentException("A decision has the report that tells it, and a reissue has none.", nameof(report));
    }
}
