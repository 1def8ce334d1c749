using DeviceAgent.Drivers;
using DeviceAgent.Drivers.Printing;

namespace DeviceAgent.Hosting;

public static partial class OptionsLoader
{
    private static readonly TextRule PrinterPath = TextRule.Matching($"{TextRule.AbsolutePath.Expected}, or tcp:HOST:PORT",
        t => t.StartsWith(TcpLine.Prefix, StringComparison.Ordinal) ? TcpLine.TryParse(t, out _, out _) : TextRule.AbsolutePath.Allows(t));

    private static PrinterOptions Printer(SectionReader section)
    {
        var profile = PrinterProfile.Default;
        if (section.FreeText("Profile", null) is { } nameOrPath)
        {
            profile = PrinterProfileFile.Find(nameOrPath, out var mistakes) ?? profile;
            foreach (var mistake in mistakes) section.Refuse("Profile", mistake);
        }
        var printer = new PrinterOptions { Path = section.Text("Path", null, PrinterPath), Profile = profile };
        var escPos = printer.EscPos;
        printer = printer with
        {
            Line = Line(section, printer.Line),
            EscPos = escPos with
            {
                FlowControl = section.OneOf("FlowControl", profile.FlowControl),
                XoffReserveBytes = section.Whole("XoffReserveBytes", profile.XoffReserveBytes),
                ReplyTimeout = section.Time("ReplyTimeout", escPos.ReplyTimeout),
                ProbeTimeout = section.Time("ProbeTimeout", escPos.ProbeTimeout),
                JobTimeout = section.Time("JobTimeout", escPos.JobTimeout),
                BlockedLinger = section.Time("BlockedLinger", escPos.BlockedLinger),
                NoEchoSettle = section.Time("NoEchoSettle", escPos.NoEchoSettle),
            },
            Columns = section.Whole("Columns", profile.Columns),
        };
        section.Check(printer.Validate);
        return printer;
    }
}
