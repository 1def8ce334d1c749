using DeviceAgent.Tickets;

namespace DeviceAgent.Hosting;

public static partial class OptionsLoader
{
    private static TicketsOptions Tickets(SectionReader section)
    {
        var defaults = new TicketsOptions();
        var tickets = new TicketsOptions
        {
            Logo = section.FreeText("Logo", defaults.Logo) ?? "",
            LogoShading = section.OneOf("LogoShading", defaults.LogoShading),
            LogoWidthDots = section.Whole("LogoWidthDots", defaults.LogoWidthDots),
        };
        section.Check(tickets.Validate);
        return tickets;
    }
}
