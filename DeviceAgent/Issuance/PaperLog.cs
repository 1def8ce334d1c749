using Microsoft.Extensions.Logging;

namespace DeviceAgent.Issuance;

/// <summary>Events of paper, 2150-2199.</summary>
internal static partial class PaperLog
{
    [LoggerMessage(2150, LogLevel.Warning, "Tickets are printed without the logo: {Reason}")]
    internal static partial void LogoNotPrinted(this ILogger logger, string reason);

    [LoggerMessage(2151, LogLevel.Information, "Paper of printer {Unit} is changed, first form {Form}")]
    internal static partial void PaperChanged(this ILogger logger, string unit, string form);

    [LoggerMessage(2152, LogLevel.Warning, "Paper is NOT changed (asked for by {By}): {Reason}")]
    internal static partial void PaperNotChanged(this ILogger logger, string by, string reason);

    [LoggerMessage(2153, LogLevel.Information, "The paper button was pressed: {Answer}")]
    internal static partial void PaperButtonPressed(this ILogger logger, string answer);
}
