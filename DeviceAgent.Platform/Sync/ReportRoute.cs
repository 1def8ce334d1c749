using DeviceAgent.Platform.Gateway;

namespace DeviceAgent.Platform.Sync;

/// <summary>How reports of one kind are read, asked after and sent, and what each answer means.</summary>
public interface IReportRoute
{
    /// <returns>Null when the payload cannot be read, lacks what is required, or disagrees with its row.</returns>
    IRoutedReport? Open(OutboxReport report);
}

/// <summary>One report on its way. Faults of the line are steps; only the caller's cancellation throws.</summary>
public interface IRoutedReport
{
    /// <summary>An earlier send may have been applied: finds out whether it was, where that can be found out.</summary>
    /// <param name="refusal">The words of a refusal that was just met; null when there was none.</param>
    Task<ReportReply> AskAsync(string? refusal, CancellationToken cancellationToken);

    /// <summary>Marked as being sent before this is called.</summary>
    Task<ReportReply> SendAsync(CancellationToken cancellationToken);
}

/// <param name="Fault">What the line or the other side said against it; null where it was answered, or nobody was asked.</param>
/// <param name="WasAnswered">The other side was heard. False with no fault: nobody was asked.</param>
public sealed record ReportReply(ReportStep Step, TopFault? Fault, bool WasAnswered)
{
    public static ReportReply Answered(ReportStep step) => new(step, null, true);

    public static ReportReply Faulted(ReportStep step, TopFault fault) => new(step, fault, false);

    /// <summary>There is nobody to ask: the step follows from the API's own promise.</summary>
    public static ReportReply Unasked(ReportStep step) => new(step, null, false);
}

/// <summary>What to do next with a report.</summary>
public abstract record ReportStep
{
    private ReportStep() { }

    /// <summary>The other side has it.</summary>
    public sealed record Confirm(string Evidence) : ReportStep;

    /// <summary>The other side does not have it and would still take it, or takes it twice without harm: the same payload again.</summary>
    public sealed record Send : ReportStep;

    /// <summary>Ask now, before anything else is decided.</summary>
    /// <param name="Refusal">The words of a refusal that was just met; null when there was none.</param>
    public sealed record Ask(string? Refusal) : ReportStep;

    /// <summary>An answer came that settled nothing: ask again later, a bounded number of times, then a person.</summary>
    public sealed record AskLater(string Evidence) : ReportStep;

    public sealed record Park(ParkReason Reason, string Evidence) : ReportStep;

    /// <summary>Later, by the fault's remedy.</summary>
    public sealed record Retry(TopFault Fault, bool FateUnknown) : ReportStep;
}
