using Microsoft.Extensions.Logging;

namespace DeviceAgent.Issuance;

/// <summary>Events of paper changes.</summary>
internal static partial class PaperLog
{
    [LoggerMessage(3060, LogLevel.Information, "Paper of printer {Unit} is changed, first form {Form}")]
    internal static partial void PaperChanged(this ILogger logger, string unit, string form);

    [LoggerMessage(3061, LogLevel.Warning, "Paper is NOT changed (asked for by {By}): {Reason}")]
    internal static partial void PaperNotChanged(this ILogger logger, string by, string reason);
}
