using DeviceAgent.Drivers.Contactless;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Devices;

/// <summary>Events of the card reader, 2300-2349. Neither codes nor numbers of cards.</summary>
internal static partial class ContactlessLog
{
    [LoggerMessage(2300, LogLevel.Information, "The card reader at {Path} is {Model}")]
    internal static partial void CardReaderOpened(this ILogger logger, string path, string model);

    [LoggerMessage(2301, LogLevel.Warning, "The card reader at {Path} cannot be had: {Why}")]
    internal static partial void CardReaderNotThere(this ILogger logger, string path, string why);

    [LoggerMessage(2302, LogLevel.Information, "Card reader {Reader} is plugged in")]
    internal static partial void CardReaderAttached(this ILogger logger, string reader);

    [LoggerMessage(2303, LogLevel.Warning, "Card reader {Reader} was unplugged; it is taken again when it is back")]
    internal static partial void CardReaderDetached(this ILogger logger, string reader);

    [LoggerMessage(2304, LogLevel.Information, "A card gave no code: {Outcome}")]
    internal static partial void CardWithoutCode(this ILogger logger, NdefOutcome outcome);
}
