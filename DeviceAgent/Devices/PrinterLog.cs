using Microsoft.Extensions.Logging;

namespace DeviceAgent.Devices;

/// <summary>Events of the printer, 2103-2149; 2101 and 2102 stand in <see cref="DeviceLog"/>.</summary>
internal static partial class PrinterLog
{
    [LoggerMessage(2103, LogLevel.Information, "The printer at {Path} tells changes by itself: {Tells}")]
    internal static partial void PrinterTellsChanges(this ILogger logger, string path, bool tells);

    [LoggerMessage(2104, LogLevel.Information, "The printer at {Path} was opened and shut after an error: it is told to go on")]
    internal static partial void PrinterResumed(this ILogger logger, string path);

    [LoggerMessage(2105, LogLevel.Warning, "The printer at {Path} has pulled a ticket back in that nobody took")]
    internal static partial void TicketRetracted(this ILogger logger, string path);
}
