using DeviceAgent.Devices;
using DeviceAgent.Issuance;

namespace DeviceAgent.Hosting;

public static partial class OptionsLoader
{
    private static IdCardReaderOptions IdCards(SectionReader section)
    {
        var defaults = new IdCardReaderOptions();
        var path = section.Text("Path", "", TextRule.Matching("must be an absolute path, or left out where there is no ID-card reader", t => t.Length == 0 || TextRule.AbsolutePath.Allows(t)));
        var idCards = new IdCardReaderOptions
        {
            Path = path.Length > 0 ? path : null,
            Line = defaults.Line with { BaudRate = section.Whole("BaudRate", defaults.Line.BaudRate) },
            Reader = defaults.Reader with
            {
                HeaderTimeout = section.Time("HeaderTimeout", defaults.Reader.HeaderTimeout),
                BodyTimeout = section.Time("BodyTimeout", defaults.Reader.BodyTimeout),
                ReadTimeout = section.Time("ReadTimeout", defaults.Reader.ReadTimeout),
            },
            PollInterval = section.Time("PollInterval", defaults.PollInterval),
            Step = new()
            {
                Require = section.OneOf("Require", path.Length > 0 ? IdCardRequirement.WhenCertificate : IdCardRequirement.Never),
                Attempts = section.Whole("Attempts", defaults.Step.Attempts),
                Timeout = section.Time("Timeout", defaults.Step.Timeout),
                Fallback = section.OneOf("Fallback", defaults.Step.Fallback),
            },
        };
        section.Check(idCards.Validate);
        return idCards;
    }
}
