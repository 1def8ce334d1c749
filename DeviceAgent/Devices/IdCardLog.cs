using DeviceAgent.Drivers.IdCards;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Devices;

/// <summary>Events of the ID-card reader, 2250-2299. Nothing of a card is among them.</summary>
internal static partial class IdCardLog
{
    [LoggerMessage(2250, LogLevel.Information, "The ID-card reader at {Path} is {Sam}")]
    internal static partial void IdCardReaderOpened(this ILogger logger, string path, SamId sam);

    [LoggerMessage(2251, LogLevel.Error, "The ID-card reader at {Path} is there, but its security module is not well: {Reason}")]
    internal static partial void IdCardModuleIll(this ILogger logger, string path, SdtReason reason);

    [LoggerMessage(2252, LogLevel.Information, "An ID card could not be read: {Reason}")]
    internal static partial void IdCardUnreadable(this ILogger logger, SdtReason reason);

    [LoggerMessage(2253, LogLevel.Information, "An ID card carries no number that a {Kind} card can carry")]
    internal static partial void IdCardWithoutNumber(this ILogger logger, IdCardKind kind);
}
