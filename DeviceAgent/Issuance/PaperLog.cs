using Microsoft.Extensions.Logging;

namespace DeviceAgent.Issuance;

/// <summary>Events of paper, 2150-2199.</summary>
internal static partial class PaperLog
{
    [LoggerMessage(2150, LogLevel.Warning, "Tickets are printed without the logo: {Reason}")]
    internal static partial void LogoNotPrinted(this ILogger logger, string reason);
}
