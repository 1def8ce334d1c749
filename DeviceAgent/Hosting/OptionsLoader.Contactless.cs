using DeviceAgent.Devices;

namespace DeviceAgent.Hosting;

public static partial class OptionsLoader
{
    private static ContactlessOptions Contactless(SectionReader section)
    {
        var defaults = new ContactlessOptions();
        var contactless = new ContactlessOptions
        {
            Kind = section.OneOf("Kind", defaults.Kind),
            Path = section.AbsolutePath("Path", defaults.Path),
            Line = defaults.Line with { BaudRate = section.Whole("BaudRate", defaults.Line.BaudRate) },
            Pn532 = defaults.Pn532 with { CheckInterval = section.Time("CheckInterval", defaults.Pn532.CheckInterval) },
            Pcsc = defaults.Pcsc with
            {
                Reader = section.FreeText("Reader", defaults.Pcsc.Reader) ?? "",
                CallTimeout = section.Time("CallTimeout", defaults.Pcsc.CallTimeout),
            },
            MaxMessageBytes = section.Whole("MaxMessageBytes", defaults.MaxMessageBytes),
            UseUid = section.Flag("UseUid", defaults.UseUid),
        };
        section.Check(contactless.Validate);
        return contactless;
    }
}
