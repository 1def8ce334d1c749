using DeviceAgent.Orders;
using DeviceAgent.Platform.Sync;

namespace DeviceAgent.Journal;

/// <summary>What the rules need to know of an attempt.</summary>
/// <param name="Outcome">Null while it is open.</param>
/// <param name="Superseded">A person knew of it and decided for a reissue.</param>
internal readonly record struct AttemptFacts(AttemptKind Kind, int TicketIndex, AttemptOutcome? Outcome, bool Superseded = false);

/// <summary>What the rules need to know of a report.</summary>
/// <param name="State">Null when this release does not know it.</param>
/// <param name="FormatIsKnown">Kind and payload version.</param>
internal readonly record struct ReportFacts(ReportState? State, bool FormatIsKnown);

/// <summary>The changes that reports are written with.</summary>
internal enum ReportedChange { Acceptance, Completion, Release, Failure, DecisionIssued, DecisionVoid, DecisionReissue }

/// <summary>Which change a row's present state allows; all engines ask here. Each answers null for yes, else why not. No I/O, no clock.</summary>
internal static class JournalTransitions
{
    /// <summary>The state as this release may act on it: an unfinished order with an attempt or a decision of unknown kind is not ours to judge.</summary>
    public static IssuanceState Effective(IssuanceState written, bool hasUnknownPart) => written switch
    {
        IssuanceState.Intent or IssuanceState.Accepted or IssuanceState.InDoubt or IssuanceState.Released when hasUnknownPart => IssuanceState.Unknown,
        _ => written,
    };

    /// <param name="present">Null when the order was never seen.</param>
    public static string? WhyNoIntent(IssuanceState? present) => present switch
    {
        null or IssuanceState.Released => null,
        _ => $"an order that is {present} takes no new intent",
    };

    public static string? WhyNoAccept(IssuanceState? present) => WhyNot(present, present is IssuanceState.Intent, "accepted");

    public static string? WhyNoAttempt(IssuanceState? present, int ticketCount, IEnumerable<AttemptFacts> attempts, AttemptKind kind, int ticketIndex)
    {
        if (WhyNot(present, present is IssuanceState.Accepted, "printed") is { } state) return state;
        if (kind is not (AttemptKind.Ticket or AttemptKind.VoidStrip)) return "an attempt must be of a known kind";
        if (ticketIndex < 0 || ticketIndex >= ticketCount) return $"there is no ticket {ticketIndex} among {ticketCount}";
        foreach (var a in attempts)
        {
            if (a.Outcome is null) return "an attempt is open";
            // Law 2: printed again only what is proved not to have been presented, or what a person decided to have printed again.
            var decided = a is { Superseded: true, Outcome: AttemptOutcome.Unknown };
            if (kind == AttemptKind.Ticket && IsTicketThatMayBeOut(a) && !decided && a.TicketIndex == ticketIndex) return $"ticket {ticketIndex} is {a.Outcome}";
        }
        return null;
    }

    /// <param name="present">The attempt; null when there is none of that id.</param>
    public static string? WhyNoEnd(AttemptFacts? present, IssuanceState? issuance) => present switch
    {
        null => "there is no such attempt",
        { Outcome: not null } => "the attempt has ended",
        { Kind: AttemptKind.Unknown } => "a newer release wrote this attempt",
        { Kind: AttemptKind.TestStrip } => null,
        _ => WhyNot(issuance, issuance is IssuanceState.Accepted or IssuanceState.InDoubt, "judged"),
    };

    /// <param name="isOpen">Another paper change is not done.</param>
    public static string? WhyNoTestStrip(AttemptKind kind, bool isOpen) =>
        kind != AttemptKind.TestStrip ? "an attempt of no order is a test strip" : isOpen ? "the strip before it is open" : null;

    /// <param name="strip">Null when there is no such attempt.</param>
    public static string? WhyNoPaperChange(AttemptFacts? strip, AttemptOutcome outcome) =>
        strip is not { Kind: AttemptKind.TestStrip } ? "only a test strip shows that the paper is right"
            : WhyNoEnd(strip, null) ?? (outcome == AttemptOutcome.NotPresented ? "the test strip did not come out" : null);

    public static string? WhyNoCompletion(IssuanceState? present, IEnumerable<AttemptFacts> attempts)
    {
        if (WhyNot(present, present is IssuanceState.Accepted or IssuanceState.InDoubt, "completed") is { } state) return state;
        return attempts.Any(a => a.Outcome is null) ? "an attempt is open" : null;
    }

    public static string? WhyNoRelease(IssuanceState? present, IEnumerable<AttemptFacts> attempts) =>
        WhyNot(present, present is IssuanceState.Intent or IssuanceState.Accepted, "released") ?? WhyNotUnissued(attempts);

    /// <summary>A bus order that was not taken on is released: nobody has asked for anything yet. A job may tell a failure from the start.</summary>
    public static string? WhyNoFailure(IssuanceState? present, Journey journey, IEnumerable<AttemptFacts> attempts) =>
        WhyNot(present, present is IssuanceState.Accepted || (present is IssuanceState.Intent && journey != Journey.Bus), "failed") ?? WhyNotUnissued(attempts);

    /// <summary>
    /// Whether the change brings the order's report for the platform. A bus order is reported by its outcome; the others by what was allocated
    /// or given back, once and for ever, and paper does not change it.
    /// </summary>
    public static bool IsReportDue(ReportedChange change, Journey journey, bool hasReport) => journey == Journey.Bus
        ? change is ReportedChange.Completion or ReportedChange.Failure or ReportedChange.DecisionIssued or ReportedChange.DecisionVoid
        : !hasReport && (change is ReportedChange.Acceptance or ReportedChange.Failure);

    /// <summary>What was reported can be taken up again by the same job; a bus order is asked for anew.</summary>
    public static bool KeepsOrderWhenReleased(Journey journey, bool hasReport) => journey != Journey.Bus && hasReport;

    public static string? WhyNoDecision(IssuanceState? present, IEnumerable<AttemptFacts> attempts) =>
        WhyNot(present, present is IssuanceState.InDoubt, "decided") ?? (attempts.Any(a => a.Outcome is null) ? "an attempt is open" : null);

    /// <summary>Whatever became of the order: what hangs in the printer does not go away by a decision.</summary>
    public static string? WhyNoSlipEnd(IssuanceState? present) => WhyNot(present, true, "told of by a slip");

    // Law 1: ended without tickets only when every attempt is proved not to have been presented.
    private static string? WhyNotUnissued(IEnumerable<AttemptFacts> attempts)
    {
        foreach (var a in attempts)
        {
            if (a.Outcome is null) return "an attempt is open";
            if (IsTicketThatMayBeOut(a)) return $"ticket {a.TicketIndex} is {a.Outcome}";
        }
        return null;
    }

    public static string? WhyNoDoubt(IssuanceState? present) => WhyNot(present, present is IssuanceState.Accepted, "put in doubt");

    public static string? WhyNoSending(ReportFacts? report) => WhyNot(report, due: true, sending: false, retry: true);

    /// <summary>From retry too: the platform was asked, and has applied what was sent before.</summary>
    public static string? WhyNoConfirmation(ReportFacts? report) => WhyNot(report, due: false, sending: true, retry: true);

    public static string? WhyNoRetry(ReportFacts? report) => WhyNot(report, due: true, sending: true, retry: true);

    public static string? WhyNoParking(ReportFacts? report) => WhyNot(report, due: true, sending: true, retry: true);

    /// <summary>Not from due: it goes out anyway. Not while it is being sent: its answer is still to come.</summary>
    public static string? WhyNoRetryByHand(ReportFacts? report) => WhyNot(report, due: false, sending: false, retry: true, parked: true);

    public static string? WhyNoSettlement(ReportFacts? report) => WhyNot(report, due: false, sending: false, retry: false, parked: true);

    /// <summary>Whether an order ended, in words that this release knows: nothing changes it any more but the same job, taken up again.</summary>
    public static bool IsOver(IssuanceState state) => state is IssuanceState.Issued or IssuanceState.Failed or IssuanceState.Void or IssuanceState.Released;

    /// <summary>Whether a report's personal data may go: it has arrived, and the order that it tells of needs it no longer.</summary>
    /// <param name="order">Null when it is gone.</param>
    public static bool MayPurge(ReportFacts report, IssuanceState? order) =>
        report is { State: ReportState.Confirmed, FormatIsKnown: true } && (order is not { } state || IsOver(state));

    /// <summary>Whether an order may be deleted once it is old: nobody waits for anything of it.</summary>
    public static bool MayRetire(IssuanceState state, bool hasUnknownPart, bool slipOwed, IEnumerable<ReportFacts> reports) =>
        IsOver(state) && !hasUnknownPart && !slipOwed && reports.All(r => r is { State: ReportState.Confirmed, FormatIsKnown: true });

    private static bool IsTicketThatMayBeOut(AttemptFacts a) => a is { Kind: AttemptKind.Ticket, Outcome: not AttemptOutcome.NotPresented };

    private static string? WhyNot(IssuanceState? present, bool allowed, string what) => present switch
    {
        null => "there is no such issuance",
        IssuanceState.Unknown => "a newer release wrote this order",
        _ => allowed ? null : $"an order that is {present} cannot be {what}",
    };

    private static string? WhyNot(ReportFacts? report, bool due, bool sending, bool retry, bool parked = false)
    {
        if (report is not { } r) return "there is no such report";
        if (r.State is not { } state || !r.FormatIsKnown) return "a newer release wrote this report";
        var allowed = state switch
        {
            ReportState.Due => due,
            ReportState.Sending => sending,
            ReportState.Retry => retry,
            ReportState.Parked => parked,
            _ => false,
        };
        return allowed ? null : $"the report is {state}";
    }
}
