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

    /// <summary>What no change takes, whatever the order.</summary>
    public static void Check(IReadOnlyList<NewReport> reports)
    {
        ArgumentNullException.ThrowIfNull(reports);
        foreach (var report in reports)
        {
            ArgumentNullException.ThrowIfNull(report, nameof(reports));
            if (!JournalWords.IsKnownFormat(report.Kind, report.PayloadVersion))
                throw new ArgumentException("A report must be one that this release can send.", nameof(reports));
        }
        var notices = reports.Count(r => ReportKinds.IsForStation(r.Kind));
        if (notices > 1 || reports.Count - notices > 1)
            throw new ArgumentException("A change has at most one report for the platform and one notice for the station.", nameof(reports));
    }

    /// <summary>The platform learns of each order once, and never the opposite of what happened.</summary>
    /// <param name="hasReport">The order has one already.</param>
    public static void CheckFits(ReportedChange change, Journey journey, bool hasReport, IReadOnlyList<NewReport> reports)
    {
        var report = reports.SingleOrDefault(r => !ReportKinds.IsForStation(r.Kind));
        var due = JournalTransitions.IsReportDue(change, journey, hasReport);
        if (due != report is not null)
            throw new ArgumentException($"{change} of a {journey} order has {(due ? "its" : "no")} report for the platform.", nameof(reports));
        if (report is null) return;
        if (report.Kind != JournalWords.ReportKindOf(journey)) throw new ArgumentException($"A {journey} order is not told of by {report.Kind}.", nameof(reports));
        var opposite = change switch
        {
            ReportedChange.Completion or ReportedChange.DecisionIssued => !report.Success,
            ReportedChange.Failure or ReportedChange.DecisionVoid => report.Success,
            // What was allocated, or given back, is in the report itself.
            _ => false,
        };
        if (opposite) throw new ArgumentException($"{change} is not told by a report of {(report.Success ? "success" : "failure")}.", nameof(reports));
    }

    public static void Check(NewDecision decision)
    {
        ArgumentNullException.ThrowIfNull(decision);
        ArgumentException.ThrowIfNullOrWhiteSpace(decision.By, nameof(decision));
        ArgumentException.ThrowIfNullOrWhiteSpace(decision.Reason, nameof(decision));
        _ = ChangeOf(decision.Kind);
    }

    /// <summary>What a person does to a report says who and why.</summary>
    public static void CheckByHand(string by, string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(by);
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
    }

    public static void Check(PrinterRecord printer)
    {
        ArgumentNullException.ThrowIfNull(printer);
        if (printer.Capabilities?.Length > PrinterRecord.MaxCapabilities)
            throw new ArgumentException($"What is known of a printer has at most {PrinterRecord.MaxCapabilities} characters.", nameof(printer));
    }

    public static void Check(NewAttempt attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        CheckStock(attempt.StockNumber);
    }

    public static void CheckStock(string? number)
    {
        if (number is not null && (number.Length is 0 or > StockPosition.MaxLength || number.AsSpan().ContainsAnyExceptInRange('!', '~')))
            throw new ArgumentException($"A stock number has 1 to {StockPosition.MaxLength} printable ASCII characters without spaces.", nameof(number));
    }

    /// <summary>For the audit: which form an attempt is to be printed on.</summary>
    public static string TellForm(string? number) => number is null ? "" : $" form {number}";

    /// <summary>For the audit: what became of a form.</summary>
    public static string TellForm(string? number, AttemptKind kind, AttemptEnd end) => (number, end) switch
    {
        (null, _) => "",
        (_, { BytesSent: 0 }) => $" form {number} not used",
        (_, { Outcome: AttemptOutcome.Presented }) when kind == AttemptKind.Ticket => $" form {number}",
        (_, { Outcome: AttemptOutcome.Unknown }) when kind == AttemptKind.Ticket => $" form {number} in doubt",
        _ => $" form {number} SPOILED",
    };

    public static ReportedChange ChangeOf(DecisionKind kind) => kind switch
    {
        DecisionKind.Issued => ReportedChange.DecisionIssued,
        DecisionKind.Void => ReportedChange.DecisionVoid,
        DecisionKind.Reissue => ReportedChange.DecisionReissue,
        _ => throw new ArgumentException("A decision must be of a known kind.", nameof(kind)),
    };
}
