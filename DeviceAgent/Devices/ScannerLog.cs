using DeviceAgent.Drivers.Scanning;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Devices;

/// <summary>Events of the scanner, 2203-2249; 2201 and 2202 stand with the other devices'.</summary>
internal static partial class ScannerLog
{
    [LoggerMessage(2203, LogLevel.Warning, "The scanner at {Path} does not follow its trigger: {Fault}; trying again")]
    internal static partial void TriggerFailed(this ILogger logger, string path, TriggerFault fault);

    [LoggerMessage(2204, LogLevel.Information, "The scanner at {Path} follows its trigger again")]
    internal static partial void TriggerWorks(this ILogger logger, string path);

    [LoggerMessage(2205, LogLevel.Information, "A code was discarded: it came before the scan window was opened")]
    internal static partial void CodeBeforeWindow(this ILogger logger);

    [LoggerMessage(2206, LogLevel.Error, "The scanner at {Path} cannot be used: {Why}")]
    internal static partial void ScannerUnusable(this ILogger logger, string path, string why);
}
