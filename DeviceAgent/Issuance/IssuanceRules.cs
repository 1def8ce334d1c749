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
    /// A cut made, with nothing else seen since, is the ticket's. Everything else is <see cref="AttemptOutcome.Unknown"/>.
    /// </remarks>
    public static AttemptVerdict Judge(AttemptEvidence evidence) => evidence switch
    {
        { OwnIdEchoed: true } => new(AttemptOutcome.Presented, "its own process id was echoed"),
        { BytesSent: 0 } => new(AttemptOutcome.NotPresented, "no byte was sent"),
        { BufferProvedEmpty: false } => new(AttemptOutcome.Unknown, "no fence proved that the printer's buffer has drained"),
        { Counters: { IncomparableBecause: { } reason } } => new(AttemptOutcome.Unknown, $"counters prove nothing: {reason}"),
        { Counters.CutsAdded: 1 } => new(AttemptOutcome.Presented, "the exact cut counter went up by one"),
        { Counters.CutsAdded: 0 } => new(AttemptOutcome.NotPresented, "the exact cut counter stood still"),
        _ => new(AttemptOutcome.Unknown, $"the cut counter went up by {evidence.Counters.CutsAdded}"),
    };

    /// <summary>Whether two readings of a printer may be held against each other, and what they say.</summary>
    public static CounterEvidence Compare(PrinterEvidence before, PrinterEvidence? after)
    {
        string? reason = after switch
        {
            null => "the printer could not be read afterwards",
            _ when before.SerialNumber is null || after.SerialNumber is null => "the printer tells no serial number",
            _ when before.SerialNumber != after.SerialNumber => "another printer is attached",
            _ when before.Connection is null || before.Connection != after.Connection => "the printer was connected anew, its power may have been off",
            _ when before.Run == after.Run && before.Disturbances != after.Disturbances => "cover, paper or power changed meanwhile",
            _ when before.CutCounter is null || after.CutCounter is null => "the printer tells no cut counter",
            _ when !before.CutCounterIsExact || !after.CutCounterIsExact => "no probe showed that the cut counter is exact",
            _ when !before.Idle || !after.Idle => "the printer was not idle",
            _ => null,
        };
        return new(reason, reason is null ? after!.CutCounter!.Value - before.CutCounter!.Value : 0);
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
    public static NextStep Next(int ticketCount, IReadOnlyList<AttemptRecord> attempts)
    {
        foreach (var attempt in attempts)
        {
            if (attempt.Kind == AttemptKind.Unknown) return new(StepKind.StandInDoubt, attempt.TicketIndex, "an attempt of a kind that this release does not know");
            if (attempt.End is null) return new(StepKind.Settle, attempt.TicketIndex, "an attempt has no outcome yet", attempt);
            if (attempt is { Kind: AttemptKind.Ticket, End.Outcome: AttemptOutcome.Unknown })
                return new(StepKind.StandInDoubt, attempt.TicketIndex, $"ticket {attempt.TicketIndex + 1}: {attempt.End.Judgement}");
        }
        for (var index = 0; index < ticketCount; index++)
        {
            var own = attempts.Where(a => a.TicketIndex == index).ToList();
            if (own.Any(a => a is { Kind: AttemptKind.Ticket, End.Outcome: AttemptOutcome.Presented })) continue;
            if (own.LastOrDefault() is not { } last || !LeavesHalfATicket(last)) return new(StepKind.PrintTicket, index, "not presented yet");
            var strips = own.AsEnumerable().Reverse().TakeWhile(a => a.Kind == AttemptKind.VoidStrip).Count(a => a.End!.BytesSent != 0);
            return strips < MaxStrips
                ? new(StepKind.PrintVoidStrip, index, "a half-printed ticket is in the printer")
                : new(StepKind.StandInDoubt, index, $"ticket {index + 1}: it was printed by half, and no strip is known to have parted it from what follows");
        }
        return new(StepKind.Complete, ticketCount, "every ticket was presented");
    }

    /// <summary>An order that has waited too long: nothing given goes back to the passenger, anything given needs a person.</summary>
    public static NextStep AfterWaiting(int ticketCount, IReadOnlyList<AttemptRecord> attempts)
    {
        var next = Next(ticketCount, attempts);
        if (next.Kind != StepKind.PrintTicket) return next;
        return PresentedTickets(attempts) == 0
            ? new(StepKind.Release, next.TicketIndex, "no ticket was presented and nobody came back")
            : new(StepKind.StandInDoubt, next.TicketIndex, $"{PresentedTickets(attempts)} of {ticketCount} tickets were presented and nobody came back for the rest");
    }

    public static int PresentedTickets(IReadOnlyList<AttemptRecord> attempts) =>
        attempts.Where(a => a is { Kind: AttemptKind.Ticket, End.Outcome: AttemptOutcome.Presented }).Select(a => a.TicketIndex).Distinct().Count();

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
internal readonly record struct AttemptEvidence(bool OwnIdEchoed, long? BytesSent, bool BufferProvedEmpty, CounterEvidence Counters);

/// <param name="IncomparableBecause">Null when the readings may be compared.</param>
internal readonly record struct CounterEvidence(string? IncomparableBecause, long CutsAdded);

internal readonly record struct AttemptVerdict(AttemptOutcome Outcome, string Judgement);

internal enum StepKind { Settle, PrintVoidStrip, PrintTicket, Complete, Release, StandInDoubt }

/// <param name="Open">The attempt to settle.</param>
internal sealed record NextStep(StepKind Kind, int TicketIndex, string Reason, AttemptRecord? Open = null);
