using DeviceAgent.Journal;

namespace DeviceAgent.Issuance;

/// <summary>Every decision about an issuance. No I/O, no clock: the caller brings the facts.</summary>
internal static class IssuanceRules
{
    /// <summary>Strips tried for one half-printed ticket before a person must look at the printer.</summary>
    private const int MaxStrips = 3;

    /// <summary>What the journal says about an order that someone presents.</summary>
    public static JournalAnswer AnswerFromJournal(IssuanceRecord? record) => record?.State switch
    {
        null or IssuanceState.Released or IssuanceState.Intent => JournalAnswer.GoOn,
        IssuanceState.Accepted => JournalAnswer.Resume,
        IssuanceState.Issued => JournalAnswer.AlreadyCollected,
        _ => JournalAnswer.SeeStaff,
    };

    /// <summary>What to do about a ticket whose outcome is not known.</summary>
    /// <remarks>
    /// An echo proves its own attempt only. Counters prove something only when the buffer is proved empty and the two readings are comparable.
    /// A cut made, with nothing else seen since, is the ticket's. A ticket that the printer pulled back in is with nobody for certain, and one
    /// that it may have pulled back in while no agent looked is not known to be with anybody.
    /// Everything else is <see cref="AttemptOutcome.Unknown"/>.
    /// </remarks>
    public static AttemptVerdict Judge(AttemptEvidence evidence) => evidence switch
    {
        { Retracted: true, BytesSent: not 0 } => new(AttemptOutcome.Unknown, "the printer has pulled the paper back in"),
        { MayBeRetracted: true, OwnIdEchoed: true } => new(AttemptOutcome.Unknown, "it was printed, and the printer may have pulled it back in since"),
        { OwnIdEchoed: true } => new(AttemptOutcome.Presented, "its own process id was echoed"),
        { BytesSent: 0 } => new(AttemptOutcome.NotPresented, "no byte was sent"),
        { BufferProvedEmpty: false } => new(AttemptOutcome.Unknown, "no fence proved that the printer's buffer has drained"),
        { Counters: { IncomparableBecause: { } reason } } => new(AttemptOutcome.Unknown, $"counters prove nothing: {reason}"),
        { MayBeRetracted: true, Counters.CutsAdded: 1 } => new(AttemptOutcome.Unknown, "it was cut, and the printer may have pulled it back in since"),
        { Counters.CutsAdded: 1 } => new(AttemptOutcome.Presented, "the exact cut counter went up by one"),
        { Counters.CutsAdded: 0 } => new(AttemptOutcome.NotPresented, "the exact cut counter stood still"),
        _ => new(AttemptOutcome.Unknown, $"the cut counter went up by {evidence.Counters.CutsAdded}"),
    };

    /// <summary>Whether two readings of a printer may be held against each other, and what they say.</summary>
    /// <param name="blindLimit">
    /// How long nobody may have watched the printer between two runs of the agent: less than a hand needs to open it, load paper and have it cut.
    /// </param>
    public static CounterEvidence Compare(PrinterEvidence before, PrinterEvidence? after, TimeSpan blindLimit)
    {
        string? reason = after switch
        {
            null => "the printer could not be read afterwards",
            _ when before.SerialNumber is null || after.SerialNumber is null => "the printer tells no serial number",
            _ when before.SerialNumber != after.SerialNumber => "another printer is attached",
            _ when before.Connection is null || before.Connection != after.Connection => "the printer was connected anew, its power may have been off",
            _ when before.Run == after.Run && before.Disturbances != after.Disturbances => "cover, paper or power changed meanwhile",
            _ when before.Run != after.Run && after.CalmSince is null => "cover, paper or power changed since the agent started",
            _ when before.Run != after.Run && IsTooLong(before.ReadAt, after.CalmSince, blindLimit) => "nobody watched the printer for too long",
            _ when before.CutCounter is null || after.CutCounter is null => "the printer tells no cut counter",
            _ when !before.CutCounterIsExact || !after.CutCounterIsExact => "no probe showed that the cut counter is exact",
            _ when !before.Idle || !after.Idle => "the printer was not idle",
            _ => null,
        };
        return new(reason, reason is null ? after!.CutCounter!.Value - before.CutCounter!.Value : 0);
    }

    /// <summary>Attempts up to this id were known to the person who decided for the last reissue; 0 when nobody did.</summary>
    public static long Superseded(IReadOnlyList<DecisionRecord> decisions) =>
        decisions.Where(d => d.Kind == DecisionKind.Reissue).Select(d => d.LastAttempt).DefaultIfEmpty(0).Max();

    /// <summary>What is reported as book_time: when the order was completed, by the trusted clock, and never before the kiosk took it.</summary>
    /// <remarks>
    /// An order that is found complete after a restart, before the clock is trusted, was complete at about its last attempt: tickets are printed by a trusted clock only.
    /// </remarks>
    public static DateTimeOffset BookTime(DateTimeOffset acceptedAt, IReadOnlyList<AttemptRecord> attempts, DateTimeOffset now, bool clockIsTrusted)
    {
        var completed = clockIsTrusted ? now : attempts.Max(a => a.StartedAt);
        return completed > acceptedAt ? completed : acceptedAt;
    }

    /// <summary>
    /// A restored image has forgotten what was printed after it was taken; the printer has not. Exact counters of one printer only.
    /// </summary>
    /// <param name="last">The highest that the journal has seen; null when it has seen none.</param>
    /// <returns>Null when the counter is where it may be.</returns>
    public static string? WhyNotThisPrintersJournal(long? last, long cuts, int unseenAllowed) => (cuts - last) switch
    {
        null => null,
        < 0 => $"its cut counter went back from {last} to {cuts}",
        var unseen when unseen > unseenAllowed => $"it has made {unseen} cuts that the journal does not know of ({unseenAllowed} are allowed)",
        _ => null,
    };

    /// <summary>The next thing to do for an accepted order, from what was attempted so far.</summary>
    /// <param name="superseded">See <see cref="Superseded"/>.</param>
    public static NextStep Next(int ticketCount, IReadOnlyList<AttemptRecord> attempts, long superseded)
    {
        foreach (var attempt in attempts)
        {
            if (attempt.Kind == AttemptKind.Unknown) return new(StepKind.StandInDoubt, attempt.TicketIndex, "an attempt of a kind that this release does not know");
            if (attempt.End is null) return new(StepKind.Settle, attempt.TicketIndex, "an attempt has no outcome yet", attempt);
            if (attempt is { Kind: AttemptKind.Ticket, End.Outcome: AttemptOutcome.Unknown } && attempt.Id > superseded)
                return new(StepKind.StandInDoubt, attempt.TicketIndex, $"ticket {attempt.TicketIndex + 1}: {attempt.End.Judgement}");
        }
        for (var index = 0; index < ticketCount; index++)
        {
            var own = attempts.Where(a => a.TicketIndex == index).ToList();
            if (own.Any(a => a is { Kind: AttemptKind.Ticket, End.Outcome: AttemptOutcome.Presented })) continue;
            // A person has looked at what was there when a reissue was decided.
            if (own.LastOrDefault() is not { } last || last.Id <= superseded || !LeavesHalfATicket(last))
                return new(StepKind.PrintTicket, index, "not presented yet", Copy: own.Count(MayBeOut));
            var strips = own.AsEnumerable().Reverse().TakeWhile(a => a.Kind == AttemptKind.VoidStrip).Count(SpeaksAgainstThePrinter);
            return strips < MaxStrips
                ? new(StepKind.PrintVoidStrip, index, "a half-printed ticket is in the printer")
                : new(StepKind.StandInDoubt, index, $"ticket {index + 1}: it was printed by half, and no strip is known to have parted it from what follows");
        }
        return new(StepKind.Complete, ticketCount, "every ticket was presented");
    }

    /// <summary>An order that has waited too long: nothing given goes back to the passenger, anything given needs a person.</summary>
    public static NextStep AfterWaiting(int ticketCount, IReadOnlyList<AttemptRecord> attempts, long superseded)
    {
        var next = Next(ticketCount, attempts, superseded);
        if (next.Kind != StepKind.PrintTicket) return next;
        if (!attempts.Any(MayBeOut)) return new(StepKind.Release, next.TicketIndex, "no ticket was presented and nobody came back");
        var presented = PresentedTickets(attempts);
        return new(StepKind.StandInDoubt, next.TicketIndex, presented == 0
            ? "a reissue was decided and nobody came back for it"
            : $"{presented} of {ticketCount} tickets were presented and nobody came back for the rest");
    }

    /// <summary>A ticket that is not proved to have stayed inside.</summary>
    public static bool MayBeOut(AttemptRecord attempt) => attempt is { Kind: AttemptKind.Ticket, End.Outcome: not AttemptOutcome.NotPresented };

    private static int PresentedTickets(IReadOnlyList<AttemptRecord> attempts) =>
        attempts.Where(a => a is { Kind: AttemptKind.Ticket, End.Outcome: AttemptOutcome.Presented }).Select(a => a.TicketIndex).Distinct().Count();

    private static bool IsTooLong(long? from, long? to, TimeSpan limit) => from is not { } f || to is not { } t || t - f > limit.TotalMilliseconds;

    // A strip that died with the agent, and is proved to have stayed inside, failed because the agent's power did: it leaves no doubt, and each costs a restart.
    private static bool SpeaksAgainstThePrinter(AttemptRecord strip) =>
        strip.End is not ({ BytesSent: 0 } or { BytesSent: null, Outcome: AttemptOutcome.NotPresented });

    // A strip whose own fate is unclear is printed again: it is no ticket, and two of them harm nobody.
    private static bool LeavesHalfATicket(AttemptRecord last) => last switch
    {
        { Kind: AttemptKind.Ticket, End.BytesSent: 0 } => false,
        { Kind: AttemptKind.Ticket } => true,
        _ => last.End!.Outcome != AttemptOutcome.Presented,
    };
}

internal enum JournalAnswer { GoOn, Resume, AlreadyCollected, SeeStaff }

/// <param name="BytesSent">Null when the sender died: then nobody knows.</param>
/// <param name="BufferProvedEmpty">A fence came back after the attempt.</param>
/// <param name="Retracted">The printer says that it has pulled the paper back in.</param>
/// <param name="MayBeRetracted">The printer pulls back in what nobody takes, and no agent saw what became of this ticket.</param>
internal readonly record struct AttemptEvidence(
    bool OwnIdEchoed, long? BytesSent, bool BufferProvedEmpty, CounterEvidence Counters, bool Retracted = false, bool MayBeRetracted = false);

/// <param name="IncomparableBecause">Null when the readings may be compared.</param>
internal readonly record struct CounterEvidence(string? IncomparableBecause, long CutsAdded);

internal readonly record struct AttemptVerdict(AttemptOutcome Outcome, string Judgement);

internal enum StepKind { Settle, PrintVoidStrip, PrintTicket, Complete, Release, StandInDoubt }

/// <param name="Open">The attempt to settle.</param>
/// <param name="Copy">PrintTicket: 0 for an original, n for the n-th copy.</param>
internal sealed record NextStep(StepKind Kind, int TicketIndex, string Reason, AttemptRecord? Open = null, int Copy = 0);
