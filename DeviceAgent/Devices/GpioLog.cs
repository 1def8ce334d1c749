using Microsoft.Extensions.Logging;

namespace DeviceAgent.Devices;

/// <summary>Events of switches, buzzer and relays, 2350-2399.</summary>
internal static partial class GpioLog
{
    [LoggerMessage(2350, LogLevel.Information, "Input {Input}: active {Active}")]
    internal static partial void InputChanged(this ILogger logger, KioskInput input, bool active);

    [LoggerMessage(2351, LogLevel.Information, "Inputs of {Chip} can be read: {Active}")]
    internal static partial void InputsOpened(this ILogger logger, string chip, string active);

    [LoggerMessage(2352, LogLevel.Warning, "Inputs cannot be read: {Reason}")]
    internal static partial void InputsFailed(this ILogger logger, string reason);

    [LoggerMessage(2353, LogLevel.Warning, "Inputs: {Count} changes were dropped unseen, all in all; the levels were read again. A contact bounces: a longer Debounce?")]
    internal static partial void EdgesMissed(this ILogger logger, long count);

    [LoggerMessage(2360, LogLevel.Critical, "The power fails: nothing new is begun, the ticket in print goes on")]
    internal static partial void PowerFails(this ILogger logger);

    [LoggerMessage(2361, LogLevel.Warning, "The power is back after {Seconds:F1} s: the kiosk goes on")]
    internal static partial void PowerIsBack(this ILogger logger, double seconds);

    [LoggerMessage(2370, LogLevel.Warning, "Buzzer: {Reason} It is tried again with the next sound")]
    internal static partial void BuzzerFailed(this ILogger logger, string reason);

    [LoggerMessage(2371, LogLevel.Information, "Buzzer works again")]
    internal static partial void BuzzerWorksAgain(this ILogger logger);

    [LoggerMessage(2380, LogLevel.Warning, "The {Device}'s power is off for {Seconds:F1} s")]
    internal static partial void PowerTakenAway(this ILogger logger, string device, double seconds);

    [LoggerMessage(2381, LogLevel.Information, "The {Device}'s power is on")]
    internal static partial void PowerGiven(this ILogger logger, string device);

    [LoggerMessage(2382, LogLevel.Error, "The relay of the {Device}'s power: {Reason} It is tried again")]
    internal static partial void RelayFailed(this ILogger logger, string device, string reason);
}
