using DeviceAgent.Drivers.Printing;
using DeviceAgent.Journal;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Issuance;

/// <summary>Events of the desk, 3000-3999. Order numbers are shown, personal data never.</summary>
internal static partial class IssuanceLog
{
    [LoggerMessage(3001, LogLevel.Information, "A code was read that is no order code ({Length} characters)")]
    internal static partial void NotUnderstood(this ILogger logger, int length);

    [LoggerMessage(3002, LogLevel.Information, "A code was discarded: {Reason}")]
    internal static partial void Discarded(this ILogger logger, string reason);

    [LoggerMessage(3003, LogLevel.Information, "Order {Order}: {Answer} by the journal")]
    internal static partial void AnsweredByJournal(this ILogger logger, string order, JournalAnswer answer);

    [LoggerMessage(3004, LogLevel.Warning, "Order {Order}: not looked up, the limit of look-ups per minute is reached")]
    internal static partial void TooManyLookUps(this ILogger logger, string order);

    [LoggerMessage(3005, LogLevel.Warning, "Not issuing: {Reasons}")]
    internal static partial void NotReady(this ILogger logger, string reasons);

    [LoggerMessage(3006, LogLevel.Warning, "Order {Order}: the platform could not be asked: {Fault}")]
    internal static partial void NotAsked(this ILogger logger, string order, string fault);

    [LoggerMessage(3007, LogLevel.Information, "Order {Order}: refused, {Refusal} ({Detail})")]
    internal static partial void Refused(this ILogger logger, string order, Refusal refusal, string detail);

    [LoggerMessage(3008, LogLevel.Warning, "Order {Order}: not collected, {Reason}")]
    internal static partial void NotCollected(this ILogger logger, string order, string reason);

    [LoggerMessage(3010, LogLevel.Information, "Order {Order}: accepted, {Tickets} tickets")]
    internal static partial void Accepted(this ILogger logger, string order, int tickets);

    [LoggerMessage(3011, LogLevel.Information, "Order {Order}: {Kind} {Number} ended as {End} after {Bytes} bytes")]
    internal static partial void PrintEnded(this ILogger logger, string order, int number, AttemptKind kind, PrintEnd end, long bytes);

    [LoggerMessage(3012, LogLevel.Information, "Attempt {Attempt} ({Kind} {Number}): {Outcome}, {Judgement}")]
    internal static partial void AttemptJudged(this ILogger logger, long attempt, int number, AttemptKind kind, AttemptOutcome outcome, string judgement);

    [LoggerMessage(3013, LogLevel.Information, "Order {Order}: issued")]
    internal static partial void Issued(this ILogger logger, string order);

    [LoggerMessage(3014, LogLevel.Warning, "Order {Order}: released, {Reason}")]
    internal static partial void Released(this ILogger logger, string order, string reason);

    [LoggerMessage(3015, LogLevel.Error, "Order {Order} stands IN DOUBT: {Reason}. A person must decide")]
    internal static partial void InDoubt(this ILogger logger, string order, string reason);

    [LoggerMessage(3016, LogLevel.Warning, "Order {Order} waits for its passenger: {Reason}")]
    internal static partial void Waiting(this ILogger logger, string order, string reason);

    [LoggerMessage(3017, LogLevel.Error, "Order {Order} cannot be continued by this release: {Reason}")]
    internal static partial void CannotContinue(this ILogger logger, string order, string reason);

    [LoggerMessage(3018, LogLevel.Error, "Order {Order}: FAILED, {Reason}; the platform is told and refunds")]
    internal static partial void Failed(this ILogger logger, string order, string reason);

    [LoggerMessage(3019, LogLevel.Warning, "Order {Order}: decided {Decision} by {By}; {Platform}")]
    internal static partial void Decided(this ILogger logger, string order, DecisionKind decision, string by, string platform);

    [LoggerMessage(3021, LogLevel.Warning, "Order {Order}: not taken, {Tickets} tickets are more than the {Left} that the rest of the roll is long enough for")]
    internal static partial void RollTooShort(this ILogger logger, string order, int tickets, int left);

    [LoggerMessage(3022, LogLevel.Warning, "Maintenance active {Active}, by {By}: {Reason}")]
    internal static partial void Maintenance(this ILogger logger, bool active, string by, string reason);

    [LoggerMessage(3023, LogLevel.Warning, "Order {Order}: its next ticket is not begun while the power fails")]
    internal static partial void WaitsForPower(this ILogger logger, string order);

    [LoggerMessage(3020, LogLevel.Information, "Printer {Unit}: echoes process ids {Echoes}, cut counter exact {Exact}")]
    internal static partial void PrinterLearned(this ILogger logger, string unit, bool echoes, bool? exact);

    [LoggerMessage(3030, LogLevel.Critical, "The journal cannot be used, nothing is issued: {Message} To do: {Advice}")]
    internal static partial void JournalFailed(this ILogger logger, string message, string advice, Exception exception);

    [LoggerMessage(3031, LogLevel.Information, "Recovery: {Intents} intents released, {Open} orders open, {InDoubt} in doubt")]
    internal static partial void Recovered(this ILogger logger, int intents, int open, int inDoubt);
}
