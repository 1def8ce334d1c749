using Microsoft.Extensions.Logging;

namespace DeviceAgent.Devices;

/// <summary>Events of tickets' paper, 2150-2199.</summary>
internal static partial class TicketPaperLog
{
    [LoggerMessage(2150, LogLevel.Warning, "Tickets are printed without the logo: {Reason}")]
    internal static partial void LogoNotPrinted(this ILogger logger, string reason);

    [LoggerMessage(2151, LogLevel.Information, "The paper button was pressed: {Answer}")]
    internal static partial void PaperButtonPressed(this ILogger logger, string answer);
}
