using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Scanning;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Devices;

/// <summary>Events of the devices, 2000-2399.</summary>
internal static partial class DeviceLog
{
    [LoggerMessage(2001, LogLevel.Warning, "The {Device} at {Path} cannot be had: {Loss} (errno {Errno}); trying again")]
    internal static partial void DeviceNotThere(this ILogger logger, string device, string path, DeviceLoss loss, int errno);

    [LoggerMessage(2002, LogLevel.Warning, "The {Device} at {Path} is gone; trying to open it again")]
    internal static partial void DeviceLost(this ILogger logger, string device, string path);

    [LoggerMessage(2010, LogLevel.Warning, "The {Device} at {Path} goes and comes ({Losses} losses in the last hour): it is opened again only after {Rest}")]
    internal static partial void DeviceFlaps(this ILogger logger, string device, string path, int losses, TimeSpan rest);

    [LoggerMessage(2011, LogLevel.Warning, "The {Device} at {Path} has answered nothing for {Silence}: its power is taken away and given back")]
    internal static partial void PowerCycled(this ILogger logger, string device, string path, TimeSpan silence);

    [LoggerMessage(2012, LogLevel.Error, "The {Device} at {Path} answers nothing, and its power was cycled {Limit} times within the hour already")]
    internal static partial void PowerCyclesUsedUp(this ILogger logger, string device, string path, int limit);

    [LoggerMessage(2101, LogLevel.Information, "The printer at {Path} is {Model}, unit {Unit}, echoes process ids {Echoes}")]
    internal static partial void PrinterIdentified(this ILogger logger, string path, string model, string? unit, bool echoes);

    [LoggerMessage(2102, LogLevel.Information, "Printer {Device}, paper {Paper}, cover open {CoverOpen}, fault {Fault}")]
    internal static partial void PrinterChanged(this ILogger logger, DeviceState device, PaperSupply paper, bool coverOpen, bool fault);

    [LoggerMessage(2201, LogLevel.Information, "The scanner at {Path} is attached")]
    internal static partial void ScannerOpened(this ILogger logger, string path);

    [LoggerMessage(2202, LogLevel.Warning, "The scanner sent something that is no code: {Fault}")]
    internal static partial void ScanFaulty(this ILogger logger, ScanFault fault);
}
