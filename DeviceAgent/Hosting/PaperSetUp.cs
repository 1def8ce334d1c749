using DeviceAgent.Devices;
using DeviceAgent.Drivers.Printing;
using DeviceAgent.Tickets;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Hosting;

/// <summary>What is printed, and on what, as it is configured.</summary>
internal static class PaperSetUp
{
    /// <summary>A logo that cannot be printed costs its place on the ticket, and no passenger the ticket.</summary>
    public static KioskTemplates Templates(AgentOptions options, ILogger logger)
    {
        var (columns, profile) = (options.Printer.Columns, options.Printer.Profile);
        // Marks and cut are the driver's, by the same profile.
        var width = columns == profile.Columns ? new PaperFormat { Columns = columns, WidthDots = profile.Dots } : PaperFormat.OfColumns(columns);
        var paper = width with { MarkPitchMillimetres = profile.MarkPitchMillimetres };
        DotImage? logo = null;
        try
        {
            logo = TicketLogo.Read(options.Tickets, paper);
        }
        catch (InvalidDataException e)
        {
            logger.LogoNotPrinted(e.Message);
        }
        return new(paper, options.Kiosk.Id, options.Kiosk.Hotline, logo);
    }
}
