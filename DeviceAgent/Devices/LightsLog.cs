using Microsoft.Extensions.Logging;

namespace DeviceAgent.Devices;

internal static partial class LightsLog
{
    [LoggerMessage(2400, LogLevel.Error, "Passenger lights: {Reason} They are tried again when the guidance changes; issuing goes on")]
    internal static partial void LightsFailed(this ILogger logger, string reason);

    [LoggerMessage(2401, LogLevel.Information, "Passenger lights work again")]
    internal static partial void LightsWorkAgain(this ILogger logger);
}
